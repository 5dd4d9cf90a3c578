package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/app"
)

// live draws how far the line has come: over and over in one line of a terminal,
// or a new line when it has changed, elsewhere.
type live struct {
	w      io.Writer
	counts func() app.Counts
	end    chan struct{}
	wg     sync.WaitGroup
}

func startLive(w io.Writer, counts func() app.Counts) *live {
	l := &live{w: w, counts: counts, end: make(chan struct{})}
	l.wg.Go(l.run)
	return l
}

func (l *live) run() {
	tty, every := terminal(l.w), 2*time.Second
	if tty {
		every = 100 * time.Millisecond
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last app.Counts
	draw := func(end string) {
		if c := l.counts(); c != last {
			last = c
			if tty {
				fmt.Fprintf(l.w, "%s%s", fresh(l.w), c)
			} else {
				fmt.Fprintf(l.w, "%s\n", c)
			}
		}
		if tty {
			fmt.Fprint(l.w, end)
		}
	}
	for {
		select {
		case <-l.end:
			draw("\n")
			return
		case <-tick.C:
			draw("")
		}
	}
}

// fresh is what begins a line on w, where the live line may stand already.
func fresh(w io.Writer) string {
	if terminal(w) {
		return "\r\x1b[K"
	}
	return ""
}

// stop draws the last figures and returns when nothing more will be written.
func (l *live) stop() {
	close(l.end)
	l.wg.Wait()
}
