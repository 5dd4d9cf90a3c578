package classifier

import (
	"math/bits"
	"sort"

	"github.com/lurewatch/lurewatch/rules"
)

// maxFound bounds the places of one concept in one post.
const maxFound = 8

type pattern struct {
	concept int
	chains  []chain
}

type chain struct {
	sets []set // head, then links
	not  []set
}

type set struct {
	items   []item
	within  int32 // units; of a link or an exclusion
	ordered bool
}

type item struct {
	class int
	least int
	sure  bool
}

func (c *Classifier) compileConcepts(p *rules.Pack) {
	for i, con := range p.Concepts {
		for _, pt := range con.Patterns {
			out := pattern{concept: i}
			for _, ch := range pt.Chains {
				out.chains = append(out.chains, c.compileChain(ch))
			}
			c.patterns = append(c.patterns, out)
		}
	}
	c.asks = newAsks(c.patterns, len(c.vocab.classes)+len(c.concepts))
}

func (c *Classifier) compileChain(in rules.Chain) chain {
	compile := func(s rules.Set, within int, ordered bool) set {
		out := set{within: int32(within) * unitsPerWord, ordered: ordered}
		for _, it := range s {
			if it.Concept {
				out.items = append(out.items, item{class: c.conceptClass(c.conceptOf[it.Name]), least: 1})
			} else {
				out.items = append(out.items, item{class: c.vocab.classOf[it.Name], least: max(it.Min, 1), sure: it.Sure || it.Min > 1})
			}
		}
		return out
	}
	out := chain{sets: []set{compile(in.Head, 0, false)}}
	for _, l := range in.Links {
		out.sets = append(out.sets, compile(l.Set, l.Within, l.Ordered))
	}
	for _, x := range in.Not {
		out.not = append(out.not, compile(x.Set, x.Within, false))
	}
	return out
}

// run finds all concepts. Those of phrases are in w.hits already.
func (c *Classifier) run(w *work) {
	c.asks.begin(&w.asking, w.hits.names)
	for i := range w.asking.todo {
		for w.asking.todo[i] != 0 {
			k := bits.TrailingZeros64(w.asking.todo[i])
			w.asking.todo[i] &^= 1 << k
			c.runPattern(w, i*64+k)
		}
	}
}

func (c *Classifier) runPattern(w *work, at int) {
	p := &c.patterns[at]
	w.found = w.found[:0]
	for i := range p.chains {
		n := len(w.found)
		c.runChain(w, &p.chains[i])
		if len(w.found) == n {
			return
		}
	}
	class := c.conceptClass(p.concept)
	if !w.hits.has(class) { // patterns further on may build on it
		c.asks.further(&w.asking, class, at)
	}
	for _, f := range w.found {
		c.note(w, p.concept, f, -1)
	}
}

// note adds a place of a concept unless it is known already.
func (c *Classifier) note(w *work, concept int, f hit, gloss int16) {
	class := c.conceptClass(concept)
	list := w.hits.by[class]
	if len(list) >= maxFound {
		return
	}
	for _, o := range list {
		if o.start == f.start && o.end == f.end {
			return
		}
	}
	f.value, f.amb, f.neutral = int32(gloss), false, false
	w.hits.add(class, f)
	// Keep the list in the order of the text: it is short.
	list = w.hits.by[class]
	for i := len(list) - 1; i > 0 && list[i].p0 < list[i-1].p0; i-- {
		list[i], list[i-1] = list[i-1], list[i]
	}
}

// runChain appends the places where the chain holds to w.found.
func (c *Classifier) runChain(w *work, ch *chain) {
	near := ch.near(w.hits)
	if near == 0 {
		return
	}
	head := &ch.sets[0]
	for _, it := range head.items {
		list := w.hits.by[it.class]
		if it.least > 1 && !distinct(list, it.least) {
			continue
		}
		for i := range list {
			if len(w.found) >= maxFound*2 {
				return
			}
			h := &list[i]
			if it.sure && h.amb || spotsOf(h.p0, h.p1)&near == 0 {
				continue
			}
			if len(ch.sets) == 1 {
				if !h.amb && c.allowed(w, ch, h) {
					w.found = append(w.found, *h)
				}
				continue
			}
			if f, ok := c.extend(w, ch, 1, placed{h, it.class}, *h, !h.amb && !h.neutral); ok && c.allowed(w, ch, &f) {
				w.found = append(w.found, f)
			}
		}
	}
}

// distinct reports whether list has n different words, ambiguous ones aside.
func distinct(list []hit, n int) bool {
	var seen [8]int32
	k := 0
next:
	for i := range list {
		h := &list[i]
		if h.amb {
			continue
		}
		for _, v := range seen[:k] {
			if v == h.value {
				continue next
			}
		}
		if k++; k >= n {
			return true
		}
		seen[k-1] = h.value
	}
	return false
}

// placed is a hit and the class that it stands for.
type placed struct {
	*hit
	class int
}

// tries bounds how many neighbours of a hit are tried on each side.
const tries = 3

// extend looks for the rest of the chain from its i-th set on, near the hit last;
// whole is the stretch so far.
func (c *Classifier) extend(w *work, ch *chain, i int, last placed, whole hit, sure bool) (hit, bool) {
	if i == len(ch.sets) {
		return whole, sure
	}
	s := &ch.sets[i]
	near := spotsOf(last.p0, last.p1).around(s.within)
	for _, it := range s.items {
		if w.hits.at[it.class]&near == 0 {
			continue
		}
		list := w.hits.by[it.class]
		if it.least > 1 && !distinct(list, it.least) {
			continue
		}
		at := 0
		if len(list) > 8 {
			at = sort.Search(len(list), func(k int) bool { return list[k].p0 >= last.p0 })
		} else {
			for at < len(list) && list[at].p0 < last.p0 {
				at++
			}
		}
		for k := at; k < len(list) && k < at+tries && list[k].p0 <= last.p1+s.within; k++ {
			if it.sure && list[k].amb {
				continue
			}
			if f, ok := c.step(w, ch, i, last, whole, placed{&list[k], it.class}, sure); ok {
				return f, true
			}
		}
		if s.ordered {
			continue
		}
		for k := at - 1; k >= 0 && k >= at-tries; k-- {
			if it.sure && list[k].amb {
				continue
			}
			if f, ok := c.step(w, ch, i, last, whole, placed{&list[k], it.class}, sure); ok {
				return f, true
			}
		}
	}
	return hit{}, false
}

func (c *Classifier) step(w *work, ch *chain, i int, last placed, whole hit, h placed, sure bool) (hit, bool) {
	s := &ch.sets[i]
	away := gap(last.hit, h.hit)
	if away > s.within || s.ordered && h.start < last.end {
		return hit{}, false
	}
	reach, ok := c.governs(h, last, s.within)
	if !ok {
		return hit{}, false
	}
	if reach, ok = c.governs(last, h, reach); !ok {
		return hit{}, false
	}
	if last.short() || h.short() {
		reach = min(reach, shortReach)
	}
	if away > reach {
		return hit{}, false
	}
	if h.start < whole.start {
		whole.start, whole.p0 = h.start, h.p0
	}
	if h.end > whole.end {
		whole.end, whole.p1 = h.end, h.p1
	}
	return c.extend(w, ch, i+1, h, whole, sure || !h.amb && !h.neutral)
}

// shortReach bounds the reach of an ambiguous word of a few bytes: of 包, u or pm
// only what stands right beside it can tell the sense.
const shortReach = 2 * unitsPerWord

func (h *hit) short() bool { return h.amb && h.end-h.start <= 3 }

// gap is the distance between two hits, 0 when they touch or overlap.
func gap(a, b *hit) int32 {
	switch {
	case b.p0 > a.p1:
		return b.p0 - a.p1
	case a.p0 > b.p1:
		return a.p0 - b.p1
	}
	return 0
}

// governs reports whether a payer, a negation or a waiver stands on the side of
// what it governs where its language puts it, and how far it reaches at most.
func (c *Classifier) governs(h, of placed, reach int32) (int32, bool) {
	if h.lang < 0 || h.class >= len(c.vocab.classes) {
		return reach, true
	}
	d := c.vocab.sides[h.lang][h.class]
	if d.reach == 0 {
		return reach, true
	}
	if d.noBefore > 0 && h.p0 < of.p0 || d.noAfter > 0 && h.p0 > of.p0 {
		return reach, false
	}
	return min(reach, int32(d.reach)*unitsPerWord), true
}

// allowed reports whether nothing stands near that the chain excludes.
func (c *Classifier) allowed(w *work, ch *chain, f *hit) bool {
	for i := range ch.not {
		x := &ch.not[i]
		for _, it := range x.items {
			list := w.hits.by[it.class]
			for k := range list {
				if h := &list[k]; !h.amb && (x.within == 0 || gap(f, h) <= x.within) {
					return false
				}
			}
		}
	}
	return true
}
