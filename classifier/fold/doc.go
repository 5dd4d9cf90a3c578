// Package fold undoes the ways a text can be written so that one form of each
// word can be looked for, and keeps the way back: every stretch of the folded
// text knows the bytes of the original that it came from, because a reviewer, and
// later a court, must see what the page said.
//
// The same function folds the words of the lexicon when they are loaded and the
// text when it is judged, so the chosen form only has to be one form, not the
// best one: [Fold] first, match after. What had to be undone is itself a signal
// and is named in [Text.Disguises].
//
// What [Fold] does, in this order: Zawgyi to Unicode Burmese (by line), look-alike
// letters inside words of mixed script, compatibility forms (NFKC, with named
// exceptions), lower case, decimal digits of every script to ASCII, invisible
// characters out, typographic quotes, dashes and spaces to ASCII, Traditional to
// Simplified Chinese, Arabic letter variants, mark order of Thai, Lao, Khmer and
// Burmese, letters pulled apart ("h i r i n g") joined, letters drawn out
// ("hiriiing") squeezed.
//
// What it refuses: it does not translate, does not correct spelling, does not
// drop accents (Vietnamese needs them: [Text.Stripped] is the view without) and
// does not read digits as letters ([Text.Unleet] is that view). It does no I/O,
// keeps no state, and is linear in its input whatever the input is.
package fold
