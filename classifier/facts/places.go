package facts

import (
	"cmp"
	"slices"

	"github.com/lurewatch/lurewatch/internal/post"
)

// findPlaces finds the places named, longest name first where names overlap. An
// ambiguous one counts when another place of the same country, or of one that it
// borders on, is named in the post.
func (x *Extractor) findPlaces(out []Place, w *work) []Place {
	w.places, w.sure = w.places[:0], w.sure[:0]
	for i := range w.fields {
		f := &w.fields[i]
		from := len(w.places)
		for _, h := range f.hits {
			if h.kind == wordPlace || h.kind == wordWeakPlace {
				w.places = append(w.places, placeHit{f, h})
			}
		}
		mine := w.places[from:]
		slices.SortStableFunc(mine, func(a, b placeHit) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
		})
		end := 0
		last := hit{}
		kept := from
		for _, h := range mine {
			if h.start < end && (h.start != last.start || h.end != last.end || h.value == last.value) {
				continue
			}
			end, last = h.end, h.hit
			p := &x.places[h.value]
			switch {
			case h.kind == wordPlace:
				w.sure.add(p.Country, h.value)
			case p.Kind == "country":
				w.sure.add(p.Country, ofCountry)
			case p.Kind == "town" || p.Kind == "transit" || p.Kind == "origin":
				w.sure.add(p.Country, ofTown)
			}
			w.places[kept] = h
			kept++
		}
		w.places = w.places[:kept]
	}
	for _, h := range w.places {
		if len(out) == maxPlaces {
			break
		}
		p := &x.places[h.value]
		if h.kind == wordWeakPlace && !supported(p, h.value, w.sure, h.f.name) {
			continue
		}
		out = append(out, Place{
			Place: post.Place{ID: p.ID, Name: p.Name, Country: p.Country, Kind: p.Kind, Risk: p.Risk},
			Span:  h.f.span(h.start, h.end),
		})
	}
	return out
}

// maxPlaces bounds the mentions of places in a post.
const maxPlaces = 4096

// supported reports whether something else in the post points to the country of p.
func supported(p *GazetteerPlace, id int32, sure surePlaces, where string) bool {
	if p.Kind == "country" && where == FieldLocation {
		return true
	}
	mine := int32(ofTown) // two ambiguous names make each other sure when one is the country
	if p.Kind == "country" {
		mine = ofCountry
	}
	for _, s := range sure {
		here := s.country == p.Country
		if !here && !borders(p.Country, s.country) {
			continue
		}
		if s.place >= 0 && s.place != id || s.place < 0 && s.place != mine && here && (mine == ofCountry || s.place == ofCountry) {
			return true
		}
	}
	return false
}

// borders reports whether people are moved to country c across its border with other.
func borders(c, other string) bool {
	switch c {
	case "KH":
		return other == "TH" || other == "VN"
	case "MM", "LA":
		return other == "TH" || other == "CN"
	}
	return false
}

// placeHit is a word for a place and the field where it stands.
type placeHit struct {
	f *field
	hit
}

// surePlaces are the places named without doubt, each once, with their countries.
type surePlaces []struct {
	country string
	place   int32 // or ofCountry, ofTown
}

// What stands for an ambiguous name among the sure places.
const (
	ofCountry = -1 // the name of the country itself
	ofTown    = -2 // the name of a town in it
)

func (s *surePlaces) add(country string, place int32) {
	for _, x := range *s {
		if x.place == place && x.country == country {
			return
		}
	}
	*s = append(*s, struct {
		country string
		place   int32
	}{country, place})
}
