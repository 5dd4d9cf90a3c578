package frontier

import (
	"math/rand/v2"
	"testing"
)

// TestKnownSet tells a set more than it begins with room for.
func TestKnownSet(t *testing.T) {
	k, err := newKnownSet()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	marks := make([]uint64, 3*knownLeast)
	for i := range marks {
		marks[i] = rng.Uint64() | 1
	}
	for i := 0; i < len(marks); i += 512 {
		k.mark(1, marks[i:i+512])
	}
	kept := 0
	for _, m := range marks {
		if k.has(1, m) {
			kept++
		}
		if k.has(1, m^2) {
			t.Fatal("a mark is known that nobody told")
		}
		if k.has(2, m) {
			t.Fatal("a mark is known after a drop")
		}
	}
	if kept < len(marks)/2 || len(k.slots) <= 8*knownLeast {
		t.Errorf("%d of %d marks are known in %d slots: it does not grow", kept, len(marks), len(k.slots)/8)
	}
	k.mark(2, marks[:1])
	if !k.has(2, marks[0]) || k.has(2, marks[1]) || k.has(1, marks[1]) {
		t.Error("a drop does not empty the set")
	}
	if err := k.close(); err != nil {
		t.Error(err)
	}
	k.mark(2, marks)
	if k.has(2, marks[0]) || k.close() != nil {
		t.Error("a closed set knows marks, or cannot be closed again")
	}
}
