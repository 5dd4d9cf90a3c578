package rules

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one thing that a reviewer of rules should look at. A pack with
// findings still loads.
type Finding struct {
	File string
	Line int
	Text string
}

// String is FILE:LINE: what.
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// opposites may not share a word that counts alone: such a word says nothing.
func opposites() [][2]string {
	return [][2]string{
		{"HIRE", "SEEKER"}, {"DENIAL", "SCAM_WORD"}, {"DENIAL", "LOCKED"}, {"FREE", "PENALTY"},
		{"HIRE", "WARN"}, {"DENIAL", "WARN"}, {"HIRE", "NOT_NEEDED"}, {"FLIGHT", "TELEGRAM"},
	}
}

// Lint looks for words that stand twice in a class, words that a stem of the
// same class already takes, words that stand in two classes which mean the
// opposite, and phrases of two concepts at once.
func (p *Pack) Lint() []Finding {
	var out []Finding
	for _, l := range p.Lexicons {
		out = append(out, l.Lint()...)
	}
	return out
}

// Lint is [Pack.Lint] of one language.
func (l *Lexicon) Lint() []Finding {
	var out []Finding
	add := func(line int, format string, args ...any) {
		out = append(out, Finding{l.File, line, fmt.Sprintf(format, args...)})
	}
	alone := map[string]map[string]int{} // class → word that counts alone → line
	for class, ws := range l.Classes {
		seen := map[string]int{}
		alone[class] = map[string]int{}
		for _, w := range ws {
			if first, ok := seen[w.Text]; ok {
				add(w.Line, "%s: %q stands in line %d already", class, w.Text, first)
			}
			seen[w.Text] = w.Line
			if !w.Ambiguous {
				alone[class][w.Text] = w.Line
			}
		}
	}
	for _, pair := range opposites() {
		for w, line := range alone[pair[0]] {
			if _, ok := alone[pair[1]][w]; ok {
				add(line, "%q counts alone both as %s and as %s: mark one with ?", w, pair[0], pair[1])
			}
		}
	}
	seen := map[string]string{}
	for concept, ps := range l.Phrases {
		for _, ph := range ps {
			if other, ok := seen[concept+"\x1f"+ph.Text]; ok {
				add(ph.Line, "%s: phrase %q stands here twice (%s)", concept, ph.Text, other)
			}
			seen[concept+"\x1f"+ph.Text] = concept
		}
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return out
}
