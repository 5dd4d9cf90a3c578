package frontiertest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// Processes runs the part of the suite that needs several processes: the test
// binary is started again with the test's own name, and each process opens the store
// by an argument, which open gives in this process.
//
//   - Many owners at once: no host has two owners at a time, and no URL is
//     fetched twice.
//   - A process that is killed: what it had settled is not fetched again, what it
//     had in flight is, at once where freed says so and else when the leases ran out.
func Processes(t *testing.T, open func(arg string, now func() time.Time) (frontier.Store, error), arg func(t *testing.T) string, freed bool) {
	if mode := os.Getenv(modeEnv); mode != "" {
		s, err := open(os.Getenv(argEnv), nil)
		if err != nil {
			t.Fatal(err)
		}
		if mode == "killed" {
			inFlight(t, s)
		}
		if err := visitor(s, os.Getenv(visitEnv)); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Run("many owners at once", func(t *testing.T) { fleet(t, open, arg(t)) })
	t.Run("a process that is killed", func(t *testing.T) { killed(t, open, arg(t), freed) })
}

const (
	modeEnv  = "LUREWATCH_TEST_FRONTIER_MODE"
	argEnv   = "LUREWATCH_TEST_FRONTIER_ARG"
	visitEnv = "LUREWATCH_TEST_FRONTIER_VISIT"
)

// another starts this test in another process.
func another(t *testing.T, mode, arg, visit string) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	top, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.Command(self, "-test.run=^"+top+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), modeEnv+"="+mode, argEnv+"="+arg, visitEnv+"="+visit)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// witness is the web that processes visit: it sees who is at which host when.
type witness struct {
	mu     sync.Mutex
	at     map[string]map[string]int // host → owner → visits under way
	visits map[string]int
	owners map[string]bool
	wrong  []string
	begin  sync.WaitGroup // counts the processes that are not there yet
}

func (w *witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/begin" { // all wait until each holds a host, or the first would get all
		w.begin.Done()
		w.begin.Wait()
		return
	}
	u, owner := r.URL.Query().Get("url"), r.URL.Query().Get("owner")
	p, err := url.Parse(u)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	w.visits[u]++
	w.owners[owner] = true
	if w.at[p.Host] == nil {
		w.at[p.Host] = map[string]int{}
	}
	w.at[p.Host][owner]++
	if len(w.at[p.Host]) > 1 {
		w.wrong = append(w.wrong, fmt.Sprintf("%s is visited by %d owners at a time", p.Host, len(w.at[p.Host])))
	}
	w.mu.Unlock()
	select { // long enough for another to come by
	case <-time.After(2 * time.Millisecond):
	case <-r.Context().Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at[p.Host][owner]--; w.at[p.Host][owner] == 0 {
		delete(w.at[p.Host], owner)
	}
}

// Size of the fleet's work: hosts with so many first pages, each of which links to
// the next page of its host and of another.
const (
	fleetHosts = 12
	fleetPages = 6
)

func pageURL(host, page int) string {
	return fmt.Sprintf("http://h%d.test/%d", host%fleetHosts, page)
}

func fleet(t *testing.T, open func(string, func() time.Time) (frontier.Store, error), arg string) {
	s, err := open(arg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var seeds []frontier.Entry
	for h := range fleetHosts {
		seeds = append(seeds, frontier.Entry{Site: "s", URL: pageURL(h, 0), Round: 1})
	}
	if _, err := s.Add(t.Context(), seeds); err != nil {
		t.Fatal(err)
	}
	w := &witness{at: map[string]map[string]int{}, visits: map[string]int{}, owners: map[string]bool{}}
	web := httptest.NewServer(w)
	defer web.Close()
	const processes = 3
	w.begin.Add(processes)
	var cmds []*exec.Cmd
	for range processes {
		cmd, out := another(t, "fleet", arg, web.URL)
		go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("a process of the fleet: %v", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
	for u, n := range w.visits {
		if n != 1 {
			t.Errorf("%s was fetched %d times", u, n)
		}
	}
	if want := fleetHosts * fleetPages; len(w.visits) != want {
		t.Errorf("%d URLs were fetched, want %d", len(w.visits), want)
	}
	if len(w.owners) < 2 {
		t.Errorf("%d of %d processes got work: the test tests less than it says", len(w.owners), processes)
	}
	st, err := s.Stat(t.Context(), "s")
	if err != nil || st.Outcomes["content"] != fleetHosts*fleetPages || st.Leased != 0 || st.Waiting != 0 {
		t.Errorf("stat = %+v, %v, want all fetched", st, err)
	}
}

// visitor is one process of a fleet: it claims, visits and settles until nothing
// waits any more.
func visitor(s frontier.Store, web string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	me := fmt.Sprint(os.Getpid())
	begun := false
	for {
		ls, err := s.Claim(ctx, frontier.Query{Sites: []string{"s"}, N: 4, PerHost: 2, Lease: 2 * time.Minute})
		if err != nil {
			return err
		}
		if len(ls) > 0 && !begun {
			if err := visit(ctx, web+"/begin"); err != nil {
				return err
			}
			begun = true
		}
		var results []frontier.Result
		for _, l := range ls {
			if err := visit(ctx, web+"/?owner="+me+"&url="+url.QueryEscape(l.URL)); err != nil {
				return err
			}
			var host, page int
			if _, err := fmt.Sscanf(l.URL, "http://h%d.test/%d", &host, &page); err != nil {
				return err
			}
			r := frontier.Result{Lease: l, Outcome: "content"}
			if page+1 < fleetPages {
				for _, h := range []int{host, host + 1} {
					r.Links = append(r.Links, frontier.Entry{Site: "s", URL: pageURL(h, page+1), Round: 1, Depth: page + 1})
				}
			}
			results = append(results, r)
		}
		if len(results) > 0 {
			if _, err := s.Done(ctx, results); err != nil {
				return err
			}
			continue
		}
		st, err := s.Stat(ctx, "s")
		if err != nil {
			return err
		}
		if st.Waiting == 0 && st.Leased == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond): // others hold what is left
		}
	}
}

func visit(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// inFlight is the process that is killed: it settles some URLs and holds others.
func inFlight(t *testing.T, s frontier.Store) {
	ctx := context.Background()
	claim := func(n int) []frontier.Lease {
		ls, err := s.Claim(ctx, frontier.Query{Sites: []string{"s"}, N: n, PerHost: n, Lease: time.Hour})
		if err != nil || len(ls) != n {
			t.Fatal(len(ls), err)
		}
		return ls
	}
	for _, l := range claim(10) {
		if _, err := s.Done(ctx, []frontier.Result{{Lease: l, Outcome: "content", Links: []frontier.Entry{{Site: "s", URL: l.URL + "/link", Round: 1}}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range claim(5) {
		fmt.Fprintln(os.Stdout, "holds", l.URL)
	}
	fmt.Fprintln(os.Stdout, "ready")
	select {} // until killed
}

func killed(t *testing.T, open func(string, func() time.Time) (frontier.Store, error), arg string, freed bool) {
	s, err := open(arg, nil)
	if err != nil {
		t.Fatal(err)
	}
	var es []frontier.Entry
	for i := range 30 {
		es = append(es, frontier.Entry{Site: "s", URL: fmt.Sprintf("http://h%d.test/%d", i%3, i), Round: 1})
	}
	if _, err := s.Add(t.Context(), es); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	cmd, out := another(t, "killed", arg, "")
	var holds []string
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
		if u, ok := strings.CutPrefix(lines.Text(), "holds "); ok {
			holds = append(holds, u)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // reports the kill
	if len(holds) != 5 {
		t.Fatalf("the process held %q, want 5 URLs", holds)
	}
	now := time.Now
	if !freed {
		now = func() time.Time { return time.Now().Add(61 * time.Minute) }
	}
	if s, err = open(arg, now); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := s.Stat(t.Context(), "s")
	if err != nil || st.Known != 40 || st.Outcomes["content"] != 10 || st.Waiting != 30 || st.Leased != 0 {
		t.Errorf("stat = %+v, %v, want 40 known, 10 settled, 30 waiting and no lease held", st, err)
	}
	ls, err := s.Claim(t.Context(), frontier.Query{Sites: []string{"s"}, N: 99, PerHost: 99, Lease: time.Minute})
	if err != nil || len(ls) != 30 {
		t.Fatalf("%d claimed, %v, want the 30 that were not settled", len(ls), err)
	}
	for _, l := range ls {
		holds = slices.DeleteFunc(holds, func(u string) bool { return u == l.URL })
	}
	if len(holds) != 0 {
		t.Errorf("what was in flight is not fetched again: %q", holds)
	}
}
