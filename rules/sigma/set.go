package sigma

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// Set is many rules compiled together. An event is read once: its values are
// looked up among the values that rules ask for, and only the rules of which the
// required values are there are looked at. A Set is immutable and safe for
// concurrent use; matching allocates nothing once it is warm.
type Set struct {
	rules   []*Rule
	filters []*Filter
	progs   []inst
	atoms   []*atom
	places  []place          // by atom, the fields that it reads
	slots   []string         // fields that are read, "" included when there are keywords
	slotOf  map[string]int32 // field → slot

	lookup  []lookup // fields with atoms that can be looked up
	trigger [][]int32
	second  [][]int32 // rules that wait for a value of another kind too
	lone    []uint64  // rules that do not, one bit each
	always  []int32   // rules without a required value: looked at every time

	pool  sync.Pool
	index map[string]int32 // key of an atom → its number
}

// lookup finds the atoms of one field that ask for one value each.
type lookup struct {
	field int32 // slot
	atoms map[string]int32
}

// place is the slot of the field that an atom reads, and that of the field it refers to.
type place struct{ field, other int32 }

// NewSet compiles rules, with the filters that apply to them. Two rules with one
// id are an error, as is a filter that names a rule that is not there.
func NewSet(rules []*Rule, filters []*Filter) (*Set, error) {
	s := &Set{rules: slices.Clone(rules), filters: slices.Clone(filters), slotOf: map[string]int32{}, index: map[string]int32{}}
	ids := map[string]*Rule{}
	for _, r := range rules {
		if first, dup := ids[r.ID]; dup && r.ID != "" {
			return nil, Errors{{File: r.File, Line: r.lineOf("id"), Rule: r.Title, Path: "id", Msg: fmt.Sprintf("%s has the same id %s", first.File, r.ID), Hint: "give one a new uuid"}}
		}
		ids[r.ID] = r
	}
	for _, f := range filters {
		for _, ref := range f.Rules {
			if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.named(ref) }) {
				return nil, Errors{{File: f.File, Line: f.lineOf("filter"), Rule: f.Title, Path: "filter.rules", Msg: "there is no rule " + ref, Hint: "list the ids with `lurewatch rules list`"}}
			}
		}
	}
	for _, r := range s.rules {
		n := r.tree
		for _, f := range filters {
			if f.applies(r) {
				n = gather(true, []*node{n, f.tree})
			}
		}
		s.progs = append(s.progs, s.link(n))
	}
	s.plan()
	s.pool.New = func() any { return s.newState() }
	return s, nil
}

// Rules returns the rules in the order given. Do not change the slice.
func (s *Set) Rules() []*Rule { return s.rules }

// Filters returns the filters that narrow the rules. Do not change the slice.
func (s *Set) Filters() []*Filter { return s.filters }

func (s *Set) intern(a *atom) int32 {
	if i, ok := s.index[a.key]; ok {
		return i
	}
	i := int32(len(s.atoms))
	s.atoms, s.index[a.key] = append(s.atoms, a), i
	at := place{field: s.slot(a.field)}
	if a.op == opRef {
		at.other = s.slot(a.text)
	}
	s.places = append(s.places, at)
	return i
}

func (s *Set) slot(field string) int32 {
	i, ok := s.slotOf[field]
	if !ok {
		i = int32(len(s.slots))
		s.slotOf[field] = i
		s.slots = append(s.slots, field)
	}
	return i
}

// plan builds the lookups and picks the triggers of each rule: the two lists of
// required values that the fewest rules share.
func (s *Set) plan() {
	byField := map[string]int{}
	for i, a := range s.atoms {
		if !a.exact() {
			continue
		}
		f, ok := byField[a.field]
		if !ok {
			f = len(s.lookup)
			byField[a.field] = f
			s.lookup = append(s.lookup, lookup{field: s.slot(a.field), atoms: map[string]int32{}})
		}
		s.lookup[f].atoms[a.text] = int32(i)
	}
	required := make([][][]int32, len(s.progs))
	shared := make([]int, len(s.atoms))
	for r, p := range s.progs {
		required[r] = s.clauses(p)
		for _, c := range required[r] {
			for _, a := range c {
				shared[a]++
			}
		}
	}
	weight := func(c []int32) (n int) {
		for _, a := range c {
			n += shared[a]
		}
		return n
	}
	s.trigger, s.second, s.lone = make([][]int32, len(s.atoms)), make([][]int32, len(s.atoms)), make([]uint64, (len(s.rules)+63)/64)
	for r, cs := range required {
		if len(cs) == 0 {
			s.always = append(s.always, int32(r))
		}
		if len(cs) < 2 {
			s.lone[r>>6] |= 1 << (r & 63)
		}
		slices.SortStableFunc(cs, func(a, b []int32) int { return weight(a) - weight(b) })
		for i, by := range [...][][]int32{s.trigger, s.second} {
			if i >= len(cs) {
				break
			}
			for _, a := range cs[i] {
				by[a] = append(by[a], int32(r))
			}
		}
	}
}

// Match appends to dst the rules that fire on ev, in the order of the set.
func (s *Set) Match(ev Event, dst []*Rule) []*Rule {
	st := s.pool.Get().(*state) //nolint:errcheck // the pool holds nothing else
	defer st.free()
	return s.match(st, ev, dst)
}

func (s *Set) match(st *state, ev Event, dst []*Rule) []*Rule {
	st.load(ev)
	return s.fire(st, dst)
}

// fire appends the rules that fire among those worth looking at.
func (s *Set) fire(st *state, dst []*Rule) []*Rule {
	for w, word := range st.marked {
		word &= st.met[w] | s.lone[w]
		for word != 0 {
			r := w<<6 + bits.TrailingZeros64(word)
			word &= word - 1
			if st.holds(&s.progs[r]) {
				dst = append(dst, s.rules[r])
			}
		}
	}
	return dst
}
