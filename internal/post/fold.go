package post

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Fold is an order-free hash over a set of post versions, with their count. Two
// stores that hold the same versions have equal folds, whatever the order in
// which they were written; so archive, stream and index can be compared without
// a join. Each version must be added once. The zero Fold is of the empty set.
type Fold struct {
	sum [sha256.Size]byte
	n   int
}

// Add adds one version of a post.
func (f *Fold) Add(id string, version Digest) {
	h := sha256.Sum256([]byte(id + "\x1f" + string(version)))
	for i := range f.sum {
		f.sum[i] ^= h[i]
	}
	f.n++
}

// Count is the number of versions added.
func (f Fold) Count() int { return f.n }

// String is the count and the hash.
func (f Fold) String() string { return fmt.Sprintf("%d:%s", f.n, hex.EncodeToString(f.sum[:])) }
