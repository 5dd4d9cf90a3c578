package indextest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

func event(k post.EventKind, j post.Judged, after time.Duration) indexer.Change {
	e := post.Event{Kind: k, Post: j.Post.ID, Source: j.Post.Source, At: time.UnixMicro(j.Post.Version).UTC().Add(after), Capture: fmt.Sprint("c-", after)}
	e.ID = post.EventID(k, e.Post, e.Capture)
	return indexer.Change{Event: &e}
}

// testEvents puts what happened to posts, in any order and more than once, and finds
// them by it.
func testEvents(t *testing.T, x indexer.Index) {
	js := corpus()[:4]
	if errs := x.Put(t.Context(), []indexer.Change{event(post.Vanished, js[0], time.Hour)}); !errors.Is(errs[0], indexer.ErrUnknownPost) {
		t.Fatalf("event of a post that is not there: %v", errs[0])
	}
	put(t, x, js...)
	gone, back := event(post.Vanished, js[0], time.Hour), event(post.Reappeared, js[1], 2*time.Hour)
	PutAll(t, x, []indexer.Change{back, gone, event(post.Vanished, js[1], time.Hour), gone, event(post.Changed, js[2], time.Hour), event(post.Changed, js[0], time.Minute)}, 2)
	refresh(t, x)
	yes, no := true, false
	name := func(is ...int) (out []string) {
		for _, i := range is {
			out = append(out, js[i].Post.NativeID)
		}
		return out
	}
	expect(t, x, indexer.Query{Text: "vanished:yes"}, name(0)...)
	expect(t, x, indexer.Query{Filter: indexer.Filter{Vanished: &yes}}, name(0)...)
	expect(t, x, indexer.Query{Filter: indexer.Filter{Vanished: &no}}, name(1, 2, 3)...)
	expect(t, x, indexer.Query{Text: "changed:yes"}, name(0, 2)...)
	expect(t, x, indexer.Query{Text: "changed:yes vanished:no"}, name(2)...)
	expect(t, x, indexer.Query{Filter: indexer.Filter{Changed: &no}}, name(1, 3)...)
	words := func(i int) string { return `"` + js[i].Post.Title + `"` }
	for text, want := range map[string][]string{
		"(vanished:yes)":                                  name(0),
		"(vanished:yes OR changed:yes)":                   name(0, 2),
		"vanished:yes OR " + words(3):                     name(0, 3),
		"(vanished:yes OR " + words(3) + ") -" + words(0): name(3),
		"(vanished:no changed:yes) OR " + words(1):        name(1, 2),
		"-(vanished:yes OR changed:yes)":                  name(1, 3),
		"-(vanished:no " + words(1) + ")":                 name(0, 2, 3),
		"vanished:yes OR vanished:no":                     name(0, 1, 2, 3),
		"(vanished:no OR " + words(0) + ") changed:yes":   name(0, 2),
		"((changed:yes OR " + words(1) + ") vanished:no)": name(1, 2),
		`"vanished:yes" OR changed:yes`:                   name(0, 2),
	} {
		for _, by := range []indexer.Sort{indexer.Newest, indexer.Relevance} {
			expect(t, x, indexer.Query{Text: text, Sort: by}, want...)
		}
	}
	doc := get(t, x, js[0].Post.ID)
	if len(doc.Events) != 2 || !doc.VanishedAt().Equal(gone.Event.At) {
		t.Errorf("events %+v, vanished %v", doc.Events, doc.VanishedAt())
	}
	if diff := cmp.Diff(js[0].Post, doc.Post); diff != "" {
		t.Errorf("what is gone keeps its text (-want +got):\n%s", diff)
	}
	// It is seen on another page: it has not vanished after all.
	later := js[0]
	later.Capture.ID = "elsewhere"
	later.Post.Seal(gone.Event.At.Add(time.Hour))
	put(t, x, later)
	expect(t, x, indexer.Query{Text: "vanished:yes"})
	expect(t, x, indexer.Query{Text: "changed:yes"}, name(0, 2)...)
}
