package sigma

import (
	"fmt"
	"slices"
)

// literal is an atom that must hold, or must not.
type literal struct {
	atom *atom
	neg  bool
}

// maxCases bounds how many cases of a rule are looked at; a rule with more is
// taken to be possible.
const maxCases = 4096

// cases turns n into the alternatives under which it holds, each a list of
// literals. It returns nil, false when there are too many.
func (n *node) cases() ([][]literal, bool) {
	switch n.op {
	case condName:
		return [][]literal{{{n.atom, n.neg}}}, true
	case condOr:
		var out [][]literal
		for _, k := range n.kids {
			cs, ok := k.cases()
			if out = append(out, cs...); !ok || len(out) > maxCases {
				return nil, false
			}
		}
		return out, true
	default:
		out := [][]literal{nil}
		for _, k := range n.kids {
			cs, ok := k.cases()
			if !ok || len(out)*len(cs) > maxCases {
				return nil, false
			}
			var next [][]literal
			for _, o := range out {
				for _, c := range cs {
					next = append(next, append(slices.Clone(o), c...))
				}
			}
			out = next
		}
		return out, true
	}
}

// logic checks that a rule can fire, and that it asks for an offer.
func (l *linter) logic(r *Rule) {
	line := r.condLine
	cs, ok := r.tree.cases()
	if !ok {
		return
	}
	why := ""
	possible := cs[:0:0]
	for _, c := range cs {
		if w := l.contradiction(c); w != "" {
			why = w
			continue
		}
		possible = append(possible, c)
	}
	if len(possible) == 0 {
		l.err(line, "never-fires", "the rule can never fire: "+why, "check the condition and the values")
		return
	}
	for _, c := range possible {
		if !slices.ContainsFunc(c, func(x literal) bool { return !x.neg }) {
			l.err(line, "fires-on-absence", "the rule can fire on a post in which none of its tests holds", "ask for something that must be there")
			return
		}
	}
	if r.Extra.WithoutStance != "" {
		return
	}
	if _, has := l.schema.Field("stance"); !has {
		return
	}
	for _, c := range possible {
		if !slices.ContainsFunc(c, func(x literal) bool {
			return !x.neg && x.atom.field == "stance" && x.atom.exact() && x.atom.text == "offer"
		}) {
			l.err(line, "stance", "the rule can fire on a post that is not an offer", "ask for stance: offer, or say why not under lurewatch.without_stance")
			return
		}
	}
}

// contradiction says why the literals of c cannot hold together, or "".
func (l *linter) contradiction(c []literal) string {
	for i, x := range c {
		for _, y := range c[:i] {
			if x.atom.key == y.atom.key && x.neg != y.neg {
				return fmt.Sprintf("%s must and must not be %q", x.atom.name(), x.atom.written)
			}
			if w := l.clash(x, y); w != "" {
				return w
			}
			if w := l.clash(y, x); w != "" {
				return w
			}
		}
	}
	return ""
}

// clash looks at an ordered pair of literals.
func (l *linter) clash(x, y literal) string {
	a, b := x.atom, y.atom
	if a.field != b.field || x.neg {
		return ""
	}
	if absent := a.op == opNull || a.op == opExists && !a.want; absent && !y.neg && b.op != opNull && b.op != opExists {
		return a.name() + " must be absent and have a value"
	}
	f, _ := l.schema.Field(a.field)
	if !f.Single || !a.exact() && !a.numeric() {
		return ""
	}
	switch {
	case a.exact() && b.op == opText && !b.cased && b.pat.match(a.text) == y.neg:
		if y.neg {
			return fmt.Sprintf("%s must be %q, which another test excludes", a.name(), a.written)
		}
		return fmt.Sprintf("%s has one value and must be both %q and %q", a.name(), a.written, b.written)
	case a.numeric() && b.numeric() && !y.neg && !overlap(a, b):
		return fmt.Sprintf("%s has one value and cannot meet both %s and %s", a.name(), a.written, b.written)
	}
	return ""
}

func (a *atom) name() string {
	if a.field == "" {
		return "the text"
	}
	return a.field
}

func (a *atom) numeric() bool {
	return a.op == opNumber || a.op == opGT || a.op == opGTE || a.op == opLT || a.op == opLTE
}

// overlap reports whether some number meets both a and b.
func overlap(a, b *atom) bool {
	if b.op == opNumber {
		a, b = b, a
	}
	if a.op == opNumber {
		return b.op == opNumber && a.num == b.num || b.op != opNumber && b.compare(a.num)
	}
	up := func(x *atom) bool { return x.op == opGT || x.op == opGTE }
	if up(a) == up(b) {
		return true
	}
	if up(b) {
		a, b = b, a
	}
	if a.num == b.num {
		return a.op == opGTE && b.op == opLTE
	}
	return a.num < b.num
}
