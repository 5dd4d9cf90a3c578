package pages

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

// news collects events by id, as the index does.
type news struct {
	mu sync.Mutex
	by map[string]post.Event
}

func (n *news) publish(_ context.Context, es []post.Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.by == nil {
		n.by = map[string]post.Event{}
	}
	for _, e := range es {
		n.by[e.ID] = e
	}
	return nil
}

func openStore(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// stories makes the visits of many pages, mixed as a crawl would.
func stories(pages, steps int) [][]Visit {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"A1", "A1", "A1", "A2", "404", "soft", "-", "B1", "A1+B1", "list:A1"}
	var out [][]Visit
	for p := range pages {
		var story []string
		for range steps {
			story = append(story, words[rng.IntN(len(words))])
		}
		vs := visitsOf(strings.Join(story, " "))
		for i := range vs {
			vs[i].URL = fmt.Sprint("http://a.example/", p)
			vs[i].Capture = fmt.Sprintf("%d-%s", p, vs[i].Capture)
			for k := range vs[i].Posts {
				vs[i].Posts[k].ID = fmt.Sprintf("%s%d", vs[i].Posts[k].ID, p)
			}
		}
		out = append(out, vs)
	}
	return out
}

// TestRebuildComesToTheSameEvents: a hundred pages looked at side by side with a
// restart in the middle, and the same visits in any order from an archive.
func TestRebuildComesToTheSameEvents(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "pages.db")
	all := stories(100, 30)
	var live news
	for half := range 2 {
		s := openStore(t, path)
		var wg sync.WaitGroup
		for _, vs := range all {
			wg.Go(func() {
				for _, v := range vs[half*15 : half*15+15] {
					if _, err := s.Look(ctx, v, live.publish); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(live.by) < 300 {
		t.Fatalf("only %d events: the test tests less than it says", len(live.by))
	}
	dump := func(s *Store) map[string]Trace {
		out := map[string]Trace{}
		for _, vs := range all {
			key := keyOf(vs[0].Source, vs[0].URL)
			traces, err := s.load([]*asked{{key: key, visit: &vs[0]}})
			if err != nil {
				t.Fatal(err)
			}
			out[vs[0].URL] = traces[key]
		}
		return out
	}
	s := openStore(t, path)
	before := dump(s)
	flat := slices.Concat(all...)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(flat), func(i, k int) { flat[i], flat[k] = flat[k], flat[i] })
	r, err := s.Rebuild(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(flat, flat[:50]...) { // some records twice
		if err := r.Note(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	var again news
	if err := r.Finish(ctx, again.publish); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(live.by, again.by); diff != "" {
		t.Errorf("events of the rebuild (-live +rebuilt):\n%s", diff)
	}
	if diff := cmp.Diff(before, dump(s)); diff != "" {
		t.Errorf("traces of the rebuild (-live +rebuilt):\n%s", diff)
	}
}

// TestNoEventIsLostWhenItCannotBeTold: the trace is kept after the event is told, so
// the same capture, told again, brings it.
func TestNoEventIsLostWhenItCannotBeTold(t *testing.T) {
	ctx := t.Context()
	s := openStore(t, filepath.Join(t.TempDir(), "pages.db"))
	visits := visitsOf("A1 404")
	var n news
	if m, err := s.Look(ctx, visits[0], n.publish); err != nil || !m.First || m.Dry != -1 {
		t.Fatalf("memory %+v, %v", m, err)
	}
	down := errors.New("the stream is down")
	if _, err := s.Look(ctx, visits[1], func(context.Context, []post.Event) error { return down }); !errors.Is(err, down) {
		t.Fatalf("error %v, want that of the stream", err)
	}
	for range 2 {
		if m, err := s.Look(ctx, visits[1], n.publish); err != nil || m.First {
			t.Fatalf("memory %+v, %v", m, err)
		}
	}
	if len(n.by) != 1 {
		t.Errorf("%d events, want 1", len(n.by))
	}
}

func TestAPageRemembersWhenItGavePosts(t *testing.T) {
	ctx := t.Context()
	s := openStore(t, filepath.Join(t.TempDir(), "pages.db"))
	var n news
	var got []Memory
	for _, v := range visitsOf("- A1+B1 - - A1+B1 A1+B1") {
		m, err := s.Look(ctx, v, n.publish)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
	want := []Memory{{First: true, Dry: -1}, {Dry: -1}, {Dry: 0}, {Dry: 1}, {Dry: 2}, {Dry: 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
}

// TestLooksAtTheSameTimeAreFoldedInTurn: many looks at few pages share groups, and each
// page is new to exactly one of them.
func TestLooksAtTheSameTimeAreFoldedInTurn(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "pages.db"))
	const pages, looks = 7, 60
	var first [pages]atomic.Int32
	var n news
	var wg sync.WaitGroup
	for i := range pages * looks {
		wg.Go(func() {
			v := Visit{Source: "s", URL: fmt.Sprint("http://a.example/", i%pages), At: noon, Capture: fmt.Sprint(i)}
			switch m, err := s.Look(t.Context(), v, n.publish); {
			case err != nil:
				t.Error(err)
			case m.First:
				first[i%pages].Add(1)
			}
		})
	}
	wg.Wait()
	for i := range first {
		if got := first[i].Load(); got != 1 {
			t.Errorf("page %d was new to %d looks, want 1", i, got)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Look(t.Context(), Visit{Source: "s", URL: "http://a.example/0", At: noon}, n.publish); !errors.Is(err, ErrClosed) {
		t.Errorf("look after Close: %v, want %v", err, ErrClosed)
	}
}

func BenchmarkLook(b *testing.B) {
	s, err := Open(context.Background(), filepath.Join(b.TempDir(), "pages.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var n news
	var at sync.Mutex
	i := 0
	b.SetParallelism(64) // a group is made of those who wait
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			at.Lock()
			i++
			v := Visit{Source: "s", URL: fmt.Sprint("http://a.example/", i), At: noon.Add(time.Duration(i)), Capture: fmt.Sprint(i), Posts: []Held{{ID: fmt.Sprint(i), Digest: "sha256:0", Own: true}}}
			at.Unlock()
			if _, err := s.Look(context.Background(), v, n.publish); err != nil {
				b.Error(err)
			}
		}
	})
}
