// Package demo is a small world to crawl: five sites on loopback, made from posts
// that were written for it and are embedded in the binary. Lures and ordinary
// posts are mixed, in twenty languages; every name, number and handle is made up.
// It judges nothing and knows nothing of the line.
//
// Start at [Start].
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Site is one running sample site.
type Site struct {
	Name    string // jobs, board, classifieds, channel, app
	What    string // one line for people
	URL     string // its front page
	Browser bool   // its posts exist only after JavaScript has run
	Posts   int    // posts that a visitor can find on it
}

// Sites is the running world.
type Sites struct {
	List []Site

	servers []*http.Server
	wg      sync.WaitGroup
}

// Start serves the sites on free ports of 127.0.0.1 until [Sites.Close].
func Start(ctx context.Context) (*Sites, error) {
	posts, err := Posts()
	if err != nil {
		return nil, err
	}
	bySite := map[string][]Post{}
	for _, p := range posts {
		bySite[p.Site] = append(bySite[p.Site], p)
	}
	var s Sites
	for _, k := range []struct {
		site    Site
		handler func([]Post) http.Handler
	}{
		{Site{Name: "jobs", What: "job board with schema.org JSON-LD"}, jobsSite},
		{Site{Name: "board", What: "job board with microdata only"}, boardSite},
		{Site{Name: "classifieds", What: "classifieds in windows-874, GB18030 and windows-1251"}, classifiedsSite},
		{Site{Name: "channel", What: "public preview of chat channels"}, channelSite},
		{Site{Name: "app", What: "pages that exist only after JavaScript runs", Browser: true}, appSite},
	} {
		k.site.Posts = len(bySite[k.site.Name])
		if err := s.serve(ctx, k.site, k.handler(bySite[k.site.Name])); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return &s, nil
}

func (s *Sites) serve(ctx context.Context, site Site, h http.Handler) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve sample site %s: %w", site.Name, err)
	}
	site.URL = "http://" + l.Addr().String() + "/"
	srv := &http.Server{Handler: withManners(h), ReadHeaderTimeout: 5 * time.Second}
	s.List = append(s.List, site)
	s.servers = append(s.servers, srv)
	s.wg.Go(func() { _ = srv.Serve(l) }) // returns ErrServerClosed after Close
	return nil
}

// Total is the number of posts that all sites hold.
func (s *Sites) Total() (n int) {
	for _, x := range s.List {
		n += x.Posts
	}
	return n
}

// Close stops the sites and waits until they have stopped.
func (s *Sites) Close() error {
	var errs []error
	for _, srv := range s.servers {
		errs = append(errs, srv.Close())
	}
	s.wg.Wait()
	return errors.Join(errs...)
}

// withManners adds what every site has: a robots.txt that closes one folder, an
// about page that is no post, and the closed folder itself, whose visitors can
// be counted by a test.
func withManners(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
	})
	mux.HandleFunc("GET /private/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Closed</title><p>robots.txt asks crawlers to stay out of this folder.")
	})
	mux.HandleFunc("GET /about", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, about)
	})
	mux.Handle("/", next)
	return mux
}

const about = `<!doctype html><html lang="en"><head><title>About us</title></head><body><h1>About us</h1>
<p>This board has brought neighbours together since 2009. Three of us look after it in the evenings, and the
server stands in a cupboard beside the kitchen. We like hearing from readers, and we publish a short history of
the neighbourhood every spring.</p><p><a href="/">Front page</a> <a href="/private/notes">Notes</a></p></body></html>`
