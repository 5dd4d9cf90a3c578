// Package trie finds, in one walk over the bytes of a text, every word of a large
// list that starts at one place. A walk costs one load a byte, or two where a word
// ends, and does not depend on how many words there are.
//
// It refuses to know what a word is: where words may begin and end is for the
// caller to say. Start at [New] and [Trie.Find].
package trie

// Trie is a double-array trie over bytes: the transition from state s by a byte is
// cell base+code, which is s's when its check says so; the cell at base itself is
// where a word ends. A branch that holds one word only is not spelt out in cells:
// its rest lies in tails, so the array stays small and in cache. A Trie is
// immutable and safe for concurrent use.
type Trie struct {
	cells []cell
	leafs []leaf
	tails string
	codes [256]int16 // of a byte of text: its value plus one, after like bytes are made one
}

type cell struct {
	check int32 // state that owns this cell, -1 when free
	// base is, when ≥ 0, twice the base of this state, plus one when a word ends
	// here; when < 0 the complement of a leaf's index and the first byte of its tail,
	// so that most leafs need not be looked at. Of the cell where a word ends it is
	// the value.
	base int32
}

type leaf struct {
	off, n int32 // rest of the word in tails
	value  int32
}

// leafBits is the bits of a leaf's index in a cell.
const leafBits = 23

// MaxWords bounds the words of a trie.
const MaxWords = 1 << leafBits

// Match is a word that stands in a text: where it ends, and its index among the words.
type Match struct{ End, Value int32 }

// Find appends to dst the words that start at text[i], the shortest first.
func (t *Trie) Find(dst []Match, text string, i int) []Match {
	cells := t.cells
	s, base := int32(0), cells[0].base
	for j := i; ; j++ {
		if base < 0 {
			if c := int16(^base >> leafBits); c != 0 && (j >= len(text) || t.codes[text[j]] != c+1) {
				return dst
			}
			of := ^base & (1<<leafBits - 1)
			if n := t.rest(of, text, j); n >= 0 {
				dst = append(dst, Match{int32(j + n), t.leafs[of].value})
			}
			return dst
		}
		at := base >> 1
		if base&1 != 0 {
			dst = append(dst, Match{int32(j), cells[at].base})
		}
		if j >= len(text) {
			return dst
		}
		n := at + int32(t.codes[text[j]])
		c := cells[n]
		if c.check != s {
			return dst
		}
		s, base = n, c.base
	}
}

// rest is the length of what is left of a leaf's word when it stands at text[j], else -1.
func (t *Trie) rest(of int32, text string, j int) int {
	l := t.leafs[of]
	n := int(l.n)
	if j+n > len(text) {
		return -1
	}
	tail := t.tails[l.off:][:n]
	for k, b := range []byte(text[j:][:n]) {
		if t.codes[b] != int16(tail[k])+1 {
			return -1
		}
	}
	return n
}
