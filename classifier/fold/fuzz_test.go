package fold

import (
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
