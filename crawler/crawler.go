package crawler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/robots"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Crawler walks sites. Make it with [New]; Run it once.
type Crawler struct {
	opt    Options
	sites  map[string]*site
	names  []string
	rounds map[string]int64
	robots *robots.Cache
	pace   *pacer
	oneMap chan struct{} // held by who reads a sitemap
	hands  *hands

	mu     sync.Mutex
	report Report
	spent  map[string]*spent
}

// Report counts what a run did.
type Report struct {
	Pages    int64 // captures of any class
	Posts    int64
	Bytes    int64 // of payloads
	Pictures int64 // fetched, or tried
	Classes  map[post.Class]int64
	Skipped  map[string]int64 // not fetched, by reason
	Same     int64            // visits that the host answered with 304
	Failed   int64            // tries that will be repeated
	Left     int64            // pages known and not fetched, when a budget or the patience ran out
}

// spent is what a site has used of its budgets in this run.
type spent struct {
	pages    int // fetched or under way
	sitemaps int
	bytes    int64
	over     string // the budget that ran out
	since    time.Time

	// Of the day, by all who share the notebook, when last heard.
	day, dayRequests, dayBytes int64
}

// New checks opt and every site in it.
func New(opt Options) (*Crawler, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	c := &Crawler{
		opt: opt, sites: map[string]*site{}, rounds: map[string]int64{}, spent: map[string]*spent{},
		report: Report{Classes: map[post.Class]int64{}, Skipped: map[string]int64{}},
		oneMap: make(chan struct{}, 1),
		hands:  newHands(opt.Workers),
		pace:   newPacer(opt.Backoff, opt.patience(), opt.Now),
	}
	for _, s := range opt.Sites {
		st, err := newSite(s, opt.Lookup, opt.Browser != nil)
		if err != nil {
			return nil, fmt.Errorf("crawler: %w", err)
		}
		if st.Pictures > 0 && opt.Pictures == nil {
			return nil, fmt.Errorf("crawler: site %q asks for pictures and nothing reads them", st.Name)
		}
		if c.sites[st.Name] != nil {
			return nil, fmt.Errorf("crawler: two sites are named %q", st.Name)
		}
		st.lessons = newLessons()
		st.traps = newTraps(st.MaxAlike, opt.Now())
		c.sites[st.Name], c.spent[st.Name] = st, &spent{since: opt.Now()}
	}
	c.names = slices.Sorted(maps.Keys(c.sites))
	var err error
	c.robots, err = robots.New(robots.Options{Product: opt.Product, Fetch: c.fetchRobots, Now: opt.Now, Retry: max(opt.Backoff, time.Second) * 60})
	if err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	return c, nil
}

// Report returns the counts so far.
func (c *Crawler) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report
	r.Classes, r.Skipped = maps.Clone(r.Classes), maps.Clone(r.Skipped)
	return r
}

func (c *Crawler) count(fn func(*Report)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn(&c.report)
}

// begin logs what is loosened, opens the rounds and plants the seeds.
func (c *Crawler) begin(ctx context.Context) error {
	if c.opt.IgnoreRobots {
		c.opt.Log.Warn("robots.txt is ignored", "setting", "ignore-robots")
	}
	if err := errors.Join(c.recallHosts(ctx), c.recallLessons(ctx)); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, name := range c.names {
		s := c.sites[name]
		if s.rationed() {
			if _, _, err := c.spend(ctx, s, 0, 0); err != nil {
				return fmt.Errorf("begin: %w", err)
			}
		}
		if s.Unpaced {
			c.opt.Log.Warn("pacing is off", "setting", "pace", "source", name)
		}
		round, err := c.opt.Frontier.Round(ctx, name, !c.opt.Service)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		c.rounds[name] = round
		var seeds []frontier.Entry
		for _, u := range s.seeds {
			seeds = append(seeds, frontier.Entry{Site: name, URL: u, Round: round})
		}
		for _, u := range s.sitemaps {
			seeds = append(seeds, frontier.Entry{Site: name, URL: u, Round: round, Depth: sitemapDepth, Fast: true})
		}
		if _, err := c.opt.Frontier.Add(ctx, seeds); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
	}
	if err := c.recallTraps(ctx); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// fetchRobots is how robots.txt files are got: paced like pages, one hop at a time, out of
// the day of the site that asks first.
func (c *Crawler) fetchRobots(ctx context.Context, by string, u *url.URL) (robots.Response, error) {
	host := hostPort(u)
	switch err := c.pace.wait(ctx, host, c.slowest(host)); {
	case errors.Is(err, errNotYet):
		return robots.Response{}, fmt.Errorf("%w: %w", robots.ErrNotNow, err)
	case err != nil:
		return robots.Response{}, err
	}
	s := c.sites[by]
	if err := c.take(ctx, s); errors.Is(err, errSpent) {
		return robots.Response{}, fmt.Errorf("%w: %w", robots.ErrNotBy, err)
	} else if err != nil {
		return robots.Response{}, fmt.Errorf("%w: %w", robots.ErrNotNow, err)
	}
	res, err := c.opt.HTTP.Fetch(ctx, fetch.Request{
		URL: u.String(), MaxBody: robots.MaxBytes + 1, AnyType: true,
		Allow: func(context.Context, *url.URL) error { return errors.New("one hop at a time") },
	})
	if _, ok := errors.AsType[*fetch.RedirectError](err); ok && res != nil {
		err = nil // the cache follows it, with its own count
	}
	if b, ok := errors.AsType[*fetch.BlockedError](err); ok {
		return robots.Response{}, fmt.Errorf("%w: %w", robots.ErrRefused, b)
	}
	if uncounted := c.received(ctx, s, res); uncounted != nil {
		return robots.Response{}, fmt.Errorf("%w: %w", robots.ErrNotNow, uncounted)
	}
	if err != nil {
		return robots.Response{}, err
	}
	return robots.Response{
		Status: res.Status, Location: res.Header.Get("Location"), Body: res.Body,
		RetryAfter: fetch.RetryAfter(res.Header, c.opt.Now()),
	}, nil
}

// slowest is the longest pace that any site asks for a host: two sites that
// share a host do not add up.
func (c *Crawler) slowest(host string) time.Duration {
	var d time.Duration
	for _, s := range c.sites {
		if s.inScope(host) {
			d = max(d, s.Pace)
		}
	}
	return d
}
