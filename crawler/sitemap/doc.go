// Package sitemap reads sitemaps as sitemaps.org tells: lists of pages and lists of
// lists, as XML or plain text, compressed or not, with the dates that the news and
// job extensions add.
//
// It takes what real files hold (wrong namespaces, missing <loc>, stray bytes, a
// file that breaks off) and refuses everything else: document types and entities
// are never expanded, nothing is fetched, and what is kept is bounded by
// [MaxURLs] and [MaxBytes] whatever a file of a few kilobytes unpacks to. Feeds are
// no sitemaps: they hold posts, which package source reads.
//
// Start at [Read].
package sitemap
