package fold

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The disguises that [Fold] names, as they appear in [Text.Disguises] and in
// post.Facts.Evasion.
const (
	ZeroWidth       = "zero-width"       // invisible characters between letters
	Bidi            = "bidi"             // direction overrides, or direction marks between Latin letters
	Homoglyph       = "homoglyph"        // look-alike letters of another script inside a word
	SpacedLetters   = "spaced-letters"   // h i r i n g, S.A.L.A.R.Y, 高 薪 招 聘
	FullWidth       = "full-width"       // ＣＳ: three Latin letters or more
	StyledLetters   = "styled-letters"   // 𝓌𝒽𝒶𝓉, ⓗⓘ, letters under strokes: three or more
	EmojiDigits     = "emoji-digits"     // keycaps, enclosed digits and regional-indicator letters
	Leetspeak       = "leetspeak"        // h1ring; named by [Text.Unleet], never by [Fold]
	Zawgyi          = "zawgyi"           // an encoding rather than a disguise: a fact about the text
	SplitCharacters = "split-characters" // 亻言 for 信
	RepeatedLetters = "repeated-letters" // hiriiing
	MaskedLetters   = "masked-letters"   // sc*m: a sign for a letter in a word of the trade
)

// Text is a text with its folded form. The zero Text is the empty text. A Text is
// immutable and safe for concurrent use.
type Text struct {
	Original  string
	Folded    string   // valid UTF-8; shares memory with Original when they are equal
	Disguises []string // sorted names of the disguises undone; nil when none

	segs []seg
	leet int32 // one more than the byte before which no digit or sign may stand for a letter; below 0 none does
}

// seg says where one stretch of folded text came from. It reaches to the next
// seg. With n zero it was copied: byte k of it is byte k of the stretch at o.
// Else all of it stands for the n bytes at o. Before the first seg the two texts
// are byte for byte in step.
type seg struct{ f, o, n uint32 }

// Span maps the bytes i to j of the folded text to the smallest range of bytes of
// the original that covers what they came from, at rune boundaries. Offsets out of
// bounds are moved in; an empty range maps to an empty one.
func (t Text) Span(i, j int) (start, end int) {
	i = min(max(i, 0), len(t.Folded))
	j = min(max(j, i), len(t.Folded))
	start = t.origin(i)
	if i == j {
		return start, start
	}
	k := t.find(j - 1)
	switch {
	case k < 0:
		end = j
	case t.segs[k].n == 0:
		end = int(t.segs[k].o) + j - int(t.segs[k].f)
	default:
		end = int(t.segs[k].o + t.segs[k].n)
	}
	return runeFloor(t.Original, start), runeCeil(t.Original, max(start, end))
}

// origin is the first original byte that folded byte i came from.
func (t Text) origin(i int) int {
	if i == len(t.Folded) && i > 0 {
		_, end := t.Span(i-1, i)
		return end
	}
	k := t.find(i)
	switch {
	case k < 0:
		return i
	case t.segs[k].n == 0:
		return int(t.segs[k].o) + i - int(t.segs[k].f)
	default:
		return int(t.segs[k].o)
	}
}

// find is the index of the seg that holds folded byte i, or -1 before the first.
func (t Text) find(i int) int {
	k, ok := slices.BinarySearchFunc(t.segs, uint32(i), func(s seg, f uint32) int { return int(int64(s.f) - int64(f)) })
	if !ok {
		return k - 1
	}
	return k
}

// runeFloor is the start of the rune that byte i of s lies in.
func runeFloor(s string, i int) int {
	for k := i; k >= 0 && k > i-utf8.UTFMax && k < len(s); k-- {
		if utf8.RuneStart(s[k]) {
			if _, n := utf8.DecodeRuneInString(s[k:]); k+n > i {
				return k
			}
			break
		}
	}
	return i
}

// runeCeil is the end of the rune that byte i-1 of s lies in.
func runeCeil(s string, i int) int {
	if i <= 0 || i >= len(s) || utf8.RuneStart(s[i]) {
		return i
	}
	k := runeFloor(s, i-1)
	if _, n := utf8.DecodeRuneInString(s[k:]); k+n > i {
		return k + n
	}
	return i
}

// writer builds one layer of folded text over src. What is copied from src is
// held back until something else is written, so that long stretches cost one copy.
type writer struct {
	src  string
	dst  strings.Builder
	segs []seg
	pend int // src[pend:] up to the caller's position is still to be copied
}

// flush copies what is held back, up to i.
func (w *writer) flush(i int) {
	if i > w.pend {
		w.grow()
		w.mark(w.dst.Len(), w.pend, 0)
		w.dst.WriteString(w.src[w.pend:i])
	}
	w.pend = i
}

// grow makes room before the first byte is written.
func (w *writer) grow() {
	if w.dst.Len() == 0 {
		w.dst.Grow(len(w.src) + len(w.src)/32 + 16)
	}
}

// mark opens a seg when the two texts get out of step at (f, o).
func (w *writer) mark(f, o, n int) { w.segs = marked(w.segs, f, o, n) }

// marked is segs with one that starts at (f, o), unless the last goes on there.
func marked(segs []seg, f, o, n int) []seg {
	if n == 0 {
		if len(segs) == 0 {
			if f == o {
				return segs
			}
		} else if l := segs[len(segs)-1]; l.n == 0 && int(l.o)-int(l.f) == o-f {
			return segs
		}
	}
	return append(segs, seg{uint32(f), uint32(o), uint32(n)})
}

// put writes b for the bytes i to j of src, after what is held back.
func (w *writer) put(b []byte, i, j int) {
	w.flush(i)
	w.pend = j
	if len(b) == 0 {
		return
	}
	n := j - i
	if len(b) == n {
		n = 0
	}
	w.grow()
	w.mark(w.dst.Len(), i, n)
	w.dst.Write(b)
}

func (w *writer) putRune(r rune, i, j int) {
	var b [utf8.UTFMax]byte
	w.put(b[:utf8.EncodeRune(b[:], r)], i, j)
}

// done is the finished layer over below: the Text whose Folded is src.
func (w *writer) done(below Text) Text {
	if w.dst.Len() == 0 && w.pend == 0 {
		return below
	}
	w.flush(len(w.src))
	t := below
	t.Folded, t.segs = w.dst.String(), w.segs
	switch {
	case len(w.segs) == 0 && len(t.Folded) == len(below.Folded): // in step with it
		t.segs = below.segs
	case below.segs != nil || len(below.Folded) != len(below.Original):
		t.segs = compose(w.segs, len(t.Folded), below)
	}
	return t
}

// compose maps segs, whose origin is below.Folded, on to below.Original.
func compose(segs []seg, length int, below Text) []seg {
	out := make([]seg, 0, len(segs)+len(below.segs))
	if len(segs) == 0 || segs[0].f > 0 {
		segs = slices.Concat([]seg{{}}, segs)
	}
	k := 0 // index into below.segs of the first seg that starts after the place looked at
	for x, s := range segs {
		if s.n > 0 {
			a, b := below.Span(int(s.o), int(s.o+s.n))
			out = append(out, seg{s.f, uint32(a), uint32(max(b-a, 1))})
			continue
		}
		end := uint32(length)
		if x+1 < len(segs) {
			end = segs[x+1].f
		}
		for k > 0 && below.segs[k-1].f > s.o {
			k--
		}
		for f, o := s.f, s.o; f < end; {
			for k < len(below.segs) && below.segs[k].f <= o {
				k++
			}
			next := f + (uint32(len(below.Folded)) - o)
			if k < len(below.segs) {
				next = f + (below.segs[k].f - o)
			}
			switch {
			case k == 0:
				out = append(out, seg{f, o, 0})
			case below.segs[k-1].n == 0:
				b := below.segs[k-1]
				out = append(out, seg{f, b.o + (o - b.f), 0})
			default:
				out = append(out, seg{f, below.segs[k-1].o, below.segs[k-1].n})
			}
			if next <= f {
				break
			}
			o += next - f
			f = next
		}
	}
	return out
}
