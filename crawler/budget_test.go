package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/notebook"
)

func openBook(t testing.TB, path string, now func() time.Time) *notebook.Notebook {
	t.Helper()
	n, err := notebook.Open(notebook.Options{Path: path, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// noon is a clock that starts at noon, so that no day ends under a test, and may be
// moved.
func noonClock() (now func() time.Time, move func(time.Duration)) {
	start := time.Now()
	var skew atomic.Int64
	day := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return func() time.Time { return day.Add(time.Since(start) + time.Duration(skew.Load())) }, func(d time.Duration) { skew.Add(int64(d)) }
}

// A budget of the day holds over restarts, over sites' other bounds and over
// redirects, and begins anew at midnight.
func TestBudgetOfADay(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch {
		case r.URL.Path == "/robots.txt":
		case strings.HasPrefix(r.URL.Path, "/from/"):
			http.Redirect(w, r, "/to/"+r.URL.Path[6:], http.StatusFound)
		default:
			var links []string
			for i := range 30 {
				links = append(links, fmt.Sprintf("/from/%d", i))
			}
			fmt.Fprint(w, jobPage(len(r.URL.Path), links...))
		}
	})
	pages := func() int { return len(d.all) } // with those for robots.txt: each run asks anew
	now, move := noonClock()
	path := filepath.Join(t.TempDir(), "crawl.db")
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	run := func(budget, bytes int64) Report {
		t.Helper()
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxRequestsPerDay: budget, MaxBytesPerDay: bytes})
		book := openBook(t, path, now)
		defer book.Close()
		r.opt.Frontier, r.opt.Now, r.opt.Notebook, r.opt.Workers = store, now, book, 2
		return r.run(t).Report()
	}
	rep := run(7, 0)
	if n := pages(); n != 7 || rep.Left == 0 {
		t.Errorf("%d requests, %d left, want 7 and some", n, rep.Left)
	}
	if run(7, 0); pages() != 7 {
		t.Errorf("%d requests after a restart, want 7 still", pages())
	}
	if run(12, 0); pages() != 12 {
		t.Errorf("%d requests with a budget of 12, want 12", pages())
	}
	move(24 * time.Hour)
	if run(12, 0); pages() != 24 {
		t.Errorf("%d requests on the second day, want 24", pages())
	}
	move(24 * time.Hour)
	before := pages()
	if run(0, 20_000); pages()-before > 32 || pages() == before {
		t.Errorf("%d requests within 20,000 bytes", pages()-before)
	}
	book := openBook(t, path, now)
	if _, bytes, err := book.Spend(t.Context(), "s", notebook.Day(now()), 0, 0); err != nil || bytes < 20_000 || bytes > 20_000+2*8_000 {
		t.Errorf("%d bytes were received, %v, want 20,000 and what was under way", bytes, err)
	}
	if st, err := store.Stat(t.Context(), "s"); err != nil || st.Leased != 0 {
		t.Errorf("frontier = %+v, %v: a lease was not given back", st, err)
	}
}

// Two crawlers that share a notebook share the day.
func TestBudgetIsSharedByProcesses(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			var links []string
			for i := range 50 {
				links = append(links, fmt.Sprintf("/job/%d", i))
			}
			fmt.Fprint(w, jobPage(len(r.URL.Path), links...))
		}
	})
	now, _ := noonClock()
	path := filepath.Join(t.TempDir(), "crawl.db")
	var wg sync.WaitGroup
	for range 2 {
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxRequestsPerDay: 20})
		r.opt.Now, r.opt.Notebook = now, openBook(t, path, now)
		c, err := New(r.opt)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := c.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(d.all); n != 20 || d.count("/robots.txt") == 0 { // robots.txt counts too
		t.Errorf("%d requests by two crawlers, want 20", n)
	}
}

// Retry-After is obeyed as seconds and as a date, and bounded.
func TestRetryAfter(t *testing.T) {
	for name, tt := range map[string]struct {
		value    func(now time.Time) string
		from, to time.Duration
	}{
		"seconds":      {func(time.Time) string { return "7200" }, 7200 * time.Second, 7210 * time.Second},
		"a date":       {func(now time.Time) string { return now.Add(3 * time.Hour).Format(http.TimeFormat) }, 3*time.Hour - 2*time.Second, 3*time.Hour + 10*time.Second},
		"absurd":       {func(time.Time) string { return "99999999999" }, 24 * time.Hour, 24*time.Hour + 10*time.Second},
		"in the past":  {func(now time.Time) string { return now.Add(-time.Hour).Format(http.TimeFormat) }, time.Second, 30 * time.Second},
		"no number":    {func(time.Time) string { return "soon" }, time.Second, 30 * time.Second},
		"not a number": {func(time.Time) string { return "-5" }, time.Second, 30 * time.Second},
	} {
		for _, status := range []int{429, 503, 403} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				var d diary
				now, _ := noonClock()
				srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
					if r.URL.Path != "/robots.txt" {
						w.Header().Set("Retry-After", tt.value(now()))
						w.WriteHeader(status)
					}
				})
				r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
				store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				r.opt.Frontier, r.opt.Now, r.opt.Backoff, r.opt.Patience = store, now, 5*time.Second, 10*time.Millisecond
				if rep := r.run(t).Report(); rep.Left != 1 || d.count("/") != 1 {
					t.Errorf("asked %d times, %d left, want 1 and 1", d.count("/"), rep.Left)
				}
				next, ok, err := store.Next(t.Context(), []string{"s"})
				if wait := next.Sub(now()); err != nil || !ok || wait > tt.to || wait < tt.from-5*time.Second {
					t.Errorf("asked again after %v, %v, want %v to %v", wait, err, tt.from, tt.to)
				}
			})
		}
	}
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Second, time.Minute, time.Now)
		mustEnter := func(want bool, when string) func() {
			t.Helper()
			leave, ok := p.enter("h")
			if ok != want {
				t.Fatalf("%s: enter = %v, want %v", when, ok, want)
			}
			if leave == nil {
				leave = func() {}
			}
			return leave
		}
		fail := func() {
			time.Sleep(time.Until(p.failed("h", 0)))
		}
		for range breakAfter - 1 {
			fail()
		}
		a, b := mustEnter(true, "closed"), mustEnter(true, "closed, a second page")
		a()
		b()
		until := p.failed("h", 0)
		mustEnter(false, "open")
		time.Sleep(time.Until(until))
		leave := mustEnter(true, "half-open")
		mustEnter(false, "half-open, a second page")
		leave()
		leave = mustEnter(true, "half-open, the first page was given back")
		p.failed("h", 0)
		leave()
		mustEnter(false, "open again")
		n, open := p.note("h")
		if !open || n.Failures != breakAfter+1 {
			t.Errorf("note = %+v, %v", n, open)
		}
		time.Sleep(time.Until(n.Until))
		leave = mustEnter(true, "half-open again")
		if !p.worked("h") || p.worked("h") {
			t.Error("an answer closes the breaker, once")
		}
		leave()
		a, b = mustEnter(true, "closed again"), mustEnter(true, "closed again, a second page")
		a()
		b()
	})
}

// A host whose breaker is open is left alone after a restart too, even by a crawler
// with another frontier; then one page is tried, and the breaker closes.
func TestBreakerOutlivesARestart(t *testing.T) {
	var d diary
	var well atomic.Bool
	var at, most atomic.Int32
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			return
		}
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		if !well.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, jobPage(len(r.URL.Path)))
	})
	host := strings.TrimPrefix(srv.URL, "http://")
	now, move := noonClock()
	path := filepath.Join(t.TempDir(), "crawl.db")
	seeds := []string{}
	for i := range 12 {
		seeds = append(seeds, fmt.Sprintf("%s/%d", srv.URL, i))
	}
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	run := func(s frontier.Store) Report {
		t.Helper()
		r := newRig(t, Site{Name: "s", Seeds: seeds, Unpaced: true, MaxDepth: -1})
		r.opt.Frontier = s
		book := openBook(t, path, now)
		defer book.Close()
		r.opt.Now, r.opt.Notebook, r.opt.Backoff, r.opt.Patience, r.opt.MaxTries = now, book, 20*time.Millisecond, 400*time.Millisecond, 20
		return r.run(t).Report()
	}
	run(store)
	asked := len(d.all)
	if asked < breakAfter || asked > 40 {
		t.Fatalf("a dead host was asked %d times", asked)
	}
	notes, err := openBook(t, path, now).Notes(t.Context(), hostNotes)
	var n hostNote
	if err != nil || json.Unmarshal(notes[host], &n) != nil || n.Failures < breakAfter || !n.Until.After(now()) {
		t.Fatalf("notes = %s, %v", notes, err)
	}
	// Restarted at once, with the same frontier and with a new one.
	run(store)
	other, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	run(other)
	if len(d.all) != asked {
		t.Errorf("an open breaker was passed by %d requests after a restart", len(d.all)-asked)
	}
	well.Store(true)
	most.Store(0)
	move(time.Hour)
	if rep := run(store); rep.Pages != 12 {
		t.Errorf("%d pages after the host is well, want 12", rep.Pages)
	}
	if notes, err := openBook(t, path, now).Notes(t.Context(), hostNotes); err != nil || len(notes) != 0 {
		t.Errorf("notes = %s, %v, want none when the breaker is closed", notes, err)
	}
}

// While the breaker is half-open one page is under way, however many wait.
func TestHalfOpenAsksOnce(t *testing.T) {
	var d diary
	hang := make(chan struct{})
	came := make(chan struct{}, 100)
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			came <- struct{}{}
			<-hang
			fmt.Fprint(w, jobPage(1))
		}
	})
	var seeds []string
	for i := range 10 {
		seeds = append(seeds, fmt.Sprintf("%s/%d", srv.URL, i))
	}
	r := newRig(t, Site{Name: "s", Seeds: seeds, Unpaced: true, MaxDepth: -1})
	b, err := json.Marshal(hostNote{breakAfter, time.Now().Add(-time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	book := newMemory()
	if err := book.Note(t.Context(), hostNotes, strings.TrimPrefix(srv.URL, "http://"), b); err != nil {
		t.Fatal(err)
	}
	r.opt.Notebook = book
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	<-came
	select {
	case <-came:
		t.Error("a second page was asked for while the breaker is half-open")
	case <-time.After(300 * time.Millisecond):
	}
	close(hang)
	wg.Wait()
	if rep := c.Report(); rep.Pages != 10 {
		t.Errorf("%d pages, want 10", rep.Pages)
	}
}

// A redirect to a host that is left alone waits for that host, and does not count
// against the one that redirects.
func TestRedirectToAHostThatIsLeftAlone(t *testing.T) {
	var d, e diary
	other := serve(t, &e, func(w http.ResponseWriter, r *http.Request, _ int) { fmt.Fprint(w, "") })
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path != "/robots.txt" {
			http.Redirect(w, r, other.URL+"/", http.StatusFound)
		}
	})
	host := strings.TrimPrefix(other.URL, "http://")
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, AllowHosts: []string{strings.TrimPrefix(srv.URL, "http://"), host}, Unpaced: true})
	r.opt.Patience = 200 * time.Millisecond
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	c.pace.restore(host, hostNote{breakAfter, time.Now().Add(time.Hour)})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := c.Run(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if d.count("/") != 1 || e.count("/") != 0 {
		t.Errorf("asked %d and %d times, want 1 and 0", d.count("/"), e.count("/"))
	}
	if st, err := r.opt.Frontier.Stat(t.Context(), "s"); err != nil || st.Waiting != 1 || st.Leased != 0 {
		t.Errorf("frontier = %+v, %v", st, err)
	}
}

// Lists of a site are paid for out of its own day: robots.txt and sitemaps too.
func TestBudgetCountsRobotsAndSitemaps(t *testing.T) {
	for _, most := range []int64{1, 2, 3, 5} {
		var d diary
		srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
			switch r.URL.Path {
			case "/robots.txt":
				fmt.Fprint(w, "User-agent: *\nAllow: /\n")
			case "/sitemap.xml":
				fmt.Fprint(w, urlset("http://"+r.Host, "/job/1", "/job/2", "/job/3", "/job/4", "/job/5"))
			default:
				fmt.Fprint(w, jobPage(len(r.URL.Path)))
			}
		})
		now, _ := noonClock()
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Sitemaps: []string{"auto"}, Unpaced: true, MaxRequestsPerDay: most})
		book := openBook(t, filepath.Join(t.TempDir(), "crawl.db"), now)
		r.opt.Now, r.opt.Notebook, r.opt.Workers = now, book, 1
		rep := r.run(t).Report()
		if n := int64(len(d.all)); n != most || d.count("/robots.txt") != 1 || rep.Left == 0 {
			t.Errorf("a budget of %d: %d requests, %d of them for robots.txt, %d pages left", most, n, d.count("/robots.txt"), rep.Left)
		}
		if used, bytes, err := book.Spend(t.Context(), "s", notebook.Day(now()), 0, 0); err != nil || used != most || bytes == 0 {
			t.Errorf("a budget of %d: %d requests and %d bytes are noted, %v", most, used, bytes, err)
		}
	}
}
