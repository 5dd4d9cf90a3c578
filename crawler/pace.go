package crawler

import (
	"context"
	"errors"
	"sync"
	"time"
)

// pacer keeps the pace of every host, across workers, sites and fetchers. All
// requests pass through it: robots.txt, pages, redirect targets and browser.
type pacer struct {
	now     func() time.Time
	backoff time.Duration
	most    time.Duration // longest wait that a worker is held for

	mu    sync.Mutex
	hosts map[string]*hostPace
}

type hostPace struct {
	last     time.Time     // start of the request booked last
	next     time.Time     // when the next request may start
	delay    time.Duration // what the host asks for in robots.txt
	failures int           // in a row
	until    time.Time     // the host is left alone until then
	probing  bool          // a page is under way while the breaker is half-open
}

func newPacer(backoff, most time.Duration, now func() time.Time) *pacer {
	return &pacer{now: now, backoff: backoff, most: most, hosts: map[string]*hostPace{}}
}

// maxPaced is how many hosts are remembered before idle ones are forgotten.
const maxPaced = 50_000

func (p *pacer) host(name string) *hostPace {
	h := p.hosts[name]
	if h == nil {
		if len(p.hosts) >= maxPaced {
			now := p.now()
			for n, old := range p.hosts {
				if old.failures == 0 && now.Sub(old.next) > time.Minute {
					delete(p.hosts, n)
				}
			}
		}
		h = &hostPace{}
		p.hosts[name] = h
	}
	return h
}

// errNotYet is a host that is to be left alone for longer than a worker waits.
var errNotYet = errors.New("host is to be left alone for now")

// wait books the next slot of a host and waits for it. It fails when ctx ends, and
// with errNotYet, without booking, when the slot is too far away.
func (p *pacer) wait(ctx context.Context, host string, pace time.Duration) error {
	p.mu.Lock()
	h := p.host(host)
	now := p.now()
	slot := now
	for _, t := range []time.Time{h.next, h.until} {
		if t.After(slot) {
			slot = t
		}
	}
	if slot.Sub(now) > p.most {
		p.mu.Unlock()
		return errNotYet
	}
	h.last, h.next = slot, slot.Add(max(pace, h.delay))
	p.mu.Unlock()
	d := slot.Sub(now)
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// ready is when a host may be asked next.
func (p *pacer) ready(host string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	if h == nil {
		return time.Time{}
	}
	if h.until.After(h.next) {
		return h.until
	}
	return h.next
}

// asks notes the crawl-delay of a host's robots.txt.
func (p *pacer) asks(host string, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.host(host)
	h.delay = delay
	if t := h.last.Add(delay); t.After(h.next) {
		h.next = t // what was booked before the host asked was too soon
	}
}

// parallel is whether a host may be asked several things at a time.
func (p *pacer) parallel(host string, pace time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	return pace == 0 && (h == nil || h.delay == 0 && h.failures == 0)
}

// maxBackoff bounds how long a host is left alone for its failures.
const maxBackoff = 6 * time.Hour

// failed notes a failure of a host and returns until when it is left alone: what
// it asked for, or the backoff doubled for each failure in a row. Past the
// breaker the wait is ten times as long, so that a dead host costs almost nothing.
func (p *pacer) failed(host string, retryAfter time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.host(host)
	now := p.now()
	if now.Before(h.until) {
		// Requests that were under way when the host first failed say nothing new.
		if t := now.Add(retryAfter); t.After(h.until) {
			h.until = t
		}
		return h.until
	}
	h.failures++
	d := p.backoff << min(h.failures-1, 16)
	if h.failures >= breakAfter {
		d *= 10
	}
	d = max(min(d, maxBackoff), retryAfter)
	h.until = now.Add(d)
	return h.until
}

// worked notes that a host answered as it should, and reports whether that closed
// its breaker.
func (p *pacer) worked(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	if h == nil {
		return false
	}
	closed := h.failures >= breakAfter
	h.failures = 0
	return closed
}
