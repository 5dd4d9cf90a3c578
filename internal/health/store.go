package health

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Store is the file that the processes of one data folder share: a row for each
// source, and one for each process that is alive. Losing it loses the past of the
// alarms, nothing else.
type Store struct{ db *sql.DB }

// ErrNone says that there is no such file: nothing ever ran on that data folder.
var ErrNone = errors.New("nothing has run here yet")

const schema = `
CREATE TABLE IF NOT EXISTS meta (k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (name TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS processes (id TEXT PRIMARY KEY, beat INTEGER NOT NULL, report TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('schema', 1);
`

// MaxSources bounds the sources of one store: names come from the configuration,
// and from whoever may push posts.
const MaxSources = 10_000

// Open opens the file, and makes it where it is missing.
func Open(ctx context.Context, path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // for its owner only, like all that is kept
	if err != nil {
		return nil, fmt.Errorf("open health file: %w\nhint: lurewatch must be able to write the data folder", err)
	}
	f.Close()
	return open(ctx, path)
}

// OpenExisting opens the file to read it, and answers [ErrNone] where there is none.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	} else if err != nil {
		return nil, fmt.Errorf("open health file: %w", err)
	}
	return open(ctx, path)
}

func open(ctx context.Context, path string) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open health file: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(20000)", "journal_mode(wal)", "synchronous(normal)"},
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open health file: %w", err)
	}
	db.SetMaxOpenConns(1)
	fail := func(err error) (*Store, error) {
		return nil, errors.Join(fmt.Errorf("open health file %s: %w\nhint: it can be deleted while nothing runs: only the past of the alarms is lost", path, err), db.Close())
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return fail(err)
	}
	var version int
	if err := db.QueryRowContext(ctx, "SELECT v FROM meta WHERE k = 'schema'").Scan(&version); err != nil {
		return fail(err)
	}
	if version != 1 {
		return fail(fmt.Errorf("schema is version %d, this program knows 1", version))
	}
	return &Store{db}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Add takes looks in their order into the records of their sources, in one
// transaction: of processes that share the file, none undoes what another added.
// It returns the records whose alarms have turned, as they were then.
func (s *Store) Add(ctx context.Context, looks []Look) (turned map[Turn][]Source, err error) {
	if len(looks) == 0 {
		return map[Turn][]Source{}, nil
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		turned = map[Turn][]Source{}
		held := map[string]*Source{}
		for _, l := range looks {
			src := held[l.Source]
			if src == nil {
				var err error
				if src, err = load(ctx, tx, l.Source); err != nil {
					return err
				}
				held[l.Source] = src
			}
			if turn := src.Add(l); turn != None {
				now := *src
				now.Fields = src.Fields.clone()
				turned[turn] = append(turned[turn], now)
			}
		}
		for _, src := range held {
			if err := save(ctx, tx, *src); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep health of sources: %w", err)
	}
	return turned, nil
}

func load(ctx context.Context, tx *sql.Tx, name string) (*Source, error) {
	var record string
	err := tx.QueryRowContext(ctx, "SELECT record FROM sources WHERE name = ?", name).Scan(&record)
	if errors.Is(err, sql.ErrNoRows) {
		return &Source{Name: name}, nil
	}
	if err != nil {
		return nil, err
	}
	var src Source
	if err := json.Unmarshal([]byte(record), &src); err != nil {
		return &Source{Name: name}, nil //nolint:nilerr // a spoilt record begins anew
	}
	return &src, nil
}

func save(ctx context.Context, tx *sql.Tx, src Source) error {
	record, err := json.Marshal(src)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sources SELECT ?1, ?2 WHERE (SELECT count(*) FROM sources) < ?3 OR EXISTS (SELECT 1 FROM sources WHERE name = ?1)
		ON CONFLICT (name) DO UPDATE SET record = excluded.record`, src.Name, record, MaxSources)
	return err
}

// Untold lists the sources of which an alarm rings that nobody was told of.
func (s *Store) Untold(ctx context.Context) ([]Source, error) {
	all, err := s.Sources(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(src Source) bool {
		return (src.Drift.Since.IsZero() || src.Drift.Told) && (src.Fields.ringing() == 0 || src.Fields.Told)
	}), nil
}

// ToldFields notes that somebody was told of the fields that posts of a source lack.
func (s *Store) ToldFields(ctx context.Context, name string) error {
	return s.told(ctx, name, func(src *Source) bool {
		src.Fields.Told = src.Fields.ringing() > 0
		return src.Fields.Told
	})
}

// Told notes that somebody was told of the alarm that rings since then.
func (s *Store) Told(ctx context.Context, name string, since time.Time) error {
	return s.told(ctx, name, func(src *Source) bool {
		if since.IsZero() || !src.Drift.Since.Equal(since) {
			return false
		}
		src.Drift.Told = true
		return true
	})
}

// told keeps what note has noted on a source, unless there was nothing to note.
func (s *Store) told(ctx context.Context, name string, note func(*Source) bool) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		src, err := load(ctx, tx, name)
		if err != nil || !note(src) {
			return err
		}
		return save(ctx, tx, *src)
	})
	if err != nil {
		return fmt.Errorf("keep that an alarm was told: %w", err)
	}
	return nil
}

// Sources lists all records by name.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name, record FROM sources ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	defer rows.Close()
	var out []Source
	for rows.Next() {
		var name, record string
		if err := rows.Scan(&name, &record); err != nil {
			return nil, fmt.Errorf("list sources: %w", err)
		}
		src := Source{}
		if json.Unmarshal([]byte(record), &src) != nil {
			src = Source{Name: name}
		}
		out = append(out, src)
	}
	return out, rows.Err()
}
