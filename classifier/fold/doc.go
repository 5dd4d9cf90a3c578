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
// What [Fold] does, rune by rune: Zawgyi to Unicode Burmese (by line),
// compatibility forms (NFKC, with named exceptions), lower case, decimal digits of
// every script to ASCII, invisible characters out, typographic quotes, dashes and
// spaces to ASCII, Traditional to Simplified Chinese, Arabic letter variants, mark
// order of Thai, Lao, Khmer and Burmese. Then, only where a look at the result, 64
// bytes at a time, saw reason to: characters taken apart (亻言), letters and clusters
// pulled apart ("h i r i n g", "ง า น"), digits in Cyrillic words, look-alike
// letters, letters drawn out ("hiriiing"), words of the trade with signs in them
// ("sc*m", "高*薪").
//
// What it refuses: it does not translate, does not correct spelling, does not drop
// accents (Vietnamese needs them: [Text.Stripped] is the view without) and does not
// read digits as Latin letters ([Text.Unleet] is that view). It does no I/O, keeps no
// state, and is linear in its input whatever the input is.
package fold
