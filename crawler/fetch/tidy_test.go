package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// board is a page that brings twenty more posts each time its end comes into view,
// until it has so many; every post says where it stands.
func board(posts int) string {
	return fmt.Sprintf(`<!doctype html><title>board</title><div id=list></div><p id=end>loading</p><script>
let n = 0, busy = false;
async function more() {
  if (busy || n >= %d) return;
  busy = true;
  await fetch("/more?from=" + n);
  for (let i = 0; i < 20; i++) { const d = document.createElement("div"); d.style.height = "150px"; d.textContent = "post-" + n++; list.append(d) }
  busy = false;
  if (n >= %[1]d) end.textContent = "that was all"; else watch();
}
function watch() { o.unobserve(end); o.observe(end) }
const o = new IntersectionObserver(es => { if (es.some(e => e.isIntersecting)) more() });
watch();
</script>`, posts)
}

// banner is a page with an article and something over it. What is clicked says so
// in the document.
func banner(over string) string {
	return `<!doctype html><title>x</title><article><h1>Customer service, Bavet</h1><p>flight paid</p><button onclick="mark('article')">Accept</button></article>` +
		`<script>function mark(s) { const p = document.createElement("p"); p.textContent = "clicked-" + s; document.body.append(p) }</script>` + over
}

// documentHas holds a document against what must stand in it, and what must not.
func documentHas(t *testing.T, dom []byte, want, not []string) {
	t.Helper()
	end := dom[max(0, len(dom)-600):]
	for _, w := range want {
		if !bytes.Contains(dom, []byte(w)) {
			t.Errorf("document lacks %q: …%.600q", w, end)
		}
	}
	for _, w := range not {
		if bytes.Contains(dom, []byte(w)) {
			t.Errorf("document has %q: …%.600q", w, end)
		}
	}
}

func TestBrowserTidiesPages(t *testing.T) {
	const fixed = ` style="position:fixed;bottom:0;left:0;right:0;background:#fff"`
	over := map[string]string{
		"/onetrust":  `<div id=onetrust-banner-sdk` + fixed + `>We use cookies<button id=onetrust-accept-btn-handler onclick="mark('accept')">Accept</button><button id=onetrust-reject-all-handler onclick="mark('reject')">Reject All</button></div>`,
		"/generic":   `<div` + fixed + `>We value your privacy and use cookies. <button onclick="mark('accept')">Accept all</button><button onclick="mark('reject')">Reject all</button></div>`,
		"/german":    `<section` + fixed + `>Wir verwenden Cookies.<button onclick="mark('accept')">Alle akzeptieren</button></section>`,
		"/thai":      `<div` + fixed + `>เว็บไซต์นี้ใช้คุกกี้ <div role=button tabindex=0 onclick="mark('accept')">ยอมรับทั้งหมด</div></div>`,
		"/chinese":   `<div` + fixed + `>本网站使用 Cookie。<a href="javascript:void(0)" onclick="mark('accept')">我同意</a></div>`,
		"/khmer":     `<div role=dialog>គេហទំព័រនេះប្រើខូគី <button onclick="mark('accept')">យល់ព្រម</button></div>`,
		"/shadow":    `<div id=cookie-root></div><script>document.getElementById("cookie-root").attachShadow({mode: "open"}).innerHTML = '<div` + fixed + `>We use cookies <button onclick="mark(\'accept\')">I agree</button></div>'</script>`,
		"/modal":     `<div role=dialog aria-modal=true>Get our app!<button aria-label=Close onclick="mark('close')">×</button><button onclick="mark('other')">Install</button></div>`,
		"/submit":    `<div` + fixed + `>Cookies and newsletter<form action="/subscribed"><input name=mail><button>OK</button></form></div>`,
		"/sneaky":    `<div` + fixed + `>Cookies<form id=f action="/subscribed"></form><button type=button onclick="document.getElementById('f').requestSubmit();mark('accept')">Accept</button></div>`,
		"/leads":     `<div` + fixed + `>Our cookie policy <a href="/elsewhere">Accept</a></div>`,
		"/long":      `<div` + fixed + `>` + strings.Repeat("A long article about cookies and how to bake them. ", 120) + `<button onclick="mark('accept')">OK</button></div>`,
		"/unrelated": `<div` + fixed + `>Delete your account?<button onclick="mark('accept')">OK</button><button onclick="mark('yes')">Yes, delete</button></div>`,
	}
	var submitted atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/subscribed", "/elsewhere":
			submitted.Add(1)
		case "/board":
			fmt.Fprint(w, board(100))
		case "/endless":
			fmt.Fprint(w, board(1<<30))
		case "/lazy":
			fmt.Fprint(w, `<!doctype html><div style="height:4000px">top</div><img loading=lazy width=10 height=10 src="/pixel" onload="document.body.append('picture-came')">`)
		case "/pixel":
			w.Header().Set("Content-Type", "image/svg+xml")
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>`)
		default:
			fmt.Fprint(w, banner(over[r.URL.Path]))
		}
	}))
	defer srv.Close()
	b := newTestBrowser(t, BrowserOptions{Timeout: 40 * time.Second, Tabs: 4, MaxHeight: 4000})
	tests := map[string]struct {
		path      string
		want, not []string
	}{
		"a page that grows is read to its end":        {"/board", []string{"post-0<", "post-99<", "that was all"}, nil},
		"a page that grows for ever is ended":         {"/endless", []string{"post-100<"}, []string{"post-9999<"}},
		"pictures below are loaded":                   {"/lazy", []string{"picture-came"}, nil},
		"no banner":                                   {"/none", []string{"flight paid"}, []string{">clicked-"}},
		"a known banner is refused":                   {"/onetrust", []string{">clicked-reject<"}, []string{">clicked-accept<", ">clicked-article<"}},
		"a banner nobody knows is refused":            {"/generic", []string{">clicked-reject<"}, []string{">clicked-accept<", ">clicked-article<"}},
		"where refusing is not offered, it is closed": {"/german", []string{">clicked-accept<"}, nil},
		"Thai":                                {"/thai", []string{">clicked-accept<"}, nil},
		"Chinese":                             {"/chinese", []string{">clicked-accept<"}, nil},
		"Khmer":                               {"/khmer", []string{">clicked-accept<"}, nil},
		"in a shadow root":                    {"/shadow", []string{">clicked-accept<"}, nil},
		"a short modal is closed":             {"/modal", []string{">clicked-close<"}, []string{">clicked-other<"}},
		"a form is not submitted":             {"/submit", []string{"flight paid"}, nil},
		"nor by a script behind a button":     {"/sneaky", []string{">clicked-accept<"}, nil},
		"a link that leads away is left":      {"/leads", []string{"flight paid"}, []string{">clicked-"}},
		"an article in a box is no banner":    {"/long", []string{"flight paid"}, []string{">clicked-"}},
		"a dialog about something else stays": {"/unrelated", []string{"flight paid"}, []string{">clicked-"}},
	}
	t.Run("pages", func(t *testing.T) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				res, err := b.Fetch(t.Context(), Request{URL: srv.URL + tt.path})
				if err != nil {
					t.Fatal(err)
				}
				documentHas(t, res.DOM, tt.want, tt.not)
				img, err := png.DecodeConfig(bytes.NewReader(res.Screenshot))
				if err != nil || img.Height > 4000 || (tt.path == "/board" || tt.path == "/endless") && img.Height != 4000 {
					t.Errorf("screenshot is %d high (%v), want the whole page up to 4000", img.Height, err)
				}
			})
		}
	})
	if n := submitted.Load(); n != 0 {
		t.Errorf("%d forms were submitted or links followed", n)
	}
}

func TestBrowserKeepsASnapshot(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/pixel" {
			w.Header().Set("Content-Type", "image/gif")
			w.Write([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
			return
		}
		fmt.Fprint(w, `<!doctype html><h1>Typing job</h1><img src="/pixel">`)
	}))
	defer srv.Close()
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second})
	res, err := b.Fetch(t.Context(), Request{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"MIME-Version: 1.0", "multipart/related", "Typing job", "image/gif", "Snapshot-Content-Location: " + srv.URL} {
		if !bytes.Contains(res.Snapshot, []byte(w)) {
			t.Errorf("snapshot of %d bytes lacks %q", len(res.Snapshot), w)
		}
	}
	small := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second, MaxSnapshot: 100})
	if res, err := small.Fetch(t.Context(), Request{URL: srv.URL}); err != nil || res.Snapshot != nil || len(res.DOM) == 0 {
		t.Errorf("snapshot of %d bytes with a bound of 100, %v", len(res.Snapshot), err)
	}
}

func TestBrowserTellsWhomItTalkedTo(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/page", http.StatusFound)
			return
		}
		fmt.Fprint(w, "<p>over TLS</p>")
	}))
	defer srv.Close()
	leaf := srv.Certificate()
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second, spki: base64.StdEncoding.EncodeToString(sum[:])})
	res, err := b.Fetch(t.Context(), Request{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Hops) != 2 {
		t.Fatalf("%d hops, want 2", len(res.Hops))
	}
	for _, h := range res.Hops {
		if h.IP != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("%s: address %v, want 127.0.0.1", h.URL, h.IP)
		}
		if h.TLS == nil || h.TLS.Version == "" || len(h.TLS.Chain) == 0 || !bytes.Equal(h.TLS.Chain[0], leaf.Raw) {
			t.Errorf("%s: TLS = %+v, want the chain that the host showed", h.URL, h.TLS)
		}
	}
}
