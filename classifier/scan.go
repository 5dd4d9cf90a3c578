package classifier

import (
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/classifier/trie"
)

// Distances are counted in thirds of a word: a word between spaces is three
// units, a cluster of a script without spaces one. What separates thoughts costs
// extra, so that one measure serves words, lines and sentences.
const (
	unitsPerWord  = 3
	lineUnits     = 3 * unitsPerWord
	sentenceUnits = 5 * unitsPerWord
	blankUnits    = 8 * unitsPerWord
)

// raw is one word found, in whatever language.
type raw struct {
	start, end int32
	value      int32 // of the trie
}

// scan is the work space of one field. It is reused, never shared.
type scan struct {
	text    string
	pos     []int32 // place of each byte, in units
	starts  []int32 // bytes where a word may begin
	raws    []raw
	matches []trie.Match // at one place
	numbers []span32     // runs of digits with . and , inside
	seen    facts.Seen   // what facts are read from
	letters [scripts]int32
	quotes  bool // some quotation mark stands in the text
}

type span32 struct{ start, end int32 }

func (s *scan) reset(text string) {
	s.text = text
	if cap(s.pos) < len(text)+1 {
		s.pos = make([]int32, len(text)+1+len(text)/4)
	}
	s.pos = s.pos[:len(text)+1]
	s.starts, s.raws, s.numbers = s.starts[:0], s.raws[:0], s.numbers[:0]
	s.seen.Reset()
	s.letters, s.quotes = [scripts]int32{}, false
}

// layout walks the text once: where words may begin, how far apart things are,
// which scripts there are, where the numbers stand, and what facts are told by.
func (s *scan) layout(tab *runes) {
	text, pos := s.text, s.pos[:len(s.text)+1]
	var at int32
	prev := other
	lineStart := true
	run := 0 // start of the run of ASCII letters and digits at i
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			if text[i]-0xe1 <= 0xb && i+2 < len(text) { // what most scripts are written in
				r, n = rune(text[i]&0xf)<<12|rune(text[i+1]&0x3f)<<6|rune(text[i+2]&0x3f), 3
			} else {
				r, n = fold.Decode(text, i)
			}
		}
		k, sc := tab.of(r)
		begins := false
		switch k {
		case letter:
			if begins = prev != letter; begins {
				at += unitsPerWord
			}
			s.letters[sc]++
			if r < utf8.RuneSelf { // the rest of it
				j := i + 1
				for ; j < len(text) && text[j]-'a' <= 'z'-'a'; j++ {
					pos[j] = at
				}
				n = j - i
				s.letters[latin] += int32(n - 1)
			}
		case digit:
			if prev != digit && prev != letter {
				at += unitsPerWord
			}
			begins = true
			j := i + 1
			for ; j < len(text) && text[j]-'0' <= 9; j++ {
				pos[j] = at
			}
			n = j - i
			s.number(i, j)
		case base, leading:
			begins = prev != leading && prev != stacker
			if prev == other || prev == letter || prev == digit {
				at += unitsPerWord - 1
			}
			if begins || k == leading {
				at++
			}
			s.letters[sc]++
		case mark, stacker:
			s.letters[sc]++
		default:
			begins = r > ' '
			if r >= utf8.RuneSelf {
				s.quotes = s.quotes || closing(r) != 0
			} else if begins {
				s.quotes = s.quotes || r == '"'
				if facts.IsSign(byte(r)) {
					s.seen.Run(run, i)
					run = i + 1
					s.seen.Sign(i)
				}
			}
			at += separator(text, i, r, lineStart)
			if r == '\n' {
				lineStart = true
			} else if r != ' ' {
				lineStart = false
			}
		}
		pos[i], pos[i+n-1] = at, at
		if begins && tab.head(r) && (k == letter || tab.pair(text, i, r)) {
			s.starts = append(s.starts, int32(i))
			if k == letter && (sc == arabic || sc == ethiopic) {
				s.proclitics(i, sc)
			}
		}
		if r >= utf8.RuneSelf || k == other {
			if i-run >= facts.LongRun {
				s.seen.Run(run, i)
			}
			run = i + n
		}
		if k != other {
			lineStart = false
		}
		prev = k
		i += n
	}
	s.seen.Run(run, len(text))
	pos[len(text)] = at
}

// separator is what the rune between words costs.
func separator(text string, i int, r rune, lineStart bool) int32 {
	switch r {
	case '\n':
		if lineStart {
			return blankUnits - lineUnits
		}
		return lineUnits
	case '.':
		// The point of a number, a handle or a link ends no sentence.
		if i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n' {
			return sentenceUnits
		}
	case '!', '?':
		return sentenceUnits
	case '。', '।', '॥', '။', '។', '።', '؟', '۔':
		return sentenceUnits
	}
	return 0
}

// number notes the run of digits from i to j; runs with one . or , between are one number.
func (s *scan) number(i, j int) {
	s.seen.Digits(i, j)
	if n := len(s.numbers); n > 0 && int(s.numbers[n-1].end) == i-1 && (s.text[i-1] == '.' || s.text[i-1] == ',') {
		s.numbers[n-1].end = int32(j)
		return
	}
	s.numbers = append(s.numbers, span32{int32(i), int32(j)})
}

// proclitics adds the places behind the little words that Arabic and Amharic glue
// to the front of a word: the word is looked for whole first, then without them.
func (s *scan) proclitics(i int, sc script) {
	add := func(j int) {
		if j < len(s.text) {
			s.starts = append(s.starts, int32(j))
		}
	}
	if sc == ethiopic {
		for _, p := range [...]string{"የ", "በ", "ለ", "ከ"} {
			if strings.HasPrefix(s.text[i:], p) {
				add(i + len(p))
			}
		}
		return
	}
	j := i
	for _, group := range [][]string{{"و", "ف"}, {"ب", "ك", "ل"}, {"ال", "لل"}} {
		for _, p := range group {
			if strings.HasPrefix(s.text[j:], p) {
				j += len(p)
				add(j)
				break
			}
		}
	}
}

// hangulAlone reports whether a short Korean word stands free enough: one syllable
// must be a whole word, two must begin or end one, since shorter stretches stand
// inside other words by chance. Particles do not count as other words here: two
// syllables may be followed by them.
func (s *scan) hangulAlone(tab *runes, i, j int) bool {
	if j-i > 6 {
		return true
	}
	r, n := utf8.DecodeRuneInString(s.text[i:j])
	if _, sc := tab.of(r); sc != hangul {
		return true
	}
	free := func(r rune) bool { _, sc := tab.of(r); return sc != hangul }
	before, after := true, true
	if i > 0 {
		p, _ := utf8.DecodeLastRuneInString(s.text[:i])
		before = free(p)
	}
	if j < len(s.text) {
		p, _ := utf8.DecodeRuneInString(s.text[j:])
		after = free(p)
	}
	if i+n == j {
		return before && after
	}
	return before || after
}

// ends reports whether a word may end before byte j; last is the rune that ends it.
func (s *scan) ends(tab *runes, j int, stem bool) bool {
	if j >= len(s.text) {
		return true
	}
	if c, d := s.text[j-1], s.text[j]; c|d < utf8.RuneSelf {
		switch k := kind(tab.of16[c] >> 5); k {
		case letter, digit:
			return stem || kind(tab.of16[d]>>5) != k
		}
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(s.text[:j])
	next, n := utf8.DecodeRuneInString(s.text[j:])
	lk, _ := tab.of(last)
	nk, _ := tab.of(next)
	switch lk {
	case letter:
		return stem || nk != letter
	case digit:
		return stem || nk != digit
	case other:
		return true
	}
	if nk == mark || nk == stacker {
		return false
	}
	if next >= 0x1000 && next <= 0x1021 && j+n < len(s.text) { // a Burmese final belongs to the syllable before it
		after, _ := utf8.DecodeRuneInString(s.text[j+n:])
		return after != 0x103A && after != 0x1039
	}
	return true
}
