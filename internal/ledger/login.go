package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// A lock counts failures of one kind of key. The pair of name and address locks
// soon; the name alone and the address alone later, so that somebody elsewhere
// cannot lock a reviewer out with five wrong guesses.
type lock struct {
	kind, value string
	free        int // failures before the first lock
}

const (
	freePair = 5
	freeName = 50
	freeFrom = 100

	firstLock  = 30 * time.Second // doubles with each further failure
	longest    = time.Hour
	forgetAll  = 24 * time.Hour // without a failure
	maxNameLen = 64
)

// Login checks a password. from is the client's address, empty when unknown.
// Failures are counted on disk, so neither a restart nor many processes give
// more guesses: each try is counted before the password is looked at, and taken
// back when it was right. Errors: [ErrLogin], [LockedError].
func (l *Ledger) Login(ctx context.Context, name, password, from string) (User, error) {
	if len(name) > maxNameLen || len(password) > MaxPassword {
		return User{}, ErrLogin
	}
	locks := []lock{{"name", name, freeName}}
	if from != "" { // of clients that cannot be told apart one must not shut out the others after a few tries
		locks = append(locks, lock{"pair", name + "\x1f" + from, freePair}, lock{"from", from, freeFrom})
	}
	if err := l.count(ctx, name, locks); err != nil {
		return User{}, err
	}
	var hash string
	err := l.reader.QueryRowContext(ctx, "SELECT password FROM users WHERE name = ? AND disabled = 0", name).Scan(&hash)
	known := err == nil
	if errors.Is(err, sql.ErrNoRows) {
		hash, err = unknownHash, nil // takes as long as a known one
	}
	if err != nil {
		return User{}, explain("log in", l.opt.Path, err)
	}
	ok, err := l.hash.check(ctx, hash, password)
	if err != nil {
		return User{}, explain("log in", l.opt.Path, err)
	}
	if !ok || !known {
		return User{}, ErrLogin
	}
	return l.admit(ctx, name, from, locks)
}

// unknownHash is of no password that [checkPassword] lets through.
const unknownHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// unlock forgets failed tries when a password is set: those of the name, and, when
// somebody else sets it, all of them, for a pair of name and address cannot be
// found by its name alone.
func unlock(ctx context.Context, tx *sql.Tx, by, name string) error {
	if by != name {
		_, err := tx.ExecContext(ctx, "DELETE FROM attempts")
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM attempts WHERE key = ?", attemptKey("name", name))
	return err
}

func attemptKey(kind, value string) string {
	h := sha256.Sum256([]byte(kind + "\x1f" + value)) // people type passwords into the field of the name
	return hex.EncodeToString(h[:])
}

// count takes one try from every lock, or tells until when one is shut.
func (l *Ledger) count(ctx context.Context, name string, locks []lock) error {
	now := l.now()
	return l.write(ctx, "count login", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM attempts WHERE last_at < ?", stamp(now.Add(-forgetAll))); err != nil {
			return err
		}
		for _, k := range locks {
			var until string
			err := tx.QueryRowContext(ctx, "SELECT locked_until FROM attempts WHERE key = ?", attemptKey(k.kind, k.value)).Scan(&until)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if until > stamp(now) {
				t, err := parseStamp(until)
				return errors.Join(err, &LockedError{t})
			}
		}
		for _, k := range locks {
			if err := l.countOne(ctx, tx, now, name, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Ledger) countOne(ctx context.Context, tx *sql.Tx, now time.Time, name string, k lock) error {
	var failures int
	err := tx.QueryRowContext(ctx, `
		INSERT INTO attempts (key, failures, last_at, locked_until) VALUES (?, 1, ?, '')
		ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at RETURNING failures`,
		attemptKey(k.kind, k.value), stamp(now)).Scan(&failures)
	if err != nil || failures < k.free {
		return err
	}
	wait := min(firstLock<<min(failures-k.free, 10), longest)
	_, err = tx.ExecContext(ctx, "UPDATE attempts SET locked_until = ? WHERE key = ?", stamp(now.Add(wait)), attemptKey(k.kind, k.value))
	if err != nil || failures > k.free {
		return err
	}
	if _, err := userOf(ctx, tx, name); err != nil { // made-up names must not fill the log
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	_, err = l.record(ctx, tx, "system", "login_lock", name, map[string]any{"by": k.kind, "failures": failures})
	return err
}

// admit clears the pair, gives the other locks their try back, and notes the login.
func (l *Ledger) admit(ctx context.Context, name, from string, locks []lock) (User, error) {
	var u User
	err := l.write(ctx, "log in", func(tx *sql.Tx) (err error) {
		for _, k := range locks {
			stmt := "UPDATE attempts SET failures = max(failures - 1, 0), locked_until = '' WHERE key = ?"
			if k.kind == "pair" {
				stmt = "DELETE FROM attempts WHERE key = ?"
			}
			if _, err := tx.ExecContext(ctx, stmt, attemptKey(k.kind, k.value)); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "UPDATE users SET last_login = ? WHERE name = ?", stamp(l.now()), name); err != nil {
			return err
		}
		if _, err := l.record(ctx, tx, name, "login", name, map[string]any{"from": from}); err != nil {
			return err
		}
		u, err = userOf(ctx, tx, name)
		return err
	})
	return u, err
}
