package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/web"
)

// statusOf is what `lurewatch status --json` says of a data folder.
func statusOf(t *testing.T, data string) (s app.Status) {
	t.Helper()
	r := finished(t, t.TempDir(), nil, nil, "status", "--json", "--data-dir", data)
	if err := json.Unmarshal([]byte(r.out), &s); err != nil {
		t.Fatalf("%v\n%s", err, r.both())
	}
	return s
}

// page reads a page of the desk.
func (d *deskClient) page(path string) string {
	d.t.Helper()
	res, err := d.client.Get(d.base + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s, %v\n%s", path, res.Status, err, b)
	}
	return string(b)
}

// TestTheDemoTellsHowItsSourcesDo: the sites of a demo stand in no configuration, and
// still the desk, the metrics and the status tell of each of them.
func TestTheDemoTellsHowItsSourcesDo(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := background(t, nil, "demo", "--browser", "off", "--listen", "127.0.0.1:0", "--data-dir", data)
	d := demoDesk(t, p)
	p.says(t, time.Minute, `Ctrl-C stops the demo`)
	sites := map[string]int{} // posts
	for _, x := range samples(t) {
		sites[x.Site]++
	}
	if len(sites) != 5 {
		t.Fatalf("%d sample sites, want 5", len(sites))
	}
	var status app.Status
	within(t, 30*time.Second, "the process tells what waits", func() bool { // every two seconds
		status = statusOf(t, data)
		return len(status.Sources) == len(sites) && !slices.ContainsFunc(status.Sources, func(s web.Source) bool { return s.Queue == nil || s.Queue.Known == 0 })
	})
	page, metrics := d.page("/sources"), d.page("/metrics")
	if strings.Contains(page, "No source is configured") || !strings.Contains(page, "Crawled once") {
		t.Error("the page of sources tells nothing of the sites of the demo")
	}
	if len(status.Processes) != 1 || len(status.Problems) != 0 || status.Today < 100 {
		t.Errorf("%d processes, %d pages today, problems %v", len(status.Processes), status.Today, status.Problems)
	}
	known := map[string]web.Source{}
	for _, s := range status.Sources {
		known[s.Name] = s
	}
	for name, posts := range sites {
		row := regexp.MustCompile(`(?s)<th scope="row">` + name + `</th>.*?</tr>`).FindString(page)
		s := known[name]
		if !strings.Contains(row, ">fine<") || s.State != health.Fine || s.Configured || !s.Once || s.LastSuccess.IsZero() {
			t.Errorf("%s: status %+v, on the desk %s", name, s, row)
		}
		if name != "app" && s.Total.Posts < posts { // the posts of app exist only after JavaScript has run
			t.Errorf("%s gave %d posts, want %d", name, s.Total.Posts, posts)
		}
		for _, line := range []string{`lurewatch_source_last_success_timestamp_seconds{source="` + name + `"} 1`, `lurewatch_source_drifted{source="` + name + `"} 0`,
			`lurewatch_source_configured{source="` + name + `"} 0`, `lurewatch_frontier_pages{source="` + name + `",state="known"} `} {
			if !strings.Contains(metrics, line) {
				t.Errorf("the metrics lack %s", line)
			}
		}
	}
}

// TestWhatIsReadInADemoIsInCustody: who opens a post and its archived page on the desk of a
// demo stands in the custody log, as with a service.
func TestWhatIsReadInADemoIsInCustody(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := background(t, nil, "demo", "--browser", "off", "--listen", "127.0.0.1:0", "--data-dir", data)
	d := demoDesk(t, p)
	p.says(t, time.Minute, `Ctrl-C stops the demo`)
	link := postLink.FindString(d.page("/queue"))
	if link == "" {
		t.Fatal("the queue is empty")
	}
	d.page(link)
	d.page(link + "/archived")
	within(t, 30*time.Second, "both readings are in custody", func() bool {
		files, err := filepath.Glob(filepath.Join(data, "custody", "*"))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil {
				all.Write(b)
			}
		}
		id := strings.TrimPrefix(link, "/posts/")
		return strings.Contains(all.String(), `"act":"view","of":"`+id+`"`) && strings.Contains(all.String(), `"act":"read_evidence","of":"`+id+`"`)
	})
}

// demoDesk logs in at the desk of a demo.
func demoDesk(t *testing.T, p *child) *deskClient {
	t.Helper()
	d := &deskClient{t: t, base: strings.TrimSuffix(p.says(t, 30*time.Second, `review desk  (http://\S+)`)[1], "/")}
	d.password = p.says(t, 30*time.Second, `password     (\S+)`)[1]
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d.client = &http.Client{Timeout: 10 * time.Second, Jar: jar}
	if code, err := d.post("/login", url.Values{"name": {"admin"}, "password": {d.password}}); err != nil || code != http.StatusOK {
		t.Fatalf("log in: %d, %v", code, err)
	}
	return d
}

// TestOneCrawlTellsHowItsSourceDid: `lurewatch crawl` leaves behind what the status tells.
func TestOneCrawlTellsHowItsSourceDid(t *testing.T) {
	sites, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer sites.Close()
	dir := t.TempDir()
	site := sites.List[0]
	args := []string{"crawl", site.URL, "--allow-net", "127.0.0.0/8", "--pace", "0", "--browser", "off", "--source", "one-off", "--data-dir", filepath.Join(dir, "data")}
	if r := finished(t, dir, nil, nil, args...); r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.both())
	}
	s := statusOf(t, filepath.Join(dir, "data"))
	if len(s.Sources) != 1 {
		t.Fatalf("%d sources, want the one that was crawled", len(s.Sources))
	}
	if one := s.Sources[0]; one.Name != "one-off" || one.State != health.Fine || !one.Once || one.Total.Posts < site.Posts || one.LastPost.IsZero() {
		t.Errorf("source %+v, want %d posts", one, site.Posts)
	}
	r := finished(t, dir, nil, nil, "status", "--data-dir", filepath.Join(dir, "data"))
	if !regexp.MustCompile(`(?m)^one-off +fine, once `).MatchString(r.out) {
		t.Errorf("the status does not tell of it:\n%s", r.both())
	}
}
