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
	pos     []int32  // place of each byte, in units
	starts  []span32 // where words may begin, and where the run of letters that begins there ends, if one does
	raws    []raw
	matches []trie.Match // at one place
	numbers []span32     // runs of digits with . and , inside
	seen    facts.Seen   // what facts are read from
	letters [scripts]int32
	quotes  []int32 // where quotations may begin
	asks    []int32 // where question marks stand
	emoji   bool    // some rune of the planes of emoji stands in the text
	signs   int     // signs, and stretches of spaces and lines
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
	s.letters, s.quotes, s.asks, s.emoji = [scripts]int32{}, s.quotes[:0], s.asks[:0], false
	s.signs = 0
}

// layout walks the text once: where words may begin, how far apart things are,
// which scripts there are, where the numbers stand, and what facts are told by.
func (s *scan) layout(tab *runes) {
	text, pos := s.text, s.pos[:len(s.text)+1]
	l := layout{scan: s, tab: tab, prev: other, lineStart: true}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			i = l.wide(i)
			continue
		}
		switch asciiOf[c] {
		case asciiLetter:
			if l.prev != letter {
				l.at += unitsPerWord
				l.token(i, rune(c))
			}
			j := i
			for ; j < len(text) && text[j]-'a' <= 'z'-'a'; j++ {
				pos[j] = l.at
			}
			s.letters[latin] += int32(j - i)
			if l.open >= 0 {
				s.starts[l.open].end = int32(j)
			}
			l.prev, l.lineStart = letter, false
			i = j
			continue
		case asciiSpace:
		case asciiDigit:
			if l.prev != digit && l.prev != letter {
				l.at += unitsPerWord
			}
			l.begin(i, rune(c))
			j := i
			for ; j < len(text) && text[j]-'0' <= 9; j++ {
				pos[j] = l.at
			}
			s.number(i, j)
			l.prev, l.lineStart = digit, false
			i = j
			continue
		case asciiLine:
			if l.at += lineUnits; l.lineStart {
				l.at += blankUnits - 2*lineUnits
			}
			l.lineStart = true
		default:
			l.sign(i, c)
		}
		if c > ' ' || i == 0 || text[i-1] > ' ' {
			s.signs++
		}
		pos[i] = l.at
		l.broken(i, i+1)
		l.prev = other
		i++
	}
	s.seen.Run(l.run, len(text))
	pos[len(text)] = l.at
}

// layout is a walk under way.
type layout struct {
	*scan
	tab       *runes
	at        int32 // place, in units
	run       int   // start of the run of ASCII letters and digits
	prev      kind
	lineStart bool // nothing but spaces since the line began
	open      int  // of the starts, the run of letters that l is in; -1 where no word may begin
}

// letters notes that a run of letters begins at byte i, with r.
func (l *layout) token(i int, r rune) {
	l.open = -1
	if l.tab.head(r) {
		l.starts = append(l.starts, span32{start: int32(i)})
		l.open = len(l.starts) - 1
	}
}

// begin notes that a word may begin at byte i.
func (l *layout) begin(i int, r rune) {
	if l.tab.head(r) && l.tab.pair(l.text, i, r) {
		l.starts = append(l.starts, span32{start: int32(i)})
	}
}

// broken ends the run of letters and digits at byte i; the next begins at j.
func (l *layout) broken(i, j int) {
	if i-l.run >= facts.LongRun {
		l.seen.Run(l.run, i)
	}
	l.run = j
}

// sign lays out the ASCII sign c at byte i.
func (l *layout) sign(i int, c byte) {
	if c > ' ' {
		l.begin(i, rune(c))
		l.lineStart = false
	}
	if c == '"' {
		l.quotes = append(l.quotes, int32(i))
	} else if facts.IsSign(c) {
		l.broken(i, i+1)
		l.seen.Sign(i)
	}
	switch c {
	case '.':
		// The point of a number, a handle or a link ends no sentence.
		if i+1 == len(l.text) || l.text[i+1] == ' ' || l.text[i+1] == '\n' {
			l.at += sentenceUnits
		}
	case '!':
		l.at += sentenceUnits
	case '?':
		l.at += sentenceUnits
		l.asks = append(l.asks, int32(i))
	}
}

// wide lays out the rune at byte i, which is no ASCII, and returns the byte after it.
func (l *layout) wide(i int) int {
	text := l.text
	var r rune
	n := 3
	if text[i]-0xe1 <= 0xb && i+2 < len(text) { // what most scripts are written in
		r = rune(text[i]&0xf)<<12 | rune(text[i+1]&0x3f)<<6 | rune(text[i+2]&0x3f)
	} else {
		r, n = fold.Decode(text, i)
	}
	if syllable(r) && l.prev != leading && l.prev != stacker {
		return l.syllables(i, r)
	}
	k, sc := l.tab.of(r)
	begins := false
	switch k {
	case letter:
		if begins = l.prev != letter; begins {
			l.at += unitsPerWord
			l.token(i, r)
		}
		if l.open >= 0 {
			l.starts[l.open].end = int32(i + n)
		}
		l.letters[sc]++
	case base, leading:
		if l.prev == other || l.prev == letter || l.prev == digit {
			l.at += unitsPerWord - 1
		}
		if begins = l.prev != leading && l.prev != stacker; begins || k == leading {
			l.at++
		}
		if begins {
			l.begin(i, r)
		}
		l.letters[sc]++
	case mark, stacker:
		l.letters[sc]++
	default:
		l.signs++
		l.begin(i, r)
		if closing(r) != 0 {
			l.quotes = append(l.quotes, int32(i))
		}
		l.emoji = l.emoji || r >= 1<<16
		switch r {
		case '؟', '፧':
			l.at += sentenceUnits
			l.asks = append(l.asks, int32(i))
		case '。', '।', '॥', '။', '។', '።', '۔':
			l.at += sentenceUnits
		}
	}
	l.pos[i], l.pos[i+n-1] = l.at, l.at
	if begins && k == letter && (sc == arabic || sc == ethiopic) {
		l.proclitics(i, sc)
	}
	l.broken(i, i+n)
	l.prev, l.lineStart = k, false
	return i + n
}

// syllable reports a Chinese character or a Korean syllable: three bytes, and a
// word may begin and end with each.
func syllable(r rune) bool { return r >= 0x4e00 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7a3 }

// syllables lays out a run of them from byte i, where r stands, and returns the byte after it.
func (l *layout) syllables(i int, r rune) int {
	text, pos, tab := l.text, l.pos, l.tab
	if l.broken(i, i); l.prev != base && l.prev != mark {
		l.at += unitsPerWord - 1
	}
	for {
		l.at++
		var next rune
		var may bool
		if j := i + 3; j+2 < len(text) && text[j]-0xe0 <= 0xf {
			next = rune(text[j]&0xf)<<12 | rune(text[j+1]&0x3f)<<6 | rune(text[j+2]&0x3f)
			h := pairHash(r, next)
			may = tab.pairs[h>>6]>>(h&63)&1 != 0 || tab.alone[r>>6]>>(r&63)&1 != 0 && !(r >= 0xac00 && next >= 0xac00 && syllable(next))
		} else {
			may = tab.head(r)
		}
		if may {
			l.starts = append(l.starts, span32{start: int32(i)})
		}
		if r >= 0xac00 {
			l.letters[hangul]++
		} else {
			l.letters[han]++
		}
		pos[i], pos[i+2] = l.at, l.at
		i += 3
		if r = next; !syllable(r) {
			break
		}
	}
	l.run, l.prev, l.lineStart = i, base, false
	return i
}

// The classes of ASCII characters that a walk tells apart. Folding left no upper case.
const (
	asciiSign = iota
	asciiLetter
	asciiDigit
	asciiSpace
	asciiLine
)

var asciiOf = func() (t [utf8.RuneSelf]uint8) {
	for c := byte('a'); c <= 'z'; c++ {
		t[c] = asciiLetter
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = asciiDigit
	}
	t[' '], t['\n'] = asciiSpace, asciiLine
	return t
}()

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
			s.starts = append(s.starts, span32{start: int32(j)})
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

// length is how many characters the text shows: letters, digits, signs, and one for
// whatever stretch of spaces and lines there is between them.
func (s *scan) length() int {
	n := 0
	for _, k := range s.letters {
		n += int(k)
	}
	for _, d := range s.numbers {
		n += int(d.end - d.start)
	}
	return n + s.signs
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
