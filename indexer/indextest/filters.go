package indextest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

type filterCase struct {
	q    indexer.Query
	keep func(i int, j post.Judged) bool
}

func filtered(f indexer.Filter, keep func(i int, j post.Judged) bool) filterCase {
	return filterCase{indexer.Query{Filter: f}, keep}
}

// filterQueries says for each filter what it keeps, worked out from the posts themselves.
func filterQueries() map[string]filterCase {
	yes, no := true, false
	concept := func(id string) func(int, post.Judged) bool {
		return func(_ int, j post.Judged) bool { return slices.Contains(j.Verdict.Facts.Concepts, id) }
	}
	from, to := start().AddDate(0, 0, 3), start().AddDate(0, 0, 9)
	all := corpus()
	many := make([]string, 400)
	for i := range many {
		many[i] = strings.Repeat("x", i%50) + "unused"
	}
	return map[string]filterCase{
		"everything":          filtered(indexer.Filter{}, func(int, post.Judged) bool { return true }),
		"one language":        filtered(indexer.Filter{Langs: []string{"km"}}, func(_ int, j post.Judged) bool { return j.Post.Lang == "km" }),
		"languages, any case": filtered(indexer.Filter{Langs: []string{"KM", "zh"}}, func(_ int, j post.Judged) bool { return j.Post.Lang == "km" || j.Post.Lang == "zh" }),
		"unknown language":    filtered(indexer.Filter{Langs: []string{"xx"}}, func(int, post.Judged) bool { return false }),
		"source":              filtered(indexer.Filter{Sources: []string{"telegram"}}, func(i int, _ post.Judged) bool { return i%3 == 1 }),
		"country":             filtered(indexer.Filter{Countries: []string{"th"}}, func(i int, _ post.Judged) bool { return i%4 == 1 }),
		"countries":           filtered(indexer.Filter{Countries: []string{"KH", "MM"}}, func(i int, _ post.Judged) bool { return i%4 < 2 }),
		"company, any case":   filtered(indexer.Filter{Companies: []string{"golden  SEA co., ltd."}}, func(i int, _ post.Judged) bool { return i%3 == 0 }),
		"part of a company":   filtered(indexer.Filter{Companies: []string{"golden sea"}}, func(int, post.Judged) bool { return false }),
		"contact, as written": filtered(indexer.Filter{Contacts: []string{"@Recruiter_5"}}, func(i int, _ post.Judged) bool { return i == 5 }),
		"telephone, grouped":  filtered(indexer.Filter{Contacts: []string{"+66 81-234 5007"}}, func(i int, _ post.Judged) bool { return i == 7 }),
		"rule":                filtered(indexer.Filter{Rules: []string{"rule-1"}}, func(i int, _ post.Judged) bool { return i%4 > 1 }),
		"rule or rule":        filtered(indexer.Filter{Rules: []string{"rule-2", "rule-9"}}, func(i int, _ post.Judged) bool { return i%4 > 2 }),
		"concept":             filtered(indexer.Filter{Concepts: []string{"concept_0"}}, concept("concept_0")),
		"stance":              filtered(indexer.Filter{Stances: []post.Stance{post.StanceWarning}}, func(i int, _ post.Judged) bool { return i%3 == 1 }),
		"level at least":      filtered(indexer.Filter{MinLevel: post.LevelHigh}, func(_ int, j post.Judged) bool { return j.Verdict.Level.Rank() >= 4 }),
		"flagged":             filtered(indexer.Filter{Flagged: &yes}, func(_ int, j post.Judged) bool { return j.Verdict.Flagged }),
		"not flagged":         filtered(indexer.Filter{Flagged: &no}, func(_ int, j post.Judged) bool { return !j.Verdict.Flagged }),
		"help":                filtered(indexer.Filter{Help: &yes}, func(_ int, j post.Judged) bool { return j.Verdict.Help }),
		"state open":          filtered(indexer.Filter{States: []post.State{post.StateOpen}}, func(int, post.Judged) bool { return true }),
		"state confirmed":     filtered(indexer.Filter{States: []post.State{post.StateConfirmed}}, func(int, post.Judged) bool { return false }),
		"ids":                 filtered(indexer.Filter{IDs: []string{all[2].Post.ID, all[4].Post.ID, "p0"}}, func(i int, _ post.Judged) bool { return i == 2 || i == 4 }),
		"no ids":              filtered(indexer.Filter{IDs: []string{}}, func(int, post.Judged) bool { return false }),
		"hundreds of values":  filtered(indexer.Filter{Rules: slices.Concat(many, []string{"rule-2"})}, func(i int, _ post.Judged) bool { return i%4 > 2 }),
		"seen from":           filtered(indexer.Filter{Seen: indexer.Range{From: from}}, func(i int, _ post.Judged) bool { return i >= 3 }),
		"seen between":        filtered(indexer.Filter{Seen: indexer.Range{From: from, To: to}}, func(i int, _ post.Judged) bool { return i >= 3 && i < 9 }),
		"posted before": filtered(indexer.Filter{Posted: indexer.Range{To: start()}}, func(_ int, j post.Judged) bool {
			return !j.Post.PostedAt.IsZero() && j.Post.PostedAt.Before(start())
		}),
		"posted from": filtered(indexer.Filter{Posted: indexer.Range{From: start()}}, func(_ int, j post.Judged) bool {
			return !j.Post.PostedAt.IsZero() && !j.Post.PostedAt.Before(start())
		}),
		"all at once": filtered(indexer.Filter{Sources: []string{"board", "feed"}, Flagged: &yes, Seen: indexer.Range{From: from}, Countries: []string{"KH", "LA"}},
			func(i int, j post.Judged) bool {
				return i%3 != 1 && j.Verdict.Flagged && i >= 3 && i%4 != 1 && i%4 != 2
			}),
		"with text": {indexer.Query{Text: "golden -ticket", Filter: indexer.Filter{Seen: indexer.Range{To: to}}},
			func(i int, j post.Judged) bool { return i%3 == 0 && i < 9 && i != 0 }},
		"only leaving out, with a filter": {indexer.Query{Text: "-golden", Filter: indexer.Filter{MinLevel: post.LevelLow}},
			func(i int, j post.Judged) bool { return i%3 != 0 && j.Verdict.Level.Rank() >= 2 }},
	}
}

func testFilters(t *testing.T, x indexer.Index) {
	for name, c := range filterQueries() {
		t.Run(name, func(t *testing.T) { expect(t, x, c.q, matching(c.keep)...) })
	}
}

func testPages(t *testing.T, x indexer.Index) {
	var want []string
	for _, j := range corpus() {
		want = append(want, j.Post.NativeID)
	}
	for _, limit := range []int{1, 3, len(want), 100} {
		if diff := cmp.Diff(want, walk(t, x, indexer.Query{Sort: indexer.Oldest, Limit: limit})); diff != "" {
			t.Errorf("oldest first, pages of %d (-want +got):\n%s", limit, diff)
		}
		newest := slices.Clone(want)
		slices.Reverse(newest)
		if diff := cmp.Diff(newest, walk(t, x, indexer.Query{Limit: limit})); diff != "" {
			t.Errorf("newest first, pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	// All that match come up, each once, and the one that says it in the title and text first.
	got := walk(t, x, indexer.Query{Text: "free OR golden OR ticket", Sort: indexer.Relevance, Limit: 2})
	if len(got) == 0 || got[0] != "en1" {
		t.Errorf("by relevance = %v, want en1 first", got)
	}
	slices.Sort(got)
	if diff := cmp.Diff(names(search(t, x, indexer.Query{Text: "free OR golden OR ticket", Limit: 100})), got); diff != "" {
		t.Errorf("by relevance, posts (-want +got):\n%s", diff)
	}
	if page := search(t, x, indexer.Query{Limit: -1}); len(page.Hits) != 0 || page.Total != int64(len(want)) || page.Next != "" {
		t.Errorf("count only = %d hits of %d, next %q; want none of %d", len(page.Hits), page.Total, page.Next, len(want))
	}
}

// walk reads a query to its end, in order.
func walk(t *testing.T, x indexer.Index, q indexer.Query) []string {
	t.Helper()
	var out []string
	for {
		page := search(t, x, q)
		for _, h := range page.Hits {
			out = append(out, h.Doc.Post.NativeID)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return out
		}
		if len(page.Hits) == 0 {
			t.Fatalf("an empty page with a next page behind it: %+v", q)
		}
	}
}

func testFacets(t *testing.T, x indexer.Index) {
	page := search(t, x, indexer.Query{Facets: indexer.Facets(), Limit: -1, Filter: indexer.Filter{Sources: []string{"board", "feed"}}})
	if diff := cmp.Diff(counted(func(i int, _ post.Judged) bool { return i%3 != 1 }, 20), page.Facets); diff != "" {
		t.Errorf("facets (-want +got):\n%s", diff)
	}
	page = search(t, x, indexer.Query{Text: "golden", Facets: []indexer.Facet{indexer.FacetLang}, FacetSize: 2})
	want := counted(func(i int, _ post.Judged) bool { return i%3 == 0 }, 2)[indexer.FacetLang]
	if diff := cmp.Diff(map[indexer.Facet][]indexer.Bucket{indexer.FacetLang: want}, page.Facets); diff != "" {
		t.Errorf("one facet, cut to two (-want +got):\n%s", diff)
	}
}

// counted works the facets of the corpus out by hand.
func counted(keep func(i int, j post.Judged) bool, size int) map[indexer.Facet][]indexer.Bucket {
	sums := map[indexer.Facet]map[string]int64{}
	for _, f := range indexer.Facets() {
		sums[f] = map[string]int64{}
	}
	for i, j := range corpus() {
		if !keep(i, j) {
			continue
		}
		level := string(j.Verdict.Level)
		if level == "" {
			level = "none"
		}
		sums[indexer.FacetLevel][level]++
		sums[indexer.FacetLang][j.Post.Lang]++
		sums[indexer.FacetSource][j.Post.Source]++
		sums[indexer.FacetState]["open"]++
		sums[indexer.FacetStance][string(j.Verdict.Stance)]++
		for _, r := range j.Verdict.Rules {
			sums[indexer.FacetRule][r.ID]++
		}
		for _, p := range j.Verdict.Facts.Places {
			sums[indexer.FacetCountry][p.Country]++
		}
	}
	out := map[indexer.Facet][]indexer.Bucket{}
	for f, values := range sums {
		list := []indexer.Bucket{}
		for v, n := range values {
			list = append(list, indexer.Bucket{Value: v, Count: n})
		}
		out[f] = indexer.Top(list, size)
	}
	return out
}

func testHistogram(t *testing.T, x indexer.Index) {
	for _, by := range []indexer.Interval{indexer.Day, indexer.Week, indexer.Month} {
		want := []indexer.Bin{}
		for i := range corpus() {
			at := indexer.BinStart(start().AddDate(0, 0, i), by)
			if n := len(want); n > 0 && want[n-1].Start.Equal(at) {
				want[n-1].Count++
				continue
			}
			want = append(want, indexer.Bin{Start: at, Count: 1})
		}
		if diff := cmp.Diff(want, search(t, x, indexer.Query{Histogram: by}).Histogram); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", by, diff)
		}
	}
	old := judged("old", time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC), "en", "old", "before the epoch")
	for _, err := range x.Put(t.Context(), []indexer.Change{{Judged: &old}}) {
		if err == nil {
			t.Error("a post from before 1970 was taken in: its version is no capture's time")
		}
	}
}
