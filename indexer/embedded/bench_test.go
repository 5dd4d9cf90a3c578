package embedded_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/indexer/indextest"
)

const benchBatch = 500

// BenchmarkPut reports documents per second of Put, of the floor, and Put over floor.
func BenchmarkPut(b *testing.B) {
	const n = 10_000
	changes, docs := indextest.Changes(b, indextest.Generate(n, 1))
	for b.Loop() {
		floor, err := embedded.RawFloor(b.Context(), b.TempDir(), docs, benchBatch)
		if err != nil {
			b.Fatal(err)
		}
		rate := putRate(b, changes)
		b.ReportMetric(floor, "floor-docs/s")
		b.ReportMetric(rate, "put-docs/s")
		b.ReportMetric(rate/floor, "put/floor")
	}
}

func putRate(b *testing.B, changes []indexer.Change) float64 {
	x, err := embedded.Open(context.Background(), embedded.Options{Path: filepath.Join(b.TempDir(), "index.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	start := time.Now()
	indextest.PutAll(b, x, changes, benchBatch)
	return float64(len(changes)) / time.Since(start).Seconds()
}

func BenchmarkTerms(b *testing.B) {
	posts := indextest.Generate(500, 1)
	var a indexer.Analyzer
	bytes := 0
	for b.Loop() {
		for _, p := range posts {
			a.Terms(p.Post.Text)
			bytes += len(p.Post.Text)
		}
	}
	b.SetBytes(int64(bytes / b.N))
}
