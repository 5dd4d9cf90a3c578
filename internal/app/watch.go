package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/metrics"
	"github.com/lurewatch/lurewatch/internal/pages"
)

// healthFile is the file in the data folder that the processes share.
const healthFile = "health.db"

// watch is what one process counts and tells of itself.
type watch struct {
	a   *App
	id  string
	set *metrics.Set

	opening sync.Mutex // guards the two stores, which are opened when first needed
	health  *health.Store
	pages   *pages.Store

	rebuilding atomic.Pointer[pages.Rebuilding]
	desk       atomic.Value // string: address of the review desk
	browser    atomic.Pointer[fetch.Browser]

	mu       sync.Mutex // guards what follows
	fault    health.Fault
	queues   map[string]health.Queue // frontier of the sources that this process crawls
	archived int64                   // bytes; -1 when not known
	day      string
	today    int64
}

func newWatch(a *App) *watch {
	w := &watch{a: a, id: rand.Text(), archived: -1}
	w.set = metrics.New(a.opt.Version, w.snapshot)
	return w
}

// hear makes a log handler that also counts, and remembers the newest error.
func (w *watch) hear(h slog.Handler) slog.Handler { return ear{h, w} }

type ear struct {
	slog.Handler
	w *watch
}

// Enabled implements [slog.Handler]: warnings are counted even where nobody reads them.
func (e ear) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn || e.Handler.Enabled(ctx, l)
}

// Handle implements [slog.Handler].
func (e ear) Handle(ctx context.Context, r slog.Record) error {
	switch {
	case r.Level >= slog.LevelError:
		e.w.set.Logged("error")
		text := r.Message
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "err" {
				text += ": " + a.Value.String()
				return false
			}
			return true
		})
		e.w.mu.Lock()
		e.w.fault = health.Fault{At: r.Time.UTC(), Text: cutLine(text, 300), N: e.w.fault.N + 1}
		e.w.mu.Unlock()
	case r.Level >= slog.LevelWarn:
		e.w.set.Logged("warn")
	}
	if !e.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return e.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (e ear) WithAttrs(as []slog.Attr) slog.Handler { return ear{e.Handler.WithAttrs(as), e.w} }

// WithGroup implements [slog.Handler].
func (e ear) WithGroup(name string) slog.Handler { return ear{e.Handler.WithGroup(name), e.w} }

// cutLine is the first line of s, of n runes at most.
func cutLine(s string, n int) string {
	for i, r := range s {
		if n--; n < 0 || r == '\n' {
			return s[:i]
		}
	}
	return s
}

// healthStore opens the health file when it is first needed.
func (a *App) healthStore(ctx context.Context) (*health.Store, error) {
	w := a.watch
	w.opening.Lock()
	defer w.opening.Unlock()
	if w.health != nil {
		return w.health, nil
	}
	s, err := health.Open(ctx, a.cfg.Path(healthFile))
	if err != nil {
		return nil, err
	}
	w.health = s
	return s, nil
}

// traces opens the memory of pages when it is first needed.
func (a *App) traces(ctx context.Context) (*pages.Store, error) {
	w := a.watch
	w.opening.Lock()
	defer w.opening.Unlock()
	if w.pages != nil {
		return w.pages, nil
	}
	s, err := pages.Open(ctx, a.cfg.Path("pages.db"))
	if err != nil {
		return nil, err
	}
	w.pages = s
	return s, nil
}

func (w *watch) close() error {
	w.opening.Lock()
	defer w.opening.Unlock()
	var errs []error
	if w.pages != nil {
		errs = append(errs, w.pages.Close())
	}
	if w.health != nil {
		errs = append(errs, w.health.Close())
	}
	w.pages, w.health = nil, nil
	return errors.Join(errs...)
}

// RunService is [App.Run] for a process that stays: it tells of itself in the health
// file, for `lurewatch status` and the desk, and serves its metrics.
func (a *App) RunService(ctx context.Context, roles ...string) error {
	serve, err := a.listenMetrics(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(ctx, roles...) })
	g.Go(func() error { return serve(ctx) })
	g.Go(func() error { return a.Tell(ctx, roles...) })
	return g.Wait()
}

// Tell tells in the health file that this process is alive and plays some roles, until
// ctx ends.
func (a *App) Tell(ctx context.Context, roles ...string) error {
	store, err := a.healthStore(ctx)
	if err != nil {
		return err
	}
	a.watch.beat(ctx, store, roles)
	return nil
}

// slowly is how many beats pass between two looks at what takes longer to count.
const slowly = 10

// beat reports the process until ctx ends, and then that it has ended.
func (w *watch) beat(ctx context.Context, store *health.Store, roles []string) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	p := health.Process{ID: w.id, PID: os.Getpid(), Host: host, Roles: roles, Version: w.a.opt.Version, Started: w.a.opt.Now().UTC()}
	tick := time.NewTicker(health.Beat)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n%slowly == 0 {
			w.measure(ctx)
		}
		if err := store.Report(ctx, w.report(p)); err != nil && ctx.Err() == nil {
			w.a.log.Warn("this process cannot tell that it is alive", "err", err)
		}
		select {
		case <-ctx.Done():
			ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
			defer stop()
			if err := store.Gone(ctx, w.id); err != nil {
				w.a.log.Warn("the end of this process could not be told", "err", err)
			}
			return
		case <-tick.C:
		}
	}
}

// report fills in what changes from beat to beat.
func (w *watch) report(p health.Process) health.Process {
	c := w.a.Counts()
	p.Beat = w.a.opt.Now().UTC()
	p.Captured, p.Posts, p.Flagged, p.Indexed, p.Noticed = c.Captured, c.Posts, c.Flagged, c.Indexed, c.Noticed
	p.Desk, _ = w.desk.Load().(string)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.day == p.Beat.Format(time.DateOnly) {
		p.Today = w.today
	}
	p.Frontier = w.queues
	p.Browser = w.browserHealth()
	if w.fault.N > 0 {
		f := w.fault
		p.Error = &f
	}
	return p
}

// measure looks at what takes a while to count.
func (w *watch) measure(context.Context) {
	size := int64(-1)
	if w.a.archive != nil {
		size = folderSize(w.a.cfg.Path("archive"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.archived = size
}

// folderSize is the size of all files of a folder, -1 when it cannot be read.
func folderSize(dir string) (n int64) {
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return nil // a file that was just renamed has none
	})
	if err != nil {
		return -1
	}
	return n
}

// captured counts a capture of today.
func (w *watch) captured(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if day := at.UTC().Format(time.DateOnly); day != w.day {
		w.day, w.today = day, 0
	}
	w.today++
}
