package sigma

// Matcher matches a set against one post again and again, as a whole and in parts:
// what the texts of a post say is folded and searched once. It belongs to one
// goroutine. Start at [Set.Matcher].
type Matcher struct {
	set   *Set
	st    *state
	given int32   // slot of the field whose values come as numbers, -1 for none
	fixed []bool  // by slot, fields that stay as they are for all parts of a post
	kept  []int32 // atoms that read such fields
	held  []verdict
}

// Matcher makes a matcher. Values of the field given come as numbers, see
// [Set.Numbers]; those of the fields fixed are the same from one [Matcher.Begin] to the next.
func (s *Set) Matcher(given string, fixed ...string) *Matcher {
	m := &Matcher{set: s, st: s.newState(), given: -1, fixed: make([]bool, len(s.slots))}
	if i, ok := s.slotOf[given]; ok {
		m.given = i
	}
	for _, f := range fixed {
		if i, ok := s.slotOf[f]; ok {
			m.fixed[i] = true
		}
	}
	for i, a := range s.atoms {
		if at := s.places[i]; !a.exact() && m.fixed[at.field] && (a.op != opRef || m.fixed[at.other]) {
			m.kept = append(m.kept, int32(i))
		}
	}
	return m
}

// Numbers are numbers for values of a field, in their order: what [Matcher.Match]
// takes for a value of the field given. It is -1 for a value that no rule looks up.
func (s *Set) Numbers(field string, values []string) []int32 {
	out := make([]int32, len(values))
	for i, v := range values {
		out[i] = -1
		for _, l := range s.lookup {
			if s.slots[l.field] != field {
				continue
			}
			if a, ok := l.atoms[Fold(v)]; ok {
				out[i] = a
			}
		}
	}
	return out
}

// Begin forgets the post before.
func (m *Matcher) Begin() { m.st.reset() }

// Match appends to dst the rules that fire on ev, in the order of the set. The values
// of the field given are those of the numbers, whatever ev says, for tests that look
// them up; tests of another kind ask ev.
func (m *Matcher) Match(ev Event, numbers []int32, dst []*Rule) []*Rule {
	st := m.st
	m.held = m.held[:0]
	for _, a := range m.kept {
		m.held = append(m.held, st.known[a])
	}
	st.ev = nil
	for i := range st.cells {
		if !m.fixed[i] {
			st.cells[i].reset()
		}
	}
	clear(st.known)
	clear(st.marked)
	clear(st.met)
	for i, a := range m.kept {
		st.known[a] = m.held[i]
	}
	st.ev = ev
	for _, l := range m.set.lookup {
		if l.field != m.given {
			st.look(l)
		}
	}
	for _, a := range numbers {
		if a >= 0 {
			st.found(a)
		}
	}
	st.always()
	dst = m.set.fire(st, dst)
	st.ev = nil
	return dst
}
