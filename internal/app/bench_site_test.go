package app

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var jobLink = regexp.MustCompile(`<a href="(/job/\d+)">`)

// TestTheSiteOfTheBenchmark: every page can be reached from the first, has its size
// and its post, and who asks twice is counted.
func TestTheSiteOfTheBenchmark(t *testing.T) {
	const pages = 47
	s, err := newBenchSite(pages)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	base := strings.TrimSuffix(s.url, "/job/0")
	get := func(path string) (int, string) {
		t.Helper()
		r, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(b)
	}
	seen, todo := map[string]bool{"/job/0": true}, []string{"/job/0"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		status, body := get(path)
		links := jobLink.FindAllStringSubmatch(body, -1)
		if status != http.StatusOK || len(links) != 10 || len(body) < 28_000 || len(body) > 32_000 || !strings.Contains(body, `"JobPosting"`) {
			t.Fatalf("%s: status %d, %d links, %d bytes", path, status, len(links), len(body))
		}
		for _, l := range links {
			if !seen[l[1]] {
				seen[l[1]] = true
				todo = append(todo, l[1])
			}
		}
	}
	if missed, twice := s.counts(); len(seen) != pages || missed != 0 || twice != 0 {
		t.Errorf("reached %d of %d pages; %d missed, %d twice", len(seen), pages, missed, twice)
	}
	get("/job/7")
	s.hits[9].Store(0)
	if missed, twice := s.counts(); missed != 1 || twice != 1 {
		t.Errorf("%d missed, %d twice; want one of each", missed, twice)
	}
	for _, path := range []string{"/", "/job/" + strconv.Itoa(pages), "/job/-1", "/job/x"} {
		if status, _ := get(path); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

func TestMedianOfCrawls(t *testing.T) {
	got := medianCrawl([]CrawlSpeed{
		{Pages: 30, CPU: 1, Peak: 9, Twice: 1}, {Pages: 10, CPU: 3, Peak: 5, Missed: 2}, {Pages: 20, CPU: 2, Peak: 7},
	})
	if got.Pages != 20 || got.CPU != 2 || got.Peak != 9 || got.Missed != 2 || got.Twice != 1 {
		t.Errorf("%+v: want the median of speeds, and the worst of the rest", got)
	}
}
