package embedded_test

import (
	"path/filepath"
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/indexer/indextest"
)

func fresh(t *testing.T) func() indexer.Index {
	path := filepath.Join(t.TempDir(), "index.db")
	return func() indexer.Index { return open(t, path) }
}

func open(t *testing.T, path string) indexer.Index {
	t.Helper()
	x, err := embedded.Open(t.Context(), embedded.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestContract(t *testing.T) { indextest.Run(t, fresh) }
