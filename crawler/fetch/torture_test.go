package fetch

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// endless is a reader of n zero bytes.
func endless(n int64) io.Reader { return io.LimitReader(zeros{}, n) }

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// packed is n zero bytes as one encoder writes them.
func packed(t testing.TB, n int64, wrap func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var out bytes.Buffer
	w := wrap(&out)
	if _, err := io.Copy(w, endless(n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// torture answers with one of the cases that hosts have been seen to serve, or that
// somebody may think of. It closes the connection after each.
func torture(t testing.TB) (base string) {
	t.Helper()
	const size = 256 << 20
	brBomb := packed(t, size, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) })
	zstdBomb := packed(t, size, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithWindowSize(8<<20))
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
	flateBomb := packed(t, size, func(w io.Writer) io.WriteCloser {
		z, err := flate.NewWriter(w, 9)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
	gzBomb := gz(make([]byte, 64<<20))
	const html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	send := func(c net.Conn, encoding string, body []byte) {
		fmt.Fprintf(c, html+"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n", encoding, len(body))
		c.Write(body)
	}
	drip := func(c net.Conn, piece string) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := io.WriteString(c, piece); err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-t.Context().Done():
				return
			}
		}
	}
	var hop atomic.Int64
	return raw(t, func(path string, c net.Conn) {
		switch path {
		case "/slow-header":
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			drip(c, "X: y\r\n")
		case "/slow-body":
			io.WriteString(c, html+"\r\n<p>standing</p>")
			drip(c, "<p>")
		case "/gzip":
			send(c, "gzip", gzBomb)
		case "/gzip-gzip":
			send(c, "gzip, gzip", gz(gzBomb))
		case "/br":
			send(c, "br", brBomb)
		case "/zstd":
			send(c, "zstd", zstdBomb)
		case "/deflate":
			send(c, "deflate", flateBomb)
		case "/chunks":
			io.WriteString(c, html+"Transfer-Encoding: chunked\r\n\r\n")
			chunk := "2000\r\n" + strings.Repeat("x", 0x2000) + "\r\n"
			for range (10 << 30) / 0x2000 {
				if _, err := io.WriteString(c, chunk); err != nil {
					return
				}
			}
		case "/chunk-extension":
			io.WriteString(c, html+"Transfer-Encoding: chunked\r\n\r\n5;"+strings.Repeat("x", 1<<20)+"\r\nhello\r\n0\r\n\r\n")
		case "/long-line":
			io.WriteString(c, html+"X: "+strings.Repeat("x", 8<<20)+"\r\n\r\n<p>late</p>")
		case "/headers":
			io.WriteString(c, html)
			for i := range 100_000 {
				if _, err := fmt.Fprintf(c, "X-%d: y\r\n", i); err != nil {
					return
				}
			}
			io.WriteString(c, "\r\n<p>late</p>")
		case "/continue":
			for range 100_000 {
				if _, err := io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
					return
				}
			}
		case "/two-lengths":
			io.WriteString(c, html+"Content-Length: 5\r\nContent-Length: 500\r\n\r\n<p>12")
		case "/two-types":
			io.WriteString(c, html+"Content-Type: application/json\r\nContent-Length: 15\r\n\r\n<p>standing</p>")
		case "/two-cookies":
			io.WriteString(c, html+strings.Repeat("Set-Cookie: a=b\r\nset-cookie: A=c\r\n", 50)+"Content-Length: 15\r\n\r\n<p>standing</p>")
		case "/bom":
			io.WriteString(c, html+"Content-Length: 18\r\n\r\n\xef\xbb\xbf<p>standing</p>")
		case "/utf16":
			io.WriteString(c, html+"Content-Length: 8\r\n\r\n\xff\xfe<\x00p\x00>\x00")
		case "/mixed":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<meta charset=tis-620><p>standing</p>\xa1\xd2\xc3\xb7 \xe0\xb8\x81 \xd6\xb0\xc6\xb8")
		case "/nul":
			io.WriteString(c, html+"\r\n<p>stan\x00ding</p>\x00\x00")
		case "/deep":
			io.WriteString(c, html+"\r\n<p>standing</p>"+strings.Repeat("<div>", 100_000))
		case "/attributes":
			io.WriteString(c, html+"\r\n<p>standing</p><a "+strings.Repeat("x=y ", 200_000)+">")
		case "/redirects":
			fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: /redirects/%d\r\nContent-Length: 0\r\n\r\n", hop.Add(1))
		case "/metadata":
			io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n")
		case "/file":
			io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")
		case "/download":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-msdownload\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nMZ")
			drip(c, strings.Repeat("x", 4096))
		case "/garbage":
			io.WriteString(c, "\x16\x03\x01\x02\x00\x01")
		case "/short":
			io.WriteString(c, html+"Content-Length: 1000\r\n\r\n<p>standing</p>")
		default:
			if strings.HasPrefix(path, "/redirects/") {
				fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: /redirects/%d\r\nContent-Length: 0\r\n\r\n", hop.Add(1))
			}
		}
	})
}

// fate is what is to come of one case.
type fate struct {
	http    Truncation // of the plain fetch
	fails   bool       // the plain fetch ends with an error
	full    bool       // its body is as long as is allowed
	browser string     // what the document in the browser holds; "-" for an error, "?" for either
}

func TestTorture(t *testing.T) {
	const limit, header = 1 << 20, 128 << 10
	tests := map[string]fate{
		"/slow-header":     {fails: true, browser: "-"},
		"/slow-body":       {http: TruncatedTime, browser: "standing"},
		"/gzip":            {http: TruncatedLength, full: true, browser: "?"},
		"/gzip-gzip":       {http: TruncatedLength, full: true, browser: "?"},
		"/br":              {http: TruncatedLength, full: true, browser: "?"},
		"/zstd":            {http: TruncatedLength, full: true, browser: "?"},
		"/deflate":         {http: TruncatedLength, full: true, browser: "?"},
		"/chunks":          {http: TruncatedLength, full: true, browser: "?"},
		"/chunk-extension": {http: TruncatedDisconnect, browser: "?"},
		"/long-line":       {fails: true, browser: "-"},
		"/headers":         {fails: true, browser: "-"},
		"/continue":        {fails: true, browser: "-"},
		"/two-lengths":     {fails: true, browser: "-"},
		"/two-types":       {browser: "standing"},
		"/two-cookies":     {browser: "standing"},
		"/bom":             {browser: "standing"},
		"/utf16":           {browser: "<p>"},
		"/mixed":           {browser: "standing"},
		"/nul":             {browser: "<p>stan"},
		"/deep":            {browser: "standing"},
		"/attributes":      {http: "", browser: "standing"},
		"/redirects":       {fails: true, browser: "-"},
		"/metadata":        {fails: true, browser: "-"},
		"/file":            {fails: true, browser: "-"},
		"/download":        {http: TruncatedUnspecified, browser: "-"},
		"/garbage":         {fails: true, browser: "-"},
		"/short":           {http: TruncatedDisconnect, browser: "?"},
	}
	base := torture(t)
	h := newTestHTTP(t, HTTPOptions{MaxBody: limit, MaxHeader: header, HeaderTimeout: 3 * time.Second, Timeout: 5 * time.Second})
	for path, want := range tests {
		t.Run("http"+path, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			res, err := h.Fetch(t.Context(), Request{URL: base + path})
			took := time.Since(begun)
			runtime.ReadMemStats(&after)
			if took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 96<<20 {
				t.Errorf("%d bytes were allocated for it", n)
			}
			if (err != nil) != want.fails {
				t.Fatalf("error = %v, want one %v", err, want.fails)
			}
			if err != nil {
				if len(err.Error()) > 1000 {
					t.Errorf("an error of %d bytes", len(err.Error()))
				}
				return
			}
			if res.Truncated != want.http || len(res.Body) > limit || want.full && len(res.Body) != limit {
				t.Errorf("%d bytes, truncated %q, want %q, at most %d, all of them %v", len(res.Body), res.Truncated, want.http, limit, want.full)
			}
			if n := len(res.Hops[0].Response); n > limit+header+64<<10 {
				t.Errorf("%d wire bytes kept, over every cap", n)
			}
		})
	}
	if testing.Short() {
		return
	}
	if _, err := FindChromium(""); err != nil && !strings.Contains(os.Getenv("LUREWATCH_TEST_REQUIRE"), "chromium") {
		t.Skip(err)
	}
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second, MaxBody: limit, MaxHeight: 1000, Tabs: 4})
	t.Run("browser", func(t *testing.T) {
		for path, want := range tests {
			t.Run(path[1:], func(t *testing.T) {
				t.Parallel()
				res, err := b.Fetch(t.Context(), Request{URL: base + path})
				switch {
				case want.browser == "?":
				case want.browser == "-":
					if err == nil {
						t.Errorf("status %d and a document of %d bytes, want an error", res.Status, len(res.DOM))
					}
				case err != nil:
					t.Error(err)
				case !bytes.Contains(res.DOM, []byte(want.browser)):
					t.Errorf("document lacks %q: %.200q", want.browser, res.DOM)
				}
				if errors.Is(err, errDied) {
					t.Error("it took the whole browser down")
				}
				if err == nil && len(res.DOM) > limit {
					t.Errorf("document of %d bytes, at most %d are read", len(res.DOM), limit)
				}
			})
		}
	})
	if used := groupMemory(current(t, b).pgid); used > 1500<<20 {
		t.Errorf("the browser uses %d MiB after all that", used>>20)
	}
	base2, _, _ := stage(t)
	if res, err := b.Fetch(t.Context(), Request{URL: base2 + "/script"}); err != nil || !bytes.Contains(res.DOM, []byte("made-by-script")) {
		t.Errorf("after all that: %v", err)
	}
}
