package crawler

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/post"
)

const testAgent = "lurewatch/test (+https://lurewatch.example; crawler@lurewatch.example)"

// shelf is a vault in memory.
type shelf struct {
	mu   sync.Mutex
	puts []Evidence
	done []string
	err  error
}

func (v *shelf) Put(_ context.Context, e Evidence) (post.Capture, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return post.Capture{}, v.err
	}
	v.puts = append(v.puts, e)
	c := e.Capture
	c.ID = fmt.Sprintf("urn:test:%d", len(v.puts))
	return c, nil
}

func (v *shelf) Done(c post.Capture) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done = append(v.done, c.ID)
}

func (v *shelf) urls() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	for _, e := range v.puts {
		out = append(out, e.Capture.URL)
	}
	slices.Sort(out)
	return out
}

// sink takes posts.
type sink struct {
	mu    sync.Mutex
	posts []post.Sighting
}

func (s *sink) emit(_ context.Context, p []post.Sighting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, p...)
	return nil
}

// rig is a crawler with real parts but vault and sink.
type rig struct {
	opt   Options
	vault *shelf
	sink  *sink
}

func newRig(t testing.TB, sites ...Site) *rig {
	t.Helper()
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "frontier.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	r := &rig{vault: &shelf{}, sink: &sink{}}
	r.opt = Options{
		Sites: sites, Frontier: store, HTTP: newHTTP(t), Vault: r.vault, Emit: r.sink.emit,
		Backoff: 5 * time.Millisecond, Patience: 3 * time.Second, Lease: time.Minute,
	}
	return r
}

func loopbackNet() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

func newHTTP(t testing.TB) *fetch.HTTP {
	t.Helper()
	g, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: loopbackNet()})
	if err != nil {
		t.Fatal(err)
	}
	h, err := fetch.NewHTTP(fetch.HTTPOptions{Guard: g, UserAgent: testAgent, HeaderTimeout: 3 * time.Second, Timeout: 5 * time.Second, MaxBody: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func (r *rig) run(t testing.TB) *Crawler {
	t.Helper()
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Run(ctx); err != nil {
		t.Fatalf("run: %v", err)
	}
	return c
}

// jobPage is a page with one job and links.
func jobPage(i int, links ...string) string {
	var b strings.Builder
	for _, l := range links {
		fmt.Fprintf(&b, `<li><a href="%s">more</a></li>`, l)
	}
	return fmt.Sprintf(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Job %d</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Customer service %d","description":"Typing skills, free flight and accommodation, no experience needed. Apply now.","datePosted":"2026-11-01","hiringOrganization":{"@type":"Organization","name":"Company %d"}}</script></head><body><h1>Customer service %d</h1><p>Typing skills, free flight and accommodation, no experience needed. Apply now.</p><ul>%s</ul></body></html>`, i, i, i, i, b.String())
}

func TestCrawlOfALinkedSite(t *testing.T) {
	const n = 60
	var asked sync.Map
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := asked.LoadOrStore(r.URL.Path, new(int))
		_ = c
		if r.Header.Get("User-Agent") != testAgent {
			t.Errorf("user agent = %q", r.Header.Get("User-Agent"))
		}
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: lurewatch\nDisallow: /job/7\nSitemap: /none.xml\n")
			return
		}
		i := 0
		fmt.Sscanf(r.URL.Path, "/job/%d", &i)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, jobPage(i, fmt.Sprintf("/job/%d", (i*2+1)%n), fmt.Sprintf("/job/%d?utm_source=x#y", (i*2+2)%n), "https://elsewhere.test/", "mailto:x@y.test"))
	}))
	defer srv.Close()
	r := newRig(t, Site{Name: "jobs", Seeds: []string{srv.URL}, Unpaced: true})
	c := r.run(t)
	rep := c.Report()
	// "/" and "/job/0" … but for those that robots.txt forbids: 7 alone, since a
	// disallow is a prefix only of /job/7.
	if got := len(slices.Compact(r.vault.urls())); int64(got) != rep.Pages || got < n-2 {
		t.Errorf("%d different pages in the vault, %d counted, want about %d, each once", got, rep.Pages, n)
	}
	if slices.Contains(r.vault.urls(), srv.URL+"/job/7") {
		t.Error("a page that robots.txt forbids was fetched")
	}
	if rep.Skipped["robots"] != 1 || rep.Left != 0 {
		t.Errorf("report = %+v, want 1 page skipped for robots and none left", rep)
	}
	if len(r.sink.posts) != int(rep.Posts) || rep.Posts < rep.Pages {
		t.Errorf("%d posts emitted, %d counted, of %d pages", len(r.sink.posts), rep.Posts, rep.Pages)
	}
	for _, s := range r.sink.posts {
		if s.Post.ID == "" || s.Post.Source != "jobs" || s.Capture.ID == "" || s.Post.Version != s.Capture.FetchedAt.UnixMicro() {
			t.Fatalf("sighting %+v is not sealed", s)
		}
	}
	if len(r.vault.done) != len(r.vault.puts) {
		t.Errorf("%d captures done of %d", len(r.vault.done), len(r.vault.puts))
	}
}
