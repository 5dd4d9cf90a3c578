package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/alerts"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// Part is one thing that a process may need to have open.
type Part uint

// The parts.
const (
	Archive Part = 1 << iota
	Stream
	Index
	Ledger
	Classifier
)

// Options says what to open and how.
type Options struct {
	Config config.Config
	Parts  Part             // beside those that the roles of Config need, see [App.Run]
	Log    *slog.Logger     // nil logs nowhere
	Now    func() time.Time // nil means [time.Now]

	Version string // of the binary, for the archive and the user agent

	// RulesEvery is how often the folder of own rules is looked at; 0 means two seconds.
	RulesEvery time.Duration
}

// App holds the open parts of one process.
type App struct {
	opt  Options
	cfg  config.Config
	log  *slog.Logger
	have Part

	archive *archive.Archive
	custody *custody.Log // with the archive; nil where it may not be written
	stream  *stream.Stream
	index   indexer.Index
	ledger  *ledger.Ledger
	router  *alerts.Router

	book      atomic.Pointer[rulebook] // what judges; see [App.Reload]
	reloading sync.Mutex

	looking  sync.Mutex // guards pictures
	pictures *picture.Reader

	counts counters
	watch  *watch        // what the process tells of itself
	nudge  chan struct{} // the desk has decided something

	closers []func() error // in the order of opening
}

// needs lists the parts of each role.
var needs = map[string]Part{
	"crawl":    Archive | Stream,
	"classify": Stream | Classifier,
	"index":    Stream | Index,
	"alert":    Stream | Ledger,
	"web":      Stream | Index | Ledger | Archive,
}

// NeedsOf is the parts of some roles.
func NeedsOf(roles ...string) (p Part) {
	for _, r := range roles {
		p |= needs[r]
	}
	return p
}

// Open opens the parts that opt names. A broker or an index at a URL that cannot
// be reached is waited for, with a message in the log, until ctx ends.
func Open(ctx context.Context, opt Options) (*App, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.RulesEvery <= 0 {
		opt.RulesEvery = 2 * time.Second
	}
	a := &App{opt: opt, cfg: opt.Config, have: opt.Parts, nudge: make(chan struct{}, 1)}
	a.watch = newWatch(a)
	a.log = slog.New(a.watch.hear(opt.Log.Handler()))
	if err := os.MkdirAll(a.cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w\nhint: set data_dir to a folder that lurewatch may write to", err)
	}
	// The rules take the longest to load and need nothing else: load them meanwhile.
	var load errgroup.Group
	if a.have&Classifier != 0 {
		load.Go(a.openClassifier)
	}
	err := a.openStores(ctx)
	if err = errors.Join(err, load.Wait()); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) openStores(ctx context.Context) error {
	for _, part := range []struct {
		part Part
		open func(context.Context) error
	}{
		{Archive, a.openArchive},
		{Ledger, a.openLedger},
		{Stream, a.openStream},
		{Index, a.openIndex},
	} {
		if a.have&part.part == 0 {
			continue
		}
		if err := part.open(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) openArchive(ctx context.Context) (err error) {
	if err := a.openCustody(); err != nil {
		return err
	}
	a.archive, err = archive.Open(archive.Options{
		Dir: a.cfg.Path("archive"), MaxBytes: a.cfg.Archive.MaxBytes,
		Software: a.software(), Now: a.opt.Now, Log: a.log, Kept: a.kept(),
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.archive.Close)
	return a.takeIn(ctx)
}

func (a *App) openLedger(context.Context) (err error) {
	a.ledger, err = ledger.Open(ledger.Options{Path: a.cfg.Path("ledger.db"), Now: a.opt.Now, Log: a.log})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.ledger.Close)
	a.router, err = a.openRouter()
	return err
}

func (a *App) openStream(ctx context.Context) (err error) {
	c := a.cfg.Stream
	a.stream, err = stream.Open(ctx, stream.Options{
		URL: string(c.URL), Dir: a.cfg.Path("stream"), Replicas: c.Replicas,
		MaxAge: c.MaxAge, MaxBytes: c.MaxBytes, Log: a.log, Now: a.opt.Now,
	})
	if err == nil {
		a.closers = append(a.closers, a.stream.Close)
	}
	return err
}

func (a *App) openIndex(ctx context.Context) (err error) {
	c := a.cfg.Index
	if c.URL == "" {
		a.index, err = embedded.Open(ctx, embedded.Options{Path: a.cfg.Path("index.db")})
	} else {
		a.index, err = elastic.Open(ctx, elastic.Options{
			URLs: addresses(string(c.URL)), Username: c.User, Password: string(c.Password), Name: c.Prefix + "-posts", Log: a.log,
		})
	}
	if err == nil {
		a.closers = append(a.closers, a.index.Close)
	}
	return err
}

// addresses parts a list at its commas.
func addresses(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// Close closes what was opened, the last first.
func (a *App) Close() error {
	var errs []error
	if a.watch != nil {
		errs = append(errs, a.watch.close())
	}
	for _, closer := range slices.Backward(a.closers) {
		errs = append(errs, closer())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Counts is how far the line has come in this process.
func (a *App) Counts() Counts { return a.counts.snapshot() }

// Config is what a was opened with.
func (a *App) Config() config.Config { return a.cfg }

// Index is the open index, for searches.
func (a *App) Index() indexer.Index { return a.index }

// Ledger is the open ledger.
func (a *App) Ledger() *ledger.Ledger { return a.ledger }

// Stream is the open stream, for its dead letters.
func (a *App) Stream() *stream.Stream { return a.stream }

// Archive is the open archive.
func (a *App) Archive() *archive.Archive { return a.archive }

// Run runs the stages of roles until ctx ends or one of them cannot go on.
func (a *App) Run(ctx context.Context, roles ...string) error {
	g, ctx := errgroup.WithContext(ctx)
	stages := map[string][]func(context.Context) error{
		"crawl":    {a.runCrawl, a.runTimestamps},
		"classify": {a.runClassify, a.watchRules},
		"index":    {a.runIndex, a.runDecide, a.runEvents, a.watchDead},
		"alert":    {a.runAlert, a.runTell},
		"web":      {a.runWeb, a.RunOutbox, a.FollowAudit, a.runTimestamps},
	}
	for _, r := range roles {
		for _, stage := range stages[r] {
			g.Go(func() error { return stage(ctx) })
		}
	}
	return g.Wait()
}

// watchDead keeps the count of dead letters fresh.
func (a *App) watchDead(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if n, err := a.stream.Count(ctx, "dead"); err == nil {
			a.counts.dead.Store(int64(n))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Drained returns when every message of the line has been answered for, by this
// process or another.
func (a *App) Drained(ctx context.Context) error {
	var once sync.Once
	for {
		var left uint64
		for _, w := range waiting {
			n, err := a.stream.Pending(ctx, w.topic, w.stage)
			if err != nil {
				return err
			}
			left += n
		}
		if left == 0 {
			return a.index.Refresh(ctx)
		}
		once.Do(func() { a.log.Debug("waiting for the line to drain", "messages", left) })
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d messages are still on their way: %w", left, ctx.Err())
		case <-time.After(25 * time.Millisecond):
		}
	}
}
