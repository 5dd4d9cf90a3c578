package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/post"
)

// ProbeOptions is one page to be looked at once, without archive, stream or index.
type ProbeOptions struct {
	Config   config.Config
	URL      string
	Adapter  string         // name of a source
	AllowNet []netip.Prefix // private networks that may be fetched from
	Version  string         // of the binary, for the user agent
	Log      *slog.Logger   // nil discards
}

// Probe fetches one page as the crawler would: guarded, robots.txt obeyed, with the
// token and the pace of the configured source that it belongs to. It returns the
// page for the source to read; nothing of it is kept.
func Probe(ctx context.Context, opt ProbeOptions) (p source.Page, err error) {
	dir, err := os.MkdirTemp("", "lurewatch-probe-*")
	if err != nil {
		return p, fmt.Errorf("probe: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{opt: Options{Version: opt.Version, Now: time.Now}, cfg: opt.Config, log: opt.Log}
	guard, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: append(opt.AllowNet, opt.Config.Crawl.AllowNet...)})
	if err != nil {
		return p, err
	}
	web, err := fetch.NewHTTP(fetch.HTTPOptions{Guard: guard, UserAgent: a.userAgent(), Now: a.opt.Now})
	if err != nil {
		return p, err
	}
	defer web.Close()
	store, err := frontier.Open(frontier.Options{Path: filepath.Join(dir, "frontier.db"), Now: a.opt.Now})
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	kept, why := &lastPage{}, ""
	c, err := crawler.New(crawler.Options{
		Sites: []crawler.Site{opt.site()}, Frontier: store, HTTP: web, Vault: kept, Workers: 1, MaxTries: 1,
		Emit: func(context.Context, []post.Sighting) error { return nil }, IgnoreRobots: opt.Config.Crawl.IgnoreRobots,
		OnSkip: func(_, _, reason string) { why = reason }, Log: opt.Log, Now: a.opt.Now,
	})
	if err != nil {
		return p, err
	}
	if err := c.Run(ctx); err != nil {
		return p, err
	}
	switch {
	case why != "":
		return p, fmt.Errorf("%s is left alone: %s", opt.URL, why)
	case kept.page == nil:
		return p, fmt.Errorf("fetch %s: nothing came\nhint: try again later; its host may ask to wait", opt.URL)
	case kept.class != post.ClassContent:
		return p, fmt.Errorf("fetch %s: the answer is no content but %s (status %d)\nhint: open the page in a browser to see what it asks for", opt.URL, kept.class, kept.status)
	}
	return *kept.page, nil
}

// site is the one page as a site. Token and pace are those of the configured source
// with this adapter and a seed on the same host.
func (opt ProbeOptions) site() crawler.Site {
	s := crawler.Site{Name: "probe", Seeds: []string{opt.URL}, Adapter: opt.Adapter, MaxDepth: -1, MaxPages: 1, Browser: crawler.BrowserOff, Pace: opt.Config.Crawl.Pace}
	for _, have := range SitesOf(opt.Config) {
		for _, seed := range have.Seeds {
			if have.Adapter == opt.Adapter && strings.EqualFold(hostOf(seed), hostOf(opt.URL)) {
				s.Token, s.Pace = have.Token, have.Pace
			}
		}
	}
	s.Unpaced = s.Pace == 0
	return s
}

func hostOf(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// lastPage is a vault that keeps one page in memory.
type lastPage struct {
	page   *source.Page
	class  post.Class
	status int
}

// Put implements [crawler.Vault].
func (l *lastPage) Put(_ context.Context, e crawler.Evidence) (post.Capture, error) {
	c := e.Capture
	c.ID = archive.NewID()
	url := c.FinalURL
	if url == "" {
		url = c.URL
	}
	l.page = &source.Page{URL: url, ContentType: c.ContentType, Body: e.Payload(), FetchedAt: c.FetchedAt}
	l.class, l.status = c.Class, c.Status
	return c, nil
}

// Done implements [crawler.Vault].
func (*lastPage) Done(post.Capture) {}
