// Package web is the review desk: the pages on which people read what the rules
// flagged, see the words that say why, and decide. It works without JavaScript.
//
// It refuses to show what a page said as anything but text, to show a contact
// without a logged reason, and to decide anything by itself. Everything that a
// reviewer does goes to the ledger first. Start at [New]; routes.go lists every
// page with the role that it asks for.
package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Index is what the desk asks of the index.
type Index interface {
	Search(ctx context.Context, q indexer.Query) (indexer.Page, error)
	Get(ctx context.Context, id string) (indexer.Doc, error)
}

// Evidence reads one record of the archive. body is the payload, decoded from
// transfer and content encodings.
type Evidence interface {
	Read(ctx context.Context, l post.Locator) (contentType string, body []byte, err error)
}

// Status counts what went through the stages.
type Status struct {
	Captured int64 `json:"captured"` // captures in the archive
	Posts    int64 `json:"posts"`    // sightings of posts
	Flagged  int64 `json:"flagged"`
	Indexed  int64 `json:"indexed"`
	Dead     int64 `json:"dead"` // set aside after too many failures
}

// Options is what a desk is made of.
type Options struct {
	Index    Index
	Evidence Evidence
	Ledger   *ledger.Ledger

	Decided func(context.Context, post.Decision)          // told of each decision that the ledger holds; nil for nobody
	Status  func(context.Context) Status                  // nil hides the line of counters
	Rule    func(id string) (description string, ok bool) // why a rule matters; nil knows none
	Concept func(id string) (title string, ok bool)       // a concept in words; nil knows none

	// Sources tells how every source does; nil hides the page.
	Sources func(context.Context) ([]Source, error)
	// Metrics answers GET /metrics, and decides itself who may read it; nil for nobody.
	Metrics http.Handler

	// Client tells the address that failed logins are counted by, empty for unknown.
	// Set it behind a proxy on another machine, or one guesser locks everybody out.
	// nil means the peer's own address.
	Client func(*http.Request) string

	Sessions      scs.CtxStore // nil means that of Ledger
	Now           func() time.Time
	Log           *slog.Logger
	SecureCookies bool // set when browsers reach the desk over TLS
}

// Desk is the review desk, an [http.Handler].
type Desk struct {
	opt      Options
	sessions *scs.SessionManager
	assets   *assets
	counts   *counts
	pages    map[string]*template.Template
	handler  http.Handler
}

// New checks opt, parses every template, and returns the desk.
func New(opt Options) (*Desk, error) {
	if opt.Index == nil || opt.Evidence == nil || opt.Ledger == nil {
		return nil, errors.New("make review desk: index, evidence and ledger are all needed")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Decided == nil {
		opt.Decided = func(context.Context, post.Decision) {}
	}
	if opt.Rule == nil {
		opt.Rule = func(string) (string, bool) { return "", false }
	}
	if opt.Concept == nil {
		opt.Concept = func(string) (string, bool) { return "", false }
	}
	if opt.Client == nil {
		opt.Client = func(r *http.Request) string { return clientOf(r.RemoteAddr) }
	}
	if opt.Sessions == nil {
		opt.Sessions = opt.Ledger.Sessions()
	}
	d := &Desk{opt: opt, counts: newCounts(opt.Index, opt.Now)}
	var err error
	if d.assets, err = loadAssets(staticFiles); err != nil {
		return nil, fmt.Errorf("make review desk: %w", err)
	}
	if d.pages, err = d.parsePages(templateFiles); err != nil {
		return nil, fmt.Errorf("make review desk: %w", err)
	}
	d.sessions = d.newSessions()
	d.handler = d.routes()
	return d, nil
}

// ServeHTTP implements [http.Handler].
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }
