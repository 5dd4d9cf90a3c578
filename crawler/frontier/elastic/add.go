package elastic

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// Add implements [frontier.Store]. When it fails, part of the entries may be known.
func (s *Store) Add(ctx context.Context, entries []frontier.Entry) (int, error) {
	n, err := s.add(ctx, entries)
	if err != nil {
		return n, fmt.Errorf("add to frontier: %w", err)
	}
	return n, nil
}

func (s *Store) add(ctx context.Context, entries []frontier.Entry) (int, error) {
	now := s.now()
	seen := make(map[string]bool, len(entries))
	var hs []held[urlDoc]
	var es []frontier.Entry
	for _, e := range entries {
		id := idOf(e.Site, e.URL)
		if seen[id] {
			continue
		}
		seen[id] = true
		hs, es = append(hs, held[urlDoc]{id: id, routing: hostOf(e.URL)}), append(es, e)
		if err := s.know(ctx, e.Site); err != nil {
			return 0, err
		}
	}
	return change(ctx, s, inURLs, hs, func(i int, old *urlDoc) document {
		e := es[i]
		due := now
		if !e.Due.IsZero() {
			due = e.Due.UnixMilli()
		}
		if old == nil {
			return &urlDoc{Site: e.Site, Host: hs[i].routing, URL: e.URL, Round: e.Round, Depth: e.Depth, Rank: e.Rank(), Due: &due}
		}
		again := e.Round > old.Round
		if !e.Changed.IsZero() {
			again = (again || old.Fetched) && old.At < e.Changed.UnixMilli()
		}
		if !again || old.Owner != "" {
			return nil
		}
		old.Round, old.Depth, old.Rank, old.Due, old.Fetched, old.Tries = max(old.Round, e.Round), e.Depth, e.Rank(), &due, false, 0
		return old
	})
}

// know makes the document of a site when it may not be there.
func (s *Store) know(ctx context.Context, site string) error {
	s.mu.Lock()
	known := s.sites[site]
	s.mu.Unlock()
	if known {
		return nil
	}
	_, err := change(ctx, s, inSites, []held[siteDoc]{{id: site}}, func(_ int, old *siteDoc) document {
		if old != nil {
			return nil
		}
		return &siteDoc{Site: site, Round: 1}
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sites[site] = true
	return nil
}

// Done implements [frontier.Store]. The links are added first, so that a crash
// between the two leads to the page being fetched again.
func (s *Store) Done(ctx context.Context, results []frontier.Result) (int, error) {
	var links []frontier.Entry
	var leases []frontier.Lease
	after := map[string]int64{} // host → not before
	for _, r := range results {
		links, leases = append(links, r.Links...), append(leases, r.Lease)
		if !r.HostAfter.IsZero() {
			after[r.Lease.Host] = max(after[r.Lease.Host], r.HostAfter.UnixMilli())
		}
	}
	fresh, err := s.add(ctx, links)
	if err == nil {
		err = s.putOff(ctx, after)
	}
	if err == nil {
		now := s.now()
		err = s.settle(ctx, leases, func(i int, d *urlDoc) {
			finish(d, results[i], now)
		})
	}
	if err != nil {
		return fresh, fmt.Errorf("record in frontier: %w", err)
	}
	return fresh, nil
}

func finish(d *urlDoc, r frontier.Result, now int64) {
	d.Due, d.Outcome, d.At, d.Owner = nil, r.Outcome, now, ""
	if !r.Again.IsZero() {
		d.Due = new(r.Again.UnixMilli())
	}
	if r.Retry {
		d.Tries++
		return
	}
	d.Fetched, d.Tries, d.Rank = true, 0, r.Rank()
	if v := r.Visit; v != nil {
		d.Whole, d.Digest, d.Every, d.ETag, d.Modified = v.At.UnixMilli(), v.Digest, v.Every.Milliseconds(), v.ETag, v.Modified
	}
}

// settle changes the documents of leases that this owner holds still.
func (s *Store) settle(ctx context.Context, leases []frontier.Lease, fn func(i int, d *urlDoc)) error {
	hs := make([]held[urlDoc], len(leases))
	for i, l := range leases {
		hs[i] = held[urlDoc]{id: idOf(l.Site, l.URL), routing: l.Host}
	}
	_, err := change(ctx, s, inURLs, hs, func(i int, old *urlDoc) document {
		if old == nil || old.Owner != s.owner {
			return nil
		}
		fn(i, old)
		return old
	})
	return err
}

// putOff keeps hosts from being claimed before a time.
func (s *Store) putOff(ctx context.Context, after map[string]int64) error {
	var hs []held[hostDoc]
	var names []string
	for host := range after {
		hs, names = append(hs, held[hostDoc]{id: idOf(host)}), append(names, host)
	}
	_, err := change(ctx, s, inHosts, hs, func(i int, old *hostDoc) document {
		if old == nil {
			old = &hostDoc{Host: names[i]}
		}
		if old.After >= after[names[i]] {
			return nil
		}
		old.After = after[names[i]]
		return old
	})
	return err
}

// Release implements [frontier.Store].
func (s *Store) Release(ctx context.Context, leases []frontier.Lease) error {
	now := s.now()
	if err := s.settle(ctx, leases, func(_ int, d *urlDoc) { d.Due, d.Owner = &now, "" }); err != nil {
		return fmt.Errorf("release to frontier: %w", err)
	}
	return nil
}

// giveBack makes every URL that owner has leased due at once, and its hosts free.
func (s *Store) giveBack(ctx context.Context, owner string) error {
	now := s.now()
	for range maxRetries {
		n, err := giveBack(ctx, s, inURLs, owner, func(d *urlDoc) document {
			d.Due, d.Owner = &now, ""
			return d
		})
		if err != nil {
			return err
		}
		if n < perRequest { // hosts last: whoever gets one finds its URLs
			_, err := giveBack(ctx, s, inHosts, owner, func(d *hostDoc) document {
				d.Until, d.Owner = 0, ""
				return d
			})
			return err
		}
	}
	return errors.New("an owner has too many leases to give back; they run out")
}

func giveBack[T any](ctx context.Context, s *Store, index, owner string, free func(*T) document) (int, error) {
	if err := s.refresh(ctx, s.alias(index)); err != nil {
		return 0, err
	}
	hits, err := find[T](ctx, s, index, object{"size": perRequest, "query": object{"term": object{"owner": owner}}})
	if err != nil {
		return 0, err
	}
	var ws []*write
	for _, h := range hits {
		ws = append(ws, h.write(free(h.doc)))
	}
	// What conflicts was settled, or taken by another, meanwhile.
	return len(hits), s.write(ctx, index, ws)
}

// find searches documents, to be written on the condition that they did not change.
func find[T any](ctx context.Context, s *Store, index string, body object) ([]held[T], error) {
	var out struct {
		Hits hitList[T] `json:"hits"`
	}
	body["seq_no_primary_term"], body["track_total_hits"] = true, false
	if err := s.search(ctx, index, body, &out); err != nil {
		return nil, err
	}
	return out.Hits.held(), nil
}

// hitList is the list of documents in an answer to a search.
type hitList[T any] struct {
	Hits []struct {
		ID      string `json:"_id"`
		Routing string `json:"_routing"`
		SeqNo   int64  `json:"_seq_no"`
		Term    int64  `json:"_primary_term"`
		Source  *T     `json:"_source"`
	} `json:"hits"`
}

func (l hitList[T]) held() []held[T] {
	out := make([]held[T], 0, len(l.Hits))
	for _, h := range l.Hits {
		out = append(out, held[T]{id: h.ID, routing: h.Routing, doc: h.Source, seqNo: h.SeqNo, term: h.Term})
	}
	return out
}

// remove forgets URLs of which only the place is known.
func (s *Store) remove(ctx context.Context, hs []held[struct{}]) (int, error) {
	ws := make([]*write, len(hs))
	for i, h := range hs {
		ws[i] = &write{id: h.id, routing: h.routing, remove: true}
	}
	if err := s.write(ctx, inURLs, ws); err != nil {
		return 0, err
	}
	n := 0
	for _, w := range ws {
		if w.status == http.StatusOK {
			n++
		}
	}
	return n, nil
}
