package classifier

import (
	"cmp"
	"slices"
)

// trie is a double-array trie over bytes: the transition from state s by byte c
// is cell base[s]+c+1, which is s's when its check says so; base[s]+0 is where a
// word ends. A branch that holds one word only is not spelt out in cells: its
// rest lies in tails, so the array stays small and in cache. A walk costs one or
// two loads a byte and does not depend on how many words there are.
type trie struct {
	cells []cell
	leafs []leaf
	tails string
}

type cell struct {
	check int32 // state that owns this cell, -1 when free
	base  int32 // ≥ 0: base of this state; < 0: ^index of a leaf
}

type leaf struct {
	off, n int32 // rest of the word in tails
	value  int32
}

// newTrie builds a trie over distinct words without NUL bytes; the value of a
// word is its index.
func newTrie(words []string) *trie {
	type kv struct {
		w string
		v int32
	}
	sorted := make([]kv, len(words))
	for i, w := range words {
		sorted[i] = kv{w, int32(i)}
	}
	slices.SortFunc(sorted, func(a, b kv) int { return cmp.Compare(a.w, b.w) })
	t := &trie{cells: make([]cell, 1, 1<<16)}
	b := trieBuilder{t: t, after: make([]int32, 1, 1<<16)}
	b.grow(1 << 10)
	t.cells[0].check = 0
	type job struct {
		lo, hi, depth int
		state         int32
	}
	var tails []byte
	addLeaf := func(at int32, e kv, depth int) {
		l := leaf{off: int32(len(tails)), value: e.v}
		if depth < len(e.w) {
			tails = append(tails, e.w[depth:]...)
			l.n = int32(len(e.w) - depth)
		}
		t.cells[at].base = ^int32(len(t.leafs))
		t.leafs = append(t.leafs, l)
	}
	jobs := []job{{0, len(sorted), 0, 0}}
	if len(sorted) == 0 {
		jobs = nil
		t.cells[0].base = 1
	}
	var codes []int
	var ends []int
	for len(jobs) > 0 {
		j := jobs[len(jobs)-1]
		jobs = jobs[:len(jobs)-1]
		codes, ends = codes[:0], ends[:0]
		for i := j.lo; i < j.hi; {
			code := 0 // end of word
			if j.depth < len(sorted[i].w) {
				code = int(sorted[i].w[j.depth]) + 1
			}
			k := i + 1
			for k < j.hi && code > 0 && j.depth < len(sorted[k].w) && int(sorted[k].w[j.depth])+1 == code {
				k++
			}
			codes, ends = append(codes, code), append(ends, k)
			i = k
		}
		base := b.place(codes)
		t.cells[j.state].base = base
		lo := j.lo
		for n, code := range codes {
			at := base + int32(code)
			b.take(at, j.state)
			if ends[n]-lo == 1 || code == 0 {
				addLeaf(at, sorted[lo], j.depth+min(code, 1))
			} else {
				jobs = append(jobs, job{lo, ends[n], j.depth + 1, at})
			}
			lo = ends[n]
		}
	}
	// Every base plus every byte must be a cell, so that a walk needs no bound check of its own.
	b.grow(len(t.cells) + 258)
	t.tails = string(tails)
	return t
}

// trieBuilder places states. Free cells are a list, so that what is full is never
// looked at again.
type trieBuilder struct {
	t     *trie
	after []int32 // next free cell, by free cell
	head  int32   // first free cell worth a look
	tail  int32
}

// placeTries bounds the free cells tried for one state; those passed over are given
// up. The array grows by some percent, the build stays linear.
const placeTries = 64

func (b *trieBuilder) grow(n int) {
	for at := int32(len(b.t.cells)); int(at) < n; at++ {
		b.t.cells = append(b.t.cells, cell{check: -1})
		b.after = append(b.after, 0)
		if b.tail > 0 {
			b.after[b.tail] = at
		} else {
			b.head = at
		}
		b.tail = at
	}
}

func (b *trieBuilder) take(at, owner int32) { b.t.cells[at].check = owner }

// place finds a base such that the cell of every code is free.
func (b *trieBuilder) place(codes []int) int32 {
	prev := int32(0)
	for at, n := b.head, 0; ; n++ {
		b.grow(int(at) + 600)
		if b.t.cells[at].check >= 0 { // taken since: out of the list
			next := b.after[at]
			if prev == 0 {
				b.head = next
			} else {
				b.after[prev] = next
			}
			at = next
			n--
			continue
		}
		if base := at - int32(codes[0]); base >= 1 && b.fits(base, codes) {
			return base
		}
		if n >= placeTries {
			b.head, prev = at, 0
			n = 0
		}
		prev, at = at, b.after[at]
	}
}

func (b *trieBuilder) fits(base int32, codes []int) bool {
	for _, c := range codes[1:] {
		if b.t.cells[base+int32(c)].check >= 0 {
			return false
		}
	}
	return true
}

// spaced reads a hyphen as the space that it stands for inside a unit of words.
func spaced(b byte) byte {
	if b == '-' {
		return ' '
	}
	return b
}

// walk calls fn with the end and value of every word that starts at text[i], the
// shortest first.
func (t *trie) walk(text string, i int, fn func(end int, value int32)) {
	cells := t.cells
	s := int32(0)
	for j := i; ; j++ {
		base := cells[s].base
		if base < 0 { // a leaf: the rest must match
			l := t.leafs[^base]
			n := int(l.n)
			if j+n > len(text) {
				return
			}
			for k := range n {
				if spaced(text[j+k]) != t.tails[int(l.off)+k] {
					return
				}
			}
			fn(j+n, l.value)
			return
		}
		if e := cells[base]; e.check == s && e.base < 0 && base != 0 {
			fn(j, t.leafs[^e.base].value)
		}
		if j == len(text) {
			return
		}
		n := base + int32(spaced(text[j])) + 1
		if cells[n].check != s {
			return
		}
		s = n
	}
}
