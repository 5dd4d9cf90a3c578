package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/es"
)

// Bounds of writing.
const (
	maxBulk   = 8 << 20 // bytes in one request, more or less
	maxMerges = 20      // times that one document is merged again because another process wrote it
)

// errContended answers a document that others wrote each time it was merged.
var errContended = errors.New("other processes keep writing this document; put it again")

// merge is what one batch does to one document.
type merge struct {
	indexer.Group
	old         *indexer.Doc
	seqNo, term int64
	body        []byte // of the merged document; nil when nothing is to be written
	err         error  // of the last try, when it is worth another one
}

// Put merges a batch: it reads the documents, applies the changes, and writes
// what changed under the condition that it is still what was read.
func (x *Index) Put(ctx context.Context, changes []indexer.Change) []error {
	groups, errs := indexer.Grouped(changes)
	todo := make([]*merge, len(groups))
	for i, g := range groups {
		todo[i] = &merge{Group: g}
	}
	// Reading, writing and writing again are one effort with one limit in time.
	conflicts := 0
	err := x.es.Patient(ctx, "put", func(ctx context.Context) error {
		for len(todo) > 0 {
			if conflicts++; conflicts > maxMerges {
				return errContended
			}
			if err := x.read(ctx, todo); err != nil {
				conflicts--
				return err
			}
			x.apply(todo, changes, errs)
			var err error
			if todo, err = x.write(ctx, todo, errs); err != nil {
				conflicts--
				return err
			}
		}
		return nil
	})
	if err == nil {
		return errs
	}
	for _, m := range todo {
		m.Fail(errs, fmt.Errorf("put %s: %w", m.ID, err))
	}
	return errs
}

// read gets the documents that the batch changes, as they are at this moment.
func (x *Index) read(ctx context.Context, todo []*merge) error {
	refs := make([]es.Ref, len(todo))
	for i, m := range todo {
		refs[i] = es.Ref{ID: m.ID}
	}
	got, err := es.Read[struct {
		Doc *indexer.Doc `json:"doc"`
	}](ctx, x.es, x.opt.Name, refs)
	if err != nil {
		return err
	}
	for i, g := range got {
		m := todo[i]
		m.old, m.seqNo, m.term = nil, g.SeqNo, g.Term
		if g.Source == nil {
			continue
		}
		if m.old = g.Source.Doc; m.old == nil {
			return fmt.Errorf("%w: %s has no document in it", es.ErrAnswer, m.ID)
		}
	}
	return nil
}

// apply merges and encodes, on all cores.
func (x *Index) apply(todo []*merge, changes []indexer.Change, errs []error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(todo)) {
		wg.Go(func() {
			var a indexer.Analyzer
			for i := next.Add(1) - 1; i < int64(len(todo)); i = next.Add(1) - 1 {
				m := todo[i]
				m.body = nil
				doc, changed := m.Apply(m.old, changes, errs)
				if !changed {
					continue
				}
				var err error
				if m.body, err = encode(&a, doc); err != nil {
					m.Fail(errs, err)
				}
			}
		})
	}
	wg.Wait()
}

// write sends the merged documents and answers those that must be merged again,
// with an error when that is worth waiting for.
func (x *Index) write(ctx context.Context, todo []*merge, errs []error) ([]*merge, error) {
	var again []*merge
	var passing error
	for len(todo) > 0 {
		var buf bytes.Buffer
		var sent []*merge
		for len(todo) > 0 && buf.Len() < maxBulk {
			m := todo[0]
			todo = todo[1:]
			if m.body == nil {
				continue
			}
			m.action(&buf)
			sent = append(sent, m)
		}
		if len(sent) == 0 {
			continue
		}
		if err := x.bulk(ctx, buf.Bytes(), sent, errs); err != nil {
			return append(append(again, sent...), todo...), err
		}
		for _, m := range sent {
			if m.err == nil {
				continue
			}
			again = append(again, m)
			if f, ok := errors.AsType[*es.Fault](m.err); ok && f.Status != http.StatusConflict {
				passing = m.err
			}
		}
	}
	return again, passing
}

// action adds the two lines of a document.
func (m *merge) action(buf *bytes.Buffer) {
	id, err := json.Marshal(m.ID)
	if err != nil {
		id = []byte(`""`) // cannot happen: strings always encode
	}
	if m.old == nil {
		fmt.Fprintf(buf, `{"create":{"_id":%s}}`+"\n", id)
	} else {
		fmt.Fprintf(buf, `{"index":{"_id":%s,"if_seq_no":%d,"if_primary_term":%d}}`+"\n", id, m.seqNo, m.term)
	}
	buf.Write(m.body)
	buf.WriteByte('\n')
}

// bulk sends one request. Each item has its own result: its merge's err is set
// when it should be tried again, its changes' errors when that would not help.
func (x *Index) bulk(ctx context.Context, body []byte, sent []*merge, errs []error) error {
	var out struct {
		Items []map[string]struct {
			Status int       `json:"status"`
			Error  *es.Cause `json:"error"`
		} `json:"items"`
	}
	// Without require_alias a write after somebody removed the index would make one without our mapping.
	path := "/" + x.opt.Name + "/_bulk?require_alias=true&filter_path=items.*.status,items.*.error.type,items.*.error.reason"
	if err := x.es.Do(ctx, http.MethodPost, path, body, &out); err != nil {
		return err
	}
	if len(out.Items) != len(sent) {
		return fmt.Errorf("%w: %d results for %d documents", es.ErrAnswer, len(out.Items), len(sent))
	}
	for i, item := range out.Items {
		m := sent[i]
		m.err = nil
		for _, r := range item {
			if r.Status < 300 {
				continue
			}
			f := &es.Fault{Status: r.Status}
			if r.Error != nil {
				f.Type, f.Reason = r.Error.Type, r.Error.Reason
			}
			switch {
			case f.Status == http.StatusConflict || f.Passing():
				m.err = f
			case f.Status == http.StatusBadRequest || f.Status == http.StatusRequestEntityTooLarge:
				m.Fail(errs, fmt.Errorf("put %s: %w: %w", m.ID, indexer.ErrInvalid, f))
			default:
				m.Fail(errs, fmt.Errorf("put %s: %w", m.ID, f))
			}
		}
	}
	return nil
}
