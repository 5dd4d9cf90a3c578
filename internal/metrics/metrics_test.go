package metrics

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// use touches every metric once.
func use(s *Set) {
	s.Capture("board", "content", "browser", 100)
	s.Posts("board", 3)
	s.Skip("board", "robots")
	s.Retry("board")
	s.Backoff("board")
	s.Fetch("board", "http", time.Second, nil)
	s.Fetch("", "browser", time.Second, errors.New("x"))
	s.Judged(true, time.Millisecond)
	s.Indexed(time.Second, nil)
	s.Notice("unit", "ok")
	s.Logged("error")
	s.Alarm("board")
}

func snapshot() Snapshot {
	return Snapshot{
		Sources: []SourceNow{{Name: "board", Known: 9, Waiting: 4, Leased: 1, LastSuccess: time.Unix(5, 0), Drifted: true}, {Name: "idle", Known: -1}},
		Pending: map[string]float64{"classify": 2}, Dead: 1, Archive: 10, DiskFree: 20,
		Browser: &BrowserNow{Running: 1, Tabs: 1, MaxTabs: 2, Memory: 5e8, Pages: 7, Starts: 2, Crashed: 1, Replaced: map[string]float64{"died": 1, "<b>": 1}},
	}
}

// TestNamesAndUnitsAreAsPrometheusWants runs promtool's lint.
func TestNamesAndUnitsAreAsPrometheusWants(t *testing.T) {
	s := New("v1", snapshot)
	use(s)
	problems, err := testutil.GatherAndLint(s.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	families, err := s.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "lurewatch_") {
			ours++
		}
	}
	if ours < 31 {
		t.Errorf("only %d metrics of our own were read: the test tests less than it says", ours)
	}
}

// TestWhatPagesSayMakesNoSeries: a hostile push of sources and classes stays bounded.
func TestWhatPagesSayMakesNoSeries(t *testing.T) {
	many := make([]SourceNow, 3*MaxSources)
	for i := range many {
		many[i].Name = fmt.Sprint("s", i)
	}
	s := New("v1", func() Snapshot { return Snapshot{Sources: many} })
	for i := range 3 * MaxSources {
		name := fmt.Sprint("s", i)
		s.Capture(name, fmt.Sprint("class", i), fmt.Sprint("m", i), -5)
		s.Skip(name, fmt.Sprint("why", i))
		s.Fetch(name, fmt.Sprint("m", i), time.Second, nil)
		s.Logged(fmt.Sprint("l", i))
	}
	families, err := s.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if n := len(f.GetMetric()); strings.HasPrefix(f.GetName(), "lurewatch_") && n > 3*(MaxSources+1) {
			t.Errorf("%s has %d series", f.GetName(), n)
		}
	}
	if got := testutil.ToFloat64(s.captures.WithLabelValues(other, other)); got != 2*MaxSources {
		t.Errorf("%v captures of sources past the bound count as other, want %d", got, 2*MaxSources)
	}
}
