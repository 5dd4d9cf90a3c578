package fetch

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// serveOn starts a server on a loopback address of its own: for Chromium another
// address is another site, and a frame of another site has a process of its own.
func serveOn(t *testing.T, ip string, h http.HandlerFunc) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	srv := httptest.NewUnstartedServer(h)
	srv.Listener.Close()
	srv.Listener = ln
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// hosts allows only these loopback addresses.
func hosts(t *testing.T, ips ...string) *Guard {
	t.Helper()
	var nets []netip.Prefix
	for _, ip := range ips {
		nets = append(nets, netip.PrefixFrom(netip.MustParseAddr(ip), 32))
	}
	g, err := NewGuard(GuardOptions{AllowNet: nets})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// framed is what consent services serve into a frame: what is clicked is told to the page.
const framedBanner = `<!doctype html><script>const say = s => parent.postMessage(s, "*")</script>%s`

// TestBannersInFramesAreClosed: a page of one origin with a banner in a frame of another.
func TestBannersInFramesAreClosed(t *testing.T) {
	const (
		banner = `<p>We value your privacy and use cookies.</p><button onclick="say('accept')">Accept all</button><button onclick="say('reject')">Reject all</button>`
		known  = `<p>Before you go on</p><button class=sp_choice_type_REJECT_ALL onclick="say('reject')">Weiter ohne</button>`
	)
	bodies := map[string]string{
		"/banner": banner, "/known": known, "/late": banner,
		"/chat":    `<p>Ask us anything!</p><button onclick="say('accept')">OK</button>`,
		"/submit":  `<p>Cookies and newsletter</p><form action="/subscribed"><button>Accept</button></form>`,
		"/breaks":  `<p>We use cookies</p><button onclick="top.location = '` + "%s" + `/subscribed'">Accept</button>`,
		"/leads":   `<p>We use cookies</p><a href="/subscribed" target=_top>Accept</a>`,
		"/forever": `<p>We use cookies</p><button>Accept</button><script>for (;;) {}</script>`,
		"/long":    strings.Repeat("A long article about cookies. ", 300) + `<button onclick="say('accept')">OK</button>`,
	}
	var led, hits atomic.Int32
	other := ""
	frames := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/subscribed":
			led.Add(1)
		case "/silent":
			<-r.Context().Done()
			return
		case "/late":
			select {
			case <-time.After(700 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
		body := bodies[r.URL.Path]
		if r.URL.Path == "/breaks" {
			body = fmt.Sprintf(body, other)
		}
		fmt.Fprintf(w, framedBanner, body)
	}
	other = serveOn(t, "127.0.0.3", frames)
	near := serveOn(t, "127.0.0.1", frames)
	refused := serveOn(t, "127.0.0.2", func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	const fixed = `style="position:fixed;bottom:0;left:0;width:100%;height:200px" `
	over := map[string]string{
		"/other": `<iframe ` + fixed + `src="` + other + `/banner"></iframe>`,
		"/near":  `<iframe ` + fixed + `src="` + near + `/banner"></iframe>`,
		"/known": `<iframe ` + fixed + `src="` + other + `/known"></iframe>`,
		"/own":   `<iframe ` + fixed + `srcdoc='` + strings.ReplaceAll(fmt.Sprintf(framedBanner, banner), "'", "&#39;") + `'></iframe>`,
		"/box":   `<div role=dialog><iframe src="` + other + `/banner"></iframe></div>`,
		"/late":  `<div id=at></div><script>setTimeout(() => { at.innerHTML = '<iframe ` + fixed + `src="` + other + `/late"></iframe>' }, 50)</script>`,
		"/two":   `<iframe ` + fixed + `src="` + other + `/chat"></iframe><iframe ` + fixed + `src="` + other + `/banner"></iframe>`,
		"/both": `<div id=first ` + fixed + `>Cookies<button onclick="mark('first');first.remove();second.hidden=false">Reject</button></div><iframe id=second hidden ` + fixed +
			`src="` + other + `/banner"></iframe>`,
		"/flow":    `<iframe src="` + other + `/banner"></iframe>`,
		"/hidden":  `<iframe hidden ` + fixed + `src="` + other + `/banner"></iframe>`,
		"/refused": `<iframe ` + fixed + `src="` + refused + `/banner"></iframe>`,
		"/silent":  `<iframe ` + fixed + `src="` + other + `/silent"></iframe>`,
	}
	over["/flowforever"] = `<iframe src="` + other + `/forever"></iframe>`
	for _, path := range []string{"/chat", "/submit", "/breaks", "/leads", "/forever", "/long"} {
		over[path] = `<iframe ` + fixed + `src="` + other + path + `"></iframe>`
	}
	site := serveOn(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/subscribed" {
			led.Add(1)
		}
		fmt.Fprintf(w, `<!doctype html><title>x</title><article><h1>Customer service, Bavet</h1><p>flight paid</p></article>
<script>const mark = s => { const p = document.createElement("p"); p.textContent = "clicked-" + s; document.body.append(p) };
onmessage = e => { mark(e.data); for (const f of document.querySelectorAll("iframe")) if (f.contentWindow === e.source) f.remove() }</script>%s`, over[r.URL.Path])
	})
	b := newTestBrowser(t, BrowserOptions{Guard: hosts(t, "127.0.0.1", "127.0.0.3"), Timeout: 40 * time.Second, Tabs: 4, MaxHeight: 2000})
	for name, tt := range map[string]struct {
		path      string
		want, not []string
	}{
		"a frame of another site":                    {"/other", []string{">clicked-reject<"}, []string{"<iframe"}},
		"a frame of another origin of the same site": {"/near", []string{">clicked-reject<"}, []string{"<iframe"}},
		"a service that is known":                    {"/known", []string{">clicked-reject<"}, []string{"<iframe"}},
		"a frame that the page writes itself":        {"/own", []string{">clicked-reject<"}, []string{"<iframe"}},
		"a frame in a dialog":                        {"/box", []string{">clicked-reject<"}, []string{"<iframe"}},
		"a frame that comes late":                    {"/late", []string{">clicked-reject<"}, nil},
		"behind a frame that is none":                {"/two", []string{">clicked-reject<"}, []string{">clicked-accept<"}},
		"behind a banner of the page":                {"/both", []string{">clicked-first<", ">clicked-reject<"}, []string{"<iframe"}},
		"a frame in the text stays":                  {"/flow", []string{"<iframe"}, []string{">clicked-"}},
		"a frame that nobody sees stays":             {"/hidden", []string{"<iframe"}, []string{">clicked-"}},
		"a frame about something else stays":         {"/chat", []string{"<iframe"}, []string{">clicked-"}},
		"a long text in a frame stays":               {"/long", []string{"<iframe"}, []string{">clicked-"}},
		"no form is submitted":                       {"/submit", []string{"flight paid"}, nil},
		"the page is not led away":                   {"/breaks", []string{"flight paid"}, nil},
		"nor by a link":                              {"/leads", []string{"flight paid"}, nil},
		"a frame that hangs":                         {"/forever", []string{"flight paid"}, nil},
		"a frame in the text that hangs":             {"/flowforever", []string{"flight paid"}, nil},
		"a frame that does not answer":               {"/silent", []string{"flight paid"}, nil},
		"a frame that may not be reached":            {"/refused", []string{"flight paid"}, []string{">clicked-"}},
	} {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			res, err := b.Fetch(t.Context(), Request{URL: site + tt.path})
			if err != nil {
				t.Fatal(err)
			}
			documentHas(t, res.DOM, tt.want, tt.not)
			if len(res.Screenshot) == 0 {
				t.Error("no screenshot")
			}
			if took := time.Since(started); took > 30*time.Second {
				t.Errorf("took %v: the page waits for a frame to the end of its time", took)
			}
		})
	}
	if n, m := led.Load(), hits.Load(); n != 0 || m != 0 {
		t.Errorf("%d times somewhere else, %d times at an address that may not be reached", n, m)
	}
	// Nothing is left of frames that were looked into.
	all, err := chromedp.CallBrowser(current(t, b).ctx, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all.TargetInfos {
		if i.Type == "iframe" {
			t.Errorf("frame %s is left", i.URL)
		}
	}
}
