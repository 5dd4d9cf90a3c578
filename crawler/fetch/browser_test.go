package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// needChromium skips a test without a browser, and fails it where one is required.
func needChromium(t *testing.T) {
	t.Helper()
	if _, err := FindChromium(""); err != nil {
		if strings.Contains(os.Getenv("LUREWATCH_TEST_REQUIRE"), "chromium") {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func newTestBrowser(t *testing.T, opt BrowserOptions) *Browser {
	t.Helper()
	needChromium(t)
	if opt.Guard == nil {
		opt.Guard = loopback(t)
	}
	opt.UserAgent = testAgent
	b, err := NewBrowser(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// stage is a site for browser tests; other counts requests to a second port.
func stage(t *testing.T) (base, other string, hits *atomic.Int32) {
	t.Helper()
	hits = new(atomic.Int32)
	second := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		fmt.Fprint(w, "secret of the second port")
	}))
	t.Cleanup(second.Close)
	pages := map[string]string{
		"/script":  `<!doctype html><title>x</title><div id=a></div><script>document.getElementById("a").innerHTML = "<p>" + ["made", "by", "script"].join("-") + "</p>"</script>`,
		"/later":   `<!doctype html><div id=a></div><script>fetch("/data").then(r => r.text()).then(t => { document.getElementById("a").textContent = "loaded:" + t })</script>`,
		"/data":    "from-the-network",
		"/alert":   `<!doctype html><p>before</p><script>for (let i = 0; i < 5; i++) alert("number " + i); document.body.append("after-alerts")</script>`,
		"/alerts":  `<!doctype html><p>standing</p><script>for (;;) alert("again")</script>`,
		"/forever": `<!doctype html><p>standing</p><script>for (;;) {}</script>`,
		"/waits":   `<!doctype html><p>standing</p><script>for (;;) { const x = new XMLHttpRequest(); x.open("GET", "/slow", false); try { x.send() } catch (e) {} }</script>`,
		"/framed":  `<!doctype html><p>standing</p><script>const f = document.createElement("iframe"); document.body.append(f); delete f.contentWindow.alert; for (;;) f.contentWindow.alert("again")</script>`,
		"/asks":    `<!doctype html><script>alert = () => "mine"; document.write("<p>" + alert() + confirm("sure?") + prompt("what?") + "</p>")</script>`,
		"/grow":    `<!doctype html><p>standing</p><script>let s = "x"; while (s.length < 1 << 23) s += s; document.body.append(s)</script>`,
		"/popup":   `<!doctype html><p>opener</p><script>window.open("/opened"); window.open("` + second.URL + `/popup")</script>`,
		"/ssrf":    `<!doctype html><p id=a>start</p><img src="` + second.URL + `/img"><iframe src="` + second.URL + `/frame"></iframe><script>fetch("` + second.URL + `/fetch").then(r => r.text()).then(t => { document.getElementById("a").textContent = t }, e => { document.getElementById("a").textContent = "refused" }); new WebSocket("` + strings.Replace(second.URL, "http", "ws", 1) + `/ws"); navigator.sendBeacon("` + second.URL + `/beacon")</script>`,
		"/away":    `<!doctype html><p>leaving</p><script>location = "` + second.URL + `/away"</script>`,
		"/lies":    `<!doctype html><p>true</p><script>Object.defineProperty(Element.prototype, "outerHTML", {get() { return "<p>a lie</p>" }})</script>`,
		"/tall":    `<!doctype html><div style="height: 50000px; background: red"></div>`,
		"/cookie":  `<!doctype html><p id=a></p><script>document.getElementById("a").textContent = "had:" + document.cookie; document.cookie = "k=v"</script>`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hop":
			http.Redirect(w, r, "/script", http.StatusFound)
		case "/out":
			http.Redirect(w, r, second.URL+"/out", http.StatusFound)
		case "/download":
			w.Header().Set("Content-Disposition", "attachment; filename=x.exe")
			w.Write([]byte("MZ"))
		case "/slow":
			<-r.Context().Done()
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<p>not here</p>")
		default:
			body, ok := pages[r.URL.Path]
			if !ok {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, body)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, second.URL, hits
}

func TestBrowserReadsPages(t *testing.T) {
	base, _, _ := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second, MaxHeight: 3000, Tabs: 4})
	tests := map[string]struct {
		path, want string
		status     int
	}{
		"a page that exists only after scripts ran": {"/script", "<p>made-by-script</p>", 200},
		"a page that loads its text":                {"/later", "loaded:from-the-network", 200},
		"a few alerts are dismissed":                {"/alert", "after-alerts", 200},
		"endless alerts are stopped":                {"/alerts", "<p>standing</p>", 200},
		"endless alerts of a frame are stopped":     {"/framed", "<p>standing</p>", 200},
		"an endless script is stopped":              {"/forever", "<p>standing</p>", 200},
		"a script that waits for the host for ever": {"/waits", "<p>standing</p>", 200},
		"dialogs answer no, and can be replaced":    {"/asks", "<p>minefalsenull</p>", 200},
		"a redirect":                                {"/hop", "made-by-script", 200},
		"a page that is not there":                  {"/missing", "not here", 404},
		"a page that lies about its document":       {"/lies", "<p>true</p>", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := b.Fetch(t.Context(), Request{URL: base + tt.path})
			if err != nil {
				t.Fatal(err)
			}
			if res.Status != tt.status || !bytes.Contains(res.DOM, []byte(tt.want)) {
				t.Errorf("status %d, document %.300q, want %d and %q in it", res.Status, res.DOM, tt.status, tt.want)
			}
			if bytes.Contains(res.DOM, []byte("a lie")) && tt.path == "/lies" && !bytes.Contains(res.DOM, []byte("<p>true</p>")) {
				t.Error("the page's own outerHTML was believed")
			}
			img, err := png.Decode(bytes.NewReader(res.Screenshot))
			if err != nil {
				t.Fatalf("screenshot: %v", err)
			}
			if img.Bounds().Dx() != 1280 || img.Bounds().Dy() > 3000 {
				t.Errorf("screenshot is %v, want 1280 wide and at most 3000 high", img.Bounds())
			}
			if len(res.Hops) == 0 || !res.Hops[len(res.Hops)-1].Made || !bytes.HasPrefix(res.Hops[len(res.Hops)-1].Response, []byte("HTTP/1.1 ")) {
				t.Errorf("hops = %+v, want the made exchange", res.Hops)
			}
			if tt.path == "/hop" && (len(res.Hops) != 2 || res.FinalURL != base+"/script") {
				t.Errorf("%d hops to %s, want 2 to /script", len(res.Hops), res.FinalURL)
			}
		})
	}
	t.Run("a tall page is cut in the picture", func(t *testing.T) {
		res, err := b.Fetch(t.Context(), Request{URL: base + "/tall"})
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.DecodeConfig(bytes.NewReader(res.Screenshot))
		if err != nil || img.Height != 3000 {
			t.Errorf("screenshot is %d high, %v, want 3000", img.Height, err)
		}
	})
	t.Run("a huge document is cut", func(t *testing.T) {
		b := newTestBrowser(t, BrowserOptions{Timeout: 2 * time.Minute, MaxHeight: 1000}) // laying it out takes a slow machine long
		res, err := b.Fetch(t.Context(), Request{URL: base + "/grow", MaxBody: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.DOM) > 1<<20 || res.Truncated != TruncatedLength {
			t.Errorf("document of %d bytes, truncated %q, want at most 1 MiB and %q", len(res.DOM), res.Truncated, TruncatedLength)
		}
	})
	t.Run("nothing is kept between pages", func(t *testing.T) {
		for range 2 {
			res, err := b.Fetch(t.Context(), Request{URL: base + "/cookie"})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(res.DOM, []byte(">had:<")) {
				t.Errorf("document = %q, want no cookie", res.DOM)
			}
		}
	})
	t.Run("a download is no page", func(t *testing.T) {
		if res, err := b.Fetch(t.Context(), Request{URL: base + "/download"}); err == nil {
			t.Errorf("no error, document %q", res.DOM)
		}
	})
}

// narrow allows one loopback port only: the guard's networks have no ports, so the
// second server listens on another loopback address.
func narrow(t *testing.T) *Guard {
	t.Helper()
	g, err := NewGuard(GuardOptions{AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestBrowserReachesNothingElse(t *testing.T) {
	var hits atomic.Int32
	ln, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	second := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		fmt.Fprint(w, "secret")
	}))
	second.Listener.Close()
	second.Listener = ln
	second.Start()
	defer second.Close()
	page := func(target string) string {
		return strings.ReplaceAll(`<!doctype html><p id=a>start</p><img src="T/img"><iframe src="T/frame"></iframe><link rel=preconnect href="T"><script>
fetch("T/fetch").then(r => r.text()).then(t => { document.getElementById("a").textContent = "got " + t }, e => { document.getElementById("a").textContent = "refused" });
try { new WebSocket("T/ws".replace("http", "ws")) } catch (e) {}
navigator.sendBeacon("T/beacon"); window.open("T/popup"); new EventSource("T/es");
navigator.serviceWorker && navigator.serviceWorker.register("/sw.js").catch(() => {});
</script>`, "T", target)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/out":
			http.Redirect(w, r, second.URL+"/out", http.StatusFound)
			return
		case "/away":
			fmt.Fprintf(w, `<!doctype html><script>location = %q</script>`, second.URL+"/away")
			return
		case "/sw.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, `self.addEventListener("install", e => e.waitUntil(fetch(%q)))`, second.URL+"/sw")
			return
		}
		w.Header().Set("Content-Type", "text/html")
		target := second.URL
		switch r.URL.Path {
		case "/named":
			target = "http://127.0.0.2.nip.test:" + port
		case "/number":
			target = "http://2130706434:" + port
		case "/mapped":
			target = "http://[::ffff:127.0.0.2]:" + port
		}
		fmt.Fprint(w, page(target))
	}))
	defer srv.Close()
	b := newTestBrowser(t, BrowserOptions{Guard: narrow(t), Timeout: 8 * time.Second})
	for _, path := range []string{"/", "/named", "/number", "/mapped"} {
		res, err := b.Fetch(t.Context(), Request{URL: srv.URL + path})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if !bytes.Contains(res.DOM, []byte(">refused</p>")) {
			t.Errorf("%s: document = %.300q, want the fetch refused", path, res.DOM)
		}
	}
	for _, path := range []string{"/out", "/away"} {
		res, err := b.Fetch(t.Context(), Request{URL: srv.URL + path})
		if _, ok := errors.AsType[*BlockedError](err); !ok {
			t.Errorf("%s: error = %v (result %+v), want a refused address", path, err, res)
		}
	}
	if _, err := b.Fetch(t.Context(), Request{URL: second.URL}); err == nil {
		t.Error("a page on a refused address was fetched")
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the refused address was reached %d times", n)
	}
}

func TestBrowserAsksBeforeItFollows(t *testing.T) {
	base, _, hits := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 8 * time.Second})
	no := errors.New("not in scope")
	for _, path := range []string{"/out", "/away"} {
		var mu sync.Mutex
		var asked []string
		_, err := b.Fetch(t.Context(), Request{URL: base + path, Allow: func(_ context.Context, u *url.URL) error {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, u.Path)
			return no
		}})
		if !errors.Is(err, no) || !slices.Equal(asked, []string{path}) {
			t.Errorf("%s: error = %v after asking for %q, want the refusal after one question", path, err, asked)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("a refused target was reached %d times", n)
	}
}

func TestBrowserOpensNoPopups(t *testing.T) {
	base, _, hits := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 8 * time.Second})
	res, err := b.Fetch(t.Context(), Request{URL: base + "/popup"})
	if err != nil || !bytes.Contains(res.DOM, []byte("opener")) {
		t.Fatalf("fetch: %v, document %q", err, res.DOM)
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("a popup was loaded %d times", n)
	}
}

// processes counts those of browser profiles of this test's making.
func processes(t *testing.T, profiles []string) int {
	t.Helper()
	n := 0
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		t.Skip("no /proc to count processes in")
	}
	for _, f := range files {
		line, err := os.ReadFile(f)
		if err != nil {
			continue // ended meanwhile
		}
		for _, p := range profiles {
			if bytes.Contains(line, []byte(p)) {
				n++
				break
			}
		}
	}
	return n
}

func profiles(b *Browser) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for c := range b.all {
		out = append(out, c.profile)
	}
	return out
}

func TestCancelledPagesLeaveNoProcess(t *testing.T) {
	base, _, _ := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 20 * time.Second, Tabs: 4})
	if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil {
		t.Fatal(err)
	}
	ours := profiles(b)
	before := processes(t, ours)
	if before == 0 {
		t.Fatal("no browser process found while one runs: the count is wrong")
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
			defer cancel()
			path := []string{"/slow", "/forever", "/alerts", "/script"}[i%4]
			if _, err := b.Fetch(ctx, Request{URL: base + path}); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: error = %v, want the deadline's", path, err)
			}
		})
	}
	wg.Wait()
	// The browser still works after that.
	if res, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil || !bytes.Contains(res.DOM, []byte("made-by-script")) {
		t.Errorf("after cancelled pages: %v", err)
	}
	if after := processes(t, ours); after > before+4 {
		t.Errorf("%d browser processes after 20 cancelled pages, %d before", after, before)
	}
	ours = append(ours, profiles(b)...)
	b.Close()
	if n := processes(t, ours); n != 0 {
		t.Errorf("%d browser processes after close", n)
	}
	for _, p := range ours {
		if _, err := os.Stat(p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("profile %s is left behind", p)
		}
	}
	if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err == nil {
		t.Error("a closed browser fetched")
	}
}

func TestBrowserIsReplaced(t *testing.T) {
	base, _, _ := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 10 * time.Second, Recycle: 2})
	seen := map[string]bool{}
	for range 5 {
		if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil {
			t.Fatal(err)
		}
		for _, p := range profiles(b) {
			seen[p] = true
		}
	}
	if len(seen) != 3 {
		t.Errorf("5 pages used %d browsers, want 3 with 2 pages each", len(seen))
	}
	if h := b.Health(); h.Starts != 3 || h.Replaced[ReplacedPages] != 2 || h.Pages != 5 || h.Broken != "" {
		t.Errorf("health %+v", h)
	}
	// One that dies is replaced too.
	b.mu.Lock()
	c := b.cur
	b.mu.Unlock()
	if c != nil {
		c.kill()
	}
	if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil {
		t.Errorf("after a crash: %v", err)
	}
}
