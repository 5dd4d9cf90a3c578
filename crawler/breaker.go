package crawler

import (
	"context"
	"encoding/json"
	"time"
)

// A host that fails again and again has its breaker opened: nothing is asked of it
// until a time, then one page at a time is tried (half-open), and only an answer as
// it should be closes the breaker. The time stands in the frontier, so that no
// process claims anything of the host; the count of failures is noted, so that a
// restart goes on where it was.

// breakAfter is how many failures in a row open the breaker of a host.
const breakAfter = 5

// hostNotes is the kind of the notes on failing hosts.
const hostNotes = "host"

// hostNote is what is noted of a host whose breaker is not closed.
type hostNote struct {
	Failures int       `json:"failures"`
	Until    time.Time `json:"until"`
}

// enter lets one page of a host begin. While the breaker is half-open that is one at
// a time; the caller must call leave when the page is settled.
func (p *pacer) enter(host string) (leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	if h == nil || h.failures < breakAfter {
		return func() {}, true
	}
	if h.probing || p.now().Before(h.until) {
		return nil, false
	}
	h.probing = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		h.probing = false
	}, true
}

// restore takes up what an earlier run noted of a host.
func (p *pacer) restore(host string, n hostNote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.host(host)
	h.failures, h.until = n.Failures, n.Until
}

// note is what is to be noted of a host; ok is false when its breaker is closed.
func (p *pacer) note(host string) (n hostNote, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[host]
	if h == nil || h.failures < breakAfter {
		return hostNote{}, false
	}
	return hostNote{h.failures, h.until}, true
}

// recallHosts takes up which hosts were failing when the last run ended.
func (c *Crawler) recallHosts(ctx context.Context) error {
	notes, err := c.opt.Notebook.Notes(ctx, hostNotes)
	if err != nil {
		return err
	}
	now := c.opt.Now()
	for host, b := range notes {
		var n hostNote
		if json.Unmarshal(b, &n) != nil || n.Failures < breakAfter || now.Sub(n.Until) > 30*24*time.Hour {
			if err := c.opt.Notebook.Note(ctx, hostNotes, host, nil); err != nil {
				return err
			}
			continue
		}
		n.Until = earlier(n.Until, now.Add(24*time.Hour)) // a clock that stood wrong must not lock a host out
		c.pace.restore(host, n)
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// hostFailed notes a failure of a host and returns until when it is left alone.
func (c *Crawler) hostFailed(ctx context.Context, host string, asked time.Duration) (time.Time, error) {
	before, was := c.pace.note(host)
	until := c.pace.failed(host, asked)
	n, open := c.pace.note(host)
	if !open || was && n == before {
		return until, nil
	}
	if !was {
		c.opt.Log.Warn("breaker is open: the host is left alone", "host", host, "failures", n.Failures, "until", until.UTC().Format(time.RFC3339))
	}
	b, err := json.Marshal(n)
	if err != nil {
		return until, err
	}
	return until, c.opt.Notebook.Note(context.WithoutCancel(ctx), hostNotes, host, b)
}

// hostWorked notes that a host answered as it should, which closes its breaker.
func (c *Crawler) hostWorked(ctx context.Context, host string) error {
	if !c.pace.worked(host) {
		return nil
	}
	c.opt.Log.Info("breaker is closed: the host answers again", "host", host)
	return c.opt.Notebook.Note(context.WithoutCancel(ctx), hostNotes, host, nil)
}
