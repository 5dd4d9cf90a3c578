package classifier

import (
	"math/bits"
	"slices"
)

// Most patterns cannot hold on a post: a class that they need is not there, or stands
// nowhere near the others. Two questions find that out before any word is looked at:
// [asks] which patterns have a class of each of their sets, [chain.near] whether the
// classes of a chain meet in one part of the post.

// askSlots is how many sets of a pattern are asked for; what has more is looked at
// when these are there.
const askSlots = 3

// asks tells which patterns are worth a look by the classes that stand in a post.
type asks struct {
	words int      // of a set of patterns
	slots []uint64 // of class c: words for each of its slots, patterns whose set of that slot has c
	empty []uint64 // words for each slot: patterns that have no such set
}

// newAsks takes the patterns in the order in which they run.
func newAsks(patterns []pattern, classes int) asks {
	a := asks{words: (len(patterns) + 63) / 64}
	n := a.words * askSlots
	a.slots, a.empty = make([]uint64, classes*n), make([]uint64, n)
	for i := range patterns {
		var sets []*set
		for k := range patterns[i].chains {
			ch := &patterns[i].chains[k]
			for j := range ch.sets {
				sets = append(sets, &ch.sets[j])
			}
		}
		slices.SortStableFunc(sets, func(x, y *set) int { return len(x.items) - len(y.items) }) // small ones are rare
		for slot := range askSlots {
			at, bit := slot*a.words+i/64, uint64(1)<<(i%64)
			if slot >= len(sets) {
				a.empty[at] |= bit
				continue
			}
			for _, it := range sets[slot].items {
				a.slots[it.class*n+at] |= bit
			}
		}
	}
	return a
}

// asked is what is known of a post that patterns are run on.
type asked struct {
	met  []uint64 // words for each slot: patterns of which that set is met
	todo []uint64 // patterns that are still to be run
}

// begin makes w ready for the classes that are there.
func (a *asks) begin(w *asked, present []int16) {
	w.met = append(w.met[:0], a.empty...)
	n := len(w.met)
	for _, class := range present {
		for i, x := range a.slots[int(class)*n:][:n] {
			w.met[i] |= x
		}
	}
	w.todo = w.todo[:0]
	for i := range a.words {
		w.todo = append(w.todo, a.all(w, i))
	}
}

// all are the patterns of word i of which every set is met.
func (a *asks) all(w *asked, i int) uint64 {
	all := w.met[i]
	for slot := 1; slot < askSlots; slot++ {
		all &= w.met[slot*a.words+i]
	}
	return all
}

// further adds to w what a class asks for that pattern at has found: patterns that
// run before it are not run again.
func (a *asks) further(w *asked, class, at int) {
	n := len(w.met)
	for i, x := range a.slots[class*n:][:n] {
		w.met[i] |= x
	}
	w.todo[at/64] |= a.all(w, at/64) &^ (1<<(at%64+1) - 1)
	for i := at/64 + 1; i < a.words; i++ {
		w.todo[i] = a.all(w, i)
	}
}

// spotUnits are the units of one part of a post, as [spots] knows them, in bits.
const spotUnits = 4

// spots are parts of a post, of some words each. A long post has more of them than
// there are bits; then one bit is several.
type spots uint64

// spotsOf are the parts from unit p0 to unit p1.
func spotsOf(p0, p1 int32) spots {
	from, n := uint(p0)>>spotUnits, uint(p1)>>spotUnits-uint(p0)>>spotUnits
	if n >= 63 {
		return ^spots(0)
	}
	return spots(bits.RotateLeft64(1<<(n+1)-1, int(from&63)))
}

// around are s and what lies within so many units of them.
func (s spots) around(within int32) spots {
	n := int(within+1<<spotUnits-1) >> spotUnits
	if n > 15 {
		return ^spots(0)
	}
	x := uint64(s)
	for range n {
		x |= bits.RotateLeft64(x, 1) | bits.RotateLeft64(x, -1)
	}
	return spots(x)
}

// spots are the parts of the post in which a class of s stands.
func (s *set) spots(h *hits) (at spots) {
	for i := range s.items {
		at |= h.at[s.items[i].class]
	}
	return at
}

// near are the parts of the post in which the first set of the chain may begin a place
// where all of it holds: each set stands near the one before.
func (ch *chain) near(h *hits) spots {
	near := ^spots(0)
	for i := len(ch.sets) - 1; i >= 0; i-- {
		s := &ch.sets[i]
		if near &= s.spots(h); near == 0 || i == 0 {
			break
		}
		near = near.around(s.within)
	}
	return near
}
