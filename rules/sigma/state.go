package sigma

import "slices"

// state is one match under way: the event's fields, read once each, and what is
// known of the set's atoms.
type state struct {
	set    *Set
	ev     Event
	cells  []cell
	known  []verdict // by atom
	marked []uint64  // rules worth looking at, one bit each
}

// cell is one field of the event.
type cell struct {
	strs, folds         []string
	nums                []float64
	hasStrs, hasFolds   bool
	hasNums, known, has bool
	own                 []string // folds, when they differ from strs; kept for reuse
}

type verdict uint8

const (
	unknown verdict = iota
	yes
	no
)

func (s *Set) newState() *state {
	return &state{
		set:    s,
		cells:  make([]cell, len(s.slots)),
		known:  make([]verdict, len(s.atoms)),
		marked: make([]uint64, (len(s.rules)+63)/64),
	}
}

// load reads the fields that rules look values up in, and marks the rules of
// which a required value is there.
func (st *state) load(ev Event) {
	st.ev = ev
	for _, l := range st.set.lookup {
		for _, v := range st.folded(l.field) {
			a, ok := l.atoms[v]
			if !ok || st.known[a] == yes {
				continue
			}
			st.known[a] = yes
			for _, r := range st.set.trigger[a] {
				st.marked[r>>6] |= 1 << (r & 63)
			}
		}
	}
	for _, r := range st.set.always {
		st.marked[r>>6] |= 1 << (r & 63)
	}
}

// free gives st back.
func (st *state) free() {
	st.reset()
	st.set.pool.Put(st)
}

// reset drops everything of the event.
func (st *state) reset() {
	st.ev = nil
	for i := range st.cells {
		own := st.cells[i].own
		clear(own[:cap(own)])
		st.cells[i] = cell{own: own[:0]}
	}
	clear(st.known)
	clear(st.marked)
}

// holds evaluates a rule.
func (st *state) holds(in *inst) bool {
	switch in.op {
	case condName:
		return st.atom(in.atom) != in.neg
	case condAnd:
		for i := range in.kids {
			if !st.holds(&in.kids[i]) {
				return false
			}
		}
		return true
	default:
		for i := range in.kids {
			if st.holds(&in.kids[i]) {
				return true
			}
		}
		return false
	}
}

func (st *state) atom(i int32) bool {
	if st.known[i] == unknown {
		st.known[i] = no
		// Values that can be looked up were, when the event was loaded.
		if a := st.set.atoms[i]; !a.exact() && a.holds(st) {
			st.known[i] = yes
		}
	}
	return st.known[i] == yes
}

var _ fields = (*state)(nil)

func (st *state) strings(field string) []string {
	c := &st.cells[st.set.slotOf[field]]
	if !c.hasStrs {
		c.strs, c.hasStrs = st.ev.Strings(field), true
	}
	return c.strs
}

func (st *state) folded(field string) []string {
	strs := st.strings(field)
	c := &st.cells[st.set.slotOf[field]]
	if c.hasFolds {
		return c.folds
	}
	c.hasFolds, c.folds = true, strs
	for i, v := range strs {
		f := Fold(v)
		if f == v && len(c.own) == 0 {
			continue
		}
		if len(c.own) == 0 {
			c.own = append(slices.Grow(c.own, len(strs)), strs[:i]...)
		}
		c.own = append(c.own, f)
	}
	if len(c.own) > 0 {
		c.folds = c.own
	}
	return c.folds
}

func (st *state) numbers(field string) []float64 {
	c := &st.cells[st.set.slotOf[field]]
	if !c.hasNums {
		c.nums, c.hasNums = st.ev.Numbers(field), true
	}
	return c.nums
}

func (st *state) has(field string) bool {
	c := &st.cells[st.set.slotOf[field]]
	if !c.known {
		c.has, c.known = st.ev.Has(field), true
	}
	return c.has
}
