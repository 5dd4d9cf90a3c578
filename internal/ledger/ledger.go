// Package ledger keeps what people did, durably: users, sessions, decisions,
// notices sent, exports made, and an append-only audit log whose entries are
// chained by hash. It is one SQLite file; a method that returns nil has synced
// its write to disk.
//
// It refuses to forget: decisions and audit entries can be added, never changed
// or deleted (the file itself holds triggers against that, and [Ledger.Verify]
// finds what was changed behind their back). Start at [Open].
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// Options says where a ledger lives.
type Options struct {
	Path string           // of the SQLite file; made with its folder when missing, readable by its owner only
	Now  func() time.Time // nil means [time.Now]
	Log  *slog.Logger     // nil logs nowhere
}

// Ledger is an open ledger. Its methods are safe for concurrent use, also by
// several processes that opened the same file on one machine.
type Ledger struct {
	opt    Options
	writer *sql.DB // one connection: SQLite has one writer
	reader *sql.DB
	hash   *hasher
}

// Open opens the ledger at opt.Path, and makes or migrates its tables.
func Open(opt Options) (*Ledger, error) {
	if opt.Path == "" {
		return nil, errors.New("open ledger: no path is set\nhint: set ledger.path")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := prepare(opt.Path); err != nil {
		return nil, explain("open ledger", opt.Path, err)
	}
	l := &Ledger{opt: opt, hash: newHasher()}
	var err error
	if l.writer, err = sql.Open("sqlite", dsn(opt.Path)+"&_txlock=immediate"); err != nil {
		return nil, explain("open ledger", opt.Path, err)
	}
	l.writer.SetMaxOpenConns(1)
	if err := l.migrate(); err != nil {
		return nil, errors.Join(explain("open ledger", opt.Path, err), l.writer.Close())
	}
	if l.reader, err = sql.Open("sqlite", dsn(opt.Path)+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(explain("open ledger", opt.Path, err), l.writer.Close())
	}
	l.reader.SetMaxOpenConns(4)
	return l, nil
}

// Close closes the file. Writes that have returned are safe with or without it.
func (l *Ledger) Close() error {
	return errors.Join(l.reader.Close(), l.writer.Close())
}

// prepare makes the folder and the file with tight permissions: SQLite would
// make the file readable by everybody.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(path string) string {
	escaped := (&url.URL{Path: path}).EscapedPath()
	return "file:" + escaped + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
}

// write runs fn in one transaction that holds the write lock from its start, so
// that what fn reads cannot change before it commits.
func (l *Ledger) write(ctx context.Context, act string, fn func(*sql.Tx) error) error {
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(act, l.opt.Path, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := fn(tx); err != nil {
		return explain(act, l.opt.Path, err)
	}
	if err := tx.Commit(); err != nil {
		return explain(act, l.opt.Path, err)
	}
	return nil
}

// query reads all rows of one statement through scan.
func query[T any](ctx context.Context, q queryer, scan func(*sql.Rows) (T, error), stmt string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, stmt, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// queryer is what a database and a transaction have in common for reading.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Times are stored as text of fixed width, so that they sort as they read.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeLayout) }

func parseStamp(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read time: %w", err)
	}
	return t, nil
}

func (l *Ledger) now() time.Time { return l.opt.Now().UTC().Truncate(time.Microsecond) }
