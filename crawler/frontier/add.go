package frontier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	var rows [2][]any         // of the first round, and of later ones
	flush := func(later int) error {
		n, err := s.insert(ctx, tx, rows[later], later == 1)
		a.fresh, rows[later] = a.fresh+n, rows[later][:0]
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
		if !e.Changed.IsZero() {
			n, err := addChanged(ctx, tx, h, q, e, due)
			if err != nil {
				return a, err
			}
			a.fresh += n
			continue
		}
		later := 0
		if e.Round > 1 {
			later = 1
		}
		if rows[later] = append(rows[later], h, q, e.URL, e.Round, e.Depth, e.Rank(), due); len(rows[later]) == 7*rowsPerInsert {
			if err := flush(later); err != nil {
				return a, err
			}
		}
	}
	if err := errors.Join(flush(0), flush(1)); err != nil {
		return a, err
	}
	if a.fresh == 0 {
		return a, nil
	}
	for q, due := range dues {
		if _, err := s.exec(ctx, tx, nextSQL, due, q); err != nil {
			return a, err
		}
	}
	return a, nil
}

// insertSQL adds rows. In the first round nothing that is known can be of an
// earlier one, and is ignored: that spares SQLite a copy of each page that it
// changes, which it keeps for a statement that might fail half-way. Later a URL known
// from an earlier round becomes due again, unless it is leased right now.
func insertSQL(rows int, again bool) string {
	verb, conflict := `INSERT OR IGNORE`, ``
	if again {
		verb, conflict = `INSERT`, `
ON CONFLICT (hash) DO UPDATE SET round = excluded.round, depth = excluded.depth, rank = excluded.rank,
  due = excluded.due, fetched = 0, tries = 0 WHERE excluded.round > round AND owner IS NULL`
	}
	return verb + ` INTO urls (hash, queue, url, round, depth, rank, due) VALUES ` +
		strings.Repeat("(?,?,?,?,?,?,?),", rows-1) + `(?,?,?,?,?,?,?)` + conflict
}
