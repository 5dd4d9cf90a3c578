package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestPause(t *testing.T) {
	at := time.Unix(1, 0)
	for name, c := range map[string]struct {
		last           frontier.Visit
		depth          int
		changed, lists bool
		want           time.Duration
	}{
		"the first visit":                     {frontier.Visit{}, 1, true, false, 8 * time.Hour},
		"a visit of an older version":         {frontier.Visit{At: at}, 1, false, false, 8 * time.Hour},
		"changed":                             {frontier.Visit{At: at, Every: 8 * time.Hour}, 1, true, false, 4 * time.Hour},
		"changed each time":                   {frontier.Visit{At: at, Every: 2 * time.Hour}, 1, true, false, 2 * time.Hour},
		"the same":                            {frontier.Visit{At: at, Every: 8 * time.Hour}, 1, false, false, 12 * time.Hour},
		"the same for long":                   {frontier.Visit{At: at, Every: 127 * time.Hour}, 1, false, false, 128 * time.Hour},
		"a list that is the same for long":    {frontier.Visit{At: at, Every: 31 * time.Hour}, 1, false, true, 32 * time.Hour},
		"a seed that is the same":             {frontier.Visit{At: at, Every: 8 * time.Hour}, 0, false, true, 8 * time.Hour},
		"a seed that changed":                 {frontier.Visit{At: at, Every: 8 * time.Hour}, 0, true, true, 4 * time.Hour},
		"learnt under a longer setting":       {frontier.Visit{At: at, Every: 9999 * time.Hour}, 1, true, false, 128 * time.Hour},
		"learnt under a much shorter setting": {frontier.Visit{At: at, Every: time.Minute}, 1, false, false, 2 * time.Hour},
	} {
		s := &site{Site: Site{Recrawl: 8 * time.Hour}}
		if got := s.pause(frontier.Lease{Depth: c.depth, Last: c.last}, c.changed, c.lists); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHeld(t *testing.T) {
	page := func(bytes string, posts []post.Post, links ...source.Link) int64 {
		return held(post.Capture{Class: post.ClassContent, Digest: post.DigestOf([]byte(bytes))}, source.Found{Posts: posts, Links: links})
	}
	one, two := []post.Post{{Digest: "1"}}, []post.Post{{Digest: "2"}}
	a, b := source.Link{URL: "http://a.test/a", Post: true}, source.Link{URL: "http://a.test/b", Post: true}
	plain, other := source.Link{URL: "http://a.test/c"}, source.Link{URL: "http://a.test/d"}
	for name, c := range map[string]struct {
		x, y int64
		same bool
	}{
		"a post with another token and other links beside it": {page("x", one, a), page("y", one, b), true},
		"another post":                      {page("x", one), page("x", two), false},
		"one post more":                     {page("x", one), page("x", append(one, two...)), false},
		"a list in another order":           {page("x", nil, a, b), page("y", nil, b, a), true},
		"a list with one more":              {page("x", nil, a), page("x", nil, a, b), false},
		"a list with other links around it": {page("x", nil, a, plain), page("y", nil, a, other), true},
		"links only":                        {page("x", nil, plain), page("y", nil, plain), true},
		"other links":                       {page("x", nil, plain), page("x", nil, other), false},
		"no links":                          {page("x", nil), page("y", nil), false},
		"gone, twice, with other words":     {held(post.Capture{Class: post.ClassGone, Digest: "x"}, source.Found{}), held(post.Capture{Class: post.ClassGone, Digest: "y"}, source.Found{}), true},
		"gone, and a login":                 {held(post.Capture{Class: post.ClassGone}, source.Found{}), held(post.Capture{Class: post.ClassLogin}, source.Found{}), false},
	} {
		if (c.x == c.y) != c.same {
			t.Errorf("%s: same = %v, want %v", name, c.x == c.y, c.same)
		}
	}
}

// TestVisitsAdapt serves a site for five days of a clock that is moved to each
// next due time. One page changes at each visit, one never does and says so, one
// never does and has no validators.
func TestVisitsAdapt(t *testing.T) {
	const recrawl = 8 * time.Hour
	var d diary
	var same, whole atomic.Int64
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, n int) {
		switch r.URL.Path {
		case "/":
			fmt.Fprintf(w, `<html><body><h1>Jobs</h1><p>%d visitors</p><a href="/job/1">Job 1</a> <a href="/job/2">Job 2</a> <a href="/job/3">Job 3</a></body></html>`, n)
		case "/job/1":
			fmt.Fprint(w, jobPage(n))
		case "/job/2":
			w.Header().Set("ETag", `"v1"`)
			if r.Header.Get("If-None-Match") == `"v1"` {
				same.Add(1)
				w.WriteHeader(http.StatusNotModified)
				return
			}
			whole.Add(1)
			fmt.Fprint(w, jobPage(2))
		case "/job/3":
			if len(r.Header["If-None-Match"])+len(r.Header["If-Modified-Since"]) > 0 {
				t.Error("a page without validators was asked for by some")
			}
			fmt.Fprint(w, jobPage(3))
		}
	})
	var skew atomic.Int64 // of the clock, in nanoseconds
	now := func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(t.TempDir(), "f.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, Recrawl: recrawl})
	r.opt.Frontier, r.opt.Now, r.opt.Service = store, now, true
	begin := now()
	var reported int64
	for now().Sub(begin) < 120*time.Hour {
		rep, next := serveDue(t, r)
		reported += rep.Same
		skew.Add(int64(next.Sub(now())) + int64(time.Second))
	}
	// Reckoned: 8, 4, 2, 2 … hours; 8, 12, 18, 27, 40.5 …; a seed each 8.
	for path, want := range map[string]int{"/job/1": 56, "/job/2": 6, "/job/3": 6, "/": 15} {
		if got := d.count(path); got < want-2 || got > want+2 {
			t.Errorf("%s was visited %d times in five days, want about %d", path, got, want)
		}
	}
	if whole.Load() != 1 || same.Load() != int64(d.count("/job/2"))-1 || reported != same.Load() {
		t.Errorf("the page that never changes was sent whole %d times and answered with 304 %d times (%d reported), want 1 and all others", whole.Load(), same.Load(), reported)
	}
	for _, e := range r.vault.puts {
		if e.Capture.Status == http.StatusNotModified {
			t.Error("a 304 was kept as a capture")
		}
	}
	st, err := store.Stat(t.Context(), "s")
	if err != nil || st.Outcomes[outcomeSame] != 1 || st.Outcomes["content"] != 3 {
		t.Errorf("frontier = %+v, %v, want 1 unchanged and 3 content", st, err)
	}
	// A month after it was fetched whole it is fetched whole again.
	skew.Add(int64(wholeAfter))
	serveDue(t, r)
	if whole.Load() != 2 {
		t.Errorf("sent whole %d times after a month, want 2", whole.Load())
	}
}

// serveDue runs the service until nothing is due, and tells when something is.
func serveDue(t *testing.T, r *rig) (Report, time.Time) {
	t.Helper()
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := r.opt.Frontier.Stat(t.Context(), "s")
		if err != nil {
			t.Fatal(err)
		}
		if st.Known > 0 && st.Due == 0 && st.Leased == 0 {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Fatalf("run: %v, want context.Canceled", err)
			}
			return c.Report(), st.Next
		}
		select {
		case err := <-ended:
			t.Fatalf("run ended by itself: %v with %+v", err, st)
		case <-tick.C:
		}
	}
}

// TestFreshPostsComeFirst looks at the links of a page that was seen before, and of one
// that was not.
func TestFreshPostsComeFirst(t *testing.T) {
	c, err := New(newRig(t, Site{Name: "s", Seeds: []string{"http://a.test/"}}).opt)
	if err != nil {
		t.Fatal(err)
	}
	s := c.sites["s"]
	found := []source.Link{{URL: "http://a.test/post", Post: true}, {URL: "http://a.test/page"}}
	for name, l := range map[string]frontier.Lease{"first": {}, "again": {Last: frontier.Visit{At: time.Unix(1, 0)}}} {
		got := c.links(s, l, found)
		want := map[string][2]int{"first": {frontier.RankPost, frontier.RankPage}, "again": {frontier.RankFresh, frontier.RankPage}}[name]
		if len(got) != 2 || got[0].Rank() != want[0] || got[1].Rank() != want[1] {
			t.Errorf("%s: links = %+v, want ranks %v", name, got, want)
		}
	}
}

func TestASecond(t *testing.T) {
	for name, c := range map[string]struct {
		paces []time.Duration
		want  int
	}{
		"the usual pace":         {[]time.Duration{time.Second}, 2},
		"a slow host":            {[]time.Duration{time.Minute}, 2},
		"a quick one":            {[]time.Duration{100 * time.Millisecond}, 10},
		"a very quick one":       {[]time.Duration{time.Millisecond}, 32},
		"quick and slow at once": {[]time.Duration{time.Millisecond, time.Second}, 2},
	} {
		crawl, names := &Crawler{sites: map[string]*site{}}, []string{}
		for i, p := range c.paces {
			names = append(names, fmt.Sprint(i))
			crawl.sites[names[i]] = &site{Site: Site{Pace: p}}
		}
		if got := crawl.aSecond(names); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
