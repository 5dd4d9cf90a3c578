package elastic

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/es"
)

// schemaVersion goes up with every change of the mappings. It is part of the
// names of the indices.
const schemaVersion = 1

type object = map[string]any

// The indices.
const (
	inURLs  = "urls"
	inHosts = "hosts"
	inSites = "sites"
)

// alias is the name that requests use.
func (s *Store) alias(index string) string { return s.opt.Name + "-" + index }

// urlDoc is the state of one URL. A lease is a due time in the future together
// with an owner. Times are Unix milliseconds.
type urlDoc struct {
	By      string `json:"by"` // the write that made it so
	Site    string `json:"site"`
	Host    string `json:"host"`
	URL     string `json:"url"`
	Round   int64  `json:"round"`
	Depth   int    `json:"depth"`
	Rank    int    `json:"rank"`
	Due     *int64 `json:"due,omitempty"` // nil means never
	Owner   string `json:"owner,omitempty"`
	Fetched bool   `json:"fetched"`
	Tries   int    `json:"tries,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	At      int64  `json:"at,omitempty"` // of the outcome

	Whole    int64  `json:"whole,omitempty"`
	Digest   int64  `json:"digest,omitempty"`
	Every    int64  `json:"every,omitempty"` // milliseconds
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
}

func (d *urlDoc) stamp(by string) { d.By = by }

// hostDoc says who may visit a host.
type hostDoc struct {
	By     string `json:"by"`
	Host   string `json:"host"`
	Owner  string `json:"owner,omitempty"`
	Until  int64  `json:"until"`  // of the newest lease of Owner
	After  int64  `json:"after"`  // not to be visited before
	Served int64  `json:"served"` // when it was claimed last
	Turn   int64  `json:"turn"`   // see frontier.Serve
}

func (d *hostDoc) stamp(by string) { d.By = by }

// siteDoc is one site.
type siteDoc struct {
	By    string `json:"by"`
	Site  string `json:"site"`
	Round int64  `json:"round"`
}

func (d *siteDoc) stamp(by string) { d.By = by }

// mappings are the fields of each index. What is never searched for is kept only.
func mappings(index string) object {
	keyword, long, kept := object{"type": "keyword"}, object{"type": "long"}, object{"type": "keyword", "index": false, "doc_values": false}
	number := object{"type": "long", "index": false, "doc_values": false}
	switch index {
	case inURLs:
		return object{
			"by": kept, "site": keyword, "host": keyword, "url": object{"type": "keyword", "doc_values": false}, "round": number, "depth": number,
			"rank": object{"type": "byte"}, "due": long, "owner": keyword, "fetched": object{"type": "boolean"}, "tries": number,
			"outcome": keyword, "at": number, "whole": number, "digest": number, "every": number, "etag": kept, "modified": kept,
		}
	case inHosts:
		return object{"by": kept, "host": keyword, "owner": keyword, "until": long, "after": long, "served": number, "turn": number}
	}
	return object{"by": kept, "site": keyword, "round": number}
}

var errSchema = errors.New("its indices are of another version of lurewatch\nhint: use the program that wrote them, or remove the indices: pages are then fetched again")

// prepare makes the indices that are not there. Several processes may do it at once.
func (s *Store) prepare(ctx context.Context) error {
	for _, index := range []string{inURLs, inHosts, inSites} {
		if err := s.make(ctx, index); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) make(ctx context.Context, index string) error {
	concrete := s.concrete(index)
	var aliases map[string]any
	err := s.es.Do(ctx, http.MethodGet, "/_alias/"+s.alias(index), nil, &aliases)
	if f, ok := errors.AsType[*es.Fault](err); ok && f.Status == http.StatusNotFound {
		shards := 1
		if index == inURLs {
			shards = s.opt.Shards
		}
		var body []byte
		body, err = json.Marshal(object{
			"aliases":  object{s.alias(index): object{}},
			"settings": object{"number_of_shards": shards, "auto_expand_replicas": "0-1"},
			"mappings": object{"dynamic": "strict", "properties": mappings(index)},
		})
		if err != nil {
			return err
		}
		err = s.es.Do(ctx, http.MethodPut, "/"+concrete, body, nil)
		if f, ok := errors.AsType[*es.Fault](err); ok && strings.Contains(f.Type, "already_exists") {
			err = nil // another process was faster
		}
	} else if _, ok := aliases[concrete]; err == nil && (!ok || len(aliases) > 1) {
		err = errSchema
	}
	if err != nil {
		return err
	}
	return s.es.Do(ctx, http.MethodGet, "/_cluster/health/"+concrete+"?wait_for_status=yellow&timeout=30s", nil, nil)
}

// Remove takes all indices away, with what is in them, and closes the store.
func (s *Store) Remove(ctx context.Context) error {
	var errs []error
	for _, index := range []string{inURLs, inHosts, inSites} {
		errs = append(errs, s.es.Do(ctx, http.MethodDelete, "/"+s.concrete(index), nil, nil))
	}
	if err := errors.Join(append(errs, s.hangUp())...); err != nil {
		return fmt.Errorf("remove frontier: %w", err)
	}
	return nil
}

func (s *Store) concrete(index string) string {
	return fmt.Sprintf("%s-v%d", s.alias(index), schemaVersion)
}

// idOf is the id of a document: URLs and hosts may be longer than an id may be.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// hostOf is the host with port of a canonical URL.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// lease is a claimed document as the store's user sees it.
func (d *urlDoc) lease(until time.Time) frontier.Lease {
	l := frontier.Lease{Site: d.Site, URL: d.URL, Host: d.Host, Round: d.Round, Depth: d.Depth, Tries: d.Tries, Until: until}
	if d.Whole != 0 {
		l.Last = frontier.Visit{
			At: time.UnixMilli(d.Whole), Digest: d.Digest, Every: time.Duration(d.Every) * time.Millisecond,
			ETag: d.ETag, Modified: d.Modified, Lists: d.Rank == frontier.RankList,
		}
	}
	return l
}
