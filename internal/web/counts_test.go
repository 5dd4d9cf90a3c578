package web

import (
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestExpensiveCountsAreKept(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	takes := time.Duration(0) // what each look at the clock adds
	c := newCounts(f.index, func() time.Time { now = now.Add(takes); return now })
	q := indexer.Query{Filter: indexer.Filter{States: []post.State{post.StateConfirmed}}, Facets: []indexer.Facet{indexer.FacetLang}}
	confirm := func(i int) {
		t.Helper()
		ds, err := f.ledger.Decide(t.Context(), post.Decision{Post: all[i].Post.ID, Act: post.ActConfirm, By: "reviewer"})
		if err != nil {
			t.Fatal(err)
		}
		f.publish(t.Context(), ds[0])
	}
	want := func(n int64, why string) {
		t.Helper()
		p, err := c.of(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if p.Total != n {
			t.Errorf("%s: %d, want %d", why, p.Total, n)
		}
	}
	want(0, "at first")
	confirm(0)
	want(1, "a cheap count is fresh")
	takes = 2 * cheap
	want(1, "an expensive one is counted")
	confirm(1)
	want(1, "and kept")
	now = now.Add(keepFactor * 4 * cheap)
	want(2, "and counted again after a while")

	for i := range 2 * keptCounts {
		q.FacetSize = i + 1
		want(2, "another query")
	}
	if len(c.kept) > keptCounts {
		t.Errorf("%d counts are kept, want at most %d", len(c.kept), keptCounts)
	}
}
