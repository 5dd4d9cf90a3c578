package elastic_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/elastic"
	"github.com/lurewatch/lurewatch/crawler/frontier/frontiertest"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// options names indices that no other test has, and removes them after the test.
func options(t testing.TB) elastic.Options {
	t.Helper()
	url := realtest.Elastic(t)
	name := "test-" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, url+"/"+name+"-*-v*", nil)
		if err != nil {
			t.Error(err)
			return
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
	})
	return elastic.Options{URLs: []string{url}, Name: name, Patience: time.Minute}
}

func open(t testing.TB, opt elastic.Options) *elastic.Store {
	t.Helper()
	s, err := elastic.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() }) // a second close is harmless
	return s
}

func TestContract(t *testing.T) {
	frontiertest.Run(t, func(t *testing.T, c *frontiertest.Clock) (frontier.Store, func() frontier.Store) {
		opt := options(t)
		opt.Now = c.Now
		return open(t, opt), func() frontier.Store { return open(t, opt) }
	})
}

// openAt opens the store that an argument names: indices, folder.
func openAt(arg string, now func() time.Time) (frontier.Store, error) {
	name, dir, _ := strings.Cut(arg, " ")
	return elastic.Open(context.Background(), elastic.Options{URLs: []string{os.Getenv(realtest.ElasticEnv)}, Name: name, Dir: dir, Now: now, Patience: time.Minute})
}

func TestProcesses(t *testing.T) {
	frontiertest.Processes(t, openAt, func(t *testing.T) string { return options(t).Name + " " + t.TempDir() }, true)
}

// TestProcessesOfOtherMachines shares no folder: what a killed process held comes
// back when its leases run out.
func TestProcessesOfOtherMachines(t *testing.T) {
	frontiertest.Processes(t, openAt, func(t *testing.T) string { return options(t).Name }, false)
}
