package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/alerts"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/metrics"
	"github.com/lurewatch/lurewatch/internal/post"
)

// snapshot reads what a scrape wants to know and nobody counts.
func (w *watch) snapshot() metrics.Snapshot {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	s := metrics.Snapshot{Dead: -1, Pending: map[string]float64{}, DiskFree: float64(diskFree(w.a.cfg.DataDir))}
	if w.a.stream != nil {
		for stage, n := range w.a.pending(ctx) {
			s.Pending[stage] = float64(n)
		}
		if n, err := w.a.stream.Count(ctx, "dead"); err == nil {
			s.Dead = float64(n)
		}
	}
	w.mu.Lock()
	s.Archive = float64(w.archived)
	queues := w.queues
	w.mu.Unlock()
	s.Sources = w.sources(ctx, queues)
	s.Browser = w.browserNow()
	return s
}

// sources tells of the sources of the configuration, and of those that a crawl that
// ends has read; the frontier is told by the process that crawls.
func (w *watch) sources(ctx context.Context, queues map[string]health.Queue) (out []metrics.SourceNow) {
	w.opening.Lock()
	store := w.health
	w.opening.Unlock()
	if store == nil {
		return nil // it tells nothing of itself
	}
	all, err := store.Sources(ctx)
	if err != nil {
		w.a.log.Debug("health could not be read for the metrics", "err", err)
	}
	known := map[string]health.Source{}
	for _, s := range all {
		known[s.Name] = s
	}
	seen := map[string]bool{}
	add := func(name string, configured bool) {
		if seen[name] {
			return
		}
		seen[name] = true
		s := known[name]
		one := metrics.SourceNow{Name: name, Known: -1, LastSuccess: s.LastSuccess, Drifted: !s.Drift.Since.IsZero(), Lost: len(s.Lost()), Configured: configured}
		if q, ok := queues[name]; ok {
			one.Known, one.Waiting, one.Leased = float64(q.Known), float64(q.Waiting), float64(q.Leased)
		}
		out = append(out, one)
	}
	for _, s := range w.a.cfg.Sources {
		add(s.Name, true)
	}
	for _, s := range all {
		if s.Once {
			add(s.Name, false)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(queues)) {
		add(name, false)
	}
	return out
}

// pending is how many messages wait for each stage; a stage that cannot be asked is left out.
func (a *App) pending(ctx context.Context) map[string]uint64 {
	out := map[string]uint64{}
	for _, w := range slices.Concat(waiting, told) {
		if n, err := a.stream.Pending(ctx, w.topic, w.stage); err == nil {
			out[w.stage] = n
		}
	}
	return out
}

// Metrics answers scrapes of this process, from this machine or with the token.
func (a *App) Metrics() http.Handler {
	return metrics.Guard(a.watch.set.Handler(), string(a.cfg.Metrics.Token))
}

// listenMetrics takes the address of the metrics where one is configured, so that a
// port in use is told at once. What it returns serves them until ctx ends.
func (a *App) listenMetrics(ctx context.Context) (func(context.Context) error, error) {
	if a.cfg.Metrics.Listen == "" {
		return func(context.Context) error { return nil }, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.cfg.Metrics.Listen)
	if err != nil {
		return nil, fmt.Errorf("metrics: listen on %s: %w\nhint: set metrics.listen to a free address of this machine, or leave it empty", a.cfg.Metrics.Listen, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics())
	a.log.Info("metrics", "url", "http://"+l.Addr().String()+"/metrics")
	return func(ctx context.Context) error { return a.serve(ctx, l, mux) }, nil
}

// counting is a channel that counts what goes through it.
type counting struct {
	alerts.Channel
	name string
	set  *metrics.Set
}

// Send implements [alerts.Channel].
func (c counting) Send(ctx context.Context, n post.Notice) error {
	err := c.Channel.Send(ctx, n)
	switch {
	case err == nil:
		c.set.Notice(c.name, "ok")
	case errors.Is(err, alerts.ErrPermanent):
		c.set.Notice(c.name, "refused")
	default:
		c.set.Notice(c.name, "failed")
	}
	return err
}
