package ledger

import (
	"fmt"
)

// schema is the list of migrations; user_version of the file counts those done.
// One that has shipped is never edited: add another.
var schema = []string{`
CREATE TABLE users (
	name        TEXT PRIMARY KEY,
	role        TEXT NOT NULL CHECK (role IN ('admin', 'reviewer', 'viewer')),
	password    TEXT NOT NULL,
	disabled    INTEGER NOT NULL DEFAULT 0,
	must_change INTEGER NOT NULL DEFAULT 0,
	generation  INTEGER NOT NULL DEFAULT 1,
	created_at  TEXT NOT NULL,
	last_login  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE attempts (
	key          TEXT PRIMARY KEY,
	failures     INTEGER NOT NULL,
	last_at      TEXT NOT NULL,
	locked_until TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_last_at ON attempts (last_at);

CREATE TABLE sessions (
	token_hash TEXT PRIMARY KEY,
	data       BLOB NOT NULL,
	expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE audit (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	at     TEXT NOT NULL,
	actor  TEXT NOT NULL,
	act    TEXT NOT NULL,
	object TEXT NOT NULL,
	detail TEXT NOT NULL,
	prev_hash TEXT NOT NULL,
	hash   TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries cannot be deleted'); END;

CREATE TABLE decisions (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	post      TEXT NOT NULL,
	body      TEXT NOT NULL,
	audit_seq INTEGER NOT NULL REFERENCES audit (seq)
) STRICT;
CREATE INDEX decisions_post ON decisions (post, seq);
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions cannot be changed'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions cannot be deleted'); END;

CREATE TABLE outbox (
	seq INTEGER PRIMARY KEY REFERENCES decisions (seq)
) STRICT;

CREATE TABLE notices (
	key     TEXT PRIMARY KEY,
	type    TEXT NOT NULL,
	channel TEXT NOT NULL,
	post    TEXT NOT NULL,
	level   TEXT NOT NULL,
	sent_at TEXT NOT NULL
) STRICT;
CREATE INDEX notices_post ON notices (post);

CREATE TABLE exports (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	kind      TEXT NOT NULL,
	by_whom   TEXT NOT NULL,
	reason    TEXT NOT NULL,
	items     INTEGER NOT NULL,
	digest    TEXT NOT NULL,
	made_at   TEXT NOT NULL,
	audit_seq INTEGER NOT NULL REFERENCES audit (seq)
) STRICT;
CREATE TRIGGER exports_no_update BEFORE UPDATE ON exports BEGIN SELECT RAISE(ABORT, 'exports cannot be changed'); END;
CREATE TRIGGER exports_no_delete BEFORE DELETE ON exports BEGIN SELECT RAISE(ABORT, 'exports cannot be deleted'); END;
`}

func (l *Ledger) migrate() error {
	tx, err := l.writer.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing is lost with it
	var done int
	if err := tx.QueryRow("PRAGMA user_version").Scan(&done); err != nil {
		return err
	}
	if done > len(schema) {
		return fmt.Errorf("the file has schema %d, this program knows %d\nhint: run the newer version of lurewatch that wrote it", done, len(schema))
	}
	for _, step := range schema[done:] {
		if _, err := tx.Exec(step); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(schema))); err != nil {
		return err
	}
	return tx.Commit()
}
