package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Sent reports whether the notice with this key went out.
func (l *Ledger) Sent(ctx context.Context, key string) (bool, error) {
	var n int
	err := l.reader.QueryRowContext(ctx, "SELECT count(*) FROM notices WHERE key = ?", key).Scan(&n)
	if err != nil {
		return false, explain("look up notice", l.opt.Path, err)
	}
	return n > 0, nil
}

// MarkSent keeps that n went out. Marking it again changes nothing. The text of
// the post is not kept here: the index has it.
func (l *Ledger) MarkSent(ctx context.Context, n post.Notice) error {
	if n.Key == "" {
		return invalid("the notice has no key")
	}
	return l.write(ctx, "mark notice sent", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO notices (key, type, channel, post, level, sent_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			n.Key, n.Type, n.Channel, n.Post.ID, n.Verdict.Level, stamp(l.now()))
		if err != nil {
			return err
		}
		if added, err := res.RowsAffected(); err != nil || added == 0 {
			return err
		}
		_, err = l.record(ctx, tx, "system", "notice", n.Post.ID, map[string]any{
			"key": n.Key, "channel": n.Channel, "type": n.Type, "level": n.Verdict.Level})
		return err
	})
}

// SentNotice is one notice that went out.
type SentNotice struct {
	Key, Type, Channel, Post string
	Level                    post.Level
	At                       time.Time
}

// Notices lists what went out about one post, oldest first.
func (l *Ledger) Notices(ctx context.Context, postID string) ([]SentNotice, error) {
	scan := func(rows *sql.Rows) (n SentNotice, err error) {
		var at string
		if err := rows.Scan(&n.Key, &n.Type, &n.Channel, &n.Post, &n.Level, &at); err != nil {
			return n, err
		}
		n.At, err = parseStamp(at)
		return n, err
	}
	ns, err := query(ctx, l.reader, scan, "SELECT key, type, channel, post, level, sent_at FROM notices WHERE post = ? ORDER BY sent_at, key", postID)
	if err != nil {
		return nil, explain("list notices", l.opt.Path, err)
	}
	return ns, nil
}

// Export is one list or package that left the house.
type Export struct {
	Seq    int64
	Kind   string // takedown, evidence, search …
	By     string
	Post   string // id, where it is of one post
	Reason string
	Items  int
	Digest post.Digest // of the file
	At     time.Time
}

// LogExport keeps that e was made, with its audit entry. It sets Seq and At.
func (l *Ledger) LogExport(ctx context.Context, e Export) (Export, error) {
	if e.Kind == "" || e.By == "" {
		return e, invalid("an export names its kind and who made it")
	}
	err := l.write(ctx, "log export", func(tx *sql.Tx) error {
		e.At = l.now()
		detail := map[string]any{"reason": e.Reason, "items": e.Items, "digest": e.Digest}
		if e.Post != "" {
			detail["post"] = e.Post
		}
		entry, err := l.record(ctx, tx, e.By, "export", e.Kind, detail)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO exports (kind, by_whom, reason, items, digest, made_at, audit_seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
			e.Kind, e.By, e.Reason, e.Items, e.Digest, stamp(e.At), entry.Seq)
		if err != nil {
			return err
		}
		e.Seq, err = res.LastInsertId()
		return err
	})
	return e, err
}

// Exports lists exports, newest first, at most limit.
func (l *Ledger) Exports(ctx context.Context, limit int) ([]Export, error) {
	scan := func(rows *sql.Rows) (e Export, err error) {
		var at string
		if err := rows.Scan(&e.Seq, &e.Kind, &e.By, &e.Reason, &e.Items, &e.Digest, &at); err != nil {
			return e, err
		}
		e.At, err = parseStamp(at)
		return e, err
	}
	es, err := query(ctx, l.reader, scan, "SELECT seq, kind, by_whom, reason, items, digest, made_at FROM exports ORDER BY seq DESC LIMIT ?", max(limit, 1))
	if err != nil {
		return nil, explain("list exports", l.opt.Path, err)
	}
	return es, nil
}
