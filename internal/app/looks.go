package app

import (
	"context"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/metrics"
	"github.com/lurewatch/lurewatch/internal/pages"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// looks takes what a crawl tells of each page to the metrics, the memory of pages
// and the health of sources.
type looks struct {
	a     *App
	store *health.Store
	once  bool // the crawl ends by itself

	mu      sync.Mutex
	waiting []health.Look
}

// startLooks begins to note what a crawl looks at. What it returns ends that, and
// writes what is noted.
func (a *App) startLooks(ctx context.Context, opt CrawlOptions, store frontier.Store) (*looks, func(), error) {
	health, err := a.healthStore(ctx)
	if err != nil {
		return nil, nil, err
	}
	l := &looks{a: a, store: health, once: !opt.Service}
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { l.keepUp(ctx, opt.Sites, store) })
	return l, func() { stop(); wg.Wait() }, nil
}

// keepUp writes what is noted every beat, and counts the frontier now and then.
func (l *looks) keepUp(ctx context.Context, sites []crawler.Site, store frontier.Store) {
	tick := time.NewTicker(health.Beat)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n%slowly == 0 {
			l.countFrontier(ctx, sites, store)
		}
		l.flush(ctx)
		select {
		case <-ctx.Done():
			ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
			defer stop()
			l.countFrontier(ctx, sites, store)
			l.flush(ctx)
			return
		case <-tick.C:
		}
	}
}

func (l *looks) countFrontier(ctx context.Context, sites []crawler.Site, store frontier.Store) {
	queues := map[string]health.Queue{}
	for _, s := range sites {
		st, err := store.Stat(ctx, s.Name)
		if err != nil {
			return // what was counted before stands
		}
		queues[s.Name] = health.Queue{Known: st.Known, Waiting: st.Waiting, Leased: st.Leased}
	}
	w := l.a.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queues = queues
}

// maxLooks bounds what waits to be written while the health file cannot be.
const maxLooks = 100_000

func (l *looks) note(look health.Look) {
	look.Once = l.once
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) < maxLooks {
		l.waiting = append(l.waiting, look)
	}
}

// flush writes what was noted, and tells of sources that stopped to give posts.
func (l *looks) flush(ctx context.Context) {
	l.mu.Lock()
	batch := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	turned, err := l.store.Add(ctx, batch)
	if err != nil {
		l.mu.Lock()
		l.waiting = append(batch, l.waiting...)
		l.mu.Unlock()
		if ctx.Err() == nil {
			l.a.log.Warn("health of the sources could not be kept", "err", err)
		}
		return
	}
	for _, s := range turned[health.Stopped] {
		l.a.watch.set.Alarm(s.Name)
		l.a.log.Warn("source gives no posts any more", "source", s.Name, "pages", s.Drift.Dry, "share_before", s.Drift.Share(), "last_post", s.LastPost, "hint", health.Drifted.Advice())
	}
	for _, s := range turned[health.Resumed] {
		l.a.log.Info("source gives posts again", "source", s.Name)
	}
	for _, s := range turned[health.Thinned] {
		for _, x := range s.Lost() {
			l.a.log.Warn("posts of a source come without what they always had", "source", s.Name, "field", x.Field, "pages", x.Pages, "share_before", x.Share, "hint", health.Thin.Advice())
		}
	}
	for _, s := range turned[health.Whole] {
		l.a.log.Info("posts of a source are whole again, or so for good", "source", s.Name)
	}
	if err := l.tellAlarms(ctx); err != nil && ctx.Err() == nil {
		l.a.log.Warn("alarm about a source waits to be told", "err", err)
	}
}

// tellAlarms sends the alarms down the line that nobody was told of: also those that a
// process that died had no time for.
func (l *looks) tellAlarms(ctx context.Context) error {
	untold, err := l.store.Untold(ctx)
	if err != nil {
		return err
	}
	for _, s := range untold {
		if !s.Drift.Since.IsZero() && !s.Drift.Told {
			n := post.News{Alarm: &post.Alarm{Source: s.Name, Since: s.Drift.Since, LastPost: s.LastPost, Pages: s.Drift.At, Share: s.Drift.Share()}}
			if err := stream.Publish(ctx, l.a.stream, happened, n); err != nil {
				return err
			}
			if err := l.store.Told(ctx, s.Name, s.Drift.Since); err != nil {
				return err
			}
		}
		if lost := s.Lost(); len(lost) > 0 && !s.Fields.Told {
			if err := l.tellLost(ctx, s, lost); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellLost sends one alarm for all fields that posts of a source lack: they are often lost
// by one change.
func (l *looks) tellLost(ctx context.Context, s health.Source, lost []health.Lost) error {
	a := post.Alarm{Source: s.Name, Since: lost[0].Since, LastPost: s.LastPost, Pages: lost[0].Pages, Share: lost[0].Share}
	for _, x := range lost {
		a.Lost = append(a.Lost, x.Field)
		if x.Since.Before(a.Since) {
			a.Since = x.Since
		}
	}
	if err := stream.Publish(ctx, l.a.stream, happened, post.News{Alarm: &a}); err != nil {
		return err
	}
	return l.store.ToldFields(ctx, s.Name)
}

// kept takes one capture: [crawler.Options.OnKept].
func (l *looks) kept(ctx context.Context, c post.Capture, posts []post.Post, readable bool) error {
	w := l.a.watch
	w.set.Capture(c.Source, string(c.Class), c.Method, c.Bytes)
	w.set.Posts(c.Source, len(posts))
	w.captured(c.FetchedAt)
	look := health.Look{Source: c.Source, At: c.FetchedAt.UTC(), Outcome: health.Outcome(c.Class), Posts: len(posts), Carry: carryOf(posts)}
	v, ok := pages.VisitOf(c, posts)
	if ok && readable {
		store, err := l.a.traces(ctx)
		if err != nil {
			return err
		}
		m, err := store.Look(ctx, v, l.a.publishEvents)
		if err != nil {
			return err
		}
		look.First, look.Gave = m.First, m.Dry >= 0 && m.Dry < health.Patience
	}
	l.note(look)
	return nil
}

// settled takes what became of a lease: [crawler.Options.OnSettle]. Captures were
// taken by kept.
func (l *looks) settled(site string, r frontier.Result) {
	w, now := l.a.watch, l.a.opt.Now()
	if r.HostAfter.After(now) {
		w.set.Backoff(site)
	}
	look := health.Look{Source: site, At: now.UTC(), Outcome: health.Other}
	switch {
	case r.Retry:
		w.set.Retry(site)
		look.Outcome = health.Retry
	case r.Outcome == "unchanged":
		look.Outcome = health.Same
	case r.Outcome == "robots":
		w.set.Skip(site, r.Outcome)
		look.Outcome = health.Robots
	case r.Outcome == "scope", r.Outcome == "blocked", r.Outcome == "failed":
		w.set.Skip(site, r.Outcome)
	default:
		return
	}
	l.note(look)
}

// visited takes one archived capture with what it showed, after a crash or in a rebuild.
func (a *App) visited(ctx context.Context, c post.Capture, ss []post.Sighting) error {
	ps := make([]post.Post, len(ss))
	for i, s := range ss {
		ps[i] = s.Post
	}
	v, ok := pages.VisitOf(c, ps)
	if !ok {
		return nil
	}
	if r := a.watch.rebuilding.Load(); r != nil {
		return r.Note(ctx, v)
	}
	store, err := a.traces(ctx)
	if err != nil {
		return err
	}
	_, err = store.Look(ctx, v, a.publishEvents)
	return err
}

// timed is a fetcher that times each fetch. A nil fetcher stays nil.
func (a *App) timed(f crawler.Fetcher, method string) crawler.Fetcher {
	if f == nil {
		return nil
	}
	return stopwatch{f, method, a.watch.set, a.opt.Now}
}

type stopwatch struct {
	crawler.Fetcher
	method string
	set    *metrics.Set
	now    func() time.Time
}

// Fetch implements [crawler.Fetcher].
func (s stopwatch) Fetch(ctx context.Context, q fetch.Request) (*fetch.Result, error) {
	began := s.now()
	r, err := s.Fetcher.Fetch(ctx, q)
	s.set.Fetch(q.Source, s.method, s.now().Sub(began), err)
	return r, err
}
