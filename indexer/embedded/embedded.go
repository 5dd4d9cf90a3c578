// Package embedded keeps the index in one SQLite file, with full text by FTS5.
//
// It needs no server and no cgo. Terms are made by [indexer.Analyzer]; FTS5 only
// splits them at spaces, and exact values are terms too, so that one FTS5
// expression answers text and filters and lists hits in order without sorting.
// Any number of processes may open the file; one writes at a time.
//
// It refuses to write to a file made by another version of the schema. Start at [Open].
package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Options says where the index is.
type Options struct {
	Path string        // of the SQLite file; made when missing, its folder is not
	Wait time.Duration // for another process that writes; default 30 s
	Log  *slog.Logger  // nil for none
}

// Index is an [indexer.Index] in a SQLite file.
type Index struct {
	opt    Options
	reads  *sql.DB
	writes *sql.DB
	peek   *sql.Stmt // findDocs on a reading connection

	writing sync.Mutex // one batch at a time; guards what follows
	stmts   statements
	free    place // where the last document went
}

var _ indexer.Index = (*Index)(nil)

// Open opens the index at opt.Path, or makes it.
func Open(ctx context.Context, opt Options) (*Index, error) {
	if opt.Path == "" {
		return nil, errors.New("open index: no path; hint: set the data directory")
	}
	if opt.Wait <= 0 {
		opt.Wait = 30 * time.Second
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	path, err := filepath.Abs(opt.Path)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", opt.Path, err)
	}
	opt.Path = path
	x := &Index{opt: opt}
	if err := x.open(ctx); err != nil {
		x.Close() // the first error says more
		return nil, x.explain("open index", err)
	}
	return x, nil
}

func (x *Index) open(ctx context.Context) error {
	// What posts say, contacts included, is for the account that runs lurewatch only.
	if f, err := os.OpenFile(x.opt.Path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	} // else SQLite fails too, and its error is explained
	var err error
	if x.writes, err = sql.Open("sqlite", dsn(x.opt, true)); err != nil {
		return err
	}
	x.writes.SetMaxOpenConns(1)
	if err := prepareSchema(ctx, x.writes); err != nil {
		return err
	}
	if x.reads, err = sql.Open("sqlite", dsn(x.opt, false)); err != nil {
		return err
	}
	x.reads.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	if x.peek, err = x.reads.PrepareContext(ctx, findDocs); err != nil {
		return err
	}
	return x.stmts.prepare(ctx, x.writes)
}

func dsn(opt Options, write bool) string {
	v := url.Values{}
	v.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", opt.Wait.Milliseconds()))
	v.Add("_pragma", "journal_mode(WAL)")
	v.Add("_pragma", "synchronous(FULL)") // a Put that was answered survives a power cut
	v.Add("_pragma", "cache_size(-65536)")
	v.Add("_pragma", "temp_store(MEMORY)")
	v.Add("_pragma", "journal_size_limit(67108864)")
	if write {
		v.Add("_txlock", "immediate")
	} else {
		v.Add("_pragma", "query_only(1)")
	}
	return (&url.URL{Scheme: "file", Path: opt.Path, RawQuery: v.Encode()}).String()
}

// Close closes the file. Calls under way end with an error.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	var errs []error
	errs = append(errs, x.stmts.close())
	if x.peek != nil {
		errs = append(errs, x.peek.Close())
	}
	for _, db := range []*sql.DB{x.reads, x.writes} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Refresh has nothing to wait for: what is put is found at once.
func (x *Index) Refresh(context.Context) error { return nil }

// Get returns the document of a post.
func (x *Index) Get(ctx context.Context, id string) (indexer.Doc, error) {
	var blob []byte
	err := x.reads.QueryRowContext(ctx, `SELECT b.doc FROM docs d JOIN bodies b ON b.n = d.n WHERE d.id = ?`, id).Scan(&blob)
	if errors.Is(err, sql.ErrNoRows) {
		return indexer.Doc{}, fmt.Errorf("get %s: %w", id, indexer.ErrNotFound)
	}
	if err != nil {
		return indexer.Doc{}, x.explain("get "+id, err)
	}
	return x.decode(blob)
}

// Count is the number of documents.
func (x *Index) Count(ctx context.Context) (n int64, err error) {
	if err := x.reads.QueryRowContext(ctx, `SELECT count(*) FROM docs`).Scan(&n); err != nil {
		return 0, x.explain("count", err)
	}
	return n, nil
}

// Fold is over every version held, in one snapshot.
func (x *Index) Fold(ctx context.Context) (post.Fold, error) {
	var f post.Fold
	rows, err := x.reads.QueryContext(ctx, `SELECT id, digests FROM docs`)
	if err != nil {
		return f, x.explain("fold", err)
	}
	defer rows.Close()
	var id string
	var digests sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &digests); err != nil {
			return f, x.explain("fold", err)
		}
		for d := range eachDigest(digests) {
			f.Add(id, d)
		}
	}
	return f, x.explain("fold", rows.Err())
}

// Reset empties the index.
func (x *Index) Reset(ctx context.Context) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	tx, err := x.writes.BeginTx(ctx, nil)
	if err != nil {
		return x.explain("reset index", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	for _, q := range []string{
		`DELETE FROM docs`, `DELETE FROM bodies`, `DELETE FROM facets`, `INSERT INTO fts(fts) VALUES('delete-all')`,
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return x.explain("reset index", err)
		}
	}
	x.free = place{}
	return x.explain("reset index", tx.Commit())
}
