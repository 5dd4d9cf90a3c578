package facts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spacing is how a script shows where words begin and end.
type spacing uint8

const (
	spaced   spacing = iota // by spaces
	glued                   // by spaces, but endings hang on
	prefixed                // by spaces, but small words hang on in front
	both                    // both of the last two
	clusters                // not at all, but marks belong to the letter before
	free                    // not at all
	kana                    // runs of katakana are words
	none                    // no letter
)

func spacingOf(r rune) spacing {
	switch {
	case r < 0x80:
		if isWordByte(r) {
			return spaced
		}
		return none
	case r >= 0x590 && r < 0x900:
		return prefixed
	case r >= 0x900 && r < 0xe00:
		return glued
	case r >= 0xe00 && r < 0xf00, r >= 0x1000 && r < 0x10a0, r >= 0x1780 && r < 0x1800:
		return clusters
	case r >= 0x1200 && r < 0x1400:
		return both
	case r >= 0xac00 && r < 0xd7a4:
		return glued
	case r >= 0x30a0 && r < 0x3100 && r != 0x30fb:
		return kana
	case r >= 0x3040 && r < 0xa000, r >= 0x20000 && r < 0x40000:
		return free
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return spaced
	}
	return none
}

func startsWord(s string, i int, before rune, theirs spacing, w *lexWord) bool {
	switch w.head {
	case none, free:
		return true
	case clusters:
		return !(before >= 0xe40 && before <= 0xe44 || before >= 0xec0 && before <= 0xec4 || before == 0x17d2 || before == 0x1039)
	case kana:
		return theirs != kana
	case glued:
		// Korean compounds run on; names of two syllables are too short for that
		return theirs != glued || before >= 0xac00 && len(w.text) >= 9
	case prefixed:
		return theirs != prefixed || arabicPrefix(s, i)
	case both:
		return theirs != both || ethiopicPrefix(s, i)
	}
	return theirs != spaced
}

// arabicPrefix reports whether only small words (and, in, by, for, the) stand
// between the start of the word and i.
func arabicPrefix(s string, i int) bool {
	n := 0
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if spacingOf(r) != prefixed {
			break
		}
		if n++; n > 4 || !strings.ContainsRune("وفبلكا", r) {
			return false
		}
		i -= size
	}
	return true
}

// ethiopicPrefix is the same for Amharic, where it is one letter.
func ethiopicPrefix(s string, i int) bool {
	r, size := utf8.DecodeLastRuneInString(s[:i])
	if !strings.ContainsRune("የበለከእ", r) {
		return false
	}
	r, _ = utf8.DecodeLastRuneInString(s[:i-size])
	return spacingOf(r) != both
}

// hangul reports a word that ends in a Korean syllable.
func (w *lexWord) hangul() bool {
	last, _ := utf8.DecodeLastRuneInString(w.text)
	return last >= 0xac00
}

func (l *lexer) endsWord(s string, end int, w *lexWord) (int, bool) {
	next, n := utf8.DecodeRuneInString(s[end:])
	if n == 0 {
		return end, true
	}
	theirs := l.spacing(next)
	switch w.foot {
	case none, free:
		return end, true
	case clusters:
		return end, theirs != clusters || !unicode.IsMark(next) && next != 0x17d2
	case kana:
		return end, theirs != kana
	case glued:
		// a Korean word of one syllable is a word only by itself; a stem takes the vowel sign
		// that its last consonant carries when it is declined: লাওস, লাওসে
		return end, (w.stem || !unicode.IsMark(next)) && (theirs != glued || len(w.text) > 3 || !w.hangul())
	case both:
		return end, true
	case prefixed:
		for k := 0; theirs == prefixed && k < 3; k++ { // a few letters of ending
			end += n
			next, n = utf8.DecodeRuneInString(s[end:])
			theirs = l.spacing(next)
			if len(w.text) < 8 {
				return end, false
			}
		}
		return end, theirs != prefixed
	}
	if w.stem {
		for k := 0; k < 4 && theirs == spaced; k++ {
			end += n
			if next, n = utf8.DecodeRuneInString(s[end:]); n == 0 {
				return end, true
			}
			theirs = l.spacing(next)
		}
	}
	return end, theirs != spaced
}
