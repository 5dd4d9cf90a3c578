package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Chain is what [Ledger.Verify] found.
type Chain struct {
	Entries  int64  // read before the first fault, or all
	Head     string // hash of the last sound entry: note it elsewhere, and a later cut of the end shows
	Fault    string // empty when all is sound; else what is wrong
	FaultSeq int64  // the entry at fault
}

// OK reports whether every entry is as it was written.
func (c Chain) OK() bool { return c.Fault == "" }

// Verify walks the whole audit log and tells the first entry that was changed,
// removed or put between; then it holds every decision against the entry that
// was written with it. Someone who can write the file can recompute the whole
// chain: only a Head noted outside of it proves more.
func (l *Ledger) Verify(ctx context.Context) (Chain, error) {
	tx, err := l.reader.BeginTx(ctx, nil) // one snapshot
	if err != nil {
		return Chain{}, explain("verify audit log", l.opt.Path, err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is lost with it
	c, err := verifyEntries(ctx, tx)
	if err == nil && c.OK() {
		err = verifyDecisions(ctx, tx, &c)
	}
	if err != nil {
		return c, explain("verify audit log", l.opt.Path, err)
	}
	return c, nil
}

var errStop = errors.New("stop")

func verifyEntries(ctx context.Context, tx *sql.Tx) (Chain, error) {
	var c Chain
	fault := func(seq int64, why string) error {
		c.Fault, c.FaultSeq = why, seq
		return errStop
	}
	_, err := query(ctx, tx, func(rows *sql.Rows) (struct{}, error) {
		e, err := scanEntry(rows)
		switch {
		case err != nil:
			return struct{}{}, fault(c.Entries+1, "its time cannot be read")
		case e.Seq != c.Entries+1:
			return struct{}{}, fault(c.Entries+1, "it is missing")
		case e.Prev != c.Head:
			return struct{}{}, fault(e.Seq, "it does not follow the entry before it")
		case e.Hash != e.sum():
			return struct{}{}, fault(e.Seq, "its content does not match its hash")
		}
		c.Entries, c.Head = e.Seq, e.Hash
		return struct{}{}, nil
	}, "SELECT seq, at, actor, act, object, detail, prev_hash, hash FROM audit ORDER BY seq")
	if err != nil && !errors.Is(err, errStop) {
		return c, err
	}
	if !c.OK() {
		return c, nil
	}
	var issued sql.NullInt64 // the highest seq ever given out: a cut end shows here
	err = tx.QueryRowContext(ctx, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'").Scan(&issued)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	if issued.Int64 > c.Entries {
		_ = fault(c.Entries+1, fmt.Sprintf("it is missing, with all up to %d", issued.Int64))
	}
	return c, nil
}

func verifyDecisions(ctx context.Context, tx *sql.Tx, c *Chain) error {
	type pair struct {
		seq          int64
		id           string
		body, detail sql.NullString
	}
	scan := func(rows *sql.Rows) (p pair, err error) {
		return p, rows.Scan(&p.seq, &p.id, &p.body, &p.detail)
	}
	pairs, err := query(ctx, tx, scan, `
		SELECT d.audit_seq, d.id, d.body, a.detail FROM decisions d LEFT JOIN audit a ON a.seq = d.audit_seq
		UNION ALL
		SELECT a.seq, a.object, NULL, a.detail FROM audit a WHERE a.act = 'decide' AND a.seq NOT IN (SELECT audit_seq FROM decisions)
		ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		var was struct{ Decision post.Decision }
		var is post.Decision
		switch {
		case !p.body.Valid:
			c.Fault, c.FaultSeq = "the decision that it tells of is missing", p.seq
		case !p.detail.Valid || json.Unmarshal([]byte(p.detail.String), &was) != nil ||
			json.Unmarshal([]byte(p.body.String), &is) != nil || was.Decision != is || is.ID != p.id:
			c.Fault, c.FaultSeq = "decision "+p.id+" is not the one that was recorded", p.seq
		default:
			continue
		}
		return nil
	}
	return nil
}
