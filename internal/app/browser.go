package app

import (
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/metrics"
)

// browserHealth is how the browser of this process does, for its report; nil without one.
func (w *watch) browserHealth() *health.Browser {
	b := w.browser.Load()
	if b == nil {
		return nil
	}
	h := b.Health()
	return &health.Browser{
		Running: h.Running, Tabs: h.Tabs, MaxTabs: h.MaxTabs, Memory: h.Memory, Pages: h.Pages, Replaced: h.Replaced, Crashed: h.Crashed,
		Broken: cutLine(h.Broken, 300),
	}
}

// browserNow is the same for a scrape.
func (w *watch) browserNow() *metrics.BrowserNow {
	b := w.browser.Load()
	if b == nil {
		return nil
	}
	h := b.Health()
	now := &metrics.BrowserNow{
		Running: float64(h.Running), Tabs: float64(h.Tabs), MaxTabs: float64(h.MaxTabs), Memory: float64(h.Memory),
		Pages: float64(h.Pages), Starts: float64(h.Starts), Crashed: float64(h.Crashed), Replaced: map[string]float64{},
	}
	for why, n := range h.Replaced {
		now.Replaced[why] = float64(n)
	}
	return now
}
