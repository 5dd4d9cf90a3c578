package pages

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/lurewatch/lurewatch/internal/post"
)

// Store keeps the trace of every page in one file. It is derived: when it is lost,
// `lurewatch rebuild` makes it again from the archive. Several processes may share
// it, as long as no two look at one page at the same time.
type Store struct {
	path   string
	writer *sql.DB
	reader *sql.DB           // of a rebuild
	find   map[int]*sql.Stmt // by how many keys they take; on the writer's one connection, as keep
	keep   map[int]*sql.Stmt // by how many rows they take
	update *sql.Stmt
	queue  queue
	done   chan struct{}
}

// A page is told by the first 64 bits of a SHA-256 over source and URL; at ten
// million pages the chance that any two collide is one in 400,000.
const schema = `
CREATE TABLE IF NOT EXISTS meta (k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (key INTEGER PRIMARY KEY, dry INTEGER NOT NULL, trace TEXT);
INSERT OR IGNORE INTO meta VALUES ('schema', 1);
`

// ErrClosed is returned after Close.
var ErrClosed = errors.New("page traces are closed")

// Open opens or makes the file.
func Open(ctx context.Context, path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // for its owner only, like all that is kept
	if err != nil {
		return nil, fmt.Errorf("open page traces: %w\nhint: lurewatch must be able to write the data folder", err)
	}
	f.Close()
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open page traces: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(20000)", "journal_mode(wal)", "synchronous(normal)", "cache_size(-8192)", "journal_size_limit(67108864)", "wal_autocheckpoint(16384)"},
	}.Encode()}
	s := &Store{path: path, queue: newQueue(), done: make(chan struct{})}
	if s.writer, err = sql.Open("sqlite", dsn.String()); err != nil {
		return nil, fmt.Errorf("open page traces: %w", err)
	}
	s.writer.SetMaxOpenConns(1)
	if s.reader, err = sql.Open("sqlite", dsn.String()); err != nil {
		return nil, errors.Join(fmt.Errorf("open page traces: %w", err), s.writer.Close())
	}
	s.reader.SetMaxOpenConns(2)
	var version int
	if _, err = s.writer.ExecContext(ctx, schema); err == nil {
		err = s.writer.QueryRowContext(ctx, "SELECT v FROM meta WHERE k = 'schema'").Scan(&version)
	}
	if err == nil && version != 1 {
		err = fmt.Errorf("schema is version %d, this program knows 1\nhint: delete the file and run `lurewatch rebuild`", version)
	}
	if err == nil {
		err = s.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open page traces %s: %w", path, err), s.writer.Close(), s.reader.Close())
	}
	go s.work()
	return s, nil
}

// Close writes what waits and closes the file. No Look may be under way.
func (s *Store) Close() error {
	s.queue.close()
	<-s.done
	return errors.Join(s.reader.Close(), s.writer.Close())
}

func keyOf(source, url string) int64 {
	sum := sha256.Sum256([]byte(source + "\x1f" + url))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Rebuilding collects visits in any order, to fold them in the order of their time.
type Rebuilding struct {
	s       *Store
	mu      sync.Mutex
	waiting []noted
}

type noted struct {
	key  int64
	body string
	v    Visit
}

// Rebuild forgets every trace. What is given to [Rebuilding.Note] makes them anew in
// [Rebuilding.Finish]. Nobody else may use the store meanwhile.
func (s *Store) Rebuild(ctx context.Context) (*Rebuilding, error) {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM pages; DROP TABLE IF EXISTS visits;
			CREATE TABLE visits (key INTEGER NOT NULL, at INTEGER NOT NULL, capture TEXT NOT NULL, visit TEXT NOT NULL, PRIMARY KEY (key, at, capture)) WITHOUT ROWID`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("forget page traces: %w", err)
	}
	return &Rebuilding{s: s}, nil
}

// Note keeps one visit. It may be called from many goroutines.
func (r *Rebuilding) Note(ctx context.Context, v Visit) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("note visit: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting = append(r.waiting, noted{keyOf(v.Source, v.URL), string(b), v}); len(r.waiting) < 512 {
		return nil
	}
	return r.flush(ctx)
}

func (r *Rebuilding) flush(ctx context.Context) error {
	err := r.s.tx(ctx, func(tx *sql.Tx) error {
		for _, n := range r.waiting {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO visits VALUES (?, ?, ?, ?)", n.key, n.v.At.UnixMicro(), n.v.Capture, n.body); err != nil {
				return err
			}
		}
		return nil
	})
	r.waiting = r.waiting[:0]
	if err != nil {
		return fmt.Errorf("note visits: %w", err)
	}
	return nil
}

// Finish folds the visits page by page, and gives the events of each page to publish.
func (r *Rebuilding) Finish(ctx context.Context, publish func(context.Context, []post.Event) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.flush(ctx); err != nil {
		return err
	}
	if err := r.fold(ctx, publish); err != nil {
		return fmt.Errorf("fold visits: %w", err)
	}
	_, err := r.s.writer.ExecContext(ctx, "DROP TABLE visits")
	if err != nil {
		return fmt.Errorf("fold visits: %w", err)
	}
	return nil
}

func (r *Rebuilding) fold(ctx context.Context, publish func(context.Context, []post.Event) error) error {
	rows, err := r.s.reader.QueryContext(ctx, "SELECT key, visit FROM visits ORDER BY key, at, capture")
	if err != nil {
		return err
	}
	defer rows.Close()
	var at int64
	var t Trace
	var events []post.Event
	var group []write
	settle := func(last bool) error {
		if len(events) > 0 {
			if err := publish(ctx, events); err != nil {
				return err
			}
			events = nil
		}
		if t.Looked {
			w, err := row(at, t, true)
			if err != nil {
				return err
			}
			group = append(group, w)
		}
		if len(group) < 512 && !last {
			return nil
		}
		err := r.s.put(ctx, group)
		group = nil
		return err
	}
	for rows.Next() {
		var key int64
		var body string
		if err := rows.Scan(&key, &body); err != nil {
			return err
		}
		var v Visit
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return err
		}
		if cmp.Compare(key, at) != 0 || !t.Looked {
			if err := settle(false); err != nil {
				return err
			}
			at, t = key, Trace{}
		}
		more, _ := t.Step(v)
		events = append(events, more...)
	}
	return errors.Join(settle(true), rows.Err())
}
