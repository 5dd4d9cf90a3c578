package crawler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

func TestLessons(t *testing.T) {
	const u = "https://a.test/app/1"
	x := newLessons()
	step := func(helped bool, want string, wantChange bool) {
		t.Helper()
		if _, do, changed := x.learn(u, helped); do != want || changed != wantChange {
			t.Errorf("learn(%v) = %q, changed %v, want %q, %v", helped, do, changed, want, wantChange)
		}
	}
	if x.direct(u) || !x.worth(u) {
		t.Error("a new shape is fetched plainly first, then rendered")
	}
	for i := range helpsAfter {
		do := map[bool]string{true: renderAlways}[i == helpsAfter-1]
		step(true, do, do != "")
	}
	plain := 0
	for range 2 * probePlain {
		if !x.direct("https://a.test/app/77") { // another page of the shape
			plain++
		}
	}
	if plain != 2 || x.direct("https://a.test/other/1") {
		t.Errorf("%d of %d pages were looked at plainly, want 2", plain, 2*probePlain)
	}
	for i := range uselessAfter { // the browser finds nothing any more
		do := map[bool]string{true: renderAsk, false: renderAlways}[i == uselessAfter-1]
		step(false, do, do == renderAsk)
	}
	for i := range uselessAfter {
		do := map[bool]string{true: renderNever}[i == uselessAfter-1]
		step(false, do, do != "")
	}
	rendered := 0
	for range 3 * probeRender {
		if x.worth(u) {
			rendered++
		}
	}
	if rendered != 3 {
		t.Errorf("%d of %d pages were rendered, want 3", rendered, 3*probeRender)
	}
	step(true, renderAsk, true)
}

// asHTTP stands for a browser where only the choice of the fetcher matters: it asks
// the same site under another path, as scripts would.
type asHTTP struct {
	*fetch.HTTP
	n *atomic.Int32
}

func (b asHTTP) Fetch(ctx context.Context, q fetch.Request) (*fetch.Result, error) {
	b.n.Add(1)
	ask := q
	ask.URL = strings.Replace(q.URL, "/p/", "/rendered/", 1)
	res, err := b.HTTP.Fetch(ctx, ask)
	if err != nil {
		return nil, err
	}
	res.URL, res.FinalURL, res.DOM = q.URL, q.URL, res.Body
	return res, nil
}

const shell = `<!doctype html><html><head><title>app</title></head><body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script>1</script></body></html>`

// TestRenderingIsLearnt crawls pages that only the browser can read and pages that it
// cannot read either, twice: the second run begins with what the first one learnt.
func TestRenderingIsLearnt(t *testing.T) {
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch p := r.URL.Path; {
		case p == "/robots.txt":
		case strings.HasPrefix(p, "/p/help"), strings.HasSuffix(p, "/empty"), strings.HasPrefix(p, "/p/"):
			fmt.Fprint(w, shell)
		case strings.HasPrefix(p, "/rendered/help"):
			fmt.Fprint(w, jobPage(len(p)))
		default:
			fmt.Fprint(w, shell)
		}
	})
	path := filepath.Join(t.TempDir(), "crawl.db")
	run := func() (plainHelp, rendered, useless int, said string) {
		var b atomic.Int32
		var log strings.Builder
		var seeds []string
		for i := range 20 {
			seeds = append(seeds, fmt.Sprintf("%s/p/help?id=%d", srv.URL, i), fmt.Sprintf("%s/p/none/%d", srv.URL, i))
		}
		r := newRig(t, Site{Name: "s", Seeds: seeds, Unpaced: true, Browser: BrowserAuto, MaxDepth: -1})
		book := openBook(t, path, time.Now)
		defer book.Close()
		r.opt.Browser, r.opt.Workers, r.opt.Notebook = asHTTP{newHTTP(t), &b}, 1, book
		r.opt.Log = slog.New(slog.NewTextHandler(&log, nil))
		d.times = nil
		r.run(t)
		if n := len(r.sink.posts); n != 20 {
			t.Errorf("%d posts, want 20", n)
		}
		for p, times := range d.times {
			switch {
			case p == "/p/help":
				plainHelp += len(times)
			case strings.HasPrefix(p, "/rendered/help"):
				rendered += len(times)
			case strings.HasPrefix(p, "/rendered/none"):
				useless += len(times)
			}
		}
		return plainHelp, rendered, useless, log.String()
	}
	plain, rendered, useless, said := run()
	if plain != helpsAfter || rendered != 20 || useless != uselessAfter {
		t.Errorf("first run: %d plain, %d rendered, %d rendered in vain, want %d, 20, %d", plain, rendered, useless, helpsAfter, uselessAfter)
	}
	if !strings.Contains(said, "rendering helps") || !strings.Contains(said, "gives nothing more") {
		t.Errorf("the log does not say what was learnt:\n%s", said)
	}
	plain, rendered, useless, _ = run()
	if plain != 0 || rendered != 20 || useless > 1 {
		t.Errorf("second run: %d plain, %d rendered, %d in vain, want 0, 20 and at most 1", plain, rendered, useless)
	}
}

// The same with Chromium.
func TestRenderingIsLearntWithChromium(t *testing.T) {
	path := realtest.Chromium(t)
	var d diary
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch {
		case r.URL.Path == "/robots.txt":
		case strings.HasPrefix(r.URL.Path, "/data"):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"d":"Free flight and accommodation, typing skills, no experience needed. Salary 1500 USD a month. Contact Telegram @example_hr"}`)
		default:
			fmt.Fprint(w, strings.Replace(shell, "<script>1</script>", `<script>fetch("/data").then(r => r.json()).then(j => {
  const s = document.createElement("script"); s.type = "application/ld+json";
  s.textContent = JSON.stringify({"@context": "https://schema.org", "@type": "JobPosting", title: "Customer service " + location.pathname, description: j.d, datePosted: "2026-11-01", hiringOrganization: {"@type": "Organization", name: "X"}});
  document.head.append(s);
  document.getElementById("root").innerHTML = "<h1>Customer service</h1><p>" + j.d + "</p>";
})</script>`, 1))
		}
	})
	g, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: loopbackNet()})
	if err != nil {
		t.Fatal(err)
	}
	b, err := fetch.NewBrowser(fetch.BrowserOptions{Guard: g, UserAgent: testAgent, Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var seeds []string
	const n = helpsAfter + 3
	for i := range n {
		seeds = append(seeds, fmt.Sprintf("%s/app/%d", srv.URL, i))
	}
	r := newRig(t, Site{Name: "s", Seeds: seeds, Unpaced: true, MaxDepth: -1, Browser: BrowserAuto})
	r.opt.Browser, r.opt.Workers = b, 1
	r.run(t)
	both := 0
	for _, e := range r.vault.puts {
		if e.HTTP != nil && e.Browser != nil {
			both++
		}
	}
	if len(r.sink.posts) != n || len(r.vault.puts) != n || both != helpsAfter {
		t.Errorf("%d posts of %d pages, %d of them fetched plainly first, want %d, %d, %d", len(r.sink.posts), len(r.vault.puts), both, n, n, helpsAfter)
	}
}
