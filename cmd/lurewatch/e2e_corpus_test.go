package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

// corpusEnv names the folder of a corpus of real posts and pages, with text/*.jsonl
// and pages/manifest.jsonl. It is no part of this repository.
const corpusEnv = "LUREWATCH_CORPUS"

func corpus(t *testing.T) string {
	t.Helper()
	slow(t)
	dir := os.Getenv(corpusEnv)
	if dir == "" {
		t.Skipf("%s names no corpus", corpusEnv)
	}
	return dir
}

var importLine = regexp.MustCompile(`read (\d+)  refused (\d+)  archived (\d+)  sent (\d+)  posts (\d+)  judged (\d+)  flagged (\d+)  indexed (\d+)  new in index (\d+)`)

// importedCounts is the line of figures that import ends with.
type importedCounts struct{ read, refused, archived, sent, posts, judged, flagged, indexed, fresh int }

func countsOf(t *testing.T, r result) (c importedCounts) {
	t.Helper()
	m := importLine.FindStringSubmatch(r.out)
	if m == nil {
		t.Fatalf("import: exit %d, no figures:\n%s", r.code, tail(r.both(), 3000))
	}
	for i, to := range []*int{&c.read, &c.refused, &c.archived, &c.sent, &c.posts, &c.judged, &c.flagged, &c.indexed, &c.fresh} {
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			t.Fatal(err)
		}
		*to = n
	}
	return c
}

// TestCorpusImport takes every post of the corpus in, once into SQLite and once
// into Elasticsearch: at each step there are as many as there are lines.
func TestCorpusImport(t *testing.T) {
	dir := corpus(t)
	files, err := filepath.Glob(filepath.Join(dir, "text", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no text/*.jsonl in %s (%v)", dir, err)
	}
	lines := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lines += len(bytes.FieldsFunc(b, func(r rune) bool { return r == '\n' }))
	}
	want := importedCounts{read: lines, archived: lines, sent: lines, posts: lines, judged: lines, indexed: lines, fresh: lines}
	got := map[string]importedCounts{}
	run := func(t *testing.T, index string, set []string) {
		args := append([]string{"--data-dir", t.TempDir()}, set...)
		started := time.Now()
		c := countsOf(t, finished(t, t.TempDir(), nil, nil, append(append([]string{"import"}, args...), files...)...))
		t.Logf("%d posts in %.1f s, %d flagged", c.posts, time.Since(started).Seconds(), c.flagged)
		got[index] = c
		c.flagged = 0
		if c != want {
			t.Errorf("the steps differ:\n got %+v\nwant %+v", c, want)
		}
		r := finished(t, t.TempDir(), nil, nil, append([]string{"rebuild", "--check"}, args...)...)
		if r.code != 0 || strings.Count(r.out, fmt.Sprintf(" %d:", lines)) != 3 {
			t.Errorf("rebuild --check: exit %d, want three stores of %d\n%s", r.code, lines, r.both())
		}
		r = finished(t, t.TempDir(), nil, nil, append([]string{"search", "--json", "-n", "1"}, args...)...)
		if r.code != 0 || !strings.Contains(r.out, fmt.Sprintf(`"total":%d`, lines)) {
			t.Errorf("search: exit %d, want a total of %d\n%s", r.code, lines, tail(r.both(), 300))
		}
	}
	t.Run("SQLite", func(t *testing.T) { run(t, "SQLite", nil) })
	t.Run("Elasticsearch", func(t *testing.T) {
		es := realtest.Elastic(t)
		prefix := fmt.Sprintf("e2e-corpus-%d-%d", os.Getpid(), time.Now().UnixNano())
		t.Cleanup(func() { dropIndices(t, es, prefix) })
		run(t, "Elasticsearch", []string{"--set", "index.url=" + es, "--set", "index.prefix=" + prefix})
	})
	if a, b := got["SQLite"], got["Elasticsearch"]; b.read > 0 && a != b {
		t.Errorf("the two indexes differ: %+v, %+v", a, b)
	}
}

// corpusPage is one line of pages/manifest.jsonl.
type corpusPage struct {
	File        string         `json:"file"`
	ContentType string         `json:"content_type"`
	What        string         `json:"what"`
	Expected    map[string]any `json:"expected"`
}

// ordinary pages must give no post; jobs are pages of one job, of which the title
// and the company are known, so they must give one.
func (p corpusPage) ordinary() bool { return strings.Contains(p.What, "NOT a job page") }

func (p corpusPage) job() bool {
	title, _ := p.Expected["title"].(string)
	company, _ := p.Expected["company"].(string)
	return !p.ordinary() && title != "" && company != ""
}

// TestCorpusPages crawls the saved pages of the corpus from a server on loopback.
func TestCorpusPages(t *testing.T) {
	dir := corpus(t)
	manifest := filepath.Join(dir, "pages", "manifest.jsonl")
	f, err := os.Open(manifest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pages := map[string]corpusPage{} // by the path of their URL
	var front strings.Builder
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var p corpusPage
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		path := "/" + p.File
		pages[path] = p
		fmt.Fprintf(&front, "<li><a href=%q>a page</a>\n", html.EscapeString((&url.URL{Path: path}).String()))
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprintf(w, "<html><title>Pages</title><ul>%s</ul></html>", front.String())
			return
		}
		p, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		b, err := os.ReadFile(filepath.Join(dir, p.File))
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", p.ContentType)
		_, _ = w.Write(b)
	}))
	defer site.Close()

	data, out := t.TempDir(), filepath.Join(t.TempDir(), "posts.jsonl")
	r := finished(t, t.TempDir(), nil, nil, "crawl", site.URL+"/", "--pace", "0", "--allow-net", "127.0.0.0/8", "--browser", "off",
		"--depth", "1", "--data-dir", data, "--out", out)
	if r.code != 0 {
		t.Fatalf("crawl: exit %d\n%s", r.code, tail(r.both(), 3000))
	}
	if b, err := os.ReadFile(out); err != nil || len(b) == 0 {
		t.Errorf("crawl --out: %d bytes, %v", len(b), err)
	}
	found := map[string]int{} // posts by the page that they were captured on
	for _, d := range readIndex(t, filepath.Join(data, "index.db")) {
		u, err := url.Parse(d.Capture.URL)
		if err != nil {
			t.Fatal(err)
		}
		found[u.Path]++
	}
	jobs, ordinary, missed, wrong := 0, 0, []string(nil), []string(nil)
	for path, p := range pages {
		switch {
		case p.job():
			if jobs++; found[path] == 0 {
				missed = append(missed, path)
			}
		case p.ordinary():
			if ordinary++; found[path] > 0 {
				wrong = append(wrong, path)
			}
		}
	}
	t.Logf("%d pages: %d of %d jobs became posts, %d of %d ordinary pages did", len(pages), jobs-len(missed), jobs, len(wrong), ordinary)
	if jobs < 8 || ordinary < 50 {
		t.Errorf("%d pages of jobs and %d ordinary ones: the test tests less than it says", jobs, ordinary)
	}
	if len(missed) > 0 {
		t.Errorf("no post was found on %v", missed)
	}
	if len(wrong)*100 > ordinary*2 {
		t.Errorf("more than 2 %% of the ordinary pages became posts: %v", wrong)
	}
	if r := finished(t, t.TempDir(), nil, nil, "rebuild", "--check", "--data-dir", data); r.code != 0 {
		t.Errorf("rebuild --check: exit %d\n%s", r.code, r.both())
	}
	if r := finished(t, t.TempDir(), nil, nil, "eval", "--pages", manifest); r.code != 0 || !strings.Contains(r.out, "pages read: "+strconv.Itoa(len(pages))) {
		t.Errorf("eval --pages: exit %d\n%s", r.code, r.both())
	} else {
		t.Logf("eval --pages:\n%s", r.out)
	}
}
