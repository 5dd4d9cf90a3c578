package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/notebook"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/es"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// CrawlOptions is one crawl.
type CrawlOptions struct {
	Sites    []crawler.Site
	AllowNet []netip.Prefix
	Service  bool   // keep going and look again
	Browser  string // auto | off | path
	Fresh    string // name of another frontier file than that of the service; empty for the service's

	OnPosts func([]post.Sighting)         // posts that are durable and on their way
	OnSkip  func(site, url, why string)   // pages that were not fetched, and why
	Log     func(msg string, args ...any) // what a person should know at the start
}

// runCrawl is the role: the configured sources, for good.
func (a *App) runCrawl(ctx context.Context) error {
	if len(a.cfg.Sources) == 0 {
		a.log.Warn("no source is configured: the crawler has nothing to do", "hint", "add sources to the configuration file, or import files")
		if err := a.recoverPending(ctx); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	a.checkContact()
	for {
		_, err := a.Crawl(ctx, CrawlOptions{Sites: SitesOf(a.cfg), AllowNet: a.cfg.Crawl.AllowNet, Service: true, Browser: a.cfg.Crawl.Browser})
		if err == nil || ctx.Err() != nil || !es.Passing(err) {
			return err
		}
		// Opening it again waits for Elasticsearch. What was under way is fetched again.
		a.log.Warn("the frontier could not be reached: the crawl begins again", "err", err)
	}
}

// checkContact warns when nobody whom a site could ask stands in the user agent.
func (a *App) checkContact() {
	if a.cfg.Crawl.Contact == "" {
		a.log.Warn("sites cannot tell who crawls them: the user agent names no contact", "hint", "set crawl.contact to a page or address of yours")
	}
}

// SitesOf turns configured sources into sites.
func SitesOf(c config.Config) []crawler.Site {
	var out []crawler.Site
	for _, s := range c.Sources {
		pace := paceOf(c, s)
		out = append(out, crawler.Site{
			Name: s.Name, Seeds: s.Seeds, Adapter: s.Adapter, AllowHosts: s.Hosts, MaxDepth: s.MaxDepth, MaxPages: s.MaxPages,
			Browser: crawler.BrowserMode(s.Browser), Pace: pace, Unpaced: pace == 0, Recrawl: s.Recrawl, Pictures: s.Pictures,
			Sitemaps: s.Sitemaps, Include: s.Include, Exclude: s.Exclude, MaxLinks: s.MaxLinks, MaxBytes: s.MaxBytes, MaxAlike: s.MaxAlike,
			MaxRequestsPerDay: s.MaxRequestsPerDay, MaxBytesPerDay: s.MaxBytesPerDay,
			Token: string(s.Token),
		})
	}
	return out
}

// paceOf is the pause between two requests of a source: its own, or the longer one
// of crawl.pace and what its adapter asks for. A crawl.pace of 0 turns pacing off.
func paceOf(c config.Config, s config.Source) time.Duration {
	if s.Pace != 0 || c.Crawl.Pace == 0 {
		return s.Pace
	}
	adapter, ok := source.Lookup(s.Adapter)
	if !ok {
		return c.Crawl.Pace // crawler.New says what is wrong
	}
	return max(c.Crawl.Pace, adapter.About().Pace)
}

// Crawl fetches, archives and sends down the line what the sites hold. It first
// publishes what a crash had left in the archive without a message.
func (a *App) Crawl(ctx context.Context, opt CrawlOptions) (rep crawler.Report, err error) {
	if _, err := a.traces(ctx); err != nil {
		return rep, err
	}
	if err := a.recoverPending(ctx); err != nil {
		return rep, err
	}
	guard, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: opt.AllowNet})
	if err != nil {
		return rep, err
	}
	if len(opt.AllowNet) > 0 {
		a.log.Warn("private networks may be fetched from", "allow_net", fmt.Sprint(opt.AllowNet))
	}
	httpFetcher, err := fetch.NewHTTP(fetch.HTTPOptions{
		Guard: guard, UserAgent: a.userAgent(), ConnsPerHost: max(16, a.cfg.Crawl.Workers), Now: a.opt.Now,
	})
	if err != nil {
		return rep, err
	}
	defer httpFetcher.Close()
	browser, closeBrowser, err := a.openBrowser(ctx, opt, guard)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, closeBrowser()) }()
	store, err := a.openFrontier(ctx, opt.Fresh)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	book, err := notebook.Open(notebook.Options{Path: a.cfg.Path("crawl.db"), Now: a.opt.Now})
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	var reader crawler.PictureReader
	if slices.ContainsFunc(opt.Sites, func(s crawler.Site) bool { return s.Pictures > 0 }) {
		if reader, err = a.reader(ctx); err != nil {
			return rep, err
		}
	}
	looks, endLooks, err := a.startLooks(ctx, opt, store)
	if err != nil {
		return rep, err
	}
	defer endLooks()
	c, err := crawler.New(crawler.Options{
		Notebook: book,
		Pictures: reader, Sites: opt.Sites, Frontier: store, HTTP: a.timed(httpFetcher, "http"), Browser: a.timed(browser, "browser"), Vault: vault{a},
		Emit: func(ctx context.Context, ss []post.Sighting) error {
			if err := stream.Publish(ctx, a.stream, captured, ss...); err != nil {
				return err
			}
			a.counts.posts.Add(int64(len(ss)))
			if opt.OnPosts != nil {
				opt.OnPosts(ss)
			}
			return nil
		},
		IgnoreRobots: a.cfg.Crawl.IgnoreRobots, Service: opt.Service, Workers: a.cfg.Crawl.Workers,
		OnCapture: func(post.Capture) { a.counts.captured.Add(1) }, OnSkip: opt.OnSkip,
		OnSettle: looks.settled, OnKept: looks.kept,
		Log: a.log, Now: a.opt.Now,
	})
	if err != nil {
		return rep, err
	}
	err = c.Run(ctx)
	return c.Report(), err
}

// openBrowser makes the browser where the crawl may use one and it is found. Where a
// site always needs it, it is started now: a crawl that cannot work says so at once.
func (a *App) openBrowser(ctx context.Context, opt CrawlOptions, guard *fetch.Guard) (crawler.Fetcher, func() error, error) {
	none := func() error { return nil }
	if opt.Browser == "off" {
		return nil, none, nil
	}
	path := opt.Browser
	if path == "auto" || path == "" {
		found, err := fetch.FindChromium("")
		if err != nil {
			a.log.Info("pages that need a browser are left out", "err", err)
			return nil, none, nil
		}
		path = found
	}
	b, err := fetch.NewBrowser(fetch.BrowserOptions{Path: path, Guard: guard, UserAgent: a.userAgent(), Log: a.log, Now: a.opt.Now})
	if err != nil {
		return nil, none, fmt.Errorf("start browser: %w\nhint: set crawl.browser: off to go on without", err)
	}
	a.watch.browser.Store(b)
	if i := slices.IndexFunc(opt.Sites, func(s crawler.Site) bool { return s.Browser == crawler.BrowserOn }); i >= 0 {
		if err := b.Start(ctx); err != nil {
			b.Close()
			return nil, none, fmt.Errorf("source %s needs a browser: %w", opt.Sites[i].Name, err)
		}
	}
	return b, func() error { b.Close(); return nil }, nil
}

// userAgent names us and, when it is configured, whom to ask.
func (a *App) userAgent() string {
	ua := "lurewatch/" + strings.ReplaceAll(a.opt.Version, " ", "-")
	if c := a.cfg.Crawl.Contact; c != "" {
		return ua + " (+" + c + ")"
	}
	return ua + " (+https://github.com/lurewatch/lurewatch)"
}

// Pace is how a foreground crawl is paced: zero turns pacing off.
func Pace(sites []crawler.Site, d time.Duration) []crawler.Site {
	for i := range sites {
		sites[i].Pace, sites[i].Unpaced = d, d == 0
	}
	return sites
}
