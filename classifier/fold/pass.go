package fold

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// What a pass saw that calls for another look.
const (
	sawMixed = 1 << iota
	sawRepeat
	sawSplit
	sawSpaced
	sawLeet
	sawMask
	sawCyrillicLeet
	sawZeroWidth
	sawBidi
	sawEmoji
)

// pass folds rune by rune. It writes into a buffer as it goes, with room for more
// than there is to read, so that most of it can be written by words of the machine.
type pass struct {
	src string
	in  []byte // src and pad zero bytes
	buf []byte // the folded text is its first o bytes
	o   int
	met entry // flags of all entries met
	tab *table

	segs        []seg
	changed     bool
	saw         uint
	wide, style int // letters in disguise
	keycap      int // end of the last keycap or enclosed digit
	cl          cluster
	order       uint8 // of the mark before
	was         entry // of the rune of three bytes before, 0 after a slow one
	last        uint32
	before      uint32 // with last, the bytes of the two runes before
	leet        int    // byte of the folded text before which look found none
	far         int    // byte of the folded text up to which look has read words with signs in them
	settled     int    // clusters before this byte of src are done
}

// pad is how far beyond the end of its buffers a pass may read and write.
const pad = 96

// passes keeps passes for the room that they hold.
var passes = sync.Pool{New: func() any { return new(pass) }}

// open makes p ready for s. What it gave before stays as it is.
func (p *pass) open(s string) {
	in, buf := p.in, p.buf
	if n := len(s) + pad; cap(in) < n {
		in = make([]byte, n+n/4)
	}
	if n := len(s) + len(s)/16 + 2*pad; len(buf) < n {
		buf = make([]byte, n+n/4)
	}
	in = in[:len(s)+pad]
	clear(in[copy(in, s):])
	p.src, p.in, p.buf, p.o, p.met, p.tab = s, in, buf, 0, 0, folds()
	p.segs, p.changed, p.saw, p.wide, p.style = p.segs[:0], false, 0, 0, 0
	p.keycap, p.settled = -1, 0
	p.order, p.was, p.last, p.before = 0, 0, 0, 0
}

// maxSpare bounds the bytes that a pass keeps for the next text.
const maxSpare = 1 << 20

func (p *pass) free() {
	if p.src = ""; cap(p.in)+cap(p.buf)+cap(p.segs)*12 > maxSpare {
		p.in, p.buf, p.segs = nil, nil, nil
	}
	passes.Put(p)
}

// text is the finished layer over below, the Text whose Folded is src.
func (p *pass) text(below Text) Text {
	if !p.changed {
		return below
	}
	if n := len(p.segs); n > 0 && int(p.segs[n-1].f) == p.o {
		p.segs = p.segs[:n-1]
	}
	t := below
	t.Folded = string(p.buf[:p.o])
	if below.segs != nil || len(below.Folded) != len(below.Original) {
		t.segs = compose(p.segs, p.o, below)
	} else {
		t.segs = slices.Clone(p.segs)
	}
	return t
}

func (p *pass) names() []string {
	var out []string
	for _, x := range [...]struct {
		on   bool
		name string
	}{
		{p.saw&sawZeroWidth != 0, ZeroWidth}, {p.saw&sawBidi != 0, Bidi}, {p.saw&sawEmoji != 0, EmojiDigits},
		{p.wide >= 3, FullWidth}, {p.style >= 3, StyledLetters},
	} {
		if x.on {
			out = append(out, x.name)
		}
	}
	return out
}

// Bytes eight at a time.
const (
	each     = 0x0101010101010101
	highBits = 0x80 * each
)

// run folds all of src.
func (p *pass) run() {
	in, n, buf := p.in, len(p.src), p.buf
	var upper uint64
	i, o := 0, 0
	for i < n {
		c := in[i]
		if c < utf8.RuneSelf {
			p.last = 0
			if in[i+1] >= utf8.RuneSelf { // a space between words, most often
				d := lower[c]
				upper |= uint64(c ^ d)
				buf[o] = d
				i, o = i+1, o+1
				continue
			}
			x := binary.LittleEndian.Uint64(in[i:])
			k := 8
			if high := x & highBits; high != 0 {
				k = bits.TrailingZeros64(high) >> 3
			}
			k = min(k, n-i)
			y := x | 0x20*each
			up := (y + 0x1f*each) &^ (y + 0x05*each) &^ (x << 2) & highBits
			up &= ^uint64(0) >> (64 - 8*uint(k))
			upper |= up
			x |= up >> 2
			if tick := x ^ 0x60*each; (tick-each)&^tick&highBits != 0 {
				x = p.ticks(x, k)
			}
			binary.LittleEndian.PutUint64(buf[o:], x)
			i, o = i+k, o+k
			continue
		}
		// Each width has a loop of its own, so that the machine can read ahead.
		var e entry
		var r rune
		from, size := i, 1
		switch {
		case c&0xf0 == 0xe0:
			i, o, r = p.threes(i, o)
			if r > 0 {
				e, size = p.tab.basic[r], 3
			}
		case c < 0xe0:
			i, o, r = p.twos(i, o)
			if r > 0 {
				e, size = p.tab.basic[r], 2
			}
		default:
			if r, size = utf8.DecodeRune(in[i:]); size == 4 {
				e = p.tab.get(r)
			}
		}
		if size == 1 {
			if i > from {
				continue
			}
			p.last = 0
			buf[o] = 0x1a
			p.changed = true
			i, o = i+1, o+1
			continue
		}
		p.was = 0
		i = p.slow(e, r, i, i+size, o)
		buf, o = p.buf, p.o
		p.last, p.before = p.tail()
	}
	p.o = o
	p.changed = p.changed || upper != 0 || p.met&metChange != 0
	clear(buf[o : o+pad])
}

// threes folds the runes of three bytes from i on to o, and returns where it got to:
// at anything else, or at the rune slow, which needs more than its entry says.
func (p *pass) threes(i, o int) (end, to int, slow rune) {
	in, buf, basic := p.in, p.buf, &p.tab.basic
	last, before, order, was := p.last, p.before, p.order, p.was
	var met entry
	for {
		w := binary.LittleEndian.Uint32(in[i:])
		if w&0xc0c0f0 != 0x8080e0 {
			break
		}
		r := rune(w&0xf<<12 | w>>8&0x3f<<6 | w>>16&0x3f)
		e := basic[r]
		if r < 0x800 || e == 0 {
			break
		}
		met |= e
		t := e.text()
		if e.act() == actPair && r < 0xe00 && last > 0xffff && !p.tab.pairs3(last) { // a sign after any other letter
			t = w & 0xffffff
			binary.LittleEndian.PutUint32(buf[o:], t)
			i, o = i+3, o+3
			before, last = last, t
			continue
		}
		if a := e.act(); a > actOrder || a == actOrder && (e.after() < order || t == last && e&metDouble != 0) {
			slow = r
			break
		} else if a == actOrder {
			order = e.order() | order>>5
		}
		if t == last && last == before && drawn(e.script()) && (wordly(in[i+3]) || o > 6 && wordly(buf[o-7])) {
			p.saw |= sawRepeat
		}
		if was&metPart != 0 && splits(last, t) {
			p.saw |= sawSplit
		}
		was = e
		binary.LittleEndian.PutUint32(buf[o:], t)
		if k := e.size(); k != 3 {
			p.shrink(o, i, 3, k)
			o += k - 3
		}
		i, o = i+3, o+3
		before, last = last, t
	}
	p.met |= met
	p.last, p.before, p.order, p.was = last, before, order, was
	return i, o, slow
}

// twos folds the runes of two bytes from i on to o, as [pass.threes] does.
func (p *pass) twos(i, o int) (end, to int, slow rune) {
	in, buf, basic := p.in, p.buf, &p.tab.basic
	last, before := p.last, p.before
	var met entry
	for {
		w := binary.LittleEndian.Uint16(in[i:])
		if w&0xc0e0 != 0x80c0 || w&0x1e == 0 {
			break
		}
		r := rune(w&0x1f<<6 | w>>8&0x3f)
		e := basic[r]
		met |= e
		if e.act() != actOut {
			slow = r
			break
		}
		t := e.text()
		if t == last && last == before && drawn(e.script()) && (wordly(in[i+2]) || o > 4 && wordly(buf[o-5])) {
			p.saw |= sawRepeat
		}
		binary.LittleEndian.PutUint32(buf[o:], t)
		if k := e.size(); k != 2 {
			p.shrink(o, i, 2, k)
			o += k - 2
		}
		i, o = i+2, o+2
		before, last = last, t
	}
	p.met |= met
	p.last, p.before = last, before
	return i, o, slow
}

// lower is what becomes of each byte of ASCII.
var lower = func() (t [utf8.RuneSelf]byte) {
	for i := range t {
		t[i] = byte(i)
		if c := byte(i); c >= 'A' && c <= 'Z' {
			t[i] += 'a' - 'A'
		} else if c == '`' {
			t[i] = '\''
		}
	}
	return t
}()

// drawn reports whether letters of s are written again and again to draw a word out.
func drawn(s script) bool { return s != scOther && s != scHan }

// ticks makes grave accents among the first k bytes of x apostrophes.
func (p *pass) ticks(x uint64, k int) uint64 {
	for b := range k {
		if byte(x>>(8*b)) == '`' {
			x ^= ('`' ^ '\'') << (8 * b)
			p.changed = true
		}
	}
	return x
}

// shrink notes that size bytes at i have become k at o, k less than size.
func (p *pass) shrink(o, i, size, k int) {
	if n := len(p.segs); n > 0 && int(p.segs[n-1].f) == o {
		p.segs = p.segs[:n-1]
	}
	p.segs = append(p.segs, seg{uint32(o), uint32(i), uint32(size)}, seg{uint32(o + k), uint32(i + size), 0})
}

// tail is the bytes of the last two runes written, 0 for those of ASCII.
func (p *pass) tail() (last, before uint32) {
	if p.o == 0 || p.buf[p.o-1] < utf8.RuneSelf {
		return 0, 0
	}
	a, n := lastOf(p.buf[:p.o])
	b, k := lastOf(p.buf[:p.o-n])
	if c, _ := lastOf(p.buf[:p.o-n-k]); a == b && b == c {
		p.saw |= sawRepeat
	}
	return a, b
}

// lastOf is the last rune of b, of two bytes or three, as an entry has it.
func lastOf(b []byte) (text uint32, size int) {
	for k := len(b) - 1; k >= 0 && len(b)-k <= 3; k-- {
		text = text<<8 | uint32(b[k])
		if b[k] >= 0xc0 {
			return text, len(b) - k
		}
	}
	return 0, 0
}

// slow folds the rune r from i to end, which needs more than its entry says, and
// what belongs to it; it returns where it got to.
func (p *pass) slow(e entry, r rune, i, end, o int) int {
	p.o = o
	switch e.act() {
	case actOut: // beyond the basic plane
		switch {
		case r >= 0xe0000 && r < 0xe0200: // tags and variation selectors
			p.put(nil, i, end)
		case e.size() > 0:
			p.ruse(e, r, i, end)
			p.putRune(e.rune(), i, end)
		default:
			p.keep(i, end)
		}
	case actRune:
		p.ruse(e, r, i, end)
		p.putRune(e.rune(), i, end)
	case actText:
		p.ruse(e, r, i, end)
		p.put([]byte(p.tab.strings[e.text()]), i, end)
	case actStrip:
		p.put(nil, i, end)
	case actHide:
		end = p.hide(r, i, end)
	case actMark, actPair:
		p.combine(rune(e.text()), e.act() == actPair, i, end)
	case actOrder, actSEA:
		end = p.arrange(r, i, end)
	case actFlag:
		end = p.flags(i)
	}
	return end
}

// keep writes src[i:end] as it is.
func (p *pass) keep(i, end int) {
	p.room(end-i, i)
	p.mark(p.o, i, 0)
	p.o += copy(p.buf[p.o:], p.src[i:end])
}

// room makes room to write n bytes more, and all that is still to be read from i on.
func (p *pass) room(n, i int) {
	if need := p.o + n + len(p.src) - i + pad; len(p.buf) < need {
		buf := make([]byte, need+need/2)
		copy(buf, p.buf[:p.o])
		p.buf = buf
	}
}

// put writes b for the bytes i to j of src.
func (p *pass) put(b []byte, i, j int) {
	p.room(len(b), i)
	p.changed = true
	if len(b) > 0 {
		n := j - i
		if len(b) == n {
			n = 0
		}
		p.mark(p.o, i, n)
		p.o += copy(p.buf[p.o:], b)
	}
	p.mark(p.o, j, 0)
}

func (p *pass) putRune(r rune, i, j int) {
	var b [utf8.UTFMax]byte
	p.put(b[:utf8.EncodeRune(b[:], r)], i, j)
}

// mark opens a seg where the two texts get out of step at (f, o).
func (p *pass) mark(f, o, n int) {
	if k := len(p.segs); k > 0 && int(p.segs[k-1].f) == f {
		p.segs = p.segs[:k-1]
	}
	p.segs = marked(p.segs, f, o, n)
}

// cut takes back what was written from f on, so that it can be written anew.
func (p *pass) cut(f int) {
	p.o = f
	for n := len(p.segs); n > 0 && int(p.segs[n-1].f) >= f; n-- {
		p.segs = p.segs[:n-1]
	}
}

func letterASCII(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// ruse counts letters in disguise, and notes enclosed digits side by side.
func (p *pass) ruse(e entry, r rune, i, end int) {
	switch e.ruse() {
	case ruseWide:
		p.wide++
	case ruseStyle:
		p.style++
	}
	if noted(r) {
		if p.keycap == i {
			p.saw |= sawEmoji
		}
		p.keycap = end
	}
}

// hide takes out the run of characters that show nothing which begins with r, and
// tells whether they hid something.
func (p *pass) hide(r rune, i, end int) int {
	s := p.src
	last, _ := utf8.DecodeLastRuneInString(s[:i])
	var found, inLatin uint
	for {
		next, size := utf8.DecodeRuneInString(s[end:])
		if r == 0x200d && (next >= 0x1f000 || next >= 0x2600 && next <= 0x27bf) { // joins an emoji
			p.keep(i, end)
		} else {
			p.put(nil, i, end)
		}
		switch {
		case r == 0x202d || r == 0x202e:
			p.saw |= sawBidi
		case r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202c || r >= 0x2066 && r <= 0x2069:
			found |= sawBidi
		case r >= 0x200b && r <= 0x200d, r >= 0x2060 && r <= 0x2065, r == 0xfeff, r == 0x34f, r == 0x180e:
			found |= sawZeroWidth
		case r >= 0xfe00 && r <= 0xfe0f: // elsewhere they choose the shape of a character
			inLatin = sawZeroWidth
		}
		if p.tab.get(next).act() != actHide {
			if p.letter(last) && p.letter(next) {
				p.saw |= found
				if last < utf8.RuneSelf && next < utf8.RuneSelf {
					p.saw |= inLatin
				}
			}
			return end
		}
		r, i, end = next, end, end+size
	}
}

func (p *pass) letter(r rune) bool {
	if r < utf8.RuneSelf {
		return letterASCII(byte(r))
	}
	e := p.tab.get(r)
	return e.script().letters() && e.act() != actMark
}

// combine joins the mark r to the rune before it.
func (p *pass) combine(r rune, keep bool, i, end int) {
	if r == 0x20e3 { // keycap
		at := i
		for at > 0 && at > i-12 && strings.HasSuffix(p.src[:at], "\ufe0f") {
			at -= 3
		}
		if at > 0 && p.src[at-1] >= '0' && p.src[at-1] <= '9' {
			if p.keycap == at-1 {
				p.saw |= sawEmoji
			}
			p.keycap = end
		}
		p.put(nil, i, end)
		return
	}
	last, size := utf8.DecodeLastRune(p.buf[:p.o])
	if keep && r < 0xe00 && (last < 0x900 || last >= 0xe00 || !p.tab.firsts[last-0x900]) {
		p.keep(i, end)
		return
	}
	if size > 0 && last != utf8.RuneError {
		if one, ok := p.tab.pair(last, r); ok {
			at := p.o - size
			from := p.originOf(at)
			p.cut(at)
			if e := p.tab.get(one); e.act() == actRune || e.act() == actOut && e.size() > 0 {
				one = e.rune()
			}
			p.putRune(one, from, end)
			return
		}
	}
	if keep {
		p.keep(i, end)
		return
	}
	if r >= 0x300 && r <= 0x36f && letterASCII(byte(last)) && last < utf8.RuneSelf {
		p.style++
	}
	p.put(nil, i, end)
}

// originOf is the byte of src that byte f of the folded text came from.
func (p *pass) originOf(f int) int {
	for _, s := range slices.Backward(p.segs) {
		if int(s.f) <= f {
			if s.n > 0 {
				return int(s.o)
			}
			return int(s.o) + f - int(s.f)
		}
	}
	return f
}

// flags reads the regional indicators from i on: country flags stay, anything
// else they spell becomes letters.
func (p *pass) flags(i int) int {
	s := p.src
	const size = 4
	end, ok := i, true
	var pair [2]byte
	for n := 0; end < len(s); n++ {
		r, k := utf8.DecodeRuneInString(s[end:])
		if r < 0x1f1e6 || r > 0x1f1ff || k != size {
			ok = ok && n%2 == 0
			break
		}
		pair[n%2] = byte(r-0x1f1e6) + 'A'
		end += size
		ok = ok && (n%2 == 0 || isRegion(pair))
	}
	if (end-i)/size%2 == 1 {
		ok = false
	}
	if ok {
		p.keep(i, end)
		return end
	}
	p.saw |= sawEmoji
	for ; i < end; i += size {
		r, _ := utf8.DecodeRuneInString(s[i:])
		p.putRune('a'+r-0x1f1e6, i, i+size)
	}
	return end
}
