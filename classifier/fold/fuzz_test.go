package fold

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// checkText fails unless every span of x is in bounds, on rune boundaries, monotone
// and covers what it should.
func checkText(t *testing.T, x Text) {
	t.Helper()
	if !utf8.ValidString(x.Folded) {
		t.Fatalf("fold(%q) is not UTF-8: %q", x.Original, x.Folded)
	}
	last, lastEnd := 0, 0
	valid := utf8.ValidString(x.Original)
	for i, r := range x.Folded {
		start, end := x.Span(i, i+utf8.RuneLen(r))
		if start < 0 || end > len(x.Original) || start >= end {
			t.Fatalf("fold(%q): %q at %d spans %d to %d of %d", x.Original, r, i, start, end, len(x.Original))
		}
		if start < last || end < lastEnd {
			t.Fatalf("fold(%q): %q at %d spans %d to %d, before %d to %d", x.Original, r, i, start, end, last, lastEnd)
		}
		if valid && (!utf8.RuneStart(x.Original[start]) || end < len(x.Original) && !utf8.RuneStart(x.Original[end])) {
			t.Fatalf("fold(%q): %q at %d spans %d to %d, inside a rune", x.Original, r, i, start, end)
		}
		last, lastEnd = start, end
	}
}

func FuzzFold(f *testing.F) {
	seeds := []string{
		"Hiring NOW t . m e / x", "Телeгрaм", "\u200bpass\u200dport\u202e", "h i r i n g", "高 薪 招 聘 *", "1️⃣0️⃣", "🇭🇮🇷🇮🇳🇬", "น\u0e49\u0e4d\u0e32 เเร",
		"ស\u17d2\u179a\u17d2\u178fី ក\u17c1\u17b8", "ခွင\u1037\u103a ၁ဝဝဝ", "ျမန္မာ", "e\u0301\u0323", "\u1112\u1161\u11ab", "ｶﾞ", "微亻言", "hiriiing", "\xff\xf0\x9f", "ﷺ ½ ㈱ ß İ",
		"\u09c7\u09be \u0bc6\u0bbe", "👨\u200d👩", "a b c d e f.g.h.i.j", "0nline h1ring $alary",
		"h 1 r 1 n g", "ง า น", "រ.ក.ក.រ", "sc*m Camp.u.chia", "高*薪 博·彩", "р4бота 3арплата", "рау good ꓑay", "⒣⒤", "贝者",
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x := Fold(s)
		checkText(t, x)
		// What is no Burmese in either encoding may look like Zawgyi again.
		if y := Fold(x.Folded); y.Folded != x.Folded && !slices.Contains(y.Disguises, Zawgyi) {
			t.Fatalf("fold(%q) = %q, folded again %q", s, x.Folded, y.Folded)
		}
		if y, ok := x.Stripped(); ok {
			checkText(t, y)
		}
		if y, ok := x.Unleet(); ok {
			checkText(t, y)
		}
	})
}
