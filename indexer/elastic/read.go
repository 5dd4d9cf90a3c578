package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/es"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Get returns the document of a post, also before a Refresh.
func (x *Index) Get(ctx context.Context, id string) (indexer.Doc, error) {
	var out struct {
		Source struct {
			Doc indexer.Doc `json:"doc"`
		} `json:"_source"`
	}
	if id == "" || len(id) > 512 { // no post has such an id, and the path would be another
		return indexer.Doc{}, fmt.Errorf("get %q: %w", id, indexer.ErrNotFound)
	}
	err := x.es.Patient(ctx, "get", func(ctx context.Context) error {
		return x.es.Do(ctx, http.MethodGet, "/"+x.opt.Name+"/_doc/"+url.PathEscape(id), nil, &out)
	})
	if f, ok := errors.AsType[*es.Fault](err); ok && f.Status == http.StatusNotFound && f.Type == "" {
		return indexer.Doc{}, fmt.Errorf("get %s: %w", id, indexer.ErrNotFound)
	}
	if err != nil {
		return indexer.Doc{}, fmt.Errorf("get %s: %w", id, err)
	}
	return out.Source.Doc, nil
}

// Refresh makes what was put searchable.
func (x *Index) Refresh(ctx context.Context) error {
	err := x.es.Patient(ctx, "refresh", func(ctx context.Context) error {
		return x.es.Do(ctx, http.MethodPost, "/"+x.opt.Name+"/_refresh", nil, nil)
	})
	if err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

// Count is the number of documents, with those that were just put.
func (x *Index) Count(ctx context.Context) (int64, error) {
	if err := x.Refresh(ctx); err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	var out struct {
		Count int64 `json:"count"`
	}
	err := x.es.Patient(ctx, "count", func(ctx context.Context) error {
		return x.es.Do(ctx, http.MethodGet, "/"+x.opt.Name+"/_count", nil, &out)
	})
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	return out.Count, nil
}

// foldPage is how many documents one step of a fold reads; they are small.
const foldPage = 5000

// Fold is over every version held at one point in time, after a refresh. It
// reads columns, not documents.
func (x *Index) Fold(ctx context.Context) (post.Fold, error) {
	var f post.Fold
	if err := x.Refresh(ctx); err != nil {
		return f, fmt.Errorf("fold: %w", err)
	}
	view, err := x.view(ctx)
	if err != nil {
		return f, fmt.Errorf("fold: %w", err)
	}
	defer func() { x.drop(ctx, view) }()
	var after json.RawMessage
	for {
		body := object{
			"size": foldPage, "sort": []string{"_shard_doc"}, "track_total_hits": false, "_source": false, "stored_fields": "_none_",
			"docvalue_fields": []string{"id", "digests"}, "pit": object{"id": view, "keep_alive": keep},
		}
		if after != nil {
			body["search_after"] = after
		}
		b, err := json.Marshal(body)
		if err != nil {
			return f, fmt.Errorf("fold: %w", err)
		}
		var out struct {
			PIT  string `json:"pit_id"`
			Hits struct {
				Hits []struct {
					Sort   json.RawMessage `json:"sort"`
					Fields struct {
						ID      []string      `json:"id"`
						Digests []post.Digest `json:"digests"`
					} `json:"fields"`
				} `json:"hits"`
			} `json:"hits"`
		}
		err = x.es.Patient(ctx, "fold", func(ctx context.Context) error {
			return x.es.Do(ctx, http.MethodPost, "/_search", b, &out)
		})
		if err != nil {
			return f, fmt.Errorf("fold: %w", err)
		}
		if out.PIT != "" {
			view = out.PIT
		}
		for _, h := range out.Hits.Hits {
			if len(h.Fields.ID) != 1 {
				return f, fmt.Errorf("fold: %w: document without an id", es.ErrAnswer)
			}
			for _, d := range h.Fields.Digests {
				f.Add(h.Fields.ID[0], d)
			}
		}
		if len(out.Hits.Hits) < foldPage {
			return f, nil
		}
		after = out.Hits.Hits[len(out.Hits.Hits)-1].Sort
	}
}
