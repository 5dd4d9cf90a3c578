package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// number is an aggregation of one value, null when there is none.
type number struct {
	Value *float64 `json:"value"`
}

func (n number) at() (time.Time, bool) {
	if n.Value == nil {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(*n.Value)), true
}

func (s *Store) count(ctx context.Context, index string, query object) (int64, error) {
	b, err := json.Marshal(object{"query": query})
	if err != nil {
		return 0, err
	}
	var out struct {
		Count int64 `json:"count"`
	}
	err = s.es.Patient(ctx, "count frontier", func(ctx context.Context) error {
		return s.es.Do(ctx, http.MethodPost, "/"+s.alias(index)+"/_count", b, &out)
	})
	return out.Count, err
}

func ofSite(site string, more ...object) object {
	return object{"bool": object{"filter": append([]object{{"term": object{"site": site}}}, more...)}}
}

// Round implements [frontier.Store].
func (s *Store) Round(ctx context.Context, site string, fresh bool) (int64, error) {
	round, err := s.round(ctx, site, fresh)
	if err != nil {
		return 0, fmt.Errorf("round of %s: %w", site, err)
	}
	return round, nil
}

func (s *Store) round(ctx context.Context, site string, fresh bool) (int64, error) {
	begin := false
	if fresh {
		if err := s.refresh(ctx, s.alias(inURLs)); err != nil {
			return 0, err
		}
		known, err := s.count(ctx, inURLs, ofSite(site))
		if err != nil {
			return 0, err
		}
		waiting, err := s.count(ctx, inURLs, ofSite(site, object{"term": object{"fetched": false}}, object{"exists": object{"field": "due"}}))
		if err != nil {
			return 0, err
		}
		begin = known > 0 && waiting == 0 // a site without any URL is at the start of its round already
	}
	var round int64
	_, err := change(ctx, s, inSites, []held[siteDoc]{{id: site}}, func(_ int, old *siteDoc) document {
		d := siteDoc{Site: site, Round: 1}
		if old != nil {
			d = *old
		}
		if begin {
			d.Round++
		}
		round = d.Round
		if old != nil && !begin {
			return nil
		}
		return &d
	})
	return round, err
}

// Next implements [frontier.Store].
func (s *Store) Next(ctx context.Context, sites []string) (time.Time, bool, error) {
	at, ok, err := s.next(ctx, sites)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next of frontier: %w", err)
	}
	return at, ok, nil
}

func (s *Store) next(ctx context.Context, sites []string) (at time.Time, ok bool, err error) {
	if err := s.refresh(ctx, s.alias(inURLs)+","+s.alias(inHosts)); err != nil {
		return at, false, err
	}
	off, err := find[hostDoc](ctx, s, inHosts, object{"size": 10_000, "query": object{"range": object{"after": object{"gt": s.now()}}}})
	if err != nil {
		return at, false, err
	}
	after := map[string]time.Time{}
	hosts := []string{}
	for _, h := range off {
		after[h.doc.Host] = time.UnixMilli(h.doc.After)
		hosts = append(hosts, h.doc.Host)
	}
	first := object{"first": object{"min": object{"field": "due"}}}
	var out struct {
		Aggs struct {
			Free struct {
				First number `json:"first"`
			} `json:"free"`
			Off struct {
				Hosts struct {
					Buckets []struct {
						Key   string `json:"key"`
						First number `json:"first"`
					} `json:"buckets"`
				} `json:"hosts"`
			} `json:"off"`
		} `json:"aggregations"`
	}
	err = s.search(ctx, inURLs, object{
		"size": 0, "track_total_hits": false, "query": object{"terms": object{"site": orNone(sites)}},
		"aggs": object{
			"free": object{"filter": object{"bool": object{"must_not": object{"terms": object{"host": hosts}}}}, "aggs": first},
			"off": object{
				"filter": object{"terms": object{"host": hosts}},
				"aggs":   object{"hosts": object{"terms": object{"field": "host", "size": 10_000}, "aggs": first}},
			},
		},
	}, &out)
	if err != nil {
		return at, false, err
	}
	at, ok = out.Aggs.Free.First.at()
	for _, b := range out.Aggs.Off.Hosts.Buckets {
		due, has := b.First.at()
		if !has {
			continue
		}
		if due.Before(after[b.Key]) {
			due = after[b.Key]
		}
		if !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	return at, ok, nil
}

// Sites implements [frontier.Store].
func (s *Store) Sites(ctx context.Context) ([]string, error) {
	if err := s.refresh(ctx, s.alias(inSites)); err != nil {
		return nil, fmt.Errorf("list sites of frontier: %w", err)
	}
	hits, err := find[siteDoc](ctx, s, inSites, object{"size": 10_000, "query": object{"match_all": object{}}})
	if err != nil {
		return nil, fmt.Errorf("list sites of frontier: %w", err)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.doc.Site)
	}
	slices.Sort(out)
	return out, nil
}

// Stat implements [frontier.Store]. Hosts is near the truth when they are more
// than 40,000.
func (s *Store) Stat(ctx context.Context, site string) (frontier.Stat, error) {
	st := frontier.Stat{Outcomes: map[string]int64{}}
	if err := s.refresh(ctx, s.alias(inURLs)); err != nil {
		return st, fmt.Errorf("count frontier: %w", err)
	}
	now := s.now()
	later, owned, due := object{"range": object{"due": object{"gt": now}}}, object{"exists": object{"field": "owner"}}, object{"exists": object{"field": "due"}}
	leased := object{"bool": object{"filter": []object{later, owned}}}
	var out struct {
		Hits struct {
			Total struct {
				Value int64 `json:"value"`
			} `json:"total"`
		} `json:"hits"`
		Aggs struct {
			Waiting, Due, Leased struct {
				Count int64 `json:"doc_count"`
			}
			Hosts struct {
				Value int64 `json:"value"`
			} `json:"hosts"`
			Next struct {
				First number `json:"first"`
			} `json:"next"`
			Fetched struct {
				Count    int64 `json:"doc_count"`
				Outcomes struct {
					Buckets []struct {
						Key   string `json:"key"`
						Count int64  `json:"doc_count"`
					} `json:"buckets"`
				} `json:"outcomes"`
			} `json:"fetched"`
		} `json:"aggregations"`
	}
	err := s.search(ctx, inURLs, object{
		"size": 0, "track_total_hits": true, "query": ofSite(site),
		"aggs": object{
			"Waiting": object{"filter": object{"bool": object{"filter": []object{due, {"term": object{"fetched": false}}}, "must_not": leased}}},
			"Due":     object{"filter": object{"range": object{"due": object{"lte": now}}}},
			"Leased":  object{"filter": leased},
			"hosts":   object{"cardinality": object{"field": "host", "precision_threshold": 40_000}},
			"next":    object{"filter": object{"bool": object{"filter": later, "must_not": owned}}, "aggs": object{"first": object{"min": object{"field": "due"}}}},
			"fetched": object{"filter": object{"term": object{"fetched": true}}, "aggs": object{"outcomes": object{"terms": object{"field": "outcome", "size": 1000}}}},
		},
	}, &out)
	if err != nil {
		return st, fmt.Errorf("count frontier: %w", err)
	}
	st.Known, st.Waiting, st.Due, st.Leased, st.Hosts = out.Hits.Total.Value, out.Aggs.Waiting.Count, out.Aggs.Due.Count, out.Aggs.Leased.Count, out.Aggs.Hosts.Value
	for _, b := range out.Aggs.Fetched.Outcomes.Buckets {
		st.Outcomes[b.Key] = b.Count
	}
	if at, ok := out.Aggs.Next.First.at(); ok {
		st.Next = at
	}
	return st, nil
}

// Drop implements [frontier.Store].
func (s *Store) Drop(ctx context.Context, d frontier.Selection) (int, error) {
	if d.Site == "" {
		return 0, errors.New("select in frontier: Site is missing")
	}
	n, err := s.drop(ctx, d)
	if err != nil {
		return n, fmt.Errorf("drop from frontier: %w", err)
	}
	return n, nil
}

func (s *Store) drop(ctx context.Context, d frontier.Selection) (int, error) {
	var more []object
	if d.URL != "" {
		more = append(more, object{"term": object{"url": d.URL}})
	} else {
		if d.Host != "" {
			more = append(more, object{"term": object{"host": d.Host}})
		}
		if d.Prefix != "" {
			more = append(more, object{"prefix": object{"url": d.Prefix}})
		}
	}
	if err := s.refresh(ctx, s.alias(inURLs)); err != nil {
		return 0, err
	}
	if d.Try {
		n, err := s.count(ctx, inURLs, ofSite(d.Site, more...))
		return int(n), err
	}
	total := 0
	for {
		hits, err := find[struct{}](ctx, s, inURLs, object{"size": perRequest, "_source": false, "sort": []string{"_doc"}, "query": ofSite(d.Site, more...)})
		if err != nil || len(hits) == 0 {
			return total, err
		}
		n, err := s.remove(ctx, hits)
		if err != nil {
			return total, err
		}
		total += n
		if err := s.refresh(ctx, s.alias(inURLs)); err != nil {
			return total, err
		}
	}
}
