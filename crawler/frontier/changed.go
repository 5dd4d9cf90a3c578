package frontier

import (
	"context"
	"database/sql"
)

// addChanged adds one URL of which it is known when it changed last. It is not
// remembered as known in its round: it may stay in an earlier one.
func addChanged(ctx context.Context, tx *sql.Tx, hash, queue int64, e Entry, due int64) (int, error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO urls (hash, queue, url, round, depth, rank, due) VALUES (?1,?2,?3,?4,?5,?6,?7)
ON CONFLICT (hash) DO UPDATE SET round = max(round, excluded.round), depth = excluded.depth, rank = excluded.rank,
  due = excluded.due, fetched = 0, tries = 0
WHERE owner IS NULL AND (fetched = 1 OR excluded.round > round) AND (at IS NULL OR at < ?8)`,
		hash, queue, e.URL, e.Round, e.Depth, e.Rank(), due, e.Changed.UnixMilli())
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
