package frontier

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier/lifeline"
	_ "modernc.org/sqlite" // the driver
)

// Options are what [Open] needs.
type Options struct {
	Path    string           // file of the database, made when missing
	CacheMB int              // of pages kept in memory, which takes twice that of the process; default 32
	Now     func() time.Time // nil means time.Now
}

// SQLite is a [Store] in one file, for one machine. Several processes may open
// the same file. Measured at ten million URLs: see the benchmark.
//
// Commits are not synced one by one: a power cut may take back the last of them,
// and those pages are fetched again. A killed process loses nothing.
type SQLite struct {
	opt   Options
	db    *sql.DB
	owner string
	life  *lifeline.Line
	known *knownSet

	prepared map[string]*sql.Stmt // by their text

	mu     sync.Mutex // guards what follows
	queues map[queueName]int64
}

var _ Store = (*SQLite)(nil)

type queueName struct{ site, host string }

// Open opens or makes the store, and gives back the leases of owners that died.
func Open(opt Options) (*SQLite, error) {
	if opt.Path == "" {
		return nil, errors.New("frontier: Path is missing")
	}
	if opt.CacheMB <= 0 {
		opt.CacheMB = 32
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	path, err := filepath.Abs(opt.Path)
	if err != nil {
		return nil, fmt.Errorf("open frontier: %w", err)
	}
	// A page of 4 KiB with its header takes 8 KiB of the allocator. New URLs change
	// pages all over the index, so what is written back seldom is written less often.
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(20000)", "journal_mode(wal)", "synchronous(normal)", "temp_store(memory)",
			fmt.Sprintf("cache_size(-%d)", opt.CacheMB<<10), "journal_size_limit(67108864)", "wal_autocheckpoint(16384)"},
	}.Encode()}
	if f, err := os.OpenFile(opt.Path, os.O_CREATE|os.O_RDWR, 0o600); err == nil { // the owner's only, like all that is kept
		f.Close()
	}
	known, err := newKnownSet()
	if err != nil {
		return nil, fmt.Errorf("open frontier: memory: %w", err)
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open frontier: %w", err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer; waiting here is fairer than busy loops
	s := &SQLite{opt: opt, db: db, owner: rand.Text(), known: known, queues: map[queueName]int64{}}
	if err := s.start(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open frontier %s: %w", path, err), db.Close(), known.close())
	}
	return s, nil
}

func (s *SQLite) start(path string) error {
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.prepareAll(); err != nil {
		return err
	}
	dead, life, err := lifeline.Hold(path, s.owner)
	if err != nil {
		return err
	}
	s.life = life
	for _, owner := range dead {
		if err := s.giveBack(owner); err != nil {
			s.life.Drop()
			return err
		}
	}
	return nil
}

// giveBack makes every URL that owner has leased due at once.
func (s *SQLite) giveBack(owner string) error {
	return s.tx(context.Background(), func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.Exec(`UPDATE queues SET next = min(coalesce(next, ?1), ?1) WHERE id IN (SELECT queue FROM urls WHERE owner = ?2)`, now, owner); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE urls SET due = ?, owner = NULL WHERE owner = ?`, now, owner); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE hosts SET owner = NULL, until = 0 WHERE owner = ?`, owner)
		return err
	})
}

// Close gives back every lease of this store and closes the file.
func (s *SQLite) Close() error {
	err := s.giveBack(s.owner)
	err = errors.Join(err, s.db.Close(), s.known.close())
	s.life.Drop()
	if err != nil {
		return fmt.Errorf("close frontier: %w", err)
	}
	return nil
}

func (s *SQLite) now() int64 { return s.opt.Now().UnixMilli() }

// tx runs fn in a transaction that holds the write lock from its start.
func (s *SQLite) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// hash identifies a URL of a site.
func hash(site, url string) int64 {
	h := sha256.New()
	h.Write([]byte(site))
	h.Write([]byte{0})
	h.Write([]byte(url))
	var sum [sha256.Size]byte
	return int64(binary.BigEndian.Uint64(h.Sum(sum[:0])))
}

// hostOf is the host with port of a canonical URL.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// queue returns the id of the queue of a site and host, making it when missing.
func (s *SQLite) queue(ctx context.Context, tx *sql.Tx, made map[queueName]int64, n queueName) (int64, error) {
	if id, ok := made[n]; ok {
		return id, nil
	}
	s.mu.Lock()
	id, ok := s.queues[n]
	s.mu.Unlock()
	if ok {
		return id, nil
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO sites (name) VALUES (?)`, n.site); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO hosts (name) VALUES (?)`, n.host); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO queues (site, host) SELECT s.id, h.id FROM sites s, hosts h WHERE s.name = ? AND h.name = ?`, n.site, n.host); err != nil {
		return 0, err
	}
	err := tx.QueryRowContext(ctx, `SELECT q.id FROM queues q JOIN sites s ON s.id = q.site JOIN hosts h ON h.id = q.host WHERE s.name = ? AND h.name = ?`, n.site, n.host).Scan(&id)
	if err != nil {
		return 0, err
	}
	made[n] = id
	return id, nil
}

// remember keeps queue ids that a committed transaction made.
func (s *SQLite) remember(made map[queueName]int64) {
	if len(made) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queues) > 100_000 {
		clear(s.queues)
	}
	maps.Copy(s.queues, made)
}

// list makes the JSON array that json_each unfolds: one statement for any number of values.
func list[T any](v []T) string {
	if v == nil {
		return "[]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "[]" // strings and integers always encode
	}
	return string(b)
}
