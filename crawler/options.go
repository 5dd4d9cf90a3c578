package crawler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Fetcher gets one page. [fetch.HTTP] and [fetch.Browser] are fetchers.
type Fetcher interface {
	Fetch(ctx context.Context, q fetch.Request) (*fetch.Result, error)
}

// Vault keeps evidence.
type Vault interface {
	// Put stores e and returns once it is on disk. The capture is e.Capture with
	// ID, Record and Screenshot filled in; so is Record of each of e.Pictures.
	Put(ctx context.Context, e Evidence) (post.Capture, error)
	// Done is called when all that follows from a capture is durable elsewhere.
	Done(c post.Capture)
}

// Evidence is one fetch as the vault must keep it.
type Evidence struct {
	Capture post.Capture  // all but ID, Record and Screenshot
	Reason  string        // why Capture.Class is what it is
	HTTP    *fetch.Result // nil when only a browser was used
	Browser *fetch.Result // nil when no browser was used

	Pictures []Picture // of the posts that the page holds
}

// Payload is what posts are extracted from: the browser's document when there
// is one, else the body.
func (e Evidence) Payload() []byte {
	if e.Browser != nil {
		return e.Browser.DOM
	}
	if e.HTTP != nil {
		return e.HTTP.Body
	}
	return nil
}

// PictureReader reads pictures; [picture.Reader] is one.
type PictureReader interface {
	Read(ctx context.Context, b []byte, h picture.Hint) (post.Picture, error)
}

// Options are what [New] needs.
type Options struct {
	Sites    []Site
	Frontier frontier.Store
	HTTP     Fetcher
	Browser  Fetcher // nil: no site may ask for a browser, and auto never uses one
	Vault    Vault
	// Emit hands on the posts of one page and returns when they are durable.
	Emit func(ctx context.Context, s []post.Sighting) error
	// Pictures reads the pictures that posts name. Nil: no site may ask for pictures.
	Pictures PictureReader
	// Notebook keeps budgets of the day, failing hosts and what was learnt; nil means
	// in memory, for this run.
	Notebook Notebook
	// Lookup finds the adapter of a site by name; nil means [source.Lookup].
	Lookup func(name string) (source.Source, bool)

	Product string // token that robots.txt files address; default lurewatch
	// IgnoreRobots fetches what robots.txt forbids. Only for hosts whose operator
	// has agreed; logged as a warning at start.
	IgnoreRobots bool

	Service  bool          // keep running and visit pages again; else Run ends when nothing is left
	Workers  int           // pages fetched at a time; default 16. More wait to be kept, see hands.
	Lease    time.Duration // of a claim; default 10 min. Must exceed the longest fetch.
	Backoff  time.Duration // first wait after a failure, doubled each time; default 5 s
	MaxTries int           // of one page in one round; default 4
	// Patience is how long Run, when not a service, waits for hosts that back
	// off before it leaves their pages for the next run; default 2 min.
	Patience time.Duration

	// Hooks for progress. They are called from many goroutines and must be quick.
	OnCapture func(c post.Capture)
	OnPosts   func(c post.Capture, posts []post.Post)
	OnSkip    func(site, url, why string)
	// OnSettle is told what became of each lease, by one goroutine.
	OnSettle func(site string, r frontier.Result)
	// OnKept is told of each capture, with the posts that were read from it, when all of
	// them are durable and before the vault is told that it is done. readable is false
	// for a page whose extractor failed. When it fails, the page is looked at again.
	OnKept func(ctx context.Context, c post.Capture, posts []post.Post, readable bool) error

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
}

func (o *Options) check() error {
	switch {
	case o.Frontier == nil:
		return errors.New("crawler: Frontier is missing")
	case o.HTTP == nil:
		return errors.New("crawler: HTTP is missing")
	case o.Vault == nil:
		return errors.New("crawler: Vault is missing")
	case o.Emit == nil:
		return errors.New("crawler: Emit is missing")
	case len(o.Sites) == 0:
		return errors.New("crawler: no site to crawl\nhint: name at least one site with a seed")
	}
	def(&o.Product, "lurewatch")
	def(&o.Workers, 16)
	def(&o.Lease, 10*time.Minute)
	def(&o.Backoff, 5*time.Second)
	def(&o.MaxTries, 4)
	def(&o.Patience, 2*time.Minute)
	if o.Workers < 1 || o.Lease < time.Second || o.Backoff < 0 || o.MaxTries < 1 || o.Patience < 0 {
		return fmt.Errorf("crawler: workers %d, lease %v, backoff %v, tries %d or patience %v is out of range", o.Workers, o.Lease, o.Backoff, o.MaxTries, o.Patience)
	}
	if o.Lookup == nil {
		o.Lookup = source.Lookup
	}
	if o.Notebook == nil {
		o.Notebook = newMemory()
	}
	if o.OnCapture == nil {
		o.OnCapture = func(post.Capture) {}
	}
	if o.OnPosts == nil {
		o.OnPosts = func(post.Capture, []post.Post) {}
	}
	if o.OnSkip == nil {
		o.OnSkip = func(_, _, _ string) {}
	}
	if o.OnSettle == nil {
		o.OnSettle = func(string, frontier.Result) {}
	}
	if o.OnKept == nil {
		o.OnKept = func(context.Context, post.Capture, []post.Post, bool) error { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// def sets *v to d when it is zero.
func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
