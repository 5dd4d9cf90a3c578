package classifier

import "math/bits"

// hit is one word in one class, or one mark, or one concept found.
type hit struct {
	start, end int32 // bytes of the folded text
	p0, p1     int32 // places of its first and last byte, in units
	value      int32 // of the trie; -1 for marks and concepts
	lang       int8  // -1 when several
	amb        bool
	neutral    bool // a mark: cannot carry a pattern by itself
}

// hits are lists of hits by class, then marks, then concepts; each list is in
// the order of the text.
type hits struct {
	by      [][]hit
	at      []spots // where in the post the hits of each class stand
	present []uint64
	names   []int16 // classes in use, to reset
}

// maxHits bounds the hits of one class in one post. No post that a person wrote comes near.
const maxHits = 2000

func newHits(n int) *hits {
	return &hits{by: make([][]hit, n), at: make([]spots, n), present: make([]uint64, (n+63)/64)}
}

func (h *hits) reset() {
	for _, c := range h.names {
		h.by[c], h.at[c] = h.by[c][:0], 0
	}
	h.names = h.names[:0]
	clear(h.present)
}

func (h *hits) add(class int, x hit) {
	if len(h.by[class]) >= maxHits {
		return
	}
	if len(h.by[class]) == 0 {
		h.names = append(h.names, int16(class))
		h.present[class/64] |= 1 << (class % 64)
	}
	h.by[class] = append(h.by[class], x)
	h.at[class] |= spotsOf(x.p0, x.p1)
}

// take adds those of list that stand in view, with marks set the marks among them only.
func (h *hits) take(class int, list []hit, v *view, marks bool) {
	into := h.by[class]
	for i := range list {
		if x := &list[i]; v.holds(x.start, x.end) && (!marks || x.neutral) {
			into = append(into, *x)
			h.at[class] |= spotsOf(x.p0, x.p1)
		}
	}
	if len(h.by[class]) == 0 && len(into) > 0 {
		h.names = append(h.names, int16(class))
		h.present[class/64] |= 1 << (class % 64)
	}
	h.by[class] = into[:min(len(into), maxHits)]
}

func (h *hits) has(class int) bool { return h.present[class/64]>>(class%64)&1 == 1 }

// covers keeps what longer words have taken.
type covers struct {
	any     int32 // end of the longest word of any class so far
	anyFrom int32
	mask    int32   // end of the longest masking word so far
	class   []int32 // end of the longest word by class
}

// resolve turns the words found into hits, given the languages that count. The
// longest word wins in its class; a word of a masking class (a denial, a waiver)
// hides the words it covers; an ambiguous word is hidden by any longer one.
func (c *Classifier) resolve(s *scan, t tongue, w *work, shift int32) {
	cov := &w.cov
	cov.any, cov.anyFrom, cov.mask = -1, -1, -1
	for i := range cov.class {
		cov.class[i] = -1
	}
	raws := s.raws
	for i := 0; i < len(raws); {
		k := i + 1
		for k < len(raws) && raws[k].start == raws[i].start {
			k++
		}
		for j := k - 1; j >= i; j-- { // the longest first
			r := raws[j]
			x := &c.vocab.of[r.value]
			if x.known&t.active == 0 {
				continue
			}
			if x.flags&touchy != 0 && c.excepted(s, r, t) {
				continue
			}
			c.resolveOne(s, r, x, t, w, shift)
		}
		i = k
	}
}

func (c *Classifier) resolveOne(s *scan, r raw, of *word, t tongue, w *work, shift int32) {
	v, cov := c.vocab, &w.cov
	hidden := r.end <= cov.mask
	shorter := r.end <= cov.any && !(r.start == cov.anyFrom && r.end == cov.any)
	whole := of.flags&anyStem == 0 // or it would not have been found
	wholeKnown := whole
	masks := false
	var one [1]sense
	senses := one[:]
	if of.senses == 1 {
		one[0] = of.only()
	} else {
		senses = v.senses[of.first:][:of.senses]
	}
	for i := range senses {
		x := &senses[i]
		langs := x.langs & t.active
		if langs == 0 || x.fun {
			continue
		}
		if !x.stem {
			if !wholeKnown {
				whole, wholeKnown = s.ends(c.runes, int(r.end), false), true
			}
			if !whole {
				continue
			}
		}
		h := hit{
			start: r.start + shift, end: r.end + shift, value: r.value, amb: x.amb, lang: -1,
			p0: s.pos[r.start] + w.posShift, p1: s.pos[r.end-1] + w.posShift,
		}
		if langs.has(max(t.lang, 0)) && t.lang >= 0 {
			h.lang = int8(t.lang)
		} else if langs.count() == 1 {
			h.lang = int8(bits.TrailingZeros32(uint32(langs)))
		}
		if x.phrase {
			if !hidden && len(w.phrases) < 4*maxHits {
				h.neutral, h.amb = false, false
				w.phrases = append(w.phrases, phraseHit{hit: h, concept: x.class, gloss: x.gloss})
			}
			continue
		}
		cl := int(x.class)
		if hidden || x.amb && shorter || r.end <= cov.class[cl] {
			continue
		}
		cov.class[cl] = r.end
		masks = masks || v.masks[cl] && !x.amb
		w.hits.add(cl, h)
		if r.end > cov.any {
			cov.any, cov.anyFrom = r.end, r.start
		}
	}
	if masks && r.end > cov.mask {
		cov.mask = r.end
	}
}

// excepted reports whether what touches the word unmakes it.
func (c *Classifier) excepted(s *scan, r raw, t tongue) bool {
	for _, x := range c.vocab.before[r.value] {
		rest := s.text[r.end:]
		if x.langs&t.active != 0 && len(rest) >= len(x.what) && rest[:len(x.what)] == x.what {
			return true
		}
	}
	for _, x := range c.vocab.after[r.value] {
		head := s.text[:r.start]
		if x.langs&t.active != 0 && len(head) >= len(x.what) && head[len(head)-len(x.what):] == x.what {
			return true
		}
	}
	return false
}
