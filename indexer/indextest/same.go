package indextest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Same fills two empty indexes alike and compares what they answer to the same
// queries: posts, highlights, totals, facets and histograms.
func Same(t *testing.T, a, b indexer.Index) {
	js := append(corpus(), Generate(400, 3)...)
	var decisions []indexer.Change
	for i, j := range js {
		if i%7 == 0 {
			decisions = append(decisions, decision(fmt.Sprint("d", i), j, []post.Act{post.ActConfirm, post.ActDismiss}[i%2], "", 0))
		}
	}
	for _, x := range []indexer.Index{a, b} {
		put(t, x, js...)
		PutAll(t, x, decisions, 100)
		refresh(t, x)
	}
	queries := sameQueries()
	if len(queries) < 100 {
		t.Fatalf("only %d queries", len(queries))
	}
	for _, q := range queries {
		q.Limit, q.Facets, q.FacetSize, q.Histogram, q.Highlight = 500, indexer.Facets(), 12, indexer.Day, true
		pa, pb := search(t, a, q), search(t, b, q)
		if diff := cmp.Diff(byName(pa), byName(pb)); diff != "" {
			t.Errorf("%s: hits differ (-first +second):\n%s", shown(q), diff)
		}
		pa.Hits, pb.Hits, pa.Next, pb.Next = nil, nil, "", ""
		if diff := cmp.Diff(pa, pb); diff != "" {
			t.Errorf("%s: counts differ (-first +second):\n%s", shown(q), diff)
		}
	}
	fa, err := a.Fold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expectFold(t, b, fa)
}

func byName(p indexer.Page) map[string]indexer.Hit {
	out := map[string]indexer.Hit{}
	for _, h := range p.Hits {
		out[h.Doc.Post.NativeID] = h
	}
	return out
}

func sameQueries() []indexer.Query {
	var out []indexer.Query
	for text := range textQueries() {
		out = append(out, indexer.Query{Text: text})
	}
	for _, c := range filterQueries() {
		out = append(out, c.q)
	}
	for i := range 40 {
		out = append(out,
			indexer.Query{Text: fmt.Sprintf("%c*", 'a'+i%26), Filter: indexer.Filter{MinLevel: post.Levels()[i%5]}},
			indexer.Query{Text: fmt.Sprintf("%c%d* OR %d -ticket", 'a'+i%26, i, i*100)},
			indexer.Query{Text: fmt.Sprintf(`company "company %d" (handle%d* OR visa)`, i, i)},
		)
	}
	yes := true
	return append(out,
		indexer.Query{Text: "-(ticket OR 招聘)"},
		indexer.Query{Text: "nurse OR -company"},
		indexer.Query{Text: "NOT (NOT ticket)"},
		indexer.Query{Text: "(a* -b*) OR (招 -住) OR -(-งาน)"},
		indexer.Query{Filter: indexer.Filter{States: []post.State{post.StateConfirmed, post.StateDismissed}}},
		indexer.Query{Text: "gaji OR lương", Filter: indexer.Filter{States: []post.State{post.StateOpen}, Flagged: &yes}},
		indexer.Query{Filter: indexer.Filter{Contacts: []string{"@HANDLE7", "handle8"}}},
	)
}
