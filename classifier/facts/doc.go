// Package facts reads from a folded post what is not a matter of words: how to
// reach the poster, what is paid, which places are named and which way people go,
// when, who may apply, who the employer is and what licence it claims. Every fact says
// where in the original text it stands.
//
// Numbers are read in digits and in the words of 26 languages, telephone numbers by
// the world's numbering plans (see package dial), addresses with their dots and signs
// in words. It goes over each text once for all words it knows (see lexer) and looks closer
// only where one of them, a digit, an @ or a dot stands. It does no I/O, follows
// no link, asks no one whether a contact works, and is linear in its input. A value
// that fails its own check (a wallet's checksum, a phone number's length) is no
// contact. Start at [New] and [Extractor.Extract].
package facts
