package elastic_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/indexer/indextest"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// options names an index that no other test has, and removes it after the test.
func options(t testing.TB) elastic.Options {
	t.Helper()
	url := realtest.Elastic(t)
	name := "test-" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		for _, path := range []string{"/" + name + "-v*", "/_index_template/" + name} {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, url+path, nil)
			if err != nil {
				t.Error(err)
				continue
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				continue
			}
			res.Body.Close()
		}
	})
	return elastic.Options{URLs: []string{url}, Name: name}
}

func open(t testing.TB, opt elastic.Options) *elastic.Index {
	t.Helper()
	x, err := elastic.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func fresh(t *testing.T) func() indexer.Index {
	opt := options(t)
	return func() indexer.Index { return open(t, opt) }
}

func TestContract(t *testing.T) { indextest.Run(t, fresh) }

func TestSameAsEmbedded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	file, err := embedded.Open(t.Context(), embedded.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	server := open(t, options(t))
	defer server.Close()
	indextest.Same(t, file, server)
}
