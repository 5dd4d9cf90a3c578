// Package post holds the nouns that walk down the line, each with the one JSON
// form that the stream, the index, the command line and the API share:
//
//	Capture → Post (a Sighting is one post seen in one capture) → Verdict → Decision → Notice
//
// It imports nothing of ours and does no I/O. The words are chosen with care:
// the rules judge posts, not people, so nothing here says of a person what a post cannot tell.
package post
