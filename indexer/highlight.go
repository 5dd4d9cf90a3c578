package indexer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Highlight is one stretch that a query matched: byte offsets in the original
// title or text.
type Highlight struct {
	Field string `json:"field"` // title | text
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Highlights finds what e matches in p, by field and place; stretches that touch
// are one. It analyses the original again, so both backends mark the same bytes.
func Highlights(a *Analyzer, e Expr, p post.Post) []Highlight {
	want := leaves(e, false, nil)
	if len(want) == 0 {
		return nil
	}
	return append(highlight(a, want, "title", p.Title), highlight(a, want, "text", p.Text)...)
}

func highlight(a *Analyzer, want []Leaf, field, s string) []Highlight {
	var out []Highlight
	toks := a.analyze(s)
	for i := range toks {
		for _, l := range want {
			if end, ok := l.matchAt(toks, i); ok {
				out = append(out, Highlight{Field: field, Start: toks[i].start, End: end})
			}
			if end, ok := numberAt(s, toks, i, l); ok {
				out = append(out, Highlight{Field: field, Start: toks[i].start, End: end})
			}
		}
	}
	slices.SortFunc(out, func(a, b Highlight) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	merged := out[:0]
	for _, h := range out {
		if n := len(merged); n > 0 && h.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, h.End)
			continue
		}
		merged = append(merged, h)
	}
	return merged
}

// matchAt reports whether the leaf begins at token i, and where in the original it ends.
func (l Leaf) matchAt(toks []token, i int) (end int, ok bool) {
	if i+len(l.Terms) > len(toks) {
		return 0, false
	}
	for j, term := range l.Terms {
		t := toks[i+j]
		last := j == len(l.Terms)-1
		if t.term != term && !(last && l.Prefix && strings.HasPrefix(t.term, term)) {
			return 0, false
		}
		end = t.end
		if last && l.cluster {
			end = t.mid
		}
	}
	return end, true
}

// numberAt reports a number written in groups from token i on that reads as the leaf's.
func numberAt(s string, toks []token, i int, l Leaf) (end int, ok bool) {
	number := l.Number
	if number == "" && len(l.Terms) == 1 {
		number = l.Terms[0]
	}
	if len(number) < minGrouped || !isDigit(number[0]) {
		return 0, false
	}
	if i > 0 && toks[i-1].kind == kindNumber && grouping(s, toks[i-1], toks[i]) {
		return 0, false // groups are joined as a whole
	}
	from := i
	for n := 0; i < len(toks) && toks[i].kind == kindNumber && n < len(number); i++ {
		if i > from && !grouping(s, toks[i-1], toks[i]) {
			return 0, false
		}
		n += len(toks[i].term)
		end = toks[i].end
	}
	return end, i > from && join(toks[from:i]) == number
}
