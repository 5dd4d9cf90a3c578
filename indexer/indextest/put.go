package indextest

import (
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Changes makes the changes of judged posts, and the documents that come of them alone.
func Changes(t testing.TB, js []post.Judged) ([]indexer.Change, []indexer.Doc) {
	t.Helper()
	changes, docs := make([]indexer.Change, len(js)), make([]indexer.Doc, len(js))
	for i := range js {
		changes[i] = indexer.Change{Judged: &js[i]}
		doc, _, err := indexer.Apply(nil, changes[i])
		if err != nil {
			t.Fatal(err)
		}
		docs[i] = doc
	}
	return changes, docs
}

// PutAll puts changes in batches and fails the test on the first error.
func PutAll(t testing.TB, x indexer.Index, changes []indexer.Change, batch int) {
	t.Helper()
	for len(changes) > 0 {
		n := min(batch, len(changes))
		for i, err := range x.Put(t.Context(), changes[:n]) {
			if err != nil {
				t.Fatalf("put %s: %v", changes[i].Post(), err)
			}
		}
		changes = changes[n:]
	}
}
