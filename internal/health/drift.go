package health

import (
	"math"
	"time"
)

// Drift watches for a source that goes on to be read and gives no posts any more,
// as after a change of its layout.
//
// It counts telling pages only: those that gave posts not long ago, and those that nobody has looked at before. From them it knows how often
// such a page gives a post, and the longest run of them that gave none. The alarm
// rings when the run at hand is more than twice as long as any before it, and less
// likely than chance allows for a source that still gives posts as it did. So a
// source with quiet stretches is given longer ones, and one that gives posts on
// every page is missed after a few.
type Drift struct {
	Pages   float64   `json:"pages,omitempty"`   // telling pages of the past, the older counting less; without those of Dry
	With    float64   `json:"with,omitempty"`    // of Pages, those that gave posts
	Longest int       `json:"longest,omitempty"` // longest run without a post that came to its end
	Dry     int       `json:"dry,omitempty"`     // length of the run at hand
	Since   time.Time `json:"since,omitzero"`    // of the alarm; zero when it does not ring
	At      int       `json:"at,omitempty"`      // Dry when it rang
	Told    bool      `json:"told,omitempty"`    // somebody was told of the alarm
}

// Turn is a change of the alarm.
type Turn int

// The turns.
const (
	None Turn = iota
	Stopped
	Resumed
	Thinned // posts come without a field that they always had
	Whole   // they have every field again
)

// bounds of an alarm.
type bounds struct {
	chance  float64 // of such a run in a source that is as it was
	minWith float64 // pages with that a source must have had
	minDry  int     // pages without that an alarm needs at least
	// cling is how much longer runs are than by chance alone: pages of one kind
	// stand together.
	cling  float64
	share  float64 // of pages with, below which there is no alarm
	accept int     // pages without, after which the source is taken to be so; 0 for never
}

// ofPosts are the bounds of the alarm about posts.
var ofPosts = bounds{chance: 1e-6, minWith: 8, minDry: 8, cling: 2}

const memory = 1000 // pages after which the past counts half

func (d *Drift) add(l Look) Turn {
	if !l.telling() {
		return None
	}
	return d.step(l.Posts > 0, l.At, ofPosts)
}

// step takes one telling page.
func (d *Drift) step(with bool, at time.Time, b bounds) Turn {
	if !with {
		d.Dry++
		switch {
		case d.Since.IsZero() && d.rings(b):
			d.Since, d.At, d.Told = at, d.Dry, false
			return Stopped
		case b.accept > 0 && d.Dry >= b.accept:
			*d = Drift{} // it learns anew
			return Resumed
		}
		return None
	}
	turn := None
	run := d.Dry
	if !d.Since.IsZero() {
		run, turn = d.At, Resumed // how long nobody mended it says nothing of the source
	}
	d.Pages += float64(run) + 1
	d.With++
	d.Longest = max(d.Longest, run)
	d.Dry, d.At, d.Since, d.Told = 0, 0, time.Time{}, false
	if d.Pages > memory {
		d.Pages, d.With = d.Pages/2, d.With/2
	}
	return turn
}

// rings reports whether the run at hand is one too many.
func (d *Drift) rings(b bounds) bool {
	if d.With < b.minWith || d.Dry < b.minDry || d.Dry <= 2*d.Longest {
		return false
	}
	// A careful estimate: one and a half standard errors below what was seen.
	p := d.With / (d.Pages + 1)
	p -= 1.5 * math.Sqrt(p*(1-p)/d.Pages)
	if p <= b.share {
		return false
	}
	return float64(d.Dry)/b.cling*math.Log1p(-p) < math.Log(b.chance)
}

// Share is how many of a hundred telling pages gave posts before the run at hand.
func (d Drift) Share() float64 {
	if d.Pages == 0 {
		return 0
	}
	return d.With / d.Pages
}
