// Package source turns one fetched page into posts and links. It judges no
// content and does no I/O: a page goes in, what it holds comes out, and the same
// page always gives the same answer, so that a rebuild from the archive finds
// what the crawl found.
//
// Start at [Source] and [All]. The source named "auto" looks at the page itself
// and asks, in this order: feeds and API answers by their shape; structured data
// (schema.org JobPosting as JSON-LD, microdata, RDFa); the markup of known
// sites; state scripts; forum threads; and last the generic reader, which has to
// decide whether a page is one ad at all. An ordinary article yields no post.
//
// It refuses to trust a page: bodies are bounded by [MaxBody], text by
// [MaxText], links by [MaxLinks], posts by [MaxPosts], nesting by the parser's
// 512 open elements, and malformed input is read as far as it goes.
package source
