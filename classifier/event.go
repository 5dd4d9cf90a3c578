package classifier

import (
	"strconv"
	"strings"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// event shows one post to the rules by field name; [sigma.PostSchema] says what
// each field holds.
type event struct {
	c     *Classifier // with w, where concepts are read from when v does not name them
	w     *work
	p     *post.Post
	v     *post.Verdict
	named bool
	route *facts.Route
	// length is that of title and text as [scan.length] counts: what shows nothing
	// makes no post long.
	length int
	room   *[]string // what the lists are made in; nil makes each anew
}

var _ sigma.Event = event{}

// list is room for the values of one field.
func (e event) list(n int) []string {
	if e.room == nil {
		return make([]string, 0, n)
	}
	r := *e.room
	if cap(r)-len(r) < n {
		r = make([]string, 0, max(64, 2*n)) // what was given out keeps the old room
	}
	*e.room = r[:len(r)+n]
	return r[len(r) : len(r) : len(r)+n]
}

func (e event) some(values ...string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			if out == nil {
				out = e.list(len(values))
			}
			out = append(out, v)
		}
	}
	return out
}

// Strings returns the values of a text field, nil when there are none.
func (e event) Strings(field string) []string {
	f := &e.v.Facts
	switch field {
	case "":
		return e.some(e.p.Title, e.p.Text, e.p.Company)
	case "concept":
		if f.Concepts == nil && e.w != nil {
			return e.c.believed(e.w, e.named)
		}
		return f.Concepts
	case "stance":
		return e.some(string(e.v.Stance))
	case "lang":
		return e.some(e.v.Lang)
	case "source":
		return e.some(e.p.Source)
	case "title":
		return e.some(e.p.Title)
	case "text":
		return e.some(e.p.Text)
	case "company":
		return e.some(e.p.Company)
	case "location":
		return e.p.Locations
	case "url":
		return e.some(e.p.URL)
	case "contact.kind":
		return each(e, f.Contacts, func(c post.Contact) string { return c.Kind })
	case "salary.currency":
		if f.Salary != nil {
			return e.some(strings.ToLower(f.Salary.Currency))
		}
	case "place.id":
		return each(e, f.Places, func(p post.Place) string { return p.ID })
	case "place.country":
		return each(e, f.Places, func(p post.Place) string { return lower(p.Country) })
	case "place.risk":
		return each(e, f.Places, func(p post.Place) string { return p.Risk })
	case "place.kind":
		return each(e, f.Places, func(p post.Place) string { return p.Kind })
	case "evasion":
		return f.Evasion
	case "employer.named":
		return e.some(strconv.FormatBool(e.named))
	case "role":
		return f.Roles
	case "sector":
		return f.Sectors
	case "route.from":
		return e.countries(e.route.From)
	case "route.via":
		return e.countries(e.route.Via)
	case "route.to":
		return e.countries(e.route.To)
	case "gender":
		return e.some(f.Gender)
	case "start":
		return e.some(f.Start)
	case "licence":
		switch {
		case f.Licence == nil:
			return e.some("none")
		case f.Licence.Authority == "":
			return e.some("claimed")
		}
		return e.some("well-formed")
	case "pay.commission_only":
		return e.some(strconv.FormatBool(f.CommissionOnly))
	}
	return nil
}

func each[T any](e event, values []T, of func(T) string) []string {
	if len(values) == 0 {
		return nil
	}
	out := e.list(len(values))
	for _, x := range values {
		out = append(out, of(x))
	}
	return out
}

// lower is the code of a country as rules compare it.
func lower(code string) string {
	if len(code) != 2 || code[0]-'A' >= 26 || code[1]-'A' >= 26 {
		return strings.ToLower(code)
	}
	i := 2 * (int(code[0]-'A')*26 + int(code[1]-'A'))
	return lowerCodes[i : i+2]
}

// lowerCodes is every code of two letters, one after the other.
var lowerCodes = func() string {
	var b strings.Builder
	for i := range 26 * 26 {
		b.WriteByte('a' + byte(i/26))
		b.WriteByte('a' + byte(i%26))
	}
	return b.String()
}()

// Numbers returns the values of a number field, nil when it is unknown.
func (e event) Numbers(field string) []float64 {
	f := &e.v.Facts
	switch field {
	case "contact.count":
		return []float64{float64(len(f.Contacts))}
	case "evasion.count":
		return []float64{float64(len(f.Evasion))}
	case "text.length":
		return []float64{float64(e.length)}
	case "salary.usd_month":
		if f.Salary != nil && f.Salary.USDMonth > 0 {
			return []float64{f.Salary.USDMonth}
		}
	case "salary.ratio":
		if f.Salary != nil && f.Salary.Ratio > 0 {
			return []float64{f.Salary.Ratio}
		}
	case "age.min":
		return positive(float64(f.AgeMin))
	case "age.max":
		return positive(float64(f.AgeMax))
	case "headcount":
		return positive(float64(f.Headcount))
	case "organ.usd":
		return positive(f.OrganUSD)
	case "picture.count":
		return []float64{float64(len(e.p.Pictures))}
	}
	return nil
}

// positive is n, unless it is not known.
func positive(n float64) []float64 {
	if n <= 0 {
		return nil
	}
	return []float64{n}
}

func (e event) countries(places []facts.Place) []string {
	return each(e, places, func(p facts.Place) string { return lower(p.Country) })
}

// Has reports whether the field is known for this post: lists always are, be they empty.
func (e event) Has(field string) bool {
	switch field {
	case "concept", "location", "contact.kind", "place.id", "place.country", "place.risk", "place.kind", "evasion", "role", "sector", "route.from", "route.via", "route.to":
		return true
	}
	return e.Strings(field) != nil || e.Numbers(field) != nil
}
