package frontier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

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

// dropStep is how many URLs one transaction forgets: other owners wait for it.
const dropStep = 5000

// Drop implements [Store].
func (s *SQLite) Drop(ctx context.Context, d Selection) (int, error) {
	where, args, err := d.where()
	if err != nil {
		return 0, err
	}
	if d.Try {
		var n int
		if err := s.db.QueryRowContext(ctx, `SELECT count(*) `+where, args...).Scan(&n); err != nil {
			return 0, fmt.Errorf("count in frontier: %w", err)
		}
		return n, nil
	}
	total := 0
	for {
		var n int64
		err := s.tx(ctx, func(tx *sql.Tx) error {
			//nolint:gosec // where is one of two constants
			res, err := tx.ExecContext(ctx, `DELETE FROM urls WHERE id IN (SELECT u.id `+where+` LIMIT `+fmt.Sprint(dropStep)+`)`, args...)
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
			return total, fmt.Errorf("drop from frontier: %w", err)
		}
		if total += int(n); n < dropStep {
			return total, nil
		}
	}
}

// where is the part of a query that finds a selection.
func (d Selection) where() (string, []any, error) {
	if d.Site == "" {
		return "", nil, errors.New("select in frontier: Site is missing")
	}
	if d.URL != "" {
		return `FROM urls u WHERE u.hash = ?`, []any{hash(d.Site, d.URL)}, nil
	}
	return `FROM sites s JOIN queues q ON q.site = s.id JOIN hosts h ON h.id = q.host JOIN urls u ON u.queue = q.id
WHERE s.name = ?1 AND (?2 = '' OR h.name = ?2) AND (?3 = '' OR substr(u.url, 1, length(?3)) = ?3)`, []any{d.Site, d.Host, d.Prefix}, nil
}

// Sites implements [Store].
func (s *SQLite) Sites(ctx context.Context) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name FROM sites ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list sites of frontier: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list sites of frontier: %w", err)
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

// Stat implements [Store]. It reads all rows of the site.
func (s *SQLite) Stat(ctx context.Context, site string) (Stat, error) {
	st := Stat{Outcomes: map[string]int64{}}
	rows, err := s.db.QueryContext(ctx, `SELECT coalesce(u.outcome, ''), u.fetched, u.due IS NOT NULL, u.owner IS NOT NULL AND u.due > ?1, u.due IS NOT NULL AND u.due <= ?1,
  count(*), min(u.due)
FROM sites s JOIN queues q ON q.site = s.id JOIN urls u ON u.queue = q.id WHERE s.name = ?2 GROUP BY 1, 2, 3, 4, 5`, s.now(), site)
	if err != nil {
		return Stat{}, fmt.Errorf("count frontier: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var outcome string
		var fetched, waits, leased, due bool
		var n int64
		var first sql.NullInt64
		if err := rows.Scan(&outcome, &fetched, &waits, &leased, &due, &n, &first); err != nil {
			return Stat{}, fmt.Errorf("count frontier: %w", err)
		}
		st.Known += n
		switch {
		case leased:
			st.Leased += n
		case !fetched && waits:
			st.Waiting += n
		}
		if due {
			st.Due += n
		} else if at := time.UnixMilli(first.Int64); waits && !leased && (st.Next.IsZero() || at.Before(st.Next)) {
			st.Next = at
		}
		if fetched {
			st.Outcomes[outcome] += n
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return Stat{}, fmt.Errorf("count frontier: %w", err)
	}
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM queues q JOIN sites s ON s.id = q.site WHERE s.name = ? AND EXISTS (SELECT 1 FROM urls u WHERE u.queue = q.id)`, site).Scan(&st.Hosts)
	if err != nil {
		return Stat{}, fmt.Errorf("count hosts of frontier: %w", err)
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
