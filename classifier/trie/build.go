package trie

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// New builds a trie over distinct words; the value of a word is its index. Each pair
// of alike makes the first byte, where it stands in a text, read as the second;
// words must be written with the second. It fails on a word that is empty, longer
// than [MaxLength] or holds a NUL byte, and on more words than [MaxWords]. It takes
// time linear in the words, but for sorting them.
func New(words []string, alike ...[2]byte) (*Trie, error) {
	if len(words) > MaxWords {
		return nil, fmt.Errorf("build trie: %d words are more than %d", len(words), MaxWords)
	}
	b := builder{t: &Trie{cells: make([]cell, 1, 1<<10)}, after: make([]int32, 1, 1<<10), used: make([]bool, 1, 1<<10)}
	for c := range b.t.codes {
		b.t.codes[c] = uint8(c)
	}
	for _, p := range alike {
		b.t.codes[p[0]] = p[1]
	}
	for i, w := range words {
		if w == "" || len(w) > MaxLength || strings.IndexByte(w, 0) >= 0 {
			return nil, fmt.Errorf("build trie: %q is no word of 1 to %d bytes without NUL", w, MaxLength)
		}
		b.words = append(b.words, word{w, int32(i)})
	}
	slices.SortFunc(b.words, func(a, b word) int { return cmp.Compare(a.text, b.text) })
	b.grow(1 << 10)
	b.t.cells[0] = 1 // a base with no cells behind it
	jobs := []job{{0, len(words), 0, 0}}
	if len(words) == 0 {
		jobs = nil
	}
	// Level by level, so that what every walk begins with lies close together.
	for len(jobs) > 0 {
		var below []job
		for _, j := range jobs {
			below = b.state(j, below)
		}
		jobs = below
	}
	// Every base plus every byte must be a cell, so that a walk stays inside.
	b.grow(len(b.t.cells) + 258)
	if len(b.t.cells) > baseMask || len(b.tails)>>tailShift > tailMask {
		return nil, fmt.Errorf("build trie: %d words are too many or too long", len(words))
	}
	b.t.cells = slices.Clip(b.t.cells)
	b.t.tails = string(b.tails)
	b.t.leap()
	return b.t, nil
}

// leap fills in where walks are after their first rune, for those of three bytes.
func (t *Trie) leap() {
	t.runes = new([1 << 16]cell)
	for r := range rune(1 << 16) {
		if r < 0x800 || r >= 0xd800 && r <= 0xdfff {
			continue
		}
		s := string(r)
		c := t.cells[0]
		for i := range len(s) {
			if c&leafBit != 0 || i > 0 && c&endBit != 0 {
				c = 0
				break
			}
			if next := t.cells[c&baseMask+cell(t.codes[s[i]])]; uint8(next>>labelShift) == t.codes[s[i]] && next&leafBit == 0 {
				c = next
				continue
			}
			c = 0
			break
		}
		t.runes[r] = c
	}
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
	used  []bool  // cells that are a base
	head  int32   // first free cell worth a look
	tail  int32
	codes []int32 // of the state at hand, 0 for the end of a word
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
		code := int32(0)
		k := i + 1
		if w := b.words[i].text; j.depth < len(w) {
			code = int32(w[j.depth])
			for k < j.hi && b.words[k].text[j.depth] == w[j.depth] {
				k++
			}
		}
		b.codes, b.ends = append(b.codes, code), append(b.ends, k)
		i = k
	}
	base := b.place()
	b.used[base] = true
	state := &b.t.cells[j.state]
	*state = *state&^baseMask | cell(base)
	lo := j.lo
	for n, code := range b.codes {
		at := base + code
		c := cell(code) << labelShift
		switch {
		case code == 0:
			*state |= endBit
			c = cell(b.words[lo].value)
		case b.ends[n]-lo == 1:
			c |= leafBit | cell(b.leaf(b.words[lo], j.depth+1))
		default:
			jobs = append(jobs, job{lo, b.ends[n], j.depth + 1, at})
		}
		b.t.cells[at] = c
		b.after[at] |= taken
		lo = b.ends[n]
	}
	return jobs
}

// leaf writes what is left of w after depth bytes, and is where that lies.
func (b *builder) leaf(w word, depth int) int {
	for len(b.tails)&(1<<tailShift-1) != 0 {
		b.tails = append(b.tails, 0)
	}
	at := len(b.tails) >> tailShift
	b.tails = append(b.tails, byte(len(w.text)-depth), byte(w.value), byte(w.value>>8), byte(w.value>>16))
	b.tails = append(b.tails, w.text[depth:]...)
	return at
}

// placeTries bounds the free cells tried for one state; those passed over are given
// up. The array grows by some percent, the build stays linear.
const placeTries = 64

// taken marks a cell in builder.after.
const taken = 1 << 30

func (b *builder) grow(n int) {
	for at := int32(len(b.t.cells)); int(at) < n; at++ {
		b.t.cells = append(b.t.cells, 0)
		b.after = append(b.after, 0)
		b.used = append(b.used, false)
		if b.tail > 0 {
			b.after[b.tail] = b.after[b.tail]&taken | at
		} else {
			b.head = at
		}
		b.tail = at
	}
}

// place finds a base such that no state has it and the cell of every code is free.
func (b *builder) place() int32 {
	prev := int32(0)
	for at, n := b.head, 0; ; n++ {
		b.grow(int(at) + 600)
		next := b.after[at] &^ taken
		if b.after[at]&taken != 0 { // taken since: out of the list
			if prev == 0 {
				b.head = next
			} else {
				b.after[prev] = next
			}
			at = next
			n--
			continue
		}
		if base := at - b.codes[0]; base >= 2 && !b.used[base] && b.fits(base) {
			return base
		}
		if n >= placeTries {
			b.head = at
			n = 0
		}
		prev, at = at, next
	}
}

func (b *builder) fits(base int32) bool {
	for _, c := range b.codes[1:] {
		if b.after[base+c]&taken != 0 {
			return false
		}
	}
	return true
}
