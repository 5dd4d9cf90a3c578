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

// runes tells of the runes of the basic plane in one load, from the top: the kind
// in 3 bits, whether a word begins with it, the script in 4 bits.
type runes [1 << 16]uint8

const (
	headBit    = 1 << 4
	scriptMask = headBit - 1
)

// starts makes t know the first runes of words.
func (t *runes) starts(words []string) {
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); r < 1<<16 {
			t[r] |= headBit
			if r == ' ' { // see plain
				t['-'] |= headBit
			}
		}
	}
}

// head reports whether some word begins with r.
func (t *runes) head(r rune) bool { return r >= 1<<16 || t[r]&headBit != 0 }

func newRunes() *runes {
	t := new(runes)
	set := func(tab *unicode.RangeTable, k kind, s script) {
		for _, r := range tab.R16 {
			for c := uint32(r.Lo); c <= uint32(r.Hi); c += uint32(r.Stride) {
				t[c] = uint8(k)<<5 | uint8(s)
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
				if t[c] != 0 { // letters and marks only
					t[c] = uint8(k)<<5 | uint8(x.s)
				}
			}
		}
	}
	put := func(lo, hi rune, k kind) {
		for c := lo; c <= hi; c++ {
			t[c] = uint8(k)<<5 | t[c]&scriptMask
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
		v := t[r]
		return kind(v >> 5), script(v & scriptMask)
	}
	if r >= 0x20000 && r < 0x32000 {
		return base, han
	}
	return other, noScript
}
