package classifier

import (
	"slices"

	"github.com/lurewatch/lurewatch/internal/post"
)

// placeOf is a span before it is written out.
type placeOf struct {
	field      int8
	concept    int16
	gloss      int16 // of a phrase; -1 for the concept's own
	start, end int32 // bytes of the folded fields, then of the original field
}

func (a placeOf) compare(b placeOf) int {
	switch { // most differ in their start
	case a.field != b.field:
		return int(a.field) - int(b.field)
	case a.start != b.start:
		return int(a.start) - int(b.start)
	case a.end != b.end:
		return int(a.end) - int(b.end)
	}
	return int(a.concept) - int(b.concept)
}

// maxTelling bounds the spans of one concept: the words that say it once or twice
// tell a reviewer more than every way in which a pattern holds on them.
const maxTelling = 3

// telling adds the shortest places of a concept that do not overlap.
func (w *work) telling(list []placeOf, concept int, hits []hit) []placeOf {
	from := len(list)
	for range min(len(hits), maxTelling) {
		var best *hit
	each:
		for i := range hits {
			h := &hits[i]
			for _, x := range list[from:] {
				if h.start < x.end && x.start < h.end {
					continue each
				}
			}
			if best == nil || h.end-h.start < best.end-best.start {
				best = h
			}
		}
		if best == nil {
			break
		}
		list = append(list, placeOf{start: best.start, end: best.end, concept: int16(concept), gloss: int16(best.value)})
	}
	return list
}

// spans are the places of the weightiest concepts in the original text, most at
// most, in its order and each once.
func (c *Classifier) spans(w *work, in *fields, most int) []post.Span {
	list := w.places[:0]
	for _, rank := range c.byRank {
		from := len(list)
		for _, i := range rank {
			list = w.telling(list, i, w.hits.by[c.conceptClass(i)])
		}
		if len(list) > most {
			slices.SortFunc(list[from:], placeOf.compare)
			list = list[:most]
			break
		}
	}
	kept := list[:0]
	for _, x := range list {
		x.field = int8(in.of(x.end - 1))
		f := &in[x.field]
		start, end := f.fold.Span(int(max(x.start-f.shift, 0)), int(x.end-f.shift))
		if start < end && end <= len(f.original) {
			x.start, x.end = int32(start), int32(end)
			kept = append(kept, x)
		}
	}
	w.places = list
	list = kept
	slices.SortFunc(list, placeOf.compare)
	list = slices.CompactFunc(list, func(a, b placeOf) bool { return a.compare(b) == 0 })
	out := make([]post.Span, len(list))
	for i, x := range list {
		con := &c.concepts[x.concept]
		gloss := con.Gloss
		if x.gloss >= 0 {
			gloss = c.vocab.glosses[x.gloss]
		}
		out[i] = post.Span{
			Field: in[x.field].name, Start: int(x.start), End: int(x.end), Concept: con.ID,
			Text: in[x.field].original[x.start:x.end], Gloss: gloss,
		}
	}
	return out
}
