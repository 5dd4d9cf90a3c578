package facts

import (
	"cmp"
	"slices"

	"github.com/lurewatch/lurewatch/internal/post"
)

// findPlaces finds the places named, longest name first where names overlap. An
// ambiguous one counts when another place of the same country, or of one that it
// borders on, is named in the post.
func (x *Extractor) findPlaces(fields []*field) []Place {
	type found struct {
		f *field
		hit
	}
	var all []found
	sure := map[string]map[int32]bool{} // country to the places named without doubt; -1 for its own ambiguous name, -2 for one of a town
	for _, f := range fields {
		var mine []hit
		for _, h := range f.hits {
			if h.kind == wordPlace || h.kind == wordWeakPlace {
				mine = append(mine, h)
			}
		}
		slices.SortStableFunc(mine, func(a, b hit) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
		})
		end := 0
		last := hit{}
		for _, h := range mine {
			if h.start < end && (h.start != last.start || h.end != last.end || h.value == last.value) {
				continue
			}
			end, last = h.end, h
			p := x.places[h.value]
			if sure[p.Country] == nil {
				sure[p.Country] = map[int32]bool{}
			}
			if h.kind == wordPlace {
				sure[p.Country][h.value] = true
			} else if p.Kind == "country" {
				sure[p.Country][-1] = true
			} else if p.Kind == "town" || p.Kind == "transit" || p.Kind == "origin" {
				sure[p.Country][-2] = true
			}
			all = append(all, found{f, h})
		}
	}
	var out []Place
	for _, h := range all {
		p := x.places[h.value]
		if h.kind == wordWeakPlace && !supported(p, h.value, sure, h.f.name) {
			continue
		}
		out = append(out, Place{
			Place: post.Place{ID: p.ID, Name: p.Name, Country: p.Country, Kind: p.Kind, Risk: p.Risk},
			Span:  h.f.span(h.start, h.end),
		})
	}
	return out
}

// supported reports whether something else in the post points to the country of p.
func supported(p GazetteerPlace, id int32, sure map[string]map[int32]bool, where string) bool {
	if p.Kind == "country" && where == FieldLocation {
		return true
	}
	mine := int32(-2) // two ambiguous names make each other sure when one is the country
	if p.Kind == "country" {
		mine = -1
	}
	for _, c := range append([]string{p.Country}, borders(p.Country)...) {
		for other := range sure[c] {
			if other >= 0 && other != id || other < 0 && other != mine && c == p.Country && (mine == -1 || other == -1) {
				return true
			}
		}
	}
	return false
}

// borders is the countries across whose borders people are moved to c.
func borders(c string) []string {
	switch c {
	case "KH":
		return []string{"TH", "VN"}
	case "MM":
		return []string{"TH", "CN"}
	case "LA":
		return []string{"TH", "CN"}
	}
	return nil
}
