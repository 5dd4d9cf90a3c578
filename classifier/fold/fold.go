package fold

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold folds s. It never fails: bytes that are no UTF-8 become U+001A, one for
// one. Folding what is already folded changes nothing.
func Fold(s string) Text {
	t := Text{Original: s, Folded: s}
	p := passes.Get().(*pass) //nolint:errcheck // the pool holds nothing else
	defer p.free()
	p.open(s)
	p.run()
	var names []string
	if p.saw&sawMyanmar != 0 {
		if u, ok := fromZawgyi(t); ok {
			t, names = u, append(names, Zawgyi)
			p.open(t.Folded)
			p.run()
		}
	}
	t = p.text(t)
	names = append(names, p.names()...)
	t, words := unword(t, p.saw)
	names = append(names, words...)
	slices.Sort(names)
	t.Disguises = slices.Compact(names)
	return t
}

// unword undoes the disguises of whole words. Undoing one can bring out another, so
// it looks again until there is nothing left, a few times at most.
func unword(t Text, saw uint) (Text, []string) {
	steps := [...]struct {
		on   uint
		undo func(Text) (Text, bool)
		name string
	}{
		{sawSplit, unsplit, SplitCharacters},
		{sawSpaced, join, SpacedLetters},
		{sawMixed, unmix, Homoglyph},
		{sawRepeat, squeeze, RepeatedLetters},
	}
	var names []string
	for range 4 {
		saw = saw&sawSplit | look(t.Folded)
		changed := false
		for _, step := range steps {
			if saw&step.on == 0 {
				continue
			}
			if u, ok := step.undo(t); ok {
				t, names, changed = u, append(names, step.name), true
			}
		}
		if !changed {
			break
		}
	}
	return t, names
}

// What a pass saw that calls for another look.
const (
	sawMyanmar = 1 << iota
	sawMixed
	sawRepeat
	sawSplit
	sawSpaced
	sawUpper
	sawZeroWidth
	sawBidi
	sawEmoji
)

// pass folds rune by rune.
type pass struct {
	writer
	tab         *table
	saw         uint
	wide, style int // letters in disguise
	keycap      int // end of the last keycap or enclosed digit
	cl          cluster
}

// passes keeps passes for the room that they hold.
var passes = sync.Pool{New: func() any { return new(pass) }}

// open makes p ready for s. What it gave before stays as it is.
func (p *pass) open(s string) {
	*p = pass{writer: writer{src: s, low: true, spare: p.spare}, tab: folds(), keycap: -1}
}

// maxSpare bounds the bytes that a pass keeps for the next text.
const maxSpare = 1 << 20

func (p *pass) free() {
	if p.src = ""; cap(p.spare) > maxSpare {
		p.spare = nil
	}
	p.dst, p.segs = nil, nil
	passes.Put(p)
}

// text is the finished layer.
func (p *pass) text(below Text) Text {
	if p.dst == nil && p.pend == 0 && p.saw&sawUpper == 0 {
		return below
	}
	p.flush(len(p.src))
	return p.done(below)
}

func (p *pass) names() []string {
	var out []string
	for _, x := range []struct {
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

func (p *pass) run() {
	s := p.src
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i = p.ascii(i)
			continue
		}
		var r rune
		size := 3
		if three(s, i) {
			r = rune(s[i]&0xf)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f)
		} else {
			r, size = Decode(s, i)
		}
		end := i + size
		e := p.tab.get(r)
		if e.plain() { // most runes of most texts
			i = end
			continue
		}
		if r == utf8.RuneError && size == 1 {
			p.put([]byte{0x1a}, i, end)
			i = end
			continue
		}
		sc := e.script()
		if e == 0 && r >= 0xe0000 && r < 0xe0200 { // tags and variation selectors
			p.put(nil, i, end)
			i = end
			continue
		}
		switch e.act() {
		case actCopy:
			if e.ruse() == ruseRadical {
				p.saw |= sawSplit
			} else if sc == scSEA {
				p.base(r, end)
			}
		case actRune:
			p.ruse(e, r, i, end)
			p.putRune(e.rune(), i, end)
			if sc == scSEA {
				p.base(e.rune(), end)
			}
		case actText:
			p.ruse(e, r, i, end)
			p.put([]byte(p.tab.strings[e.rune()]), i, end)
		case actStrip:
			p.put(nil, i, end)
		case actHide:
			end = p.hide(r, i, end)
		case actMark, actPair:
			p.combine(e.rune(), e.act() == actPair, i, end)
		case actSEA:
			end = p.sea(r, i, end)
		case actFlag:
			end = p.flags(i)
		}
		i = end
	}
}

// ascii walks over ASCII from i on; upper case is lowered when it is flushed.
func (p *pass) ascii(i int) int {
	s := p.src
	for ; i < len(s); i++ {
		switch bytesOf[s[i]] & (byteHigh | byteUpper | byteTick) {
		case 0:
		case byteHigh:
			return i
		case byteUpper:
			p.saw |= sawUpper
		case byteTick:
			p.put([]byte{'\''}, i, i+1)
		}
	}
	return i
}

func letterASCII(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func (p *pass) ruse(e entry, r rune, i, end int) {
	switch e.ruse() {
	case ruseWide:
		p.wide++
	case ruseStyle:
		p.style++
	}
	if r >= 0x2460 && r <= 0x2793 || r >= 0x1f100 && r <= 0x1f10c {
		if p.keycap == i {
			p.saw |= sawEmoji
		}
		p.keycap = end
	}
}

// hide takes out a character that shows nothing, and tells whether it hid something.
func (p *pass) hide(r rune, i, end int) int {
	s := p.src
	next, _ := utf8.DecodeRuneInString(s[end:])
	if r == 0x200d && (next >= 0x1f000 || next >= 0x2600 && next <= 0x27bf) {
		return end // joins an emoji
	}
	p.put(nil, i, end)
	switch {
	case r == 0x202d || r == 0x202e:
		p.saw |= sawBidi
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x2069, r == 0xfeff, r == 0x34f, r == 0x180e:
		for n := end; p.tab.get(next).act() == actHide && n-end < 16; {
			_, size := utf8.DecodeRuneInString(s[n:])
			n += size
			next, _ = utf8.DecodeRuneInString(s[n:])
		}
		last, _ := utf8.DecodeLastRuneInString(s[:i])
		if !p.letter(last) || !p.letter(next) {
			break
		}
		if r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202c || r >= 0x2066 {
			p.saw |= sawBidi
		} else {
			p.saw |= sawZeroWidth
		}
	}
	return end
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
		for at > 0 && strings.HasSuffix(p.src[:at], "\ufe0f") {
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
	if keep && i > p.pend { // the rune before is one to be copied
		before, _ := utf8.DecodeLastRuneInString(p.src[:i])
		if _, ok := p.tab.pair(before, r); !ok {
			return // copied with it
		}
	}
	p.flush(i)
	last, size := utf8.DecodeLastRune(p.dst)
	if size > 0 && last != utf8.RuneError {
		if one, ok := p.tab.pair(last, r); ok {
			at := len(p.dst) - size
			from := p.originOf(at)
			p.cut(at)
			if e := p.tab.get(one); e.act() == actRune {
				one = e.rune()
			}
			p.putRune(one, from, end)
			return
		}
	}
	if keep {
		p.putRune(r, i, end)
		return
	}
	if r >= 0x300 && r <= 0x36f && letterASCII(byte(last)) && last < utf8.RuneSelf {
		p.style++
	}
	p.put(nil, i, end)
}

// pairOf is the one rune that a and b are written as, if Unicode has it.
func pairOf(a, b rune) (rune, bool) {
	var buf [2 * utf8.UTFMax]byte
	in := utf8.AppendRune(utf8.AppendRune(buf[:0], a), b)
	var out [4 * utf8.UTFMax]byte
	got := norm.NFC.Append(out[:0], in...)
	r, n := utf8.DecodeRune(got)
	return r, n == len(got) && n > 0
}

// originOf is the byte of src that byte f of dst came from.
func (w *writer) originOf(f int) int {
	for _, s := range slices.Backward(w.segs) {
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
		if n%2 == 1 && !isRegion(pair) {
			ok = false
		}
	}
	if (end-i)/size%2 == 1 {
		ok = false
	}
	if ok {
		return end
	}
	p.saw |= sawEmoji
	for ; i < end; i += size {
		r, _ := utf8.DecodeRuneInString(s[i:])
		p.putRune('a'+r-0x1f1e6, i, i+size)
	}
	return end
}

// isRegion reports an ISO 3166-1 alpha-2 code that has a flag.
func isRegion(p [2]byte) bool {
	const codes = "ACADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCPCRCUCVCWCXCYCZDEDGDJDKDMDODZ" +
		"EAECEEEGEHERESETEUFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUICIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ" +
		"LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW" +
		"SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTATCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUNUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW"
	for i := 0; i < len(codes); i += 2 {
		if codes[i] == p[0] && codes[i+1] == p[1] {
			return true
		}
	}
	return false
}
