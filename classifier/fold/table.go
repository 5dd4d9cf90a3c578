package fold

import (
	_ "embed"
	"encoding/binary"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed hans.txt
var hans string

// entry says what becomes of one rune, from the low end: the bytes it turns into (or,
// where the act says so, a rune or an index into table.strings), how many bytes those
// are, the act, the script, the ruse, the place in a cluster, and flags.
type entry uint64

const (
	actShift    = 35
	scriptShift = 39
	ruseShift   = 43
	afterShift  = 45 // six bits: the order of the mark before may be this at most
	orderShift  = 51 // six bits: the order that the next mark has to look at
	clusterMask = 0x3f
)

// Flags of an entry: what having met the rune says about a text.
const (
	metChange   entry = 1 << (iota + 57) // it is folded to something else
	metAlphabet                          // Cyrillic, Greek and the others with letters like Latin ones
	metCluster                           // Thai, Lao, Khmer, Burmese and the scripts of India: letters with signs around them
	metMyanmar
	metDouble // two in a row are written as one
	metDot    // the middle dot
	metPart   // part of a character taken apart, see parts
)

type act uint8

const (
	actOut   act = iota // the bytes of the entry instead, no more than there were
	actOrder            // the same, if its place in the cluster is in order
	actRune             // one rune instead, and a note of the ruse
	actText             // a string instead
	actStrip            // nothing instead
	actMark             // joins the rune before it, else is dropped
	actPair             // joins the rune before it where Unicode has the pair, else is kept
	actSEA              // Thai, Lao, Khmer, Burmese: depends on what stands around it
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
)

func (e entry) text() uint32   { return uint32(e) }
func (e entry) size() int      { return int(e >> 32 & 7) }
func (e entry) act() act       { return act(e >> actShift & 0xf) }
func (e entry) script() script { return script(e >> scriptShift & 0xf) }
func (e entry) ruse() ruse     { return ruse(e >> ruseShift & 3) }
func (e entry) after() uint8   { return uint8(e >> afterShift & clusterMask) }
func (e entry) order() uint8   { return uint8(e >> orderShift & clusterMask) }

// rune is the rune that e turns into.
func (e entry) rune() rune {
	b := [4]byte{byte(e), byte(e >> 8), byte(e >> 16), byte(e >> 24)}
	r, _ := utf8.DecodeRune(b[:e.size()])
	return r
}

// makeEntry is an entry whose low end is r itself.
func makeEntry(a act, s script, u ruse, r rune) entry {
	return entry(uint32(r)) | entry(a)<<actShift | entry(s)<<scriptShift | entry(u)<<ruseShift
}

// makeOut is an entry that turns into to.
func makeOut(a act, s script, u ruse, to rune) entry {
	var b [4]byte
	n := utf8.EncodeRune(b[:], to)
	e := makeEntry(a, s, u, 0) | entry(binary.LittleEndian.Uint32(b[:])) | entry(n)<<32
	return e
}

// table maps runes to entries: those of the basic plane at once, the others by
// pages of 256, where a page that is nil is all zero: runes that stay.
type table struct {
	basic   [0x10000]entry
	pages   [0x200]*[256]entry
	strings []string
	pairs   map[[2]rune]rune // what a mark makes with the rune before it
	firsts  [0x500]bool      // runes from U+0900 on that pair with an actPair rune
}

func (t *table) get(r rune) entry {
	switch {
	case r < 0:
	case r < 0x10000:
		return t.basic[r]
	case r < 0x30000:
		if p := t.pages[r>>8-0x100]; p != nil {
			return p[r&0xff]
		}
	}
	return 0
}

func (t *table) set(r rune, e entry) {
	if r < 0x10000 {
		t.basic[r] = e
		return
	}
	at := r>>8 - 0x100
	if t.pages[at] == nil {
		t.pages[at] = new([256]entry)
	}
	t.pages[at][r&0xff] = e
}

// pairs3 reports whether the rune of these three bytes may pair with an actPair rune.
func (t *table) pairs3(text uint32) bool {
	r := rune(text&0xf<<12|text>>8&0x3f<<6|text>>16&0x3f) - 0x900
	return r >= 0 && int(r) < len(t.firsts) && t.firsts[r]
}

// pair is the one rune that a and b are written as.
func (t *table) pair(a, b rune) (rune, bool) {
	if b >= 0x1161 && b <= 0x11c2 { // Hangul is composed by arithmetic
		return pairOf(a, b)
	}
	one, ok := t.pairs[[2]rune{a, b}]
	return one, ok
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
	for _, span := range [][2]rune{{0x80, 0xffff}, {0x10400, 0x104ff}, {0x1d400, 0x1d7ff}, {0x1e900, 0x1e943}, {0x1f100, 0x1f2ff}, {0x1fbf0, 0x1fbf9}} {
		for r := span[0]; r <= span[1]; r++ {
			if e := makeFold(t, simple, r); e != 0 {
				t.set(r, e|met(e, r))
			}
		}
	}
	t.pairs = composed()
	for pair := range t.pairs {
		if isPairing(pair[1]) && pair[0] >= 0x900 && pair[0] < 0xe00 {
			t.firsts[pair[0]-0x900] = true
		}
	}
	rare := new([256]entry) // the rarer Han characters share a page; no bytes: they stay
	for i := range rare {
		rare[i] = makeEntry(actOut, scHan, 0, 0)
	}
	for r := rune(0x20000); r < 0x30000; r += 256 {
		t.pages[r>>8-0x100] = rare
	}
	return t
}

// composed is what marks make with the letters before them: the pairs of Unicode,
// and those of a letter with another mark already on it.
func composed() map[[2]rune]rune {
	out := map[[2]rune]rune{}
	var buf []rune
	for r := rune(0xc0); r < 0x30ff; r++ {
		d := norm.NFD.PropertiesString(string(r)).Decomposition()
		if len(d) == 0 {
			continue
		}
		buf = append(buf[:0], []rune(string(d))...)
		if len(buf) < 2 {
			continue
		}
		for k := 1; k < len(buf); k++ { // any of its marks may have come last
			rest := append(append([]rune{}, buf[:k]...), buf[k+1:]...)
			one := []rune(norm.NFC.String(string(rest)))
			if len(one) != 1 {
				continue
			}
			for _, mark := range sameMarks(buf[k]) {
				if got, ok := pairOf(one[0], mark); ok {
					out[[2]rune{one[0], mark}] = got
				}
			}
		}
	}
	return out
}

// sameMarks is m with the mark that Unicode takes for the same.
func sameMarks(m rune) []rune {
	for _, same := range [...][2]rune{{0x300, 0x340}, {0x301, 0x341}, {0x313, 0x343}} {
		if m == same[0] {
			return same[:]
		}
	}
	return []rune{m}
}

// met is the flags of the entry of r.
func met(e entry, r rune) (out entry) {
	switch e.script() {
	case scCyrillic, scGreek:
		out |= metAlphabet
	case scSEA, scIndic:
		out |= metCluster
	}
	if r >= 0x1000 && r <= 0x109f {
		out |= metMyanmar
	}
	if r == 0xe40 || r == 0xec0 {
		out |= metDouble
	}
	if e.act() <= actRune && e.rune() == '·' {
		out |= metDot
	}
	if e.act() <= actRune && likeLatin(e.rune()) != 0 {
		out |= metAlphabet
	}
	if e.act() <= actRune && splitParts().first[e.rune()] {
		out |= metPart
	}
	if e.act() <= actRune && e.rune() != r {
		out |= metChange
	}
	return out
}

func makeFold(t *table, simple map[rune]string, r rune) entry {
	sc := scriptOf(r)
	switch {
	case r >= 0xd800 && r <= 0xdfff: // no runes: never looked up
		return 0
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return makeEntry(actFlag, scOther, 0, 'a'+r-0x1f1e6)
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
	if to == "" {
		return makeEntry(actStrip, sc, 0, 0)
	}
	first, n := utf8.DecodeRuneInString(to)
	u := ruseOf(r, first)
	if of := scriptOf(first); of != scOther {
		sc = of
	}
	switch {
	case n < len(to):
		t.strings = append(t.strings, to)
		return makeEntry(actText, sc, u, rune(len(t.strings)-1))
	case isMark(first):
		return makeEntry(actMark, scOther, 0, first)
	case sc == scSEA && first >= 0x80:
		return ordered(makeOut(actOrder, sc, u, first), markOrder(first), r)
	case u != ruseNone || n > utf8.RuneLen(r) || noted(r) && first != r:
		return makeOut(actRune, sc, u, first)
	}
	return makeOut(actOut, sc, u, first)
}

// noted reports the enclosed digits, which pass.ruse counts.
func noted(r rune) bool {
	return r >= 0x2460 && r <= 0x2793 && (r < 0x249c || r > 0x24e9) || r >= 0x1f100 && r <= 0x1f10c
}

// stacking is the order after a sign that puts the next consonant under the letter:
// above any that a mark may follow; halved down to one when the consonant is there.
const stacking = 0x20

// ordered gives e its place in a cluster. A letter may stand after anything.
func ordered(e entry, order uint8, r rune) entry {
	next := order
	if r == 0x17d2 || r == 0x1039 {
		next = stacking
	}
	return e | entry((order-1)&clusterMask)<<afterShift | entry(next)<<orderShift
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
	case r >= 0x1d400 && r <= 0x1d7ff, r >= 0x249c && r <= 0x24e9 && latin, r >= 0x1f110 && r <= 0x1f189 && latin,
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
