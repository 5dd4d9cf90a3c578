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

// maxSteps bounds the search through the cases of a rule. A rule that is not
// decided by then is taken to be possible.
const maxSteps = 200_000

// search walks the cases under which a condition holds: each a list of literals
// that can hold together. A case is left as soon as two of its literals exclude
// each other, or when drop says that it is of no interest.
type search struct {
	lint  *linter
	drop  func(literal) bool
	steps int
	why   string // of the first case that could not be
}

// possible finds a case of n. decided is false when the search was given up.
func (l *linter) possible(n *node, drop func(literal) bool) (found, decided bool, why string) {
	s := search{lint: l, drop: drop}
	s.walk([]*node{n}, nil, &found)
	return found, found || s.steps <= maxSteps, s.why
}

// walk reports whether to go on.
func (s *search) walk(todo []*node, have []literal, found *bool) bool {
	if s.steps++; s.steps > maxSteps {
		return false
	}
	if len(todo) == 0 {
		*found = true
		return false
	}
	n, rest := todo[0], todo[1:]
	switch n.op {
	case condName:
		x := literal{n.atom, n.neg}
		if s.drop != nil && s.drop(x) {
			return true
		}
		if w := s.lint.contradiction(have, x); w != "" {
			if s.why == "" {
				s.why = w
			}
			return true
		}
		return s.walk(rest, append(have, x), found)
	case condAnd: // what has no alternatives first: it ends most cases at once
		next := make([]*node, 0, len(n.kids)+len(rest))
		for _, single := range []bool{true, false} {
			for _, k := range n.kids {
				if (k.op == condName) == single {
					next = append(next, k)
				}
			}
		}
		return s.walk(append(next, rest...), have, found)
	default:
		for _, k := range n.kids {
			if !s.walk(append([]*node{k}, rest...), have, found) {
				return false
			}
		}
		return true
	}
}

func positive(x literal) bool { return !x.neg }

func offers(x literal) bool {
	return !x.neg && x.atom.field == "stance" && x.atom.exact() && x.atom.text == "offer"
}

// logic checks that a rule can fire, and that it asks for an offer.
func (l *linter) logic(r *Rule) {
	line := r.condLine
	found, decided, why := l.possible(r.tree, nil)
	switch {
	case !decided:
		return
	case !found:
		l.err(line, "never-fires", "the rule can never fire: "+why, "check the condition and the values")
		return
	}
	if found, _, _ := l.possible(r.tree, positive); found {
		l.err(line, "fires-on-absence", "the rule can fire on a post in which none of its tests holds", "ask for something that must be there")
		return
	}
	if _, has := l.schema.Field("stance"); !has || r.Extra.WithoutStance != "" {
		return
	}
	if found, _, _ := l.possible(r.tree, offers); found {
		l.err(line, "stance", "the rule can fire on a post that is not an offer", "ask for stance: offer, or say why not under lurewatch.without_stance")
	}
}

// filterLogic checks that a filter leaves something, and takes something away.
func (l *linter) filterLogic(f *Filter, rules []*Rule) {
	line := f.condLine
	found, decided, why := l.possible(f.tree, nil)
	if decided && !found {
		l.err(line, "filter-mutes", "the condition of the filter can never hold, so that no rule it applies to can fire: "+why, "write condition: not SELECTION")
		return
	}
	if found, decided, _ := l.possible(f.tree, positive); decided && !found {
		l.warn(line, "filter-narrows", "rules fire only where the condition of the filter holds, and it asks for something to be there", "to mute what a selection describes, write condition: not SELECTION")
	}
	applies := 0
	for _, r := range rules {
		if !f.applies(r) {
			continue
		}
		applies++
		whole, _, _ := l.possible(r.tree, nil)
		if found, decided, why := l.possible(gather(true, []*node{r.tree, f.tree}), nil); whole && decided && !found {
			l.err(line, "filter-mutes", fmt.Sprintf("with the filter the rule %q can never fire: %s", r.Title, why), "narrow the filter, or take the rule out of it")
		}
	}
	named := slices.ContainsFunc(f.Rules, func(ref string) bool { return !slices.ContainsFunc(rules, func(r *Rule) bool { return r.named(ref) }) })
	if applies == 0 && len(rules) > 0 && !named { // a name that is not there is told already
		l.err(f.Line, "filter-idle", "the filter applies to no rule", "check rules and logsource")
	}
}

// contradiction says why x cannot hold, or not beside what have holds, or "".
func (l *linter) contradiction(have []literal, x literal) string {
	if w := l.unsayable(x); w != "" {
		return w
	}
	for _, y := range have {
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
	return ""
}

// unsayable reports a test for values none of which a post can have.
func (l *linter) unsayable(x literal) string {
	a := x.atom
	f, _ := l.schema.Field(a.field)
	if x.neg || len(f.Never) == 0 || a.op != opText || !slices.ContainsFunc(f.Never, a.pat.match) {
		return ""
	}
	for _, v := range f.Values {
		if a.pat.match(v) && !slices.Contains(f.Never, v) {
			return ""
		}
	}
	return fmt.Sprintf("%s is never %q: no language has words for it", a.name(), a.written)
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
	case a.numeric() && b.numeric() && y.neg && within(a, b):
		return fmt.Sprintf("%s must be %s, which another test excludes", a.name(), a.condition())
	case a.numeric() && b.numeric() && !y.neg && !overlap(a, b):
		return fmt.Sprintf("%s has one value and cannot be both %s and %s", a.name(), a.condition(), b.condition())
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

// within reports whether every number that meets a meets b.
func within(a, b *atom) bool {
	up := func(x *atom) bool { return x.op == opGT || x.op == opGTE }
	switch {
	case a.op == opNumber:
		return b.op == opNumber && a.num == b.num || b.op != opNumber && b.compare(a.num)
	case b.op == opNumber || up(a) != up(b):
		return false
	case a.num == b.num:
		return a.op == b.op || a.op == opGT || a.op == opLT
	}
	return a.num > b.num == up(a)
}

// condition is a numeric test as people write it.
func (a *atom) condition() string {
	sign := map[op]string{opGT: "> ", opGTE: ">= ", opLT: "< ", opLTE: "<= "}[a.op]
	return sign + a.written
}
