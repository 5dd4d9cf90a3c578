package app

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// benchSite is a job board of n linked pages of about 30 KB on loopback: JSON-LD in
// the head, ten links, and much prose that comes again on other pages. It counts how
// often each page was asked for.
type benchSite struct {
	n    int
	hits []atomic.Uint32
	rows [][]byte
	bufs sync.Pool
	srv  *http.Server
	url  string
	done chan struct{}
}

// pageRows is how many blocks of prose make a page of about 30 KB.
const pageRows = 150

func newBenchSite(n int) (*benchSite, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the site of the benchmark: %w", err)
	}
	s := &benchSite{n: n, hits: make([]atomic.Uint32, n), url: "http://" + l.Addr().String() + "/job/0", done: make(chan struct{})}
	for _, what := range []string{
		"We are a growing company looking for motivated people who enjoy working with customers. Benefits include health insurance and paid leave.",
		"You will answer calls and messages of our guests, keep our records in order and help your team where hands are needed on a busy day.",
		"Two years in a similar post are welcome but not needed: we teach what you have to know, and a colleague stands beside you at first.",
		"The working week has forty hours on five days; shifts are planned four weeks ahead and can be swapped among colleagues at any time.",
		"Send us a short letter and tell when you could begin. We answer each letter within a week and pay the fare to our first meeting.",
	} {
		s.rows = append(s.rows, []byte(`<div class="row"><p>`+what+`</p><span class="tag">office</span></div>`))
	}
	s.bufs.New = func() any { return new(bytes.Buffer) }
	s.srv = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.srv.Serve(l) // it ends by Close
	}()
	return s, nil
}

// Close ends the site.
func (s *benchSite) Close() error {
	err := s.srv.Close()
	<-s.done
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// counts tells how many pages were never asked for, and how many more than once.
func (s *benchSite) counts() (missed, twice int) {
	for i := range s.hits {
		switch s.hits[i].Load() {
		case 0:
			missed++
		case 1:
		default:
			twice++
		}
	}
	return missed, twice
}

// ServeHTTP answers robots.txt and /job/N.
func (s *benchSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/robots.txt" {
		fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
		return
	}
	i, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/job/"))
	if err != nil || i < 0 || i >= s.n {
		http.NotFound(w, r)
		return
	}
	s.hits[i].Add(1)
	b := s.bufs.Get().(*bytes.Buffer) //nolint:errcheck // the pool holds nothing else
	defer s.bufs.Put(b)
	b.Reset()
	s.page(b, i)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // who went away misses it
}

// page writes page i. It leads to ten others, and all are reached from the first.
func (s *benchSite) page(b *bytes.Buffer, i int) {
	fmt.Fprintf(b, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Job %d</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Customer service %d","description":"Typing skills, free flight and accommodation, no experience needed","datePosted":"2026-11-01","hiringOrganization":{"@type":"Organization","name":"Company %d"},"jobLocation":{"@type":"Place","address":{"@type":"PostalAddress","addressLocality":"Poipet","addressCountry":"KH"}},"baseSalary":{"@type":"MonetaryAmount","currency":"USD","value":{"@type":"QuantitativeValue","minValue":1500,"maxValue":3000,"unitText":"MONTH"}}}</script></head><body><h1>Job %d</h1><ul>`, i, i, i, i)
	for k := 1; k <= 10; k++ {
		to := (i*10 + k) % s.n
		fmt.Fprintf(b, `<li><a href="/job/%d">Job %d</a></li>`, to, to)
	}
	b.WriteString("</ul><main>")
	for k := range pageRows {
		b.Write(s.rows[(i+k*k)%len(s.rows)])
	}
	b.WriteString("</main></body></html>")
}
