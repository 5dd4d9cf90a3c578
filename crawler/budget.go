package crawler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/fetch"
)

// Notebook keeps what outlives a run. notebook.Notebook is one.
type Notebook interface {
	// Spend adds to what a site has used of a day (days since 1970, UTC) and returns
	// the sums over all who share the notebook.
	Spend(ctx context.Context, site string, day, requests, bytes int64) (allRequests, allBytes int64, err error)
	// Note keeps a note under a kind and key; nil forgets it.
	Note(ctx context.Context, kind, key string, note []byte) error
	// Notes returns the notes of a kind by key.
	Notes(ctx context.Context, kind string) (map[string][]byte, error)
}

// errSpent is a site whose budget of the day is used up.
var errSpent = errors.New("the budget of the day is used up")

func today(now time.Time) int64 { return now.Unix() / (24 * 3600) }

// turn waits for a host's turn and takes one request out of the site's day. All
// requests that a site causes come through here, but for robots.txt, which has a pace
// of all sites. It fails with errNotYet, errSpent, or for good.
func (c *Crawler) turn(ctx context.Context, s *site, host string) error {
	if err := c.pace.wait(ctx, host, s.Pace); err != nil {
		return err
	}
	return c.take(ctx, s)
}

// take takes one request out of the site's day, or fails with errSpent.
func (c *Crawler) take(ctx context.Context, s *site) error {
	if !s.rationed() {
		return nil
	}
	// Taken before it is made: a crash may waste a request of the day, never add one.
	requests, bytes, err := c.spend(ctx, s, 1, 0)
	if err != nil {
		return err
	}
	if s.MaxRequestsPerDay > 0 && requests > s.MaxRequestsPerDay || s.MaxBytesPerDay > 0 && bytes >= s.MaxBytesPerDay {
		_, _, err := c.spend(ctx, s, -1, 0)
		return errors.Join(errSpent, err)
	}
	return nil
}

// rationed reports whether the days of a site are bounded.
func (s *site) rationed() bool { return s.MaxRequestsPerDay > 0 || s.MaxBytesPerDay > 0 }

func (c *Crawler) spend(ctx context.Context, s *site, requests, bytes int64) (int64, int64, error) {
	day := today(c.opt.Now())
	requests, bytes, err := c.opt.Notebook.Spend(context.WithoutCancel(ctx), s.Name, day, requests, bytes)
	if err != nil {
		return 0, 0, fmt.Errorf("count requests: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	sp := c.spent[s.Name]
	if day >= sp.day {
		sp.day, sp.dayRequests, sp.dayBytes = day, requests, bytes
	}
	return requests, bytes, nil
}

// received takes what an answer brought out of the site's day. The requests that a
// browser made beside the one that was waited for count too.
func (c *Crawler) received(ctx context.Context, s *site, res *fetch.Result) error {
	if !s.rationed() || res == nil {
		return nil
	}
	var bytes, more int64
	for _, x := range res.Hops {
		bytes += int64(len(x.Response))
	}
	if len(res.DOM) > 0 {
		more = max(int64(len(res.Hops))-1, 0)
	}
	_, _, err := c.spend(ctx, s, more, bytes)
	return err
}

// dayOver names the budget of the day that is used up, "" when none is. The caller
// holds c.mu.
func (s *site) dayOver(sp *spent, now time.Time) string {
	switch {
	case sp.day != today(now):
	case s.MaxRequestsPerDay > 0 && sp.dayRequests >= s.MaxRequestsPerDay:
		return "requests of the day"
	case s.MaxBytesPerDay > 0 && sp.dayBytes >= s.MaxBytesPerDay:
		return "bytes of the day"
	}
	return ""
}

// memory is a Notebook for one run.
type memory struct {
	mu    sync.Mutex
	days  map[string][2]int64
	notes map[[2]string][]byte
}

func newMemory() *memory { return &memory{days: map[string][2]int64{}, notes: map[[2]string][]byte{}} }

func (m *memory) Spend(_ context.Context, site string, day, requests, bytes int64) (int64, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := fmt.Sprint(day, " ", site)
	v := m.days[k]
	v[0], v[1] = v[0]+requests, v[1]+bytes
	m.days[k] = v
	return v[0], v[1], nil
}

func (m *memory) Note(_ context.Context, kind, key string, note []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if note == nil {
		delete(m.notes, [2]string{kind, key})
	} else {
		m.notes[[2]string{kind, key}] = note
	}
	return nil
}

func (m *memory) Notes(_ context.Context, kind string) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string][]byte{}
	for k, v := range m.notes {
		if k[0] == kind {
			out[k[1]] = v
		}
	}
	return out, nil
}
