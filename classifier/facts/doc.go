// Package facts reads from a folded post what is not a matter of words: how to
// reach the poster, what is paid, which places are named, who may apply, who the
// employer is. Every fact says where in the original text it stands.
//
// It goes over each text once for all words it knows (see lexer) and looks closer
// only where one of them, a digit, an @ or a dot stands. It does no I/O, follows
// no link, asks no one whether a contact works, and is linear in its input. A value
// that fails its own check (a wallet's checksum, a phone number's length) is no
// contact. Start at [New] and [Extractor.Extract].
package facts
