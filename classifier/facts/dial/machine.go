package dial

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
)

// machine is a deterministic automaton over the ten digits. State 0 takes nothing
// any more, state 1 is the start.
type machine struct {
	next   [][10]uint16
	accept []uint16 // by state: patterns that match what was read, a bit each
	ends   []bool   // of a prefix machine: a match if the text ends here
}

const (
	dead  = 0
	start = 1
)

// maxStates bounds a machine. The largest of the plans has under a tenth of that.
const maxStates = 1 << 15

// compile is the program of one pattern of the metadata.
func compile(pattern string) (*syntax.Prog, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("parse pattern %q: %w", pattern, err)
	}
	p, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, fmt.Errorf("compile pattern %q: %w", pattern, err)
	}
	for i := range p.Inst {
		in := &p.Inst[i]
		if in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg) != syntax.EmptyEndText {
			return nil, fmt.Errorf("compile pattern %q: it looks around", pattern)
		}
	}
	return p, nil
}

// builder makes a machine by the subset construction.
type builder struct {
	progs []*syntax.Prog
	base  []uint32 // of the instructions of each program
	seen  map[string]uint16
	sets  [][]uint32 // by state
	m     machine
	mark  []uint32
	turn  uint32
}

func newBuilder(progs ...*syntax.Prog) *builder {
	b := &builder{progs: progs, seen: map[string]uint16{}}
	n := uint32(0)
	for _, p := range progs {
		b.base = append(b.base, n)
		n += uint32(len(p.Inst))
	}
	b.mark = make([]uint32, n)
	b.sets = [][]uint32{nil}
	b.m.next, b.m.accept, b.m.ends = [][10]uint16{{}}, []uint16{0}, []bool{false}
	return b
}

// whole is the machine that says which of the patterns match a whole text.
func whole(patterns ...string) (*machine, error) {
	progs := make([]*syntax.Prog, len(patterns))
	for i, s := range patterns {
		p, err := compile(s)
		if err != nil {
			return nil, err
		}
		progs[i] = p
	}
	b := newBuilder(progs...)
	return b.run(func(set []uint32) []uint32 {
		slices.Sort(set)
		return set
	})
}

// prefix is the machine that finds what pattern matches at the start of a text, as a
// regular expression does that tries its branches in order.
func prefix(pattern string) (*machine, error) {
	p, err := compile(pattern)
	if err != nil {
		return nil, err
	}
	b := newBuilder(p)
	return b.run(func(set []uint32) []uint32 {
		for i, x := range set { // a branch after one that matched is never taken
			if p.Inst[x].Op == syntax.InstMatch {
				return set[:i+1]
			}
		}
		return set
	})
}

func (b *builder) run(order func([]uint32) []uint32) (*machine, error) {
	var first []uint32
	b.turn++
	for i, p := range b.progs {
		first = b.follow(first, i, uint32(p.Start), false)
	}
	b.state(order(first))
	for s := start; s < len(b.sets); s++ {
		if len(b.sets) > maxStates {
			return nil, fmt.Errorf("make table of patterns: more than %d states", maxStates)
		}
		for d := range 10 {
			b.turn++
			var to []uint32
			for _, x := range b.sets[s] {
				i, pc := b.program(x)
				in := &b.progs[i].Inst[pc]
				if in.Op == syntax.InstRune1 || in.Op == syntax.InstRune || in.Op == syntax.InstRuneAny || in.Op == syntax.InstRuneAnyNotNL {
					if in.MatchRune(rune('0' + d)) {
						to = b.follow(to, i, in.Out, false)
					}
				}
			}
			b.m.next[s][d] = b.state(order(to))
		}
	}
	return &b.m, nil
}

func (b *builder) program(x uint32) (i int, pc uint32) {
	i, ok := slices.BinarySearch(b.base, x)
	if !ok {
		i--
	}
	for i+1 < len(b.base) && b.base[i+1] <= x { // programs are never empty
		i++
	}
	return i, x - b.base[i]
}

// follow adds to set what can be reached from pc without a digit, in the order in
// which branches are tried. At the end of the text it goes through $ too.
func (b *builder) follow(set []uint32, i int, pc uint32, end bool) []uint32 {
	x := b.base[i] + pc
	if b.mark[x] == b.turn {
		return set
	}
	b.mark[x] = b.turn
	in := &b.progs[i].Inst[pc]
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return b.follow(b.follow(set, i, in.Out, end), i, in.Arg, end)
	case syntax.InstCapture, syntax.InstNop:
		return b.follow(set, i, in.Out, end)
	case syntax.InstEmptyWidth:
		if end {
			return b.follow(set, i, in.Out, end)
		}
		return append(set, x)
	case syntax.InstFail:
		return set
	}
	return append(set, x)
}

// state is the number of the state that stands for set.
func (b *builder) state(set []uint32) uint16 {
	if len(set) == 0 {
		return dead
	}
	var key strings.Builder
	for _, x := range set {
		key.WriteByte(byte(x))
		key.WriteByte(byte(x >> 8))
		key.WriteByte(byte(x >> 16))
	}
	if s, ok := b.seen[key.String()]; ok {
		return s
	}
	s := uint16(len(b.sets))
	b.seen[key.String()] = s
	b.sets = append(b.sets, slices.Clone(set))
	accept, ends := uint16(0), false
	for _, x := range set {
		i, pc := b.program(x)
		if b.progs[i].Inst[pc].Op == syntax.InstMatch {
			accept |= 1 << i
		}
		if b.progs[i].Inst[pc].Op == syntax.InstEmptyWidth {
			b.turn++
			for _, y := range b.follow(nil, i, pc, true) {
				j, at := b.program(y)
				ends = ends || b.progs[j].Inst[at].Op == syntax.InstMatch
			}
		}
	}
	b.m.next, b.m.accept, b.m.ends = append(b.m.next, [10]uint16{}), append(b.m.accept, accept), append(b.m.ends, ends || accept != 0)
	return s
}

// match is the patterns that match all of digits, a bit each.
func (m *machine) match(digits string) uint16 {
	s := uint16(start)
	for i := range len(digits) {
		s = m.next[s][digits[i]-'0']
		if s == dead {
			return 0
		}
	}
	return m.accept[s]
}

// lead is the length of what a prefix machine matches at the start of digits, -1
// for nothing.
func (m *machine) lead(digits string) int {
	s, end := uint16(start), -1
	for i := 0; ; i++ {
		if m.accept[s] != 0 || i == len(digits) && m.ends[s] {
			end = i
		}
		if i == len(digits) {
			return end
		}
		if s = m.next[s][digits[i]-'0']; s == dead {
			return end
		}
	}
}
