package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// TestFrontierVerbs adds, counts and drops URLs while another process, this one,
// has the frontier open and some of them under way.
func TestFrontierVerbs(t *testing.T) {
	dir := t.TempDir()
	config := writeFile(t, "lurewatch.yml", []byte("data_dir: "+filepath.Join(dir, "data")+"\nsources:\n- name: board\n  seeds: [https://jobs.example.org/]\n  max_depth: 3\n"))
	verb := func(stdin string, args ...string) result {
		t.Helper()
		return finished(t, dir, nil, strings.NewReader(stdin), append([]string{"frontier", "-c", config}, args...)...)
	}
	want := func(r result, code int, parts ...string) {
		t.Helper()
		if r.code != code {
			t.Errorf("exit %d, want %d\n%s", r.code, code, r.both())
		}
		for _, p := range parts {
			if !strings.Contains(r.both(), p) {
				t.Errorf("%q is not said:\n%s", p, r.both())
			}
		}
	}
	stat := func() (l frontierLine) {
		t.Helper()
		r := verb("", "stat", "board", "--json")
		want(r, 0)
		if err := json.Unmarshal([]byte(r.out), &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	want(verb("", "stat"), 0, "source")
	want(verb("", "stat", "board"), 1, `no source "board"`, "none yet")
	want(verb("", "add", "bord", "https://jobs.example.org/1"), 1, `no source "bord" is configured`, "hint:")
	want(verb("", "add"), 2)
	want(verb("", "add", "board", "HTTPS://Jobs.Example.org/jobs/1?utm_source=x#top", "https://other.example/", "ftp://jobs.example.org/", "https://jobs.example.org/a.pdf"), 3,
		"4 URLs: 1 added, 0 known already, 3 refused", "refused https://other.example/: outside the site's hosts", "refused ftp://jobs.example.org/: ", "a.pdf: names a file")
	want(verb("https://jobs.example.org/jobs/1\n\n# a remark\nhttps://jobs.example.org/jobs/2\nhttps://jobs.example.org/calendar/3\n", "add", "board", "--post"), 0, "3 URLs: 2 added, 1 known already, 0 refused")
	if l := stat(); l.Known != 3 || l.Due != 3 || l.Waiting != 3 || l.Hosts != 1 {
		t.Errorf("stat = %+v, want 3 known and due on one host", l)
	}

	service, err := frontier.Open(frontier.Options{Path: filepath.Join(dir, "data", "frontier.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	ls, err := service.Claim(t.Context(), frontier.Query{Sites: []string{"board"}, N: 1, PerHost: 1, Lease: time.Hour})
	if err != nil || len(ls) != 1 || ls[0].URL != "https://jobs.example.org/jobs/2" {
		t.Fatalf("claimed %+v, %v, want a page that leads to a post", ls, err)
	}
	if l := stat(); l.Leased != 1 || l.Due != 2 {
		t.Errorf("stat = %+v while one is under way, want 1 leased and 2 due", l)
	}
	want(verb("n\n", "drop", "board", "--prefix", "https://JOBS.example.org/calendar/"), 0, "forget 1 URLs of board? y/N", "nothing is dropped")
	want(verb("", "drop", "board", "--prefix", "https://jobs.example.org/calendar/"), 2, "nobody answered", "--yes")
	want(verb("y\n", "drop", "board", "--prefix", "https://jobs.example.org/calendar/"), 0, "1 URLs dropped")
	want(verb("", "drop", "board", "--prefix", "https://jobs.example.org/calendar/", "--yes"), 0, "no URL is meant")
	want(verb("", "drop", "board", "--host", "jobs.example.org", "--url", "javascript:1"), 2, "not a web address")
	want(verb("", "drop", "bord", "--yes"), 1, `no source "bord"`, "it knows board")
	if _, err := service.Done(t.Context(), []frontier.Result{{Lease: ls[0], Outcome: "content"}}); err != nil {
		t.Fatal(err)
	}
	if l := stat(); l.Known != 2 || l.Outcomes["content"] != 1 {
		t.Errorf("stat = %+v, want 2 known, 1 of them content", l)
	}
	want(verb("", "add", "board", ls[0].URL), 0, "0 added, 1 known already")
	want(verb("", "add", "board", "--again", ls[0].URL), 0, "1 added, 0 known already")
	want(verb("", "drop", "board", "--host", "jobs.example.org", "--yes"), 0, "2 URLs dropped")
	want(verb("", "stat", "board"), 0, "board   0 ")
}

// TestFrontierInElasticsearch: the same verbs find the frontier where the index is.
func TestFrontierInElasticsearch(t *testing.T) {
	url := realtest.Elastic(t)
	dir := t.TempDir()
	prefix := fmt.Sprintf("e2e-frontier-%d-%d", os.Getpid(), time.Now().UnixNano())
	t.Cleanup(func() { dropIndices(t, url, prefix) })
	config := writeFile(t, "lurewatch.yml", []byte("data_dir: "+filepath.Join(dir, "data")+"\nindex: {url: '"+url+"', prefix: "+prefix+"}\nsources:\n- name: board\n  seeds: [https://jobs.example.org/]\n"))
	r := finished(t, dir, nil, nil, "frontier", "add", "-c", config, "board", "https://jobs.example.org/1")
	if r.code != 0 || !strings.Contains(r.err, "1 added") {
		t.Errorf("add: exit %d\n%s", r.code, r.both())
	}
	r = finished(t, dir, nil, nil, "frontier", "stat", "-c", config, "--json")
	var l frontierLine
	if err := json.Unmarshal([]byte(r.out), &l); err != nil || r.code != 0 || l.Source != "board" || l.Known != 1 || l.Due != 1 {
		t.Errorf("stat: exit %d, %v\n%s", r.code, err, r.both())
	}
	if files, err := filepath.Glob(filepath.Join(dir, "data", "frontier.db*")); err != nil || len(files) != 0 {
		t.Errorf("%q, %v: a file is kept beside Elasticsearch", files, err)
	}
	r = finished(t, dir, nil, nil, "frontier", "stat", "-c", config, "--set", "crawl.frontier=sqlite")
	if r.code != 0 || strings.Contains(r.out, "board") {
		t.Errorf("stat in SQLite: exit %d\n%s", r.code, r.both())
	}
	r = finished(t, dir, nil, nil, "frontier", "drop", "-c", config, "board", "--yes")
	if r.code != 0 || !strings.Contains(r.err, "1 URLs dropped") {
		t.Errorf("drop: exit %d\n%s", r.code, r.both())
	}
}

func TestBenchFrontier(t *testing.T) {
	check := func(t *testing.T, kind string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		r := finished(t, dir, nil, nil, append([]string{"bench", "frontier", "--urls", "20000", "--pages", "500", "--dir", dir, "--json"}, args...)...)
		if r.code != 0 {
			t.Fatalf("exit %d: %s", r.code, r.both())
		}
		var b app.FrontierBench
		if err := json.Unmarshal([]byte(r.out), &b); err != nil {
			t.Fatal(err)
		}
		if b.Kind != kind || b.URLs != 20000 {
			t.Errorf("%d URLs in %s, want 20000 in %s", b.URLs, b.Kind, kind)
		}
		for name, v := range map[string]float64{
			"new": b.Store.New, "new at the end": b.Store.NewAtEnd, "known": b.Store.Known, "pages": b.Store.Pages,
			"raw new": b.Raw.New, "raw known": b.Raw.Known, "memory at first": b.RSS[0], "memory": b.RSS[1],
		} {
			if v <= 0 {
				t.Errorf("%s: %v", name, v)
			}
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 0 {
			t.Errorf("left behind: %q, %v", left, err)
		}
	}
	check(t, "sqlite")
	if r := finished(t, t.TempDir(), nil, nil, "bench", "frontier", "--urls", "5"); r.code != 1 || !strings.Contains(r.err, "too few") {
		t.Errorf("5 URLs: exit %d\n%s", r.code, r.both())
	}
	t.Run("in Elasticsearch", func(t *testing.T) { check(t, "elasticsearch", "--es", realtest.Elastic(t)) })
}
