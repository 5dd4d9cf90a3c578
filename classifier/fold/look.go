package fold

import (
	"encoding/binary"
	"math/bits"
)

// What [pass.look] notes of 64 bytes of folded text: bit k stands for byte k.
type marks struct {
	letter, odd, high, same uint64 // odd: digits and signs that may stand for letters
}

// within is, in the top bits of bytes below 0x80, which of them are from lo to hi.
func within(x uint64, lo, hi byte) uint64 {
	return (x + uint64(0x80-lo)*each) &^ (x + uint64(0x7f-hi)*each) & highBits
}

// gather is the top bits of the bytes of x, one after the other.
func gather(x uint64) uint64 { return x * 0x0002040810204081 >> 56 }

// note reads 64 bytes, and the one after them.
func note(d []byte) (m marks) {
	_ = d[64]
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(d[k:])
		high := x & highBits
		if high == highBits {
			m.high |= 0xff << k
			continue
		}
		y := x &^ highBits
		next := x ^ binary.LittleEndian.Uint64(d[k+1:])
		m.high |= gather(high) << k
		m.letter |= gather(within(y, 'a', 'z')&^high) << k
		m.odd |= gather((within(y, '0', '9')|within(y, '!', '$')|within(y, '@', '@'))&^high) << k
		m.same |= gather(^((next&^highBits+0x7f*each)|next)&highBits) << k
	}
	return m
}

// leads are the first bytes of letters in 64 bytes of text.
type leads struct{ look, latin, more uint64 } // Greek and Cyrillic, Latin with accents in two bytes and in three

func noteLeads(d []byte) (m leads) {
	_ = d[63]
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(d[k:])
		high := x & highBits
		y := x &^ highBits
		m.look |= gather(within(y, 0x4d, 0x54)&high) << k
		m.latin |= gather(within(y, 0x43, 0x49)&high) << k
		m.more |= gather(within(y, 0x61, 0x61)&high) << k
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
	var wasLeads leads
	var aloneWas, alone2Was, alone3Was uint64
	otherWas := ^uint64(0)
	for at := 0; at <= n; at += 64 {
		m := note(d[at : at+65 : at+65])
		other := ^(m.letter | m.odd | m.high)
		// a letter or digit alone: bit at the byte after it
		alone := before(m.letter|m.odd, was.letter|was.odd, 1) & other & before(other, otherWas, 2)
		if alone != 0 && saw&sawSpaced == 0 {
			if c := row(alone, aloneWas, 2); c != 0 && apart(d, at, c, 1) {
				saw |= sawSpaced
			}
		}
		if m.high|was.high != 0 {
			two := before(m.high, was.high, 1) & before(m.high, was.high, 2) & other
			alone2 := two & before(other, otherWas, 3)
			alone3 := two & before(m.high, was.high, 3) & before(other, otherWas, 4)
			if alone2|alone3 != 0 && saw&sawSpaced == 0 {
				if scripts && alone2 != 0 && alone&before(m.letter, was.letter, 1) != 0 { // and of two scripts
					saw |= sawSpaced
				}
				if c := row(alone2, alone2Was, 3); c != 0 && apart(d, at, c, 2) {
					saw |= sawSpaced
				}
				if c := row(alone3, alone3Was, 4); c != 0 && apart(d, at, c, 3) {
					saw |= sawSpaced
				}
			}
			alone2Was, alone3Was = alone2, alone3
		} else {
			alone2Was, alone3Was = 0, 0
		}
		if scripts && saw&sawMixed == 0 {
			var l leads
			if m.letter|was.letter != 0 && m.high|was.high != 0 {
				l = noteLeads(d[at : at+64 : at+64])
				if (before(m.letter, was.letter, 1)|before(l.latin, wasLeads.latin, 2)|before(l.more, wasLeads.more, 3))&l.look != 0 ||
					before(l.look, wasLeads.look, 2)&(m.letter|l.latin|l.more) != 0 {
					saw |= sawMixed
				}
			} else if at+64 <= n && m.high != 0 {
				l = noteLeads(d[at : at+64 : at+64])
			}
			wasLeads = l
		}
		if c := m.same & before(m.same, was.same, 1) & m.letter; c != 0 && saw&sawRepeat == 0 && drawnAmong(d, at, c) {
			saw |= sawRepeat
		}
		if c := m.letter & before(m.odd, was.odd, 1); c != 0 && saw&sawLeet == 0 && leetAmong(d, at, c) {
			p.leet = at // the sign may be the last byte before
			saw |= sawLeet
		}
		was, aloneWas, otherWas = m, alone, other
	}
	return saw
}

// before is now moved k bits up, with the bits of the word before coming in.
func before(now, was uint64, k uint) uint64 { return now<<k | was>>(64-k) }

// row is the ends of four bits in steps of k.
func row(now, was uint64, k uint) uint64 {
	return now & before(now, was, k) & before(now, was, 2*k) & before(now, was, 3*k)
}

// apart reports whether the same byte stands between the last four letters, of
// size bytes each, before one of the bytes at the bits of c.
func apart(d []byte, at int, c uint64, size int) bool {
	for ; c != 0; c &= c - 1 {
		i := at + bits.TrailingZeros64(c)
		a, b, e := i-1-size, i-2*(1+size), i-3*(1+size)
		if e >= 0 && d[a] == d[b] && d[b] == d[e] && isSep(d[a]) && (size > 1 || letterASCII(d[a-1]) || letterASCII(d[b-1])) {
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
		if leet(d[i]) != 0 && (first && (d[i] == '0' || d[i] == '$') || !first && letterASCII(d[i-1])) {
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
