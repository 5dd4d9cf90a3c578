package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/post"
)

// bigSite is a job board of n posts with JSON-LD, ten links a page, made from the
// demo's posts, so that a crawl lasts through many crashes.
func bigSite(t *testing.T, n int) *httptest.Server {
	t.Helper()
	samples, err := demo.Posts()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<html><body><h1>Board</h1><a href="/job/0">first</a></body></html>`)
	})
	mux.HandleFunc("GET /job/{n}", func(w http.ResponseWriter, r *http.Request) {
		var i int
		if _, err := fmt.Sscan(r.PathValue("n"), &i); err != nil || i < 0 || i >= n {
			http.NotFound(w, r)
			return
		}
		p := samples[i%len(samples)]
		ld, _ := json.Marshal(map[string]any{
			"@context": "https://schema.org", "@type": "JobPosting", "title": p.Title + fmt.Sprintf(" #%d", i),
			"description": p.Text, "identifier": fmt.Sprint(i), "datePosted": "2026-11-01", "inLanguage": p.Lang,
		})
		fmt.Fprintf(w, `<html lang="%s"><head><title>%d</title><script type="application/ld+json">%s</script></head><body>`, p.Lang, i, ld)
		for k := 1; k <= 10; k++ {
			fmt.Fprintf(w, `<a href="/job/%d">%d</a> `, (i*10+k)%n, (i*10+k)%n)
		}
		fmt.Fprint(w, "</body></html>")
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// flaky is how many calls an inbox answers unreliably.
const flaky = 60

// inbox takes notices in; of its first calls it answers every third with a failure.
type inbox struct {
	*httptest.Server
	mu    sync.Mutex
	calls int
	byKey map[string]string // webhook-id → post id
}

func newInbox(t *testing.T) *inbox {
	in := &inbox{byKey: map[string]string{}}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n struct{ Data post.Notice } // the envelope of Standard Webhooks
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &n)
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		in.calls++
		if err != nil || in.calls <= flaky && in.calls%3 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		in.byKey[r.Header.Get("webhook-id")] = n.Data.Post.ID
	}))
	t.Cleanup(in.Close)
	return in
}

// service is one process of lurewatch that will be killed.
type service struct {
	cmd *exec.Cmd
	out *watched
}

// watched collects what a process says.
type watched struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

func startService(t *testing.T, config, data string) *service {
	t.Helper()
	cmd := lurewatch(context.Background(), "run", "-c", config, "--data-dir", data)
	out := &watched{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &service{cmd, out}
}

var deskURL = regexp.MustCompile(`msg="review desk" url=(http://\S+)`)

// desk waits for the address of the review desk; empty when the process ended or time ran out.
func (s *service) desk(patience time.Duration) string {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if m := deskURL.FindStringSubmatch(s.out.String()); m != nil {
			return m[1]
		}
	}
	return ""
}

func (s *service) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil || exit.Exited() {
		t.Fatalf("the service ended by itself before it was killed:\n%s", s.out)
	}
}

// TestNothingIsLostWhenTheProcessIsKilled kills the whole service at seeded random
// moments while it crawls, judges, indexes, alerts and takes decisions, and
// compares in the end what every store holds.
func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	rounds, posts := 50, 1500
	if testing.Short() {
		rounds, posts = 3, 120
	}
	const seed = 20261122
	rnd := rand.New(rand.NewPCG(seed, 0))
	site, in, data := bigSite(t, posts), newInbox(t), t.TempDir()
	config := filepath.Join(t.TempDir(), "lurewatch.yml")
	text := fmt.Sprintf(`
crawl: {pace: 15ms, allow_net: [127.0.0.0/8], browser: "off", workers: 4}
web: {listen: "127.0.0.1:0"}
sources:
- {name: board, seeds: [%q], max_depth: 1000, max_pages: -1, browser: "off"}
alerts:
  min_level: low
  webhooks:
  - {name: unit, url: %q, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
`, site.URL+"/", in.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	reviewer := &deskClient{t: t}
	decided := map[string]post.Act{} // acknowledged by the desk
	for round := range rounds {
		s := startService(t, config, data)
		life := time.Duration(150+rnd.IntN(1300)) * time.Millisecond
		end := time.Now().Add(life)
		if addr := s.desk(life); addr != "" {
			reviewer.login(addr, data)
			for time.Now().Before(end) {
				if id, act, ok := reviewer.decideOne(rnd, decided); ok {
					decided[id] = act
				} else {
					time.Sleep(20 * time.Millisecond)
				}
			}
		}
		s.kill(t)
		t.Logf("round %d: killed after %v, %d decisions so far, %d notices", round+1, life, len(decided), in.count())
	}
	finish(t, config, data, posts, in)
	checkFolds(t, data, posts)
	docs := readIndex(t, filepath.Join(data, "index.db"))
	if len(docs) != posts {
		t.Errorf("the index holds %d posts, the site has %d", len(docs), posts)
	}
	lost := 0
	for id, act := range decided {
		d := docs[id]
		if len(d.Decisions) != 1 || d.Decisions[0].Act != act {
			lost++
			t.Errorf("decision %s on %s: the index has %v", act, id, d.Decisions)
		}
	}
	if len(decided) == 0 && !testing.Short() {
		t.Error("no decision was made in all rounds: the test tests less than it says")
	}
	in.check(t, docs)
	t.Logf("%d rounds, %d posts, %d decisions, %d notices in %d calls", rounds, len(docs), len(decided), in.count(), in.calls)
}

func (in *inbox) count() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.byKey)
}

// check: every flagged post was told of, under one key.
func (in *inbox) check(t *testing.T, docs map[string]indexer.Doc) {
	t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	keys := map[string][]string{}
	for key, id := range in.byKey {
		keys[id] = append(keys[id], key)
	}
	flagged := 0
	for id, d := range docs {
		switch {
		case d.Verdict.Flagged && len(keys[id]) != 1:
			t.Errorf("%s is flagged and was told of under %d keys", id, len(keys[id]))
		case !d.Verdict.Flagged && len(keys[id]) != 0:
			t.Errorf("%s is not flagged, yet was told of", id)
		}
		if d.Verdict.Flagged {
			flagged++
		}
	}
	if flagged == 0 {
		t.Error("nothing was flagged: the test tests less than it says")
	}
}

// finish lets the service run undisturbed until every post is indexed and every
// notice is out, and a little longer, in case something comes twice.
func finish(t *testing.T, config, data string, posts int, in *inbox) {
	t.Helper()
	s := startService(t, config, data)
	index := filepath.Join(data, "index.db")
	deadline := time.Now().Add(6 * time.Minute)
	for quiet := 0; quiet < 4; {
		time.Sleep(500 * time.Millisecond)
		all, flagged := countIndex(t, index)
		switch {
		case all >= posts && in.count() >= flagged:
			quiet++
		case time.Now().After(deadline):
			t.Errorf("the line did not drain in time: %d of %d posts, %d of %d notices; the service said:\n%s", all, posts, in.count(), flagged, tail(s.out.String(), 4000))
			quiet = 4
		}
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("the service did not stop cleanly: %v\n%s", err, tail(s.out.String(), 4000))
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func checkFolds(t *testing.T, data string, posts int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := lurewatch(t.Context(), "rebuild", "--check", "--data-dir", data)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Errorf("archive, stream and index differ: %v\n%s%s", err, &out, &errs)
	}
	if want := fmt.Sprintf("archive %d:", posts); !strings.Contains(out.String(), want) {
		t.Errorf("want %q in\n%s", want, &out)
	}
	// Every byte that survived is in custody, whenever the process was killed.
	if r := ended(t, lurewatch(t.Context(), "evidence", "verify", "--data-dir", data)); r.code != 0 || !strings.Contains(r.out, "captures with") {
		t.Errorf("evidence verify: exit %d\n%s", r.code, r.both())
	}
}

// countIndex counts the posts that the index holds, and those of them that are flagged.
func countIndex(t *testing.T, path string) (all, flagged int) {
	t.Helper()
	x, err := embedded.Open(t.Context(), embedded.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	n, err := x.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	page, err := x.Search(t.Context(), indexer.Query{Filter: indexer.Filter{Flagged: &yes}, Limit: -1})
	if err != nil {
		t.Fatal(err)
	}
	return int(n), int(page.Total)
}

func readIndex(t *testing.T, path string) map[string]indexer.Doc {
	t.Helper()
	x, err := embedded.Open(t.Context(), embedded.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	docs := map[string]indexer.Doc{}
	for q := (indexer.Query{Limit: 500}); ; {
		page, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range page.Hits {
			if _, twice := docs[h.Doc.Post.ID]; twice {
				t.Errorf("%s stands twice in the index", h.Doc.Post.ID)
			}
			docs[h.Doc.Post.ID] = h.Doc
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return docs
		}
	}
}

// deskClient is a reviewer with a browser that has no JavaScript.
type deskClient struct {
	t        *testing.T
	client   *http.Client
	base     string
	password string
}

// login logs in at the desk. The session outlives a crash, so once is enough, but
// the cookie belongs to the address.
func (d *deskClient) login(base, data string) {
	d.base = strings.TrimSuffix(base, "/")
	b, err := os.ReadFile(filepath.Join(data, "first-admin-password")) // of whichever round made the account
	if err != nil {
		d.t.Fatal(err)
	}
	d.password = strings.TrimSpace(string(b))
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.client = &http.Client{Jar: jar, Timeout: 5 * time.Second}
	_, _ = d.post("/login", url.Values{"name": {"admin"}, "password": {d.password}})
}

func (d *deskClient) post(path string, v url.Values) (int, error) {
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.base+path, strings.NewReader(v.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", d.base)
	res, err := d.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

var postLink = regexp.MustCompile(`/posts/(p[0-9a-f]{32})`)

// decideOne opens the queue and decides on a post that was not decided yet. It
// reports a decision only when the desk answered that it is made.
func (d *deskClient) decideOne(rnd *rand.Rand, done map[string]post.Act) (string, post.Act, bool) {
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.base+"/", nil)
	if err != nil {
		return "", "", false
	}
	res, err := d.client.Do(req)
	if err != nil {
		return "", "", false
	}
	defer res.Body.Close()
	ids := map[string]bool{}
	for sc := bufio.NewScanner(res.Body); sc.Scan(); {
		for _, m := range postLink.FindAllStringSubmatch(sc.Text(), -1) {
			if _, known := done[m[1]]; !known {
				ids[m[1]] = true
			}
		}
	}
	if len(ids) == 0 {
		return "", "", false
	}
	list := slices.Sorted(maps.Keys(ids))
	id := list[rnd.IntN(len(list))]
	act, form := post.ActConfirm, url.Values{"act": {"confirm"}}
	if rnd.IntN(2) == 0 {
		act, form = post.ActDismiss, url.Values{"act": {"dismiss"}, "reason": {"ordinary job"}}
	}
	code, err := d.post("/posts/"+id+"/decision", form)
	return id, act, err == nil && code < 400
}
