package classifier

import (
	"unicode"
	"unicode/utf8"
)

// kind says how a rune bounds words.
type kind uint8

const (
	other   kind = iota // space, punctuation, symbol: a boundary on both sides
	letter              // of a script that puts spaces between words, its marks included
	digit               // ASCII: fold left no other
	base                // of a script that puts none: every cluster may begin a word
	leading             // Thai and Lao vowel written before its consonant: nothing begins right after it
	mark                // depends on the rune before: nothing begins or ends between
	stacker             // joins what follows to what stands before: Khmer coeng, Burmese virama
)

// script numbers the scripts that tell a language.
type script uint8

const (
	noScript script = iota
	latin
	cyrillic
	arabic
	devanagari
	bengali
	sinhala
	tamil
	ethiopic
	thai
	lao
	khmer
	myanmar
	han
	kana
	hangul
	scripts
)

// runes tells of the runes of the basic plane in one load.
type runes struct {
	of16  [1 << 16]uint8              // from the top: the kind in 3 bits, whether a word begins with it, the script in 4 bits
	alone [1 << 10]uint64             // whether a word begins with it that is not in pairs
	pairs [1 << (pairBits - 6)]uint64 // a bit for the first two runes of words in scripts without spaces, by hash
}

// pairBits is the size of the table of pairs: about one in eight is in use.
const pairBits = 17

const (
	headBit    = 1 << 4
	scriptMask = headBit - 1
)

// starts makes t know the first runes of words.
func (t *runes) starts(words []string) {
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if r >= 1<<16 {
			continue
		}
		t.of16[r] |= headBit
		if r == ' ' { // see plain
			t.of16['-'] |= headBit
		}
		if h, ok := pairAt(w, 0); ok {
			t.pairs[h>>6] |= 1 << (h & 63)
		} else {
			t.alone[r>>6] |= 1 << (r & 63)
		}
	}
}

// pairAt is the hash of the two runes at s[i:], when both are of three bytes, or of
// the two bytes when both are ASCII.
func pairAt(s string, i int) (uint32, bool) {
	if i+1 < len(s) && s[i]|s[i+1] < utf8.RuneSelf {
		b := s[i+1]
		if b == '-' {
			b = ' '
		}
		return uint32(s[i])<<8 | uint32(b), true
	}
	if i+6 > len(s) || s[i] < 0xe0 || s[i+3]-0xe0 > 0xf {
		return 0, false
	}
	a := uint32(s[i]&0xf)<<12 | uint32(s[i+1]&0x3f)<<6 | uint32(s[i+2]&0x3f)
	b := uint32(s[i+3]&0xf)<<12 | uint32(s[i+4]&0x3f)<<6 | uint32(s[i+5]&0x3f)
	return pairHash(rune(a), rune(b)), true
}

func pairHash(a, b rune) uint32 {
	return (uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca6b) >> (32 - pairBits)
}

// pair reports whether some word may begin with r, which stands at text[i], and the rune after it.
func (t *runes) pair(text string, i int, r rune) bool {
	if r >= 1<<16 || t.alone[r>>6]>>(r&63)&1 != 0 && !inHangul(text, i) {
		return true
	}
	h, ok := pairAt(text, i)
	return !ok || t.pairs[h>>6]>>(h&63)&1 != 0
}

// inHangul reports a Korean syllable at text[i] before another: a word of one
// syllable stands by itself.
func inHangul(text string, i int) bool {
	return text[i] >= 0xea && i+4 < len(text) && hangulAt(text, i) && hangulAt(text, i+3)
}

func hangulAt(s string, i int) bool {
	switch c := s[i]; {
	case c > 0xea && c < 0xed:
		return true
	case c == 0xea:
		return s[i+1] >= 0xb0
	case c == 0xed:
		return s[i+1] < 0x9e
	}
	return false
}

// letters is the length of the run of letters that s begins with.
func (t *runes) letters(s string) int {
	for i, r := range s {
		if k, _ := t.of(r); k != letter {
			return i
		}
	}
	return len(s)
}

// head reports whether some word begins with r.
func (t *runes) head(r rune) bool { return r >= 1<<16 || t.of16[r]&headBit != 0 }

func newRunes() *runes {
	t := new(runes)
	set := func(tab *unicode.RangeTable, k kind, s script) {
		for _, r := range tab.R16 {
			for c := uint32(r.Lo); c <= uint32(r.Hi); c += uint32(r.Stride) {
				t.of16[c] = uint8(k)<<5 | uint8(s)
			}
		}
	}
	set(unicode.L, letter, noScript)
	set(unicode.M, letter, noScript)
	for _, x := range []struct {
		tab *unicode.RangeTable
		s   script
	}{
		{unicode.Latin, latin}, {unicode.Cyrillic, cyrillic}, {unicode.Arabic, arabic}, {unicode.Devanagari, devanagari},
		{unicode.Bengali, bengali}, {unicode.Sinhala, sinhala}, {unicode.Tamil, tamil}, {unicode.Ethiopic, ethiopic},
		{unicode.Thai, thai}, {unicode.Lao, lao}, {unicode.Khmer, khmer}, {unicode.Myanmar, myanmar},
		{unicode.Han, han}, {unicode.Hiragana, kana}, {unicode.Katakana, kana}, {unicode.Hangul, hangul},
	} {
		k := letter
		if x.s >= thai {
			k = base
		}
		for _, r := range x.tab.R16 {
			for c := uint32(r.Lo); c <= uint32(r.Hi); c += uint32(r.Stride) {
				if t.of16[c] != 0 { // letters and marks only
					t.of16[c] = uint8(k)<<5 | uint8(x.s)
				}
			}
		}
	}
	put := func(lo, hi rune, k kind) {
		for c := lo; c <= hi; c++ {
			t.of16[c] = uint8(k)<<5 | t.of16[c]&scriptMask
		}
	}
	put('0', '9', digit)
	put(0x0E30, 0x0E3A, mark) // Thai vowels and tones
	put(0x0E47, 0x0E4E, mark)
	put(0x0E40, 0x0E44, leading)
	put(0x0EB0, 0x0EBC, mark) // Lao
	put(0x0EC8, 0x0ECE, mark)
	put(0x0EC0, 0x0EC4, leading)
	put(0x17B4, 0x17D3, mark) // Khmer
	put(0x17D2, 0x17D2, stacker)
	put(0x102B, 0x103E, mark) // Burmese
	put(0x1039, 0x1039, stacker)
	put(0x3099, 0x309A, mark) // kana voicing
	put(0x0E2F, 0x0E2F, base) // Thai abbreviation sign
	put(0x0E46, 0x0E46, mark) // repetition signs
	put(0x0EC6, 0x0EC6, mark)
	put(0x30FC, 0x30FC, mark) // long vowel
	put(0x3005, 0x3005, base)
	put(0x00AA, 0x00AA, other) // ordinals
	put(0x00BA, 0x00BA, other)
	put(0x0964, 0x0965, other)  // danda
	put(0x1361, 0x1368, other)  // Ethiopic punctuation
	put(0xFE00, 0xFE0F, mark)   // variation selectors
	put(0x200C, 0x200D, letter) // joiners hold a word together
	return t
}

func (t *runes) of(r rune) (kind, script) {
	if r < 1<<16 {
		v := t.of16[r]
		return kind(v >> 5), script(v & scriptMask)
	}
	if r >= 0x20000 && r < 0x32000 {
		return base, han
	}
	return other, noScript
}
