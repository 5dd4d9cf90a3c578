package sigma

import (
	"testing"
)

func TestFoldIsThatOfUnicode(t *testing.T) {
	for name, s := range map[string]string{
		"capitals":                "HELLO Wörld",
		"full width":              "ＡＢＣ　１２",
		"sharp s":                 "STRASSE straße",
		"marks that join":         "e\u0301\u0323 E\u0323\u0301 x\u0302",
		"a mark at the front":     "\u0301abc",
		"Hangul letters":          "\u1112\u1161\u11ab 한글",
		"Indic signs in two":      "\u0995\u09c7\u09be \u0b95\u0bc6\u0bbe",
		"ligatures":               "oﬃce ﬁre ﷺ",
		"kana voicing":            "か\u3099 ｶﾞ",
		"beyond the basic plane":  "𝓌𝒽𝒶𝓉 😀\u200d💼 a\U00011300",
		"invalid bytes":           "ab\xffÉ\xc3",
		"a dotted capital i":      "İstanbul I\u0307",
		"iota below":              "ᾳ Α\u0345",
		"ASCII before a mark":     "cafe\u0301 A\u030a",
		"the replacement is text": "x\ufffdÉ",
	} {
		if got, want := Fold(s), foldUnicode(s); got != want {
			t.Errorf("%s: Fold(%q) = %q, want %q", name, s, got, want)
		}
	}
}

func FuzzFoldIsThatOfUnicode(f *testing.F) {
	f.Add("e\u0301 ＡＢＣ straße \u1112\u1161\u11ab ﷺ か\u3099")
	f.Add("\U0001d15e\U0001d165 ʼn ǰ ΰ")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Fold(s), foldUnicode(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
		if once := Fold(s); Fold(once) != foldUnicode(once) {
			t.Errorf("Fold(%q) folds again to %q", s, Fold(once))
		}
	})
}
