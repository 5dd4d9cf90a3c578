package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// TestBenchCrawl: each page is fetched once, with everything on, and every figure is
// there.
func TestBenchCrawl(t *testing.T) {
	dir := t.TempDir()
	r := finished(t, dir, nil, nil, "bench", "crawl", "--pages", "120", "--rounds", "2", "--dir", dir, "--profile", filepath.Join(dir, "cpu"), "--json")
	if r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.both())
	}
	var b app.CrawlBench
	if err := json.Unmarshal([]byte(r.out), &b); err != nil {
		t.Fatal(err)
	}
	if b.Crawl.Missed != 0 || b.Crawl.Twice != 0 || b.Crawl.Posts != 120 {
		t.Errorf("lurewatch missed %d pages, asked for %d twice and found %d posts", b.Crawl.Missed, b.Crawl.Twice, b.Crawl.Posts)
	}
	if b.Colly.Posts < 120 || b.Colly.Missed != 0 {
		t.Errorf("plain Colly found %d posts and missed %d", b.Colly.Posts, b.Colly.Missed)
	}
	for name, v := range map[string]float64{
		"pages a second": b.Crawl.Pages, "processor time": b.Crawl.CPU, "of the site": b.Crawl.Server, "peak": b.Crawl.Peak, "kept": b.Crawl.Kept,
		"Colly's pages": b.Colly.Pages, "Colly's processor time": b.Colly.CPU, "over Colly": b.OverColly, "processor time over Colly": b.CPUColly,
	} {
		if v <= 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
	if rss := b.Crawl.RSS; runtime.GOOS == "linux" && (rss[0] <= 0 || rss[4] <= 0 || rss[4] > b.Crawl.Peak) {
		t.Errorf("memory along the way %v, at most %v", rss, b.Crawl.Peak)
	}
	if b.Scrapy != nil || b.OverScrapy != 0 {
		t.Error("Scrapy was measured without being asked for")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "cpu" {
		t.Errorf("left behind: %v, %v; want the profile alone", left, err)
	}
}

// TestBenchCrawlBesideScrapy runs the real one.
func TestBenchCrawlBesideScrapy(t *testing.T) {
	slow(t)
	python := realtest.Oracles(t)
	r := finished(t, t.TempDir(), nil, nil, "bench", "crawl", "-n", "60", "--rounds", "1", "--peers", python)
	if r.code != 0 || !strings.Contains(r.out, "Scrapy") || !strings.Contains(r.out, "times the pages of Scrapy a second") ||
		!strings.Contains(r.out, "lurewatch    missed 0 pages and asked for 0 more than once") {
		t.Errorf("exit %d\n%s", r.code, r.both())
	}
}

func TestBenchCrawlSaysWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an interpreter that is not there": {[]string{"--peers", "/nowhere/python"}, "hint: name an interpreter that has the package scrapy"},
		"a folder that is not there":       {[]string{"--dir", "/nowhere/at/all"}, "hint: name a folder that may be written with --dir"},
	} {
		t.Run(name, func(t *testing.T) {
			r := finished(t, t.TempDir(), nil, nil, append([]string{"bench", "crawl", "-n", "20", "--rounds", "1"}, c.args...)...)
			if r.code != exitFailed || !strings.Contains(r.err, c.want) {
				t.Errorf("exit %d: %s\nwant %q", r.code, r.err, c.want)
			}
		})
	}
	if r := finished(t, t.TempDir(), nil, nil, "bench", "crawler", "nobody", "http://127.0.0.1:1/"); r.code != exitFailed || !strings.Contains(r.err, `there is no crawler "nobody"`) {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}
