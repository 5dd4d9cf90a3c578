package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors to branch on.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrInvalid  = errors.New("invalid")                     // wrapped with what is wrong, fit to be shown
	ErrLogin    = errors.New("wrong name or password")      // the same for both, and for a disabled user
	ErrLast     = errors.New("this is the last admin left") // disabling or demoting them would lock everybody out
)

// LockedError says that there were too many failed logins.
type LockedError struct{ Until time.Time }

// Error implements error.
func (e *LockedError) Error() string {
	return "too many failed logins: locked until " + e.Until.UTC().Format(time.RFC3339)
}

// DecidedError says that a decision stands already, and which.
type DecidedError struct{ Standing post.Decision }

// Error implements error.
func (e *DecidedError) Error() string {
	return fmt.Sprintf("%s has decided already: %s", e.Standing.By, e.Standing.Act)
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// explain wraps err with the act, and adds a hint for what an operator can mend.
func explain(act, path string, err error) error {
	hint := hintFor(path, err)
	if hint == "" {
		return fmt.Errorf("%s: %w", act, err)
	}
	return fmt.Errorf("%s: %w\nhint: %s", act, err, hint)
}

func hintFor(path string, err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the disk of " + path + " is full: free some space; nothing that was acknowledged is lost"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return path + " cannot be written: mount its disk for writing and give its folder to the user that runs lurewatch"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return path + " cannot be a file: choose another ledger.path"
	}
	se, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return path + " cannot be written: mount its disk for writing and give its folder to the user that runs lurewatch"
	case sqlite3.SQLITE_FULL:
		return "the disk of " + path + " is full: free some space; nothing that was acknowledged is lost"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return path + " is damaged or no ledger: restore it from a backup"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another process holds " + path + " for long: see which with fuser"
	}
	return ""
}
