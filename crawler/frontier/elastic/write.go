package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/lurewatch/lurewatch/internal/es"
)

// Bounds of requests.
const (
	perRequest = 1000 // documents read, or written, at a time
	maxRetries = 20   // times that a document is read again because another process wrote it
)

// errContended is a document that others wrote each time it was to be written here.
var errContended = errors.New("other processes keep writing the same documents; try again")

// document is what is stored in any index.
type document interface{ stamp(by string) }

// held is one document as it was read, to be written on that condition only.
type held[T any] struct {
	id, routing string
	doc         *T // nil when there is none
	seqNo, term int64
}

// write is one document to be written.
type write struct {
	id, routing string
	seqNo, term int64
	create      bool     // there must be none
	remove      bool     // without condition
	doc         document // nil when it is removed

	by     string
	status int // of HTTP, for this document; 0 until it was answered
	doubt  bool
}

// ok reports whether the document is as it was to be.
func (w *write) ok() bool { return w.status >= 200 && w.status < 300 }

// of makes the write that replaces what was read.
func (h held[T]) write(doc document) *write {
	return &write{id: h.id, routing: h.routing, seqNo: h.seqNo, term: h.term, create: h.doc == nil, doc: doc}
}

// write sends documents until each was answered: written, or refused because
// another process wrote it since it was read (409), or not there to remove (404).
// When an answer was lost on the way it is asked for, by the mark of the write.
func (s *Store) write(ctx context.Context, index string, ws []*write) error {
	for _, w := range ws {
		w.by = s.owner + "-" + strconv.FormatInt(s.wrote.Add(1), 36)
		if w.doc != nil {
			w.doc.stamp(w.by)
		}
	}
	return s.es.Patient(ctx, "write frontier", func(ctx context.Context) error {
		var todo []*write
		for _, w := range ws {
			if w.status == 0 {
				todo = append(todo, w)
			}
		}
		for len(todo) > 0 {
			n := min(len(todo), perRequest)
			if err := s.bulk(ctx, index, todo[:n]); err != nil {
				return err
			}
			todo = todo[n:]
		}
		return nil
	})
}

func (s *Store) bulk(ctx context.Context, index string, ws []*write) error {
	var buf bytes.Buffer
	for _, w := range ws {
		meta := object{"_id": w.id}
		if w.routing != "" {
			meta["routing"] = w.routing
		}
		act := "index"
		switch {
		case w.remove:
			act = "delete"
		case w.create:
			act = "create"
		default:
			meta["if_seq_no"], meta["if_primary_term"] = w.seqNo, w.term
		}
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(object{act: meta}); err != nil {
			return err
		}
		if w.doc != nil {
			if err := enc.Encode(w.doc); err != nil {
				return err
			}
		}
	}
	var out struct {
		Items []map[string]struct {
			Status int       `json:"status"`
			Error  *es.Cause `json:"error"`
		} `json:"items"`
	}
	// Without require_alias a write after somebody removed the index would make one without our mapping.
	path := "/" + s.alias(index) + "/_bulk?require_alias=true&filter_path=items.*.status,items.*.error.type,items.*.error.reason"
	if err := s.es.Do(ctx, http.MethodPost, path, buf.Bytes(), &out); err != nil {
		if errors.Is(err, es.ErrConnection) {
			for _, w := range ws {
				w.doubt = true
			}
		}
		return err
	}
	if len(out.Items) != len(ws) {
		return fmt.Errorf("%w: %d results for %d documents", es.ErrAnswer, len(out.Items), len(ws))
	}
	var passing error
	var doubtful []*write
	for i, item := range out.Items {
		w := ws[i]
		for _, r := range item {
			f := &es.Fault{Status: r.Status}
			if r.Error != nil {
				f.Type, f.Reason = r.Error.Type, r.Error.Reason
			}
			switch {
			case r.Status == http.StatusConflict && w.doubt:
				doubtful = append(doubtful, w)
			case r.Status < 300 || r.Status == http.StatusConflict || r.Status == http.StatusNotFound && r.Error == nil:
				w.status = r.Status
			case f.Passing():
				passing = f
			default:
				return f
			}
		}
	}
	if err := s.resolve(ctx, index, doubtful); err != nil {
		return err
	}
	return passing
}

// resolve asks whether a write that now conflicts was one that went through while
// its answer was lost.
func (s *Store) resolve(ctx context.Context, index string, ws []*write) error {
	if len(ws) == 0 {
		return nil
	}
	hs := make([]held[struct {
		By string `json:"by"`
	}], len(ws))
	for i, w := range ws {
		hs[i].id, hs[i].routing = w.id, w.routing
	}
	if err := readOnce(ctx, s, index, hs); err != nil {
		return err
	}
	for i, w := range ws {
		w.status = http.StatusConflict
		if hs[i].doc != nil && hs[i].doc.By == w.by {
			w.status = http.StatusOK
		}
	}
	return nil
}

// read gets documents as they are at this moment, written a moment ago or not.
func read[T any](ctx context.Context, s *Store, index string, hs []held[T]) error {
	for len(hs) > 0 {
		n := min(len(hs), perRequest)
		err := s.es.Patient(ctx, "read frontier", func(ctx context.Context) error { return readOnce(ctx, s, index, hs[:n]) })
		if err != nil {
			return err
		}
		hs = hs[n:]
	}
	return nil
}

func readOnce[T any](ctx context.Context, s *Store, index string, hs []held[T]) error {
	refs := make([]es.Ref, len(hs))
	for i, h := range hs {
		refs[i] = es.Ref{ID: h.id, Routing: h.routing}
	}
	got, err := es.Read[T](ctx, s.es, s.alias(index), refs)
	if err != nil {
		return err
	}
	for i, g := range got {
		hs[i].doc, hs[i].seqNo, hs[i].term = g.Source, g.SeqNo, g.Term
	}
	return nil
}

// change reads documents, has fn decide what becomes of each, and writes that,
// again and again for those that another process wrote meanwhile. fn gets nil for a
// document that is not there and answers nil for one to be left alone; it counts
// only by what change returns: how many were written.
func change[T any](ctx context.Context, s *Store, index string, hs []held[T], fn func(i int, old *T) document) (int, error) {
	var left []int
	for i := range hs {
		left = append(left, i)
	}
	written := 0
	for range maxRetries {
		batch := make([]held[T], len(left))
		for k, i := range left {
			batch[k] = held[T]{id: hs[i].id, routing: hs[i].routing}
		}
		if err := read(ctx, s, index, batch); err != nil {
			return written, err
		}
		var ws []*write
		var of []int
		for k, i := range left {
			if doc := fn(i, batch[k].doc); doc != nil {
				ws, of = append(ws, batch[k].write(doc)), append(of, i)
			}
		}
		if err := s.write(ctx, index, ws); err != nil {
			return written, err
		}
		left = nil
		for k, w := range ws {
			if w.ok() {
				written++
			} else {
				left = append(left, of[k])
			}
		}
		if len(left) == 0 {
			return written, nil
		}
	}
	return written, errContended
}

// refresh makes what was written findable.
func (s *Store) refresh(ctx context.Context, indices string) error {
	return s.es.Patient(ctx, "refresh frontier", func(ctx context.Context) error {
		return s.es.Do(ctx, http.MethodPost, "/"+indices+"/_refresh", nil, nil)
	})
}

// search asks one index.
func (s *Store) search(ctx context.Context, index string, body object, out any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.es.Patient(ctx, "search frontier", func(ctx context.Context) error {
		return s.es.Do(ctx, http.MethodPost, "/"+s.alias(index)+"/_search", b, out)
	})
}
