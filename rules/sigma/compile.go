package sigma

import (
	"fmt"
	"slices"
)

// node is a condition with its selections put in place: and, or over nodes, and
// atoms that may be negated. Nots are pushed down to the atoms.
type node struct {
	op   condOp // condAnd, condOr, or condName for an atom
	atom *atom
	neg  bool
	kids []*node
}

// expander turns conditions into nodes and counts, so that a short condition
// over large selections cannot grow without bound.
type expander struct {
	sels []selection
	made int
}

func (x *expander) find(name string) *selection {
	for i := range x.sels {
		if x.sels[i].name == name {
			return &x.sels[i]
		}
	}
	return nil
}

// condition expands c, negated when neg is set.
func (x *expander) condition(c cond, neg bool) (*node, error) {
	switch c.op {
	case condNot:
		return x.condition(c.kids[0], !neg)
	case condName:
		s := x.find(c.name)
		if s == nil {
			return nil, fmt.Errorf("there is no selection %q", c.name)
		}
		return x.selection(s, neg)
	case condSelect:
		var kids []*node
		for i := range x.sels {
			if !c.selects(x.sels[i].name) {
				continue
			}
			n, err := x.selection(&x.sels[i], neg)
			if err != nil {
				return nil, err
			}
			kids = append(kids, n)
		}
		if len(kids) == 0 {
			return nil, fmt.Errorf("`%s` takes in no selection", c)
		}
		return gather(c.all != neg, kids), nil
	default:
		kids := make([]*node, 0, len(c.kids))
		for _, k := range c.kids {
			n, err := x.condition(k, neg)
			if err != nil {
				return nil, err
			}
			kids = append(kids, n)
		}
		return gather((c.op == condAnd) != neg, kids), nil
	}
}

func (x *expander) selection(s *selection, neg bool) (*node, error) {
	alternatives := make([]*node, 0, len(s.groups))
	for _, g := range s.groups {
		items := make([]*node, 0, len(g.items))
		for _, it := range g.items {
			if x.made += len(it.atoms); x.made > maxCompiled {
				return nil, fmt.Errorf("the rule has more than %d tests once its selections are put in place", maxCompiled)
			}
			flip := neg != it.negate
			atoms := make([]*node, len(it.atoms))
			for i, a := range it.atoms {
				atoms[i] = &node{op: condName, atom: a, neg: flip}
			}
			items = append(items, gather(it.all != flip, atoms))
		}
		alternatives = append(alternatives, gather(!neg, items))
	}
	return gather(neg, alternatives), nil
}

// gather joins nodes with and or or, flattening what is already so joined.
func gather(and bool, kids []*node) *node {
	if len(kids) == 1 {
		return kids[0]
	}
	n := &node{op: condOr}
	if and {
		n.op = condAnd
	}
	for _, k := range kids {
		if k.op == n.op {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	return n
}

// inst is a node inside a [Set]: its atom is an index into the atoms of the set.
type inst struct {
	op   condOp
	neg  bool
	atom int32
	cost int
	kids []inst
}

// link numbers the atoms of n and puts what is cheap to test first.
func (s *Set) link(n *node) inst {
	if n.op == condName {
		return inst{op: condName, neg: n.neg, atom: s.intern(n.atom), cost: n.atom.cost()}
	}
	in := inst{op: n.op, kids: make([]inst, len(n.kids))}
	for i, k := range n.kids {
		in.kids[i] = s.link(k)
		in.cost += in.kids[i].cost + 1
	}
	slices.SortStableFunc(in.kids, func(a, b inst) int { return a.cost - b.cost })
	return in
}

// maxClause bounds how many atoms a trigger may have.
const maxClause = 256

// clauses returns sets of atoms, of each of which at least one must hold for in
// to hold. Only atoms that can be looked up count.
func (s *Set) clauses(in inst) [][]int32 {
	switch in.op {
	case condName:
		if in.neg || !s.atoms[in.atom].exact() {
			return nil
		}
		return [][]int32{{in.atom}}
	case condAnd:
		var out [][]int32
		for _, k := range in.kids {
			out = append(out, s.clauses(k)...)
		}
		return out
	default:
		var one []int32
		for _, k := range in.kids {
			cs := s.clauses(k)
			if len(cs) == 0 {
				return nil
			}
			best := slices.MinFunc(cs, func(a, b []int32) int { return len(a) - len(b) })
			if one = append(one, best...); len(one) > maxClause {
				return nil
			}
		}
		slices.Sort(one)
		return [][]int32{slices.Compact(one)}
	}
}
