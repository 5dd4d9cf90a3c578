package classifier

import (
	"sort"
	"unicode/utf8"
)

// tongues tells the languages of parts of a post. Most parts share an end with the
// post and are a little shorter than the one before, so that what was counted for that
// one is moved by what lies between them.
type tongues struct {
	front, back counted
	known       []tongueAt
}

type tongueAt struct {
	view
	tongue
}

// counted is what was counted of a part: votes of words, and letters by script.
type counted struct {
	view
	tally   [32]int32
	letters [scripts]int32
}

func (t *tongues) reset() { t.front.view, t.back.view, t.known = view{}, view{}, t.known[:0] }

// tongueWithin tells the language of what stands in view.
func (c *Classifier) tongueWithin(w *work, f *fields, v view) tongue {
	for _, k := range w.tongues.known {
		if k.view == v {
			return k.tongue
		}
	}
	n := &w.tongues.front
	switch {
	case v.from == n.from && n.to > 0:
		c.count(n, f, view{from: min(v.to, n.to), to: max(v.to, n.to)}, v.to > n.to)
		n.to = v.to
	case v.to == w.tongues.back.to:
		n = &w.tongues.back
		c.count(n, f, view{from: min(v.from, n.from), to: max(v.from, n.from)}, v.from < n.from)
		n.from = v.from
	default:
		if v.from > 0 {
			n = &w.tongues.back
		}
		*n = counted{view: v}
		c.count(n, f, v, true)
	}
	t := c.tongueOf(&n.letters, &n.tally, "")
	w.tongues.known = append(w.tongues.known, tongueAt{v, t})
	return t
}

// count adds to n what stands in view, or takes it away.
func (c *Classifier) count(n *counted, f *fields, v view, add bool) {
	sign := int32(1)
	if !add {
		sign = -1
	}
	plain := f.scripts()&^(1<<noScript|1<<latin) == 0
	for i := range f {
		x := &f[i]
		c.vocab.votes(rawsWithin(x, v), &n.tally, sign)
		if plain { // most posts: no need to count
			n.letters[latin] = 100 // there are some
			continue
		}
		text, _ := v.of(x.scan.text, x.shift)
		c.runes.count(text, &n.letters, sign)
	}
}

// scripts are those that letters of the post are of, in bits.
func (f *fields) scripts() (set uint32) {
	for i := range f {
		for s, n := range f[i].scan.letters {
			if n > 0 {
				set |= 1 << s
			}
		}
	}
	return set
}

// A letter of ASCII is of script 1.
var _ [1]struct{} = [latin]struct{}{}

// count adds the letters of s to those counted by script, or takes them away.
func (t *runes) count(s string, letters *[scripts]int32, sign int32) {
	var ascii int32
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			ascii += int32(t.of16[c] & scriptMask) // latin or none
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if _, sc := t.of(r); sc != noScript {
			letters[sc] += sign
		}
		i += n
	}
	letters[latin] += sign * ascii
}

// rawsWithin are the words of a field, of whatever language, that stand in view.
func rawsWithin(x *field, v view) []raw {
	raws := x.scan.raws
	from := sort.Search(len(raws), func(i int) bool { return raws[i].start+x.shift >= v.from })
	n := sort.Search(len(raws)-from, func(i int) bool { return raws[from+i].start+x.shift >= v.to })
	return raws[from : from+n]
}
