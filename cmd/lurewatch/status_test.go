package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/health"
)

// TestStatusOfAnIdleFolder: where nothing ran, and where something ran before.
func TestStatusOfAnIdleFolder(t *testing.T) {
	dir := t.TempDir()
	if r := finished(t, dir, nil, nil, "status"); r.code != 1 || !strings.Contains(r.err, "nothing has run here yet") || !strings.Contains(r.err, "hint: ") {
		t.Fatalf("exit %d, want 1 with a hint\n%s", r.code, r.both())
	}
	data := dir + "/data"
	if r := finished(t, dir, nil, nil, "user", "list", "--data-dir", data); r.code != 0 { // makes the folder
		t.Logf("user list: %s", r.both())
	}
	store, err := health.Open(t.Context(), data+"/health.db")
	if err != nil {
		t.Fatal(err)
	}
	old := health.Process{ID: "dead", PID: 1, Roles: []string{"crawl"}, Beat: time.Now().Add(-time.Hour), Started: time.Now().Add(-2 * time.Hour)}
	if err := store.Report(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	r := finished(t, dir, nil, nil, "status", "--json")
	var s app.Status
	if err := json.Unmarshal([]byte(r.out), &s); err != nil {
		t.Fatalf("%v\n%s", err, r.both())
	}
	if r.code != 1 || len(s.Processes) != 0 || len(s.Problems) != 1 || s.Problems[0].Do == "" || s.Pending["classify"] != 0 {
		t.Errorf("exit %d: %+v\n%s", r.code, s, r.err)
	}
	if r := finished(t, dir, nil, nil, "status"); r.code != 1 || !strings.Contains(r.out, "does not run") || !strings.Contains(r.err, "lurewatch run") {
		t.Errorf("exit %d\n%s", r.code, r.both())
	}
}

func TestStatusInWords(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var b strings.Builder
	err := printStatus(&b, app.Status{
		At: now, Today: 12, Dead: 3, DiskFree: 5e9, Pending: map[string]uint64{"index": 4, "alert": 1},
		Processes: []health.Process{{PID: 7, Roles: []string{"crawl", "web"}, Started: now.Add(-time.Hour), Desk: "http://127.0.0.1:8417/",
			Browser: &health.Browser{Running: 1, Tabs: 1, MaxTabs: 2, Memory: 312e6, Pages: 40, Crashed: 3, Replaced: map[string]int64{"pages": 9, "died": 1, "memory": 2}}}},
		Error: &health.Fault{At: now.Add(-time.Minute), Text: "stream is\x1b[2J down", N: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"crawl web, since 22 Nov 11:00 UTC", "http://127.0.0.1:8417/", "12 pages", "alert 1, index 4, dead letters 3", "5.0 GB", "1 of 2 tabs, 312 MB, 40 pages, 3 restarts (1 died, 2 memory), 3 crashed pages", "1m0s ago, 2 since the start: stream is[2J down"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}
