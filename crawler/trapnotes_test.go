package crawler

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// TestATrapIsOneTrapOverRestarts: an endless site, in one crawl that is broken off again and
// again, gets what one run would have given it.
func TestATrapIsOneTrapOverRestarts(t *testing.T) {
	const most, runs = 100, 3 // the third is the end of the round
	var d diary
	var next atomic.Int64
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprintf(w, `<html><body>Nothing.<a href="/maze/%d">a</a><a href="/maze/%d">b</a></body></html>`, next.Add(1), next.Add(1))
		}
	})
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	path := filepath.Join(t.TempDir(), "crawl.db")
	r := newRig(t, Site{Name: "maze", Seeds: []string{srv.URL + "/"}, Unpaced: true, Browser: BrowserOff, MaxAlike: most, MaxPages: 40, MaxDepth: 1000})
	for range runs {
		book := openBook(t, path, clock)
		r.opt.Now, r.opt.Notebook, r.opt.Workers = clock, book, 1
		r.run(t)
		if err := book.Close(); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	mazes := 0
	for p, times := range d.times {
		if len(p) > 6 && p[:6] == "/maze/" {
			mazes += len(times)
		}
	}
	if mazes < most || mazes > most+5 {
		t.Errorf("%d runs of 40 pages asked for %d pages of the maze, want about the %d of one run", runs, mazes, most)
	}
}

// book is a notebook in memory that says how often it was written.
type book struct {
	*memory
	writes atomic.Int64
}

func (b *book) Note(ctx context.Context, kind, key string, note []byte) error {
	b.writes.Add(1)
	if len(note) > 4<<10 {
		return fmt.Errorf("a note of %d bytes", len(note))
	}
	return b.memory.Note(ctx, kind, key, note)
}

// afterRestart is a crawler of one site that notes into b, as after a start.
func afterRestart(t *testing.T, b Notebook, now time.Time, round int64) (*Crawler, *site) {
	t.Helper()
	s := &site{traps: newTraps(1000, now)}
	s.Name = "a"
	c := &Crawler{opt: Options{Notebook: b, Now: func() time.Time { return now }}, sites: map[string]*site{"a": s}, rounds: map[string]int64{"a": round}}
	if err := c.recallTraps(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, s
}

func address(t *testing.T, format string, args ...any) *url.URL {
	t.Helper()
	u, err := url.Parse(fmt.Sprintf("https://a.test"+format, args...))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestWhatTrapsCountedOutlivesAKill: nothing is noted at the end, only along the way.
func TestWhatTrapsCountedOutlivesAKill(t *testing.T) {
	b := &book{memory: newMemory()}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c, s := afterRestart(t, b, now, 3)
	leads := []source.Link{{URL: "https://a.test/job/1", Post: true}}
	visit := func(i int, last time.Time, posts []post.Post, links []source.Link) {
		t.Helper()
		s.traps.visited(address(t, "/maze/%d", i), last, posts, links)
		if err := c.keepTraps(t.Context(), s, false); err != nil {
			t.Fatal(err)
		}
	}
	visit(0, time.Time{}, nil, leads)
	for i := range 990 {
		visit(i+1, time.Time{}, nil, leads)
	}
	if n := b.writes.Load(); n > 2*noteSteps+5 {
		t.Errorf("991 pages were noted %d times, want at most two for each of %d steps", n, noteSteps)
	}
	later := now.Add(time.Hour)
	c, s = afterRestart(t, b, later, 3)
	n := s.traps.count["a.test/maze/#"]
	if n == nil || n.useful != 1 || n.useless < 970 || n.useless > 990 {
		t.Fatalf("after a kill %+v is known, want 1 useful and at least 970 of 990", n)
	}
	before := n.useless
	visit(5, now.Add(time.Minute), nil, nil)
	if n.useless != before {
		t.Error("a page that was counted before the restart counts again when it is looked at again")
	}
	visit(2000, time.Time{}, nil, leads)
	if n.useful != 1 || n.useless != before+1 {
		t.Errorf("a link that was known before the restart is news: %+v", n)
	}
	for i := range 100 {
		visit(3000+i, now.Add(-48*time.Hour), nil, leads)
	}
	if !s.traps.closed(address(t, "/maze/7")) {
		t.Errorf("%+v is not left", n)
	}
	c, s = afterRestart(t, b, later.Add(time.Minute), 3)
	if !s.traps.closed(address(t, "/maze/8")) || s.traps.visited(address(t, "/maze/9999"), time.Time{}, nil, nil) != "" {
		t.Error("what was left is not left after a restart, or is told twice")
	}
	for name, anew := range map[string]func() (*Crawler, *site){
		"a new round": func() (*Crawler, *site) { return afterRestart(t, b, later, 4) },
		"a day later": func() (*Crawler, *site) { return afterRestart(t, b, now.Add(25*time.Hour), 3) },
	} {
		was, err := b.Notes(t.Context(), trapNotes)
		if err != nil || len(was) == 0 {
			t.Fatalf("%d notes, %v", len(was), err)
		}
		if _, s := anew(); s.traps.closed(address(t, "/maze/8")) {
			t.Errorf("%s does not count anew", name)
		}
		if left, err := b.Notes(t.Context(), trapNotes); err != nil || len(left) != 0 {
			t.Errorf("%s leaves %d old notes, %v", name, len(left), err)
		}
		for k, v := range was { // for the next case
			b.notes[[2]string{trapNotes, k}] = v
		}
	}
	_ = c
}

// TestSpoiltNotesOfTrapsAreForgotten: whatever stands in the file, the crawl begins.
func TestSpoiltNotesOfTrapsAreForgotten(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	future, err := json.Marshal(trapNote{Since: now.Add(time.Hour).Unix(), Useless: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ kind, key, note string }{
		"no JSON":             {trapNotes, "a a.test/x/#", "{"},
		"less than nothing":   {trapNotes, "a a.test/x/#", `{"since":1763805000,"useless":-5}`},
		"from the future":     {trapNotes, "a a.test/x/#", string(future)},
		"a block cut short":   {seenNotes, "a 0", "\x00\x01\x02"},
		"a block without end": {seenNotes, "a 999999", "0123456789abcdef"},
		"a block of no name":  {seenNotes, "a x", "0123456789abcdef"},
	} {
		b := newMemory()
		b.notes[[2]string{c.kind, c.key}] = []byte(c.note)
		_, s := afterRestart(t, b, now, 0)
		if s.traps.closed(address(t, "/x/1")) || len(b.notes) != 0 {
			t.Errorf("%s: closed, or still noted: %v", name, b.notes)
		}
	}
}

func TestWhatWasSeenIsBounded(t *testing.T) {
	b := &book{memory: newMemory()}
	c, s := afterRestart(t, b, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), 0)
	for i := range (seenKept + 20) * seenBlock / 1000 {
		var links []source.Link
		for k := range 1000 {
			links = append(links, source.Link{URL: fmt.Sprintf("https://a.test/job/%d-%d", i, k), Post: true})
		}
		s.traps.visited(address(t, "/list/%d", i), time.Time{}, nil, links)
		if err := c.keepTraps(t.Context(), s, false); err != nil {
			t.Fatal(err)
		}
	}
	notes, err := b.Notes(t.Context(), seenNotes)
	if err != nil || len(notes) != seenKept || len(s.traps.news) >= seenBlock {
		t.Errorf("%d blocks are kept and %d wait, want %d and less than one (%v)", len(notes), len(s.traps.news), seenKept, err)
	}
}
