package crawler

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestShapes(t *testing.T) {
	for name, tt := range map[string]struct {
		urls     []string
		shape    string
		calendar bool
	}{
		"posts by number":        {[]string{"https://a.test/job/17", "https://a.test/job/204"}, "a.test/job/#", false},
		"posts by name":          {[]string{"https://a.test/job/typist-in-poipet", "https://a.test/job/driver"}, "a.test/job/w", false},
		"posts by drawn id":      {[]string{"https://a.test/j/8f3a9b21c0de", "https://a.test/j/77ab12cd34ef"}, "a.test/j/id", false},
		"a listing":              {[]string{"https://a.test/jobs?page=2&q=x", "https://a.test/jobs?q=y&page=9"}, "a.test/jobs?page&q", false},
		"a calendar by query":    {[]string{"https://a.test/events?month=11&year=2026", "https://a.test/events?year=1&month=2"}, "a.test/events?month&year", true},
		"a calendar by date":     {[]string{"https://a.test/list?from=2026-11-22", "https://a.test/list?from=2031-01-01"}, "a.test/list?from=date", true},
		"a calendar by path":     {[]string{"https://a.test/archive/2026/11", "https://a.test/archive/2031/1"}, "a.test/archive/#/#", true},
		"a calendar by its name": {[]string{"https://a.test/calendar/2026/11/22"}, "a.test/calendar/#/#/#", true},
		"a post under its date":  {[]string{"https://a.test/2026/11/22/driver-wanted", "https://a.test/2025/01/02/typist"}, "a.test/#/#/#/w", false},
		"the front page":         {[]string{"https://a.test/", "https://a.test"}, "a.test/", false},
		"names that are made":    {[]string{"https://a.test/x?k12345=1", "https://a.test/x?k99999=1"}, "a.test/x?*", false},
	} {
		for _, raw := range tt.urls {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			var x shapes
			if got := x.of(u); got != tt.shape || calendar(u, got) != tt.calendar {
				t.Errorf("%s: shape of %s = %q, calendar %v, want %q and %v", name, raw, got, calendar(u, got), tt.shape, tt.calendar)
			}
		}
	}
}

func TestShapesAreBounded(t *testing.T) {
	tr := newTraps(10, time.Now())
	for i := range 5 * maxShapes {
		u := &url.URL{Scheme: "https", Host: "a.test", Path: fmt.Sprintf("/%s/x", strings.Repeat("w", i%30)+letters(i))}
		tr.visited(u, time.Time{}, nil, nil)
	}
	if n := len(tr.count); n > maxShapes+10 {
		t.Errorf("%d shapes are kept, want at most %d", n, maxShapes)
	}
	u := &url.URL{Scheme: "https", Host: "a.test", Path: "/another/x"}
	if !tr.closed(u) {
		t.Error("a site of endless first parts is not left")
	}
}

func letters(i int) string {
	var b []byte
	for ; i > 0; i /= 26 {
		b = append(b, byte('a'+i%26))
	}
	return string(b)
}

func TestTrapsSpareWhatGives(t *testing.T) {
	u := func(i int) *url.URL {
		p, err := url.Parse(fmt.Sprintf("https://a.test/thread/%d", i))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	tr := newTraps(10, time.Now())
	for i := range 2000 { // one page of 40 gives a post
		var posts []post.Post
		if i%40 == 0 {
			posts = []post.Post{{URL: u(i).String()}}
		}
		if tr.visited(u(i), time.Time{}, posts, nil); tr.closed(u(i)) {
			t.Fatalf("a shape that gives posts was left after %d pages", i+1)
		}
	}
	tr = newTraps(10, time.Now())
	for range 100 {
		tr.visited(u(1), time.Time{}, nil, nil)
	}
	if tr.closed(u(1)) {
		t.Error("a page that is looked at often counts as many")
	}
	same := []source.Link{{URL: "https://a.test/job/1", Post: true}}
	for i := range 30 {
		tr.visited(u(i), time.Time{}, nil, same)
	}
	if tr.closed(u(2)) {
		t.Error("one page that gave something is worth fifty that gave nothing")
	}
	for i := range 100 {
		tr.visited(u(100+i), time.Time{}, nil, same)
	}
	if !tr.closed(u(2)) {
		t.Error("pages that lead to one post again and again count as giving")
	}
	tr.renew(time.Now().Add(25 * time.Hour))
	if tr.closed(u(2)) {
		t.Error("a service counts anew after a day")
	}
	if never := newTraps(-1, time.Now()); never.closed(u(1)) {
		t.Error("no limit")
	}
}

// TestEndlessSite walks a site with an endless calendar, session ids in paths,
// queries and redirects, a search that links to searches, and endless words: the
// crawl ends and has found all real posts.
func TestEndlessSite(t *testing.T) {
	const n = 60
	var d diary
	var session atomic.Int64
	sid := func() string { return fmt.Sprintf("%016x%016x", session.Add(1)*7919, session.Load()*104729+1<<40) }
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		p := r.URL.Path
		switch {
		case p == "/robots.txt":
		case strings.HasPrefix(p, "/job/"):
			i := 0
			fmt.Sscanf(p, "/job/%d", &i)
			fmt.Fprint(w, jobPage(i, fmt.Sprintf("/job/%d;jsessionid=%s", (i+1)%n, sid()), fmt.Sprintf("/job/%d?PHPSESSID=%s", (i+7)%n, sid()), "/calendar?year=2026&month=11", "/s/start", "/loop", "/grow"))
		case p == "/calendar":
			y, m := 0, 0
			fmt.Sscan(r.URL.Query().Get("year"), &y)
			fmt.Sscan(r.URL.Query().Get("month"), &m)
			var b strings.Builder
			for k := -6; k <= 6; k++ {
				fmt.Fprintf(&b, `<a href="/calendar?year=%d&month=%d">m</a> <a href="/events/%d/%d/%d">d</a>`, y+k, (m+k+11)%12+1, y, m, k+7)
			}
			fmt.Fprintf(w, `<html><title>Calendar</title><body><h1>%d</h1>%s<a href="/job/%d">Customer service</a></body></html>`, m, b.String(), m%n)
		case strings.HasPrefix(p, "/events/"):
			fmt.Fprintf(w, `<html><body>No events.<a href="%s1">next</a><a href="/events/%d/1/1">y</a></body></html>`, p, session.Add(1)%1000+2000)
		case strings.HasPrefix(p, "/s/"):
			k := session.Add(1)
			fmt.Fprintf(w, `<html><body>Results<a href="/s/%s?q=%s">a</a><a href="/s/%s">b</a></body></html>`, letters(int(k)), letters(int(k*3)), letters(int(k*7)))
		case p == "/loop":
			http.Redirect(w, r, "/loop?sid="+sid(), http.StatusFound)
		default:
			fmt.Fprintf(w, `<html><body><a href="%s/more">x</a><a href="/grow%d/x">y</a></body></html>`, p, session.Add(1))
		}
	})
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/job/0"}, Unpaced: true, MaxAlike: 100, MaxDepth: 1000, MaxPages: -1})
	c := r.run(t)
	rep := c.Report()
	posts := map[string]bool{}
	for _, s := range r.sink.posts {
		posts[s.Post.Title] = true
	}
	if len(posts) != n {
		t.Errorf("%d of %d posts were found", len(posts), n)
	}
	jobs := 0
	for p, times := range d.times {
		if strings.HasPrefix(p, "/job/") {
			jobs += len(times)
		}
	}
	if jobs > n {
		t.Errorf("the %d pages with posts were asked for %d times: sessions made new ones", n, jobs)
	}
	if total := len(d.all); total > 1500 {
		t.Errorf("%d requests for %d posts", total, n)
	}
	if rep.Left != 0 || rep.Skipped[outcomeTrap] == 0 {
		t.Errorf("report = %+v, want none left and some left out as traps", rep)
	}
	t.Logf("%d requests, %d of them for the %d posts; %d pages left out as traps", len(d.all), jobs, n, rep.Skipped[outcomeTrap])
}
