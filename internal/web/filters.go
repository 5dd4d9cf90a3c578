package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// perPage is how many posts a list shows at once.
const perPage = 25

// filters is a search as the address line tells it.
type filters struct {
	path string
	v    url.Values
}

// filterKeys lists what a list understands; everything else is dropped from links.
var filterKeys = []string{"q", "lang", "source", "country", "rule", "concept", "stance", "state", "level", "from", "to", "sort"}

func readFilters(v *visit) filters {
	f := filters{path: v.URL.Path, v: url.Values{}}
	query := v.URL.Query()
	for _, k := range filterKeys {
		for _, val := range query[k] {
			if val = strings.TrimSpace(val); val != "" && len(f.v[k]) < 20 && len(val) < 1000 {
				f.v.Add(k, val)
			}
		}
	}
	return f
}

// query turns filters into a query. A filter that makes no sense is a problem to be shown.
func (f filters) query(cursor string) (indexer.Query, error) {
	q := indexer.Query{
		Text: f.v.Get("q"), Sort: indexer.Sort(f.v.Get("sort")), Limit: perPage, Cursor: cursor,
		FacetSize: 12, Highlight: true,
		Filter: indexer.Filter{
			Langs: f.v["lang"], Sources: f.v["source"], Countries: f.v["country"],
			Rules: f.v["rule"], Concepts: f.v["concept"],
		},
	}
	for _, s := range f.v["stance"] {
		q.Filter.Stances = append(q.Filter.Stances, post.Stance(s))
	}
	for _, s := range f.v["state"] {
		q.Filter.States = append(q.Filter.States, post.State(s))
	}
	var err error
	if l := f.v.Get("level"); l != "" {
		if q.Filter.MinLevel, err = post.ParseLevel(l); err != nil {
			return q, &problem{400, err.Error()}
		}
	}
	if q.Filter.Seen.From, err = day(f.v.Get("from")); err != nil {
		return q, err
	}
	if q.Filter.Seen.To, err = day(f.v.Get("to")); err != nil {
		return q, err
	}
	if !q.Filter.Seen.To.IsZero() {
		q.Filter.Seen.To = q.Filter.Seen.To.AddDate(0, 0, 1) // the last day counts
	}
	return q, nil
}

func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, &problem{400, "A date is written as 2026-11-30."}
	}
	return t, nil
}

func (f filters) link(v url.Values) string {
	if len(v) == 0 {
		return f.path
	}
	return f.path + "?" + v.Encode()
}

func (f filters) clone() url.Values {
	c := url.Values{}
	for k, vals := range f.v {
		c[k] = slices.Clone(vals)
	}
	return c
}

// Self links to the first page of this list.
func (f filters) Self() string { return f.link(f.v) }

// Get is the one value of a key.
func (f filters) Get(key string) string { return f.v.Get(key) }

// toggled links to the list with one value put in or taken out.
func (f filters) toggled(key, value string) (link string, on bool) {
	v := f.clone()
	if i := slices.Index(v[key], value); i >= 0 {
		if v[key] = slices.Delete(v[key], i, i+1); len(v[key]) == 0 {
			v.Del(key)
		}
		return f.link(v), true
	}
	v.Add(key, value)
	return f.link(v), false
}

// With links to the list with key set to one value, or without it.
func (f filters) With(key, value string) string {
	v := f.clone()
	if v.Del(key); value != "" {
		v.Set(key, value)
	}
	return f.link(v)
}

func (f filters) page(cursor string) string {
	v := f.clone()
	v.Set("cursor", cursor)
	return f.link(v)
}

// Pair is one filter that is on.
type pair struct{ Key, Value, Off string }

// On lists the filters that are on, each with the link that takes it off.
func (f filters) On() []pair {
	var out []pair
	for _, k := range filterKeys {
		if k == "q" || k == "sort" {
			continue
		}
		for _, val := range f.v[k] {
			off, _ := f.toggled(k, val)
			out = append(out, pair{k, filterName(k, val), off})
		}
	}
	return out
}

// Hidden lists what a form has to carry along beside the fields that it shows.
func (f filters) Hidden(shown ...string) []pair {
	var out []pair
	for _, k := range filterKeys {
		if slices.Contains(shown, k) {
			continue
		}
		for _, val := range f.v[k] {
			out = append(out, pair{Key: k, Value: val})
		}
	}
	return out
}

// facet is the values of one field, as links.
type facet struct {
	Title  string
	Values []facetValue
}

type facetValue struct {
	Name, Link string
	Count      int64
	On         bool
}

// facetKeys gives each facet its title and the filter that it switches.
var facetKeys = map[indexer.Facet]struct{ title, key string }{
	indexer.FacetLang:    {"Language", "lang"},
	indexer.FacetSource:  {"Source", "source"},
	indexer.FacetCountry: {"Place named", "country"},
	indexer.FacetLevel:   {"Level, at least", "level"},
	indexer.FacetRule:    {"Rule", "rule"},
	indexer.FacetState:   {"State", "state"},
	indexer.FacetStance:  {"Who speaks", "stance"},
}

func (d *Desk) facets(f filters, order []indexer.Facet, p indexer.Page, ruleTitles map[string]string) []facet {
	var out []facet
	for _, name := range order {
		k := facetKeys[name]
		one := facet{Title: k.title}
		buckets := p.Facets[name]
		if name == indexer.FacetLevel {
			buckets = atLeast(buckets)
		}
		for _, b := range buckets {
			if b.Value == "" {
				continue
			}
			v := facetValue{Name: filterName(k.key, b.Value), Count: b.Count}
			if t := ruleTitles[b.Value]; k.key == "rule" && t != "" {
				v.Name = t
			}
			if k.key == "level" { // one at a time: it is a least level
				if v.On = f.Get("level") == b.Value; v.On {
					v.Link = f.With("level", "")
				} else {
					v.Link = f.With("level", b.Value)
				}
			} else {
				v.Link, v.On = f.toggled(k.key, b.Value)
			}
			one.Values = append(one.Values, v)
		}
		if len(one.Values) > 0 {
			out = append(out, one)
		}
	}
	return out
}

// atLeast turns counts of each level into counts from each level up, the highest
// first: that is what the filter does.
func atLeast(exact []indexer.Bucket) []indexer.Bucket {
	counts := map[string]int64{}
	for _, b := range exact {
		counts[b.Value] = b.Count
	}
	var out []indexer.Bucket
	sum := int64(0)
	for _, l := range slices.Backward(post.Levels()) {
		if n := counts[string(l)]; n > 0 {
			sum += n
			out = append(out, indexer.Bucket{Value: string(l), Count: sum})
		}
	}
	return out
}

func filterName(key, value string) string {
	switch key {
	case "lang":
		return languageName(value)
	case "country":
		return countryName(value)
	case "level":
		if value == string(post.LevelCritical) {
			return value
		}
		return value + " and above"
	case "concept":
		return strings.ReplaceAll(value, "_", " ")
	case "from":
		return "from " + value
	case "to":
		return "until " + value
	}
	return value
}
