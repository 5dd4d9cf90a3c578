package fetch

import "maps"

// Why a browser was replaced: the keys of [BrowserHealth.Replaced].
const (
	ReplacedPages  = "pages"  // it has loaded [BrowserOptions].Recycle pages
	ReplacedMemory = "memory" // it used more than [BrowserOptions].MaxMemory
	ReplacedStuck  = "stuck"  // it did not close a page
	ReplacedDied   = "died"   // it ended by itself
)

// BrowserHealth is how a [Browser] does: what is now, and what came since it was made.
type BrowserHealth struct {
	Running int   // browsers that run: the one in use, and replaced ones that still end their pages
	Tabs    int   // pages that are being loaded
	MaxTabs int   // at a time
	Memory  int64 // bytes of all of them, as last looked at; 0 where the system does not tell

	Pages    int64            // loads begun
	Starts   int64            // browsers started
	Replaced map[string]int64 // by reason; all reasons are there
	Crashed  int64            // pages whose process crashed: the browser went on

	Broken string // why the last start failed; empty when it did not
}

// tally counts what [BrowserHealth] tells; guarded by Browser.mu.
type tally struct {
	pages, starts, crashed int64
	replaced               map[string]int64
	broken                 string
}

// Health tells how the browser does. It never waits for one that starts.
func (b *Browser) Health() BrowserHealth {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := BrowserHealth{
		Tabs: len(b.tabs), MaxTabs: cap(b.tabs), Pages: b.tally.pages, Starts: b.tally.starts, Crashed: b.tally.crashed, Broken: b.tally.broken,
		Replaced: map[string]int64{ReplacedPages: 0, ReplacedMemory: 0, ReplacedStuck: 0, ReplacedDied: 0},
	}
	maps.Copy(h.Replaced, b.tally.replaced)
	for c := range b.all {
		if c.alive() {
			h.Running++
			h.Memory += c.used
		}
	}
	return h
}

// retire gives c no more pages; b.mu is held. Of several reasons the first counts.
func (b *Browser) retire(c *chromium, why string) {
	if !c.retired && !b.closed {
		if b.tally.replaced == nil {
			b.tally.replaced = map[string]int64{}
		}
		b.tally.replaced[why]++
	}
	c.retired = true
	if b.cur == c {
		b.cur = nil
	}
}

// note counts under the lock.
func (b *Browser) note(fn func(*tally)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fn(&b.tally)
}
