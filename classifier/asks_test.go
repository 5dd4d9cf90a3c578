package classifier

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lurewatch/lurewatch/rules"
)

// TestSpotsKeepWhatIsNear holds the bits against the distance that they stand for.
func TestSpotsKeepWhatIsNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	far := 0
	for range 20_000 {
		a := hit{p0: rng.Int32N(4000)}
		a.p1 = a.p0 + rng.Int32N(30)
		b := hit{p0: max(0, a.p0+rng.Int32N(1200)-600)}
		b.p1 = b.p0 + rng.Int32N(30)
		within := rng.Int32N(60)
		meet := spotsOf(a.p0, a.p1)&spotsOf(b.p0, b.p1).around(within) != 0
		if gap(&a, &b) <= within && !meet {
			t.Fatalf("%d–%d and %d–%d are within %d, and their spots do not meet", a.p0, a.p1, b.p0, b.p1, within)
		}
		if !meet {
			far++
		}
	}
	if far < 10_000 {
		t.Errorf("spots tell only %d of 20000 pairs apart", far)
	}
	if spotsOf(0, 5000) != ^spots(0) || spots(1).around(5000) != ^spots(0) {
		t.Error("what is longer than all spots is not in all of them")
	}
}

// TestAskedPatternsAreThoseThatCanHold runs every pattern of the pack, asked for or
// not: the same places must be found.
func TestAskedPatternsAreThoseThatCanHold(t *testing.T) {
	c := open(t)
	all := grown(t, func(*rules.Pack) {})
	n := all.asks.words * askSlots
	all.asks.empty = slices.Repeat([]uint64{^uint64(0)}, n)
	if spare := all.asks.words*64 - len(all.patterns); spare > 0 {
		for slot := range askSlots {
			all.asks.empty[(slot+1)*all.asks.words-1] >>= spare
		}
	}
	found := 0
	for _, p := range boardPosts(t) {
		var names [2][]string
		for i, x := range []*Classifier{c, all} {
			w := c.pool.New().(*work)
			_, _ = x.read(&p, w)
			x.run(w)
			names[i] = x.names(w)
		}
		if !slices.Equal(names[0], names[1]) {
			t.Fatalf("%q:\nasked for: %v\nall:       %v", p.Text, names[0], names[1])
		}
		found += len(names[0])
	}
	if found < 100 {
		t.Errorf("only %d concepts in all posts", found)
	}
}
