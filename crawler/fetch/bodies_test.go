package fetch

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// numbered serves /N: N lines that say so.
func numbered(t testing.TB) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, lines(n))
	}))
	t.Cleanup(srv.Close)
	return srv
}

func lines(n int) string { return strings.Repeat(fmt.Sprintf("<p>line of %d</p>\n", n), n) }

// TestBodiesAreTheirOwn: what was got stays as it is while connections and buffers
// serve the next pages, larger and smaller ones, by many at a time.
func TestBodiesAreTheirOwn(t *testing.T) {
	srv, h := numbered(t), newTestHTTP(t, HTTPOptions{})
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			got := map[int]*Result{}
			for i := range 40 {
				n := (i*37+k*11)%100*(1+i%9) + 1
				res, err := h.Fetch(t.Context(), Request{URL: srv.URL + "/" + strconv.Itoa(n)})
				if err != nil {
					t.Error(err)
					return
				}
				got[n] = res
			}
			for n, res := range got {
				if string(res.Body) != lines(n) {
					t.Errorf("page %d: %d bytes of another page, or cut short: %.60q", n, len(res.Body), res.Body)
				}
				wire := res.Hops[0]
				if !bytes.HasPrefix(wire.Request, []byte("GET /"+strconv.Itoa(n)+" HTTP/1.1\r\n")) || !bytes.HasPrefix(wire.Response, []byte("HTTP/1.1 200 OK\r\n")) ||
					bytes.Count(wire.Response, fmt.Appendf(nil, "line of %d<", n)) < n*9/10 { // chunks may part some
					t.Errorf("page %d: the wire is of another page: %.80q", n, wire.Response)
				}
			}
		})
	}
	wg.Wait()
}

// TestLargeBuffersAreNotKept: a page of many megabytes does not stay in memory.
func TestLargeBuffersAreNotKept(t *testing.T) {
	var s scratch
	b := s.get()
	b.Write(make([]byte, 2<<20))
	s.put(b)
	if c := s.get().Cap(); c > 1<<20 {
		t.Errorf("a buffer of %d bytes was kept", c)
	}
}

// BenchmarkFetch is one page of 30 KB over a kept connection, its server included.
func BenchmarkFetch(b *testing.B) {
	srv := numbered(b)
	h := newTestHTTP(b, HTTPOptions{})
	b.ReportAllocs()
	for b.Loop() {
		if res, err := h.Fetch(b.Context(), Request{URL: srv.URL + "/1500"}); err != nil || len(res.Body) < 30_000 {
			b.Fatal(len(res.Body), err)
		}
	}
}
