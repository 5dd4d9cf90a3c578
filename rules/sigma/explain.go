package sigma

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Explanation says of one part of a rule whether it held on a post, and what was
// seen there. The root is the rule with its condition, and its filters.
type Explanation struct {
	What    string        `json:"what"` // rule, filter, and, or, not, 1 of, all of, selection, alternative, field
	Label   string        `json:"label"`
	Held    bool          `json:"held"`
	Line    int           `json:"line,omitempty"`
	Seen    []string      `json:"seen,omitempty"`    // of a field: its values in the post, shortened
	Matched []string      `json:"matched,omitempty"` // of a field: the values of the rule that were found
	Missing []string      `json:"missing,omitempty"` // of a field: those that were not
	Parts   []Explanation `json:"parts,omitempty"`

	key      string // of a field, as written, modifiers and all
	all, neq bool   // of a field: every value is asked for; none may be there
	every    bool   // all parts must hold, not one
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
	parts := []Explanation{explainConds(r.conds, r.sels, st)}
	for _, f := range s.filters {
		if f.applies(r) {
			part := Explanation{What: "filter", Label: f.Title, Line: f.Line}
			parts = append(parts, part.with(true, []Explanation{explainConds(f.conds, f.sels, st)}))
		}
	}
	return Explanation{What: "rule", Label: r.Title, Line: r.Line}.with(true, parts)
}

// explainConds explains conditions that are joined by or.
func explainConds(conds []cond, sels []selection, st *state) Explanation {
	if len(conds) == 1 {
		return explainCond(conds[0], sels, st)
	}
	return explainCond(cond{op: condOr, kids: conds}, sels, st)
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
	e.Held, e.Parts, e.every = all, parts, all
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
	e := Explanation{What: "field", Line: it.line, Label: it.label(), key: it.key, all: it.all, neq: it.negate}
	for i, a := range it.atoms {
		if st.atom(st.set.index[a.key]) {
			e.Matched = append(e.Matched, it.written[i])
		} else {
			e.Missing = append(e.Missing, it.written[i])
		}
	}
	held := len(e.Matched) > 0
	if it.all {
		held = len(e.Missing) == 0
	}
	e.Held = held != it.negate
	slot := st.set.slotOf[it.field]
	for _, v := range st.strings(slot) {
		e.Seen = append(e.Seen, shorten(v))
	}
	for _, n := range st.numbers(slot) {
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
