package crawler

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

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

// gap is the mean time between two requests: a busy machine delays one and not the
// next, which says nothing of when they were sent.
func (d *diary) gap() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.all)
	if n < 2 {
		return 0
	}
	return d.all[n-1].Sub(d.all[0]) / time.Duration(n-1)
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
