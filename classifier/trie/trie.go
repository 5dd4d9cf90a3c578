// Package trie finds, in one walk over the bytes of a text, every word of a large
// list that starts at one place. A walk costs one load a byte, or two where a word
// ends, and does not depend on how many words there are but by what the caches hold.
//
// It refuses to know what a word is: where words may begin and end is for the
// caller to say. Start at [New] and [Trie.Find].
package trie

// Trie is a double-array trie over bytes: the transition from state s by a byte c is
// the cell at base(s)+c, when that is labelled c; no two states share a base. The
// cell at the base itself is where a word ends. A branch that holds one word only is
// not spelt out in cells: its rest lies in tails, so that both stay small and in
// cache. A Trie is immutable and safe for concurrent use.
type Trie struct {
	cells []cell
	tails string         // of each leaf: the length of its rest, the value of its word in three bytes, its rest
	codes [256]uint8     // of a byte of text: itself, after like bytes are made one
	runes *[1 << 16]cell // where a walk is after a rune of three bytes; 0 where it has to go byte by byte
}

// cell is, from the top: the label in 8 bits, leafBit, endBit, and the base in 22
// bits; or label, leafBit and the place in tails, in fours, in 23 bits. Where a word ends it
// is the value, without a label. A free cell is zero.
type cell uint32

const (
	labelShift = 24
	leafBit    = 1 << 23 // the only word below goes on in tails
	endBit     = 1 << 22 // a word ends here
	baseMask   = endBit - 1
	tailMask   = leafBit - 1
	tailHead   = 4 // bytes before a rest
	tailShift  = 2 // rests begin at every fourth byte
)

// The bounds of a trie. MaxLength is of a word, in bytes.
const (
	MaxWords  = 1 << 21
	MaxLength = 255
)

// Match is a word that stands in a text: where it ends, and its index among the words.
type Match struct{ End, Value int32 }

// Find appends to dst the words that start at text[i], the shortest first.
func (t *Trie) Find(dst []Match, text string, i int) []Match {
	if i+3 <= len(text) && text[i]&0xf0 == 0xe0 {
		if c := t.runes[uint16(text[i]&0xf)<<12|uint16(text[i+1]&0x3f)<<6|uint16(text[i+2]&0x3f)]; c != 0 {
			return t.from(c, dst, text, i+3)
		}
	}
	return t.from(t.cells[0], dst, text, i)
}

// from goes on with a walk that has come to c, before text[j].
func (t *Trie) from(c cell, dst []Match, text string, j int) []Match {
	cells := t.cells
	for ; c&leafBit == 0; j++ {
		base := c & baseMask
		if c&endBit != 0 {
			dst = append(dst, Match{int32(j), int32(cells[base])})
		}
		if j >= len(text) {
			return dst
		}
		code := t.codes[text[j]]
		c = cells[base+cell(code)]
		if uint8(c>>labelShift) != code || code == 0 {
			return dst
		}
		if c&leafBit != 0 {
			return t.rest(dst, int(c&tailMask)<<tailShift, text, j+1)
		}
	}
	return dst
}

// rest appends the word whose rest is at tails[at] when that stands at text[j].
func (t *Trie) rest(dst []Match, at int, text string, j int) []Match {
	head := t.tails[at : at+tailHead]
	n := int(head[0])
	if j+n > len(text) {
		return dst
	}
	tail := t.tails[at+tailHead:][:n]
	for k, b := range []byte(text[j:][:n]) {
		if t.codes[b] != tail[k] {
			return dst
		}
	}
	return append(dst, Match{int32(j + n), int32(head[1]) | int32(head[2])<<8 | int32(head[3])<<16})
}
