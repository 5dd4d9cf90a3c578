package embedded_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// withPragma makes a database with a table of its own and a user_version.
func withPragma(t *testing.T, dir, name string, version int) string {
	t.Helper()
	path := filepath.Join(dir, name)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(fmt.Sprintf(`CREATE TABLE other(a); PRAGMA user_version = %d`, version)); err != nil {
		t.Fatal(err)
	}
	return path
}
