package fold

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed hans.txt
var hans string

// entry says what becomes of one rune: the low 21 bits are the rune it turns into
// or an index into table.strings, then come the act, the script and the disguise.
type entry uint32

type act uint8

const (
	actCopy  act = iota // as it is
	actRune             // one rune instead
	actText             // a string instead
	actStrip            // nothing instead
	actMark             // joins the rune before it, else is dropped
	actPair             // joins the rune before it where Unicode has the pair, else is kept
	actSEA              // Thai, Lao, Khmer, Burmese: the order of marks matters
	actHide             // an invisible character
	actFlag             // regional indicator
)

type script uint8

const (
	scOther script = iota
	scLatin
	scCyrillic
	scGreek
	scHan
	scHangul
	scKana
	scSEA
	scRTL
	scIndic
	scEthiopic
)

// letters reports whether words of s are disguised by invisible characters. In
// the other scripts those characters are ordinary typing.
func (s script) letters() bool { return s >= scLatin && s <= scKana }

type ruse uint8

const (
	ruseNone ruse = iota
	ruseWide
	ruseStyle
	ruseEmoji
	ruseRadical // part of a character taken apart, see isRadical
)

// plain reports a rune that is copied and says nothing.
func (e entry) plain() bool {
	return e&(0xf<<21|7<<29) == 0 && e != 0 && e.script() != scSEA
}

func (e entry) rune() rune     { return rune(e & 0x1fffff) }
func (e entry) act() act       { return act(e >> 21 & 0xf) }
func (e entry) script() script { return script(e >> 25 & 0xf) }
func (e entry) ruse() ruse     { return ruse(e >> 29) }

func makeEntry(a act, s script, u ruse, r rune) entry {
	return entry(r) | entry(a)<<21 | entry(s)<<25 | entry(u)<<29
}

// table maps runes to entries by pages of 256; a page that is nil is all zero.
type table struct {
	pages   [0x300]*[256]entry
	strings []string
	pairs   map[[2]rune]rune // what an actPair rune makes with the rune before it
}

func (t *table) get(r rune) entry {
	if r < 0x30000 {
		if p := t.pages[r>>8]; p != nil {
			return p[r&0xff]
		}
	}
	return 0
}

func (t *table) set(r rune, e entry) {
	if t.pages[r>>8] == nil {
		t.pages[r>>8] = new([256]entry)
	}
	t.pages[r>>8][r&0xff] = e
}

// pair is the one rune that a and b are written as. Indic signs pair within their
// block only, so that those are looked up.
func (t *table) pair(a, b rune) (rune, bool) {
	if b >= 0x900 && b < 0xe00 {
		if a < 0x900 || a >= 0xe00 {
			return 0, false
		}
		one, ok := t.pairs[[2]rune{a, b}]
		return one, ok
	}
	return pairOf(a, b)
}

// folds is built from the Unicode tables of x/text and the standard library once,
// on first use, in a few milliseconds: a generated file would be half a megabyte.
var folds = sync.OnceValue(buildTable)

func buildTable() *table {
	t := &table{}
	simple := overrides()
	flat := []rune(strings.ReplaceAll(hans, "\n", ""))
	for i := 0; i+1 < len(flat); i += 2 {
		simple[flat[i]] = string(flat[i+1])
	}
	for _, span := range [][2]rune{{0x80, 0xd7ff}, {0xf900, 0xffff}, {0x10400, 0x104ff}, {0x1d400, 0x1d7ff}, {0x1e900, 0x1e943}, {0x1f100, 0x1f2ff}, {0x1fbf0, 0x1fbf9}} {
		for r := span[0]; r <= span[1]; r++ {
			if e := makeFold(t, simple, r); e != 0 {
				t.set(r, e)
			}
		}
	}
	t.pairs = map[[2]rune]rune{}
	for r := rune(0x900); r < 0xe00; r++ {
		for first := r &^ 0x7f; isPairing(r) && first < r|0x7f; first++ {
			if one, ok := pairOf(first, r); ok {
				t.pairs[[2]rune{first, r}] = one
			}
		}
	}
	rare := new([256]entry) // the rarer Han characters share a page
	for i := range rare {
		rare[i] = makeEntry(actCopy, scHan, 0, 0)
	}
	for r := rune(0x20000); r < 0x30000; r += 256 {
		t.pages[r>>8] = rare
	}
	return t
}

func makeFold(t *table, simple map[rune]string, r rune) entry {
	sc := scriptOf(r)
	switch {
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return makeEntry(actFlag, scOther, ruseEmoji, 'a'+r-0x1f1e6)
	case isHidden(r):
		return makeEntry(actHide, scOther, 0, 0)
	case isMark(r):
		return makeEntry(actMark, scOther, 0, r)
	case isPairing(r):
		return makeEntry(actPair, sc, 0, r)
	case sc == scSEA && seaActs(r):
		return makeEntry(actSEA, sc, 0, 0)
	}
	to := foldRune(simple, r, 0)
	if to == string(r) {
		if isRadical(r) {
			return makeEntry(actCopy, sc, ruseRadical, 0)
		}
		return makeEntry(actCopy, sc, 0, 0)
	}
	if to == "" {
		return makeEntry(actStrip, sc, 0, 0)
	}
	first, n := utf8.DecodeRuneInString(to)
	u := ruseOf(r, first)
	if sc == scOther {
		sc = scriptOf(first)
	}
	if n == len(to) && isMark(first) {
		return makeEntry(actMark, scOther, 0, first)
	}
	if n == len(to) {
		return makeEntry(actRune, sc, u, first)
	}
	t.strings = append(t.strings, to)
	return makeEntry(actText, sc, u, rune(len(t.strings)-1))
}

// foldRune folds r on its own, again and again until nothing changes.
func foldRune(simple map[rune]string, r rune, depth int) string {
	if s, ok := simple[r]; ok {
		return s
	}
	if r < 0x80 {
		return strings.ToLower(string(r))
	}
	if d := digit(r); d >= 0 {
		return string(rune('0' + d))
	}
	s := string(unicode.ToLower(r))
	if !keepsForm(r) {
		s = norm.NFKC.String(s)
	}
	if s == string(r) || depth > 4 {
		return s
	}
	var b strings.Builder
	for _, x := range s {
		if isHidden(x) || b.Len() > 0 && x >= 0x300 && x <= 0x36f {
			continue
		}
		b.WriteString(foldRune(simple, x, depth+1))
	}
	return b.String()
}

// digit is the value of a decimal digit of any script, or -1.
func digit(r rune) int {
	if !unicode.Is(unicode.Nd, r) || r == 0x101d {
		return -1
	}
	for _, x := range unicode.Nd.R16 {
		if uint16(r) >= x.Lo && r <= rune(x.Hi) && r < 0x10000 {
			return int(uint16(r)-x.Lo) % 10
		}
	}
	for _, x := range unicode.Nd.R32 {
		if uint32(r) >= x.Lo && uint32(r) <= x.Hi {
			return int(uint32(r)-x.Lo) % 10
		}
	}
	return -1
}

// keepsForm reports runes that NFKC would take apart against the way that text is typed.
func keepsForm(r rune) bool {
	switch {
	case r == 0xe33, r == 0xeb3: // sara am
		return true
	case r >= 0x3131 && r <= 0x318e: // Hangul letters on their own
		return true
	case r == 0x9dc, r == 0x9dd, r == 0x9df: // Bengali letters with nukta
		return true
	case r == 0x2122, r == 0xae, r == 0xa9: // trade marks are no letters
		return true
	}
	return false
}

// isMark reports the marks that belong to no script: they join the letter before,
// or are ornament.
func isMark(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x1ab0 && r <= 0x1aff || r >= 0x1dc0 && r <= 0x1dff || r >= 0x20d0 && r <= 0x20ff ||
		r >= 0xfe20 && r <= 0xfe2f || r == 0x3099 || r == 0x309a
}

// isHidden reports characters that show nothing.
func isHidden(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r == 0xfeff, r == 0x17b4, r == 0x17b5, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f:
		return true
	}
	return false
}

// isPairing reports spacing signs that Unicode writes as one with the rune before.
func isPairing(r rune) bool {
	switch r {
	case 0x9bc, 0x9be, 0x9d7, 0xb3e, 0xb56, 0xb57, 0xbbe, 0xbd7, 0xcc2, 0xcd5, 0xcd6, 0xd3e, 0xd57, 0xdca, 0xdcf, 0xddf:
		return true
	}
	return r >= 0x1161 && r <= 0x1175 || r >= 0x11a8 && r <= 0x11c2
}

func ruseOf(r, to rune) ruse {
	latin := to >= 'a' && to <= 'z'
	switch {
	case r >= 0xff21 && r <= 0xff5a && latin:
		return ruseWide
	case r >= 0x1d400 && r <= 0x1d7ff, r >= 0x24b6 && r <= 0x24e9 && latin, r >= 0x1f110 && r <= 0x1f189 && latin,
		r >= 0x2100 && r <= 0x214f && latin, r >= 0x1d00 && r <= 0x1dbf && latin:
		return ruseStyle
	case r >= 0x2460 && r <= 0x2473, r >= 0x2776 && r <= 0x2793, r >= 0x24ea && r <= 0x24ff:
		return ruseNone // ① is how lists are numbered
	}
	return ruseNone
}

func scriptOf(r rune) script {
	switch {
	case r >= 0xe00 && r <= 0xeff, r >= 0x1000 && r <= 0x109f, r >= 0x1780 && r <= 0x17ff, r >= 0xa9e0 && r <= 0xa9ff, r >= 0xaa60 && r <= 0xaa7f:
		return scSEA
	case !unicode.IsLetter(r) && !unicode.IsMark(r):
		return scOther
	case r < 0x250, r >= 0x1e00 && r <= 0x1eff, r >= 0x250 && r < 0x2b0, r >= 0xff21 && r <= 0xff5a:
		return scLatin
	case r >= 0x370 && r < 0x400, r >= 0x1f00 && r <= 0x1fff:
		return scGreek
	case r >= 0x400 && r < 0x530:
		return scCyrillic
	case r >= 0x590 && r < 0x900, r >= 0xfb1d && r <= 0xfdff, r >= 0xfe70 && r <= 0xfefc:
		return scRTL
	case r >= 0x900 && r < 0xe00:
		return scIndic
	case r >= 0x1200 && r < 0x1400:
		return scEthiopic
	case r >= 0x3040 && r < 0x3100, r >= 0xff66 && r <= 0xff9f:
		return scKana
	case r >= 0x1100 && r < 0x1200, r >= 0x3130 && r < 0x3190, r >= 0xac00 && r < 0xd7a4, r >= 0xffa1 && r <= 0xffdc:
		return scHangul
	case r >= 0x3400 && r < 0xa000, r >= 0xf900 && r < 0xfb00, r == 0x3005, r == 0x3007:
		return scHan
	}
	return scOther
}
