// Package archtest holds the import table of docs/architecture.md as a test. It
// parses the files themselves: a test that ran `go list` would be served from
// the test cache after the code had changed.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lurewatch/lurewatch"

// level gives each folder its storey. Imports point down only, never sideways;
// a folder may import its own subfolders, and they each other.
var level = map[string]int{
	"cmd/lurewatch":     5,
	"tools/deskshot":    5,
	"internal/app":      4,
	"internal/config":   3,
	"crawler":           2,
	"classifier":        2,
	"indexer":           2,
	"alerts":            2,
	"internal/web":      2,
	"internal/archive":  2,
	"internal/evidence": 2,
	"internal/ledger":   1,
	"internal/custody":  1,
	"rules":             1,
	"internal/stream":   1,
	"internal/health":   1,
	"internal/compare":  1,
	"internal/metrics":  1,
	"internal/pages":    1,
	"internal/picture":  1,
	"internal/es":       1,
	"internal/post":     0,

	// Beside the line: what only the demo and tests use.
	"internal/demo":     2,
	"internal/realtest": 0,
	"internal/archtest": 0,
}

// licence lists the imports that the table allows although they do not point down.
var licence = map[[2]string]string{
	{"internal/web", "indexer"}: "for the Query and Doc types of a search",
}

// room is the storey's folder that dir belongs to: the longest listed prefix.
func room(dir string) (string, bool) {
	for d := dir; d != "." && d != "/"; d = path.Dir(d) {
		if _, ok := level[d]; ok {
			return d, true
		}
	}
	return "", false
}

func TestImportsPointDownOnly(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
		if e.IsDir() {
			name := e.Name()
			_, err := os.Stat(filepath.Join(file, "go.mod"))
			if file != root && (strings.HasPrefix(name, ".") || name == "testdata" || err == nil) {
				return filepath.SkipDir // a module of its own is another house
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		files++
		from, ok := room(path.Dir(rel))
		if !ok {
			t.Errorf("%s: its folder is not in the table: give it a storey in internal/archtest and in docs/architecture.md", rel)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, rel, from, imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("only %d Go files were found from %s: the walk is broken", files, root)
	}
}

func checkImport(t *testing.T, file, from, imported string) {
	t.Helper()
	dir, ours := strings.CutPrefix(imported, module+"/")
	if !ours {
		return
	}
	to, ok := room(dir)
	switch {
	case !ok:
		t.Errorf("%s imports %s, a folder that the table does not know", file, dir)
	case to == from:
	case to == "internal/realtest" && strings.HasSuffix(file, "_test.go"):
	case licence[[2]string{from, to}] != "":
	case level[to] >= level[from]:
		t.Errorf("%s (storey %d, %s) imports %s (storey %d): imports point down only; own a small interface and let internal/app plug the part in",
			file, level[from], from, to, level[to])
	}
}
