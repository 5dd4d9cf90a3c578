// Package elastic keeps the index in Elasticsearch 8, for more posts, searches
// and indexing processes than one machine serves.
//
// Terms come from [indexer.Analyzer] and are only split at spaces there, so no
// analysis plug-in is needed; nor are scripts, ingest pipelines or licences: it
// runs on the bare server. Documents are merged here, in Go, and written under
// the condition that nobody wrote in between; who loses reads and merges again.
//
// While the server is away Put waits and then answers an error for each change:
// put them again later. Start at [Open].
package elastic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/es"
)

// Options says where Elasticsearch is.
type Options struct {
	URLs      []string // of one cluster's nodes
	Username  string
	Password  string
	APIKey    string            // instead of name and password
	CACert    []byte            // PEM; the certificates to trust instead of the system's
	Name      string            // alias of the index, default lurewatch-posts
	Shards    int               // of a new index, default 1
	Patience  time.Duration     // how long Put and Search wait for a server that does not answer or is overloaded, default 30 s
	Refresh   time.Duration     // after which a Put is found without a Refresh, default 1 s
	Transport http.RoundTripper // nil for the default
	Log       *slog.Logger      // nil for none
}

// Index is an [indexer.Index] in Elasticsearch.
type Index struct {
	opt Options
	es  *es.Client
}

var _ indexer.Index = (*Index)(nil)

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)

// Open connects, and makes the index when it is not there. It waits for the
// server until ctx ends, and says so in the log.
func Open(ctx context.Context, opt Options) (*Index, error) {
	opt.Name = cmp.Or(opt.Name, "lurewatch-posts")
	opt.Shards = cmp.Or(opt.Shards, 1)
	opt.Patience = cmp.Or(opt.Patience, 30*time.Second)
	opt.Refresh = cmp.Or(opt.Refresh, time.Second)
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	client, err := es.New(es.Options{
		URLs: opt.URLs, Username: opt.Username, Password: opt.Password, APIKey: opt.APIKey, CACert: opt.CACert,
		Patience: opt.Patience, Transport: opt.Transport, Log: opt.Log,
	})
	if err == nil {
		err = opt.check()
	}
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	x := &Index{opt: opt, es: client}
	if err := x.es.Waiting(ctx, "open index", func(ctx context.Context) error { return x.prepare(ctx) }); err != nil {
		return nil, fmt.Errorf("open index %s: %w", opt.Name, err)
	}
	return x, nil
}

func (o Options) check() error {
	switch {
	case !goodName.MatchString(o.Name):
		return fmt.Errorf("index name %q wants lower-case letters, digits, and . _ - between them", o.Name)
	case o.Shards < 1 || o.Shards > 1024:
		return fmt.Errorf("%d shards are not from 1 to 1024", o.Shards)
	case o.Patience < 0 || o.Refresh < 0:
		return errors.New("a time to wait is negative")
	}
	return nil
}

// Close gives the connections back. It does not wait for calls under way.
func (x *Index) Close() error {
	if err := x.es.Close(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}
