package crawler

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// collyVariables are all that the pinned Colly reads, with values that would undo
// what we promise.
func collyVariables() map[string]string {
	return map[string]string{
		"ALLOWED_DOMAINS": "nowhere.test", "CACHE_DIR": filepath.Join(os.TempDir(), "colly-cache"), "DETECT_CHARSET": "yes", "DISABLE_COOKIES": "no",
		"DISALLOWED_DOMAINS": "127.0.0.1", "IGNORE_ROBOTSTXT": "yes", "FOLLOW_REDIRECTS": "no", "MAX_BODY_SIZE": "7", "MAX_DEPTH": "1",
		"MAX_REQUESTS": "1", "PARSE_HTTP_ERROR_RESPONSE": "no", "TRACE_HTTP": "yes", "USER_AGENT": "evil",
	}
}

// The list above is that of Colly's source: an update that adds one fails here.
func TestCollyVariablesAreKnown(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gocolly/colly/v2").Output()
	if err != nil {
		t.Skip("the go command does not tell where colly is")
	}
	src, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "colly.go"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile(`(?m)^\t"([A-Z_]+)":\s+func\(c \*Collector`).FindAllStringSubmatch(string(src), -1) {
		found = append(found, m[1])
		if _, ok := collyVariables()[m[1]]; !ok {
			t.Errorf("colly reads COLLY_%s, which no test sets", m[1])
		}
	}
	if len(found) != len(collyVariables()) {
		t.Errorf("colly reads %v, the tests set %d variables", found, len(collyVariables()))
	}
}

// Robots, agent, pace, redirects and limits of a whole crawl are the same with every
// variable of Colly set and with none.
func TestCollyVariablesChangeNothing(t *testing.T) {
	crawl := func() string {
		var d diary
		var agents []string
		srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
			d.mu.Lock()
			agents = append(agents, r.UserAgent())
			d.mu.Unlock()
			switch r.URL.Path {
			case "/robots.txt":
				fmt.Fprint(w, "User-agent: *\nDisallow: /secret\nCrawl-delay: 0.05\n")
			case "/hop":
				http.Redirect(w, r, "/target", http.StatusFound)
			case "/gone":
				w.WriteHeader(http.StatusGone)
				fmt.Fprint(w, "gone")
			default:
				http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
				if r.Header.Get("Cookie") != "" {
					t.Error("a cookie was sent")
				}
				fmt.Fprint(w, jobPage(len(r.URL.Path), "/secret/1", "/hop", "/gone", "/deep/1"))
			}
		})
		r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Pace: 50 * time.Millisecond, MaxDepth: 3})
		rep := r.run(t).Report()
		slices.Sort(agents)
		var bytes int64
		for _, e := range r.vault.puts {
			bytes += e.Capture.Bytes
		}
		if g := d.gap(); g < 40*time.Millisecond {
			t.Errorf("requests are %v apart, want 50 ms", g)
		}
		return fmt.Sprint(slices.Compact(agents), len(d.all), d.count("/secret/1"), rep.Pages, rep.Posts, rep.Skipped, rep.Classes, bytes)
	}
	want := crawl()
	for k, v := range collyVariables() {
		t.Setenv("COLLY_"+k, v)
	}
	if got := crawl(); got != want {
		t.Errorf("with COLLY_ variables: %s\nwithout: %s", got, want)
	}
	if !strings.Contains(want, testAgent) {
		t.Errorf("crawl = %s, want our agent in it", want)
	}
}
