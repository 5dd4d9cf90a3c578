package fold

import (
	"encoding/binary"
	"math/bits"
)

// What [pass.look] notes of 64 bytes of folded text: bit k stands for byte k.
type marks struct {
	letter, digit, sign, high, same uint64
	look, latin, more               uint64 // first bytes of Greek and Cyrillic, of Latin letters with accents of two bytes and three
}

// within is, in the top bits of bytes below 0x80, which of them are from lo to hi.
func within(x uint64, lo, hi byte) uint64 {
	return (x + uint64(0x80-lo)*each) &^ (x + uint64(0x7f-hi)*each) & highBits
}

// gather is the top bits of the bytes of x, one after the other.
func gather(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }

// note reads 64 bytes, and the one after them.
func note(d []byte, scripts bool) (m marks) {
	_ = d[64]
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(d[k:])
		high := x & highBits
		if high == highBits {
			m.high |= 0xff << k
			if !scripts {
				continue
			}
		}
		y := x &^ highBits
		next := x ^ binary.LittleEndian.Uint64(d[k+1:])
		m.high |= gather(high) << k
		m.letter |= gather(within(y, 'a', 'z')&^high) << k
		m.digit |= gather(within(y, '0', '9')&^high) << k
		m.sign |= gather((within(y, '!', '$')|within(y, '@', '@'))&^high) << k
		m.same |= gather(^((next&^highBits+0x7f*each)|next)&highBits) << k
		if scripts {
			m.look |= gather(within(y, 0x4d, 0x54)&high) << k
			m.latin |= gather(within(y, 0x43, 0x49)&high) << k
			m.more |= gather(within(y, 0x61, 0x61)&high) << k
		}
	}
	return m
}

// look finds in one go what calls for undoing in the first n bytes of the buffer:
// letters pulled apart, letters drawn out, look-alike scripts side by side, digits
// inside words.
func (p *pass) look(n int) uint {
	d, saw := p.buf, p.saw&sawRepeat
	if p.met&metPart != 0 {
		saw |= sawSplit
	}
	scripts := p.met&(metGreek|metCyrillic) != 0
	if p.met&metGreek != 0 && p.met&metCyrillic != 0 {
		saw |= sawMixed
	}
	var was marks
	var aloneWas, alone2Was, alone3Was uint64
	otherWas := ^uint64(0)
	for at := 0; at <= n; at += 64 {
		m := note(d[at:at+65:at+65], scripts)
		before := func(now, was uint64, k uint) uint64 { return now<<k | was>>(64-k) }
		other := ^(m.letter | m.digit | m.high)
		// a letter or digit alone: bit at the byte after it
		alone := before(m.letter|m.digit|m.sign, was.letter|was.digit|was.sign, 1) & other & before(other, otherWas, 2)
		if alone != 0 && alone&before(alone, aloneWas, 2)&before(alone, aloneWas, 4) != 0 {
			saw |= sawSpaced
		}
		if m.high|was.high != 0 {
			two := before(m.high, was.high, 1) & before(m.high, was.high, 2) & other
			alone2 := two & before(other, otherWas, 3)
			alone3 := two & before(m.high, was.high, 3) & before(other, otherWas, 4)
			if alone2&before(alone2, alone2Was, 3)&before(alone2, alone2Was, 6) != 0 || alone3&before(alone3, alone3Was, 4)&before(alone3, alone3Was, 8) != 0 {
				saw |= sawSpaced
			}
			alone2Was, alone3Was = alone2, alone3
			if scripts {
				if (before(m.letter, was.letter, 1)|before(m.latin, was.latin, 2)|before(m.more, was.more, 3))&m.look != 0 ||
					before(m.look, was.look, 2)&(m.letter|m.latin|m.more) != 0 {
					saw |= sawMixed
				}
			}
		} else {
			alone2Was, alone3Was = 0, 0
		}
		if c := m.same & before(m.same, was.same, 1) & m.letter; c != 0 && saw&sawRepeat == 0 && drawnAmong(d, at, c) {
			saw |= sawRepeat
		}
		if c := m.letter & before(m.digit|m.sign, was.digit|was.sign, 1); c != 0 && saw&sawLeet == 0 && leetAmong(d, at, c) {
			saw |= sawLeet
		}
		was, aloneWas, otherWas = m, alone, other
	}
	return saw
}

// leetAmong reports a digit or sign that may stand for a letter before one of the
// letters at the bits of c, counted from at.
func leetAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c) - 1
		first := i == 0 || isSpace(d[i-1])
		if leet(d[i]) != 0 && (first && (d[i] == '0' || d[i] == '$') || !first && letterASCII(d[i-1])) {
			return true
		}
	}
	return false
}

// drawnAmong reports a letter but w and x, which are written so, at the bits of c.
func drawnAmong(d []byte, at int, c uint64) bool {
	for ; c != 0; c &= c - 1 {
		if x := d[at+bits.TrailingZeros64(c)]; x != 'w' && x != 'x' {
			return true
		}
	}
	return false
}
