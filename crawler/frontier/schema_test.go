package frontier

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// version1 is the schema that the first files had, with a URL in each state.
const version1 = `
CREATE TABLE meta (k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, round INTEGER NOT NULL DEFAULT 1);
CREATE TABLE hosts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, after INTEGER NOT NULL DEFAULT 0, owner TEXT, until INTEGER NOT NULL DEFAULT 0);
CREATE TABLE queues (id INTEGER PRIMARY KEY, site INTEGER NOT NULL, host INTEGER NOT NULL, next INTEGER, UNIQUE (site, host));
CREATE INDEX queues_next ON queues (site, next) WHERE next IS NOT NULL;
CREATE TABLE urls (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, queue INTEGER NOT NULL, url TEXT NOT NULL,
  round INTEGER NOT NULL, depth INTEGER NOT NULL, slow INTEGER NOT NULL, due INTEGER, fetched INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0, outcome TEXT, at INTEGER, owner TEXT);
CREATE INDEX urls_due ON urls (queue, slow, due) WHERE due IS NOT NULL;
CREATE INDEX urls_owner ON urls (owner) WHERE owner IS NOT NULL;
INSERT INTO meta VALUES ('schema', 1), ('drops', 3);
INSERT INTO sites VALUES (1, 's', 4);
INSERT INTO hosts (id, name) VALUES (1, 'a.test');
INSERT INTO queues VALUES (1, 1, 1, 1);
INSERT INTO urls (hash, queue, url, round, depth, slow, due, fetched, outcome) VALUES
  (?, 1, 'http://a.test/page', 4, 0, 1, 1, 0, NULL), (?, 1, 'http://a.test/post', 4, 1, 0, 1, 0, NULL), (?, 1, 'http://a.test/seen', 4, 1, 0, 1, 1, 'content');
`

// TestOldFileIsBroughtUp opens a file of the first version and claims from it.
func TestOldFileIsBroughtUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frontier.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(version1, hash("s", "http://a.test/page"), hash("s", "http://a.test/post"), hash("s", "http://a.test/seen")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is of this version
		s, err := Open(Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Add(t.Context(), []Entry{{Site: "s", URL: "http://a.test/post", Round: 4}}); err != nil || n != 0 {
			t.Errorf("%d new, %v, want the URL known still", n, err)
		}
		ls, err := s.Claim(t.Context(), Query{Sites: []string{"s"}, N: 9, PerHost: 9, Lease: time.Minute})
		if err != nil || len(ls) != 3 {
			t.Fatalf("%d claimed, %v, want 3", len(ls), err)
		}
		for i, want := range []string{"http://a.test/post", "http://a.test/page", "http://a.test/seen"} {
			if ls[i].URL != want || ls[i].Round != 4 {
				t.Errorf("claim %d is %s of round %d, want %s of round 4", i, ls[i].URL, ls[i].Round, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if db, err = sql.Open("sqlite", path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE meta SET v = 9 WHERE k = 'schema'`); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Path: path}); err == nil {
		t.Error("a file of a later version: no error")
	}
}
