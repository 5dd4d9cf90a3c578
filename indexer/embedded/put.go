package embedded

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lurewatch/lurewatch/indexer"
)

// merge is what one batch does to one document.
type merge struct {
	indexer.Group
	n    int64 // rowid, 0 for a new document
	old  *indexer.Doc
	blob []byte // old as it is stored; nil for a new document

	ready   chan struct{} // closed when what follows is set
	doc     indexer.Doc
	row     row
	changed bool
	err     error
}

// Put merges a batch in one transaction: an error of the file is the error of all.
func (x *Index) Put(ctx context.Context, changes []indexer.Change) []error {
	groups, errs := indexer.Grouped(changes)
	if len(groups) == 0 {
		return errs
	}
	merges := make([]*merge, len(groups))
	for i, g := range groups {
		merges[i] = &merge{Group: g, ready: make(chan struct{})}
	}
	if err := x.put(ctx, changes, merges, errs); err != nil {
		err = x.explain("put", err)
		for _, g := range groups {
			g.Fail(errs, err)
		}
	}
	return errs
}

func (x *Index) put(ctx context.Context, changes []indexer.Change, merges []*merge, errs []error) error {
	// Reading, merging, analysis and encoding run ahead of the one writer, on all
	// cores, and beside the batch that another caller is writing.
	if err := x.find(ctx, x.peek, merges); err != nil {
		return err
	}
	// FTS5 flushes what it holds in memory whenever a rowid goes down.
	slices.SortStableFunc(merges, func(a, b *merge) int { return cmp.Compare(a.Order, b.Order) })
	stop := x.prepare(changes, merges, errs)
	defer stop()

	x.writing.Lock()
	defer x.writing.Unlock()
	tx, err := x.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	if err := x.recheck(ctx, tx, changes, merges, errs); err != nil {
		return err
	}
	return x.write(ctx, tx, merges)
}

// prepare starts the work on merges that needs no transaction. The function that
// it returns ends it early, and waits for that.
func (x *Index) prepare(changes []indexer.Change, merges []*merge, errs []error) (stop func()) {
	var wg sync.WaitGroup
	var next atomic.Int64
	var stopped atomic.Bool
	for range min(runtime.GOMAXPROCS(0), len(merges)) {
		wg.Go(func() {
			var a indexer.Analyzer
			for i := next.Add(1) - 1; i < int64(len(merges)) && !stopped.Load(); i = next.Add(1) - 1 {
				x.merge(&a, changes, merges[i], errs)
				close(merges[i].ready)
			}
		})
	}
	return func() {
		stopped.Store(true)
		wg.Wait()
	}
}

// recheck reads the documents again, now that nobody else can write, and merges
// anew where somebody did meanwhile.
func (x *Index) recheck(ctx context.Context, tx *sql.Tx, changes []indexer.Change, merges []*merge, errs []error) error {
	now := make([]*merge, len(merges))
	for i, m := range merges {
		now[i] = &merge{Group: m.Group}
	}
	if err := x.find(ctx, tx.StmtContext(ctx, x.stmts.find), now); err != nil {
		return err
	}
	var a indexer.Analyzer
	for i, m := range merges {
		if bytes.Equal(m.blob, now[i].blob) {
			continue
		}
		<-m.ready
		m.n, m.old, m.blob, m.err, m.row = now[i].n, now[i].old, now[i].blob, nil, row{}
		x.merge(&a, changes, m, errs)
	}
	return nil
}

// write stores what has changed, and commits.
func (x *Index) write(ctx context.Context, tx *sql.Tx, merges []*merge) (err error) {
	w := x.stmts.in(ctx, tx)
	// Terms go last: any statement that may be rolled back on its own makes FTS5
	// flush what it holds, and then every document would be a segment.
	for _, m := range merges {
		<-m.ready
		if m.err != nil || !m.changed {
			continue
		}
		if m.n == 0 {
			m.n, err = x.add(ctx, w, m.doc, &m.row)
		} else {
			err = set(ctx, w, m.n, &m.row)
		}
		if err != nil {
			return err
		}
	}
	for _, m := range merges {
		if m.err != nil || !m.changed || !m.row.terms {
			continue
		}
		stmt := w.addTerms
		if m.old != nil {
			stmt = w.setTerms
		}
		if err := m.row.index(ctx, stmt, m.n); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// find reads the documents that the batch changes.
func (x *Index) find(ctx context.Context, stmt *sql.Stmt, merges []*merge) error {
	ids := make([]string, len(merges))
	byID := make(map[string]*merge, len(merges))
	for i, m := range merges {
		ids[i], byID[m.ID] = m.ID, m
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, string(list))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var id string
		var blob []byte
		if err := rows.Scan(&n, &id, &blob); err != nil {
			return err
		}
		old, err := x.decode(blob)
		if err != nil {
			return err
		}
		if m := byID[id]; m != nil {
			m.n, m.Order, m.old, m.blob = n, n, &old, blob
		}
	}
	return rows.Err()
}

// merge applies the changes of one document and makes its row.
func (x *Index) merge(a *indexer.Analyzer, changes []indexer.Change, m *merge, errs []error) {
	if m.doc, m.changed = m.Apply(m.old, changes, errs); !m.changed {
		return
	}
	if m.row, m.err = x.row(a, m.doc, m.old); m.err != nil {
		m.Fail(errs, m.err)
	}
}

// place remembers where the last new document went, for many may come of one capture.
type place struct{ order, next int64 }

// set overwrites the document at n.
func set(ctx context.Context, w statements, n int64, r *row) error {
	e := r.entry
	if _, err := w.setDoc.ExecContext(ctx, e.Lang, e.Source, level(e.Level), string(e.Stance), string(e.State),
		e.FirstSeen.UnixMicro(), r.posted(), r.digests, n); err != nil {
		return err
	}
	if _, err := w.setBody.ExecContext(ctx, r.doc, n); err != nil {
		return err
	}
	if !r.terms {
		return nil
	}
	if _, err := w.dropFacets.ExecContext(ctx, n); err != nil {
		return err
	}
	return r.count(ctx, w, n)
}

// count files the values of facets.
func (r *row) count(ctx context.Context, w statements, n int64) error {
	if r.facets == "" {
		return nil
	}
	_, err := w.addFacets.ExecContext(ctx, n, r.facets)
	return err
}

// index files the terms.
func (r *row) index(ctx context.Context, stmt *sql.Stmt, n int64) error {
	_, err := stmt.ExecContext(ctx, n, r.entry.Title, r.entry.Body, r.tags)
	return err
}

// add inserts a new document, all but its terms, at the first free place from its order on.
func (x *Index) add(ctx context.Context, w statements, doc indexer.Doc, r *row) (n int64, err error) {
	n = doc.Order
	if x.free.order == n {
		n = x.free.next
	}
	e := r.entry
	for {
		res, err := w.addDoc.ExecContext(ctx, n, doc.Post.ID, e.Lang, e.Source, level(e.Level), string(e.Stance), string(e.State),
			e.FirstSeen.UnixMicro(), r.posted(), r.digests)
		if err != nil {
			return 0, err
		}
		if added, err := res.RowsAffected(); err != nil {
			return 0, err
		} else if added > 0 {
			break
		}
		n++
	}
	x.free = place{doc.Order, n + 1}
	if _, err := w.addBody.ExecContext(ctx, n, r.doc); err != nil {
		return 0, err
	}
	return n, r.count(ctx, w, n)
}

// in binds the statements to a transaction.
func (s *statements) in(ctx context.Context, tx *sql.Tx) statements {
	return statements{
		addDoc: tx.StmtContext(ctx, s.addDoc), setDoc: tx.StmtContext(ctx, s.setDoc),
		addBody: tx.StmtContext(ctx, s.addBody), setBody: tx.StmtContext(ctx, s.setBody),
		addTerms: tx.StmtContext(ctx, s.addTerms), setTerms: tx.StmtContext(ctx, s.setTerms),
		addFacets: tx.StmtContext(ctx, s.addFacets), dropFacets: tx.StmtContext(ctx, s.dropFacets),
	}
}
