package crawler

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// hands bound what is under way. Workers pages are fetched at a time; behind them,
// more may wait for the disk and the stream to take them in, so that the next fetches
// need not wait with them, as long as there is room for their bytes.
type hands struct {
	slots chan struct{} // held while fetching
	room  *semaphore.Weighted
}

// Bounds on pages that were fetched and wait to be kept.
const (
	keeping  = 2        // for each worker
	keepRoom = 64 << 20 // bytes of them all
)

func newHands(workers int) *hands {
	return &hands{slots: make(chan struct{}, workers), room: semaphore.NewWeighted(keepRoom)}
}

// handsOf is how many pages are in hand at a time. A crawl with one worker does one
// thing after the other.
func handsOf(workers int) int {
	if workers == 1 {
		return 1
	}
	return workers * (1 + keeping)
}

// hand is one page in hand.
type hand struct {
	of       *hands
	fetching bool
	bytes    int64
}

// begin waits until one more page may be fetched.
func (h *hands) begin(ctx context.Context) (*hand, error) {
	select {
	case h.slots <- struct{}{}:
		return &hand{of: h, fetching: true}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fetched lets another page be fetched, once there is room for the bytes of this one.
func (x *hand) fetched(ctx context.Context, bytes int64) error {
	bytes = min(bytes, keepRoom)
	if err := x.of.room.Acquire(ctx, bytes); err != nil {
		return err
	}
	x.bytes, x.fetching = bytes, false
	<-x.of.slots
	return nil
}

// end puts the page down.
func (x *hand) end() {
	if x.fetching {
		<-x.of.slots
	}
	x.of.room.Release(x.bytes)
}

// size is about how much memory what was got takes, in bytes.
func (g *got) size() int64 {
	n := 0
	if g.HTTP != nil {
		n += 2 * len(g.HTTP.Body) // decoded, and as on the wire
	}
	if g.Browser != nil {
		n += len(g.Browser.DOM) + len(g.Browser.Screenshot)
	}
	return int64(n)
}
