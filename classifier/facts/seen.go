package facts

import (
	"slices"

	"github.com/lurewatch/lurewatch/classifier/trie"
)

// Seen is what one walk over a folded text met that facts are read from. A caller
// that walks the text anyway, with an automaton that holds the words of [Index] too,
// fills it and gives it to [Extractor.Extract]; the text is then not walked again.
// Places must be told in the order of the text.
type Seen struct {
	hits   []hit
	signs  []sign
	digits []stretch // runs of digits
}

// Reset makes s ready for another text.
func (s *Seen) Reset() { s.hits, s.signs, s.digits = s.hits[:0], s.signs[:0], s.digits[:0] }

// Digits tells of a whole run of ASCII digits, from byte i to byte j.
func (s *Seen) Digits(i, j int) { s.digits = append(s.digits, stretch{int32(i), int32(j)}) }

// Sign tells of one of the bytes that [IsSign] reports.
func (s *Seen) Sign(i int) { s.signs = append(s.signs, sign{int32(i), -1}) }

// Run tells of a run of ASCII letters and digits from byte i to byte j. Short ones need
// not be told.
func (s *Seen) Run(i, j int) {
	if j-i >= LongRun {
		s.signs = append(s.signs, sign{int32(j), int32(i)})
	}
}

// LongRun is the least length of a run of letters and digits that may be a wallet.
const LongRun = 25

// IsSign reports the bytes that contacts are told by.
func IsSign(c byte) bool { return c < 0x80 && ascii[c] == asciiSign }

// Index finds the words that facts are read by among those of an automaton.
type Index struct {
	lex   *lexer
	first []int32 // of the automaton's value: words[first[v]:first[v+1]]
	words []int32 // of lex
}

// Words are the words that facts are read by, folded, each once.
func (x *Extractor) Words() []string {
	var out []string
	for i := range x.lex.words {
		if i == 0 || x.lex.words[i].text != x.lex.words[i-1].text {
			out = append(out, x.lex.words[i].text)
		}
	}
	return out
}

// Index makes the index for an automaton of n values that knows the word w by value(w).
func (x *Extractor) Index(n int, value func(w string) int32) *Index {
	ix := &Index{lex: &x.lex, first: make([]int32, n+1)}
	for i := range x.lex.words {
		ix.first[value(x.lex.words[i].text)+1]++
	}
	for v := range n {
		ix.first[v+1] += ix.first[v]
	}
	next := append([]int32(nil), ix.first...)
	ix.words = make([]int32, len(x.lex.words))
	for i := range x.lex.words { // longest first, as the lexer has them
		v := value(x.lex.words[i].text)
		ix.words[next[v]] = int32(i)
		next[v]++
	}
	return ix
}

// Has reports whether v is a word that facts are read by.
func (ix *Index) Has(v int32) bool { return ix.first[v] < ix.first[v+1] }

// Take tells s of the words among ms, which stand at byte i of text, shortest first.
func (ix *Index) Take(s *Seen, text string, i int, ms []trie.Match) {
	before, theirs := ' ', none
	if i > 0 {
		before, theirs = ix.lex.before(text, i)
	}
	var done uint32 // the kinds that a longer word was found of
	for _, m := range slices.Backward(ms) {
		for _, x := range ix.words[ix.first[m.Value]:ix.first[m.Value+1]] {
			done = ix.lex.takeOne(&s.hits, text, i, int(m.End), &ix.lex.words[x], before, theirs, done)
		}
	}
}
