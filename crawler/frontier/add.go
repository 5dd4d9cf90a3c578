package frontier

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Add implements [Store].
func (s *SQLite) Add(ctx context.Context, entries []Entry) (int, error) {
	var a adding
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		a, err = s.add(ctx, tx, entries)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add to frontier: %w", err)
	}
	s.added(a)
	return a.fresh, nil
}

// adding is what an add will have done once its transaction is committed.
type adding struct {
	fresh int
	made  map[queueName]int64
	marks []uint64
	drops int64
}

func (s *SQLite) added(a adding) {
	s.remember(a.made)
	s.known.mark(a.drops, a.marks)
}

// rowsPerInsert is how many URLs one statement takes: past this the statement
// gets slower to bind than it saves.
const rowsPerInsert = 50

func (s *SQLite) add(ctx context.Context, tx *sql.Tx, entries []Entry) (adding, error) {
	a := adding{made: map[queueName]int64{}}
	if len(entries) == 0 {
		return a, nil
	}
	// What this process knows to be in the table need not be asked for again,
	// unless something was dropped since, by whatever process.
	if err := tx.QueryRowContext(ctx, `SELECT v FROM meta WHERE k = 'drops'`).Scan(&a.drops); err != nil {
		return a, err
	}
	now := s.now()
	dues := map[int64]int64{} // queue → earliest due added
	args := make([]any, 0, rowsPerInsert*8)
	rows := 0
	flush := func() error {
		if rows == 0 {
			return nil
		}
		res, err := tx.ExecContext(ctx, insertSQL(rows), args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		a.fresh += int(n)
		args, rows = args[:0], 0
		return err
	}
	for _, e := range entries {
		h := hash(e.Site, e.URL)
		mark := uint64(h) ^ uint64(e.Round)*0x9E3779B97F4A7C15
		if e.Changed.IsZero() {
			if s.known.has(a.drops, mark) {
				continue
			}
			a.marks = append(a.marks, mark)
		}
		q, err := s.queue(ctx, tx, a.made, queueName{e.Site, hostOf(e.URL)})
		if err != nil {
			return a, err
		}
		due := now
		if !e.Due.IsZero() {
			due = e.Due.UnixMilli()
		}
		if old, ok := dues[q]; !ok || due < old {
			dues[q] = due
		}
		slow := 1
		if e.Fast {
			slow = 0
		}
		if !e.Changed.IsZero() {
			n, err := addChanged(ctx, tx, h, q, e, slow, due)
			if err != nil {
				return a, err
			}
			a.fresh += n
			continue
		}
		args = append(args, h, q, e.URL, e.Round, e.Depth, slow, due)
		if rows++; rows == rowsPerInsert {
			if err := flush(); err != nil {
				return a, err
			}
		}
	}
	if err := flush(); err != nil {
		return a, err
	}
	if a.fresh == 0 {
		return a, nil
	}
	for q, due := range dues {
		if _, err := tx.ExecContext(ctx, `UPDATE queues SET next = ?1 WHERE id = ?2 AND (next IS NULL OR next > ?1)`, due, q); err != nil {
			return a, err
		}
	}
	return a, nil
}

// insertSQL adds rows. A URL known from an earlier round becomes due again,
// unless it is leased right now.
func insertSQL(rows int) string {
	return `INSERT INTO urls (hash, queue, url, round, depth, slow, due) VALUES ` +
		strings.Repeat("(?,?,?,?,?,?,?),", rows-1) + `(?,?,?,?,?,?,?)
ON CONFLICT (hash) DO UPDATE SET round = excluded.round, depth = excluded.depth, slow = excluded.slow,
  due = excluded.due, fetched = 0, tries = 0 WHERE excluded.round > round AND owner IS NULL`
}

// knownSet is a small cache of marks that are surely in the table: one slot for
// each, the newest wins. A miss costs a look into the table, never correctness.
type knownSet struct {
	mu    sync.Mutex
	drops int64 // generation: a drop anywhere empties the set
	slots []uint64
}

const knownSlots = 1 << 19 // 4 MiB

func newKnownSet() *knownSet { return &knownSet{slots: make([]uint64, knownSlots)} }

func (k *knownSet) has(drops int64, mark uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.drops == drops && mark != 0 && k.slots[mark%knownSlots] == mark
}

func (k *knownSet) mark(drops int64, marks []uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if drops != k.drops {
		clear(k.slots)
		k.drops = drops
	}
	for _, m := range marks {
		k.slots[m%knownSlots] = m
	}
}

// Round implements [Store].
func (s *SQLite) Round(ctx context.Context, site string, fresh bool) (int64, error) {
	var round int64
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO sites (name) VALUES (?)`, site); err != nil {
			return err
		}
		if fresh {
			// A site without any URL is at the start of its round already.
			_, err := tx.ExecContext(ctx, `UPDATE sites SET round = round + 1 WHERE name = ?1
AND EXISTS (SELECT 1 FROM queues q WHERE q.site = sites.id)
AND NOT EXISTS (SELECT 1 FROM queues q JOIN urls u ON u.queue = q.id WHERE q.site = sites.id AND u.due IS NOT NULL AND u.fetched = 0)`, site)
			if err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT round FROM sites WHERE name = ?`, site).Scan(&round)
	})
	if err != nil {
		return 0, fmt.Errorf("round of %s: %w", site, err)
	}
	return round, nil
}

// Drop implements [Store].
func (s *SQLite) Drop(ctx context.Context, d Selection) (int, error) {
	var n int64
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var res sql.Result
		var err error
		if d.URL != "" {
			res, err = tx.ExecContext(ctx, `DELETE FROM urls WHERE hash = ?`, hash(d.Site, d.URL))
		} else {
			res, err = tx.ExecContext(ctx, `DELETE FROM urls WHERE queue IN (SELECT q.id FROM queues q JOIN sites s ON s.id = q.site JOIN hosts h ON h.id = q.host
WHERE s.name = ?1 AND (?2 = '' OR h.name = ?2))`, d.Site, d.Host)
		}
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE meta SET v = v + 1 WHERE k = 'drops'`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("drop from frontier: %w", err)
	}
	s.forgetQueues()
	return int(n), nil
}

// Stat implements [Store]. It reads all rows of the site.
func (s *SQLite) Stat(ctx context.Context, site string) (Stat, error) {
	st := Stat{Outcomes: map[string]int64{}}
	rows, err := s.db.QueryContext(ctx, `SELECT coalesce(u.outcome, ''), u.fetched, u.due IS NOT NULL, u.owner IS NOT NULL AND u.due > ?, count(*)
FROM sites s JOIN queues q ON q.site = s.id JOIN urls u ON u.queue = q.id WHERE s.name = ? GROUP BY 1, 2, 3, 4`, s.now(), site)
	if err != nil {
		return Stat{}, fmt.Errorf("count frontier: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var outcome string
		var fetched, due, leased bool
		var n int64
		if err := rows.Scan(&outcome, &fetched, &due, &leased, &n); err != nil {
			return Stat{}, fmt.Errorf("count frontier: %w", err)
		}
		st.Known += n
		if leased {
			st.Leased += n
		} else if !fetched && due {
			st.Waiting += n
		}
		if fetched {
			st.Outcomes[outcome] += n
		}
	}
	if err := rows.Err(); err != nil {
		return Stat{}, fmt.Errorf("count frontier: %w", err)
	}
	return st, nil
}

// Next implements [Store].
func (s *SQLite) Next(ctx context.Context, sites []string) (time.Time, bool, error) {
	var ms sql.NullInt64
	err := s.db.QueryRowContext(ctx, `SELECT min(max(q.next, h.after)) FROM queues q JOIN sites s ON s.id = q.site JOIN hosts h ON h.id = q.host
WHERE s.name IN (SELECT value FROM json_each(?)) AND q.next IS NOT NULL`, list(sites)).Scan(&ms)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next of frontier: %w", err)
	}
	return time.UnixMilli(ms.Int64), ms.Valid, nil
}
