package elastic_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/es"
)

// line is the way to the server, which loses requests or answers on demand.
type line struct {
	down    atomic.Bool  // no request arrives
	swallow atomic.Int32 // answers to so many writes are lost, after they were done
	lost    atomic.Int32
}

var errCut = errors.New("the line is cut")

func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.down.Load() {
		return nil, errCut
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil && strings.HasSuffix(req.URL.Path, "/_bulk") && l.swallow.Add(-1) >= 0 {
		res.Body.Close()
		l.lost.Add(1)
		return nil, errCut
	}
	return res, err
}

// TestLostAnswers loses the answer to each kind of write after the server did it:
// nothing is added, leased or settled twice, and nothing is forgotten.
func TestLostAnswers(t *testing.T) {
	var l line
	opt := options(t)
	opt.Transport = &l
	s := open(t, opt)
	var entries []frontier.Entry
	for i := range 6 {
		entries = append(entries, frontier.Entry{Site: "s", URL: fmt.Sprintf("http://h%d.test/%d", i%2, i), Round: 1})
	}
	l.swallow.Store(2) // of the site's document, and of the URLs
	if n, err := s.Add(t.Context(), entries); err != nil || n != 6 {
		t.Fatalf("%d new, %v, want 6", n, err)
	}
	l.swallow.Store(2) // of the hosts, and of the leases
	ls, err := s.Claim(t.Context(), frontier.Query{Sites: []string{"s"}, N: 9, PerHost: 9, Lease: time.Minute})
	if err != nil || len(ls) != 6 {
		t.Fatalf("%d claimed, %v, want 6", len(ls), err)
	}
	var rs []frontier.Result
	for _, lease := range ls[:3] {
		rs = append(rs, frontier.Result{Lease: lease, Outcome: "content", HostAfter: time.Now().Add(-time.Second), Links: []frontier.Entry{{Site: "s", URL: lease.URL + "/link", Round: 1}}})
	}
	l.swallow.Store(3) // of the links, of the hosts, and of the outcomes
	if n, err := s.Done(t.Context(), rs); err != nil || n != 3 {
		t.Errorf("%d links new, %v, want 3", n, err)
	}
	l.swallow.Store(1)
	if err := s.Release(t.Context(), ls[3:]); err != nil {
		t.Error(err)
	}
	if l.lost.Load() != 8 {
		t.Errorf("%d answers were lost, want 8: the test tests less than it says", l.lost.Load())
	}
	st, err := s.Stat(t.Context(), "s")
	if err != nil || st.Known != 9 || st.Outcomes["content"] != 3 || st.Waiting != 6 || st.Leased != 0 {
		t.Errorf("stat = %+v, %v, want 9 known, 3 content, 6 waiting, none leased", st, err)
	}
}

// TestServerAway cuts the line in the middle: calls fail in time with an error that
// says so, and the same call works when the server is back, as if it had been first.
func TestServerAway(t *testing.T) {
	var l line
	opt := options(t)
	opt.Transport, opt.Patience = &l, 500*time.Millisecond
	s := open(t, opt)
	add := func() (int, error) {
		return s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: 1}})
	}
	done := func(ls []frontier.Lease) (int, error) {
		return s.Done(t.Context(), []frontier.Result{{Lease: ls[0], Outcome: "content", Links: []frontier.Entry{{Site: "s", URL: "http://a.test/2", Round: 1}}}})
	}
	patiently := func(fn func() error) { // the machine may be slow
		t.Helper()
		var err error
		for range 20 {
			if err = fn(); err == nil || !es.Passing(err) {
				break
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	l.down.Store(true)
	begin := time.Now()
	if _, err := add(); !es.Passing(err) || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("add: %v, want an error that passes, with a hint", err)
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("it took %v to say so", d)
	}
	l.down.Store(false)
	patiently(func() error { _, err := add(); return err })
	var ls []frontier.Lease
	patiently(func() (err error) {
		if len(ls) == 0 {
			ls, err = s.Claim(t.Context(), frontier.Query{Sites: []string{"s"}, N: 1, PerHost: 1, Lease: time.Hour})
		}
		return err
	})
	if len(ls) != 1 {
		t.Skipf("the machine is too slow for this test: %d claimed", len(ls))
	}
	l.down.Store(true)
	if _, err := done(ls); !es.Passing(err) {
		t.Errorf("done: %v, want an error that passes", err)
	}
	l.down.Store(false)
	patiently(func() error { _, err := done(ls); return err })
	patiently(func() error { _, err := done(ls); return err }) // once more changes nothing
	st, err := s.Stat(t.Context(), "s")
	if err != nil || st.Known != 2 || st.Outcomes["content"] != 1 || st.Waiting != 1 {
		t.Errorf("stat = %+v, %v, want 2 known, 1 content, 1 waiting", st, err)
	}
}
