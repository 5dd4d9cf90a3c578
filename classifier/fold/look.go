package fold

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// What [pass.look] notes of 64 bytes of folded text: bit k stands for byte k.
type marks struct {
	letter, odd, high, same, space uint64 // odd: digits, signs that may stand for letters, and what is between them in ASCII
}

// within is, in the top bits of bytes below 0x80, which of them are from lo to hi.
func within(x uint64, lo, hi byte) uint64 {
	return (x + uint64(0x80-lo)*each) &^ (x + uint64(0x7f-hi)*each) & highBits
}

// gather is the top bits of the bytes of x, one after the other.
func gather(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }

// note reads 64 bytes, and the one after them.
func note(d *[72]byte) (m marks) {
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(d[k : k+8])
		high := x & highBits
		if high == highBits {
			m.high |= 0xff << k
			continue
		}
		y := x &^ highBits
		next := x ^ binary.LittleEndian.Uint64(d[k+1:k+9])
		m.high |= gather(high) << k
		m.letter |= gather(within(y, 'a', 'z')&^high) << k
		m.odd |= gather((within(y, '0', '@')|within(y, '!', '$'))&^high) << k
		m.space |= gather(within(y, ' ', ' ')&^high) << k
		m.same |= gather(^((next&^highBits+0x7f*each)|next)&highBits) << k
	}
	return m
}

// leads are the first bytes of letters in 64 bytes of text.
type leads struct{ look, latin, more uint64 } // Greek, Cyrillic and Armenian; Latin with accents; those and other look-alikes in three bytes

func noteLeads(d []byte) (m leads) {
	_ = d[63]
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(d[k:])
		high := x & highBits
		y := x &^ highBits
		m.look |= gather(within(y, 0x4d, 0x56)&high) << k
		m.latin |= gather(within(y, 0x43, 0x49)&high) << k
		m.more |= gather((within(y, 0x61, 0x62)|within(y, 0x6a, 0x6a))&high) << k
	}
	return m
}

// look finds in one go what calls for undoing in the first n bytes of the buffer:
// letters pulled apart, letters drawn out, look-alike scripts side by side, digits
// inside words.
func (p *pass) look(n int) uint {
	d, saw := p.buf, p.saw&(sawRepeat|sawSplit)
	if p.met&metDot != 0 {
		saw |= dotted(d[:n+8])
	}
	scripts := p.met&metAlphabet != 0
	p.far = 0
	var now, past sight
	s, was := &now, &past
	was.other = ^uint64(0)
	letters, highs := 0, 0
	for at := 0; at <= n; at += 64 {
		s.marks = note((*[72]byte)(d[at : at+72]))
		s.other = ^(s.letter | s.odd | s.high)
		if s.high == ^uint64(0) && was.other>>61 == 0 && !scripts { // in the midst of a long word
			s.alone, s.alone2, s.alone3 = 0, 0, 0
			s, was = was, s
			continue
		}
		s.findAlone(was)
		if saw&sawSpaced == 0 && p.spaced(s, was, at, scripts) {
			saw |= sawSpaced
		}
		if scripts {
			letters, highs = letters+bits.OnesCount64(s.letter), highs+bits.OnesCount64(s.high)
			if saw&sawMixed == 0 && s.mixed(was, d[at:at+64:at+64]) {
				saw |= sawMixed
			}
			if c := s.high & before(s.odd, was.odd, 1); c != 0 && saw&sawCyrillicLeet == 0 && cyrillicLeetAmong(d, at, c) {
				saw |= sawCyrillicLeet
			}
		}
		word, wordWas := s.letter|s.high, was.letter|was.high
		if c := word & before(s.other&^s.space, was.other&^was.space, 1) & before(word, wordWas, 2); c != 0 && saw&sawMask == 0 && p.maskAmong(d, at, c) {
			saw |= sawMask
		}
		if c := s.same & before(s.same, was.same, 1) & s.letter; c != 0 && saw&sawRepeat == 0 && drawnAmong(d, at, c) {
			saw |= sawRepeat
		}
		if c := s.letter & before(s.odd, was.odd, 1); c != 0 && saw&sawLeet == 0 && leetAmong(d, at, c) {
			p.leet = at // the sign may be the last byte before
			saw |= sawLeet
		}
		s, was = was, s
	}
	if scripts && letters > highs { // a word of look-alikes may hide among Latin ones
		saw |= sawMixed
	}
	return saw
}

// sight is what follows from the marks of 64 bytes and of the 64 before them. The
// bit of what stands alone is at the byte after it.
type sight struct {
	marks
	leads                 // only where scripts may mix
	other          uint64 // neither letters nor digits
	alone          uint64 // one letter or digit
	alone2, alone3 uint64 // two or three bytes that are no ASCII
}

// findAlone notes what stands alone.
func (s *sight) findAlone(was *sight) {
	s.alone = before(s.letter|s.odd, was.letter|was.odd, 1) & s.other & before(s.other, was.other, 2)
	s.alone2, s.alone3 = 0, 0
	if s.high|was.high != 0 {
		two := before(s.high, was.high, 1) & before(s.high, was.high, 2) & s.other
		s.alone2 = two & before(s.other, was.other, 3)
		s.alone3 = two & before(s.high, was.high, 3) & before(s.other, was.other, 4)
	}
}

// spaced reports letters, or clusters of letters and signs, pulled apart in the bytes
// of s, which begin at.
func (p *pass) spaced(s, was *sight, at int, scripts bool) bool {
	d := p.buf
	if s.alone != 0 {
		for gap := range uint(3) {
			if c := rowOf(s.alone, was.alone, 2+gap); c != 0 && apart(d, at, c, 1, 1+int(gap)) {
				return true
			}
		}
	}
	if s.high|was.high == 0 {
		return false
	}
	if s.alone2|s.alone3 != 0 {
		if scripts && s.alone2 != 0 && s.alone&before(s.letter, was.letter, 1) != 0 { // and of two scripts
			return true
		}
		if c := rowOf(s.alone2, was.alone2, 3); c != 0 && apart(d, at, c, 2, 1) {
			return true
		}
		if c := rowOf(s.alone3, was.alone3, 4); c != 0 && apart(d, at, c, 3, 1) {
			return true
		}
	}
	if p.met&metCluster == 0 {
		return false
	}
	if c := s.alone3 & s.space; c != 0 && clusterAmong(d, at, c) {
		return true
	}
	c := s.other &^ s.space & before(s.high, was.high, 1)
	return c != 0 && clusterAmong(d, at, c)
}

// mixed reports letters that look alike right beside letters of another script among
// the bytes d of s.
func (s *sight) mixed(was *sight, d []byte) bool {
	if s.high|was.high != 0 && (s.letter|was.letter != 0 || s.high != 0) {
		s.leads = noteLeads(d)
	} else {
		s.leads = leads{}
	}
	latin := before(s.letter, was.letter, 1) | before(s.latin, was.latin, 2) | before(s.more, was.more, 3)
	alike := before(s.look, was.look, 2) | before(s.more, was.more, 3)
	return latin&(s.look|s.more)|alike&(s.letter|s.latin|s.more) != 0
}

// clusterAmong reports a letter with its signs that stands between two separators of
// a kind, the second of them at one of the bits of c, counted from at.
func clusterAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c)
		if !isSep(d[i]) {
			continue
		}
		start := highStart(d, i)
		gap := i - start
		if gap < 3 || gap > 15 || start == 0 || d[start-1] != d[i] || d[start] < 0xe0 {
			continue
		}
		if d[i] != ' ' || gap == 3 && start-1-highStart(d, start-1) <= 9 && short(d[i+1:]) && !stops(string(d[start:i])) {
			return true
		}
	}
	return false
}

// highStart is where the bytes before i that are no ASCII begin, of sixteen at most.
func highStart(d []byte, i int) int {
	least := max(0, i-16)
	for i > least && d[i-1] >= 0x80 {
		i--
	}
	return i
}

// short reports a stretch of at most nine bytes that are no ASCII at the front of d.
func short(d []byte) bool {
	for i, c := range d[:10] {
		if c < 0x80 {
			return i > 0
		}
	}
	return false
}

// stops reports the signs that stand between words on their own.
func stops(r string) bool {
	switch r {
	case "ๆ", "ฯ", "।", "॥", "។", "ៗ", "၊", "။", "ໆ", "ຯ":
		return true
	}
	return false
}

// dotted reports middle dots that pull words apart.
func dotted(d []byte) (saw uint) {
	dot := []byte("·")
	for at := 0; ; at += len(dot) {
		i := bytes.Index(d[at:], dot)
		if i < 0 {
			return saw
		}
		at += i
		if splitPair(d, at) > 0 {
			saw |= sawMask
		}
		if next := at + 2 + runeWidth(d[at+2]); next+2 <= len(d) && d[next] == dot[0] && d[next+1] == dot[1] {
			saw |= sawSpaced
		}
		if at >= 15 { // a letter with signs between two dots
			if last := bytes.LastIndex(d[at-15:at], dot); last >= 0 && last <= 10 && d[at-15+last+2] >= 0xe0 {
				saw |= sawSpaced
			}
		}
	}
}

// maskAmong reports a word of the trade with a sign in it before one of the bits of c.
func (p *pass) maskAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c) - 1
		x := d[i]
		if d[i+1]-0xe3 <= 6 && isSep(x) && x != ' ' {
			if splitPair(d, i) > 0 {
				return true
			}
		} else if isMask(x) && i >= p.far {
			start, end, far := tokenAround(d, i)
			p.far = far
			if start < end {
				if word, _ := unmaskToken(string(d[start:end])); word != "" {
					return true
				}
			}
		}
	}
	return false
}

// cyrillicLeetAmong reports a digit or sign for a Cyrillic letter before one of the
// bits of c.
func cyrillicLeetAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c) - 1
		if d[i+1]>>1 == 0xd0>>1 && (i >= 2 && d[i-2]>>1 == 0xd0>>1 || d[i] == '3' && (i == 0 || d[i-1] < 0x80)) {
			return true
		}
	}
	return false
}

// before is now moved k bits up, with the bits of the word before coming in.
func before(now, was uint64, k uint) uint64 { return now<<k | was>>(64-k) }

// rowOf is the ends of four bits in steps of k.
func rowOf(now, was uint64, k uint) uint64 {
	return now & before(now, was, k) & before(now, was, 2*k) & before(now, was, 3*k)
}

// apart reports whether the same byte stands between the last four letters, of
// size bytes each and gap bytes apart, before one of the bytes at the bits of c.
func apart(d []byte, at int, c uint64, size, gap int) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c)
		step := size + gap
		a, b, e := i-1-size, i-1-size-step, i-1-size-2*step
		if e >= 0 && d[a] == d[b] && d[b] == d[e] && isSep(d[a]) && (size > 1 || letterASCII(d[a-gap]) || letterASCII(d[b-gap])) {
			return true
		}
	}
	return false
}

// leetAmong reports a digit or sign that may stand for a letter before one of the
// letters at the bits of c, counted from at.
func leetAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c) - 1
		first := i == 0 || isSpace(d[i-1])
		if leet(d[i]) != 0 && (first && (d[i] == '0' || d[i] == '$') || !first && (letterASCII(d[i-1]) || i > 1 && pairedLeet(d[i-1], d[i]) && letterASCII(d[i-2]))) {
			return true
		}
	}
	return false
}

// drawnAmong reports a letter but w and x, which are written so, three times up to
// one of the bits of c, in a word with other letters.
func drawnAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c) - 1 // the second of them
		if x := d[i]; x != 'w' && x != 'x' && (i < 2 || wordly(d[i-2]) || wordly(d[i+2])) {
			return true
		}
	}
	return false
}

func wordly(c byte) bool { return bytesOf[c]&(byteHigh|byteLetter) != 0 }
