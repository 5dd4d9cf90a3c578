package classifier

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// event shows one post to the rules by field name.
type event struct {
	words   map[string][]string
	numbers map[string][]float64
}

var _ sigma.Event = event{}

func (e event) Strings(field string) []string {
	if field == "" {
		return append(e.words["title"][:len(e.words["title"]):len(e.words["title"])], e.words["text"]...)
	}
	return e.words[field]
}

func (e event) Numbers(field string) []float64 { return e.numbers[field] }

func (e event) Has(field string) bool {
	_, s := e.words[field]
	_, n := e.numbers[field]
	return s || n
}

func newEvent(p post.Post, v post.Verdict, named bool, age int) event {
	e := event{words: make(map[string][]string, 20), numbers: make(map[string][]float64, 8)}
	one := func(field, value string) {
		if value != "" {
			e.words[field] = []string{value}
		}
	}
	e.words["concept"] = v.Facts.Concepts
	one("stance", string(v.Stance))
	one("lang", v.Lang)
	one("source", p.Source)
	one("title", p.Title)
	one("text", p.Text)
	one("company", p.Company)
	one("url", p.URL)
	e.words["location"] = p.Locations
	e.words["employer.named"] = []string{strconv.FormatBool(named)}
	var kinds []string
	for _, c := range v.Facts.Contacts {
		kinds = append(kinds, c.Kind)
	}
	e.words["contact.kind"] = kinds
	e.numbers["contact.count"] = []float64{float64(len(kinds))}
	if s := v.Facts.Salary; s != nil {
		one("salary.currency", strings.ToLower(s.Currency))
		if s.USDMonth > 0 {
			e.numbers["salary.usd_month"] = []float64{s.USDMonth}
		}
		if s.Ratio > 0 {
			e.numbers["salary.ratio"] = []float64{s.Ratio}
		}
	}
	for _, x := range v.Facts.Places {
		e.words["place.id"] = append(e.words["place.id"], x.ID)
		e.words["place.country"] = append(e.words["place.country"], x.Country)
		e.words["place.risk"] = append(e.words["place.risk"], x.Risk)
		e.words["place.kind"] = append(e.words["place.kind"], x.Kind)
	}
	e.words["evasion"] = v.Facts.Evasion
	e.numbers["evasion.count"] = []float64{float64(len(v.Facts.Evasion))}
	if age > 0 {
		e.numbers["age.min"] = []float64{float64(age)}
	}
	e.numbers["text.length"] = []float64{float64(utf8.RuneCountInString(p.Text))}
	return e
}
