package sigma

import "slices"

// state is one match under way: the event's fields, read once each, and what is
// known of the set's atoms.
type state struct {
	set    *Set
	ev     Event
	cells  []cell
	known  []verdict // by atom
	marked []uint64  // rules of which a required value is there, one bit each
	met    []uint64  // and those of which one of another kind is
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
		met:    make([]uint64, (len(s.rules)+63)/64),
	}
}

// load reads the fields that rules look values up in, and marks the rules of
// which a required value is there.
func (st *state) load(ev Event) {
	st.ev = ev
	for _, l := range st.set.lookup {
		st.look(l)
	}
	st.always()
}

// look finds the values of one field among those that rules look up.
func (st *state) look(l lookup) {
	for _, v := range st.folded(l.field) {
		if a, ok := l.atoms[v]; ok {
			st.found(a)
		}
	}
}

// found notes that atom a holds, and marks the rules that wait for it.
func (st *state) found(a int32) {
	if st.known[a] == yes {
		return
	}
	st.known[a] = yes
	for _, r := range st.set.trigger[a] {
		st.marked[r>>6] |= 1 << (r & 63)
	}
	for _, r := range st.set.second[a] {
		st.met[r>>6] |= 1 << (r & 63)
	}
}

// always marks the rules that wait for nothing.
func (st *state) always() {
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
		st.cells[i].reset()
	}
	clear(st.known)
	clear(st.marked)
	clear(st.met)
}

// reset drops the values of a field.
func (c *cell) reset() {
	if c.hasStrs || c.hasNums || c.known {
		clear(c.own[:cap(c.own)])
		*c = cell{own: c.own[:0]}
	}
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
		if a := st.set.atoms[i]; !a.exact() && a.holds(st, st.set.places[i]) {
			st.known[i] = yes
		}
	}
	return st.known[i] == yes
}

func (st *state) strings(slot int32) []string {
	c := &st.cells[slot]
	if !c.hasStrs {
		c.strs, c.hasStrs = st.ev.Strings(st.set.slots[slot]), true
	}
	return c.strs
}

func (st *state) folded(slot int32) []string {
	strs := st.strings(slot)
	c := &st.cells[slot]
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

func (st *state) numbers(slot int32) []float64 {
	c := &st.cells[slot]
	if !c.hasNums {
		c.nums, c.hasNums = st.ev.Numbers(st.set.slots[slot]), true
	}
	return c.nums
}

func (st *state) has(slot int32) bool {
	c := &st.cells[slot]
	if !c.known {
		c.has, c.known = st.ev.Has(st.set.slots[slot]), true
	}
	return c.has
}
