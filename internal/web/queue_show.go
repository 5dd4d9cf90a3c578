package web

import (
	"net/http"
	"slices"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

type queuePage struct {
	list
	Levels []facetValue // tabs
	Oldest bool
}

// queueShow lists flagged posts that nobody has decided on, newest first.
func (d *Desk) queueShow(v *visit) error {
	f := readFilters(v)
	f.v.Del("state")
	q, err := f.query(v.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	if q.Sort != indexer.Oldest {
		q.Sort = indexer.Newest
	}
	q.Filter.Flagged = new(true)
	q.Filter.States = []post.State{post.StateOpen}
	q.Facets = []indexer.Facet{indexer.FacetLang, indexer.FacetSource, indexer.FacetCountry, indexer.FacetRule}
	l, _, err := d.list(v, f, q)
	if err != nil {
		return err
	}
	// What was decided a moment ago is on its way to the index: it is done for the reviewer.
	before := len(l.Rows)
	l.Rows = slices.DeleteFunc(l.Rows, func(r row) bool { return r.State != post.StateOpen })
	l.Total -= int64(before - len(l.Rows))
	l.Rows = fold(l.Rows)
	page := queuePage{list: l, Oldest: q.Sort == indexer.Oldest}
	if page.Levels, err = d.levelTabs(v, f, q); err != nil {
		return err
	}
	return d.render(v, http.StatusOK, "queue", "Queue", page)
}

// levelTabs counts the queue from each level up, so that the worst can be read first.
func (d *Desk) levelTabs(v *visit, f filters, q indexer.Query) ([]facetValue, error) {
	q = indexer.Query{Filter: q.Filter, Limit: -1, Facets: []indexer.Facet{indexer.FacetLevel}}
	q.Filter.MinLevel = post.LevelNone
	p, err := d.find(v, q)
	if err != nil {
		return nil, err
	}
	tabs := []facetValue{}
	for _, b := range atLeast(p.Facets[indexer.FacetLevel]) {
		tabs = append(tabs, facetValue{Name: filterName("level", b.Value), Count: b.Count,
			Link: f.With("level", b.Value), On: f.Get("level") == b.Value})
	}
	all := facetValue{Name: "all levels", Count: p.Total, Link: f.With("level", ""), On: f.Get("level") == ""}
	return append([]facetValue{all}, tabs...), nil
}
