// Package frontier keeps the state of every known URL: what is due, what is
// being fetched, and what came of it.
//
// A URL is claimed in one step and the claim is a lease: a worker that dies
// gives it back. Done records the outcome together with the links found, in one
// transaction, so no crash can lose either. The [Store] contract is small on
// purpose; SQLite is the embedded implementation ([Open]), and any other joins
// by passing package frontiertest, as package elastic does for many machines.
//
// It refuses URLs that are no http or https, longer than 2,048 bytes or shaped
// like traps (see [Canonical]). It knows no robots.txt and no pace.
package frontier
