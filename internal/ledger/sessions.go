package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Sessions is the session store for scs. It keeps the SHA-256 of a token, so
// that whoever reads the file cannot take over a session.
type Sessions struct{ l *Ledger }

var _ scs.CtxStore = Sessions{}

// Sessions returns the session store in this ledger.
func (l *Ledger) Sessions() Sessions { return Sessions{l} }

func tokenHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// FindCtx implements [scs.CtxStore].
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var b []byte
	err := s.l.reader.QueryRowContext(ctx, "SELECT data FROM sessions WHERE token_hash = ? AND expires_at > ?",
		tokenHash(token), stamp(s.l.now())).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, explain("find session", s.l.opt.Path, err)
	}
	return b, true, nil
}

// CommitCtx implements [scs.CtxStore]. It also clears away what has expired.
func (s Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return s.l.write(ctx, "keep session", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE expires_at <= ?", stamp(s.l.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sessions (token_hash, data, expires_at) VALUES (?, ?, ?) "+
			"ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
			tokenHash(token), append([]byte{}, b...), stamp(expiry)) // never NULL
		return err
	})
}

// DeleteCtx implements [scs.CtxStore].
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.l.write(ctx, "end session", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE token_hash = ?", tokenHash(token))
		return err
	})
}

// Find implements [scs.Store].
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements [scs.Store].
func (s Sessions) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete implements [scs.Store].
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
