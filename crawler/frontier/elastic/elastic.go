// Package elastic keeps the frontier in Elasticsearch 8, for crawling processes on
// more than one machine.
//
// Each URL is one document, as in StormCrawler's status index. Each host is one
// too: it says who owns the host and until when, and is only ever written under the
// condition that nobody wrote in between, so of several that want a host one gets
// it. URLs are leased by the owner of their host alone, under the same condition.
// Neither scripts nor plug-ins are needed; it runs on the bare server.
//
// Nothing here is one transaction. Done adds the links first and then the outcome:
// after a crash between the two the lease runs out, the page is fetched again, and
// its links are known. Machines must agree on the time to a few seconds: a clock
// that is ahead takes leases away early.
//
// It refuses indices of another version. Start at [Open].
package elastic

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/lifeline"
	"github.com/lurewatch/lurewatch/internal/es"
)

// Options says where Elasticsearch is.
type Options struct {
	URLs      []string // of one cluster's nodes
	Username  string
	Password  string
	APIKey    string            // instead of name and password
	CACert    []byte            // PEM; the certificates to trust instead of the system's
	Name      string            // start of the names of the indices, default lurewatch-frontier
	Shards    int               // of the index of URLs when it is made, default 1
	Patience  time.Duration     // how long a call waits for a server that does not answer, default 30 s
	Transport http.RoundTripper // nil for the default
	Log       *slog.Logger      // nil for none

	// Dir is a folder of this machine where its processes see which of them live: the
	// leases of one that was killed are given back when the next one opens. Without
	// it they run out.
	Dir string
	Now func() time.Time // nil means time.Now
}

// Store is a [frontier.Store] in Elasticsearch. It is safe for concurrent use, by
// many processes on many machines.
type Store struct {
	opt   Options
	es    *es.Client
	owner string
	life  *lifeline.Line
	wrote atomic.Int64 // documents, to tell the writes apart

	mu    sync.Mutex      // guards what follows
	sites map[string]bool // that surely have their document
	part  int             // of hosts, that the next claim looks at
	parts int             // in how many parts hosts are looked at
}

var _ frontier.Store = (*Store)(nil)

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)

// Open connects, and makes the indices when they are not there. It waits for the
// server until ctx ends, and says so in the log.
func Open(ctx context.Context, opt Options) (*Store, error) {
	opt.Name = cmp.Or(opt.Name, "lurewatch-frontier")
	opt.Shards = cmp.Or(opt.Shards, 1)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	switch {
	case !goodName.MatchString(opt.Name):
		return nil, fmt.Errorf("open frontier: name %q wants lower-case letters, digits, and . _ - between them", opt.Name)
	case opt.Shards < 1 || opt.Shards > 1024:
		return nil, fmt.Errorf("open frontier: %d shards are not from 1 to 1024", opt.Shards)
	}
	client, err := es.New(es.Options{
		URLs: opt.URLs, Username: opt.Username, Password: opt.Password, APIKey: opt.APIKey, CACert: opt.CACert,
		Patience: opt.Patience, Transport: opt.Transport, Log: opt.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("open frontier: %w", err)
	}
	s := &Store{opt: opt, es: client, owner: rand.Text(), sites: map[string]bool{}, parts: 1}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open frontier %s: %w", opt.Name, err), client.Close())
	}
	return s, nil
}

func (s *Store) start(ctx context.Context) error {
	if err := s.es.Waiting(ctx, "open frontier", s.prepare); err != nil {
		return err
	}
	if s.opt.Dir == "" {
		return nil
	}
	dead, life, err := lifeline.Hold(filepath.Join(s.opt.Dir, s.opt.Name), s.owner)
	if err != nil {
		return err
	}
	s.life = life
	for _, owner := range dead {
		if err := s.giveBack(ctx, owner); err != nil {
			s.life.Drop()
			return err
		}
	}
	return nil
}

// Close gives back every lease of this owner, for which it waits no longer than
// Options.Patience, and the connections.
func (s *Store) Close() error {
	if err := errors.Join(s.giveBack(context.Background(), s.owner), s.hangUp()); err != nil {
		return fmt.Errorf("close frontier: %w", err)
	}
	return nil
}

// hangUp gives the connections back, and says that this owner has ended.
func (s *Store) hangUp() error {
	if s.life != nil {
		s.life.Drop()
	}
	return s.es.Close()
}

func (s *Store) now() int64 { return s.opt.Now().UnixMilli() }
