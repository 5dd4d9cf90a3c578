package app

import (
	"fmt"
	"sync/atomic"
)

// Counts is how far the line has come in this process, stage by stage.
type Counts struct {
	Captured int64 `json:"captured"` // captures put into the archive
	Posts    int64 `json:"posts"`    // posts found in them
	Judged   int64 `json:"judged"`   // posts that went through the classifier
	Flagged  int64 `json:"flagged"`  // of those, flagged
	Indexed  int64 `json:"indexed"`  // posts that the index holds durably
	Noticed  int64 `json:"noticed"`  // notices sent
	Dead     int64 `json:"dead"`     // dead letters that wait for someone
}

// String is the live line.
func (c Counts) String() string {
	return fmt.Sprintf("captured %d · posts %d · flagged %d · indexed %d · dead letters %d", c.Captured, c.Posts, c.Flagged, c.Indexed, c.Dead)
}

type counters struct {
	captured, posts, judged, flagged, indexed, noticed, dead atomic.Int64
}

func (c *counters) snapshot() Counts {
	return Counts{
		Captured: c.captured.Load(), Posts: c.posts.Load(), Judged: c.judged.Load(), Flagged: c.flagged.Load(),
		Indexed: c.indexed.Load(), Noticed: c.noticed.Load(), Dead: c.dead.Load(),
	}
}
