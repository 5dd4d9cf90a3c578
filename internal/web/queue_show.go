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
	q.Facets = []indexer.Facet{indexer.FacetLang, indexer.FacetSource, indexer.FacetCountry, indexer.FacetRule, indexer.FacetLevel}
	l, p, err := d.list(v, f, q)
	if err != nil {
		return err
	}
	// What was decided a moment ago is on its way to the index: it is done for the reviewer.
	before := len(l.Rows)
	l.Rows = slices.DeleteFunc(l.Rows, func(r row) bool { return r.State != post.StateOpen })
	l.Total -= int64(before - len(l.Rows))
	l.Rows = fold(l.Rows)
	l.Facets = slices.DeleteFunc(l.Facets, func(f facet) bool { return f.Title == facetKeys[indexer.FacetLevel].title })
	page := queuePage{list: l, Oldest: q.Sort == indexer.Oldest}
	if q.Filter.MinLevel != post.LevelNone { // the tabs count all levels
		q.Filter.MinLevel, q.Limit, q.Cursor = post.LevelNone, -1, ""
		if p, err = d.find(v, q); err != nil {
			return err
		}
	}
	page.Levels = levelTabs(f, p)
	return d.render(v, http.StatusOK, "queue", "Queue", page)
}

// levelTabs counts the queue from each level up, so that the worst can be read first.
func levelTabs(f filters, p indexer.Page) []facetValue {
	tabs := []facetValue{{Name: "all levels", Count: p.Total, Link: f.With("level", ""), On: f.Get("level") == ""}}
	for _, b := range atLeast(p.Facets[indexer.FacetLevel]) {
		tabs = append(tabs, facetValue{Name: filterName("level", b.Value), Count: b.Count,
			Link: f.With("level", b.Value), On: f.Get("level") == b.Value})
	}
	return tabs
}
