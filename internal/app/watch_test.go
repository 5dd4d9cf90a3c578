package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/web"
)

// boardPage is a page of a job board: an advert as structured data, or, after the
// layout has changed, something that no source reads.
func boardPage(n int, changed bool) string {
	if changed {
		return fmt.Sprintf(`<html><head><title>Board</title></head><body><div id="app" data-job="%d"></div><p>Welcome.</p></body></html>`, n)
	}
	return fmt.Sprintf(`<html><head><title>Chat support %[1]d</title><script type="application/ld+json">
{"@context":"https://schema.org","@type":"JobPosting","title":"Chat support %[1]d","identifier":"job-%[1]d",
"description":"Chat support in Poipet, no experience. 1500 USD, ticket, visa, room and food all covered. Tourist visa first, leave this week. Telegram @example_hr only.",
"hiringOrganization":{"@type":"Organization","name":"Example"},"datePosted":"2026-11-01"}</script></head><body><h1>Chat support %[1]d</h1></body></html>`, n)
}

// board is a site of so many adverts whose layout may change.
type board struct {
	*httptest.Server
	changed atomic.Bool
	thin    atomic.Bool // its posts come without who offers them
	jobs    int
}

func newBoard(t *testing.T, jobs int) *board {
	t.Helper()
	b := &board{jobs: jobs}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/robots.txt":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "User-agent: *\nDisallow: /private\n")
		case "/":
			fmt.Fprint(w, "<html><body><a href=/private>x</a>")
			for i := range jobs {
				fmt.Fprintf(w, `<p><a href="/jobs/%d">job %d</a></p>`, i, i)
			}
		default:
			var n int
			if _, err := fmt.Sscanf(r.URL.Path, "/jobs/%d", &n); err != nil {
				http.NotFound(w, r)
				return
			}
			page := boardPage(n, b.changed.Load())
			if b.thin.Load() {
				page = strings.Replace(page, `"hiringOrganization":{"@type":"Organization","name":"Example"},`, "", 1)
			}
			fmt.Fprint(w, page)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

// serving is a service with every role on one data folder.
type serving struct {
	*App
	t    *testing.T
	stop context.CancelFunc
	done chan error
}

func serve(t *testing.T, cfg config.Config, now func() time.Time) *serving {
	t.Helper()
	a, err := Open(t.Context(), Options{Config: cfg, Parts: NeedsOf(cfg.Roles...), Now: now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s := &serving{App: a, t: t, stop: stop, done: make(chan error, 1)}
	go func() { s.done <- a.RunService(ctx, cfg.Roles...) }()
	t.Cleanup(s.end)
	return s
}

// end stops the service and waits for it. It may be called twice.
func (s *serving) end() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop = nil
	if err := <-s.done; err != nil && s.t.Context().Err() == nil && !strings.Contains(err.Error(), "canceled") {
		s.t.Error(err)
	}
	if err := s.Close(); err != nil {
		s.t.Error(err)
	}
}

// await waits for a condition.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain for: %s", what)
		case <-tick.C:
		}
	}
}

// service is a configuration of one source, a notice file and every role.
func service(t *testing.T, b *board) (cfg config.Config, notices string) {
	t.Helper()
	cfg = config.Default()
	cfg.DataDir = t.TempDir()
	cfg.Web.Listen = "127.0.0.1:0"
	cfg.Crawl.AllowNet = Loopback()
	cfg.Crawl.Browser = "off"
	cfg.Crawl.Pace = 0
	cfg.Sources = []config.Source{{Name: "board", Seeds: []string{b.URL + "/"}, Browser: "off", Recrawl: time.Hour}}
	notices = filepath.Join(cfg.DataDir, "notices.jsonl")
	cfg.Alerts.Files = []string{notices}
	return cfg, notices
}

func scrape(t *testing.T, url string) map[string]*dto.MetricFamily {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("status %d: %s", res.StatusCode, b)
	}
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(res.Body)
	if err != nil {
		t.Fatalf("the exposition cannot be parsed: %v", err)
	}
	return families
}

// sum adds up the counters, gauges and counts of a family whose labels are as asked for.
func sum(f *dto.MetricFamily, labels ...string) (v float64) {
	for _, m := range f.GetMetric() {
		has := map[string]string{}
		for _, l := range m.GetLabel() {
			has[l.GetName()] = l.GetValue()
		}
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && has[labels[i]] == labels[i+1]
		}
		if fits {
			v += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return v
}

// TestTheServiceTellsOfItself: a real crawl, scraped over HTTP and parsed with
// Prometheus' own parser; and the status that a second process reads meanwhile.
func TestTheServiceTellsOfItself(t *testing.T) {
	b := newBoard(t, 12)
	cfg, _ := service(t, b)
	s := serve(t, cfg, nil)
	await(t, "12 notices", func() bool { return s.Counts().Noticed >= 12 })
	s.watch.measure(t.Context())
	desk, _ := s.watch.desk.Load().(string)
	m := scrape(t, desk+"metrics")
	for name, c := range map[string]struct {
		labels []string
		least  float64
	}{
		"lurewatch_captures_total":                {[]string{"source", "board", "class", "content"}, 13},
		"lurewatch_posts_total":                   {[]string{"source", "board"}, 12},
		"lurewatch_capture_bytes_total":           {[]string{"source", "board"}, 5000},
		"lurewatch_skips_total":                   {[]string{"source", "board", "reason", "robots"}, 1},
		"lurewatch_fetch_duration_seconds":        {[]string{"method", "http", "outcome", "ok"}, 13},
		"lurewatch_source_fetch_duration_seconds": {[]string{"source", "board"}, 13},
		"lurewatch_judged_total":                  {[]string{"flagged", "yes"}, 12},
		"lurewatch_classify_duration_seconds":     {nil, 12},
		"lurewatch_indexed_total":                 {[]string{"outcome", "ok"}, 12},
		"lurewatch_index_lag_seconds":             {nil, 12},
		"lurewatch_notices_total":                 {[]string{"channel", fileRoute(cfg.Alerts.Files[0]), "outcome", "ok"}, 12},
		"lurewatch_archive_bytes":                 {nil, 5000},
		"lurewatch_disk_free_bytes":               {nil, 1},
		"lurewatch_build_info":                    {[]string{"version", "test"}, 1},
		"lurewatch_source_configured":             {[]string{"source", "board"}, 1},
		"lurewatch_frontier_pages":                {[]string{"source", "board", "state", "known"}, 0},
		"lurewatch_dead_letters":                  {nil, 0},
		"go_goroutines":                           {nil, 1},
	} {
		if m[name] == nil {
			t.Errorf("no %s", name)
		} else if got := sum(m[name], c.labels...); got < c.least {
			t.Errorf("%s%v = %v, want at least %v", name, c.labels, got, c.least)
		}
	}
	for _, stage := range []string{stageClassify, stageIndex, stageDecide, stageAlert, stageTell} {
		found := false
		for _, x := range m["lurewatch_stream_pending"].GetMetric() {
			found = found || x.GetLabel()[0].GetValue() == stage
		}
		if !found {
			t.Errorf("nothing says how many messages wait for %s", stage)
		}
	}
	var st Status
	await(t, "the source in the status", func() bool {
		var err error
		if st, err = ReadStatus(t.Context(), Options{Config: cfg}); err != nil {
			t.Fatal(err)
		}
		return len(st.Sources) == 1 && st.Sources[0].Total.Posts == 12 && len(st.Processes) == 1
	})
	src := st.Sources[0]
	if src.State != health.Fine || src.LastSuccess.IsZero() || src.Total.Content != 13 || src.Total.Robots != 1 || len(st.Problems) != 0 {
		t.Errorf("source %+v, problems %v", src, st.Problems)
	}
	if p := st.Processes[0]; p.PID != os.Getpid() || p.Desk == "" || len(p.Roles) != 5 || st.Today != 13 {
		t.Errorf("process %+v, %d pages today, want 13", p, st.Today)
	}
	s.end()
	if st, err := ReadStatus(t.Context(), Options{Config: cfg}); err != nil || len(st.Processes) != 0 || len(st.Problems) == 0 || len(st.Sources) != 1 {
		t.Errorf("when nothing runs: %d processes, problems %v, %v", len(st.Processes), st.Problems, err)
	}
}

// TestAChangedLayoutIsTold: a real site changes its layout; the alarm rings within a
// bounded number of pages, survives a restart, goes out as one notice and ends when the
// posts are back.
func TestAChangedLayoutIsTold(t *testing.T) {
	const jobs = 60
	b := newBoard(t, jobs)
	cfg, notices := service(t, b)
	var shift atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	s := serve(t, cfg, now)
	source := func() health.Source {
		store, err := s.healthStore(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all, err := store.Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			return health.Source{}
		}
		return all[0]
	}
	await(t, "all posts of the first look", func() bool { return source().Total.Posts >= jobs })
	s.end()
	b.changed.Store(true)
	shift.Store(int64(30 * 24 * time.Hour)) // whatever the interval has grown to, everything is due
	s = serve(t, cfg, now)
	await(t, "the alarm", func() bool { return !source().Drift.Since.IsZero() })
	if at := source().Drift.At; at > 25 {
		t.Errorf("the alarm took %d pages of a source that gave a post on every one", at)
	}
	await(t, "the notice", func() bool { return len(noticesOf(t, notices, "source.drifted")) == 1 })
	s.end()
	s = serve(t, cfg, now) // a restart rings no second time
	rows, err := s.SourceReport(t.Context())
	if err != nil || len(rows) != 1 || rows[0].State != health.Drifted {
		t.Fatalf("sources after a restart: %+v, %v", rows, err)
	}
	s.end()
	b.changed.Store(false)
	shift.Store(int64(60 * 24 * time.Hour))
	s = serve(t, cfg, now)
	await(t, "the end of the alarm", func() bool { return source().Drift.Since.IsZero() && source().Total.Posts > jobs })
	s.end()
	told := noticesOf(t, notices, "source.drifted")
	if len(told) != 1 || told[0].Alarm == nil || told[0].Alarm.Source != "board" || !strings.HasSuffix(told[0].Link, "/sources") || told[0].Post.ID != "" {
		t.Errorf("notices %+v, want one about the source", told)
	}
}

// noticesOf reads the notices of one type.
func noticesOf(t *testing.T, file, kind string) (out []post.Notice) {
	t.Helper()
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var n post.Notice
		if json.Unmarshal(sc.Bytes(), &n) == nil && n.Type == kind {
			out = append(out, n)
		}
	}
	return out
}

// TestALostFieldIsTold: posts of a real site come without their company from some day on;
// that is told once, as the fields that are lost, and the source stays told as thinner.
func TestALostFieldIsTold(t *testing.T) {
	const jobs = 60
	b := newBoard(t, jobs)
	cfg, notices := service(t, b)
	var shift atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	s := serve(t, cfg, now)
	report := func() web.Source {
		rows, err := s.SourceReport(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return web.Source{}
		}
		return rows[0]
	}
	await(t, "all posts of the first look", func() bool { return report().Total.Posts >= jobs })
	if st := report().State; st != health.Fine {
		t.Errorf("state %q before", st)
	}
	s.end()
	b.thin.Store(true)
	shift.Store(int64(30 * 24 * time.Hour))
	s = serve(t, cfg, now)
	await(t, "the notice", func() bool { return len(noticesOf(t, notices, "source.thinned")) == 1 })
	await(t, "the round", func() bool { return report().Total.Posts >= 2*jobs })
	row := report()
	if lost := row.Lost(); row.State != health.Thin || len(lost) != 1 || lost[0].Field != "company" || lost[0].Share < 0.9 {
		t.Errorf("state %q, lost %+v", row.State, lost)
	}
	desk, _ := s.watch.desk.Load().(string)
	if got := sum(scrape(t, desk+"metrics")["lurewatch_source_lost_fields"], "source", "board"); got != 1 {
		t.Errorf("the metrics tell of %v lost fields", got)
	}
	s.end()
	told := noticesOf(t, notices, "source.thinned")
	if len(told) != 1 || told[0].Alarm == nil || len(told[0].Alarm.Lost) != 1 || told[0].Alarm.Lost[0] != "company" || !strings.HasSuffix(told[0].Link, "/sources") {
		t.Errorf("notices %+v, want one about the company", told)
	}
	if st, err := ReadStatus(t.Context(), Options{Config: cfg, Now: now}); err != nil || len(st.Problems) < 2 {
		t.Errorf("problems %v, %v, want one of the source", st.Problems, err)
	}
}
