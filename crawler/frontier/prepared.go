package frontier

import (
	"context"
	"database/sql"
)

// The statements that are run for every page, or for every batch of pages. Parsing
// one takes longer than running it, so they are prepared once.
const (
	finishSQL   = `UPDATE urls SET due = ?1, outcome = ?2, at = ?3, owner = NULL, fetched = 1, tries = 0, rank = ?6 WHERE id = ?4 AND owner = ?5`
	finishedSQL = `UPDATE urls SET due = ?1, outcome = ?2, at = ?3, owner = NULL, fetched = 1, tries = 0, rank = ?6,
  whole = ?7, digest = ?8, every = ?9, etag = nullif(?10, ''), modified = nullif(?11, '') WHERE id = ?4 AND owner = ?5`
	againSQL  = `UPDATE urls SET due = ?1, outcome = ?2, at = ?3, owner = NULL, tries = tries + 1 WHERE id = ?4 AND owner = ?5`
	nextSQL   = `UPDATE queues SET next = ?1 WHERE id = ?2 AND (next IS NULL OR next > ?1)`
	leaseSQL  = `UPDATE urls SET due = ?, owner = ? WHERE id IN (SELECT value FROM json_each(?))`
	holdSQL   = `UPDATE hosts SET owner = ?, until = max(until, ?) WHERE id = ?`
	servedSQL = `UPDATE queues SET served = ?, turn = (turn + ?) % ? WHERE id = ?`
)

// prepareAll prepares the statements, by their text. They live as long as the
// connection, of which there is one.
func (s *SQLite) prepareAll() error {
	s.prepared = map[string]*sql.Stmt{}
	texts := []string{finishSQL, finishedSQL, againSQL, nextSQL, leaseSQL, holdSQL, servedSQL, settleSQL}
	for _, n := range insertSizes() {
		texts = append(texts, insertSQL(n, false), insertSQL(n, true))
	}
	for _, text := range texts {
		st, err := s.db.Prepare(text) //nolint:sqlclosecheck // closed with the connection
		if err != nil {
			return err
		}
		s.prepared[text] = st
	}
	return nil
}

// exec runs a prepared statement in a transaction.
func (s *SQLite) exec(ctx context.Context, tx *sql.Tx, text string, args ...any) (sql.Result, error) {
	if st := s.prepared[text]; st != nil {
		return tx.StmtContext(ctx, st).ExecContext(ctx, args...) //nolint:sqlclosecheck // closed with the transaction
	}
	return tx.ExecContext(ctx, text, args...)
}

// insertSizes are how many rows the prepared inserts take, the largest first: any
// number of rows is a sum of few of them.
func insertSizes() []int { return []int{rowsPerInsert, 8, 1} }

// insert adds rows of seven values each, and returns how many were new or, where
// later says that they are of a later round, due again.
func (s *SQLite) insert(ctx context.Context, tx *sql.Tx, args []any, later bool) (int, error) {
	fresh := 0
	for _, n := range insertSizes() {
		for len(args) >= 7*n {
			res, err := s.exec(ctx, tx, insertSQL(n, later), args[:7*n]...)
			if err != nil {
				return 0, err
			}
			k, err := res.RowsAffected()
			if err != nil {
				return 0, err
			}
			fresh += int(k)
			args = args[7*n:]
		}
	}
	return fresh, nil
}
