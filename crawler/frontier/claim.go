package frontier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Claim implements [Store]. The host that was served longest ago comes first.
func (s *SQLite) Claim(ctx context.Context, q Query) ([]Lease, error) {
	if q.N <= 0 || q.PerHost <= 0 || q.Lease <= 0 {
		return nil, errors.New("claim from frontier: N, PerHost and Lease must be positive")
	}
	var out []Lease
	err := s.tx(ctx, func(tx *sql.Tx) error {
		now := s.opt.Now()
		ready, err := s.ready(ctx, tx, q, now.UnixMilli())
		if err != nil {
			return err
		}
		until := time.UnixMilli(now.Add(q.Lease).UnixMilli())
		taken := map[string]int{} // by host: two sites may share one
		for _, r := range ready {
			if len(out) >= q.N {
				break
			}
			n := min(q.PerHost-taken[r.host], q.N-len(out))
			if n <= 0 {
				continue
			}
			leases, err := s.take(ctx, tx, r, n, now.UnixMilli(), until)
			if err != nil {
				return err
			}
			taken[r.host] += len(leases)
			out = append(out, leases...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim from frontier: %w", err)
	}
	return out, nil
}

type readyQueue struct {
	id, hostID int64
	host, site string
	turn       int64
}

// ready lists queues with something due on hosts that no other owner holds.
func (s *SQLite) ready(ctx context.Context, tx *sql.Tx, q Query, now int64) ([]readyQueue, error) {
	rows, err := tx.QueryContext(ctx, `SELECT q.id, h.id, h.name, s.name, q.turn FROM queues q JOIN sites s ON s.id = q.site JOIN hosts h ON h.id = q.host
WHERE q.site IN (SELECT id FROM sites WHERE name IN (SELECT value FROM json_each(?1))) AND q.next <= ?2 AND h.after <= ?2
  AND (h.owner IS NULL OR h.owner = ?3 OR h.until <= ?2) AND h.name NOT IN (SELECT value FROM json_each(?4))
ORDER BY q.served, q.next LIMIT ?5`, list(q.Sites), now, s.owner, list(q.Busy), q.N)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []readyQueue
	for rows.Next() {
		var r readyQueue
		if err := rows.Scan(&r.id, &r.hostID, &r.host, &r.site, &r.turn); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// take leases up to n URLs of one queue, as [Serve] picks them.
func (s *SQLite) take(ctx context.Context, tx *sql.Tx, r readyQueue, n int, now int64, until time.Time) ([]Lease, error) {
	waiting, err := s.waiting(ctx, tx, r, n, now, until)
	if err != nil {
		return nil, err
	}
	out := Serve(waiting, r.turn, n)
	if len(out) > 0 {
		ids := make([]int64, len(out))
		for i, l := range out {
			ids[i] = l.Key
		}
		if _, err := s.exec(ctx, tx, leaseSQL, until.UnixMilli(), s.owner, list(ids)); err != nil {
			return nil, err
		}
		// The host stays with this owner as long as its newest lease: no other
		// process visits it meanwhile, so pace holds across processes.
		if _, err := s.exec(ctx, tx, holdSQL, s.owner, until.UnixMilli(), r.hostID); err != nil {
			return nil, err
		}
		if _, err := s.exec(ctx, tx, servedSQL, now, len(out), len(turns), r.id); err != nil {
			return nil, err
		}
	}
	return out, s.settle(ctx, tx, []int64{r.id})
}

// waiting lists the first n URLs of each rank that are due.
func (s *SQLite) waiting(ctx context.Context, tx *sql.Tx, r readyQueue, n int, now int64, until time.Time) (out [Ranks][]Lease, err error) {
	rows, err := tx.QueryContext(ctx, waitingSQL, r.id, now, n)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		l := Lease{Site: r.site, Host: r.host, Until: until}
		var rank int
		var at, digest, every sql.NullInt64
		var etag, modified sql.NullString
		if err := rows.Scan(&rank, &l.Key, &l.URL, &l.Round, &l.Depth, &l.Tries, &at, &digest, &every, &etag, &modified); err != nil {
			return out, err
		}
		if rank < 0 || rank >= Ranks {
			return out, fmt.Errorf("rank %d is none", rank)
		}
		if at.Valid {
			l.Last = Visit{At: time.UnixMilli(at.Int64), Digest: digest.Int64, Every: time.Duration(every.Int64) * time.Millisecond, ETag: etag.String, Modified: modified.String, Lists: rank == RankList}
		}
		out[rank] = append(out[rank], l)
	}
	return out, rows.Err()
}

const waitingCols = `rank, id, url, round, depth, tries, whole, digest, every, etag, modified FROM urls WHERE queue = ?1 AND due <= ?2 AND rank = `

// waitingSQL asks for each rank apart, so that each is one walk along the index.
const waitingSQL = `SELECT * FROM (SELECT ` + waitingCols + `0 ORDER BY due LIMIT ?3)
UNION ALL SELECT * FROM (SELECT ` + waitingCols + `1 ORDER BY due LIMIT ?3)
UNION ALL SELECT * FROM (SELECT ` + waitingCols + `2 ORDER BY due LIMIT ?3)
UNION ALL SELECT * FROM (SELECT ` + waitingCols + `3 ORDER BY due LIMIT ?3)
UNION ALL SELECT * FROM (SELECT ` + waitingCols + `4 ORDER BY due LIMIT ?3)`

// settle makes queues.next exact.
func (s *SQLite) settle(ctx context.Context, tx *sql.Tx, queues []int64) error {
	for _, q := range queues {
		if _, err := s.exec(ctx, tx, settleSQL, q); err != nil {
			return err
		}
	}
	return nil
}

const settleMin = `SELECT min(due) AS d FROM urls WHERE queue = ?1 AND due IS NOT NULL AND rank = `

const settleSQL = `UPDATE queues SET next = (SELECT min(d) FROM (` + settleMin + `0 UNION ALL ` + settleMin + `1 UNION ALL ` +
	settleMin + `2 UNION ALL ` + settleMin + `3 UNION ALL ` + settleMin + `4)) WHERE id = ?1`

// Done implements [Store].
func (s *SQLite) Done(ctx context.Context, results []Result) (int, error) {
	var a adding
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		now := s.now()
		queues := map[queueName]bool{}
		var links []Entry
		for _, r := range results {
			if err := s.finish(ctx, tx, r, now); err != nil {
				return err
			}
			queues[queueName{r.Lease.Site, r.Lease.Host}] = true
			links = append(links, r.Links...)
		}
		if a, err = s.add(ctx, tx, links); err != nil {
			return err
		}
		for n := range queues {
			id, err := s.queue(ctx, tx, a.made, n)
			if err != nil {
				return err
			}
			if err := s.settle(ctx, tx, []int64{id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("record in frontier: %w", err)
	}
	s.added(a)
	return a.fresh, nil
}

func (s *SQLite) finish(ctx context.Context, tx *sql.Tx, r Result, now int64) error {
	var due any
	if !r.Again.IsZero() {
		due = r.Again.UnixMilli()
	}
	text, args := againSQL, []any{due, r.Outcome, now, r.Lease.Key, s.owner}
	if !r.Retry {
		text, args = finishSQL, append(args, r.Rank())
		if v := r.Visit; v != nil {
			text, args = finishedSQL, append(args, v.At.UnixMilli(), v.Digest, v.Every.Milliseconds(), v.ETag, v.Modified)
		}
	}
	_, err := s.exec(ctx, tx, text, args...)
	if err != nil {
		return err
	}
	if r.HostAfter.IsZero() {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE hosts SET after = max(after, ?) WHERE name = ?`, r.HostAfter.UnixMilli(), r.Lease.Host)
	return err
}

// Release implements [Store].
func (s *SQLite) Release(ctx context.Context, leases []Lease) error {
	if len(leases) == 0 {
		return nil
	}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var ids []int64
		for _, l := range leases {
			ids = append(ids, l.Key)
		}
		now := s.now()
		if _, err := tx.ExecContext(ctx, `UPDATE queues SET next = min(coalesce(next, ?1), ?1) WHERE id IN (SELECT queue FROM urls WHERE id IN (SELECT value FROM json_each(?2)) AND owner = ?3)`, now, list(ids), s.owner); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE urls SET due = ?, owner = NULL WHERE id IN (SELECT value FROM json_each(?)) AND owner = ?`, now, list(ids), s.owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("release to frontier: %w", err)
	}
	return nil
}
