package frontier_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/frontiertest"
)

func open(t testing.TB, path string, now func() time.Time) *frontier.SQLite {
	t.Helper()
	s, err := frontier.Open(frontier.Options{Path: path, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() }) // a second close is refused, and fine here
	return s
}

func TestSQLite(t *testing.T) {
	frontiertest.Run(t, func(t *testing.T, c *frontiertest.Clock) (frontier.Store, func() frontier.Store) {
		path := filepath.Join(t.TempDir(), "frontier.db")
		return open(t, path, c.Now), func() frontier.Store { return open(t, path, c.Now) }
	})
}

func TestProcesses(t *testing.T) {
	frontiertest.Processes(t, func(path string, now func() time.Time) (frontier.Store, error) {
		return frontier.Open(frontier.Options{Path: path, Now: now})
	}, func(t *testing.T) string { return filepath.Join(t.TempDir(), "frontier.db") }, true)
}

// TestKilledOwner claims in another process, kills it, and expects the claim to be
// free at once, not only when the lease runs out.
func TestKilledOwner(t *testing.T) {
	if path := os.Getenv("LUREWATCH_TEST_CLAIM"); path != "" {
		s, err := frontier.Open(frontier.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		ls, err := s.Claim(context.Background(), frontier.Query{Sites: []string{"s"}, N: 9, PerHost: 9, Lease: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("claimed %d\n", len(ls))
		select {} // until killed
	}
	path := filepath.Join(t.TempDir(), "frontier.db")
	s := open(t, path, nil)
	if _, err := s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: 1}, {Site: "s", URL: "http://a.test/2", Round: 1}}); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestKilledOwner$")
	cmd.Env = append(os.Environ(), "LUREWATCH_TEST_CLAIM="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "claimed 2\n" {
		t.Fatalf("child said %q, %v", line, err)
	}
	claim := func(s *frontier.SQLite) int {
		t.Helper()
		ls, err := s.Claim(t.Context(), frontier.Query{Sites: []string{"s"}, N: 9, PerHost: 9, Lease: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		return len(ls)
	}
	if n := claim(open(t, path, nil)); n != 0 {
		t.Errorf("%d URLs claimed while the other process lives, want 0", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // reports the kill
	if n := claim(open(t, path, nil)); n != 2 {
		t.Errorf("%d URLs claimed after the other process was killed, want 2", n)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := frontier.Open(frontier.Options{}); err == nil {
		t.Error("no path: no error")
	}
	path := filepath.Join(t.TempDir(), "frontier.db")
	if err := os.WriteFile(path, []byte("this is no database, however long it is"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := frontier.Open(frontier.Options{Path: path}); err == nil {
		t.Error("a file that is no database: no error")
	}
}

// A path with characters that mean something in a URL or a glob.
func TestOddPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c%20[d]#")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "frontier.db")
	s := open(t, path, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(t.TempDir(), "*", "*.owner-*")); err != nil || len(left) != 0 {
		t.Errorf("owner files left: %q, %v", left, err)
	}
}

func entries(from, n int) []frontier.Entry {
	es := make([]frontier.Entry, n)
	for i := range es {
		k := from + i
		es[i] = frontier.Entry{Site: "s", URL: fmt.Sprintf("https://host%d.example/jobs/%d/customer-service-agent?page=%d", k%1000, k, k%7), Round: 1, Fast: k%3 == 0}
	}
	return es
}

// BenchmarkAdd measures URLs per second in groups of 500, as a crawl adds them.
func BenchmarkAdd(b *testing.B) {
	for name, known := range map[string]bool{"new": false, "known": true} {
		b.Run(name, func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "frontier.db"), nil)
			const group, universe = 500, 200_000
			if known {
				for i := 0; i < universe; i += group {
					if _, err := s.Add(b.Context(), entries(i, group)); err != nil {
						b.Fatal(err)
					}
				}
			}
			rng := rand.New(rand.NewPCG(1, 2))
			b.ResetTimer()
			n := 0
			for b.Loop() {
				from := universe + n*group
				if known {
					from = rng.IntN(universe - group)
				}
				if _, err := s.Add(b.Context(), entries(from, group)); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n*group)/b.Elapsed().Seconds(), "urls/s")
		})
	}
}

// BenchmarkClaimDone measures pages per second through claim and done, 64 at a time.
func BenchmarkClaimDone(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "frontier.db"), nil)
	for i := 0; i < 300_000; i += 1000 {
		if _, err := s.Add(b.Context(), entries(i, 1000)); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	n := 0
	for b.Loop() {
		ls, err := s.Claim(b.Context(), frontier.Query{Sites: []string{"s"}, N: 64, PerHost: 8, Lease: time.Minute})
		if err != nil || len(ls) == 0 {
			b.Fatal(len(ls), err)
		}
		rs := make([]frontier.Result, len(ls))
		for i, l := range ls {
			rs[i] = frontier.Result{Lease: l, Outcome: "content", Again: time.Now().Add(time.Hour)}
		}
		if _, err := s.Done(b.Context(), rs); err != nil {
			b.Fatal(err)
		}
		n += len(ls)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "pages/s")
}

func BenchmarkCanonical(b *testing.B) {
	for b.Loop() {
		if _, _, err := frontier.Canonical("https://www.example.org/jobs/123/customer-service?utm_source=x&page=2#apply"); err != nil {
			b.Fatal(err)
		}
	}
}
