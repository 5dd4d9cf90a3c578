package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "modernc.org/sqlite" // the driver
)

// schemaVersion goes up with every change of the schema or of the terms that
// [indexer.Analyzer] makes: both need the index to be rebuilt.
const schemaVersion = 1

// n is the Unix microsecond of Doc.Order, moved on to the next free one: the
// rowid is the order of the list, so hits come out of FTS5 sorted.
//
// The tokenizer ascii splits at ASCII characters that are neither letter nor
// digit; the terms hold none but the space between them.
const schema = `
CREATE TABLE docs(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  lang TEXT NOT NULL, source TEXT NOT NULL, level TEXT NOT NULL, stance TEXT NOT NULL, state TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  posted INTEGER,
  digests BLOB NOT NULL
);
CREATE TABLE bodies(n INTEGER PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE facets(n INTEGER NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(n, kind, value)) WITHOUT ROWID;
CREATE VIRTUAL TABLE fts USING fts5(title, body, tags, content='', contentless_delete=1, tokenize='ascii');
`

var errSchema = errors.New("made by another version of lurewatch; hint: move the file away and run: lurewatch rebuild")

func prepareSchema(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil) // immediate: of two processes that start, one makes it
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
		return nil
	case 0:
	default:
		return fmt.Errorf("schema %d, not %d: %w", version, schemaVersion, errSchema)
	}
	var tables int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return fmt.Errorf("a database of something else: %w", errSchema)
	}
	if _, err := tx.ExecContext(ctx, schema+fmt.Sprintf(`PRAGMA user_version = %d;`, schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// findDocs reads the documents whose ids stand in a JSON list.
const findDocs = `SELECT d.n, d.id, b.doc FROM docs d JOIN bodies b ON b.n = d.n WHERE d.id IN (SELECT value FROM json_each(?))`

// statements are those of the writing connection.
type statements struct {
	addDoc, setDoc, addBody, setBody, addTerms, setTerms, addFacets, dropFacets, find *sql.Stmt
}

func (s *statements) prepare(ctx context.Context, db *sql.DB) error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.addDoc, `INSERT OR IGNORE INTO docs(n, id, lang, source, level, stance, state, first_seen, posted, digests) VALUES(?,?,?,?,?,?,?,?,?,?)`},
		{&s.setDoc, `UPDATE docs SET lang=?, source=?, level=?, stance=?, state=?, first_seen=?, posted=?, digests=? WHERE n=?`},
		{&s.addBody, `INSERT INTO bodies(n, doc) VALUES(?,?)`},
		{&s.setBody, `UPDATE bodies SET doc=? WHERE n=?`},
		{&s.addTerms, `INSERT INTO fts(rowid, title, body, tags) VALUES(?,?,?,?)`},
		{&s.setTerms, `INSERT OR REPLACE INTO fts(rowid, title, body, tags) VALUES(?,?,?,?)`},
		{&s.addFacets, `INSERT INTO facets(n, kind, value) SELECT ?1, substr(value, 1, 1), substr(value, 2) FROM json_each(?2)`},
		{&s.dropFacets, `DELETE FROM facets WHERE n=?`},
		{&s.find, findDocs},
	} {
		stmt, err := db.PrepareContext(ctx, p.text) //nolint:sqlclosecheck // statements.close does it
		if err != nil {
			return err
		}
		*p.stmt = stmt
	}
	return nil
}

func (s *statements) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{s.addDoc, s.setDoc, s.addBody, s.setBody, s.addTerms, s.setTerms, s.addFacets, s.dropFacets, s.find} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	return errors.Join(errs...)
}
