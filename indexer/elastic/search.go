package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/es"
)

// keep is how long the server keeps a list by relevance for its reader, after each page.
const keep = "5m"

// Search answers a query. Lists by time need nothing of the server between
// pages, for their order never changes; a list by relevance holds a point in time open.
func (x *Index) Search(ctx context.Context, q indexer.Query) (indexer.Page, error) {
	q, e, err := q.Check()
	if err != nil {
		return indexer.Page{}, err
	}
	at, err := q.Place()
	if err != nil {
		return indexer.Page{}, err
	}
	if at == nil {
		at = &indexer.Place{}
	}
	var page indexer.Page
	err = x.es.Patient(ctx, "search", func(ctx context.Context) (err error) {
		page, err = x.search(ctx, q, e, *at)
		return err
	})
	if err != nil {
		return indexer.Page{}, fmt.Errorf("search: %w", err)
	}
	return page, nil
}

func (x *Index) search(ctx context.Context, q indexer.Query, e indexer.Expr, at indexer.Place) (indexer.Page, error) {
	path := "/" + x.opt.Name + "/_search"
	body := object{
		"query": query(e, q), "size": x.size(q, at), "sort": sorting(q.Sort), "track_total_hits": true, "_source": []string{"doc"},
	}
	if a := aggregations(q); len(a) > 0 {
		body["aggs"] = a
	}
	if at.ID != "" {
		body["search_after"] = after(q.Sort, at)
	}
	if q.Sort == indexer.Relevance && q.Limit > 0 {
		if at.View == "" {
			view, err := x.view(ctx)
			if err != nil {
				return indexer.Page{}, err
			}
			at.View = view
		}
		path, body["pit"] = "/_search", object{"id": at.View, "keep_alive": keep}
	}
	b, err := json.Marshal(body)
	if err != nil {
		return indexer.Page{}, err
	}
	var out answer
	err = x.es.Do(ctx, http.MethodPost, path, b, &out)
	if f, ok := errors.AsType[*es.Fault](err); ok && at.View != "" && f.Status == http.StatusNotFound {
		return indexer.Page{}, fmt.Errorf("%w: expired; hint: search again without it", indexer.ErrCursor)
	}
	if err != nil {
		return indexer.Page{}, err
	}
	return x.page(ctx, q, e, at, out)
}

// size asks for one document more, to know whether another page follows.
func (x *Index) size(q indexer.Query, at indexer.Place) int {
	switch {
	case q.Limit == 0:
		return 0
	case q.Sort == indexer.Relevance:
		return min(q.Limit+1, indexer.MaxRelevant-at.Offset)
	}
	return q.Limit + 1
}

func sorting(s indexer.Sort) []object {
	direction := "desc"
	if s == indexer.Oldest {
		direction = "asc"
	}
	list := []object{{"order": direction}, {"id": direction}}
	if s == indexer.Relevance {
		list = append([]object{{"_score": "desc"}}, list...)
	}
	return list
}

func after(s indexer.Sort, at indexer.Place) []any {
	if s == indexer.Relevance {
		return []any{at.Score, at.Order, at.ID}
	}
	return []any{at.Order, at.ID}
}

type answer struct {
	PIT  string `json:"pit_id"`
	Hits struct {
		Total struct {
			Value int64 `json:"value"`
		} `json:"total"`
		Hits []struct {
			Score  *float64 `json:"_score"`
			Source struct {
				Doc indexer.Doc `json:"doc"`
			} `json:"_source"`
		} `json:"hits"`
	} `json:"hits"`
	Aggregations map[string]struct {
		Buckets []struct {
			Key   json.RawMessage `json:"key"`
			Count int64           `json:"doc_count"`
		} `json:"buckets"`
	} `json:"aggregations"`
}

func (x *Index) page(ctx context.Context, q indexer.Query, e indexer.Expr, at indexer.Place, out answer) (indexer.Page, error) {
	page := indexer.Page{Hits: []indexer.Hit{}, Total: out.Hits.Total.Value}
	var an indexer.Analyzer
	hits := out.Hits.Hits
	for _, h := range hits[:min(q.Limit, len(hits))] {
		hit := indexer.Hit{Doc: h.Source.Doc}
		if q.Highlight {
			hit.Highlights = indexer.Highlights(&an, e, hit.Doc.Post)
		}
		page.Hits = append(page.Hits, hit)
	}
	if len(hits) > q.Limit && q.Limit > 0 {
		last := hits[q.Limit-1]
		next := indexer.Place{Order: last.Source.Doc.Order, ID: last.Source.Doc.Post.ID, Offset: at.Offset + q.Limit}
		if q.Sort == indexer.Relevance {
			next.View = out.PIT
			if last.Score != nil {
				next.Score = *last.Score
			}
		} else {
			next.Offset = 0
		}
		page.Next = q.Next(next)
	} else if out.PIT != "" {
		x.drop(ctx, out.PIT)
	}
	return page, counts(q, out, &page)
}

func counts(q indexer.Query, out answer, page *indexer.Page) error {
	if len(q.Facets) > 0 || q.Histogram != "" {
		page.Facets = make(map[indexer.Facet][]indexer.Bucket, len(q.Facets))
	}
	for _, f := range q.Facets {
		list := []indexer.Bucket{}
		for _, b := range out.Aggregations["facet_"+string(f)].Buckets {
			var value string
			if err := json.Unmarshal(b.Key, &value); err != nil {
				return fmt.Errorf("%w: facet %s: %w", es.ErrAnswer, f, err)
			}
			list = append(list, indexer.Bucket{Value: value, Count: b.Count})
		}
		page.Facets[f] = indexer.Top(list, q.FacetSize)
	}
	if q.Histogram == "" {
		return nil
	}
	page.Histogram = []indexer.Bin{}
	for _, b := range out.Aggregations["histogram"].Buckets {
		var ms int64
		if err := json.Unmarshal(b.Key, &ms); err != nil {
			return fmt.Errorf("%w: histogram: %w", es.ErrAnswer, err)
		}
		page.Histogram = append(page.Histogram, indexer.Bin{Start: time.UnixMilli(ms).UTC(), Count: b.Count})
	}
	return nil
}

// view opens a point in time.
func (x *Index) view(ctx context.Context) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	err := x.es.Do(ctx, http.MethodPost, "/"+x.opt.Name+"/_pit?keep_alive="+url.QueryEscape(keep), nil, &out)
	return out.ID, err
}

// drop closes a point in time. If that fails the server does it by itself, later.
func (x *Index) drop(ctx context.Context, view string) {
	body, err := json.Marshal(object{"id": view})
	if err == nil {
		err = x.es.Do(context.WithoutCancel(ctx), http.MethodDelete, "/_pit", body, nil)
	}
	if err != nil {
		x.opt.Log.Debug("point in time left to expire", "err", err)
	}
}
