package sigma

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Explanation says of one part of a rule whether it held on a post, and what was
// seen there. The root is the rule's condition.
type Explanation struct {
	What  string        `json:"what"` // rule, filter, and, or, not, 1 of, all of, selection, alternative, field
	Label string        `json:"label"`
	Held  bool          `json:"held"`
	Line  int           `json:"line,omitempty"`
	Seen  []string      `json:"seen,omitempty"` // of a field: its values in the post, shortened
	Parts []Explanation `json:"parts,omitempty"`
}

// Bounds of what Explain shows of one field.
const (
	maxSeen     = 8
	maxSeenText = 120 // bytes
)

// Explain tells which parts of r held on ev, which did not, and which values
// were there. Nothing is skipped, so it is slower than [Rule.Match]. Filters are
// not looked at; see [Set.Explain].
func (r *Rule) Explain(ev Event) Explanation { return r.solo.Explain(r, ev) }

// Explain is [Rule.Explain] for a rule of the set, with the filters that apply to
// it: the rule held when its condition did and every filter let it.
func (s *Set) Explain(r *Rule, ev Event) Explanation {
	st := s.pool.Get().(*state) //nolint:errcheck // the pool holds nothing else
	defer st.free()
	st.load(ev)
	e := explainConds("rule", r.Title, r.Line, r.conds, r.sels, st)
	for _, f := range s.filters {
		if f.applies(r) {
			part := explainConds("filter", f.Title, f.Line, f.conds, f.sels, st)
			e.Held = e.Held && part.Held
			e.Parts = append(e.Parts, part)
		}
	}
	return e
}

// explainConds explains conditions that are joined by or.
func explainConds(what, label string, line int, conds []cond, sels []selection, st *state) Explanation {
	e := Explanation{What: what, Label: label, Line: line}
	for _, c := range conds {
		part := explainCond(c, sels, st)
		e.Held = e.Held || part.Held
		e.Parts = append(e.Parts, part)
	}
	return e
}

func explainCond(c cond, sels []selection, st *state) Explanation {
	switch c.op {
	case condName:
		for i := range sels {
			if sels[i].name == c.name {
				return explainSelection(&sels[i], st)
			}
		}
		return Explanation{What: "selection", Label: c.name}
	case condSelect:
		e := Explanation{What: "1 of", Label: c.String()}
		var parts []Explanation
		for i := range sels {
			if c.selects(sels[i].name) {
				parts = append(parts, explainSelection(&sels[i], st))
			}
		}
		return e.with(c.all, parts)
	case condNot:
		part := explainCond(c.kids[0], sels, st)
		return Explanation{What: "not", Label: c.String(), Held: !part.Held, Parts: []Explanation{part}}
	default:
		e := Explanation{What: "or", Label: c.String()}
		var parts []Explanation
		for _, k := range c.kids {
			parts = append(parts, explainCond(k, sels, st))
		}
		if c.op == condAnd {
			e.What = "and"
		}
		return e.with(c.op == condAnd, parts)
	}
}

// with sets the parts of e, of which all must hold, or one.
func (e Explanation) with(all bool, parts []Explanation) Explanation {
	e.Held, e.Parts = all, parts
	for _, p := range parts {
		if all {
			e.Held = e.Held && p.Held
		} else {
			e.Held = e.Held || p.Held
		}
	}
	if e.What == "1 of" && all {
		e.What = "all of"
	}
	return e
}

func explainSelection(s *selection, st *state) Explanation {
	e := Explanation{What: "selection", Label: s.name, Line: s.line}
	var alternatives []Explanation
	for _, g := range s.groups {
		var items []Explanation
		for _, it := range g.items {
			items = append(items, explainItem(it, st))
		}
		alternatives = append(alternatives, Explanation{What: "alternative"}.with(true, items))
	}
	if len(alternatives) == 1 {
		return e.with(true, alternatives[0].Parts)
	}
	return e.with(false, alternatives)
}

func explainItem(it *item, st *state) Explanation {
	e := Explanation{What: "field", Line: it.line, Label: it.label()}
	held := it.all
	for _, a := range it.atoms {
		ok := st.atom(st.set.index[a.key])
		if it.all {
			held = held && ok
		} else {
			held = held || ok
		}
	}
	e.Held = held != it.negate
	for _, v := range st.strings(it.field) {
		e.Seen = append(e.Seen, shorten(v))
	}
	for _, n := range st.numbers(it.field) {
		e.Seen = append(e.Seen, strconv.FormatFloat(n, 'f', -1, 64))
	}
	if more := len(e.Seen) - maxSeen; more > 0 {
		e.Seen = append(e.Seen[:maxSeen], fmt.Sprintf("… and %d more", more))
	}
	return e
}

func (it *item) label() string {
	key := it.key
	if key == "" {
		key = "keywords"
	}
	return key + ": " + strings.Join(it.written, " | ")
}

func shorten(s string) string {
	if len(s) <= maxSeenText {
		return s
	}
	cut := maxSeenText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// String draws the tree, one part a line: + held, - did not.
func (e Explanation) String() string {
	var b strings.Builder
	e.draw(&b, 0)
	return b.String()
}

func (e Explanation) draw(b *strings.Builder, depth int) {
	mark := "-"
	if e.Held {
		mark = "+"
	}
	label := e.Label
	if label == "" {
		label = e.What
	}
	fmt.Fprintf(b, "%s%s %s", strings.Repeat("  ", depth), mark, label)
	if e.What == "field" {
		seen := "nothing"
		if len(e.Seen) > 0 {
			seen = strings.Join(e.Seen, ", ")
		}
		fmt.Fprintf(b, "   (seen: %s)", seen)
	}
	b.WriteByte('\n')
	for _, p := range e.Parts {
		p.draw(b, depth+1)
	}
}
