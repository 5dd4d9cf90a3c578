package classifier

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// event shows one post to the rules by field name; [sigma.PostSchema] says what
// each field holds.
type event struct {
	p     *post.Post
	v     *post.Verdict
	named bool
	route *facts.Route
}

var _ sigma.Event = event{}

func some(values ...string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
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
		return some(e.p.Title, e.p.Text, e.p.Company)
	case "concept":
		return f.Concepts
	case "stance":
		return some(string(e.v.Stance))
	case "lang":
		return some(e.v.Lang)
	case "source":
		return some(e.p.Source)
	case "title":
		return some(e.p.Title)
	case "text":
		return some(e.p.Text)
	case "company":
		return some(e.p.Company)
	case "location":
		return e.p.Locations
	case "url":
		return some(e.p.URL)
	case "contact.kind":
		return each(f.Contacts, func(c post.Contact) string { return c.Kind })
	case "salary.currency":
		if f.Salary != nil {
			return some(strings.ToLower(f.Salary.Currency))
		}
	case "place.id":
		return each(f.Places, func(p post.Place) string { return p.ID })
	case "place.country":
		return each(f.Places, func(p post.Place) string { return p.Country })
	case "place.risk":
		return each(f.Places, func(p post.Place) string { return p.Risk })
	case "place.kind":
		return each(f.Places, func(p post.Place) string { return p.Kind })
	case "evasion":
		return f.Evasion
	case "employer.named":
		return []string{strconv.FormatBool(e.named)}
	case "role":
		return f.Roles
	case "sector":
		return f.Sectors
	case "route.from":
		return countries(e.route.From)
	case "route.via":
		return countries(e.route.Via)
	case "route.to":
		return countries(e.route.To)
	case "gender":
		return some(f.Gender)
	case "start":
		return some(f.Start)
	case "licence":
		switch {
		case f.Licence == nil:
			return []string{"none"}
		case f.Licence.Authority == "":
			return []string{"claimed"}
		}
		return []string{"well-formed"}
	case "pay.commission_only":
		return []string{strconv.FormatBool(f.CommissionOnly)}
	}
	return nil
}

func each[T any](list []T, of func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = of(x)
	}
	return out
}

// Numbers returns the values of a number field, nil when it is unknown.
func (e event) Numbers(field string) []float64 {
	f := &e.v.Facts
	switch field {
	case "contact.count":
		return []float64{float64(len(f.Contacts))}
	case "evasion.count":
		return []float64{float64(len(f.Evasion))}
	case "text.length":
		return []float64{float64(runeCount(e.p.Text))}
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

func countries(places []facts.Place) []string {
	return each(places, func(p facts.Place) string { return p.Country })
}

// runeCount is utf8.RuneCountInString of valid UTF-8, eight bytes at a time.
func runeCount(s string) int {
	n := len(s)
	for ; len(s) >= 8; s = s[8:] {
		x := binary.LittleEndian.Uint64([]byte(s[:8]))
		n -= bits.OnesCount64(x >> 7 & ^x >> 6 & 0x0101010101010101)
	}
	for i := range len(s) {
		if !utf8.RuneStart(s[i]) {
			n--
		}
	}
	return n
}

// Has reports whether the field is known for this post: lists always are, be they empty.
func (e event) Has(field string) bool {
	switch field {
	case "concept", "location", "contact.kind", "place.id", "place.country", "place.risk", "place.kind", "evasion", "role", "sector", "route.from", "route.via", "route.to":
		return true
	}
	return e.Strings(field) != nil || e.Numbers(field) != nil
}
