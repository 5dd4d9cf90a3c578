package elastic_test

import (
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/indexer/indextest"
)

const benchBatch = 500

// BenchmarkPut reports documents per second of Put, of the floor, and Put over floor.
func BenchmarkPut(b *testing.B) {
	const n = 10_000
	changes, docs := indextest.Changes(b, indextest.Generate(n, 1))
	warm, _ := indextest.Changes(b, indextest.Generate(3000, 2))
	x := open(b, options(b))
	indextest.PutAll(b, x, warm, benchBatch) // the server compiles itself while it works
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		floor, err := elastic.RawFloor(b.Context(), options(b), docs, benchBatch)
		if err != nil {
			b.Fatal(err)
		}
		x := open(b, options(b))
		start := time.Now()
		indextest.PutAll(b, x, changes, benchBatch)
		rate := n / time.Since(start).Seconds()
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(floor, "floor-docs/s")
		b.ReportMetric(rate, "put-docs/s")
		b.ReportMetric(rate/floor, "put/floor")
	}
}
