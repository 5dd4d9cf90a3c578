package source

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus is the folder of real pages that tests measure on, "" when absent.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(dir, "pages", "manifest.jsonl")); err != nil {
		t.Skip("no corpus: set LUREWATCH_CORPUS to its folder")
	}
	return dir
}

func TestPagesOfTheCorpus(t *testing.T) {
	r, err := EvaluatePages(filepath.Join(corpus(t), "pages", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteText(t.Output()); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failed() {
		t.Error(f)
	}
	if r.Pages < 100 || len(r.Errors) > 0 {
		t.Errorf("%d pages read, errors %v", r.Pages, r.Errors)
	}
}
