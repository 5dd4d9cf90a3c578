package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

// sampleSources is one source in each state, with a past to draw.
func sampleSources() []Source {
	at := time.Now().Add(-10 * time.Hour)
	run := func(name string, looks ...[3]int) Source { // how many, posts on each, which outcome
		s := health.Source{Name: name}
		outcomes := []health.Outcome{health.Content, health.Challenge, health.Retry, health.Failure}
		when := at
		for _, l := range looks {
			for i := range l[0] {
				when = when.Add(30 * time.Second)
				s.Add(health.Look{Source: name, At: when, Outcome: outcomes[l[2]], Posts: l[1] * (1 + i%3), Gave: true})
			}
		}
		return Source{Source: s, Configured: true, State: s.State(when.Add(time.Hour), 24*time.Hour), Queue: &health.Queue{Known: 1200, Waiting: 37}}
	}
	thin := run("silent-phone", [3]int{60, 1, 0})
	for i := range 40 {
		c := health.Carry{health.Title: 1}
		if i == 0 { // what was always there
			for range 60 {
				thin.Add(health.Look{Source: thin.Name, At: at, Outcome: health.Content, Posts: 1, Carry: &health.Carry{health.Title: 1, health.Reach: 1}})
			}
		}
		thin.Add(health.Look{Source: thin.Name, At: at.Add(time.Duration(i) * time.Minute), Outcome: health.Content, Posts: 1, Carry: &c})
	}
	thin.State = thin.Source.State(at.Add(time.Hour), 24*time.Hour)
	old := run("closed-board", [3]int{40, 1, 0})
	old.Configured, old.Queue = false, nil
	once := run("tried-by-hand", [3]int{30, 1, 0}, [3]int{40, 0, 1})
	once.Configured, once.Queue, once.Once = false, nil, true
	return []Source{
		run("khmer-jobs", [3]int{300, 2, 0}, [3]int{60, 1, 0}, [3]int{200, 3, 0}),
		run("manila-board", [3]int{400, 1, 0}, [3]int{30, 0, 0}),
		run("walled-forum", [3]int{100, 1, 0}, [3]int{50, 0, 1}),
		run("sleepy-host", [3]int{60, 1, 0}, [3]int{20, 0, 2}, [3]int{40, 1, 0}, [3]int{15, 0, 2}, [3]int{25, 1, 0}, [3]int{15, 0, 2}),
		run("dead-host", [3]int{50, 0, 3}),
		{Source: health.Source{Name: `new <script>alert(1)</script>`}, Configured: true, State: health.Waiting},
		old, once, thin,
	}
}

func TestSourcesPage(t *testing.T) {
	f := newFixture(t)
	viewer := f.as(ledger.RoleViewer)
	if page := f.get(viewer, "/sources"); page.status != http.StatusOK || !strings.Contains(page.body, "No source is configured") {
		t.Errorf("status %d without sources", page.status)
	}
	f.sources = sampleSources()
	page := f.get(viewer, "/sources")
	if page.status != http.StatusOK {
		t.Fatalf("status %d: %s", page.status, page.body)
	}
	for name, want := range map[string]string{"khmer-jobs": "fine", "manila-board": "drifted", "walled-forum": "blocked", "sleepy-host": "slow", "dead-host": "silent", "tried-by-hand": "blocked", "silent-phone": "thinner"} {
		row := regexp.MustCompile(`(?s)<th scope="row">` + name + `</th>.*?</tr>`).FindString(page.body)
		if !strings.Contains(row, ">"+want+"<") {
			t.Errorf("%s is not told to be %s: %s", name, want, row)
		}
		if !strings.Contains(row, "<svg") || !strings.Contains(row, `aria-label="Posts a page`) {
			t.Errorf("%s has no drawing with words: %s", name, row)
		}
	}
	if strings.Index(page.body, "manila-board") > strings.Index(page.body, "khmer-jobs") {
		t.Error("those in need of a look must come first")
	}
	for _, want := range []string{"pages in a row that should have given posts gave none", "What to do: compare a saved page", "Crawled before, and not configured any more: 1", "Crawled once", "posts come without contact: 40 pages in a row; 100% of such pages had it before."} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page.body, "<script>alert") {
		t.Error("the name of a source became markup")
	}
	if nobody := f.get(f.as(anyone), "/sources"); nobody.status != http.StatusSeeOther {
		t.Errorf("status %d without a login", nobody.status)
	}
}

func TestMetricsAnswerForThemselves(t *testing.T) {
	f := newFixture(t)
	if r := f.get(f.as(anyone), "/metrics"); r.status == http.StatusOK {
		t.Errorf("status %d without metrics", r.status)
	}
	f.desk.opt.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	f.desk.handler = f.desk.routes()
	if r := f.get(f.as(anyone), "/metrics"); r.status != http.StatusTeapot {
		t.Errorf("status %d, want that of the metrics: they need no login, they guard themselves", r.status)
	}
}
