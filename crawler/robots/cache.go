package robots

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Response is one answer to a request for a robots.txt.
type Response struct {
	Status   int
	Location string // of a redirect
	Body     []byte // decoded; longer than [MaxBytes] is fine
	// RetryAfter is how long the host asks to wait, 0 when it does not say.
	RetryAfter time.Duration
}

// Fetch gets one URL without following redirects, for the one who asks (see
// [Cache.CheckFor]). The error means that the host could not be asked.
type Fetch func(ctx context.Context, by string, u *url.URL) (Response, error)

// Options are what [New] needs.
type Options struct {
	Product string // product token of the crawler: letters, digits, - and _
	Fetch   Fetch
	Now     func() time.Time // nil means time.Now

	Keep    time.Duration // of an answered file; default and most 24 h (section 2.4)
	Retry   time.Duration // of a host that could not be asked, or failed; default 10 min
	Entries int           // hosts kept; default 10,000
}

// Decision is what robots.txt says of one URL.
type Decision struct {
	Allow    bool
	Why      string        // the rule or the state of the file that decided
	Delay    time.Duration // crawl-delay for us, 0 for none
	Sitemaps []string
	// Until is when to ask again, when the host could not be asked; zero when a
	// rule decided.
	Until time.Time
}

// Cache keeps the robots.txt of hosts. It is safe for concurrent use; a host is
// asked once, however many wait for it.
type Cache struct {
	opt    Options
	flight singleflight.Group
	mu     sync.Mutex
	hosts  map[string]*entry // by scheme://host
}

type entry struct {
	file    *File
	deny    bool // nothing may be fetched: the host could not be asked
	why     string
	expires time.Time
	err     error // a refusal of our own, such as a private address
}

// New checks opt and returns an empty cache.
func New(opt Options) (*Cache, error) {
	if agentToken(opt.Product) == "" || len(agentToken(opt.Product)) != len(opt.Product) {
		return nil, fmt.Errorf("robots: product token %q may have only letters, digits, - and _", opt.Product)
	}
	if opt.Fetch == nil {
		return nil, errors.New("robots: Fetch is missing")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Keep <= 0 || opt.Keep > 24*time.Hour {
		opt.Keep = 24 * time.Hour
	}
	if opt.Retry <= 0 {
		opt.Retry = 10 * time.Minute
	}
	if opt.Entries <= 0 {
		opt.Entries = 10_000
	}
	return &Cache{opt: opt, hosts: map[string]*entry{}}, nil
}

// ErrRefused marks an error of [Fetch] that is our own refusal to ask (an address
// that the guard denies). Check returns it instead of a decision.
var ErrRefused = errors.New("robots.txt not asked for")

// ErrNotNow marks an error of [Fetch] that says nothing of the host: it was not
// asked, and may be soon. Check returns it, and the cache does not keep it.
var ErrNotNow = errors.New("robots.txt not asked for yet")

// ErrNotBy marks an error of [Fetch] that says nothing of the host, and of the one who
// asks that it may not now. Only that one gets it; whoever waits beside asks itself.
var ErrNotBy = errors.New("robots.txt not asked for by this one")

// Check is [Cache.CheckFor] for nobody in particular.
func (c *Cache) Check(ctx context.Context, u *url.URL) (Decision, error) {
	return c.CheckFor(ctx, "", u)
}

// CheckFor says whether u may be fetched. It asks the host when the cache has no
// fresh answer, in the name of by: whoever asks first pays. An error means that ctx
// ended, or that we do not ask.
func (c *Cache) CheckFor(ctx context.Context, by string, u *url.URL) (Decision, error) {
	key := u.Scheme + "://" + u.Host
	e := c.fresh(key)
	for e == nil {
		// The first caller's context must not decide for all: one that gives up
		// fails only itself, and another takes its place.
		mine := false
		ch := c.flight.DoChan(key, func() (any, error) {
			mine = true
			if e := c.fresh(key); e != nil {
				return e, nil
			}
			e, err := c.ask(ctx, by, u)
			if err != nil {
				return nil, err
			}
			c.keep(key, e)
			return e, nil
		})
		select {
		case <-ctx.Done():
			return Decision{}, ctx.Err()
		case r := <-ch:
			if r.Err != nil {
				if err := ctx.Err(); err != nil {
					return Decision{}, err
				}
				if errors.Is(r.Err, ErrNotNow) || mine && errors.Is(r.Err, ErrNotBy) {
					return Decision{}, r.Err
				}
				continue // the one that asked was cancelled, we were not
			}
			e = r.Val.(*entry) //nolint:errcheck // ask gives nothing else
		}
	}
	if e.err != nil {
		return Decision{}, e.err
	}
	if e.deny {
		return Decision{Why: e.why, Until: e.expires}, nil
	}
	g := e.file.Group(c.opt.Product)
	d := Decision{Delay: g.Delay(), Sitemaps: e.file.Sitemaps()}
	d.Allow, d.Why = g.Allowed(u.RequestURI())
	if d.Why == "" {
		d.Why = e.why
	}
	return d, nil
}

func (c *Cache) fresh(key string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.hosts[key]; e != nil && c.opt.Now().Before(e.expires) {
		return e
	}
	return nil
}

// keep stores e, dropping expired hosts, then any, when the cache is full.
func (c *Cache) keep(key string, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.hosts) >= c.opt.Entries {
		now := c.opt.Now()
		for k, old := range c.hosts {
			if !now.Before(old.expires) {
				delete(c.hosts, k)
			}
		}
		for k := range c.hosts {
			if len(c.hosts) < c.opt.Entries {
				break
			}
			delete(c.hosts, k)
		}
	}
	c.hosts[key] = e
}

// maxRedirects is how many redirects are followed: "at least five" (2.3.1.2).
const maxRedirects = 5

// ask fetches the file and applies the status policy. Its error is that of ctx, or
// [ErrNotNow] or [ErrNotBy].
func (c *Cache) ask(ctx context.Context, by string, u *url.URL) (*entry, error) {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	for range maxRedirects + 1 {
		res, err := c.opt.Fetch(ctx, by, at)
		if ctxErr := ctx.Err(); ctxErr != nil {
			return nil, ctxErr
		}
		now := c.opt.Now()
		short := func(why string) *entry {
			return &entry{deny: true, why: why, expires: now.Add(min(max(c.opt.Retry, res.RetryAfter), 24*time.Hour))}
		}
		switch s := res.Status; {
		case errors.Is(err, ErrRefused):
			return &entry{err: err, expires: now.Add(c.opt.Retry)}, nil
		case errors.Is(err, ErrNotNow), errors.Is(err, ErrNotBy):
			return nil, err
		case err != nil:
			return short(fmt.Sprintf("robots.txt is unreachable: %.200v", err)), nil
		case s >= 200 && s < 300:
			return &entry{file: Parse(res.Body), why: "no rule matches", expires: now.Add(c.opt.Keep)}, nil
		case s >= 300 && s < 400:
			next, err := at.Parse(res.Location)
			if err != nil || res.Location == "" || next.Scheme != "http" && next.Scheme != "https" {
				return c.absent(now, "robots.txt redirects nowhere"), nil //nolint:nilerr // an address that cannot be read is nowhere
			}
			at = next
		case s == 429:
			return short("robots.txt answered 429"), nil
		case s >= 400 && s < 500:
			return c.absent(now, fmt.Sprintf("robots.txt answered %d", s)), nil
		default:
			return short(fmt.Sprintf("robots.txt answered %d", s)), nil
		}
	}
	// More than five hops may be taken as "unavailable" (2.3.1.2).
	return c.absent(c.opt.Now(), "robots.txt redirects too often"), nil
}

// absent is the entry of a host without a usable file: everything is allowed (2.3.1.3).
func (c *Cache) absent(now time.Time, why string) *entry {
	return &entry{file: &File{}, why: why, expires: now.Add(c.opt.Keep)}
}
