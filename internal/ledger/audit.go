package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Entry is one line of the audit log.
type Entry struct {
	Seq    int64
	At     time.Time
	Actor  string          // user name, or system
	Act    string          // what was done: decide, reveal, login, export …
	Object string          // to what: a post id, a user name …
	Detail json.RawMessage // one JSON object with sorted keys
	Prev   string          // hash of the entry before; empty for the first
	Hash   string          // SHA-256 of all of the above, 64 hex digits
}

// Record adds an entry. detail is marshalled as JSON; nil stands for no details.
func (l *Ledger) Record(ctx context.Context, actor, act, object string, detail any) (Entry, error) {
	var e Entry
	err := l.write(ctx, "record "+act, func(tx *sql.Tx) (err error) {
		e, err = l.record(ctx, tx, actor, act, object, detail)
		return err
	})
	return e, err
}

// record adds an entry inside tx, which holds the write lock: so the entry that
// is the last one here stays the last until the commit.
func (l *Ledger) record(ctx context.Context, tx *sql.Tx, actor, act, object string, detail any) (Entry, error) {
	body, err := canonical(detail)
	if err != nil {
		return Entry{}, fmt.Errorf("encode detail: %w", err)
	}
	e := Entry{At: l.now(), Actor: actor, Act: act, Object: object, Detail: body}
	err = tx.QueryRowContext(ctx, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").Scan(&e.Seq, &e.Prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Entry{}, err
	}
	e.Seq++
	e.Hash = e.sum()
	_, err = tx.ExecContext(ctx,
		"INSERT INTO audit (seq, at, actor, act, object, detail, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		e.Seq, stamp(e.At), e.Actor, e.Act, e.Object, string(e.Detail), e.Prev, e.Hash)
	return e, err
}

// sum is the SHA-256 of the canonical JSON of e without its hash: keys in the
// order below, no spaces, no escaping beyond what JSON demands, detail as a string.
func (e Entry) sum() string {
	body, err := canonical(struct {
		Seq    int64  `json:"seq"`
		At     string `json:"at"`
		Actor  string `json:"actor"`
		Act    string `json:"act"`
		Object string `json:"object"`
		Detail string `json:"detail"`
		Prev   string `json:"prev"`
	}{e.Seq, stamp(e.At), e.Actor, e.Act, e.Object, string(e.Detail), e.Prev})
	if err != nil { // strings and a number always encode
		return ""
	}
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

func canonical(v any) ([]byte, error) {
	if v == nil {
		return []byte("{}"), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// AuditFilter picks entries. Empty fields pick all.
type AuditFilter struct {
	Actor, Act, Object string
	Before             int64 // only entries with a lower seq; 0 starts at the newest
	Limit              int   // 1 to 1000; 0 means 100
}

// Audit lists entries, newest first.
func (l *Ledger) Audit(ctx context.Context, f AuditFilter) ([]Entry, error) {
	where, args := []string{"1"}, []any{}
	add := func(cond string, arg any) { where, args = append(where, cond), append(args, arg) }
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if f.Act != "" {
		add("act = ?", f.Act)
	}
	if f.Object != "" {
		add("object = ?", f.Object)
	}
	if f.Before > 0 {
		add("seq < ?", f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	entries, err := query(ctx, l.reader, scanEntry,
		"SELECT seq, at, actor, act, object, detail, prev_hash, hash FROM audit WHERE "+
			strings.Join(where, " AND ")+" ORDER BY seq DESC LIMIT ?", append(args, min(f.Limit, 1000))...)
	if err != nil {
		return nil, explain("list audit entries", l.opt.Path, err)
	}
	return entries, nil
}

// AuditAfter lists entries with a higher seq than after, oldest first, at most limit.
func (l *Ledger) AuditAfter(ctx context.Context, after int64, limit int) ([]Entry, error) {
	entries, err := query(ctx, l.reader, scanEntry,
		"SELECT seq, at, actor, act, object, detail, prev_hash, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, max(limit, 1))
	if err != nil {
		return nil, explain("list audit entries", l.opt.Path, err)
	}
	return entries, nil
}

func scanEntry(rows *sql.Rows) (Entry, error) {
	var e Entry
	var at, detail string
	if err := rows.Scan(&e.Seq, &at, &e.Actor, &e.Act, &e.Object, &detail, &e.Prev, &e.Hash); err != nil {
		return e, err
	}
	e.Detail = json.RawMessage(detail)
	var err error
	e.At, err = parseStamp(at)
	return e, err
}
