package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func newTestHTTP(t testing.TB, opt HTTPOptions) *HTTP {
	t.Helper()
	if opt.Guard == nil {
		opt.Guard = loopback(t)
	}
	opt.UserAgent = testAgent
	h, err := NewHTTP(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// raw is a server that reads one request of each connection, answers with
// whatever the function writes, and closes.
func raw(t testing.TB, answer func(path string, c net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				req, err := http.ReadRequest(bufio.NewReader(c))
				if err == nil {
					answer(req.URL.Path, c)
				}
			}()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return "http://" + ln.Addr().String()
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestWireIsKeptAsItTravelled(t *testing.T) {
	const chunked = "HTTP/1.1 200 Fine By Me\r\nX-b: 1\r\nx-A:  2 \r\nX-b: 3\r\nContent-Type: text/html; charset=tis-620\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\n\xa1\xd2\xc3\xa7\xd2\r\n1\r\n\xb9\r\n0\r\nTrailer: x\r\n\r\n"
	base := raw(t, func(_ string, c net.Conn) { io.WriteString(c, chunked) })
	res, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), Request{URL: base + "/x?y=1"})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Hops) != 1 {
		t.Fatalf("%d hops, want 1", len(res.Hops))
	}
	if diff := cmp.Diff(chunked, string(res.Hops[0].Response)); diff != "" {
		t.Errorf("response: %s", diff)
	}
	wantReq := "GET /x?y=1 HTTP/1.1\r\nHost: " + strings.TrimPrefix(base, "http://") + "\r\nUser-Agent: " + testAgent + "\r\n"
	if !bytes.HasPrefix(res.Hops[0].Request, []byte(wantReq)) || !bytes.HasSuffix(res.Hops[0].Request, []byte("\r\n\r\n")) {
		t.Errorf("request = %q, want it to start with %q", res.Hops[0].Request, wantReq)
	}
	// The body is the bytes sent: no charset is guessed, none converted.
	if want := "\xa1\xd2\xc3\xa7\xd2\xb9"; string(res.Body) != want || res.ContentType != "text/html; charset=tis-620" {
		t.Errorf("body = %q of %q, want %q", res.Body, res.ContentType, want)
	}
	if x := res.Hops[0]; x.IP != netip.MustParseAddr("127.0.0.1") || x.Status != 200 || x.Started.IsZero() || x.TLS != nil || x.Truncated != "" {
		t.Errorf("exchange = %+v", x)
	}
}

// Exchanges on one kept connection must not bleed into each other.
func TestWireOfKeptConnections(t *testing.T) {
	var conns atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "body of %s", r.URL.Path)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	h := newTestHTTP(t, HTTPOptions{})
	for i := range 20 {
		path := fmt.Sprintf("/%d", i)
		res, err := h.Fetch(t.Context(), Request{URL: srv.URL + path})
		if err != nil {
			t.Fatal(err)
		}
		x := res.Hops[0]
		if n := bytes.Count(x.Request, []byte("GET ")); n != 1 || !bytes.HasPrefix(x.Request, []byte("GET "+path+" ")) {
			t.Errorf("request of %s = %q", path, x.Request)
		}
		if n := bytes.Count(x.Response, []byte("HTTP/1.1 ")); n != 1 || !bytes.HasSuffix(x.Response, []byte("body of "+path)) {
			t.Errorf("response of %s = %q", path, x.Response)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections were made, want 1 kept", n)
	}
}

func TestTLSIsRecorded(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "sealed", r.Proto) }))
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	res, err := newTestHTTP(t, HTTPOptions{RootCAs: pool}).Fetch(t.Context(), Request{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	x := res.Hops[0]
	if x.TLS == nil || len(x.TLS.Chain) != 1 || !bytes.Equal(x.TLS.Chain[0], srv.Certificate().Raw) || x.TLS.Version == "" {
		t.Errorf("TLS = %+v, want the server's certificate", x.TLS)
	}
	if !bytes.Contains(x.Response, []byte("sealedHTTP/1.1")) {
		t.Errorf("response = %q, want plain HTTP/1.1 text", x.Response)
	}
	if _, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), Request{URL: srv.URL}); err == nil {
		t.Error("a certificate that nobody vouches for was accepted")
	}
}

func br(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestEncodings(t *testing.T) {
	text := []byte(strings.Repeat("<p>free flight and room</p>", 100))
	var zl bytes.Buffer
	w := zlib.NewWriter(&zl)
	w.Write(text)
	w.Close()
	zs, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		encoding string
		body     []byte
		want     []byte
		cut      Truncation
		fails    bool
	}{
		"plain":                       {"", text, text, "", false},
		"identity":                    {"identity", text, text, "", false},
		"gzip":                        {"gzip", gz(text), text, "", false},
		"gzip in capitals":            {"GZIP", gz(text), text, "", false},
		"deflate":                     {"deflate", zl.Bytes(), text, "", false},
		"zstd":                        {"zstd", zs.EncodeAll(text, nil), text, "", false},
		"gzip twice":                  {"gzip, gzip", gz(gz(text)), text, "", false},
		"gzip said, plain sent":       {"gzip", text, text, "", false},
		"gzip broken off":             {"gzip", gz(text)[:60], nil, TruncatedUnspecified, false},
		"brotli":                      {"br", br(text), text, "", false},
		"brotli in gzip":              {"br, gzip", gz(br(text)), text, "", false},
		"brotli broken off":           {"br", br(text)[:30], nil, TruncatedUnspecified, false},
		"zstd broken off":             {"zstd", zs.EncodeAll(text, nil)[:20], nil, TruncatedUnspecified, false},
		"an encoding nobody knows":    {"exi", text, nil, "", true},
		"four encodings are too many": {"gzip,gzip,gzip,gzip", text, nil, "", true},
		"nothing":                     {"gzip", nil, nil, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				if tt.encoding != "" {
					w.Header().Set("Content-Encoding", tt.encoding)
				}
				w.Header().Set("Content-Length", fmt.Sprint(len(tt.body)))
				w.Write(tt.body)
			}))
			defer srv.Close()
			res, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), Request{URL: srv.URL})
			if (err != nil) != tt.fails {
				t.Fatalf("error = %v, want failure %v", err, tt.fails)
			}
			if tt.fails {
				if len(res.Hops) != 1 || !bytes.HasSuffix(res.Hops[0].Response, tt.body) {
					t.Error("the exchange that could not be decoded was not kept")
				}
				return
			}
			if tt.want != nil && !bytes.Equal(res.Body, tt.want) || res.Truncated != tt.cut {
				t.Errorf("body = %.80q, truncated %q, want %.80q, %q", res.Body, res.Truncated, tt.want, tt.cut)
			}
			if !bytes.HasSuffix(res.Hops[0].Response, tt.body) {
				t.Error("the wire does not end with the encoded body")
			}
		})
	}
}

func TestHostileHosts(t *testing.T) {
	const limit = 64 << 10
	drip := func(c net.Conn, piece string) {
		for {
			if _, err := io.WriteString(c, piece); err != nil {
				return
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-t.Context().Done():
				return
			}
		}
	}
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	bomb := gz(make([]byte, 64<<20))
	base := raw(t, func(path string, c net.Conn) {
		switch path {
		case "/slow-header":
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			drip(c, "X: y\r\n")
		case "/slow-body":
			io.WriteString(c, ok+"\r\n")
			drip(c, "<p>")
		case "/silent":
			<-t.Context().Done()
		case "/bomb":
			fmt.Fprintf(c, ok+"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb)
		case "/bomb-by-type": // what colly would decode on its own
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb)
		case "/bomb.xml.gz":
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb)
		case "/endless":
			io.WriteString(c, ok+"Transfer-Encoding: chunked\r\n\r\n")
			chunk := "2000\r\n" + strings.Repeat("x", 0x2000) + "\r\n"
			for range (10 << 30) / 0x2000 {
				if _, err := io.WriteString(c, chunk); err != nil {
					return
				}
			}
		case "/short":
			io.WriteString(c, ok+"Content-Length: 1000\r\n\r\nonly this")
		case "/long":
			io.WriteString(c, ok+"Content-Length: 4\r\n\r\nfour and more that is not part of it")
		case "/negative":
			io.WriteString(c, ok+"Content-Length: -1\r\n\r\nx")
		case "/headers":
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for i := range 100_000 {
				if _, err := fmt.Fprintf(c, "X-%d: y\r\n", i); err != nil {
					return
				}
			}
			io.WriteString(c, "\r\nbody")
		case "/garbage":
			io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n")
		case "/nul":
			io.WriteString(c, ok+"Content-Length: 6\r\n\r\na\x00b\x00\x00c")
		case "/nul-header":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\nx")
		case "/closed":
		case "/bad-chunk":
			io.WriteString(c, ok+"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n")
		case "/charset":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=klingon\r\nContent-Length: 2\r\n\r\n\xff\xfe")
		case "/film":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n")
			drip(c, strings.Repeat("x", 1000))
		}
	})
	h := newTestHTTP(t, HTTPOptions{MaxBody: limit, MaxHeader: 32 << 10, HeaderTimeout: 300 * time.Millisecond, Timeout: 600 * time.Millisecond})
	tests := map[string]struct {
		path  string
		body  string
		size  int
		cut   Truncation
		fails string // part of the error
	}{
		"headers that never end":             {path: "/slow-header", fails: "timeout"},
		"a body that never ends":             {path: "/slow-body", size: -1, cut: TruncatedTime},
		"no answer at all":                   {path: "/silent", fails: "timeout"},
		"a gzip bomb":                        {path: "/bomb", size: limit, cut: TruncatedLength},
		"a gzip bomb by content type":        {path: "/bomb-by-type", size: -1},
		"a gzip bomb by name":                {path: "/bomb.xml.gz", size: -1},
		"ten gigabytes in chunks":            {path: "/endless", size: limit, cut: TruncatedLength},
		"a body shorter than announced":      {path: "/short", body: "only this", cut: TruncatedDisconnect},
		"a body longer than announced":       {path: "/long", body: "four"},
		"a negative length":                  {path: "/negative", fails: "HTTP"},
		"a hundred thousand headers":         {path: "/headers", fails: "too big"},
		"another protocol":                   {path: "/garbage", fails: "no valid HTTP"},
		"NUL bytes in the body":              {path: "/nul", body: "a\x00b\x00\x00c"},
		"NUL bytes in a header":              {path: "/nul-header", fails: "no valid HTTP"},
		"a connection closed without a word": {path: "/closed", fails: "EOF"},
		"a broken chunk":                     {path: "/bad-chunk", body: "hello", cut: TruncatedDisconnect},
		"a charset that does not exist":      {path: "/charset", body: "\xff\xfe"},
		"a film is not downloaded":           {path: "/film", cut: TruncatedUnspecified},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			res, err := h.Fetch(t.Context(), Request{URL: base + tt.path})
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
			if tt.fails != "" {
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(tt.fails)) {
					t.Fatalf("error = %v, want one about %q", err, tt.fails)
				}
				if len(err.Error()) > 1000 {
					t.Errorf("error of %d bytes repeats hostile text", len(err.Error()))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.size == 0 && string(res.Body) != tt.body || tt.size > 0 && len(res.Body) != tt.size || len(res.Body) > limit {
				t.Errorf("body of %d bytes = %.60q, want %d bytes %q", len(res.Body), res.Body, tt.size, tt.body)
			}
			if tt.path != "/bomb-by-type" && tt.path != "/bomb.xml.gz" && res.Truncated != tt.cut {
				t.Errorf("truncated = %q, want %q", res.Truncated, tt.cut)
			}
			if n := len(res.Hops[0].Response); n > limit+(32<<10)+(64<<10) {
				t.Errorf("%d wire bytes kept, over every cap", n)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	var inner atomic.Int32
	secret := raw(t, func(string, net.Conn) { inner.Add(1) }) // reached only when the guard fails
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/one": "/end", "/loop": "/loop", "/metadata": "http://169.254.169.254/latest/meta-data/", "/file": "file:///etc/passwd",
			"/mapped": "http://[::ffff:10.0.0.1]/", "/number": "http://0x0a000001/", "/name": "http://localhost.localdomain.invalid/",
			"/scheme": "gopher://127.0.0.1:70/", "/relative": "end#x", "/long": "/" + strings.Repeat("x", 3000),
			"/bad": "http://[::1", "/creds": "http://user:pass@127.0.0.1/", "/private": strings.Replace(secret, "127.0.0.1", "127.0.0.9", 1),
			"/ask": "/asked",
		}
		if n, ok := strings.CutPrefix(r.URL.Path, "/chain/"); ok {
			var i int
			fmt.Sscan(n, &i)
			if i > 0 {
				http.Redirect(w, r, fmt.Sprintf("/chain/%d", i-1), http.StatusMovedPermanently)
				return
			}
		} else if l, ok := to[r.URL.Path]; ok {
			w.Header().Set("Location", l)
			w.WriteHeader(http.StatusFound)
			return
		}
		fmt.Fprint(w, "end")
	}))
	defer srv.Close()
	h := newTestHTTP(t, HTTPOptions{})
	no := errors.New("no")
	allow := func(_ context.Context, u *url.URL) error {
		if u.Path == "/asked" {
			return no
		}
		return nil
	}
	tests := map[string]struct {
		path    string
		hops    int
		blocked bool
		refused bool
		is      error
	}{
		"one":                               {path: "/one", hops: 2},
		"relative, with fragment":           {path: "/relative", hops: 2},
		"as many as are allowed":            {path: "/chain/10", hops: 11},
		"one more":                          {path: "/chain/11", hops: 11, is: ErrTooManyRedirects},
		"a loop":                            {path: "/loop", hops: 11, is: ErrTooManyRedirects},
		"to the metadata service":           {path: "/metadata", hops: 1, blocked: true, refused: true},
		"to a file":                         {path: "/file", hops: 1, blocked: true, refused: true},
		"to a private address in disguise":  {path: "/mapped", hops: 1, blocked: true, refused: true},
		"to another loopback address":       {path: "/private", hops: 1, blocked: true, refused: true},
		"to another scheme":                 {path: "/scheme", hops: 1, blocked: true, refused: true},
		"with credentials":                  {path: "/creds", hops: 1, blocked: true, refused: true},
		"to a URL that is too long":         {path: "/long", hops: 1, refused: true},
		"to nonsense":                       {path: "/bad", hops: 1, refused: true},
		"to a page that the caller refuses": {path: "/ask", hops: 1, refused: true, is: no},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := h.Fetch(t.Context(), Request{URL: srv.URL + tt.path, Allow: allow})
			if wantErr := tt.blocked || tt.refused || tt.is != nil; (err != nil) != wantErr || tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("error = %v", err)
			}
			if _, ok := errors.AsType[*BlockedError](err); ok != tt.blocked {
				t.Errorf("error = %v, want blocked %v", err, tt.blocked)
			}
			if _, ok := errors.AsType[*RedirectError](err); ok != tt.refused {
				t.Errorf("error = %v, want a redirect refused %v", err, tt.refused)
			}
			if len(res.Hops) != tt.hops {
				t.Errorf("%d hops kept, want %d", len(res.Hops), tt.hops)
			}
		})
	}
	t.Run("an address written as a number", func(t *testing.T) {
		if _, err := h.Fetch(t.Context(), Request{URL: srv.URL + "/number"}); err == nil {
			t.Error("0x0a000001 was fetched")
		}
	})
	if n := inner.Load(); n != 0 {
		t.Errorf("a refused host was reached %d times", n)
	}
}

func TestFirstURLIsChecked(t *testing.T) {
	g, err := NewGuard(GuardOptions{})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	h := newTestHTTP(t, HTTPOptions{Guard: g})
	for name, u := range map[string]string{
		"loopback":        srv.URL,
		"loopback name":   strings.Replace(srv.URL, "127.0.0.1", "localhost", 1),
		"file":            "file:///etc/passwd",
		"odd port":        "http://a.test:22/",
		"default to none": "//a.test/",
		"too long":        "http://a.test/" + strings.Repeat("x", MaxURL),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := h.Fetch(t.Context(), Request{URL: u}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestCancelEndsAFetch(t *testing.T) {
	began := make(chan struct{})
	base := raw(t, func(_ string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nstart")
		close(began)
		<-t.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	if _, err := newTestHTTP(t, HTTPOptions{}).Fetch(ctx, Request{URL: base}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

// Colly reads COLLY_ variables after the options and lets them win: nothing of
// that may reach us, nor may a proxy of the environment.
func TestEnvironmentChangesNothing(t *testing.T) {
	for k, v := range map[string]string{
		"COLLY_USER_AGENT": "evil", "COLLY_MAX_BODY_SIZE": "3", "COLLY_ALLOWED_DOMAINS": "nowhere.test", "COLLY_DISALLOWED_DOMAINS": "127.0.0.1",
		"COLLY_CACHE_DIR": t.TempDir(), "COLLY_FOLLOW_REDIRECTS": "no", "COLLY_IGNORE_ROBOTSTXT": "1", "COLLY_MAX_DEPTH": "1",
		"COLLY_MAX_REQUESTS": "1", "COLLY_PARSE_HTTP_ERROR_RESPONSE": "no", "COLLY_DETECT_CHARSET": "1", "COLLY_DISABLE_COOKIES": "no", "COLLY_TRACE_HTTP": "1",
		"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
	} {
		t.Setenv(k, v)
	}
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if got := r.Header.Get("User-Agent"); got != testAgent {
			t.Errorf("user agent = %q", got)
		}
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was sent")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.URL.Path == "/hop" {
			http.Redirect(w, r, "/end", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "long enough")
	}))
	defer srv.Close()
	h := newTestHTTP(t, HTTPOptions{})
	for range 2 { // the same URL twice: nothing of colly's is remembered
		res, err := h.Fetch(t.Context(), Request{URL: srv.URL + "/hop"})
		if err != nil {
			t.Fatal(err)
		}
		if res.Status != http.StatusTeapot || string(res.Body) != "long enough" || len(res.Hops) != 2 {
			t.Errorf("status %d, body %q, %d hops", res.Status, res.Body, len(res.Hops))
		}
	}
	if n := hits.Load(); n != 4 {
		t.Errorf("host was asked %d times, want 4", n)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		value string
		want  time.Duration
	}{
		"none":           {"", 0},
		"seconds":        {"120", 2 * time.Minute},
		"a date":         {"Sun, 22 Nov 2026 08:01:00 GMT", time.Minute},
		"a date gone by": {"Sun, 22 Nov 2026 07:01:00 GMT", 0},
		"negative":       {"-5", 0},
		"absurd":         {"99999999999", 24 * time.Hour},
		"nonsense":       {"soon", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := RetryAfter(http.Header{"Retry-After": {tt.value}}, now); got != tt.want {
				t.Errorf("RetryAfter(%q) = %v, want %v", tt.value, got, tt.want)
			}
		})
	}
}

func FuzzUndo(f *testing.F) {
	seeds := [][]byte{gz([]byte("<p>x</p>")), []byte("plain <p>"), {0x1f, 0x8b}, {0x28, 0xb5, 0x2f, 0xfd, 0x04}, {0x78, 0x9c}}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for i, s := range seeds {
		f.Add(s, []string{"gzip", "gzip", "gzip, deflate", "zstd", "deflate"}[i])
	}
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		const limit = 1 << 16
		out, _, err := undo(body, encoding, limit)
		if err == nil && len(out) > max(limit, len(body)) {
			t.Fatalf("%d bytes out of %d", len(out), len(body))
		}
	})
}
