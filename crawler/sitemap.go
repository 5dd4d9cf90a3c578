package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/sitemap"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Sitemaps stand in the frontier like pages: claimed by one owner, paced, tried
// again, visited anew. Their depth tells them apart, and how deep they nest.
const (
	sitemapDepth   = -1 // of one that robots.txt, a setting or the standard place names
	maxNested      = 3  // indexes above a sitemap
	sitemapsAuto   = "auto"
	sitemapsOff    = "off"
	outcomeSitemap = "sitemap"
)

// A page of a sitemap that changed within freshFor goes before others, one that
// changed within newsFor before all.
const (
	freshFor = 7 * 24 * time.Hour
	newsFor  = 2 * 24 * time.Hour
)

// perAdd is how many URLs of a sitemap are told to the frontier at a time: others
// wait for its lock meanwhile.
const perAdd = 1000

// setSitemaps checks and takes in what the site says of sitemaps.
func (s *site) setSitemaps() error {
	plant := func(raw string) error {
		u, host, err := frontier.Canonical(raw)
		if err != nil {
			return fmt.Errorf("sitemap %q: %w", raw, err)
		}
		if !s.inScope(host) {
			return fmt.Errorf("sitemap %q is outside the site's hosts\nhint: add its host to the hosts of the source", raw)
		}
		s.sitemaps = append(s.sitemaps, u)
		return nil
	}
	for _, m := range s.Sitemaps {
		switch m {
		case sitemapsOff:
			if len(s.Sitemaps) > 1 {
				return errors.New("sitemaps are off and named at once")
			}
		case sitemapsAuto:
			for _, seed := range s.seeds {
				u, err := url.Parse(seed)
				if err != nil {
					return err
				}
				u.Path, u.RawPath, u.RawQuery = "/sitemap.xml", "", ""
				known := u.String()
				if s.guessed == nil {
					s.guessed = map[string]bool{}
				}
				if !s.guessed[known] && s.inScope(hostPort(u)) {
					s.guessed[known] = true
					s.sitemaps = append(s.sitemaps, known)
				}
			}
		default:
			if err := plant(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// isSitemap reports whether a lease is to be read as a sitemap: it was planted as
// one, or a page links to what is surely one.
func (s *site) isSitemap(l frontier.Lease, u *url.URL) bool {
	if l.Depth < 0 {
		return true
	}
	if len(s.sitemaps) == 0 {
		return false
	}
	name := strings.TrimSuffix(strings.ToLower(path.Base(u.Path)), ".gz")
	return strings.Contains(name, "sitemap") && (strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".txt"))
}

// sitemap reads one sitemap and puts what it lists into the frontier. It is no
// evidence, so the vault does not get it.
func (c *Crawler) sitemap(ctx context.Context, s *site, l frontier.Lease, u *url.URL) (frontier.Result, error) {
	if s.guessed[l.URL] { // what robots.txt names goes before the usual place
		links, self := c.namedSitemaps(ctx, s, l, u)
		if len(links) > 0 && !self {
			return c.listed(s, l, links), nil
		}
		if _, err := c.opt.Frontier.Add(ctx, links); err != nil {
			return frontier.Result{}, fmt.Errorf("add sitemaps: %w", err)
		}
	}
	c.mu.Lock()
	sp := c.spent[s.Name]
	over := sp.sitemaps >= s.MaxSitemaps
	if !over {
		sp.sitemaps++
	}
	c.mu.Unlock()
	if over {
		return c.skip(s, l, outcomeSitemap, fmt.Sprintf("more than %d sitemaps", s.MaxSitemaps)), nil
	}
	res, m, err := c.readSitemap(ctx, s, l, u)
	switch {
	case ctx.Err() != nil:
		return frontier.Result{}, ctx.Err()
	case errors.Is(err, errNotYet) || errors.Is(err, errSpent):
		return frontier.Result{}, err
	case errors.Is(err, sitemap.ErrNotSitemap):
		return c.noSitemap(ctx, s, l, res)
	case err != nil:
		return c.failed(ctx, s, l, Evidence{}, err)
	case res.Status != http.StatusOK:
		c.opt.Log.Debug("no new sitemap there", "source", s.Name, "host", l.Host, "status", res.Status)
		return c.listed(s, l, nil), nil
	}
	if err := c.answered(ctx, l, res); err != nil {
		return frontier.Result{}, err
	}
	links := c.sitemapLinks(s, l, m)
	fresh, err := c.addLinks(ctx, &links)
	if err != nil {
		return frontier.Result{}, err
	}
	c.opt.Log.Info("sitemap read", "source", s.Name, "host", l.Host, "index", m.Index, "urls", len(m.URLs), "wanted", len(links)+fresh.told, "new", fresh.fresh, "cut", m.Cut)
	out := c.listed(s, l, links)
	if l.URL == res.FinalURL && !m.Cut {
		k := fetch.ValidatorsOf(res.Header)
		out.Visit = &frontier.Visit{At: res.FetchedAt, Every: s.Recrawl, ETag: k.ETag, Modified: k.Modified, Lists: true}
	}
	return out, nil
}

// readSitemap fetches and parses. One file is in memory at a time: each may be as
// large as the standard allows.
func (c *Crawler) readSitemap(ctx context.Context, s *site, l frontier.Lease, u *url.URL) (*fetch.Result, sitemap.Map, error) {
	select {
	case c.oneMap <- struct{}{}:
		defer func() { <-c.oneMap }()
	case <-ctx.Done():
		return nil, sitemap.Map{}, ctx.Err()
	}
	if err := c.turn(ctx, s, l.Host); err != nil {
		return nil, sitemap.Map{}, err
	}
	res, err := c.opt.HTTP.Fetch(ctx, fetch.Request{
		Source: s.Name, URL: l.URL, AnyType: true, MaxBody: sitemap.MaxBytes,
		Since: c.validators(s, l),
		Allow: func(ctx context.Context, to *url.URL) error { return c.allowRedirect(ctx, s, to) },
	})
	if err := errors.Join(err, c.received(ctx, s, res)); err != nil {
		return res, sitemap.Map{}, err
	}
	c.count(func(*Report) { c.spent[s.Name].bytes += int64(len(res.Body)) })
	if transient(res.Status) {
		return res, sitemap.Map{}, &statusError{res.Status, fetch.RetryAfter(res.Header, c.opt.Now())}
	}
	if res.Status != http.StatusOK {
		return res, sitemap.Map{}, nil
	}
	at, err := url.Parse(res.FinalURL)
	if err != nil {
		at = u
	}
	m, err := sitemap.Read(sitemap.File{Body: res.Body, URL: at, ContentType: res.ContentType, FetchedAt: c.opt.Now()})
	m.Cut = m.Cut || res.Truncated != ""
	return res, m, err
}

// namedSitemaps are those that robots.txt names, as entries; self says that it names
// this one too.
func (c *Crawler) namedSitemaps(ctx context.Context, s *site, l frontier.Lease, u *url.URL) (out []frontier.Entry, self bool) {
	d, err := c.robots.CheckFor(ctx, s.Name, u)
	if err != nil {
		return nil, false
	}
	for _, raw := range d.Sitemaps {
		to, err := u.Parse(raw)
		if err != nil {
			continue
		}
		known, host, err := frontier.Canonical(to.String())
		if err != nil || !s.inScope(host) {
			c.opt.OnSkip(s.Name, raw, "a sitemap outside the site's hosts")
			continue
		}
		if known == l.URL {
			self = true
		} else if len(out) < s.MaxSitemaps {
			out = append(out, frontier.Entry{Site: s.Name, URL: known, Round: l.Round, Depth: sitemapDepth, Fast: true})
		}
	}
	return out, self
}

// sitemapLinks turns what a sitemap lists into entries, what changed last first.
func (c *Crawler) sitemapLinks(s *site, l frontier.Lease, m sitemap.Map) []frontier.Entry {
	depth, most := 1, sitemap.MaxURLs
	if m.Index {
		depth, most = min(l.Depth, 0)-1, s.MaxSitemaps
		if depth < sitemapDepth-maxNested {
			c.opt.OnSkip(s.Name, l.URL, "indexes of sitemaps nest too deep")
			return nil
		}
	} else if s.MaxDepth < 1 {
		return nil
	}
	now := c.opt.Now()
	sitemap.Freshest(m.URLs)
	var out []frontier.Entry
	for _, e := range m.URLs {
		if len(out) == most {
			break
		}
		u, host, err := frontier.Canonical(e.Loc)
		if err != nil || u == l.URL || !s.inScope(host) || !m.Index && !(s.wants(u, host) && s.traps.takes(u, false)) {
			continue
		}
		age := time.Duration(1<<63 - 1)
		if !e.Changed.IsZero() {
			age = now.Sub(e.Changed)
		}
		out = append(out, frontier.Entry{
			Site: s.Name, URL: u, Round: l.Round, Depth: depth, Changed: e.Changed,
			Fast: m.Index || age < freshFor, Fresh: m.Index || age < newsFor,
		})
	}
	return out
}

type added struct{ told, fresh int }

// addLinks tells the frontier all links but the last few, which the result of the
// sitemap brings along. Told twice, after a crash, they are known.
func (c *Crawler) addLinks(ctx context.Context, links *[]frontier.Entry) (a added, err error) {
	for len(*links) > perAdd {
		n, err := c.opt.Frontier.Add(ctx, (*links)[:perAdd])
		if err != nil {
			return a, fmt.Errorf("add what a sitemap lists: %w", err)
		}
		a.told, a.fresh = a.told+perAdd, a.fresh+n
		*links = (*links)[perAdd:]
	}
	return a, nil
}

// listed settles a sitemap.
func (c *Crawler) listed(s *site, l frontier.Lease, links []frontier.Entry) frontier.Result {
	res := frontier.Result{Lease: l, Outcome: outcomeSitemap, Links: links}
	if c.opt.Service {
		res.Again = c.opt.Now().Add(s.Recrawl)
	}
	return res
}

// noSitemap takes what is no sitemap for a page when it holds posts, as a feed does,
// and else for the page that some hosts show instead of saying no.
func (c *Crawler) noSitemap(ctx context.Context, s *site, l frontier.Lease, res *fetch.Result) (frontier.Result, error) {
	if class, why := classify(res); class == post.ClassContent {
		if found, err := extract(ctx, s, s.page(res)); err == nil && len(found.Posts) > 0 {
			e := Evidence{HTTP: res, Reason: why}
			e.Capture = capture(s, e, res, class)
			l.Depth = max(l.Depth, 0)
			return c.keep(ctx, s, l, got{Evidence: e, found: &found})
		}
	}
	c.opt.OnSkip(s.Name, l.URL, sitemap.ErrNotSitemap.Error())
	return c.listed(s, l, nil), nil
}

// statusError is a status after which asking again may help.
type statusError struct {
	status int
	asked  time.Duration // Retry-After
}

func (e *statusError) Error() string { return fmt.Sprintf("status %d", e.status) }
