// Package custody is the log of what happened to evidence: every capture with the
// digest of each archived record, every act of people on it, every timestamp of the
// log itself. Entries are chained by hash, so that none can be changed, removed or
// put between without all that follow showing it.
//
// It is a folder of JSON lines that several processes of one machine append to, each
// under a lock, many entries to one fsync. The archive is the truth: what a crash left
// out is entered later and marked late. It refuses to enter a thing twice, to enter
// records of a file out of order, and to go on after a line that does not fit.
//
// What it cannot do: someone who can write all of its files can make a whole new
// chain. Only a head that is noted elsewhere, or timestamped (package stamp), proves
// more. Start at [Open] to write, at [Walk] to read.
package custody
