package fold

import "unicode/utf8"

// cluster is the run of marks after the last base letter of Thai, Lao, Khmer or
// Burmese. People type the marks in any order, and programs show all orders alike.
type cluster struct {
	f, o  int // where its marks begin: in the folded text, in src
	end   int // where they end in the folded text so far
	n     int
	base  rune // the letter before, 0 when there is none
	units [24]sign
}

// sign is one mark, or the pair of a stacking sign and the consonant under it.
type sign struct {
	a, b  rune
	order uint8
}

// seaActs reports the runes that always need a look: those that are written in two
// ways, or look like another, and not only by the order of marks.
func seaActs(r rune) bool {
	switch r {
	case 0xe4d, 0xebc, 0xecd, 0x1040, 0x101d, 0x178a, 0x17b1:
		return true
	}
	return false
}

// inCluster reports the runes that go with what stands before them.
func inCluster(r rune) bool {
	switch r {
	case 0xe32, 0xeb2, 0xe40, 0xec0, 0x1040, 0x101d, 0x17b1:
		return true
	}
	return markOrder(r) > 0
}

// arrange folds the rune r from i to end, which is not in its place in a cluster or
// needs a look, and the runes after it that belong there; it returns where it got to.
func (p *pass) arrange(r rune, i, end int) int {
	s := p.src
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	p.order = clusterMask
	if r == 0x178a && before != 0x17d2 || r == 0x101d && (p.o == 0 || p.buf[p.o-1]-'0' > 9) { // letters like others
		p.keep(i, end)
		p.order = 0
		if before == 0x1039 || before == 0x17d2 {
			p.order = 1
		}
		return end
	}
	// back to the letter that the cluster stands on
	from, o := i, p.o
	for from > p.settled {
		prev, n := utf8.DecodeLastRuneInString(s[:from])
		e := p.tab.get(prev)
		if a := e.act(); a == actHide || a == actStrip || a == actMark {
			from -= n
			continue
		}
		if !p.wrote(e, from-n, n, o) {
			break
		}
		from, o = from-n, o-3
		if markOrder(prev) == 0 {
			if under, _ := utf8.DecodeLastRuneInString(s[:from]); under != 0x17d2 && under != 0x1039 {
				break
			}
		}
	}
	p.cut(o)
	p.settled = p.cluster(from, i)
	return p.settled
}

// wrote reports whether the n bytes of src at i are a letter or mark that entry e
// alone has turned into the three bytes before o.
func (p *pass) wrote(e entry, i, n, o int) bool {
	if o < 3 || n != 3 {
		return false
	}
	switch e.act() {
	case actOrder:
		return p.buf[o-3] == byte(e) && p.buf[o-2] == byte(e>>8) && p.buf[o-1] == byte(e>>16)
	case actSEA:
		return string(p.buf[o-3:o]) == p.src[i:i+n]
	}
	return false
}

// cluster folds the cluster that begins at i; what stands before seen has been noted.
func (p *pass) cluster(i, seen int) int {
	p.cl = cluster{f: p.o, o: i, end: p.o}
	for first := true; i < len(p.src); first = false {
		r, n := utf8.DecodeRuneInString(p.src[i:])
		e := p.tab.get(r)
		p.met |= e
		switch a := e.act(); {
		case (a == actHide || a == actStrip || a == actMark) && i < seen:
			p.put(nil, i, i+n)
			i += n
		case a == actHide || a == actStrip || a == actMark:
			i = p.slow(e, r, i, i+n, p.o)
		case a != actOrder && a != actSEA || n != 3:
			return i
		case inCluster(r):
			i = p.sea(r, i, i+n)
		case first:
			if a == actOrder && e.rune() != r {
				r = e.rune()
				p.putRune(r, i, i+n)
			} else {
				p.keep(i, i+n)
			}
			i += n
			p.base(r, i)
		default:
			return i
		}
	}
	return i
}

// markOrder is the place of a mark within its cluster, 0 for a letter.
func markOrder(r rune) uint8 {
	switch {
	case r >= 0xe38 && r <= 0xe3a, r >= 0xeb8 && r <= 0xeba: // vowels below
		return 2
	case r == 0xe31, r >= 0xe34 && r <= 0xe37, r == 0xe47, r == 0xeb1, r >= 0xeb4 && r <= 0xeb7, r == 0xebb: // vowels above
		return 3
	case r == 0xebc: // l under
		return 1
	case r >= 0xe48 && r <= 0xe4c: // tones and killer
		return 4
	case r == 0xe4d, r == 0xecd: // nikhahit
		return 3
	case r >= 0xec8 && r <= 0xecc:
		return 4
	case r == 0x17d2: // coeng; with ro under it 2
		return 1
	case r == 0x17c9, r == 0x17ca: // register shifters
		return 3
	case r >= 0x17b6 && r <= 0x17c5: // vowels
		return 4
	case r >= 0x17c6 && r <= 0x17c8, r >= 0x17cb && r <= 0x17d1, r == 0x17dd: // signs
		return 5
	case r == 0x1039: // stacked consonant
		return 1
	case r >= 0x103b && r <= 0x103e: // medials
		return uint8(r-0x103b) + 2
	case r == 0x1031:
		return 6
	case r == 0x102d, r == 0x102e, r == 0x1033, r == 0x1034:
		return 7
	case r == 0x1032:
		return 8
	case r == 0x102f, r == 0x1030:
		return 9
	case r == 0x102b, r == 0x102c:
		return 10
	case r == 0x1036:
		return 11
	case r == 0x1037:
		return 12
	case r == 0x103a:
		return 13
	case r == 0x1038:
		return 14
	}
	return 0
}

// base notes a letter that marks may follow.
func (p *pass) base(r rune, end int) {
	p.cl.n, p.cl.base, p.cl.o = 0, r, end
	p.cl.f, p.cl.end = p.o, p.o
}

// sea folds one rune that seaActs reports, and returns where it ends.
func (p *pass) sea(r rune, i, end int) int {
	s, c := p.src, &p.cl
	here := p.o
	if c.end != here {
		c.n, c.base, c.f, c.o, c.end = 0, 0, here, i, here
	}
	switch r {
	case 0xe40, 0xec0: // e e for ae
		if c.base == r && c.n == 0 {
			at := here - 3
			from := p.originOf(at)
			p.cut(at)
			p.putRune(r+1, from, end)
			p.base(r+1, end)
			return end
		}
		p.keep(i, end)
		p.base(r, end)
		return end
	case 0xe32, 0xeb2: // nikhahit and aa for am
		if k := c.has(r + 0x1b); k >= 0 {
			c.drop(k)
			p.rewrite(i)
			c.append(sign{a: r + 1, order: 9})
			p.rewrite(end)
			p.base(r+1, end)
			return end
		}
		p.keep(i, end)
		p.base(r, end)
		return end
	case 0x17b1: // one independent vowel for two
		if _, n := utf8.DecodeRuneInString(s[end:]); n == 3 && s[end:end+3] == "\u17d2" {
			r = 0x17b2
			p.putRune(r, i, end)
		} else {
			p.keep(i, end)
		}
		p.base(r, end)
		return end
	case 0x1040, 0x101d: // the digit nought and the letter wa look alike
		if wa := p.wa(r, i, end); wa != r {
			r = wa
			p.putRune(r, i, end)
		} else {
			p.keep(i, end)
		}
		p.base(r, end)
		return end
	}
	u := sign{a: r, order: markOrder(r)}
	switch r {
	case 0x17d2, 0x1039:
		b, n := utf8.DecodeRuneInString(s[end:])
		if r == 0x17d2 && b == 0x178a {
			b = 0x178f // da under a letter looks like ta
		}
		if p.tab.get(b).script() != scSEA || markOrder(b) > 0 {
			break
		}
		u.b = b
		end += n
		if b == 0x179a {
			u.order = 2
		}
	case 0x102b:
		u.a = 0x102c
	case 0x17d3:
		u.a = 0x17c6
	case 0x17dd:
		u.a = 0x17d1
	case 0xebc: // l under h is written as l as well
		if c.base == 0xeab && c.n == 0 {
			p.putRune(0xea5, i, end)
			p.base(0xea5, end)
			return end
		}
	}
	if c.n == len(c.units) {
		p.keep(i, end) // a heap of marks: no word
		return end
	}
	sorted := c.n == 0 || c.units[c.n-1].order <= u.order
	dup := false
	for _, x := range c.units[:c.n] {
		dup = dup || x.a == u.a && x.b == u.b
	}
	if !dup {
		c.append(u)
	}
	if merged := c.merge(); sorted && !merged && !dup && u.a == r && (u.b == 0 || p.src[i+3:end] == string(u.b)) {
		p.keep(i, end)
		c.end = p.o
		return end
	}
	p.rewrite(end)
	return end
}

// wa decides which of the two look-alikes stands at i.
func (p *pass) wa(r rune, i, end int) rune {
	next, _ := utf8.DecodeRuneInString(p.src[end:])
	last, _ := utf8.DecodeLastRuneInString(p.src[:i])
	digits := last >= '0' && last <= '9' || last >= 0x1040 && last <= 0x1049 || p.o > 0 && p.buf[p.o-1]-'0' <= 9
	if r == 0x101d {
		if digits && (next < 0x1000 || next > 0x109f || next == 0x101d || next >= 0x1040 && next <= 0x1049) {
			return '0'
		}
		return r
	}
	if markOrder(next) > 0 && next >= 0x1000 {
		return 0x101d
	}
	return '0'
}

func (c *cluster) append(u sign) {
	if c.n < len(c.units) {
		c.units[c.n] = u
		c.n++
	}
}

func (c *cluster) has(r rune) int {
	for k, u := range c.units[:c.n] {
		if u.a == r {
			return k
		}
	}
	return -1
}

func (c *cluster) drop(k int) {
	copy(c.units[k:c.n], c.units[k+1:c.n])
	c.n--
}

// merge puts two signs that stand for one together.
func (c *cluster) merge() bool {
	for _, m := range [...][3]rune{
		{0x17c1, 0x17b8, 0x17be}, {0x17c1, 0x17b6, 0x17c4}, // e ii, e aa
	} {
		if a := c.has(m[0]); a >= 0 {
			if b := c.has(m[1]); b >= 0 {
				c.units[a].a = m[2]
				c.drop(b)
				return true
			}
		}
	}
	// u under a letter with a sign above it is how the shifter is seen
	if k := c.has(0x17bb); k >= 0 {
		for _, above := range [...]rune{0x17b7, 0x17b8, 0x17b9, 0x17ba, 0x17be} {
			if c.has(above) >= 0 {
				c.units[k] = sign{a: 0x17ca, order: 3}
				return true
			}
		}
	}
	return false
}

// rewrite writes the marks of the cluster anew, in order; src is read up to end.
func (p *pass) rewrite(end int) {
	c := &p.cl
	for i := 1; i < c.n; i++ {
		for k := i; k > 0 && less(c.units[k], c.units[k-1]); k-- {
			c.units[k], c.units[k-1] = c.units[k-1], c.units[k]
		}
	}
	p.cut(c.f)
	var buf [len(c.units) * 2 * utf8.UTFMax]byte
	b := buf[:0]
	for _, u := range c.units[:c.n] {
		b = utf8.AppendRune(b, u.a)
		if u.b != 0 {
			b = utf8.AppendRune(b, u.b)
		}
	}
	p.put(b, c.o, end)
	c.end = p.o
}

func less(a, b sign) bool {
	if a.order != b.order {
		return a.order < b.order
	}
	if a.order == 13 || a.order == 0 {
		return false
	}
	return a.a < b.a || a.a == b.a && a.b < b.b
}
