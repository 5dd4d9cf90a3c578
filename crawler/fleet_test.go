package crawler

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/elastic"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// TestTwoCrawlersShareAFrontier runs two crawlers, each with an opened store of its
// own, over hosts that link to each other: together they fetch each page once.
func TestTwoCrawlersShareAFrontier(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "frontier.db")
		twoCrawlers(t, func() (frontier.Store, error) { return frontier.Open(frontier.Options{Path: path}) })
	})
	t.Run("Elasticsearch", func(t *testing.T) {
		opt := elastic.Options{URLs: []string{realtest.Elastic(t)}, Name: "test-" + strings.ToLower(rand.Text()), Dir: t.TempDir(), Patience: time.Minute}
		twoCrawlers(t, func() (frontier.Store, error) { return elastic.Open(context.Background(), opt) })
		s, err := elastic.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// beginner tells when its crawler has joined the round: one that came after the other
// was done would begin a round of its own.
type beginner struct {
	frontier.Store
	began func()
}

func (b beginner) Round(ctx context.Context, site string, fresh bool) (int64, error) {
	defer b.began()
	return b.Store.Round(ctx, site, fresh)
}

func twoCrawlers(t *testing.T, open func() (frontier.Store, error)) {
	const hosts, pages = 6, 8
	var mu sync.Mutex
	visits := map[string]int{}
	var both sync.WaitGroup
	both.Add(2)
	var urls []string
	for h := range hosts {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				return
			}
			both.Wait()
			mu.Lock()
			defer mu.Unlock()
			visits[fmt.Sprint(h, r.URL.Path)]++
			var p int
			fmt.Sscanf(r.URL.Path, "/%d", &p)
			var links []string
			if p+1 < pages { // the next page here, and on the next host
				links = []string{fmt.Sprintf("/%d", p+1), fmt.Sprintf("%s/%d", urls[(h+1)%hosts], p+1)}
			}
			fmt.Fprint(w, jobPage(h*pages+p, links...))
		}))
		defer srv.Close()
		urls = append(urls, srv.URL)
	}
	var site Site
	for _, u := range urls {
		site.Seeds = append(site.Seeds, u+"/0")
	}
	site.Name, site.Unpaced = "s", true
	var rigs []*rig
	var stores []frontier.Store
	for range 2 { // opened before either begins
		s, err := open()
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, site)
		r.opt.Frontier, r.opt.Workers, r.opt.Patience, r.opt.Lease = beginner{s, sync.OnceFunc(both.Done)}, 2, 20*time.Second, time.Minute
		rigs, stores = append(rigs, r), append(stores, s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for i, r := range rigs {
		wg.Go(func() {
			defer r.opt.Frontier.(beginner).began() // one that fails keeps nobody waiting
			c, err := New(r.opt)
			if err == nil {
				err = c.Run(ctx)
			}
			if err != nil {
				t.Errorf("crawler %d: %v", i, err)
			}
			if err := stores[i].Close(); err != nil { // its hosts are free for the other
				t.Errorf("crawler %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if want := hosts * pages; len(visits) != want {
		t.Errorf("%d pages were fetched, want %d", len(visits), want)
	}
	for page, n := range visits {
		if n != 1 {
			t.Errorf("page %s was fetched %d times", page, n)
		}
	}
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if st, err := s.Stat(t.Context(), "s"); err != nil || st.Outcomes["content"] != hosts*pages || st.Waiting+st.Leased+st.Due != 0 {
		t.Errorf("frontier = %+v, %v, want all %d fetched", st, err, hosts*pages)
	}
}
