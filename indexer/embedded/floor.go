package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

// RawFloor measures what SQLite alone does with the rows of docs on this
// machine, in documents per second: the rows are made before the clock starts, then
// inserted with the statements and the settings of [Index.Put], batch documents
// in a transaction. It makes a file in dir. Put can be compared with it.
func RawFloor(ctx context.Context, dir string, docs []indexer.Doc, batch int) (docsPerSecond float64, err error) {
	x, err := Open(ctx, Options{Path: filepath.Join(dir, "floor.db")})
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := x.Close(); err == nil {
			err = cerr
		}
	}()
	rows := make([]row, len(docs))
	var a indexer.Analyzer
	for i, d := range docs {
		if rows[i], err = x.row(&a, d, nil); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	for i := 0; i < len(docs); i += batch {
		end := min(i+batch, len(docs))
		if err := x.insert(ctx, docs[i:end], rows[i:end]); err != nil {
			return 0, fmt.Errorf("measure the floor: %w", err)
		}
	}
	return float64(len(docs)) / time.Since(start).Seconds(), nil
}

func (x *Index) insert(ctx context.Context, docs []indexer.Doc, rows []row) error {
	tx, err := x.writes.BeginTx(ctx, (*sql.TxOptions)(nil))
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	w := x.stmts.in(ctx, tx)
	ns := make([]int64, len(rows))
	for i := range rows {
		if ns[i], err = x.add(ctx, w, docs[i], &rows[i]); err != nil {
			return err
		}
	}
	for i := range rows {
		if err := rows[i].index(ctx, w.addTerms, ns[i]); err != nil {
			return err
		}
	}
	return tx.Commit()
}
