package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

var (
	demoDone  = regexp.MustCompile(`crawled in ([\d.]+) s: (\d+) posts in (\d+) languages, (\d+) flagged for review`)
	demoFirst = regexp.MustCompile(`first flagged post after ([\d.]+) s`)
)

// demoRun runs the demo in a temporary folder of its own, and looks at what it
// says and leaves behind.
func demoRun(t *testing.T, browser, data string) (posts, languages int) {
	t.Helper()
	tmp, err := os.MkdirTemp("", "lw") //nolint:usetesting // short: a socket of Chromium's has a path of at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	args := []string{"demo", "--once", "--browser", browser, "--listen", "127.0.0.1:0"}
	if data != "" {
		args = append(args, "--data-dir", data)
	}
	r := finished(t, t.TempDir(), []string{"TMPDIR=" + tmp}, nil, args...)
	if r.code != 0 {
		t.Fatalf("exit %d, want 0:\n%s", r.code, r.both())
	}
	m, first := demoDone.FindStringSubmatch(r.err), demoFirst.FindStringSubmatch(r.err)
	if m == nil || first == nil {
		t.Fatalf("the demo does not say what it found:\n%s", r.err)
	}
	t.Logf("first flagged post after %s s; all in %s s: %s posts in %s languages, %s flagged", first[1], m[1], m[2], m[3], m[4])
	posts, _ = strconv.Atoi(m[2])
	languages, _ = strconv.Atoi(m[3])
	if flagged, _ := strconv.Atoi(m[4]); flagged < 30 {
		t.Errorf("%d posts are flagged, want at least 30", flagged)
	}
	if !strings.Contains(r.err, "dead letters 0") || regexp.MustCompile(`dead letters [1-9]`).MatchString(r.err) {
		t.Errorf("there are dead letters:\n%s", r.err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		t.Errorf("the demo left %s behind", f.Name())
	}
	for _, c := range demoContacts(t) {
		if strings.Contains(r.both(), c) {
			t.Errorf("the log holds the contact %q of a post:\n%s", c, r.both())
		}
	}
	if procs := withArgument(t, tmp); len(procs) > 0 {
		t.Errorf("processes of the demo are still there: %v", procs)
	}
	return posts, languages
}

// samples are the sample posts.
func samples(t *testing.T) []demo.Post {
	t.Helper()
	posts, err := demo.Posts()
	if err != nil {
		t.Fatal(err)
	}
	return posts
}

// demoContacts lists what the sample posts name to reach their posters: handles,
// and runs of digits as long as a phone number.
func demoContacts(t *testing.T) (out []string) {
	t.Helper()
	posts := samples(t)
	contact := regexp.MustCompile(`@[A-Za-z][\w.]{3,}|\+?\d[\d -]{7,}\d|[\w.]+@[\w.]+\.\w+`)
	seen := map[string]bool{}
	for _, p := range posts {
		for _, c := range contact.FindAllString(p.Title+"\n"+p.Text, -1) {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d contacts in the sample posts: the test tests less than it says", len(out))
	}
	return out
}

// withArgument finds the processes of which an argument holds s.
func withArgument(t *testing.T, s string) (out []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil && strings.Contains(string(b), s) {
			out = append(out, f+": "+strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return out
}

func TestDemoWithoutBrowser(t *testing.T) {
	want := 0
	for _, p := range samples(t) {
		if p.Site != "app" { // its posts exist only after JavaScript has run
			want++
		}
	}
	posts, languages := demoRun(t, "off", "")
	if posts != want || posts < 170 || languages < 8 {
		t.Errorf("%d posts in %d languages, want %d (at least 170) in 8", posts, languages, want)
	}
}

func TestDemoWithBrowser(t *testing.T) {
	slow(t)
	chromium := realtest.Chromium(t)
	data := t.TempDir()
	demoRun(t, chromium, data)
	found := map[string]int{}
	for _, d := range readIndex(t, filepath.Join(data, "index.db")) {
		found[d.Post.Source]++
	}
	want := map[string]int{}
	for _, p := range samples(t) {
		want[p.Site]++
	}
	if diff := cmp.Diff(want, found); diff != "" || len(want) != 5 {
		t.Errorf("posts by site (-there +found):\n%s", diff)
	}
}

// TestDemoEndsWithCtrlC interrupts a demo that shows its desk.
func TestDemoEndsWithCtrlC(t *testing.T) {
	tmp := t.TempDir()
	p := background(t, []string{"TMPDIR=" + tmp}, "demo", "--browser", "off", "--listen", "127.0.0.1:0")
	desk := p.says(t, 30*time.Second, `review desk  (http://\S+)`)[1]
	p.says(t, 30*time.Second, `Ctrl-C stops the demo`)
	res, err := http.Get(desk)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the desk does not answer: %v, %v", res, err)
	}
	_ = res.Body.Close()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		t.Fatal("the demo does not end")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit %d after Ctrl-C, want 0", code)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
