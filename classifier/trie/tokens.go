package trie

import (
	"cmp"
	"slices"
)

// Tokens finds the words that start where a run of letters starts of which the end is
// known, by one lookup of the whole run instead of a walk over its bytes: words between
// spaces are mostly words of the list, or none at all. What goes on behind the run, and
// beginnings of runs that are no word, are left to the trie. Tokens are immutable and
// safe for concurrent use. Start at [NewTokens] and [Tokens.Find].
type Tokens struct {
	trie  *Trie
	slots []slot // of open addressing: a token is at its place or soon after it
	shift uint8  // of the hash, to a place
	texts string // of the tokens that are longer than a key
	lists []Match
	heads [1 << (headBits - 6)]uint64 // beginnings of words that are found inside runs
	turns [1 << (turnBits - 6)]uint64 // tokens and the four bytes by which a word goes on behind them
}

// Token is a run of letters that some word begins with.
type Token struct {
	Text string
	On   []string // how the words that are longer go on behind it
}

// slot is one token. A free one has no length.
type slot struct {
	key  uint64 // its bytes, or a hash of them when they are more than eight
	list uint32 // of lists, the words that it is or begins with, the shortest first
	size uint8  // in bytes
	n    uint8  // words
	is   uint8  // what stands before the words
}

const (
	long  = 1 << iota // where its text is
	goes              // where a walk goes on, and how many bytes it has done
	short             // nothing: some word goes on by less than four bytes
)

// headBits is the size of the filter of beginnings, of which about one in eight is in use.
const headBits = 17

// NewTokens makes tokens for the words of t. A word that begins with one of them must
// be it, go on with what is no letter, or be of the words that within tells of: those
// are found inside a run too, the others only where it ends.
func NewTokens(t *Trie, tokens []Token, words []string, within func(value int) bool) *Tokens {
	k := &Tokens{trie: t, shift: 64}
	for size := 1; size < 2*len(tokens)+2; size *= 2 {
		k.shift--
	}
	k.slots = make([]slot, 1<<(64-k.shift))
	sorted := slices.SortedFunc(slices.Values(tokens), func(a, b Token) int { return cmp.Compare(a.Text, b.Text) })
	var texts []byte
	var found []Match
	for i, x := range sorted {
		if x.Text == "" || len(x.Text) > MaxLength || i > 0 && sorted[i-1].Text == x.Text {
			continue
		}
		s := slot{key: keyOf(x.Text, 0, len(x.Text)), size: uint8(len(x.Text)), list: uint32(len(k.lists))}
		if len(x.Text) > keyBytes {
			s.is |= long
			k.lists = append(k.lists, Match{End: int32(len(texts))})
			texts = append(texts, x.Text...)
		}
		if len(x.On) > 0 {
			s.is |= goes
			k.lists = append(k.lists, t.reach(x.Text))
		}
		for _, on := range x.On {
			if len(on) < turnBytes {
				s.is |= short
				continue
			}
			h := turnOf(s.key, on[0], on[1], on[2], on[3])
			k.turns[h>>6] |= 1 << (h & 63)
		}
		found = t.Find(found[:0], x.Text, 0)
		for _, m := range found {
			if int(m.End) == len(x.Text) || within(int(m.Value)) {
				k.lists = append(k.lists, m)
				s.n++
			}
		}
		at := place(s.key, k.shift)
		for k.slots[at].size > 0 {
			at = (at + 1) & (len(k.slots) - 1)
		}
		k.slots[at] = s
	}
	k.texts = string(texts)
	for i, w := range words {
		if within(i) {
			h := headOf(keyOf(w, 0, min(len(w), keyBytes)), levelOf(len(w)))
			k.heads[h>>6] |= 1 << (h & 63)
		}
	}
	return k
}

// reach is how far a walk over token comes before it is in the only word that is left.
func (t *Trie) reach(token string) Match {
	c := t.cells[0]
	for i := range len(token) {
		next := t.cells[c&baseMask+cell(t.codes[token[i]])]
		if next&leafBit != 0 {
			return Match{int32(i), int32(c &^ endBit)}
		}
		c = next
	}
	return Match{int32(len(token)), int32(c &^ endBit)}
}

// Find appends to dst the words that start at text[i], where a run of letters starts
// that ends at text[end], the shortest first: of those inside the run the ones that
// within told of, and maybe others.
func (k *Tokens) Find(dst []Match, text string, i, end int) []Match {
	n := end - i
	key := keyOf(text, i, n)
	mask := len(k.slots) - 1
	for at := place(key, k.shift); ; at = (at + 1) & mask {
		s := &k.slots[at]
		if s.size == 0 {
			break
		}
		if s.key != key || int(s.size) != n {
			continue
		}
		list := k.lists[s.list:]
		if s.is&long != 0 {
			if k.texts[list[0].End:][:n] != text[i:end] {
				continue
			}
			list = list[1:]
		}
		if s.is&goes == 0 {
			for _, m := range list[:s.n] {
				dst = append(dst, Match{m.End + int32(i), m.Value})
			}
			return dst
		}
		for _, m := range list[1:][:s.n] {
			dst = append(dst, Match{m.End + int32(i), m.Value})
		}
		if s.is&short != 0 || k.on(key, text, end) {
			dst = k.trie.from(cell(list[0].Value), dst, text, i+int(list[0].End))
		}
		return dst
	}
	if n > keyBytes {
		key = load(text, i)
	}
	if !k.begins(key) {
		return dst
	}
	return k.trie.Find(dst, text[:end], i)
}

// turnBits is the size of the filter of how words go on, of which about one in eight is in use.
const turnBits = 19

const turnBytes = 4

// on reports whether a word may go on at text[end] behind the token of key.
func (k *Tokens) on(key uint64, text string, end int) bool {
	if end+turnBytes > len(text) {
		return false
	}
	c := &k.trie.codes
	h := turnOf(key, c[text[end]], c[text[end+1]], c[text[end+2]], c[text[end+3]])
	return k.turns[h>>6]>>(h&63)&1 != 0
}

func turnOf(key uint64, a, b, c, d byte) uint64 {
	return (key ^ (uint64(a)<<24|uint64(b)<<16|uint64(c)<<8|uint64(d))<<30) * 0xd6e8feb86659fd93 >> (64 - turnBits)
}

// begins reports whether a word that is found inside runs may begin with the bytes of key.
func (k *Tokens) begins(key uint64) bool {
	var met uint64
	for level := range levels {
		h := headOf(key, level)
		met |= k.heads[h>>6] >> (h & 63)
	}
	return met&1 != 0
}

// levels are the lengths of the beginnings in the filter: a word is in that of the
// longest that it has.
var levels = [...]uint8{1, 2, 3, 4, 6}

func levelOf(size int) int {
	level := 0
	for level+1 < len(levels) && int(levels[level+1]) <= size {
		level++
	}
	return level
}

func headOf(key uint64, level int) uint64 {
	key = key&(1<<(8*levels[level])-1) | uint64(level)<<56
	return key * 0x9e3779b97f4a7c15 >> (64 - headBits)
}

// keyBytes is how many bytes are a key by themselves.
const keyBytes = 8

func place(key uint64, shift uint8) int { return int(key * 0x9e3779b97f4a7c15 >> (shift & 63)) }

// keyOf is the key of the n bytes at text[i].
func keyOf(text string, i, n int) uint64 {
	if n <= keyBytes {
		return load(text, i) & (^uint64(0) >> (64 - 8*uint(n)))
	}
	key := uint64(n)
	for ; n > keyBytes; n, i = n-keyBytes, i+keyBytes {
		key = mix(key ^ load(text, i))
	}
	return mix(key ^ load(text, i+n-keyBytes))
}

func mix(x uint64) uint64 {
	x *= 0xff51afd7ed558ccd
	return x ^ x>>32
}

// load is the eight bytes at text[i]; where the text ends before, the rest is zero.
func load(text string, i int) uint64 {
	if i+8 <= len(text) {
		s := text[i:]
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	var x uint64
	for k := len(text) - 1; k >= i; k-- {
		x = x<<8 | uint64(text[k])
	}
	return x
}
