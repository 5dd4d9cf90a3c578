package indextest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

func testVersions(t *testing.T, x indexer.Index) {
	at := start()
	first := judged("v", at, "en", "Packer wanted", "warehouse work, day shift")
	second := judged("v", at.Add(time.Hour), "th", "Packer wanted", "telegram, free ticket, งานสบาย")
	again := judged("v", at.Add(2*time.Hour), "th", "Packer wanted", "telegram, free ticket, งานสบาย")
	second.Verdict.Level, second.Verdict.Rules = post.LevelHigh, []post.RuleHit{{ID: "rule-x", Level: post.LevelHigh}}
	put(t, x, second)
	put(t, x, first) // the older one comes late
	expect(t, x, indexer.Query{Text: "ticket งานสบาย"}, "v")
	expect(t, x, indexer.Query{Text: "warehouse"})
	doc := get(t, x, first.Post.ID)
	if !doc.FirstSeen.Equal(at) || !doc.LastSeen.Equal(at.Add(time.Hour)) || doc.Sightings != 2 || len(doc.Versions) != 2 {
		t.Errorf("after two versions: first %v last %v sightings %d versions %d", doc.FirstSeen, doc.LastSeen, doc.Sightings, len(doc.Versions))
	}
	if diff := cmp.Diff(second.Post, doc.Post); diff != "" {
		t.Errorf("current version (-want +got):\n%s", diff)
	}
	put(t, x, again)
	doc = get(t, x, first.Post.ID)
	if doc.Sightings != 3 || len(doc.Versions) != 2 || doc.Verdict.Level != post.LevelNone || doc.Capture.ID != again.Capture.ID {
		t.Errorf("after the same text again: sightings %d versions %d level %q capture %s", doc.Sightings, len(doc.Versions), doc.Verdict.Level, doc.Capture.ID)
	}
	expect(t, x, indexer.Query{Filter: indexer.Filter{Rules: []string{"rule-x"}}})
	rejudged := again
	rejudged.Verdict.Pack = post.Pack{Version: "1.1.0", Hash: post.DigestOf([]byte("new pack"))}
	rejudged.Verdict.Level, rejudged.Verdict.Rules = post.LevelLow, []post.RuleHit{{ID: "rule-y", Level: post.LevelLow}}
	put(t, x, rejudged)
	put(t, x, again) // the old pack's verdict is delivered again
	expect(t, x, indexer.Query{Text: "ticket", Filter: indexer.Filter{Rules: []string{"rule-y"}, MinLevel: post.LevelLow}}, "v")
	page := search(t, x, indexer.Query{Facets: indexer.Facets()})
	if diff := cmp.Diff([]indexer.Bucket{{Value: "rule-y", Count: 1}}, page.Facets[indexer.FacetRule]); diff != "" {
		t.Errorf("rules after a new verdict (-want +got):\n%s", diff)
	}
	var want post.Fold
	want.Add(first.Post.ID, first.Post.Digest)
	want.Add(second.Post.ID, second.Post.Digest)
	expectFold(t, x, want)
}

func expectFold(t *testing.T, x indexer.Index, want post.Fold) {
	t.Helper()
	got, err := x.Fold(t.Context())
	if err != nil || got.String() != want.String() {
		t.Errorf("fold = %v, %v; want %v", got, err, want)
	}
}

func decision(id string, j post.Judged, act post.Act, undoes string, after time.Duration) indexer.Change {
	return indexer.Change{Decision: &post.Decision{
		ID: id, Post: j.Post.ID, Act: act, Undoes: undoes, Reason: "ordinary job", By: "reviewer", At: start().Add(after),
	}}
}

func testDecisions(t *testing.T, x indexer.Index) {
	js := corpus()[:3]
	confirm := decision("d1", js[0], post.ActConfirm, "", time.Hour)
	errs := x.Put(t.Context(), []indexer.Change{confirm, {Judged: &js[1]}})
	if !errors.Is(errs[0], indexer.ErrUnknownPost) || errs[1] != nil {
		t.Fatalf("decision on a post that is not there: %v; post beside it: %v", errs[0], errs[1])
	}
	put(t, x, js[0], js[2])
	PutAll(t, x, []indexer.Change{confirm, decision("d2", js[1], post.ActDismiss, "", 0), confirm}, 2)
	refresh(t, x)
	state := func(s post.State) indexer.Query {
		return indexer.Query{Filter: indexer.Filter{States: []post.State{s}}}
	}
	expect(t, x, state(post.StateConfirmed), "en1")
	expect(t, x, state(post.StateDismissed), "en2")
	expect(t, x, state(post.StateOpen), "zh1")
	expect(t, x, indexer.Query{Text: "ticket"}, "en1")
	if n := len(get(t, x, js[0].Post.ID).Decisions); n != 1 {
		t.Errorf("a decision put three times is held %d times", n)
	}
	PutAll(t, x, []indexer.Change{decision("d3", js[0], post.ActUndo, "d1", 2*time.Hour)}, 1)
	refresh(t, x)
	expect(t, x, state(post.StateOpen), "en1", "zh1")
	newer := judged("en2", start().AddDate(0, 0, 1).Add(time.Minute), "en", "Day nurse", "changed")
	newer.Post.Source = js[1].Post.Source
	newer.Post.Seal(time.UnixMicro(newer.Post.Version))
	newer.Verdict.ID = newer.Post.ID
	put(t, x, newer)
	expect(t, x, state(post.StateDismissed), "en2") // a new version does not reopen it
	page := search(t, x, indexer.Query{Facets: []indexer.Facet{indexer.FacetState}})
	want := map[indexer.Facet][]indexer.Bucket{indexer.FacetState: {{Value: "open", Count: 2}, {Value: "dismissed", Count: 1}}}
	if diff := cmp.Diff(want, page.Facets); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func testRedelivery(t *testing.T, x indexer.Index) {
	put(t, x, corpus()...)
	before := map[string]indexer.Doc{}
	for _, j := range corpus() {
		before[j.Post.ID] = get(t, x, j.Post.ID)
	}
	fold, err := x.Fold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	put(t, x, append(corpus(), corpus()...)...)
	for id, want := range before {
		if diff := cmp.Diff(want, get(t, x, id)); diff != "" {
			t.Errorf("%s after redelivery (-want +got):\n%s", id, diff)
		}
	}
	expectFold(t, x, fold)
	if n, err := x.Count(t.Context()); err != nil || n != int64(len(before)) {
		t.Errorf("count = %d, %v; want %d", n, err, len(before))
	}
}

func testPartial(t *testing.T, x indexer.Index) {
	js := corpus()[:4]
	unsealed := post.Judged{Post: post.Post{ID: "p1", Text: "never sealed"}}
	mixed := js[1]
	mixed.Verdict.ID = js[0].Post.ID
	errs := x.Put(t.Context(), []indexer.Change{
		{Judged: &js[0]}, {}, {Judged: &unsealed}, {Judged: &mixed}, {Judged: &js[2]},
		decision("d9", js[3], post.ActConfirm, "", 0), {Judged: &js[2], Decision: &post.Decision{}},
	})
	for i, want := range []error{nil, indexer.ErrInvalid, indexer.ErrInvalid, indexer.ErrInvalid, nil, indexer.ErrUnknownPost, indexer.ErrInvalid} {
		if !errors.Is(errs[i], want) || want == nil && errs[i] != nil {
			t.Errorf("item %d: error = %v, want %v", i, errs[i], want)
		}
	}
	refresh(t, x)
	expect(t, x, indexer.Query{}, "en1", "zh1")
	if _, err := x.Get(t.Context(), js[1].Post.ID); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("get of a refused post: %v", err)
	}
}

// testOneMoment puts many posts of one capture, which have one order.
func testOneMoment(t *testing.T, x indexer.Index) {
	const n = 60
	var js []post.Judged
	for i := range n {
		js = append(js, judged(fmt.Sprint("m", i), start(), "en", "same moment", fmt.Sprint("text ", i)))
	}
	put(t, x, js[:n/2]...)
	put(t, x, js[n/2:]...)
	put(t, x, js...)
	for _, sort := range []indexer.Sort{indexer.Newest, indexer.Oldest} {
		seen := map[string]int{}
		for _, name := range walk(t, x, indexer.Query{Text: "moment", Sort: sort, Limit: 7}) {
			seen[name]++
		}
		for _, j := range js {
			if seen[j.Post.NativeID] != 1 {
				t.Errorf("%s: %s came up %d times", sort, j.Post.NativeID, seen[j.Post.NativeID])
			}
		}
	}
}

func testRestart(t *testing.T, fresh Fresh) {
	open := fresh(t)
	x := open()
	put(t, x, corpus()...)
	fold, err := x.Fold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := search(t, x, indexer.Query{Text: "公司", Facets: indexer.Facets(), Highlight: true})
	if err := x.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	x = closing(t, open())
	expectFold(t, x, fold)
	if diff := cmp.Diff(want, search(t, x, indexer.Query{Text: "公司", Facets: indexer.Facets(), Highlight: true})); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	late := judged("late", start().AddDate(0, 0, 3), "en", "after the restart", "") // the moment of another post
	put(t, x, late)
	expect(t, x, indexer.Query{Text: "restart"}, "late")
}

func testReset(t *testing.T, x indexer.Index) {
	if err := x.Reset(t.Context()); err != nil {
		t.Fatalf("reset: %v", err)
	}
	refresh(t, x)
	expect(t, x, indexer.Query{})
	expect(t, x, indexer.Query{Text: "ticket"})
	expectFold(t, x, post.Fold{})
	put(t, x, corpus()...)
	expect(t, x, indexer.Query{Text: "ticket"}, "en1", "tl1")
}

// testWriters lets several writers change the same posts through two handles on one index.
func testWriters(t *testing.T, fresh Fresh) {
	open := fresh(t)
	handles := []indexer.Index{closing(t, open()), closing(t, open())}
	const posts, rounds = 8, 6
	var wg sync.WaitGroup
	var want post.Fold
	for r := range rounds {
		for p := range posts {
			want.Add(post.ID("board", "id", fmt.Sprint("w", p)), judged("w", start(), "en", "t", fmt.Sprint("round ", r)).Post.Digest)
		}
		for h, x := range handles {
			wg.Go(func() {
				var changes []indexer.Change
				for p := range posts {
					at := start().Add(time.Duration(r) * time.Minute)
					j := judged(fmt.Sprint("w", p), at, "en", "t", fmt.Sprint("round ", r))
					changes = append(changes, indexer.Change{Judged: &j})
				}
				for i, err := range x.Put(t.Context(), changes) {
					if err != nil {
						t.Errorf("handle %d round %d put %d: %v", h, r, i, err)
					}
				}
			})
		}
	}
	wg.Wait()
	x := handles[0]
	refresh(t, x)
	expectFold(t, x, want)
	expect(t, x, indexer.Query{Text: fmt.Sprint("round ", rounds-1)}, "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7")
	if d := get(t, x, post.ID("board", "id", "w0")); d.Sightings != rounds {
		t.Errorf("sightings = %d, want %d: each capture counts once", d.Sightings, rounds)
	}
}

// testDeepPaging reads thousands of posts, page by page, while another writes
// new posts, new versions and decisions.
func testDeepPaging(t *testing.T, x indexer.Index) {
	const n = 3000
	js := Generate(n, 11)
	put(t, x, js...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { disturb(t, x, js, stop) })
	for _, q := range []indexer.Query{{Limit: 97}, {Limit: 211, Sort: indexer.Oldest}, {Limit: 500, Text: "-neverwritten"}} {
		seen := map[string]int{}
		for _, name := range walk(t, x, q) {
			seen[name]++
		}
		for _, j := range js {
			if seen[j.Post.NativeID] != 1 {
				t.Errorf("pages of %d: %s came up %d times, want once", q.Limit, j.Post.NativeID, seen[j.Post.NativeID])
				break
			}
		}
	}
	close(stop)
	wg.Wait()
}

func disturb(t *testing.T, x indexer.Index, js []post.Judged, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		j := js[(i*37)%len(js)]
		at := time.UnixMicro(j.Post.Version)
		newer := judged(j.Post.NativeID, at.Add(time.Duration(i+1)*time.Hour), "en", "changed", fmt.Sprint("changed ", i))
		added := judged(fmt.Sprint("added", i), at.Add(time.Millisecond), "en", "added", fmt.Sprint("added ", i))
		for k, err := range x.Put(t.Context(), []indexer.Change{
			{Judged: &newer}, {Judged: &added}, decision(fmt.Sprint("d", i), j, post.ActConfirm, "", time.Duration(i)),
		}) {
			if err != nil {
				t.Errorf("put %d of round %d: %v", k, i, err)
				return
			}
		}
	}
}
