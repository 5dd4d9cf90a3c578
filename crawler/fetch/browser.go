package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// BrowserOptions are what [NewBrowser] needs.
type BrowserOptions struct {
	Guard     *Guard
	UserAgent string
	Path      string // of Chromium; empty means look for it, see [FindChromium]

	Tabs    int           // pages at a time; default 2
	Recycle int           // pages after which the browser is replaced; default 100
	Timeout time.Duration // of one page, all in all; default 45 s
	MaxBody int64         // bytes of the serialised document; default 10 MiB
	// MaxMemory is what all processes of the browser may use together, in bytes;
	// default 2 GiB. Above it the browser gets no more pages and is replaced; above
	// one and a half times as much it is killed. Only Linux tells the figure.
	MaxMemory   int64
	MaxSnapshot int64 // bytes of the MHTML snapshot, above which it is left out; default 16 MiB

	MaxHeight int // of the screenshot, in pixels; default 8000
	Width     int // of the window, in pixels; default 1280

	// spki is the hash of a certificate's key that the browser trusts, for tests.
	spki string

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
}

// Browser fetches pages through Chromium, which starts with the first page and is
// replaced after a number of pages or a crash. Each page gets a browser context
// of its own: no cookie, cache or storage passes from one page to another. It is
// safe for concurrent use.
type Browser struct {
	opt  BrowserOptions
	tabs chan struct{}

	starting sync.Mutex // one start at a time
	mu       sync.Mutex
	cur      *chromium
	all      map[*chromium]struct{}
	closed   bool
	tally    tally
	broken   error     // why the last start failed
	until    time.Time // when to try again
	dying    sync.WaitGroup
}

const (
	// startAgain is how long no start is tried after one that failed: a browser
	// that lacks something fails every page at once and not after a timeout each.
	startAgain = 30 * time.Second
	// watchEvery is how often the memory of a browser is looked at.
	watchEvery = 2 * time.Second
)

// NewBrowser checks opt and that there is a browser. It does not start it.
func NewBrowser(opt BrowserOptions) (*Browser, error) {
	if opt.Guard == nil {
		return nil, errors.New("browser: Guard is missing")
	}
	if opt.UserAgent == "" {
		return nil, errors.New("browser: UserAgent is missing")
	}
	var err error
	if opt.Path, err = FindChromium(opt.Path); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	for _, n := range []struct {
		v *int
		d int
	}{{&opt.Tabs, 2}, {&opt.Recycle, 100}, {&opt.MaxHeight, 8000}, {&opt.Width, 1280}} {
		if *n.v <= 0 {
			*n.v = n.d
		}
	}
	if opt.Timeout <= 0 {
		opt.Timeout = 45 * time.Second
	}
	if opt.MaxBody <= 0 {
		opt.MaxBody = 10 << 20
	}
	if opt.MaxSnapshot <= 0 {
		opt.MaxSnapshot = 16 << 20
	}
	if opt.MaxMemory <= 0 {
		opt.MaxMemory = 2 << 30
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Browser{opt: opt, tabs: make(chan struct{}, opt.Tabs), all: map[*chromium]struct{}{}}, nil
}

// errClosed is a fetch after Close.
var errClosed = errors.New("browser is closed")

// acquire returns a running browser, starting one when there is none to use.
func (b *Browser) acquire(ctx context.Context) (*chromium, error) {
	b.starting.Lock()
	defer b.starting.Unlock()
	if c, err := b.running(); c != nil || err != nil {
		return c, err
	}
	if b.broken != nil && b.opt.Now().Before(b.until) {
		return nil, b.broken
	}
	c, err := startChromium(ctx, b.opt)
	if err != nil {
		if ctx.Err() == nil {
			b.broken, b.until = err, b.opt.Now().Add(startAgain)
			b.note(func(t *tally) { t.broken = err.Error() })
			b.opt.Log.Error("the browser does not start: pages that need it are not read", "err", err)
		}
		return nil, err
	}
	b.broken = nil
	b.mu.Lock()
	closed := b.closed
	if !closed {
		c.pages, c.active = 1, 1
		b.cur = c
		b.all[c] = struct{}{}
		b.tally.starts++
		b.tally.broken = ""
		c.watching.Go(func() { b.watch(c) })
	}
	b.mu.Unlock()
	if closed {
		c.kill()
		return nil, errClosed
	}
	return c, nil
}

func (b *Browser) running() (*chromium, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errClosed
	}
	c := b.cur
	if c == nil {
		return nil, nil //nolint:nilnil // none runs
	}
	if !c.alive() || c.pages >= b.opt.Recycle {
		why := ReplacedPages
		if !c.alive() {
			why = ReplacedDied
		}
		b.retire(c, why)
		if c.active == 0 {
			delete(b.all, c)
			b.dying.Go(c.kill) // the next page need not wait for it; Close does
		}
		return nil, nil //nolint:nilnil // none runs any more
	}
	c.pages++
	c.active++
	return c, nil
}

// watch looks at the memory of a browser until it ends.
func (b *Browser) watch(c *chromium) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
		used := groupMemory(c.pgid)
		b.mu.Lock()
		c.used = used
		b.mu.Unlock()
		if used <= b.opt.MaxMemory {
			continue
		}
		b.opt.Log.Warn("the browser uses too much memory: it is replaced", "bytes", used, "bound", b.opt.MaxMemory)
		b.mu.Lock()
		b.retire(c, ReplacedMemory)
		idle := c.active == 0
		if idle {
			delete(b.all, c)
			b.dying.Go(c.kill)
		}
		b.mu.Unlock()
		if idle {
			return
		}
		if used > b.opt.MaxMemory/2*3 {
			c.end() // its pages fail, and are tried once more in another
			return
		}
	}
}

// Start starts the browser now, to learn whether it does. Without it the first
// page starts it.
func (b *Browser) Start(ctx context.Context) error {
	c, err := b.acquire(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	c.pages-- // that was no page
	b.mu.Unlock()
	b.release(c)
	return nil
}

func (b *Browser) release(c *chromium) {
	b.mu.Lock()
	c.active--
	if !c.alive() {
		b.retire(c, ReplacedDied)
	}
	gone := c.retired && c.active == 0
	if gone {
		delete(b.all, c)
	}
	b.mu.Unlock()
	if gone {
		c.kill()
	}
}

// Close kills every browser process. Fetches under way fail.
func (b *Browser) Close() {
	b.mu.Lock()
	b.closed = true
	all := b.all
	b.all, b.cur = map[*chromium]struct{}{}, nil
	b.mu.Unlock()
	for c := range all {
		c.kill()
	}
	b.dying.Wait()
}

// Fetch loads one page, lets its scripts run until the network is quiet, and
// returns the document as it then is, with a screenshot. Redirects and
// navigations of the page itself pass through q.Allow.
func (b *Browser) Fetch(ctx context.Context, q Request) (*Result, error) {
	u, err := parseURL(q.URL)
	if err != nil {
		return nil, err
	}
	if err := b.opt.Guard.CheckURL(u); err != nil {
		return nil, err
	}
	select {
	case b.tabs <- struct{}{}:
		defer func() { <-b.tabs }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for again := range 2 {
		c, err := b.acquire(ctx)
		if err != nil {
			return nil, err
		}
		b.note(func(t *tally) { t.pages++ })
		res, err := b.load(ctx, c, u, q)
		died := !c.alive()
		b.release(c)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			return res, nil
		case died && again == 0 && !b.isClosed():
			b.opt.Log.Warn("the browser ended in the middle of a page: trying it once more in another", "host", u.Host)
		case died:
			return nil, fmt.Errorf("browse %s: %w", u.Host, errDied)
		default:
			return res, fmt.Errorf("browse %s: %w", u.Host, err)
		}
	}
	return nil, errDied
}

// errDied is a browser that ended in the middle of a page, twice.
var errDied = errors.New("the browser ended in the middle of the page\nhint: see the log for its memory; a smaller crawl.workers, or more memory, may help")

func (b *Browser) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}
