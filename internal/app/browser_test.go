package app

import (
	"testing"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// TestTheBrowserIsToldOf: a service whose source wants a real browser tells how that does.
func TestTheBrowserIsToldOf(t *testing.T) {
	chromium := realtest.Chromium(t)
	cfg, _ := service(t, newBoard(t, 2))
	cfg.Crawl.Browser, cfg.Sources[0].Browser = chromium, "on"
	s := serve(t, cfg, nil)
	await(t, "posts", func() bool { return s.Counts().Indexed >= 2 })
	desk, _ := s.watch.desk.Load().(string)
	await(t, "the memory of the browser", func() bool { return sum(scrape(t, desk+"metrics")["lurewatch_browser_memory_bytes"]) > 1e6 })
	m := scrape(t, desk+"metrics")
	for name, c := range map[string]struct {
		labels []string
		want   float64
	}{
		"lurewatch_browsers_running":            {nil, 1},
		"lurewatch_browser_starts_total":        {nil, 1},
		"lurewatch_browser_loads_total":         {nil, 3},
		"lurewatch_browser_crashed_pages_total": {nil, 0},
		"lurewatch_browser_replaced_total":      {[]string{"reason", "died"}, 0},
		"lurewatch_browser_tabs":                {[]string{"state", "most"}, 2},
	} {
		if m[name] == nil {
			t.Errorf("no %s", name)
		} else if got := sum(m[name], c.labels...); got != c.want {
			t.Errorf("%s%v = %v, want %v", name, c.labels, got, c.want)
		}
	}
	var told *health.Browser
	await(t, "the status tells of it", func() bool {
		st, err := ReadStatus(t.Context(), Options{Config: cfg})
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Processes) == 1 {
			told = st.Processes[0].Browser
		}
		return told != nil && told.Memory > 1e6 && told.Pages == 3
	})
	if told.Running != 1 || told.MaxTabs != 2 || told.Restarts() != 0 || told.Crashed != 0 || told.Broken != "" {
		t.Errorf("the status says %+v", told)
	}
}
