package crawler

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary notes when which path was asked for.
type diary struct {
	mu    sync.Mutex
	times map[string][]time.Time
	all   []time.Time
}

func (d *diary) note(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.times == nil {
		d.times = map[string][]time.Time{}
	}
	now := time.Now()
	d.times[path] = append(d.times[path], now)
	d.all = append(d.all, now)
	return len(d.times[path])
}

func (d *diary) count(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.times[path])
}

// gap is the shortest time between two requests.
func (d *diary) gap() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := time.Hour
	for i := 1; i < len(d.all); i++ {
		g = min(g, d.all[i].Sub(d.all[i-1]))
	}
	return g
}

// serve starts a site. The handler gets the number of the request for its path.
func serve(t testing.TB, d *diary, h func(w http.ResponseWriter, r *http.Request, n int)) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := d.note(r.URL.Path)
		if r.URL.Path != "/robots.txt" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		h(w, r, n)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func (r *rig) classes() map[string]post.Class {
	r.vault.mu.Lock()
	defer r.vault.mu.Unlock()
	out := map[string]post.Class{}
	for _, e := range r.vault.puts {
		u := e.Capture.URL
		out[u[strings.Index(u[8:], "/")+8:]] = e.Capture.Class
	}
	return out
}

func TestMuseumOfPages(t *testing.T) {
	var d diary
	paths := []string{"/ok", "/gone", "/login", "/challenge", "/flaky", "/down", "/busy", "/metadata", "/file", "/loop", "/away", "/secret", "/to-secret", "/picture", "/latin", "/empty", "/nul"}
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, n int) {
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /secret\n")
		case "/":
			fmt.Fprint(w, jobPage(0, paths...))
		case "/ok", "/target":
			fmt.Fprint(w, jobPage(1))
		case "/gone":
			w.WriteHeader(http.StatusGone)
			fmt.Fprint(w, "gone")
		case "/login":
			fmt.Fprint(w, `<form><input type="password"></form>`)
		case "/challenge":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<title>Just a moment...</title>")
		case "/flaky":
			if n < 3 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			fmt.Fprint(w, jobPage(2))
		case "/down":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, "broken")
		case "/busy":
			if n == 1 {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			fmt.Fprint(w, jobPage(3))
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusFound)
		case "/to-secret":
			http.Redirect(w, r, "/secret", http.StatusFound)
		case "/picture":
			w.Header().Set("Content-Type", "image/png")
			fmt.Fprint(w, "\x89PNG")
		case "/latin":
			w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
			fmt.Fprint(w, "<h1>Caf\xe9</h1>")
		case "/nul":
			fmt.Fprint(w, "<h1>a\x00b</h1>\x00\x00")
		}
	})
	r := newRig(t, Site{Name: "museum", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	c := r.run(t)
	want := map[string]post.Class{
		"/": post.ClassContent, "/ok": post.ClassContent, "/gone": post.ClassGone, "/login": post.ClassLogin, "/challenge": post.ClassChallenge,
		"/flaky": post.ClassContent, "/down": post.ClassError, "/busy": post.ClassContent, "/picture": "", "/latin": post.ClassContent,
		"/empty": post.ClassError, "/nul": post.ClassContent,
		// Redirects that are not followed are evidence too.
		"/metadata": post.ClassError, "/file": post.ClassError, "/loop": post.ClassError, "/away": post.ClassError, "/to-secret": post.ClassError,
	}
	got := r.classes()
	for path, class := range want {
		if path == "/picture" {
			class = post.ClassError
		}
		if got[path] != class {
			t.Errorf("%s was captured as %q, want %q", path, got[path], class)
		}
		delete(got, path)
	}
	if len(got) > 0 {
		t.Errorf("captured besides: %v", got)
	}
	if n := d.count("/secret"); n != 0 {
		t.Errorf("what robots.txt forbids was asked for %d times", n)
	}
	if n := d.count("/down"); n != 4 {
		t.Errorf("a failing page was tried %d times, want 4", n)
	}
	rep := c.Report()
	wantSkips := map[string]int64{outcomeRobots: 2, outcomeBlocked: 2, outcomeScope: 1, outcomeFailed: 1}
	for k, n := range wantSkips {
		if rep.Skipped[k] != n {
			t.Errorf("%d pages skipped as %s, want %d (%v)", rep.Skipped[k], k, n, rep.Skipped)
		}
	}
	if rep.Left != 0 {
		t.Errorf("%d pages left, want none", rep.Left)
	}
	// Only content speaks.
	for _, s := range r.sink.posts {
		if s.Capture.Class != post.ClassContent {
			t.Errorf("a post came from a capture of class %s", s.Capture.Class)
		}
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, n int) {
		switch {
		case r.URL.Path == "/robots.txt":
		case r.URL.Path == "/" && n == 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Fprint(w, jobPage(0))
		}
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/", srv.URL + "/other"}, Unpaced: true})
	r.opt.Workers = 1
	r.run(t)
	if n := d.count("/"); n != 2 {
		t.Fatalf("page was asked for %d times, want 2", n)
	}
	if wait := d.times["/"][1].Sub(d.times["/"][0]); wait < time.Second {
		t.Errorf("asked again after %v, want a second at least", wait)
	}
}

func TestPaceIsPerHost(t *testing.T) {
	const pace = 60 * time.Millisecond
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/0":
			http.Redirect(w, r, "/target", http.StatusFound)
		default:
			fmt.Fprint(w, jobPage(0, "/0", "/1", "/2"))
		}
	})
	// Two sites on one host share its pace, robots.txt and redirects included.
	r := newRig(t, Site{Name: "a", Seeds: []string{srv.URL + "/"}, Pace: pace}, Site{Name: "b", Seeds: []string{srv.URL + "/b"}, Pace: pace / 2})
	r.run(t)
	if len(d.all) < 8 {
		t.Fatalf("%d requests, want 8 at least", len(d.all))
	}
	if g := d.gap(); g < pace/2-15*time.Millisecond {
		t.Errorf("two requests came %v apart, want %v at least", g, pace/2)
	}
	r2 := newRig(t, Site{Name: "a", Seeds: []string{srv.URL + "/"}, Pace: pace})
	d = diary{}
	r2.run(t)
	if g := d.gap(); g < pace-15*time.Millisecond {
		t.Errorf("two requests came %v apart, want %v", g, pace)
	}
}

func TestCrawlDelaySlowsEvenAnUnpacedSite(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: *\nCrawl-delay: 0.2\n")
			return
		}
		fmt.Fprint(w, jobPage(0, "/1", "/2"))
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	r.run(t)
	if g := d.gap(); len(d.all) != 4 || g < 180*time.Millisecond {
		t.Errorf("%d requests, two of them %v apart, want 4 and 200 ms", len(d.all), g)
	}
}

// Colly's variables must not turn robots.txt off.
func TestRobotsAreObeyedWhateverTheEnvironment(t *testing.T) {
	t.Setenv("COLLY_IGNORE_ROBOTSTXT", "1")
	t.Setenv("COLLY_USER_AGENT", "evil")
	t.Setenv("COLLY_MAX_BODY_SIZE", "1")
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: *\nDisallow: /\n")
			return
		}
		fmt.Fprint(w, jobPage(0))
	})
	site := Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true}
	r := newRig(t, site)
	r.run(t)
	if n := d.count("/"); n != 0 {
		t.Errorf("a forbidden page was asked for %d times", n)
	}
	r = newRig(t, site)
	r.opt.IgnoreRobots = true
	r.run(t)
	if d.count("/") != 1 || d.count("/robots.txt") != 1 {
		t.Errorf("with the named setting: page asked for %d times, want 1", d.count("/"))
	}
}

func TestRobotsThatCannotBeAskedFor(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, jobPage(0))
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	c := r.run(t)
	if n := d.count("/"); n != 0 {
		t.Errorf("a page was asked for %d times although robots.txt failed", n)
	}
	if rep := c.Report(); rep.Left != 1 {
		t.Errorf("report = %+v, want 1 page left for the next run", rep)
	}
}

func TestTraps(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			return
		}
		day := 0
		fmt.Sscanf(r.URL.Query().Get("day"), "%d", &day)
		var links []string
		for i := range 50 {
			links = append(links, fmt.Sprintf("/cal?day=%d", day*50+i+1))
		}
		links = append(links, "x/x/x/x/x/x", "/deep/"+strings.Repeat("a/b/c/", 20))
		fmt.Fprint(w, jobPage(day, links...))
	})
	t.Run("depth and links", func(t *testing.T) {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: 2, MaxLinks: 5})
		c := r.run(t)
		if n := c.Report().Pages; n > 1+5+25 || n < 7 {
			t.Errorf("%d pages, want at most 31", n)
		}
	})
	t.Run("pages", func(t *testing.T) {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxPages: 40})
		c := r.run(t)
		if rep := c.Report(); rep.Pages != 40 || rep.Left == 0 {
			t.Errorf("%d pages and %d left, want 40 and some", rep.Pages, rep.Left)
		}
		// The next run goes on where this one stopped.
		before := r.vault.urls()
		r.vault.puts = nil
		r.run(t)
		for _, u := range r.vault.urls() {
			if slices.Contains(before, u) {
				t.Errorf("%s was fetched again", u)
			}
		}
	})
	t.Run("bytes", func(t *testing.T) {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxBytes: 20_000})
		r.opt.Workers = 1
		if rep := r.run(t).Report(); rep.Bytes < 20_000 || rep.Bytes > 40_000 {
			t.Errorf("%d bytes, want little over 20,000", rep.Bytes)
		}
	})
	t.Run("seeds only", func(t *testing.T) {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: -1})
		if rep := r.run(t).Report(); rep.Pages != 1 {
			t.Errorf("%d pages, want 1", rep.Pages)
		}
	})
	t.Run("include and exclude", func(t *testing.T) {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: 1, Include: []string{`/cal\?day=\d$`}, Exclude: []string{"day=3"}})
		if rep := r.run(t).Report(); rep.Pages != 1+8 {
			t.Errorf("%d pages, want 9", rep.Pages)
		}
	})
}

func TestClosedPort(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	dead := srv.URL
	srv.Close()
	r := newRig(t, Site{Name: "s", Seeds: []string{dead + "/"}, Unpaced: true})
	r.opt.IgnoreRobots = true
	c := r.run(t)
	if rep := c.Report(); rep.Pages != 0 || rep.Skipped[outcomeFailed] != 1 || rep.Failed != 3 {
		t.Errorf("report = %+v, want one page given up after 4 tries", rep)
	}
}

// broken panics on one page and lies on another.
type broken struct{}

func (broken) Name() string { return "broken" }

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
