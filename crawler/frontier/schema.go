package frontier

import (
	"context"
	"database/sql"
	"fmt"
)

// Each URL is one row in urls, found by the first 64 bits of a SHA-256 over site
// and URL; at ten million URLs the chance that any two collide is one in 400,000.
// A lease is a due time in the future together with an owner, so a lease that
// runs out needs nobody to take it back. queues.next is a lower bound of the
// earliest due time of a queue, and exact after each claim.
const schema = `
CREATE TABLE IF NOT EXISTS meta (k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, round INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS hosts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  after INTEGER NOT NULL DEFAULT 0, owner TEXT, until INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS queues (id INTEGER PRIMARY KEY, site INTEGER NOT NULL, host INTEGER NOT NULL, next INTEGER,
  served INTEGER NOT NULL DEFAULT 0, turn INTEGER NOT NULL DEFAULT 0, UNIQUE (site, host));
CREATE INDEX IF NOT EXISTS queues_next ON queues (site, next) WHERE next IS NOT NULL;
CREATE TABLE IF NOT EXISTS urls (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, queue INTEGER NOT NULL, url TEXT NOT NULL,
  round INTEGER NOT NULL, depth INTEGER NOT NULL, rank INTEGER NOT NULL, due INTEGER, fetched INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0, outcome TEXT, at INTEGER, owner TEXT,
  whole INTEGER, digest INTEGER, every INTEGER, etag TEXT, modified TEXT);
CREATE INDEX IF NOT EXISTS urls_next ON urls (queue, rank, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS urls_owner ON urls (owner) WHERE owner IS NOT NULL;
INSERT OR IGNORE INTO meta VALUES ('schema', 2), ('drops', 0);
`

// fromVersion1 brings a file of the first version up to the second.
const fromVersion1 = `
ALTER TABLE queues ADD COLUMN served INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
DROP INDEX urls_due;
ALTER TABLE urls RENAME COLUMN slow TO rank;
ALTER TABLE urls ADD COLUMN whole INTEGER;
ALTER TABLE urls ADD COLUMN digest INTEGER;
ALTER TABLE urls ADD COLUMN every INTEGER;
ALTER TABLE urls ADD COLUMN etag TEXT;
ALTER TABLE urls ADD COLUMN modified TEXT;
UPDATE urls SET rank = CASE WHEN fetched THEN 4 WHEN rank = 0 THEN 1 ELSE 3 END;
UPDATE meta SET v = 2 WHERE k = 'schema';
`

// prepare makes the tables, or brings those of an older version up to this one.
// Several processes may do it at once.
func (s *SQLite) prepare() error {
	return s.tx(context.Background(), func(tx *sql.Tx) error {
		var old bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta')`).Scan(&old); err != nil {
			return err
		}
		if old {
			var version int
			if err := tx.QueryRow(`SELECT v FROM meta WHERE k = 'schema'`).Scan(&version); err != nil {
				return err
			}
			switch version {
			case 1:
				if _, err := tx.Exec(fromVersion1); err != nil {
					return fmt.Errorf("bring up to version 2: %w", err)
				}
			case 2:
			default:
				return fmt.Errorf("schema is version %d, this program knows 1 and 2\nhint: use the program that wrote it, or another data directory", version)
			}
		}
		_, err := tx.Exec(schema)
		return err
	})
}
