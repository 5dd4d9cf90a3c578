package crawler

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/post"
)

func zipped(t testing.TB, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func urlset(base string, paths ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, p := range paths {
		path, mod, _ := strings.Cut(p, "@")
		fmt.Fprintf(&b, "<url><loc>%s%s</loc><lastmod>%s</lastmod></url>", base, path, mod)
	}
	return b.String() + "</urlset>"
}

func sitemapIndex(base string, paths ...string) string {
	var b strings.Builder
	for _, p := range paths {
		fmt.Fprintf(&b, "<sitemap><loc>%s%s</loc></sitemap>", base, p)
	}
	return "<sitemapindex>" + b.String() + "</sitemapindex>"
}

// TestSitemaps: pages that nothing links to are found through indexes, packed files
// and files of other names; what is out of scope, excluded or forbidden is not.
func TestSitemaps(t *testing.T) {
	var d diary
	base := ""
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprintf(w, "User-agent: *\nDisallow: /secret\nSitemap: %s/maps/index.xml\nSitemap: /plain.txt\nSitemap: https://elsewhere.test/map.xml\nSitemap: /feed.rss\nSitemap: /soft404.xml\nSitemap: /gone.xml", base)
		case "/maps/index.xml":
			fmt.Fprint(w, sitemapIndex(base, "/maps/a.xml.gz", "/maps/deep.php?page=1", "/maps/index.xml", "/secret/map.xml")+"<!-- -->")
		case "/maps/a.xml.gz":
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Write(zipped(t, urlset(base, "/job/1", "/job/2", "/secret/3", "/skip/4", "/x.jpg")+urlset("https://elsewhere.test", "/job/9")))
		case "/maps/deep.php":
			fmt.Fprint(w, sitemapIndex(base, "/maps/evil.xml"))
		case "/maps/evil.xml":
			fmt.Fprintf(w, `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>%s`, strings.ReplaceAll(urlset(base, "/job/5", "/bad/&f;&b;"), "<?xml version=\"1.0\"?>", ""))
		case "/plain.txt":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprintf(w, "%s/job/6\n%s/job/7\n", base, base)
		case "/feed.rss":
			w.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprintf(w, `<rss><channel><item><title>Driver wanted in Poipet</title><link>%s/job/8</link><description>Salary 900 USD, free room. Call now.</description></item></channel></rss>`, base)
		case "/soft404.xml":
			fmt.Fprint(w, "<html><body><h1>Nothing here</h1></body></html>")
		case "/gone.xml":
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, jobPage(len(r.URL.Path)))
		}
	})
	base = srv.URL
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Exclude: []string{"/skip/"}, Sitemaps: []string{"auto"}})
	c := r.run(t)
	for _, p := range []string{"/job/1", "/job/2", "/job/5", "/job/6", "/job/7", "/job/8", "/"} {
		if d.count(p) != 1 {
			t.Errorf("%s was asked for %d times, want 1", p, d.count(p))
		}
	}
	for _, p := range []string{"/secret/3", "/secret/map.xml", "/skip/4", "/x.jpg", "/job/9", "/sitemap.xml"} {
		if d.count(p) != 0 {
			t.Errorf("%s was asked for", p)
		}
	}
	for _, e := range r.vault.puts {
		if u := e.Capture.URL; strings.Contains(u, "/maps/") || strings.HasSuffix(u, ".txt") || strings.Contains(u, "404") {
			t.Errorf("%s is in the vault: a list is no evidence", u)
		}
	}
	if rep := c.Report(); rep.Left != 0 || rep.Skipped["robots"] != 2 {
		t.Errorf("report = %+v, want none left and 2 forbidden", rep)
	}
	var feed bool
	for _, s := range r.sink.posts {
		feed = feed || s.Post.Title == "Driver wanted in Poipet"
	}
	if !feed {
		t.Error("a feed that robots.txt calls a sitemap gave no post")
	}
}

func TestSitemapSettings(t *testing.T) {
	var d diary
	base := ""
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/sitemap.xml":
			fmt.Fprint(w, urlset(base, "/job/1"))
		case "/own.xml":
			fmt.Fprint(w, urlset(base, "/job/2"))
		default:
			fmt.Fprint(w, jobPage(1, "/sitemap.xml"))
		}
	})
	base = srv.URL
	for name, tt := range map[string]struct {
		maps []string
		one  int // visits of /job/1
		two  int
	}{
		"auto asks the usual place": {[]string{"auto"}, 1, 0},
		"off reads none":            {[]string{"off"}, 0, 0},
		"a list is read":            {[]string{base + "/own.xml"}, 1, 1}, // and a link to a sitemap is followed
		"both":                      {[]string{"auto", base + "/own.xml"}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d.times = nil
			r := newRig(t, Site{Name: "s", Seeds: []string{base + "/"}, Unpaced: true, Sitemaps: tt.maps, MaxDepth: 2})
			r.run(t)
			if tt.maps[0] == "off" {
				tt.one = d.count("/job/1") // the page links to it: then it is a page like others
			}
			if d.count("/job/1") != tt.one || d.count("/job/2") != tt.two {
				t.Errorf("visits %d and %d, want %d and %d", d.count("/job/1"), d.count("/job/2"), tt.one, tt.two)
			}
		})
	}
	for name, maps := range map[string][]string{
		"out of scope": {"https://elsewhere.test/sitemap.xml"}, "no address": {"sitemap.xml"}, "off and on": {"off", "auto"},
	} {
		r := newRig(t, Site{Name: "s", Seeds: []string{base + "/"}, Sitemaps: maps})
		if _, err := New(r.opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A host whose sitemaps name ever more sitemaps is left after a number of them.
func TestSitemapsAreBounded(t *testing.T) {
	var d diary
	base := ""
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/robots.txt" {
			return
		}
		var kids []string
		for i := range 20 {
			kids = append(kids, fmt.Sprintf("%s/%d.xml", strings.TrimSuffix(r.URL.Path, ".xml"), i))
		}
		fmt.Fprint(w, sitemapIndex(base, kids...))
	})
	base = srv.URL
	r := newRig(t, Site{Name: "s", Seeds: []string{base + "/none"}, Unpaced: true, Sitemaps: []string{"auto"}, MaxSitemaps: 30, MaxDepth: -1})
	r.run(t)
	if n := len(d.all); n > 33 { // robots.txt, the seed and 30 sitemaps
		t.Errorf("%d requests, want at most 30 sitemaps", n)
	}
}

func TestBigSitemap(t *testing.T) {
	n := 50_000 // as many as one file may list
	if underRace {
		n = 5_000
	}
	var d diary
	var body []byte
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/sitemap.xml":
			w.Write(body)
		default:
			fmt.Fprint(w, jobPage(1))
		}
	})
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("/job/%d@%s", i, time.Now().Add(-time.Duration(n-i)*time.Minute).Format(time.RFC3339))
	}
	body = zipped(t, urlset(srv.URL, paths...))
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Sitemaps: []string{"auto"}, MaxPages: 20})
	r.opt.Workers = 1
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // with -race, on a busy machine
	defer cancel()
	if err := c.Run(ctx); err != nil {
		t.Fatal(err)
	}
	st, err := r.opt.Frontier.Stat(t.Context(), "s")
	if err != nil || st.Known != int64(n)+2 {
		t.Errorf("%d URLs known, %v, want %d", st.Known, err, n+2)
	}
	// Those that changed last are at the end of the file, and half of the turns of a
	// host go to them, in their order.
	for i := n - 8; i < n; i++ {
		if p := fmt.Sprintf("/job/%d", i); d.count(p) != 1 {
			t.Errorf("%s, among the last changed, was asked for %d times, want 1", p, d.count(p))
		}
	}
}

// In a service, a sitemap that is read again makes due what changed since, and
// nothing else.
func TestSitemapMakesDueWhatChanged(t *testing.T) {
	var d diary
	var skew, second atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
	base := ""
	old := time.Now().Add(-30 * 24 * time.Hour).Format(time.RFC3339)
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/sitemap.xml":
			mod, paths := old, []string{"/job/1@" + old}
			if second.Load() == 1 {
				mod = now().Format(time.RFC3339)
				paths = append(paths, "/job/3@"+mod)
			}
			fmt.Fprint(w, urlset(base, append(paths, "/job/2@"+mod)...))
		default:
			fmt.Fprint(w, jobPage(1))
		}
	})
	base = srv.URL
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Recrawl: time.Hour, Sitemaps: []string{"auto"}})
	r.opt.Frontier, r.opt.Now, r.opt.Service = store, now, true
	until := func(pages int64) {
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
			t.Fatalf("run: %v", err)
		}
	}
	until(3)
	for _, p := range []string{"/job/1", "/job/2"} {
		if d.count(p) != 1 {
			t.Fatalf("%s was asked for %d times", p, d.count(p))
		}
	}
	second.Store(1)
	skew.Store(int64(50 * time.Minute)) // before any page is due for its own sake
	// The sitemap's own visit is moved up, as an operator can.
	if _, err := store.Add(t.Context(), []frontier.Entry{{Site: "s", URL: base + "/sitemap.xml", Round: 1, Depth: -1, Fast: true, Changed: now()}}); err != nil {
		t.Fatal(err)
	}
	until(2)
	if d.count("/job/1") != 1 || d.count("/job/2") != 2 || d.count("/job/3") != 1 {
		t.Errorf("visits %d, %d, %d, want 1 (not changed), 2 (changed), 1 (new)", d.count("/job/1"), d.count("/job/2"), d.count("/job/3"))
	}
}
