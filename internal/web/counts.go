package web

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

// Counting every value of every field of a long list takes longer than reading
// its first page, and every reviewer asks for the same counts. So a count that
// took long is kept for a while: keepFactor times what it took. One that is
// cheap is always fresh.
const (
	cheap      = 25 * time.Millisecond
	keepFactor = 40
	keepMost   = time.Minute
	keptCounts = 128
)

// counts keeps facets and histograms that were expensive.
type counts struct {
	index Index
	now   func() time.Time

	mu   sync.Mutex
	kept map[string]keptPage
}

type keptPage struct {
	page  indexer.Page
	until time.Time
}

func newCounts(index Index, now func() time.Time) *counts {
	return &counts{index: index, now: now, kept: map[string]keptPage{}}
}

// of answers the facets and the histogram of q, without hits.
func (c *counts) of(ctx context.Context, q indexer.Query) (indexer.Page, error) {
	q = indexer.Query{Text: q.Text, Filter: q.Filter, Limit: -1, Facets: q.Facets, FacetSize: q.FacetSize, Histogram: q.Histogram}
	key, err := json.Marshal(q)
	if err != nil {
		return indexer.Page{}, err
	}
	start := c.now()
	if page, ok := c.get(string(key), start); ok {
		return page, nil
	}
	page, err := c.index.Search(ctx, q)
	if err != nil {
		return page, err
	}
	if end := c.now(); end.Sub(start) > cheap {
		c.keep(string(key), page, end, end.Add(min(keepFactor*end.Sub(start), keepMost)))
	}
	return page, nil
}

func (c *counts) get(key string, now time.Time) (indexer.Page, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.page, ok && now.Before(k.until)
}

func (c *counts) keep(key string, page indexer.Page, now, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= keptCounts {
		maps.DeleteFunc(c.kept, func(_ string, k keptPage) bool { return !now.Before(k.until) })
	}
	if len(c.kept) < keptCounts {
		c.kept[key] = keptPage{page, until}
	}
}
