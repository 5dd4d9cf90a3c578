// Package notebook keeps what a crawler must not forget between runs and what
// several processes must count together: what each site has used of its day, which
// hosts fail, what was learnt about pages. One SQLite file, small, for one machine.
//
// It refuses to grow: days are kept for a month and notes that nobody renewed for
// half a year are dropped when it is opened. What is in it can be lost without harm
// but that budgets begin anew and lessons are learnt again.
//
// Start at [Open].
package notebook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Options are what [Open] needs.
type Options struct {
	Path string           // file of the database, made when missing
	Now  func() time.Time // nil means time.Now
}

// Notebook is safe for concurrent use, by several processes too.
type Notebook struct {
	db  *sql.DB
	now func() time.Time
}

const schema = `
CREATE TABLE IF NOT EXISTS days (site TEXT NOT NULL, day INTEGER NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (site, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (kind TEXT NOT NULL, k TEXT NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (kind, k)) WITHOUT ROWID;
`

// Bounds.
const (
	keepDays  = 32
	keepNotes = 180 * 24 * time.Hour
	maxNote   = 4 << 10 // bytes
	maxNotes  = 100_000 // of one kind that are read
)

// Open opens or makes the notebook and drops what is too old.
func Open(opt Options) (*Notebook, error) {
	if opt.Path == "" {
		return nil, errors.New("notebook: Path is missing")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	path, err := filepath.Abs(opt.Path)
	if err != nil {
		return nil, fmt.Errorf("open notebook: %w", err)
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil { // the owner's only, like all that is kept
		f.Close()
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(20000)", "journal_mode(wal)", "synchronous(normal)", "journal_size_limit(1048576)"},
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open notebook: %w", err)
	}
	db.SetMaxOpenConns(1)
	n := &Notebook{db, opt.Now}
	if err := n.start(); err != nil {
		db.Close()
		return nil, fmt.Errorf("open notebook %s: %w\nhint: it can be deleted: budgets of the day begin anew then", path, err)
	}
	return n, nil
}

func (n *Notebook) start() error {
	if _, err := n.db.Exec(schema); err != nil {
		return err
	}
	now := n.now()
	if _, err := n.db.Exec(`DELETE FROM days WHERE day < ?`, Day(now)-keepDays); err != nil {
		return err
	}
	_, err := n.db.Exec(`DELETE FROM notes WHERE at < ?`, now.Add(-keepNotes).Unix())
	return err
}

// Close closes the file.
func (n *Notebook) Close() error { return n.db.Close() }

// Day numbers the days, in UTC.
func Day(t time.Time) int64 { return t.Unix() / (24 * 3600) }

// Spend adds to what a site has used of a day, and returns the sums over all
// processes. Negative numbers give back.
func (n *Notebook) Spend(ctx context.Context, site string, day, requests, bytes int64) (allRequests, allBytes int64, err error) {
	err = n.db.QueryRowContext(ctx, `INSERT INTO days (site, day, requests, bytes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (site, day) DO UPDATE SET requests = requests + ?3, bytes = bytes + ?4 RETURNING requests, bytes`,
		site, day, requests, bytes).Scan(&allRequests, &allBytes)
	if err != nil {
		return 0, 0, fmt.Errorf("note what %s has used: %w", site, err)
	}
	return allRequests, allBytes, nil
}

// Note keeps a note of at most 4 KiB under a kind and key, in place of what stood
// there. Nil forgets it.
func (n *Notebook) Note(ctx context.Context, kind, key string, note []byte) error {
	if len(note) > maxNote {
		return fmt.Errorf("note %s: %d bytes are more than %d", kind, len(note), maxNote)
	}
	var err error
	if note == nil {
		_, err = n.db.ExecContext(ctx, `DELETE FROM notes WHERE kind = ? AND k = ?`, kind, key)
	} else {
		_, err = n.db.ExecContext(ctx, `INSERT OR REPLACE INTO notes (kind, k, note, at) VALUES (?, ?, ?, ?)`, kind, key, note, n.now().Unix())
	}
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

// Notes returns the notes of a kind by key.
func (n *Notebook) Notes(ctx context.Context, kind string) (map[string][]byte, error) {
	rows, err := n.db.QueryContext(ctx, `SELECT k, note FROM notes WHERE kind = ? ORDER BY at DESC LIMIT ?`, kind, maxNotes)
	if err != nil {
		return nil, fmt.Errorf("read notes %s: %w", kind, err)
	}
	defer rows.Close()
	out := map[string][]byte{}
	for rows.Next() {
		var k string
		var note []byte
		if err := rows.Scan(&k, &note); err != nil {
			return nil, fmt.Errorf("read notes %s: %w", kind, err)
		}
		out[k] = note
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read notes %s: %w", kind, err)
	}
	return out, nil
}
