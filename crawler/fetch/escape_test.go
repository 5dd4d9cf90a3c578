package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// private counts whatever arrives on an address that pages are not to reach: every
// TCP connection, and every packet.
func private(t *testing.T) (addr string, tcp, udp *atomic.Int32) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	pc, err := net.ListenPacket("udp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tcp, udp = new(atomic.Int32), new(atomic.Int32)
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		fmt.Fprint(w, "secret")
	})}
	done := make(chan struct{}, 2)
	go func() { _ = srv.Serve(countingListener{ln, tcp}); done <- struct{}{} }()
	go func() {
		buf := make([]byte, 2000)
		for {
			if _, _, err := pc.ReadFrom(buf); err != nil {
				done <- struct{}{}
				return
			}
			udp.Add(1)
		}
	}()
	t.Cleanup(func() { srv.Close(); pc.Close(); <-done; <-done })
	return ln.Addr().String(), tcp, udp
}

type countingListener struct {
	net.Listener
	n *atomic.Int32
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.n.Add(1)
	}
	return c, err
}

// escapes is a page that tries every way out that a page has. T is the target, H its
// host and port.
const escapes = `<!doctype html><title>x</title><p id=a>start</p>
<link rel=preconnect href="T"><link rel=dns-prefetch href="T"><link rel=prefetch href="T/prefetch"><link rel=preload as=image href="T/preload">
<link rel=modulepreload href="T/module.js"><link rel=prerender href="T/prerender"><link rel=stylesheet href="T/style.css"><link rel=manifest href="T/manifest"><link rel=icon href="T/icon">
<script type=speculationrules>{"prerender":[{"source":"list","urls":["T/rules"]}],"prefetch":[{"source":"list","urls":["T/rules2"]}]}</script>
<style>@import "T/import.css"; @font-face { font-family: f; src: url("T/font.woff") } body { font-family: f; background: url("T/background") }</style>
<img src="T/img"><img srcset="T/srcset 2x"><picture><source srcset="T/source"><img></picture><input type=image src="T/input"><svg><image href="T/svg"/></svg>
<video src="T/video" poster="T/poster" autoplay></video><audio src="T/audio" autoplay></audio><object data="T/object"></object><embed src="T/embed">
<iframe src="T/frame"></iframe><iframe srcdoc='<img src="T/srcdoc"><script>fetch("T/srcdoc2")</script>'></iframe><iframe src='data:text/html,<img src="T/data">'></iframe>
<iframe src="file:///etc/passwd"></iframe><iframe src="view-source:T/view"></iframe><iframe src="chrome://version"></iframe><iframe src="ftp://H/"></iframe>
<iframe name=sink></iframe><form id=f method=post action="T/form" target=sink></form><a id=ping href="#" ping="T/ping">x</a>
<script>
const attempt = f => { try { const r = f(); if (r && r.catch) r.catch(() => {}) } catch (e) {} };
attempt(() => f.submit()); attempt(() => ping.click());
attempt(() => { const x = new XMLHttpRequest(); x.open("GET", "T/xhr"); x.send() });
attempt(() => new WebSocket("ws://H/ws")); attempt(() => new WebSocket("wss://H/wss")); attempt(() => new EventSource("T/es"));
attempt(() => navigator.sendBeacon("T/beacon")); attempt(() => window.open("T/popup")); attempt(() => { const w = window.open("about:blank"); w.location = "T/popup2" });
attempt(() => fetch("T/nocors", {mode: "no-cors"})); attempt(() => fetch("T/keepalive", {keepalive: true, mode: "no-cors"})); attempt(() => import("T/import.js"));
attempt(() => new Worker(URL.createObjectURL(new Blob(['fetch("T/worker"); new WebSocket("ws://H/worker")']))));
attempt(() => new SharedWorker(URL.createObjectURL(new Blob(['fetch("T/shared")']))));
attempt(() => navigator.serviceWorker.register("/sw.js"));
attempt(() => { const i = document.createElement("iframe"); i.src = URL.createObjectURL(new Blob(['<img src="T/blob">'], {type: "text/html"})); document.body.append(i) });
attempt(() => { const p = new RTCPeerConnection({iceServers: [{urls: "stun:H"}, {urls: "turn:H?transport=udp", username: "u", credential: "p"}, {urls: "turn:H?transport=tcp", username: "u", credential: "p"}]});
  p.createDataChannel("x"); return p.createOffer().then(o => p.setLocalDescription(o)) });
attempt(() => new WebTransport("https://H/wt"));
attempt(() => CSS.paintWorklet && CSS.paintWorklet.addModule("T/paint.js")); attempt(() => new AudioContext().audioWorklet.addModule("T/audio.js"));
attempt(() => navigator.registerProtocolHandler("web+x", "T/%s")); attempt(() => { location.hash = "x"; history.pushState({}, "", "/pushed") });
fetch("T/fetch").then(r => r.text()).then(t => { a.textContent = "got " + t }, e => { a.textContent = "refused" });
</script>`

// No page reaches an address that a plain fetch may not reach, whatever it tries;
// and the page would, were it allowed.
func TestNoPageEscapes(t *testing.T) {
	addr, tcp, udp := private(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]string{
		"/": addr, "/number": "2130706434:" + port, "/hex": "0x7f000002:" + port, "/octal": "0177.0.0.02:" + port, "/dot": "127.0.0.2.:" + port,
		"/mapped": "[::ffff:127.0.0.2]:" + port, "/wide": "１２７.０.０.２:" + port, "/name": "private.localhost:" + port,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/sw.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, `self.addEventListener("install", e => e.waitUntil(fetch("http://%s/sw"))); importScripts("http://%s/sw2.js")`, addr, addr)
			return
		case "/away":
			fmt.Fprintf(w, `<!doctype html><script>location = %q</script>`, "http://"+addr+"/away")
			return
		case "/refresh":
			w.Header().Set("Refresh", "0; url=http://"+addr+"/refresh")
			fmt.Fprint(w, "<p>wait</p>")
			return
		case "/meta":
			fmt.Fprintf(w, `<!doctype html><meta http-equiv=refresh content="0; url=http://%s/meta"><p>wait</p>`, addr)
			return
		case "/redirect":
			http.Redirect(w, r, "http://"+addr+"/redirect", http.StatusFound)
			return
		case "/tofile", "/todata", "/tochrome", "/toview":
			to := map[string]string{"/tofile": "file:///etc/passwd", "/todata": "data:text/html,<p>secret", "/tochrome": "chrome://version", "/toview": "view-source:file:///etc/passwd"}[r.URL.Path]
			fmt.Fprintf(w, `<!doctype html><p>stayed</p><script>location = %q; window.open(%q)</script>`, to, to)
			return
		}
		target, ok := targets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Link", "<http://"+target+"/link>; rel=preload; as=image")
		w.Header().Set("Content-Security-Policy-Report-Only", "default-src 'none'; report-uri http://"+target+"/csp")
		w.Header().Set("Report-To", `{"group":"g","max_age":100,"endpoints":[{"url":"http://`+target+`/report"}]}`)
		w.Header().Set("NEL", `{"report_to":"g","max_age":100,"success_fraction":1}`)
		fmt.Fprint(w, strings.NewReplacer("T/", "http://"+target+"/", `"T"`, `"http://`+target+`"`, "//H", "//"+target, ":H?", ":"+target+"?", `"stun:H"`, `"stun:`+target+`"`).Replace(escapes))
	}))
	defer srv.Close()
	b := newTestBrowser(t, BrowserOptions{Guard: narrow(t), Timeout: 30 * time.Second, Tabs: 2})
	for path := range targets {
		res, err := b.Fetch(t.Context(), Request{URL: srv.URL + path})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if bytes.Contains(res.DOM, []byte(">got ")) || bytes.Contains(res.Snapshot, []byte("root:x:")) || bytes.Contains(res.Snapshot, []byte("secret")) {
			t.Errorf("%s: the page read what it may not: %.300q", path, res.DOM)
		}
	}
	for _, path := range []string{"/away", "/refresh", "/meta", "/redirect"} {
		res, err := b.Fetch(t.Context(), Request{URL: srv.URL + path})
		_, blocked := errors.AsType[*BlockedError](err)
		if !blocked && (err != nil || !bytes.Contains(res.DOM, []byte("wait"))) {
			t.Errorf("%s: error = %v, want a refused address or the page before it", path, err)
		}
	}
	for _, path := range []string{"/tofile", "/todata", "/tochrome", "/toview"} {
		res, err := b.Fetch(t.Context(), Request{URL: srv.URL + path})
		if err == nil && (!bytes.Contains(res.DOM, []byte("stayed")) || bytes.Contains(res.DOM, []byte("root:"))) {
			t.Errorf("%s: document = %.200q", path, res.DOM)
		}
	}
	for _, u := range []string{"file:///etc/passwd", "data:text/html,<p>x", "chrome://version", "view-source:http://a.test/", "blob:http://a.test/x", "javascript:alert(1)", "about:blank", "ftp://a.test/"} {
		if _, err := b.Fetch(t.Context(), Request{URL: u}); err == nil {
			t.Errorf("%s was opened", u)
		}
	}
	if n, m := tcp.Load(), udp.Load(); n != 0 || m != 0 {
		t.Fatalf("the private address got %d connections and %d packets", n, m)
	}
	// The same page, where it is allowed: else the test would show nothing.
	wide, err := NewGuard(GuardOptions{AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	free := newTestBrowser(t, BrowserOptions{Guard: wide, Timeout: 30 * time.Second})
	res, err := free.Fetch(t.Context(), Request{URL: srv.URL + "/"})
	if err != nil || !bytes.Contains(res.DOM, []byte(">got secret")) || tcp.Load() < 3 {
		t.Errorf("where it is allowed the page made %d connections, %v: the page does not try", tcp.Load(), err)
	}
	if n := udp.Load(); n != 0 {
		t.Errorf("%d packets went past the proxy", n)
	}
}
