package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// adverts is a site of adverts that somebody edits and takes down.
type adverts struct {
	*httptest.Server
	mu    sync.Mutex
	texts map[string]string // by path; empty is a 404, "-" a page without the advert
	asked map[string]int
}

const offer = "Chat support in Poipet, no experience. 1500 USD a month, ticket, visa, room and food all covered. Tourist visa first, leave this week. Call +855 12 345 634."

func newAdverts(t *testing.T) *adverts {
	t.Helper()
	s := &adverts{texts: map[string]string{}, asked: map[string]int{}}
	for i := range 6 {
		s.texts[fmt.Sprint("/jobs/", i)] = offer
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[r.URL.Path]++
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := s.texts[r.URL.Path]
		switch {
		case r.URL.Path == "/":
			for i := range 6 {
				fmt.Fprintf(w, `<p><a href="/jobs/%d">job %d</a></p>`, i, i)
			}
		case text == "":
			http.NotFound(w, r)
		case text == "-":
			fmt.Fprint(w, "<html><body><h1>Welcome</h1><p>Choose a category.</p></body></html>")
		default:
			fmt.Fprintf(w, `<html><head><title>Job</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting",
"title":"Chat support","identifier":%q,"url":"http://%s%s","description":%q,"hiringOrganization":{"@type":"Organization","name":"Example"}}</script></head><body><h1>Job</h1></body></html>`,
				"id"+r.URL.Path, r.Host, r.URL.Path, text)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *adverts) set(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[path] = text
}

// round waits until every page was asked for once more.
func (s *adverts) round(t *testing.T, n int) {
	t.Helper()
	await(t, fmt.Sprintf("round %d over all pages", n), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for path := range s.texts {
			if s.asked[path] < n {
				return false
			}
		}
		return true
	})
}

// docs reads every document by the path of its address.
func docs(t *testing.T, a *App) map[string]indexer.Doc {
	t.Helper()
	if err := a.index.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := a.index.Search(t.Context(), indexer.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]indexer.Doc{}
	for _, h := range page.Hits {
		_, n, ok := strings.Cut(h.Doc.Post.URL, "/jobs/")
		if !ok {
			t.Fatalf("a post at %q", h.Doc.Post.URL)
		}
		out["/jobs/"+n] = h.Doc
	}
	return out
}

func found(t *testing.T, a *App, text string) (out []string) {
	t.Helper()
	page, err := a.index.Search(t.Context(), indexer.Query{Text: text, Sort: indexer.Oldest, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range page.Hits {
		_, n, _ := strings.Cut(h.Doc.Post.URL, "/jobs/")
		out = append(out, "/jobs/"+n)
	}
	return out
}

// TestPostsThatVanishAndChange: adverts on a real site are edited, taken down and put
// back while a service watches them, with restarts between; what happened is told once,
// nothing is overwritten, and a rebuild from the archive comes to the same.
func TestPostsThatVanishAndChange(t *testing.T) {
	site := newAdverts(t)
	cfg, notices := service(t, &board{Server: site.Server})
	var shift atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	watch := func(n int, done string, ok func(map[string]indexer.Doc) bool) {
		t.Helper()
		shift.Store(int64(n) * int64(30*24*time.Hour))
		s := serve(t, cfg, now)
		site.round(t, n)
		await(t, done, func() bool { return ok(docs(t, s.App)) })
		if err := s.Drained(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, "notices", func() bool {
			left, err := s.stream.Pending(t.Context(), happened.Name, stageTell)
			return err == nil && left == 0
		})
		s.end()
	}
	kinds := func(d indexer.Doc) (out []post.EventKind) {
		for _, e := range d.Events {
			out = append(out, e.Kind)
		}
		return out
	}
	watch(1, "six posts", func(d map[string]indexer.Doc) bool { return len(d) == 6 })
	site.set("/jobs/1", strings.ReplaceAll(strings.ReplaceAll(offer, "345 634", "999 678"), "1500 USD", "2000 USD"))
	site.set("/jobs/2", "")
	site.set("/jobs/3", "-")
	site.set("/jobs/4", offer+" Now.")
	watch(2, "a change and a 404", func(d map[string]indexer.Doc) bool {
		return len(d["/jobs/1"].Events) == 1 && len(d["/jobs/2"].Events) == 1 && len(d["/jobs/4"].Events) == 1
	})
	site.set("/jobs/2", offer)
	watch(3, "one back, and one gone for good", func(d map[string]indexer.Doc) bool {
		return len(d["/jobs/2"].Events) == 2 && len(d["/jobs/3"].Events) == 1
	})

	parts := NeedsOf(cfg.Roles...)
	a := reopened(t, cfg, parts, now)
	before := docs(t, a)
	for path, want := range map[string][]post.EventKind{
		"/jobs/0": nil, "/jobs/1": {post.Changed}, "/jobs/2": {post.Reappeared, post.Vanished}, "/jobs/3": {post.Vanished}, "/jobs/4": {post.Changed}, "/jobs/5": nil,
	} {
		if diff := cmp.Diff(want, kinds(before[path])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	gone := before["/jobs/3"]
	if gone.Post.Text != offer || gone.Capture.Class != post.ClassContent || !gone.Verdict.Flagged || gone.VanishedAt().IsZero() {
		t.Errorf("what is gone must keep its good capture and its verdict: %+v", gone.Capture)
	}
	if _, body, err := a.Read(t.Context(), gone.Events[0].Record); err != nil || !strings.Contains(string(body), "Choose a category") {
		t.Errorf("the event does not lead to the page that showed it: %q, %v", body, err)
	}
	if diff := cmp.Diff([]string{"/jobs/3"}, found(t, a, "vanished:yes")); diff != "" {
		t.Errorf("vanished:yes (-want +got):\n%s", diff)
	}
	if got := found(t, a, "changed:yes ticket"); len(got) != 2 {
		t.Errorf("changed:yes finds %v", got)
	}
	if old, ok := before["/jobs/1"].Words(before["/jobs/1"].Events[0].From); !ok || old.Text != offer {
		t.Errorf("the text before the change is lost: %+v", old)
	}
	told := func() {
		t.Helper()
		changed, vanished, back := noticesOf(t, notices, "post.changed"), noticesOf(t, notices, "post.vanished"), noticesOf(t, notices, "post.reappeared")
		if len(changed) != 1 || len(vanished) != 2 || len(back) != 1 {
			t.Fatalf("told of %d changes, %d vanished, %d back; want 1 (a word more is no news), 2, 1", len(changed), len(vanished), len(back))
		}
		said := strings.Join(changed[0].Said, "; ")
		if !strings.Contains(said, "telephone changed from") || !strings.Contains(said, "pay changed from") || strings.Contains(said, "999678") || strings.Contains(said, "345634") {
			t.Errorf("the notice says %q", said)
		}
	}
	told()

	if _, err := a.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := docs(t, a)
	// Order is that of arrival, and places in the archive are the same.
	if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(indexer.Doc{}, "Order", "Packs")); diff != "" {
		t.Errorf("after a rebuild (-before +after):\n%s", diff)
	}
	if f, err := a.Check(t.Context()); err != nil || !f.Equal() {
		t.Errorf("folds %v, %v", f, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	watch(4, "the same after the rebuild", func(d map[string]indexer.Doc) bool { return len(d) == 6 })
	told()
	a = reopened(t, cfg, parts, now)
	defer a.Close()
	for path, d := range docs(t, a) {
		if diff := cmp.Diff(before[path].Events, d.Events); diff != "" {
			t.Errorf("%s: one more round of the same pages (-before +after):\n%s", path, diff)
		}
	}
	if ns, err := a.Ledger().Notices(t.Context(), gone.Post.ID); err != nil || !hasType(ns, "post.vanished") {
		t.Errorf("the ledger knows of %+v, %v", ns, err)
	}
}

func hasType(ns []ledger.SentNotice, kind string) bool {
	for _, n := range ns {
		if n.Type == kind {
			return true
		}
	}
	return false
}

// reopened opens the parts of a data folder once more.
func reopened(t *testing.T, cfg config.Config, parts Part, now func() time.Time) *App {
	t.Helper()
	a, err := Open(context.WithoutCancel(t.Context()), Options{Config: cfg, Parts: parts, Now: now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
