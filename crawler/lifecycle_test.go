package crawler

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// broken panics on one page and lies on another.
type broken struct{}

func (broken) Name() string { return "broken" }

func (broken) About() source.About { return source.About{} }

func (broken) Extract(ctx context.Context, p source.Page) (source.Found, error) {
	switch {
	case strings.HasSuffix(p.URL, "/panic"):
		var none []int
		_ = none[len(p.URL)]
	case strings.HasSuffix(p.URL, "/error"):
		return source.Found{}, errors.New("cannot be read")
	}
	return source.Found{Posts: []post.Post{{Title: "x", Text: p.URL}}, Links: []source.Link{{URL: p.URL + "panic"}, {URL: p.URL + "error"}, {URL: p.URL + "quiet", NoFollow: true}}}, nil
}

func TestExtractorsMayFail(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprint(w, jobPage(0))
		}
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Adapter: "broken"})
	r.opt.Lookup = func(string) (source.Source, bool) { return broken{}, true }
	c := r.run(t)
	if rep := c.Report(); rep.Pages != 3 || rep.Posts != 1 {
		t.Errorf("report = %+v, want 3 pages in the vault and 1 post", rep)
	}
	st, err := r.opt.Frontier.Stat(t.Context(), "s")
	if err != nil || st.Outcomes[outcomeCrash] != 2 {
		t.Errorf("outcomes = %v, %v, want 2 unreadable", st.Outcomes, err)
	}
	if d.count("/quiet") != 0 {
		t.Error("a link that asks not to be followed was followed")
	}
}

func TestNothingIsSettledWhenItCannotBeKept(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprint(w, jobPage(0))
		}
	})
	full := errors.New("disk is full")
	for name, spoil := range map[string]func(*rig){
		"vault":  func(r *rig) { r.vault.err = full },
		"stream": func(r *rig) { r.opt.Emit = func(context.Context, []post.Sighting) error { return full } },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
			good := r.opt
			spoil(r)
			c, err := New(r.opt)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Run(t.Context()); !errors.Is(err, full) {
				t.Fatalf("run: %v, want %v", err, full)
			}
			if len(r.vault.done) != 0 {
				t.Error("a capture was declared done")
			}
			r.opt, r.vault.err = good, nil
			r.run(t)
			if len(r.sink.posts) != 1 || len(r.vault.done) != 1 {
				t.Errorf("%d posts and %d captures done after repair, want 1 and 1", len(r.sink.posts), len(r.vault.done))
			}
		})
	}
}

func TestStopIsPromptAndGivesBack(t *testing.T) {
	var d diary
	hang := make(chan struct{})
	began := make(chan struct{})
	var once sync.Once
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/":
			fmt.Fprint(w, jobPage(0, "/1", "/2", "/3"))
		default:
			once.Do(func() { close(began) })
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}
	})
	defer close(hang)
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	start := time.Now()
	if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("run: %v, want context.Canceled", err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("stopping took %v", d)
	}
	st, err := r.opt.Frontier.Stat(t.Context(), "s")
	if err != nil || st.Waiting != 3 || st.Leased != 0 || st.Outcomes["content"] != 1 {
		t.Errorf("frontier = %+v, %v, want 3 waiting, none leased, 1 content", st, err)
	}
}

func TestSecondRunIsAFreshRound(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprint(w, jobPage(0, "/1"))
		}
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	r.run(t)
	r.run(t)
	if d.count("/") != 2 || d.count("/1") != 2 {
		t.Errorf("pages were fetched %d and %d times in two runs, want 2 and 2", d.count("/"), d.count("/1"))
	}
}

func TestServiceVisitsAgain(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			fmt.Fprint(w, jobPage(0, "/1"))
		}
	})
	var skew atomic.Int64 // of the clock, in nanoseconds
	now := func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Recrawl: time.Hour})
	r.opt.Frontier, r.opt.Now, r.opt.Service = store, now, true
	serveUntil := func(pages int64) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var seen atomic.Int64
		r.opt.OnCapture = func(post.Capture) {
			if seen.Add(1) == pages {
				cancel()
			}
		}
		c, err := New(r.opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("run: %v, want context.Canceled after %d pages", err, pages)
		}
	}
	serveUntil(2)
	// Not due yet: another start of the service fetches nothing.
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(ctx); !errors.Is(err, context.DeadlineExceeded) || d.count("/") > 2 {
		t.Errorf("run: %v, page visited %d times before it was due", err, d.count("/"))
	}
	before := d.count("/1")
	skew.Store(int64(2 * time.Hour))
	serveUntil(2)
	if got := d.count("/1"); got <= before {
		t.Errorf("a page was visited %d times before it was due and %d after", before, got)
	}
}

// TestKilledCrawl kills a crawling process with pages under way, then crawls on in
// this one: every page must have been emitted by one of the two.
func TestKilledCrawl(t *testing.T) {
	const n = 40
	if base := os.Getenv("LUREWATCH_TEST_CRAWL"); base != "" {
		store, err := frontier.Open(frontier.Options{Path: os.Getenv("LUREWATCH_TEST_STORE")})
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(Options{
			Sites: []Site{{Name: "s", Seeds: []string{base + "/job/0"}, Unpaced: true}}, Frontier: store, HTTP: newHTTP(t), Vault: &shelf{}, Workers: 4, Lease: time.Hour,
			Emit: func(_ context.Context, s []post.Sighting) error {
				for _, p := range s {
					fmt.Println("emitted", p.Capture.URL)
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Fatal(c.Run(context.Background())) // is killed before
	}
	var d diary
	hang := make(chan struct{})
	stuck := make(chan struct{}, n)
	var free atomic.Bool
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			return
		}
		i := 0
		fmt.Sscanf(r.URL.Path, "/job/%d", &i)
		if i%5 == 4 && !free.Load() {
			stuck <- struct{}{}
			select {
			case <-hang:
			case <-r.Context().Done():
			}
			return
		}
		fmt.Fprint(w, jobPage(i, fmt.Sprintf("/job/%d", (i+1)%n), fmt.Sprintf("/job/%d", (i*2+2)%n)))
	})
	defer close(hang)
	path := filepath.Join(t.TempDir(), "frontier.db")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestKilledCrawl$")
	cmd.Env = append(os.Environ(), "LUREWATCH_TEST_CRAWL="+srv.URL, "LUREWATCH_TEST_STORE="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-stuck:
	case <-time.After(30 * time.Second):
		t.Error("the other process did not get to a page that hangs")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	emitted := map[string]bool{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if u, ok := strings.CutPrefix(lines.Text(), "emitted "); ok {
			emitted[u] = true
		}
	}
	_ = cmd.Wait() // reports the kill
	first := len(emitted)
	free.Store(true)

	store, err := frontier.Open(frontier.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/job/0"}, Unpaced: true})
	r.opt.Frontier = store
	rep := r.run(t).Report()
	for _, s := range r.sink.posts {
		emitted[s.Capture.URL] = true
	}
	if len(emitted) != n {
		t.Errorf("%d pages were emitted by the two processes (%d by the first), want %d", len(emitted), first, n)
	}
	if rep.Pages >= n && first > 8 {
		t.Errorf("the second process fetched all %d pages again", rep.Pages)
	}
}

func TestBrowserModes(t *testing.T) {
	path, err := fetch.FindChromium("")
	if err != nil {
		if strings.Contains(os.Getenv("LUREWATCH_TEST_REQUIRE"), "chromium") {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/data":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"t":"Customer service agent in Poipet","d":"Free flight and accommodation, typing skills, no experience needed. Salary 1500 USD a month. Contact Telegram @example_hr"}`)
		default:
			io.WriteString(w, `<!doctype html><html><head><title>app</title></head><body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script>
fetch("/data").then(r => r.json()).then(j => {
  const s = document.createElement("script"); s.type = "application/ld+json";
  s.textContent = JSON.stringify({"@context": "https://schema.org", "@type": "JobPosting", title: j.t, description: j.d, datePosted: "2026-11-01", hiringOrganization: {"@type": "Organization", name: "X"}});
  document.head.append(s);
  document.getElementById("root").innerHTML = "<h1>" + j.t + "</h1><p>" + j.d + "</p>";
})</script></body></html>`)
		}
	})
	for _, mode := range []BrowserMode{BrowserOff, BrowserAuto, BrowserOn} {
		t.Run(string(mode), func(t *testing.T) {
			g, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: loopbackNet()})
			if err != nil {
				t.Fatal(err)
			}
			b, err := fetch.NewBrowser(fetch.BrowserOptions{Guard: g, UserAgent: testAgent, Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/app"}, Unpaced: true, MaxDepth: -1, Browser: mode})
			r.opt.Browser = b
			r.run(t)
			e := r.vault.puts[0]
			want := "browser"
			if mode == BrowserOff {
				want = "http"
			}
			if e.Capture.Method != want || (e.Browser != nil) != (want == "browser") || (e.HTTP != nil) != (mode != BrowserOn) {
				t.Errorf("method %q, http %v, browser %v", e.Capture.Method, e.HTTP != nil, e.Browser != nil)
			}
			if want == "browser" {
				if len(e.Browser.Screenshot) == 0 || e.Capture.Digest != post.DigestOf(e.Browser.DOM) {
					t.Error("no screenshot, or the digest is not the document's")
				}
				if len(r.sink.posts) != 1 || !strings.Contains(r.sink.posts[0].Post.Text, "Free flight") {
					t.Errorf("posts = %+v, want the one that scripts made", r.sink.posts)
				}
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	ok := Site{Name: "s", Seeds: []string{"https://a.test/"}}
	for name, fn := range map[string]func(*Options){
		"no sites":            func(o *Options) { o.Sites = nil },
		"no vault":            func(o *Options) { o.Vault = nil },
		"no emit":             func(o *Options) { o.Emit = nil },
		"no frontier":         func(o *Options) { o.Frontier = nil },
		"no fetcher":          func(o *Options) { o.HTTP = nil },
		"two of one name":     func(o *Options) { o.Sites = []Site{ok, ok} },
		"no name":             func(o *Options) { o.Sites[0].Name = "" },
		"odd name":            func(o *Options) { o.Sites[0].Name = "a b" },
		"no seed":             func(o *Options) { o.Sites[0].Seeds = nil },
		"seed is no URL":      func(o *Options) { o.Sites[0].Seeds = []string{"a.test"} },
		"unknown adapter":     func(o *Options) { o.Sites[0].Adapter = "nope" },
		"browser without one": func(o *Options) { o.Sites[0].Browser = BrowserOn },
		"odd browser mode":    func(o *Options) { o.Sites[0].Browser = "maybe" },
		"bad expression":      func(o *Options) { o.Sites[0].Include = []string{"("} },
		"bad host":            func(o *Options) { o.Sites[0].AllowHosts = []string{"http://a.test/"} },
		"bad product":         func(o *Options) { o.Product = "lure/1" },
		"negative pace":       func(o *Options) { o.Sites[0].Pace = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			s := ok
			r := newRig(t, s)
			fn(&r.opt)
			if _, err := New(r.opt); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestScope(t *testing.T) {
	s, err := newSite(Site{Name: "s", Seeds: []string{"https://www.a.test/"}}, source.Lookup, false)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := newSite(Site{Name: "s", Seeds: []string{"https://b.test/"}, AllowHosts: []string{"*.b.test", "c.test:8080"}}, source.Lookup, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		s    *site
		host string
		want bool
	}{
		{s, "www.a.test", true}, {s, "a.test", true}, {s, "jobs.a.test", false}, {s, "a.test:8080", false}, {s, "evila.test", false},
		{wide, "b.test", true}, {wide, "x.y.b.test", true}, {wide, "evilb.test", false}, {wide, "c.test:8080", true}, {wide, "c.test", false},
	} {
		if got := tt.s.inScope(tt.host); got != tt.want {
			t.Errorf("inScope(%s) = %v, want %v", tt.host, got, tt.want)
		}
	}
	for u, want := range map[string]bool{
		"https://a.test/jobs": true, "https://a.test/jobs.html": true, "https://a.test/a.PDF": false, "https://a.test/x.jpg?y=.html": false,
		"https://a.test/v1.2/jobs": true, "https://a.test/file.tar.gz": true, "https://a.test/": true,
	} {
		if got := s.wants(u, "a.test"); got != want {
			t.Errorf("wants(%s) = %v, want %v", u, got, want)
		}
	}
}

// counted counts claims.
type counted struct {
	frontier.Store
	claims atomic.Int32
}

func (c *counted) Claim(ctx context.Context, q frontier.Query) ([]frontier.Lease, error) {
	c.claims.Add(1)
	return c.Store.Claim(ctx, q)
}

// A delay beyond patience is neither shortened nor waited for in a busy loop.
func TestLongCrawlDelay(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: lurewatch\nCrawl-delay: 3600\n")
			return
		}
		fmt.Fprint(w, jobPage(0, "/1", "/2"))
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/", srv.URL + "/a", srv.URL + "/b"}, Unpaced: true})
	store := &counted{Store: r.opt.Frontier}
	r.opt.Frontier, r.opt.Patience, r.opt.Workers = store, 300*time.Millisecond, 1
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err = c.Run(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if n := len(d.all); n > 2 {
		t.Errorf("%d requests within seconds, the host asks for an hour between two", n)
	}
	if n := store.claims.Load(); n > 30 {
		t.Errorf("the frontier was asked %d times while there was nothing to do", n)
	}
	st, err := r.opt.Frontier.Stat(t.Context(), "s")
	if err != nil || st.Waiting+st.Outcomes["content"] < 3 || st.Leased != 0 {
		t.Errorf("frontier = %+v, %v: something was lost", st, err)
	}
}
