// Package classifier judges one post against a rule pack: which words say what,
// in which language, who speaks, which rules fire, and where in the ORIGINAL text
// it all stands. It does no I/O, keeps no state between posts, and takes time
// linear in the length of a post whatever the post says.
//
// The way of a post: fold (undo disguises, keep the way back) → scan (all words of
// all languages in one pass) → language → hits → concepts (patterns over hits) →
// facts (contacts, pay, places) → stance (who speaks) → rules → verdict.
//
// It refuses to judge people: only an offer can be flagged, and an account by
// somebody who was there is marked for help instead. Start at [New] and
// [Classifier.Classify].
package classifier
