package classifier

import (
	"slices"

	"github.com/lurewatch/lurewatch/internal/post"
)

// placeOf is a span before it is written out.
type placeOf struct {
	field      int8
	start, end int32 // bytes of the original field
	concept    int16
	gloss      int16 // of a phrase; -1 for the concept's own
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

// spans are the places of all concepts in the original text, in its order and
// each once. Of more than most the weightiest stay.
func (c *Classifier) spans(w *work, fields []field, p post.Post, most int) []post.Span {
	original := [2]string{p.Title, p.Text}
	list := w.places[:0]
	for i := range c.concepts {
		for _, h := range w.hits.by[c.conceptClass(i)] {
			k := 0
			if h.end > fields[1].shift {
				k = 1
			}
			f := &fields[k]
			start, end := f.fold.Span(int(max(h.start-f.shift, 0)), int(h.end-f.shift))
			if start < end && end <= len(original[k]) {
				list = append(list, placeOf{int8(k), int32(start), int32(end), int16(i), int16(h.value)})
			}
		}
	}
	w.places = list
	slices.SortFunc(list, placeOf.compare)
	list = slices.CompactFunc(list, func(a, b placeOf) bool { return a.compare(b) == 0 })
	if len(list) > most {
		slices.SortStableFunc(list, func(a, b placeOf) int {
			return int(c.weights[a.concept].rank) - int(c.weights[b.concept].rank)
		})
		list = list[:most]
		slices.SortFunc(list, placeOf.compare)
	}
	out := make([]post.Span, len(list))
	for i, x := range list {
		con := &c.concepts[x.concept]
		gloss := con.Gloss
		if x.gloss >= 0 {
			gloss = c.vocab.glosses[x.gloss]
		}
		out[i] = post.Span{
			Field: fields[x.field].name, Start: int(x.start), End: int(x.end), Concept: con.ID,
			Text: original[x.field][x.start:x.end], Gloss: gloss,
		}
	}
	return out
}
