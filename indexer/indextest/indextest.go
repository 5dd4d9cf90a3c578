// Package indextest proves that a backend keeps the contract of [indexer.Index].
// It holds one corpus in sixteen languages and the tests that run on it: start
// at [Run]; [Same] compares two backends query by query.
package indextest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Fresh makes an empty place for an index. The function it returns opens the
// index there; what was put is still there when it is opened again.
type Fresh func(t *testing.T) (open func() indexer.Index)

// Run tests a backend.
func Run(t *testing.T, fresh Fresh) {
	t.Run("text", func(t *testing.T) { testText(t, filled(t, fresh)) })
	t.Run("filters", func(t *testing.T) { testFilters(t, filled(t, fresh)) })
	t.Run("sort and pages", func(t *testing.T) { testPages(t, filled(t, fresh)) })
	t.Run("facets", func(t *testing.T) { testFacets(t, filled(t, fresh)) })
	t.Run("histogram", func(t *testing.T) { testHistogram(t, filled(t, fresh)) })
	t.Run("highlight", func(t *testing.T) { testHighlight(t, filled(t, fresh)) })
	t.Run("wrong queries", func(t *testing.T) { testWrong(t, filled(t, fresh)) })
	t.Run("versions", func(t *testing.T) { testVersions(t, opened(t, fresh)) })
	t.Run("decisions", func(t *testing.T) { testDecisions(t, opened(t, fresh)) })
	t.Run("events", func(t *testing.T) { testEvents(t, opened(t, fresh)) })
	t.Run("redelivery", func(t *testing.T) { testRedelivery(t, opened(t, fresh)) })
	t.Run("partial failure", func(t *testing.T) { testPartial(t, opened(t, fresh)) })
	t.Run("one moment", func(t *testing.T) { testOneMoment(t, opened(t, fresh)) })
	t.Run("restart", func(t *testing.T) { testRestart(t, fresh) })
	t.Run("reset", func(t *testing.T) { testReset(t, filled(t, fresh)) })
	t.Run("many writers", func(t *testing.T) { testWriters(t, fresh) })
	t.Run("deep paging while others write", func(t *testing.T) { testDeepPaging(t, opened(t, fresh)) })
}

func opened(t *testing.T, fresh Fresh) indexer.Index {
	t.Helper()
	return closing(t, fresh(t)())
}

func closing(t *testing.T, x indexer.Index) indexer.Index {
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return x
}

// filled opens a new index with the corpus in it.
func filled(t *testing.T, fresh Fresh) indexer.Index {
	t.Helper()
	x := opened(t, fresh)
	put(t, x, corpus()...)
	return x
}

// put puts judged posts and makes them searchable.
func put(t *testing.T, x indexer.Index, js ...post.Judged) {
	t.Helper()
	changes, _ := Changes(t, js)
	PutAll(t, x, changes, 500)
	refresh(t, x)
}

func refresh(t *testing.T, x indexer.Index) {
	t.Helper()
	if err := x.Refresh(t.Context()); err != nil {
		t.Fatalf("refresh: %v", err)
	}
}

func search(t *testing.T, x indexer.Index, q indexer.Query) indexer.Page {
	t.Helper()
	page, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %s: %v", shown(q), err)
	}
	return page
}

// shown is a query as a failed test prints it.
func shown(q indexer.Query) string {
	b, err := json.Marshal(q)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// names of the posts on a page, sorted.
func names(page indexer.Page) []string {
	out := []string{}
	for _, h := range page.Hits {
		out = append(out, h.Doc.Post.NativeID)
	}
	slices.Sort(out)
	return out
}

// expect fails unless q finds exactly the named posts.
func expect(t *testing.T, x indexer.Index, q indexer.Query, want ...string) {
	t.Helper()
	q.Limit = 100
	page := search(t, x, q)
	slices.Sort(want)
	if diff := cmp.Diff(append([]string{}, want...), names(page)); diff != "" {
		t.Errorf("search %s: wrong posts (-want +got):\n%s", shown(q), diff)
	}
	if page.Total != int64(len(want)) {
		t.Errorf("search %s: total = %d, want %d", shown(q), page.Total, len(want))
	}
}

// matching names the posts of the corpus for which keep holds.
func matching(keep func(i int, j post.Judged) bool) []string {
	out := []string{}
	for i, j := range corpus() {
		if keep(i, j) {
			out = append(out, j.Post.NativeID)
		}
	}
	return out
}

func get(t *testing.T, x indexer.Index, id string) indexer.Doc {
	t.Helper()
	d, err := x.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get %s: %v", id, err)
	}
	return d
}
