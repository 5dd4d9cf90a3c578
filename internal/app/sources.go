package app

import (
	"context"
	"time"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/web"
)

// defaultRecrawl is how often pages are looked at again where the source does not say.
const defaultRecrawl = 24 * time.Hour

// SourceReport tells how every source does: those of the configuration in its order,
// then others that were crawled once, or before.
func (a *App) SourceReport(ctx context.Context) ([]web.Source, error) {
	store, err := a.healthStore(ctx)
	if err != nil {
		return nil, err
	}
	return a.sourceReport(ctx, store)
}

// sourceReport is SourceReport from an open file. A source that nobody asks for any more
// waits; one that a crawl read once is judged by what that crawl saw.
func (a *App) sourceReport(ctx context.Context, store *health.Store) ([]web.Source, error) {
	all, err := store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]health.Source{}
	for _, s := range all {
		known[s.Name] = s
	}
	ps, err := store.Processes(ctx)
	if err != nil {
		return nil, err
	}
	queues, now := map[string]health.Queue{}, a.opt.Now()
	for _, p := range ps {
		for name, q := range p.Frontier {
			if _, newer := queues[name]; !newer && p.Alive(now) {
				queues[name] = q
			}
		}
	}
	out := make([]web.Source, 0, len(all))
	add := func(name string, every time.Duration, configured bool) {
		s := known[name]
		s.Name = name
		delete(known, name)
		if configured && every <= 0 {
			every = defaultRecrawl
		}
		one := web.Source{Source: s, State: s.State(now, every), Configured: configured}
		if !configured && !s.Once {
			one.State = health.Waiting
		}
		if q, ok := queues[name]; ok {
			one.Queue = &q
		}
		out = append(out, one)
	}
	for _, s := range a.cfg.Sources {
		add(s.Name, s.Recrawl, true)
	}
	for _, s := range all {
		if _, left := known[s.Name]; left {
			add(s.Name, 0, false)
		}
	}
	return out, nil
}
