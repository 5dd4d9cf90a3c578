package elastic

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/es"
)

// hostsLooked is how many hosts with something due one claim looks at. Where there
// are more, each claim looks at another part of them.
const hostsLooked = 1000

// maxParts bounds the parts: for up to a million hosts.
const maxParts = 1024

// readyHost is a host with URLs that are due, and what its document says.
type readyHost struct {
	held[hostDoc]
	name  string
	due   int64 // of the earliest
	count int   // how many are due
}

// Claim implements [frontier.Store]. The host that was served longest ago comes
// first. It first gets the hosts, each by one conditional write that only one of
// several processes can make, and then leases URLs of those it got.
func (s *Store) Claim(ctx context.Context, q frontier.Query) ([]frontier.Lease, error) {
	if q.N <= 0 || q.PerHost <= 0 || q.Lease <= 0 {
		return nil, errors.New("claim from frontier: N, PerHost and Lease must be positive")
	}
	out, err := s.claim(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("claim from frontier: %w", err)
	}
	return out, nil
}

func (s *Store) claim(ctx context.Context, q frontier.Query) ([]frontier.Lease, error) {
	now := s.opt.Now()
	until := time.UnixMilli(now.Add(q.Lease).UnixMilli())
	ready, err := s.ready(ctx, q, now.UnixMilli())
	if err != nil {
		return nil, err
	}
	got, err := s.own(ctx, q, ready, now.UnixMilli(), until.UnixMilli())
	if err != nil || len(got) == 0 {
		return nil, err
	}
	found, err := s.waiting(ctx, q, got, now.UnixMilli())
	if err != nil {
		return nil, err
	}
	var picked []held[urlDoc]
	for i, h := range got {
		picked = append(picked, frontier.Serve(found[i], h.doc.Turn-int64(h.count), min(q.PerHost, q.N-len(picked)))...)
	}
	ws := make([]*write, len(picked))
	leases := make([]frontier.Lease, len(picked))
	for i, p := range picked {
		leases[i] = p.doc.lease(until)
		p.doc.Due, p.doc.Owner = new(until.UnixMilli()), s.owner
		ws[i] = p.write(p.doc)
	}
	if err := s.write(ctx, inURLs, ws); err != nil {
		return nil, err
	}
	var out []frontier.Lease
	for i, w := range ws {
		if w.ok() { // else somebody dropped it, or added it anew, meanwhile
			out = append(out, leases[i])
		}
	}
	return out, nil
}

// ready lists hosts that have something due and may be had, in the order in which
// they are to be served.
func (s *Store) ready(ctx context.Context, q frontier.Query, now int64) ([]readyHost, error) {
	if err := s.refresh(ctx, s.alias(inURLs)+","+s.alias(inHosts)); err != nil {
		return nil, err
	}
	not, err := s.notNow(ctx, now)
	if err != nil {
		return nil, err
	}
	not = append(not, q.Busy...)
	s.mu.Lock()
	tries := s.parts
	s.mu.Unlock()
	for range tries {
		hosts, err := s.part1(ctx, q.Sites, not, now)
		if err != nil {
			return nil, err
		}
		if len(hosts) == 0 {
			continue
		}
		docs := make([]held[hostDoc], len(hosts))
		for i, h := range hosts {
			docs[i].id = idOf(h.name)
		}
		if err := read(ctx, s, inHosts, docs); err != nil {
			return nil, err
		}
		out := hosts[:0]
		for i, h := range hosts {
			h.held = docs[i]
			if d := h.doc; d == nil || d.After <= now && (d.Owner == "" || d.Owner == s.owner || d.Until <= now) {
				out = append(out, h)
			}
		}
		slices.SortStableFunc(out, func(a, b readyHost) int {
			return cmp.Or(cmp.Compare(a.served(), b.served()), cmp.Compare(a.due, b.due))
		})
		if len(out) > 0 {
			return out, nil
		}
	}
	return nil, nil
}

func (h readyHost) served() int64 {
	if h.doc == nil {
		return 0
	}
	return h.doc.Served
}

// notNow lists hosts that others hold, or that are put off. It may miss what
// changed this moment: the documents themselves decide.
func (s *Store) notNow(ctx context.Context, now int64) ([]string, error) {
	hits, err := find[hostDoc](ctx, s, inHosts, object{
		"size": 10_000, "query": object{"bool": object{"should": []object{
			{"range": object{"after": object{"gt": now}}},
			{"bool": object{"filter": object{"range": object{"until": object{"gt": now}}}, "must_not": object{"term": object{"owner": s.owner}}}},
		}}},
	})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, h := range hits {
		if h.doc.After > now || h.doc.Owner != "" {
			out = append(out, h.doc.Host)
		}
	}
	return out, nil
}

// part1 lists the hosts of one part that have something due.
func (s *Store) part1(ctx context.Context, sites, not []string, now int64) ([]readyHost, error) {
	s.mu.Lock()
	part, parts := s.part%s.parts, s.parts
	s.part++
	s.mu.Unlock()
	terms := object{"field": "host", "size": hostsLooked, "order": object{"first": "asc"}}
	if parts > 1 {
		terms["include"] = object{"partition": part, "num_partitions": parts}
	}
	var out struct {
		Aggs struct {
			Hosts struct {
				Other   int64 `json:"sum_other_doc_count"`
				Buckets []struct {
					Key   string `json:"key"`
					Count int    `json:"doc_count"`
					First struct {
						Value float64 `json:"value"`
					} `json:"first"`
				} `json:"buckets"`
			} `json:"hosts"`
		} `json:"aggregations"`
	}
	err := s.search(ctx, inURLs, object{
		"size": 0, "track_total_hits": false,
		"query": object{"bool": object{"filter": dueOf(sites, now), "must_not": object{"terms": object{"host": orNone(not)}}}},
		"aggs":  object{"hosts": object{"terms": terms, "aggs": object{"first": object{"min": object{"field": "due"}}}}},
	}, &out)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	switch n := len(out.Aggs.Hosts.Buckets); {
	case out.Aggs.Hosts.Other > 0 && s.parts < maxParts:
		s.parts *= 2
	case n < hostsLooked/4 && s.parts > 1:
		s.parts /= 2
	}
	s.mu.Unlock()
	var hosts []readyHost
	for _, b := range out.Aggs.Hosts.Buckets {
		hosts = append(hosts, readyHost{name: b.Key, due: int64(b.First.Value), count: b.Count})
	}
	return hosts, nil
}

func dueOf(sites []string, now int64) []object {
	return []object{{"terms": object{"site": orNone(sites)}}, {"range": object{"due": object{"lte": now}}}}
}

// orNone is v, or a list that matches nothing.
func orNone(v []string) []string {
	if v == nil {
		return []string{}
	}
	return v
}

// own makes this owner that of as many hosts as the query needs. Count of each
// answered host is how many URLs it is good for.
func (s *Store) own(ctx context.Context, q frontier.Query, ready []readyHost, now, until int64) ([]readyHost, error) {
	var want []readyHost
	total := 0
	for _, h := range ready {
		if total >= q.N {
			break
		}
		h.count = min(h.count, q.PerHost, q.N-total)
		total += h.count
		want = append(want, h)
	}
	ws := make([]*write, len(want))
	for i := range want {
		h := &want[i]
		d := hostDoc{Host: h.name}
		if h.doc != nil {
			d = *h.doc
		}
		if d.Owner != s.owner {
			d.Owner, d.Until = s.owner, 0
		}
		// The host stays with this owner as long as its newest lease: no other
		// process visits it meanwhile, so pace holds across processes.
		d.Until, d.Served, d.Turn = max(d.Until, until), now, d.Turn+int64(h.count)
		ws[i] = h.write(&d)
		h.doc = &d
	}
	if err := s.write(ctx, inHosts, ws); err != nil {
		return nil, err
	}
	var got []readyHost
	for i, w := range ws {
		if w.ok() { // else another process was faster
			got = append(got, want[i])
		}
	}
	return got, nil
}

// waiting lists what is due on hosts, by rank: of each rank as much as could be
// picked.
func (s *Store) waiting(ctx context.Context, q frontier.Query, hosts []readyHost, now int64) ([][frontier.Ranks][]held[urlDoc], error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	for _, h := range hosts {
		for rank := range frontier.Ranks {
			filter := append(dueOf(q.Sites, now), object{"term": object{"host": h.name}}, object{"term": object{"rank": rank}})
			err := errors.Join(enc.Encode(object{"routing": h.name}), enc.Encode(object{
				"size": min(q.PerHost, q.N), "sort": []object{{"due": "asc"}}, "seq_no_primary_term": true, "track_total_hits": false,
				"query": object{"bool": object{"filter": filter}},
			}))
			if err != nil {
				return nil, err
			}
		}
	}
	var answer struct {
		Responses []struct {
			Status int             `json:"status"`
			Error  *es.Cause       `json:"error"`
			Hits   hitList[urlDoc] `json:"hits"`
		} `json:"responses"`
	}
	err := s.es.Patient(ctx, "search frontier", func(ctx context.Context) error {
		answer.Responses = nil
		if err := s.es.Do(ctx, http.MethodPost, "/"+s.alias(inURLs)+"/_msearch", buf.Bytes(), &answer); err != nil {
			return err
		}
		for _, r := range answer.Responses {
			if r.Error != nil {
				return &es.Fault{Status: r.Status, Type: r.Error.Type, Reason: r.Error.Reason}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(answer.Responses) != len(hosts)*frontier.Ranks {
		return nil, fmt.Errorf("%w: %d lists for %d hosts", es.ErrAnswer, len(answer.Responses), len(hosts))
	}
	out := make([][frontier.Ranks][]held[urlDoc], len(hosts))
	for i, r := range answer.Responses {
		out[i/frontier.Ranks][i%frontier.Ranks] = r.Hits.held()
	}
	return out, nil
}
