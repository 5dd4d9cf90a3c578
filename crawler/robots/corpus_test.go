package robots

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRealFiles reads the robots.txt files of real sites and of crawler-commons, where
// the corpus is: none may trip the parser, and each allows
// or forbids its root in the same way when read twice.
func TestRealFiles(t *testing.T) {
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus: set LUREWATCH_CORPUS to its folder")
	}
	files, err := filepath.Glob(filepath.Join(dir, "conformance", "robots_*", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files under %s: %v", dir, err)
	}
	groups := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := Parse(b)
		groups += len(f.groups)
		for token := range f.groups {
			a, _ := f.Group(token).Allowed("/")
			if b, _ := Parse(b).Group(token).Allowed("/"); a != b {
				t.Errorf("%s: two readings differ for %s", filepath.Base(name), token)
			}
		}
	}
	if groups < len(files) {
		t.Errorf("%d groups in %d files: the parser misses them", groups, len(files))
	}
}
