package crawler

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestHands: as many fetch as there are workers; who has fetched makes way for another
// as long as there is room for what it brought.
func TestHands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHands(2)
		begin := func(within time.Duration) *hand {
			ctx, stop := context.WithTimeout(t.Context(), within)
			defer stop()
			x, err := h.begin(ctx)
			if err != nil {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				return nil
			}
			return x
		}
		fetched := func(x *hand, bytes int64) bool {
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			return x.fetched(ctx, bytes) == nil
		}
		a, b := begin(time.Second), begin(time.Second)
		if a == nil || b == nil || begin(time.Second) != nil {
			t.Fatal("two may fetch, and no third")
		}
		if !fetched(a, 1000) {
			t.Fatal("there is room for 1000 bytes")
		}
		c := begin(time.Second)
		if c == nil {
			t.Fatal("who has fetched makes way")
		}
		if fetched(b, keepRoom) {
			t.Fatal("a page that fills all the room waits for the others to be kept")
		}
		a.end()
		if !fetched(b, 10*keepRoom) {
			t.Fatal("a page larger than all the room is kept alone")
		}
		b.end()
		c.end()
		x, y := begin(time.Second), begin(time.Second)
		if x == nil || y == nil {
			t.Fatal("who ends makes way, fetched or not")
		}
		x.end()
		y.end()
		if !h.room.TryAcquire(keepRoom) {
			t.Error("some room was not given back")
		}
	})
	if handsOf(1) != 1 || handsOf(8) != 24 {
		t.Errorf("in hand at a time: %d with one worker, %d with eight", handsOf(1), handsOf(8))
	}
}
