package trie

import (
	"cmp"
	"slices"
)

// New builds a trie over distinct words without NUL bytes; the value of a word is
// its index; there must not be more than [MaxWords]. Each pair of alike makes the first byte, where it stands in a text,
// read as the second; words must be written with the second. It takes time linear
// in the words, but for sorting them.
func New(words []string, alike ...[2]byte) *Trie {
	b := builder{t: &Trie{cells: make([]cell, 1, 1<<10)}, after: make([]int32, 1, 1<<10)}
	for c := range b.t.codes {
		b.t.codes[c] = int16(c) + 1
	}
	for _, p := range alike {
		b.t.codes[p[0]] = int16(p[1]) + 1
	}
	for i, w := range words {
		b.words = append(b.words, word{w, int32(i)})
	}
	slices.SortFunc(b.words, func(a, b word) int { return cmp.Compare(a.text, b.text) })
	b.grow(1 << 10)
	b.t.cells[0] = cell{check: 0, base: 2}
	jobs := []job{{0, len(words), 0, 0}}
	if len(words) == 0 {
		jobs = nil
	}
	for len(jobs) > 0 {
		j := jobs[len(jobs)-1]
		jobs = b.state(j, jobs[:len(jobs)-1])
	}
	// Every base plus every byte must be a cell, so that a walk stays inside.
	b.grow(len(b.t.cells) + 258)
	b.t.cells = slices.Clip(b.t.cells)
	b.t.tails = string(b.tails)
	return b.t
}

type word struct {
	text  string
	value int32
}

// builder places states. Free cells are a list, so that what is full is never
// looked at again.
type builder struct {
	t     *Trie
	words []word // sorted
	tails []byte
	after []int32 // next free cell, by free cell
	head  int32   // first free cell worth a look
	tail  int32
	codes []int32 // of the state at hand
	ends  []int
}

// job is a state to be spelt out: the words lo to hi share depth bytes.
type job struct {
	lo, hi, depth int
	state         int32
}

// state spells out the state of j and adds those below it to jobs.
func (b *builder) state(j job, jobs []job) []job {
	b.codes, b.ends = b.codes[:0], b.ends[:0]
	for i := j.lo; i < j.hi; {
		code := int32(0) // end of word
		k := i + 1
		if w := b.words[i].text; j.depth < len(w) {
			code = int32(w[j.depth]) + 1
			for k < j.hi && b.words[k].text[j.depth] == w[j.depth] {
				k++
			}
		}
		b.codes, b.ends = append(b.codes, code), append(b.ends, k)
		i = k
	}
	base := b.place()
	b.t.cells[j.state].base = base << 1
	lo := j.lo
	for n, code := range b.codes {
		at := base + code
		b.t.cells[at].check = j.state
		switch {
		case code == 0:
			b.t.cells[j.state].base |= 1
			b.t.cells[at].base = b.words[lo].value
		case b.ends[n]-lo == 1:
			b.leaf(at, b.words[lo], j.depth+1)
		default:
			jobs = append(jobs, job{lo, b.ends[n], j.depth + 1, at})
		}
		lo = b.ends[n]
	}
	return jobs
}

func (b *builder) leaf(at int32, w word, depth int) {
	l := leaf{off: int32(len(b.tails)), n: int32(len(w.text) - depth), value: w.value}
	b.tails = append(b.tails, w.text[depth:]...)
	head := int32(0)
	if l.n > 0 {
		head = int32(w.text[depth])
	}
	b.t.cells[at].base = ^(head<<leafBits | int32(len(b.t.leafs)))
	b.t.leafs = append(b.t.leafs, l)
}

// placeTries bounds the free cells tried for one state; those passed over are given
// up. The array grows by some percent, the build stays linear.
const placeTries = 64

func (b *builder) grow(n int) {
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

// place finds a base such that the cell of every code is free.
func (b *builder) place() int32 {
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
		if base := at - b.codes[0]; base >= 1 && b.fits(base) {
			return base
		}
		if n >= placeTries {
			b.head, prev = at, 0
			n = 0
		}
		prev, at = at, b.after[at]
	}
}

func (b *builder) fits(base int32) bool {
	for _, c := range b.codes[1:] {
		if b.t.cells[base+c].check >= 0 {
			return false
		}
	}
	return true
}
