package crawler

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gocolly/colly/v2"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// bigSite serves n linked pages of about 30 KB with a job each, from memory.
func bigSite(n int) *httptest.Server {
	filler := strings.Repeat(`<div class="row"><p>We are a growing company looking for motivated people who enjoy working with customers. Benefits include health insurance and paid leave.</p><span class="tag">office</span></div>`, 130)
	pages := make([][]byte, n)
	for i := range pages {
		var links strings.Builder
		for k := 1; k <= 10; k++ {
			fmt.Fprintf(&links, `<li><a href="/job/%d">Job %d</a></li>`, (i*10+k)%n, (i*10+k)%n)
		}
		pages[i] = fmt.Appendf(nil, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Job %d</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Customer service %d","description":"Typing skills, free flight and accommodation, no experience needed","datePosted":"2026-11-01","hiringOrganization":{"@type":"Organization","name":"Company %d"}}</script></head><body><h1>Job %d</h1><ul>%s</ul><main>%s</main></body></html>`, i, i, i, i, links.String(), filler)
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: *\nAllow: /\n")
			return
		}
		i := 0
		if p, ok := strings.CutPrefix(r.URL.Path, "/job/"); ok {
			v, err := strconv.Atoi(p)
			if err != nil || v < 0 || v >= n {
				http.NotFound(w, r)
				return
			}
			i = v
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(pages[i])
	}))
}

// discard is a vault that keeps nothing, to measure the crawler alone.
type discard struct{ n atomic.Int64 }

func (d *discard) Put(_ context.Context, e Evidence) (post.Capture, error) {
	c := e.Capture
	c.ID = "urn:test:" + strconv.FormatInt(d.n.Add(1), 10)
	return c, nil
}

func (*discard) Done(post.Capture) {}

// cpu is the processor time that the process has used, server included: on a busy
// machine it says more than the clock.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

const benchPages = 3000

// BenchmarkCrawl and BenchmarkPlainColly crawl the same site on the same machine:
// quote their ratio, not the figures.
//
// BenchmarkCrawl/core uses an adapter that does what the plain one does, to tell
// the crawler's own cost from that of extraction.
func BenchmarkCrawl(b *testing.B) {
	b.Run("whole", func(b *testing.B) { benchCrawl(b, nil) })
	b.Run("core", func(b *testing.B) {
		benchCrawl(b, func(string) (source.Source, bool) { return lean{}, true })
	})
}

// lean reads JSON-LD and links, and nothing else.
type lean struct{}

func (lean) Name() string { return "lean" }

func (lean) About() source.About { return source.About{} }

func (lean) Extract(_ context.Context, p source.Page) (source.Found, error) {
	var f source.Found
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
	if err != nil {
		return f, err
	}
	base, err := url.Parse(p.URL)
	if err != nil {
		return f, err
	}
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		if u, err := base.Parse(s.AttrOr("href", "")); err == nil {
			f.Links = append(f.Links, source.Link{URL: u.String()})
		}
	})
	doc.Find(`script[type="application/ld+json"]`).Each(func(_ int, s *goquery.Selection) {
		var v struct{ Title, Description string }
		if json.Unmarshal([]byte(s.Text()), &v) == nil {
			f.Posts = append(f.Posts, post.Post{URL: p.URL, Title: v.Title, Text: v.Description})
		}
	})
	return f, nil
}

func benchCrawl(b *testing.B, lookup func(string) (source.Source, bool)) {
	srv := bigSite(benchPages)
	defer srv.Close()
	total, used := 0, cpu(b)
	for b.Loop() {
		b.StopTimer()
		r := newRig(b, Site{Name: "bench", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: 100, MaxPages: -1})
		r.opt.Vault, r.opt.Workers, r.opt.Lookup = &discard{}, 32, lookup
		b.StartTimer()
		rep := r.run(b).Report()
		if rep.Pages < benchPages || rep.Posts < benchPages {
			b.Fatalf("%+v", rep)
		}
		total += int(rep.Pages)
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64((cpu(b)-used).Microseconds())/float64(total), "cpu-µs/page")
}

func BenchmarkPlainColly(b *testing.B) {
	srv := bigSite(benchPages)
	defer srv.Close()
	total, used := 0, cpu(b)
	for b.Loop() {
		c := colly.NewCollector(colly.Async(true))
		if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: 32}); err != nil {
			b.Fatal(err)
		}
		var pages, jobs atomic.Int64
		c.OnResponse(func(*colly.Response) { pages.Add(1) })
		c.OnHTML("a[href]", func(e *colly.HTMLElement) { _ = e.Request.Visit(e.Attr("href")) }) // known URLs are refused
		c.OnHTML(`script[type="application/ld+json"]`, func(e *colly.HTMLElement) {
			var v map[string]any
			if json.Unmarshal([]byte(e.Text), &v) == nil && v["@type"] == "JobPosting" {
				jobs.Add(1)
			}
		})
		if err := c.Visit(srv.URL + "/"); err != nil {
			b.Fatal(err)
		}
		c.Wait()
		if jobs.Load() < benchPages {
			b.Fatalf("%d jobs", jobs.Load())
		}
		total += int(pages.Load())
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64((cpu(b)-used).Microseconds())/float64(total), "cpu-µs/page")
}
