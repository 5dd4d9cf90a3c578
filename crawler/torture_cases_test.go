package crawler

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/post"
)

const trapped = "Customer service 2" // the post of a trap that holds one

// trap answers for /trap alone.
func trap(answer func(c net.Conn)) answerer {
	return func(path string, c net.Conn) bool {
		if path == "/trap" {
			answer(c)
		}
		return path == "/trap"
	}
}

// drip writes a piece again and again until nobody reads.
func drip(c net.Conn, piece string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(c, piece); err != nil {
			return
		}
	}
}

// bomb is 256 MiB of spaces behind a job page, as one encoder writes them.
func bomb(t testing.TB, wrap func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var out strings.Builder
	w, err := wrap(&out)
	if err != nil {
		t.Fatal(err)
	}
	chunk := strings.Repeat(" ", 1<<20)
	if _, err := io.WriteString(w, jobPage(2)); err != nil {
		t.Fatal(err)
	}
	for range 256 {
		if _, err := io.WriteString(w, chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func packedAs(coding, body string) answerer {
	return trap(func(c net.Conn) {
		fmt.Fprintf(c, htmlHead+"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", coding, len(body), body)
	})
}

// in is a page in an encoding, with the content type that a host states.
func in(t testing.TB, e encoding.Encoding, contentType, title string) answerer {
	t.Helper()
	body, err := e.NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(jobPage(2), `<meta charset="utf-8">`, ""), trapped, title))
	if err != nil {
		t.Fatal(err)
	}
	return trap(func(c net.Conn) {
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, len(body), body)
	})
}

const (
	thai    = "รับสมัครงานแอดมินตอบแชท ฟรีที่พัก"
	chinese = "招聘打字员包机票食宿"
	zawgyi  = "အလုပ္သမားအလိုရွိသည္ ေနစရာေပးမည္" // as it is typed with a Zawgyi font
)

// ordeals are the cases that need no browser, by what the torture server is asked to serve.
func ordeals(t testing.TB, private *refused) map[string]ordeal {
	t.Helper()
	says := func(head, body string) answerer {
		return trap(func(c net.Conn) { fmt.Fprint(c, head+"\r\n"+body) })
	}
	leads := func(to string) answerer { return trap(func(c net.Conn) { redirect(c, to) }) }
	job := jobPage(2)
	gz := bomb(t, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	br := bomb(t, func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriterLevel(w, 5), nil })
	zs := bomb(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithWindowSize(8<<20)) })
	only := []string{trapped}
	return map[string]ordeal{
		"slowloris, header": {class: post.ClassError, answer: trap(func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			drip(c, "X: y\r\n")
		})},
		"slowloris, body": {class: post.ClassContent, cut: fetch.TruncatedTime, posts: only, answer: trap(func(c net.Conn) {
			_, _ = io.WriteString(c, htmlHead+"\r\n"+job)
			drip(c, " ")
		})},
		"gzip bomb":   {class: post.ClassContent, cut: fetch.TruncatedLength, posts: only, answer: packedAs("gzip", gz)},
		"brotli bomb": {class: post.ClassContent, cut: fetch.TruncatedLength, posts: only, answer: packedAs("br", br)},
		"zstd bomb":   {class: post.ClassContent, cut: fetch.TruncatedLength, posts: only, answer: packedAs("zstd", zs)},
		"10 GB chunked body": {class: post.ClassContent, cut: fetch.TruncatedLength, posts: only, answer: trap(func(c net.Conn) {
			fmt.Fprintf(c, htmlHead+"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(job), job)
			chunk := "2000\r\n" + strings.Repeat(" ", 0x2000) + "\r\n"
			for range (10 << 30) / 0x2000 {
				if _, err := io.WriteString(c, chunk); err != nil {
					return
				}
			}
		})},
		"infinite redirect": {class: post.ClassError, most: 80, answer: func(path string, c net.Conn) bool {
			if path == "/robots.txt" {
				return false
			}
			redirect(c, path+"/x")
			return true
		}},
		"infinite calendar":                 {site: Site{MaxAlike: 100}, class: post.ClassContent, most: 150, posts: []string{"Customer service 7"}, answer: calendarPages},
		"wrong Content-Length, too long":    {class: post.ClassContent, cut: fetch.TruncatedDisconnect, posts: only, answer: says(htmlHead+"Content-Length: 900000\r\n", job)},
		"wrong Content-Length, too short":   {class: post.ClassContent, posts: only, answer: says(htmlHead+fmt.Sprintf("Content-Length: %d\r\n", len(job)), job+"and more that nobody asked for")},
		"wrong Content-Length, none at all": {class: post.ClassError, answer: says(htmlHead+"Content-Length: -5\r\n", job)},
		"duplicate headers, two lengths":    {class: post.ClassError, answer: says(htmlHead+"Content-Length: 5\r\nContent-Length: 900\r\n", job)},
		"duplicate headers, two types":      {class: post.ClassContent, posts: only, answer: says(htmlHead+"Content-Type: application/octet-stream\r\n"+fmt.Sprintf("Content-Length: %d\r\n", len(job)), job)},
		"duplicate headers, many cookies":   {class: post.ClassContent, posts: only, answer: says(htmlHead+strings.Repeat("Set-Cookie: a=b\r\nset-cookie: A=c\r\n", 50)+fmt.Sprintf("Content-Length: %d\r\n", len(job)), job)},
		"100k headers": {class: post.ClassError, answer: trap(func(c net.Conn) {
			_, _ = io.WriteString(c, htmlHead)
			for i := range 100_000 {
				if _, err := fmt.Fprintf(c, "X-%d: y\r\n", i); err != nil {
					return
				}
			}
		})},
		"charset TIS-620":                {class: post.ClassContent, posts: []string{thai}, answer: in(t, charmap.Windows874, "text/html; charset=tis-620", thai)},
		"charset TIS-620, not declared":  {class: post.ClassContent, posts: []string{thai}, answer: in(t, charmap.Windows874, "text/html", thai)},
		"charset GB18030":                {class: post.ClassContent, posts: []string{chinese}, answer: in(t, simplifiedchinese.GB18030, "text/html; charset=gb18030", chinese)},
		"charset GB18030, said UTF-8":    {class: post.ClassContent, posts: []string{chinese}, answer: in(t, simplifiedchinese.GB18030, "text/html; charset=utf-8", chinese)},
		"Zawgyi-encoded Burmese":         {class: post.ClassContent, posts: []string{zawgyi}, answer: in(t, unicode.UTF8, "text/html; charset=utf-8", zawgyi)},
		"charsets mixed in one page":     {class: post.ClassContent, posts: only, answer: says(htmlHead, job+"<meta charset=tis-620>\xa1\xd2\xc3\xb7 \xe0\xb8\x81 \xd6\xb0\xc6\xb8")},
		"byte order mark, UTF-8":         {class: post.ClassContent, posts: only, answer: says("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n", "\xef\xbb\xbf"+job)},
		"byte order mark, UTF-16 LE":     {class: post.ClassContent, posts: []string{thai}, answer: in(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "text/html", thai)},
		"byte order mark, UTF-16 BE":     {class: post.ClassContent, posts: []string{thai}, answer: in(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "text/html", thai)},
		"byte order mark, and the other": {class: post.ClassContent, answer: says(htmlHead, "\xff\xfe\xfe\xff\xef\xbb\xbf"+job)},
		"NUL bytes":                      {class: post.ClassContent, posts: only, answer: says(htmlHead, "\x00"+strings.ReplaceAll(job, "</p>", "\x00</p>\x00")+"\x00\x00")},
		"1 MB robots.txt": {
			robots: "User-agent: *\nDisallow: /secret\n" + strings.Repeat("#"+strings.Repeat("y", 98)+"\n", 10_500) + "Disallow: /\n",
			class:  post.ClassContent, posts: only, answer: trap(func(c net.Conn) { say(c, jobPage(2, "/secret")) }),
			also: func(t *testing.T, o *ordealSeen) {
				if o.asked["/secret"] > 0 || o.asked["/robots.txt"] != 1 {
					t.Errorf("what the first lines forbid was asked for %d times, robots.txt %d times", o.asked["/secret"], o.asked["/robots.txt"])
				}
			},
		},
		"1 MB robots.txt of one line": {
			robots: "User-agent: *\nDisallow: /secret\nDisallow: /" + strings.Repeat("x", 1<<20), class: post.ClassContent, posts: only,
			answer: trap(func(c net.Conn) { say(c, jobPage(2, "/secret")) }),
			also: func(t *testing.T, o *ordealSeen) {
				if o.asked["/secret"] > 0 {
					t.Error("what the first lines forbid was asked for")
				}
			},
		},
		"robots redirect loop": {class: post.ClassContent, posts: only, answer: func(path string, c net.Conn) bool {
			if path == "/trap" {
				say(c, job)
			} else {
				redirect(c, "/robots.txt")
			}
			return true
		}, also: robotsAsked(6)},
		"robots redirect loop over other paths": {class: post.ClassContent, posts: only, answer: func(path string, c net.Conn) bool {
			switch path {
			case "/trap":
				say(c, job)
			case "/robots.txt":
				redirect(c, "/r")
			default:
				redirect(c, path+"/r")
			}
			return true
		}, also: robotsAsked(1)},
		"sitemap XXE": {
			site: Site{Sitemaps: []string{"auto"}}, robots: "Sitemap: /map.xml\n", class: post.ClassContent, posts: []string{trapped, "Customer service 8"},
			answer: sitemapOf(job, `<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY h SYSTEM "http://`+private.addr+`/"><!ENTITY % p SYSTEM "http://`+private.addr+`/p">%p;]>`,
				"/job/8", "/leak/&f;", "/leak/&h;"),
			also: func(t *testing.T, o *ordealSeen) {
				for path := range o.asked {
					if strings.Contains(path, "root:") || strings.Contains(path, "secret") {
						t.Errorf("a file was read into the address %q", path)
					}
				}
			},
		},
		"sitemap billion laughs": {
			site: Site{Sitemaps: []string{"auto"}}, robots: "Sitemap: /map.xml\n", class: post.ClassContent, posts: []string{trapped, "Customer service 8"},
			answer: sitemapOf(job, laughs(), "/job/8", "/ha/&l9;"),
		},
		"HTML nested 100k deep":       {class: post.ClassContent, posts: only, answer: says(htmlHead, job+strings.Repeat("<div>", 100_000)+"end")},
		"302 to the metadata service": {class: post.ClassError, answer: leads("http://169.254.169.254/latest/meta-data/")},
		"302 to a file":               {class: post.ClassError, answer: leads("file:///etc/passwd")},
		"302 to a private address":    {class: post.ClassError, answer: leads("http://" + private.addr + "/")},
		"robots.txt to a private address": {silent: true, answer: func(path string, c net.Conn) bool {
			redirect(c, "http://"+private.addr+"/robots.txt")
			return true
		}},
		"download": {class: post.ClassError, cut: fetch.TruncatedUnspecified, answer: trap(download)},
	}
}

func download(c net.Conn) {
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-msdownload\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nMZ")
	drip(c, strings.Repeat("x", 4096))
}

// calendarPages lead from each month to the next and the one before, for ever, and from
// one of them to a post.
func calendarPages(path string, c net.Conn) bool {
	y, m := 2026, 11
	switch {
	case path == "/job/7":
		say(c, jobPage(7))
		return true
	case path != "/trap":
		if n, err := fmt.Sscanf(path, "/calendar/%d/%d", &y, &m); err != nil || n != 2 {
			return false
		}
	}
	var b strings.Builder
	for _, k := range []int{-1, 1, 2, 12} {
		at := y*12 + m - 1 + k
		fmt.Fprintf(&b, `<a href="/calendar/%d/%d">%d-%d</a> `, at/12, at%12+1, at/12, at%12+1)
	}
	if m == 12 {
		b.WriteString(`<a href="/job/7">Customer service</a>`)
	}
	say(c, `<!doctype html><title>Events</title><h1>No events in this month</h1>`+b.String())
	return true
}

// robotsAsked wants robots.txt asked for so many times.
func robotsAsked(n int) func(*testing.T, *ordealSeen) {
	return func(t *testing.T, o *ordealSeen) {
		t.Helper()
		all := 0
		for path, k := range o.asked {
			if path == "/robots.txt" || strings.HasPrefix(path, "/r/") || path == "/r" {
				all += k
			}
		}
		if o.asked["/robots.txt"] != n || all != 6 {
			t.Errorf("robots.txt was asked for %d times, and %d redirects followed, want %d and 5", o.asked["/robots.txt"], all-1, n)
		}
	}
}

func sitemapOf(page, doctype string, paths ...string) answerer {
	return func(path string, c net.Conn) bool {
		switch path {
		case "/trap":
			say(c, page)
		case "/job/8":
			say(c, jobPage(8))
		case "/map.xml":
			host := c.LocalAddr().String()
			slices.Sort(paths)
			say(c, `<?xml version="1.0"?>`+doctype+strings.TrimPrefix(urlset("http://"+host, paths...), `<?xml version="1.0"?>`))
		default:
			return false
		}
		return true
	}
}

func laughs() string {
	s := `<!DOCTYPE urlset [<!ENTITY l0 "haha">`
	for i := range 9 {
		s += fmt.Sprintf(`<!ENTITY l%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&l%d;", i), 10))
	}
	return s + "]>"
}

// renderedOrdeals are those that only a browser falls for.
func renderedOrdeals(private *refused) map[string]ordeal {
	page := func(script string) answerer {
		return func(path string, c net.Conn) bool {
			switch path {
			case "/trap":
				say(c, jobPage(2)+"<script>"+script+"</script>")
			case "/sw.js":
				const body = `self.addEventListener("install", e => self.skipWaiting()); self.addEventListener("activate", e => e.waitUntil(clients.claim()));
self.addEventListener("fetch", e => e.respondWith(new Response("<h1>forged</h1>", {headers: {"Content-Type": "text/html"}})))`
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			default:
				return false
			}
			return true
		}
	}
	only := []string{trapped}
	leads := func(to string) answerer { return trap(func(c net.Conn) { redirect(c, to) }) }
	to := private.addr
	unforged := func(t *testing.T, o *ordealSeen) {
		for path, e := range o.captures {
			if strings.Contains(string(e.Payload()), "forged") {
				t.Errorf("%s is what a service worker made of it", path)
			}
		}
		if strings.Contains(o.text(), "forged") || strings.Contains(o.text(), "secret") {
			t.Errorf("posts: %s", o.text())
		}
	}
	return map[string]ordeal{
		"alert() loop":                  {class: post.ClassContent, posts: only, answer: page(`for (;;) { alert("a"); confirm("b"); prompt("c") }`)},
		"alert() loop, unload":          {class: post.ClassContent, posts: only, answer: page(`onbeforeunload = e => { e.preventDefault(); return "stay" }; setInterval(() => alert("x"), 1)`)},
		"service worker":                {class: post.ClassContent, posts: only, also: unforged, answer: page(`navigator.serviceWorker.register("/sw.js").then(() => fetch("/probe")).then(r => r.text()).then(t => { document.body.append(t) })`)},
		"WebSocket escape":              {class: post.ClassContent, posts: only, also: unforged, answer: page(`for (const s of ["ws", "wss"]) { const w = new WebSocket(s + "://` + to + `/"); w.onmessage = e => document.body.append(e.data) }`)},
		"popup escape":                  {class: post.ClassContent, posts: only, also: unforged, answer: page(`window.open("http://` + to + `/popup"); const w = window.open("about:blank"); if (w) w.location = "http://` + to + `/popup2"`)},
		"download in a browser":         {class: "", answer: trap(download)},
		"302 in a browser":              {class: "", answer: leads("http://169.254.169.254/latest/meta-data/")},
		"302 to a file in a browser":    {class: "", answer: leads("file:///etc/passwd")},
		"nested 100k deep in a browser": {class: post.ClassContent, posts: only, answer: trap(func(c net.Conn) { say(c, jobPage(2)+strings.Repeat("<div>", 100_000)) })},
	}
}
