// Package intake reads files of posts: JSONL, CSV, saved pages, Telegram Desktop
// exports, and answers of APIs saved as JSON or XML. It yields one [Item] a post,
// with the bytes that it was read from, so that the archive can keep them and a
// rebuild can read them again.
//
// Start at [Open] for a file and [Read] for a stream; [ParseLine] reads one line
// of JSONL. What is wrong with one line or row is an error of that line, with its
// number, and reading goes on; memory stays bounded by Options.MaxLine whatever
// the file holds. WARC and WACZ files are the archive's business, not this
// package's, and Seal is the caller's: the posts have no version yet.
package intake
