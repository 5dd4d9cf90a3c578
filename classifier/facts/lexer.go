package facts

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer finds many words in folded text in one pass. Words of scripts with spaces
// match whole, the others at the edges of letter clusters. Build it with add, then
// ready, then it is immutable.
type lexer struct {
	words []lexWord
	index map[uint64][]int32 // by the first three runes, longest word first
	maybe [1 << 10]uint64    // a bit for each hash in index: most places fail here
}

// lexWord is one word and what it means: any number of payloads.
type lexWord struct {
	text  string
	stem  bool // takes an ending of up to four letters
	kind  wordKind
	value int32
}

// hit is one word found in folded text.
type hit struct {
	start, end int
	kind       wordKind
	value      int32
}

type wordKind uint8

const (
	wordPlace wordKind = iota
	wordWeakPlace
	wordApp // value: index into apps
	wordPhone
	wordPay
	wordBase
	wordExtra
	wordNever
	wordUpTo
	wordFrom
	wordPeriod // value: period
	wordAge
	wordMale
	wordFemale
	wordBoth
	wordPeople
	wordCompanyEnd
	wordCompanyStart
	wordLicence
	wordOther // another platform than those that contacts are read for
)

// add takes word, folded already; a * at its end makes it a stem.
func (l *lexer) add(word string, kind wordKind, value int32) {
	w := lexWord{text: strings.TrimSuffix(word, "*"), kind: kind, value: value}
	w.stem = len(w.text) < len(word)
	if w.text != "" {
		l.words = append(l.words, w)
	}
}

func (l *lexer) ready() {
	slices.SortFunc(l.words, func(a, b lexWord) int {
		return cmp.Or(len(b.text)-len(a.text), strings.Compare(a.text, b.text), cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value))
	})
	l.words = slices.Compact(l.words)
	l.index = make(map[uint64][]int32)
	for i, w := range l.words {
		k := key(w.text)
		l.index[k] = append(l.index[k], int32(i))
		h := hash(k)
		l.maybe[h>>6] |= 1 << (h & 63)
	}
}

// key is the first three runes of s, or all when it has fewer.
func key(s string) uint64 {
	var k uint64
	for n := 0; n < 3 && s != ""; n++ {
		r, size := utf8.DecodeRuneInString(s)
		k |= uint64(r) << (21 * n)
		s = s[size:]
	}
	return k
}

func hash(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 >> 48 }

// scan reports the hits in s, at each place the longest word of each kind.
func (l *lexer) scan(s string, into []hit) []hit {
	a, an := runeAt(s, 0)
	b, bn := runeAt(s, an)
	before := ' '
	for i := 0; i < len(s); {
		c, cn := runeAt(s, i+an+bn)
		if a > ' ' && !(isWordByte(before) && isWordByte(a)) {
			var done uint32 // the kinds that a longer word was found of
			k := uint64(a) | uint64(b)<<21
			if cn > 0 {
				into = l.at(s, i, k|uint64(c)<<42, before, &done, into)
			}
			if bn > 0 {
				into = l.at(s, i, k, before, &done, into)
			}
			if !isWordByte(a) {
				into = l.at(s, i, uint64(a), before, &done, into)
			}
		}
		before = a
		i += an
		a, an, b, bn = b, bn, c, cn
	}
	return into
}

func runeAt(s string, i int) (rune, int) {
	if i >= len(s) {
		return 0, 0
	}
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

func isWordByte(r rune) bool { return r >= 'a' && r <= 'z' }

// at tries the words that begin with k at i.
func (l *lexer) at(s string, i int, k uint64, before rune, done *uint32, into []hit) []hit {
	if h := hash(k); l.maybe[h>>6]&(1<<(h&63)) == 0 {
		return into
	}
	for _, x := range l.index[k] {
		w := &l.words[x]
		if *done&(1<<w.kind) != 0 || !strings.HasPrefix(s[i:], w.text) {
			continue
		}
		end := i + len(w.text)
		if !startsWord(s, i, before, w) {
			continue
		}
		if end, ok := endsWord(s, end, w); ok {
			into = append(into, hit{i, end, w.kind, w.value})
			if w.kind != wordPlace && w.kind != wordWeakPlace {
				*done |= 1 << w.kind
			}
		}
	}
	return into
}

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

func startsWord(s string, i int, before rune, w *lexWord) bool {
	first, _ := utf8.DecodeRuneInString(w.text)
	mine, theirs := spacingOf(first), spacingOf(before)
	switch mine {
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

func endsWord(s string, end int, w *lexWord) (int, bool) {
	last, _ := utf8.DecodeLastRuneInString(w.text)
	next, n := utf8.DecodeRuneInString(s[end:])
	if n == 0 {
		return end, true
	}
	mine, theirs := spacingOf(last), spacingOf(next)
	switch mine {
	case none, free:
		return end, true
	case clusters:
		return end, theirs != clusters || !unicode.IsMark(next) && next != 0x17d2
	case kana:
		return end, theirs != kana
	case glued:
		// a Korean word of one syllable is a word only by itself
		return end, !unicode.IsMark(next) && (last < 0xac00 || len(w.text) > 3 || theirs != glued)
	case both:
		return end, true
	case prefixed:
		for k := 0; theirs == prefixed && k < 3; k++ { // a few letters of ending
			end += n
			next, n = utf8.DecodeRuneInString(s[end:])
			theirs = spacingOf(next)
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
			theirs = spacingOf(next)
		}
	}
	return end, theirs != spaced
}
