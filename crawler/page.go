package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/robots"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Outcomes of pages that no capture was made of.
const (
	outcomeRobots  = "robots"      // robots.txt forbids it
	outcomeScope   = "scope"       // leads out of the site's hosts
	outcomeBlocked = "blocked"     // the guard refuses the address
	outcomeFailed  = "failed"      // every try failed
	outcomeCrash   = "unreadable"  // captured, but its extractor failed
	outcomeWait    = "unavailable" // to be tried again
)

// uncaptured reports whether an outcome stands for a page that was not fetched.
func uncaptured(outcome string) bool {
	switch outcome {
	case outcomeRobots, outcomeScope, outcomeBlocked, outcomeFailed, outcomeWait, outcomeSitemap, outcomeTrap:
		return true
	}
	return false
}

// page does all that is to be done for one lease. An error means that the page
// could not be settled for a reason that is not the page's: ctx ended, or the
// vault or the stream failed. The lease is then given back.
func (c *Crawler) page(ctx context.Context, s *site, l frontier.Lease) (frontier.Result, error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return c.skip(s, l, outcomeBlocked, "it cannot be parsed"), nil
	}
	if !s.inScope(l.Host) {
		return c.skip(s, l, outcomeScope, errOutOfScope.Error()), nil
	}
	if l.Depth > 0 && s.traps.closed(u) {
		return c.skip(s, l, outcomeTrap, "pages of its kind gave nothing new"), nil
	}
	leave, ok := c.pace.enter(l.Host)
	if !ok {
		return frontier.Result{}, errNotYet
	}
	defer leave()
	hand, err := c.hands.begin(ctx)
	if err != nil {
		return frontier.Result{}, err
	}
	defer hand.end()
	if res, ok, err := c.askRobots(ctx, s, l, u); !ok {
		return res, err
	}
	if s.isSitemap(l, u) {
		return c.sitemap(ctx, s, l, u)
	}
	g, err := c.get(ctx, s, l)
	if ctx.Err() != nil {
		return frontier.Result{}, ctx.Err()
	}
	if errors.Is(err, errNotYet) || errors.Is(err, errSpent) {
		return frontier.Result{}, err
	}
	if g.same {
		if err := c.hostWorked(ctx, l.Host); err != nil {
			return frontier.Result{}, err
		}
		return c.same(s, l), nil
	}
	if err != nil || g.again {
		return c.failed(ctx, s, l, g.Evidence, err)
	}
	switch g.Capture.Class {
	case post.ClassContent, post.ClassGone, post.ClassLogin:
		if err := c.answered(ctx, l, g.last()); err != nil {
			return frontier.Result{}, err
		}
	}
	if s.Pictures == 0 { // pictures are fetched while keeping
		if err := hand.fetched(ctx, g.size()); err != nil {
			return frontier.Result{}, err
		}
	}
	return c.keep(ctx, s, l, g)
}

// answered notes that the host of a page, and the one that it redirected to, are well.
func (c *Crawler) answered(ctx context.Context, l frontier.Lease, res *fetch.Result) error {
	if err := c.hostWorked(ctx, l.Host); err != nil {
		return err
	}
	if to, err := url.Parse(res.FinalURL); err == nil && hostPort(to) != l.Host {
		return c.hostWorked(ctx, hostPort(to))
	}
	return nil
}

// askRobots returns ok when the page may be fetched, else its result.
func (c *Crawler) askRobots(ctx context.Context, s *site, l frontier.Lease, u *url.URL) (frontier.Result, bool, error) {
	if c.opt.IgnoreRobots || s.asAPI(l) {
		return frontier.Result{}, true, nil
	}
	d, err := c.robots.CheckFor(ctx, s.Name, u)
	switch {
	case ctx.Err() != nil:
		return frontier.Result{}, false, ctx.Err()
	case errors.Is(err, robots.ErrRefused):
		return c.skip(s, l, outcomeBlocked, err.Error()), false, nil
	case err != nil:
		return frontier.Result{}, false, err
	}
	if d.Delay > 0 {
		c.pace.asks(l.Host, d.Delay)
	}
	switch {
	case d.Allow:
		return frontier.Result{}, true, nil
	case d.Until.IsZero():
		return c.skip(s, l, outcomeRobots, d.Why), false, nil
	}
	// The host could not be asked: wait with all of it.
	c.opt.Log.Warn("host is left alone for now", "host", l.Host, "why", d.Why, "until", d.Until.UTC().Format(time.RFC3339))
	c.count(func(r *Report) { r.Failed++ })
	res := frontier.Result{Lease: l, Outcome: outcomeWait, Again: d.Until, Retry: true, HostAfter: d.Until}
	if l.Tries+1 >= c.opt.MaxTries {
		res = c.skip(s, l, outcomeFailed, d.Why)
		res.HostAfter = d.Until
	}
	return res, false, nil
}

// got is what get brought.
type got struct {
	Evidence
	found *source.Found // what the adapter found, when it was asked already
	again bool          // the host should be asked again later
	same  bool          // the host says that nothing changed since the last visit
}

// get fetches a page, with the browser when the site or the page asks for it.
func (c *Crawler) get(ctx context.Context, s *site, l frontier.Lease) (got, error) {
	var g got
	q := fetch.Request{Source: s.Name, URL: l.URL, Bearer: s.bearer(l.URL), Allow: func(ctx context.Context, to *url.URL) error { return c.allowRedirect(ctx, s, to) }}
	class := post.ClassContent
	auto := s.Browser == BrowserAuto && c.opt.Browser != nil
	direct := auto && s.lessons.direct(l.URL)
	if s.Browser == BrowserOn || direct {
		if err := c.render(ctx, s, l, q, &g, &class); err != nil {
			if !direct || ctx.Err() != nil || errors.Is(err, errNotYet) || errors.Is(err, errSpent) {
				return g, err
			}
			c.opt.Log.Warn("browser failed", "source", s.Name, "host", l.Host, "err", err)
		}
	}
	if g.Browser == nil {
		browse, err := c.plain(ctx, s, l, q, &g, &class)
		if err != nil || g.same {
			return g, err
		}
		if browse && auto && !direct && s.lessons.worth(l.URL) {
			switch err := c.render(ctx, s, l, q, &g, &class); {
			case err == nil:
			case ctx.Err() != nil:
				return g, err
			default: // the plain page is better than nothing
				c.opt.Log.Warn("browser failed", "source", s.Name, "host", l.Host, "err", err)
			}
		}
	}
	last := g.last()
	g.Capture = capture(s, g.Evidence, last, class)
	// A browser's document that is cut by time is its own doing, and would be again.
	broken := g.Browser == nil && (last.Truncated == fetch.TruncatedTime || last.Truncated == fetch.TruncatedDisconnect)
	g.again = l.Tries+1 < c.opt.MaxTries && (transient(last.Status) || broken)
	return g, nil
}

// plain fetches a page without the browser into g, and reports whether it holds
// nothing and looks as if scripts would fill it.
func (c *Crawler) plain(ctx context.Context, s *site, l frontier.Lease, q fetch.Request, g *got, class *post.Class) (needsBrowser bool, err error) {
	q.Since = c.validators(s, l)
	if err := c.turn(ctx, s, l.Host); err != nil {
		return false, err
	}
	g.HTTP, err = c.opt.HTTP.Fetch(ctx, q)
	if err := errors.Join(err, c.received(ctx, s, g.HTTP)); err != nil {
		return false, err
	}
	if g.same = !q.Since.None() && g.HTTP.Status == http.StatusNotModified; g.same {
		return false, nil
	}
	if *class, g.Reason = classify(g.HTTP); *class != post.ClassContent || s.Browser != BrowserAuto || c.opt.Browser == nil {
		return false, nil
	}
	found, err := extract(ctx, s, s.page(g.HTTP))
	if err != nil {
		return false, nil //nolint:nilerr // keep asks again, and says so
	}
	g.found = &found
	if posts, _ := gain(&found); posts > 0 {
		// A page that needs no browser speaks against rendering all of its kind.
		return false, c.plainSuffices(ctx, s, l)
	}
	return found.NeedsBrowser, nil
}

// page is what the extractor sees of a result.
func (s *site) page(r *fetch.Result) source.Page {
	if len(r.DOM) > 0 {
		return source.Page{URL: r.FinalURL, ContentType: "text/html; charset=utf-8", Body: r.DOM, Rendered: true, FetchedAt: r.FetchedAt, Pictures: s.Pictures}
	}
	return source.Page{URL: r.FinalURL, ContentType: r.ContentType, Body: r.Body, FetchedAt: r.FetchedAt, Pictures: s.Pictures}
}

func capture(s *site, e Evidence, last *fetch.Result, class post.Class) post.Capture {
	cp := post.Capture{
		Source: s.Name, Adapter: s.Adapter, URL: last.URL, FetchedAt: last.FetchedAt, Status: last.Status,
		ContentType: last.ContentType, Class: class, Method: "http", Pictures: s.Pictures,
	}
	if last.FinalURL != last.URL {
		cp.FinalURL = last.FinalURL
	}
	if e.Browser != nil {
		cp.Method, cp.ContentType = "browser", "text/html; charset=utf-8"
	}
	p := e.Payload()
	cp.Digest, cp.Bytes = post.DigestOf(p), int64(len(p))
	return cp
}

// allowRedirect is asked before a redirect is followed: scope, robots.txt, pace.
func (c *Crawler) allowRedirect(ctx context.Context, s *site, to *url.URL) error {
	host := hostPort(to)
	if !s.inScope(host) {
		return errOutOfScope
	}
	if !c.opt.IgnoreRobots {
		d, err := c.robots.CheckFor(ctx, s.Name, to)
		if errors.Is(err, errNotYet) {
			return &awayError{host, c.pace.ready(host)}
		}
		if err != nil {
			return err
		}
		if d.Delay > 0 {
			c.pace.asks(host, d.Delay)
		}
		switch {
		case d.Allow:
		case d.Until.IsZero():
			return &robotsError{d.Why}
		default:
			return fmt.Errorf("%w: %s", errUnavailable, d.Why)
		}
	}
	if err := c.turn(ctx, s, host); !errors.Is(err, errNotYet) {
		return err
	}
	return &awayError{host, c.pace.ready(host)}
}

// awayError is a redirect to a host that is to be left alone for longer than a
// worker waits. It is no failure of the host that redirects.
type awayError struct {
	host  string
	until time.Time
}

func away(err error) bool {
	_, ok := errors.AsType[*awayError](err)
	return ok
}

func (e *awayError) Error() string { return e.host + " is to be left alone for now" }

// errUnavailable is a redirect target whose robots.txt cannot be had now.
var errUnavailable = errors.New("not to be asked now")

type robotsError struct{ why string }

func (e *robotsError) Error() string { return "robots.txt: " + e.why }

// failed settles a page that gave no capture: it is tried again later, or given up.
func (c *Crawler) failed(ctx context.Context, s *site, l frontier.Lease, e Evidence, err error) (frontier.Result, error) {
	if outcome := hopeless(err); outcome != "" {
		return c.giveUp(ctx, s, l, e, outcome, err.Error())
	}
	now := c.opt.Now()
	if away, ok := errors.AsType[*awayError](err); ok && l.Tries+1 < c.opt.MaxTries {
		c.count(func(r *Report) { r.Failed++ })
		return frontier.Result{Lease: l, Outcome: outcomeWait, Again: away.until, Retry: true}, nil
	}
	var asked time.Duration
	why := "status"
	if status, ok := errors.AsType[*statusError](err); ok {
		why, asked = status.Error(), status.asked
	} else if err != nil {
		why = err.Error()
	} else if last := e.last(); last != nil {
		asked = fetch.RetryAfter(last.Header, now)
		why = fmt.Sprintf("status %d", last.Status)
	}
	after, noted := c.hostFailed(ctx, l.Host, asked)
	if noted != nil {
		return frontier.Result{}, noted
	}
	if l.Tries+1 >= c.opt.MaxTries {
		res, err := c.giveUp(ctx, s, l, e, outcomeFailed, why)
		res.HostAfter = after
		return res, err
	}
	c.count(func(r *Report) { r.Failed++ })
	c.opt.Log.Debug("to be tried again", "source", s.Name, "host", l.Host, "tries", l.Tries+1, "after", after.Sub(now), "err", why)
	return frontier.Result{Lease: l, Outcome: outcomeWait, Again: after, Retry: true, HostAfter: after}, nil
}

// hopeless is the outcome of an error that asking again would not change, "" for
// all others.
func hopeless(err error) string {
	_, forbidden := errors.AsType[*robotsError](err)
	_, blocked := errors.AsType[*fetch.BlockedError](err)
	_, redirect := errors.AsType[*fetch.RedirectError](err)
	switch {
	case errors.Is(err, errUnavailable) || away(err):
		return ""
	case forbidden:
		return outcomeRobots
	case errors.Is(err, errOutOfScope):
		return outcomeScope
	case blocked || errors.Is(err, robots.ErrRefused):
		return outcomeBlocked
	case redirect || errors.Is(err, fetch.ErrTooManyRedirects) || errors.Is(err, fetch.ErrHeaderTooBig) || errors.Is(err, fetch.ErrMask) || errors.Is(err, fetch.ErrBearer):
		return outcomeFailed
	}
	return ""
}

// giveUp skips a page, keeping what the host did send as evidence.
func (c *Crawler) giveUp(ctx context.Context, s *site, l frontier.Lease, e Evidence, outcome, why string) (frontier.Result, error) {
	if last := e.last(); last != nil && len(last.Hops) > 0 {
		e.Reason = why
		e.Capture = capture(s, e, last, post.ClassError)
		cp, err := c.opt.Vault.Put(ctx, e)
		if err != nil {
			return frontier.Result{}, fmt.Errorf("keep evidence: %w", err)
		}
		c.opt.OnCapture(cp)
		if err := c.opt.OnKept(ctx, cp, nil, true); err != nil {
			return frontier.Result{}, err
		}
		c.opt.Vault.Done(cp)
	}
	return c.skip(s, l, outcome, why), nil
}

func (e Evidence) last() *fetch.Result {
	if e.Browser != nil {
		return e.Browser
	}
	return e.HTTP
}

// keep stores the evidence, and when it is content, its posts and links.
func (c *Crawler) keep(ctx context.Context, s *site, l frontier.Lease, g got) (frontier.Result, error) {
	var found source.Found
	var unreadable error
	if g.Capture.Class == post.ClassContent {
		if g.found != nil {
			found = *g.found
		} else {
			found, unreadable = extract(ctx, s, s.page(g.last()))
		}
		if ctx.Err() != nil {
			return frontier.Result{}, ctx.Err()
		}
		var err error
		if g.Pictures, err = c.pictures(ctx, s, found.Posts); err != nil {
			return frontier.Result{}, err
		}
	}
	cp, err := c.opt.Vault.Put(ctx, g.Evidence)
	if err != nil {
		return frontier.Result{}, fmt.Errorf("keep evidence: %w", err)
	}
	c.count(func(r *Report) {
		r.Pages++
		r.Bytes += cp.Bytes
		r.Classes[cp.Class]++
		c.spent[s.Name].bytes += cp.Bytes
	})
	c.opt.OnCapture(cp)
	res := frontier.Result{Lease: l, Outcome: string(cp.Class)}
	if c.opt.Service {
		res.Again = c.opt.Now().Add(s.Recrawl)
	}
	if cp.Class == post.ClassChallenge || cp.Class == post.ClassError && transient(cp.Status) {
		// A host that keeps saying no is left alone, page after page.
		if res.HostAfter, err = c.hostFailed(ctx, l.Host, fetch.RetryAfter(g.last().Header, c.opt.Now())); err != nil {
			return frontier.Result{}, err
		}
	}
	if cp.Class == post.ClassContent {
		if unreadable != nil {
			c.opt.Log.Warn("page could not be read", "id", cp.ID, "source", s.Name, "host", l.Host, "err", unreadable)
			res.Outcome = outcomeCrash
		}
		if err := c.look(ctx, found.Posts, g.Pictures); err != nil {
			return frontier.Result{}, err
		}
		if err := c.emit(ctx, s, cp, found.Posts); err != nil {
			return frontier.Result{}, err
		}
		if err := c.noteShape(ctx, s, l, found); err != nil {
			return frontier.Result{}, err
		}
		res.Links = c.links(s, l, found.Links)
	}
	if unreadable == nil {
		c.remember(s, &res, g, found)
	}
	if err := c.opt.OnKept(ctx, cp, found.Posts, unreadable == nil); err != nil {
		return frontier.Result{}, err
	}
	c.opt.Vault.Done(cp)
	return res, nil
}

// noteShape counts what a page gave towards the traps of its site.
func (c *Crawler) noteShape(ctx context.Context, s *site, l frontier.Lease, found source.Found) error {
	u, err := url.Parse(l.URL)
	if err != nil {
		return nil //nolint:nilerr // it has no shape
	}
	if c.opt.Service {
		s.traps.renew(c.opt.Now())
	}
	if shape := s.traps.visited(u, l.Last.At, found.Posts, found.Links); shape != "" {
		c.opt.Log.Info("pages of this kind give nothing new and are left out", "source", s.Name, "shape", shape)
	}
	return c.keepTraps(ctx, s, false)
}

// emit seals posts and hands them on.
func (c *Crawler) emit(ctx context.Context, s *site, cp post.Capture, posts []post.Post) error {
	if len(posts) == 0 {
		return nil
	}
	sightings := make([]post.Sighting, len(posts))
	for i := range posts {
		posts[i].Source = s.Name
		posts[i].Seal(cp.FetchedAt)
		sightings[i] = post.Sighting{Capture: cp, Post: posts[i]}
	}
	if err := c.opt.Emit(ctx, sightings); err != nil {
		return fmt.Errorf("emit posts: %w", err)
	}
	c.count(func(r *Report) { r.Posts += int64(len(posts)) })
	c.opt.OnPosts(cp, posts)
	return nil
}

// links turns what a page leads to into entries: in scope, within depth, bounded.
func (c *Crawler) links(s *site, l frontier.Lease, found []source.Link) []frontier.Entry {
	if l.Depth >= s.MaxDepth {
		return nil
	}
	var out []frontier.Entry
	for _, f := range found {
		if len(out) >= s.MaxLinks {
			break
		}
		if f.NoFollow {
			continue
		}
		u, host, err := frontier.Canonical(f.URL)
		if err != nil || !s.wants(u, host) || !s.traps.takes(u, f.Post) {
			continue
		}
		out = append(out, frontier.Entry{Site: s.Name, URL: u, Round: l.Round, Depth: l.Depth + 1, Fast: f.Post, Fresh: !l.Last.At.IsZero()})
	}
	return out
}

// skip settles a page that is not to be had.
func (c *Crawler) skip(s *site, l frontier.Lease, outcome, why string) frontier.Result {
	c.count(func(r *Report) { r.Skipped[outcome]++ })
	c.opt.OnSkip(s.Name, l.URL, why)
	res := frontier.Result{Lease: l, Outcome: outcome}
	if c.opt.Service {
		res.Again = c.opt.Now().Add(s.Recrawl)
	}
	return res
}

// extract runs the site's adapter. A panic in it is an error of this page only.
func extract(ctx context.Context, s *site, p source.Page) (found source.Found, err error) {
	defer func() {
		if r := recover(); r != nil {
			found, err = source.Found{}, fmt.Errorf("adapter %s panicked: %v\n%s", s.Adapter, r, debug.Stack())
		}
	}()
	return s.adapter.Extract(ctx, p)
}
