// Package evidence writes and checks packages for others: a WACZ 1.1.1 file with the
// archived records of one post exactly as they stand in the archive, the entries of the
// custody log that tell of them, a proof from there to a head that authorities have
// stamped, the verdict with the text of its rules, and a plain statement of all of it.
//
// Whoever gets one needs no lurewatch: the statement says how to check it with sha256sum,
// openssl and a shell. The package refuses to leave anything out of a record, and to
// write what its own check would refuse. Start at [Write] and [Check].
package evidence
