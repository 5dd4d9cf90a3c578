// Package sigma reads detection rules in the Sigma format, version 2.1.0, and
// matches them against one post at a time.
//
// A rule is parsed, checked and compiled once; from then on it is immutable and
// safe for any number of goroutines. Start at [Parse] for a file, [NewSet] to
// match many rules at once, [Rule.Explain] to see why a rule did or did not
// fire, and [Lint] for what is wrong with a pack beyond its syntax.
//
// The package knows no post: it reads an [Event] by field name. The fields that
// lurewatch offers are listed by [PostSchema].
//
// What it refuses, with an error that names file, line and path: correlation
// rules, the modifiers that make sense for Windows logs only (see docs/rules.md),
// placeholders, pipes in conditions, YAML merge keys, duplicate keys, plain
// scalars that YAML 1.1 and 1.2 read differently, and files beyond the bounds
// [MaxFile] and those beside it.
package sigma
