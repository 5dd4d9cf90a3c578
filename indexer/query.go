package indexer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Query asks for documents. The zero Query lists all, newest first.
type Query struct {
	Text      string   `json:"text,omitempty"` // see [Parse]
	Filter    Filter   `json:"filter,omitzero"`
	Sort      Sort     `json:"sort,omitempty"`
	Limit     int      `json:"limit,omitempty"`  // hits in a page, default 20, at most [MaxLimit]; negative for none
	Cursor    string   `json:"cursor,omitempty"` // Page.Next of the page before
	Facets    []Facet  `json:"facets,omitempty"`
	FacetSize int      `json:"facet_size,omitempty"` // values of each facet, default 20, at most [MaxFacetSize]
	Histogram Interval `json:"histogram,omitempty"`  // of first_seen, UTC
	Highlight bool     `json:"highlight,omitempty"`
}

// Bounds of a query.
const (
	MaxLimit     = 1000
	MaxFacetSize = 1000
	maxValues    = 500 // in one filter
	// MaxRelevant bounds how deep a list sorted by relevance can be read.
	MaxRelevant = 10_000
)

// Filter narrows a query. Fields must all hold; of a field's values one is enough.
type Filter struct {
	IDs       []string      `json:"ids,omitempty"`
	Langs     []string      `json:"langs,omitempty"`
	Sources   []string      `json:"sources,omitempty"`
	Countries []string      `json:"countries,omitempty"` // of places that the text names, ISO 3166-1 alpha-2
	Companies []string      `json:"companies,omitempty"` // whole name; case and spacing do not matter
	Contacts  []string      `json:"contacts,omitempty"`  // whole value; @, case and the grouping of digits do not matter
	Rules     []string      `json:"rules,omitempty"`     // ids of rules that fired
	Concepts  []string      `json:"concepts,omitempty"`
	Stances   []post.Stance `json:"stances,omitempty"`
	States    []post.State  `json:"states,omitempty"`
	MinLevel  post.Level    `json:"min_level,omitempty"`
	Flagged   *bool         `json:"flagged,omitempty"`
	Help      *bool         `json:"help,omitempty"`     // a person may need help
	Vanished  *bool         `json:"vanished,omitempty"` // its page is gone, or stands there without it
	Changed   *bool         `json:"changed,omitempty"`  // its page was seen to show another text
	Seen      Range         `json:"seen,omitzero"`      // first_seen
	Posted    Range         `json:"posted,omitzero"`
}

// Range is From ≤ t < To; a zero end is open. A range of dates of posting never holds a post without one.
type Range struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Sort orders hits.
type Sort string

// The orders. Newest and oldest go by [Doc].Order, which never changes: whoever pages
// through meets each document that was there at the start once. Relevance is best
// words first, down to [MaxRelevant]; writes meanwhile may shift it.
const (
	Newest    Sort = "newest" // the default
	Oldest    Sort = "oldest"
	Relevance Sort = "relevance"
)

// Facet names a field whose values are counted.
type Facet string

// The facets.
const (
	FacetLang    Facet = "lang"
	FacetSource  Facet = "source"
	FacetCountry Facet = "country"
	FacetLevel   Facet = "level" // "none" for no level
	FacetRule    Facet = "rule"
	FacetState   Facet = "state"
	FacetStance  Facet = "stance"
)

// Facets lists them all.
func Facets() []Facet {
	return []Facet{FacetLang, FacetSource, FacetCountry, FacetLevel, FacetRule, FacetState, FacetStance}
}

// Interval is the width of a histogram's bins.
type Interval string

// The intervals. Weeks begin on Monday.
const (
	Day   Interval = "day"
	Week  Interval = "week"
	Month Interval = "month"
)

// Page answers a query. Total, facets and histogram are over all that it
// matches, whatever the page.
type Page struct {
	Hits      []Hit              `json:"hits"`
	Total     int64              `json:"total"`
	Facets    map[Facet][]Bucket `json:"facets,omitempty"`    // by count, then by value
	Histogram []Bin              `json:"histogram,omitempty"` // by time, without empty bins
	Next      string             `json:"next,omitempty"`      // cursor of the next page; empty on the last
}

// Hit is one document found.
type Hit struct {
	Doc        Doc         `json:"doc"`
	Highlights []Highlight `json:"highlights,omitempty"`
}

// Bucket is one value of a facet.
type Bucket struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Bin is one bar of a histogram.
type Bin struct {
	Start time.Time `json:"start"`
	Count int64     `json:"count"`
}

// Check fills in defaults and parses the text; a mark that must hold in any case goes into
// the filter. Backends call it first; its errors wrap [ErrQuery].
func (q Query) Check() (Query, Expr, error) {
	e, err := Parse(q.Text)
	if err == nil {
		e, err = q.Filter.lift(e)
	}
	if err != nil {
		return q, nil, err
	}
	q.Sort = cmp.Or(q.Sort, Newest)
	if q.Sort != Newest && q.Sort != Oldest && q.Sort != Relevance {
		return q, nil, fmt.Errorf("%w: sort %q is none of newest, oldest, relevance", ErrQuery, q.Sort)
	}
	q.Limit = max(cmp.Or(q.Limit, 20), 0)
	if q.Limit > MaxLimit {
		return q, nil, fmt.Errorf("%w: limit %d is over %d; hint: page with the cursor", ErrQuery, q.Limit, MaxLimit)
	}
	q.FacetSize = cmp.Or(q.FacetSize, 20)
	if q.FacetSize < 1 || q.FacetSize > MaxFacetSize {
		return q, nil, fmt.Errorf("%w: facet size %d is not from 1 to %d", ErrQuery, q.FacetSize, MaxFacetSize)
	}
	for _, f := range q.Facets {
		if !slices.Contains(Facets(), f) {
			return q, nil, fmt.Errorf("%w: no facet %q", ErrQuery, f)
		}
	}
	switch q.Histogram {
	case "", Day, Week, Month:
	default:
		return q, nil, fmt.Errorf("%w: histogram by %q is none of day, week, month", ErrQuery, q.Histogram)
	}
	q.Filter, err = q.Filter.check()
	return q, e, err
}

// check brings values into the form that [EntryOf] gives them.
func (f Filter) check() (Filter, error) {
	if f.MinLevel != post.LevelNone && f.MinLevel.Rank() == 0 {
		return f, fmt.Errorf("%w: unknown level %q", ErrQuery, f.MinLevel)
	}
	for _, s := range f.States {
		if s != post.StateOpen && s != post.StateConfirmed && s != post.StateDismissed {
			return f, fmt.Errorf("%w: state %q is none of open, confirmed, dismissed", ErrQuery, s)
		}
	}
	for _, r := range []Range{f.Seen, f.Posted} {
		if !r.From.IsZero() && !r.To.IsZero() && r.To.Before(r.From) {
			return f, fmt.Errorf("%w: time range ends before it begins", ErrQuery)
		}
	}
	for _, v := range [][]string{f.IDs, f.Langs, f.Sources, f.Countries, f.Companies, f.Contacts, f.Rules, f.Concepts} {
		if len(v) > maxValues {
			return f, fmt.Errorf("%w: %d values in one filter, at most %d", ErrQuery, len(v), maxValues)
		}
	}
	f.Langs = mapped(mapped(f.Langs, strings.ToLower), exact)
	f.Countries = mapped(mapped(f.Countries, strings.ToUpper), exact)
	f.Sources, f.Rules, f.Concepts = mapped(f.Sources, exact), mapped(f.Rules, exact), mapped(f.Concepts, exact)
	f.Companies = mapped(f.Companies, CompanyKey)
	f.Contacts = mapped(f.Contacts, ContactKey)
	return f, nil
}

func mapped(in []string, fn func(string) string) []string {
	if in == nil {
		return nil
	}
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = fn(s)
	}
	return out
}

// Top sorts buckets by count, then by value, and cuts them to n.
func Top(b []Bucket, n int) []Bucket {
	slices.SortFunc(b, func(x, y Bucket) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), strings.Compare(x.Value, y.Value))
	})
	return b[:min(n, len(b))]
}

// BinStart is the start of the bin, in UTC, that holds t.
func BinStart(t time.Time, by Interval) time.Time {
	y, m, d := t.UTC().Date()
	switch by {
	case Month:
		d = 1
	case Week:
		d -= (int(t.UTC().Weekday()) + 6) % 7
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
