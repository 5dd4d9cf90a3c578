// Package robots reads robots.txt as RFC 9309 tells, and keeps what hosts said.
//
// [Parse] turns a file into rules; [Cache] fetches, keeps and expires files and
// applies the status policy of section 2.3.1: success is parsed, redirects are
// followed five deep, a missing file allows everything, and a host that cannot
// be asked is not crawled. The package does no I/O of its own: the caller hands
// it a [Fetch]. It refuses to guess in the crawler's favour.
//
// Start at [New].
package robots
