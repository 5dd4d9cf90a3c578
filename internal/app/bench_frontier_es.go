package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/elastic"
	"github.com/lurewatch/lurewatch/internal/es"
)

// elastic measures the store in Elasticsearch, in indices of its own, which are
// removed again.
func (b *FrontierBench) elastic(ctx context.Context, opt FrontierBenchOptions) error {
	name := "lurewatch-bench-" + strings.ToLower(rand.Text()[:8])
	s, err := elastic.Open(ctx, elastic.Options{URLs: []string{opt.ES}, Name: name})
	if err != nil {
		return err
	}
	err = b.store(ctx, opt, s)
	if err = errors.Join(err, s.Remove(context.WithoutCancel(ctx))); err != nil || opt.NoRaw {
		return err
	}
	return b.rawElastic(ctx, opt, name+"-raw")
}

// rawElastic is the floor: the same URLs by plain _bulk, where a document that is
// there already is refused.
func (b *FrontierBench) rawElastic(ctx context.Context, opt FrontierBenchOptions, index string) (err error) {
	c, err := es.New(es.Options{URLs: []string{opt.ES}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	body := `{"mappings":{"dynamic":"strict","properties":{"url":{"type":"keyword"}}}}`
	if err := c.Do(ctx, http.MethodPut, "/"+index, []byte(body), nil); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, c.Do(context.WithoutCancel(ctx), http.MethodDelete, "/"+index, nil, nil))
	}()
	b.Raw, err = addAll(opt, func(entries []frontier.Entry) (int, error) {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		for _, e := range entries {
			err := errors.Join(enc.Encode(map[string]any{"create": map[string]string{"_id": e.URL}}), enc.Encode(map[string]string{"url": e.URL}))
			if err != nil {
				return 0, err
			}
		}
		var out struct {
			Items []map[string]struct {
				Status int `json:"status"`
			} `json:"items"`
		}
		if err := c.Do(ctx, http.MethodPost, "/"+index+"/_bulk?filter_path=items.*.status", buf.Bytes(), &out); err != nil {
			return 0, err
		}
		fresh := 0
		for _, item := range out.Items {
			if item["create"].Status == http.StatusCreated {
				fresh++
			}
		}
		return fresh, nil
	}, func(int) {})
	return err
}
