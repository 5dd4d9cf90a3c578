package embedded

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// explain adds the act and, for the faults that an operator can mend, what to do. nil stays nil.
func (x *Index) explain(act string, err error) error {
	if err == nil {
		return nil
	}
	hint := ""
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the primary code
		case sqlite3.SQLITE_FULL:
			hint = "the disk is full: free some space, nothing is lost"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
			hint = "the file cannot be written: check its owner and the mount"
		case sqlite3.SQLITE_CANTOPEN:
			hint = "check that the folder exists and who may write there"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			hint = "the file is damaged or no index: move it away and run: lurewatch rebuild"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			hint = fmt.Sprintf("another process has been writing for %v", x.opt.Wait)
		case sqlite3.SQLITE_IOERR:
			hint = "the disk failed or is full: check it"
		}
	}
	if hint != "" {
		return fmt.Errorf("%s: %s: %w; hint: %s", act, x.opt.Path, err, hint)
	}
	return fmt.Errorf("%s: %w", act, err)
}
