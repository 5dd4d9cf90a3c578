package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// MaxNote bounds the note of a decision, in bytes.
const MaxNote = 4000

var decisionID = regexp.MustCompile(`^d[0-9a-f]{32}$`)

// NewDecisionID makes the id of a decision. The desk makes it when it shows the
// form, so that a form sent twice is one decision.
func NewDecisionID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return "d" + hex.EncodeToString(b[:])
}

// Decide records decisions, each with its audit entry, all or none, and puts
// them in the outbox. It fills in a missing ID and sets At. A decision that is
// there already under the same id is left as it is. While a decision stands,
// another is refused with a [DecidedError]: undo it first. So two reviewers
// cannot overrule each other unawares.
func (l *Ledger) Decide(ctx context.Context, ds ...post.Decision) ([]post.Decision, error) {
	made := slices.Clone(ds)
	err := l.write(ctx, "decide", func(tx *sql.Tx) error {
		for i := range made {
			if err := l.decide(ctx, tx, &made[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (l *Ledger) decide(ctx context.Context, tx *sql.Tx, d *post.Decision) error {
	if err := check(d); err != nil {
		return err
	}
	before, err := decisionsOf(ctx, tx, d.Post)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(before, func(b post.Decision) bool { return b.ID == d.ID }); i >= 0 {
		*d = before[i]
		return nil
	}
	state, standing := post.StateOf(before)
	switch {
	case d.Act == post.ActUndo && state == post.StateOpen:
		return invalid("nothing stands that could be undone")
	case d.Act == post.ActUndo && d.Undoes != standing.ID:
		return &DecidedError{standing}
	case d.Act != post.ActUndo && state != post.StateOpen:
		return &DecidedError{standing}
	}
	d.At = l.now()
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	entry, err := l.record(ctx, tx, d.By, "decide", d.Post, map[string]any{"decision": d})
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO decisions (id, post, body, audit_seq) VALUES (?, ?, ?, ?)", d.ID, d.Post, string(body), entry.Seq)
	if err != nil {
		return err
	}
	seq, err := res.LastInsertId()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO outbox (seq) VALUES (?)", seq)
	return err
}

func check(d *post.Decision) error {
	if d.ID == "" {
		d.ID = NewDecisionID()
	}
	d.Note = strings.TrimSpace(d.Note)
	switch {
	case !decisionID.MatchString(d.ID):
		return invalid("a decision id is d and 32 hex digits")
	case d.Post == "" || len(d.Post) > 200:
		return invalid("the post is not named")
	case d.By == "":
		return invalid("the reviewer is not named")
	case len(d.Note) > MaxNote:
		return invalid("the note is longer than %d bytes", MaxNote)
	case !utf8.ValidString(d.Note):
		return invalid("the note is not UTF-8")
	}
	switch d.Act {
	case post.ActConfirm:
		d.Reason, d.Undoes = "", ""
	case post.ActDismiss:
		d.Undoes = ""
		if !slices.Contains(post.Reasons(), d.Reason) {
			return invalid("choose a reason for the dismissal")
		}
		if d.Reason == "other" && d.Note == "" {
			return invalid("say in the note what the other reason is")
		}
	case post.ActUndo:
		d.Reason = ""
		if !decisionID.MatchString(d.Undoes) {
			return invalid("the decision to undo is not named")
		}
	default:
		return invalid("act %q is none of confirm, dismiss, undo", d.Act)
	}
	return nil
}

func scanDecision(rows *sql.Rows) (post.Decision, error) {
	var d post.Decision
	var body string
	if err := rows.Scan(&body); err != nil {
		return d, err
	}
	return d, json.Unmarshal([]byte(body), &d)
}

func decisionsOf(ctx context.Context, q queryer, postID string) ([]post.Decision, error) {
	return query(ctx, q, scanDecision, "SELECT body FROM decisions WHERE post = ? ORDER BY seq", postID)
}

// Decisions lists what was decided on one post, oldest first: food for [post.StateOf].
func (l *Ledger) Decisions(ctx context.Context, postID string) ([]post.Decision, error) {
	ds, err := decisionsOf(ctx, l.reader, postID)
	if err != nil {
		return nil, explain("list decisions", l.opt.Path, err)
	}
	return ds, nil
}

// EachDecision calls fn with every decision, oldest first, until fn fails: a
// rebuild applies them to an empty index.
func (l *Ledger) EachDecision(ctx context.Context, fn func(post.Decision) error) error {
	type numbered struct {
		seq int64
		d   post.Decision
	}
	scan := func(rows *sql.Rows) (n numbered, err error) {
		var body string
		if err := rows.Scan(&n.seq, &body); err != nil {
			return n, err
		}
		return n, json.Unmarshal([]byte(body), &n.d)
	}
	for after := int64(0); ; { // in pages, so that fn may take its time without holding a read open
		page, err := query(ctx, l.reader, scan, "SELECT seq, body FROM decisions WHERE seq > ? ORDER BY seq LIMIT 500", after)
		if err != nil {
			return explain("list decisions", l.opt.Path, err)
		}
		for _, n := range page {
			if err := fn(n.d); err != nil {
				return err
			}
			after = n.seq
		}
		if len(page) == 0 {
			return nil
		}
	}
}

// Unpublished lists decisions that are not marked as published, oldest first, at most limit.
func (l *Ledger) Unpublished(ctx context.Context, limit int) ([]post.Decision, error) {
	ds, err := query(ctx, l.reader, scanDecision,
		"SELECT body FROM decisions JOIN outbox USING (seq) ORDER BY seq LIMIT ?", max(limit, 1))
	if err != nil {
		return nil, explain("list unpublished decisions", l.opt.Path, err)
	}
	return ds, nil
}

// MarkPublished takes decisions out of the outbox, once their messages are
// acknowledged. Ids that are not in it are passed over.
func (l *Ledger) MarkPublished(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return l.write(ctx, "mark decisions published", func(tx *sql.Tx) error {
		for _, id := range ids {
			_, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE seq = (SELECT seq FROM decisions WHERE id = ?)", id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Decision finds one decision by its id.
func (l *Ledger) Decision(ctx context.Context, id string) (post.Decision, error) {
	var body string
	err := l.reader.QueryRowContext(ctx, "SELECT body FROM decisions WHERE id = ?", id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return post.Decision{}, ErrNotFound
	}
	if err != nil {
		return post.Decision{}, explain("find decision", l.opt.Path, err)
	}
	var d post.Decision
	return d, json.Unmarshal([]byte(body), &d)
}
