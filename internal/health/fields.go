package health

import (
	"maps"
	"slices"
	"time"
)

// Field is something that posts of a source carry or lack, as their pages tell it.
type Field int

// The fields.
const (
	Title Field = iota
	Text        // of some length, not a line that leads to it
	Company
	Place
	Pay
	Date
	Reach // a way to reach the poster
	fieldCount
)

// String is the field in words.
func (f Field) String() string {
	return [...]string{"title", "text", "company", "place", "pay", "date", "contact"}[f]
}

// Carry is on how many posts of a page each field stands, by [Field].
type Carry [fieldCount]int

// Fields watches for a layout that has changed in part: posts still come, and lack
// what they always had. Each field of pages with one post, and of pages with several, has
// a [Drift] of its own: a page that carries the field on any post counts as one that gave.
type Fields struct {
	Drifts map[string]*Drift `json:"drifts,omitempty"` // by field, with "/list" for pages with several posts
	Told   bool              `json:"told,omitempty"`   // somebody was told of the alarms that ring
}

// ofFields are the bounds of the alarm about a field. They are wider than those for posts:
// whether a post tells its pay is up to who wrote it, and posts of one hand come together.
var ofFields = bounds{chance: 1e-9, minWith: 40, minDry: 30, cling: 6, share: 0.8, accept: 1000}

// add takes a page with posts.
func (f *Fields) add(l Look) Turn {
	if l.Outcome != Content || l.Posts == 0 || l.Carry == nil {
		return None
	}
	was, turn := f.ringing(), None
	for i, n := range l.Carry {
		name := Field(i).String()
		if l.Posts > 1 {
			name += "/list"
		}
		d := f.Drifts[name]
		if d == nil {
			if n == 0 {
				continue // it never had it
			}
			if f.Drifts == nil {
				f.Drifts = map[string]*Drift{}
			}
			d = &Drift{}
			f.Drifts[name] = d
		}
		d.step(n > 0, l.At, ofFields)
	}
	switch now := f.ringing(); {
	case now > was:
		turn = Thinned
	case now == 0 && was > 0:
		turn = Whole
	}
	if f.ringing() == 0 {
		f.Told = false
	}
	return turn
}

func (f *Fields) ringing() (n int) {
	for _, d := range f.Drifts {
		if !d.Since.IsZero() {
			n++
		}
	}
	return n
}

// Lost is a field that posts of a source had and have no more.
type Lost struct {
	Field string
	Since time.Time // the alarm
	Pages int       // in a row without it
	Share float64   // of pages that had it before, 0 to 1
}

// Lost lists the fields of which the alarm rings, in the order of [Field].
func (s Source) Lost() (out []Lost) {
	for i := range fieldCount {
		var one *Lost
		for _, kind := range []string{"", "/list"} {
			d := s.Fields.Drifts[i.String()+kind]
			if d == nil || d.Since.IsZero() || one != nil && one.Pages >= d.Dry {
				continue
			}
			one = &Lost{i.String(), d.Since, d.Dry, d.Share()}
		}
		if one != nil {
			out = append(out, *one)
		}
	}
	return out
}

// clone copies what add changes in place.
func (f Fields) clone() Fields {
	f.Drifts = maps.Clone(f.Drifts)
	for _, k := range slices.Collect(maps.Keys(f.Drifts)) {
		d := *f.Drifts[k]
		f.Drifts[k] = &d
	}
	return f
}
