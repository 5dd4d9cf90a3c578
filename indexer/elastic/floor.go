package elastic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

// RawFloor measures what Elasticsearch alone does with docs, in documents per
// second: the same JSON in the same index, made before the clock starts, then plain
// _bulk requests of batch documents, one after another. Put can be compared
// with it. It makes the index opt.Name and removes it.
func RawFloor(ctx context.Context, opt Options, docs []indexer.Doc, batch int) (docsPerSecond float64, err error) {
	x, err := Open(ctx, opt)
	if err != nil {
		return 0, err
	}
	defer func() {
		if derr := x.es.Do(ctx, http.MethodDelete, "/"+x.concrete(), nil, nil); err == nil && derr != nil {
			err = fmt.Errorf("remove index: %w", derr)
		}
		if cerr := x.Close(); err == nil {
			err = cerr
		}
	}()
	var bodies [][]byte
	var a indexer.Analyzer
	for i := 0; i < len(docs); i += batch {
		var buf bytes.Buffer
		for _, d := range docs[i:min(i+batch, len(docs))] {
			b, err := encode(&a, d)
			if err != nil {
				return 0, err
			}
			fmt.Fprintf(&buf, `{"index":{"_id":%q}}`+"\n%s\n", d.Post.ID, b)
		}
		bodies = append(bodies, buf.Bytes())
	}
	start := time.Now()
	for _, b := range bodies {
		var out struct {
			Errors bool `json:"errors"`
		}
		if err := x.es.Do(ctx, http.MethodPost, "/"+x.opt.Name+"/_bulk?filter_path=errors", b, &out); err != nil {
			return 0, fmt.Errorf("measure the floor: %w", err)
		}
		if out.Errors {
			return 0, errors.New("measure the floor: the server refused documents")
		}
	}
	return float64(len(docs)) / time.Since(start).Seconds(), nil
}
