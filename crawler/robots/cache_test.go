package robots

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// host is a robots.txt server in memory: paths to answers.
type host struct {
	answers map[string]Response
	err     error
	asked   atomic.Int32
}

func (h *host) fetch(_ context.Context, by string, u *url.URL) (Response, error) {
	h.asked.Add(1)
	if by == "poor" {
		return Response{}, fmt.Errorf("%w: nothing left", ErrNotBy)
	}
	if h.err != nil {
		return Response{}, h.err
	}
	r, ok := h.answers[u.String()]
	if !ok {
		return Response{Status: 404}, nil
	}
	return r, nil
}

func newCache(t *testing.T, h *host) *Cache {
	t.Helper()
	c, err := New(Options{Product: "lurewatch", Fetch: h.fetch})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestStatusPolicy(t *testing.T) {
	deny := []byte("User-agent: *\nDisallow: /\n")
	chain := func(n int) map[string]Response {
		m := map[string]Response{}
		at := "http://h.test/robots.txt"
		for i := range n {
			next := fmt.Sprintf("http://h.test/r%d", i)
			m[at] = Response{Status: 302, Location: next}
			at = next
		}
		m[at] = Response{Status: 200, Body: deny}
		return m
	}
	one := func(r Response) map[string]Response {
		return map[string]Response{"http://h.test/robots.txt": r}
	}
	tests := map[string]struct {
		answers map[string]Response
		err     error
		allow   bool
		wait    time.Duration // until the host is asked again; 0 when a rule decided
		why     string
	}{
		"200 is parsed":               {answers: one(Response{Status: 200, Body: deny}), why: "disallow: /"},
		"204 is an empty file":        {answers: one(Response{Status: 204}), allow: true, why: "no rule matches"},
		"404 allows":                  {allow: true, why: "answered 404"},
		"403 allows":                  {answers: one(Response{Status: 403}), allow: true, why: "answered 403"},
		"429 denies for a while":      {answers: one(Response{Status: 429}), wait: 10 * time.Minute, why: "429"},
		"429 denies as long as asked": {answers: one(Response{Status: 429, RetryAfter: time.Hour}), wait: time.Hour, why: "429"},
		"500 denies for a while":      {answers: one(Response{Status: 500}), wait: 10 * time.Minute, why: "500"},
		"unreachable denies":          {err: errors.New("connection refused"), wait: 10 * time.Minute, why: "unreachable"},
		"five redirects are followed": {answers: chain(5), why: "disallow: /"},
		"six are too many":            {answers: chain(6), allow: true, why: "redirects too often"},
		"a redirect to a file":        {answers: one(Response{Status: 301, Location: "file:///etc/passwd"}), allow: true, why: "nowhere"},
		"another host may hold it": {answers: map[string]Response{
			"http://h.test/robots.txt":  {Status: 301, Location: "https://w.test/robots.txt"},
			"https://w.test/robots.txt": {Status: 200, Body: deny}}, why: "disallow: /"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCache(t, &host{answers: tt.answers, err: tt.err})
				d, err := c.Check(t.Context(), mustURL(t, "http://h.test/page"))
				if err != nil {
					t.Fatal(err)
				}
				if d.Allow != tt.allow || !strings.Contains(d.Why, tt.why) {
					t.Errorf("decision = %+v, want allow %v because %q", d, tt.allow, tt.why)
				}
				if wait := time.Until(d.Until); tt.wait != 0 && wait != tt.wait || tt.wait == 0 && !d.Until.IsZero() {
					t.Errorf("ask again after %v, want %v", wait, tt.wait)
				}
			})
		})
	}
}

func TestCacheExpiresAndForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{answers: map[string]Response{"http://h.test/robots.txt": {Status: 200}}}
		c := newCache(t, h)
		check := func(want int32, when string) {
			t.Helper()
			if _, err := c.Check(t.Context(), mustURL(t, "http://h.test/x")); err != nil {
				t.Fatal(err)
			}
			if got := h.asked.Load(); got != want {
				t.Errorf("%s: host was asked %d times, want %d", when, got, want)
			}
		}
		check(1, "first")
		time.Sleep(24*time.Hour - time.Second)
		check(1, "before a day is over")
		time.Sleep(time.Second)
		check(2, "after a day")
		h.err = errors.New("down")
		time.Sleep(24 * time.Hour)
		check(3, "down")
		time.Sleep(9 * time.Minute)
		check(3, "still down")
		time.Sleep(time.Minute)
		check(4, "asked again soon")
	})
}

func TestHostIsAskedOnce(t *testing.T) {
	gate := make(chan struct{})
	h := &host{}
	c, err := New(Options{Product: "lurewatch", Fetch: func(ctx context.Context, _ string, u *url.URL) (Response, error) {
		<-gate
		return h.fetch(ctx, "", u)
	}})
	if err != nil {
		t.Fatal(err)
	}
	u := mustURL(t, "http://h.test/x")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if d, err := c.Check(t.Context(), u); err != nil || !d.Allow {
				t.Errorf("check = %+v, %v", d, err)
			}
		})
	}
	close(gate)
	wg.Wait()
	if n := h.asked.Load(); n != 1 {
		t.Errorf("host was asked %d times, want 1", n)
	}
}

func TestOneThatGivesUpFailsOnlyItself(t *testing.T) {
	asked := make(chan context.Context, 2)
	c, err := New(Options{Product: "lurewatch", Fetch: func(ctx context.Context, _ string, _ *url.URL) (Response, error) {
		asked <- ctx
		if len(asked) == 0 {
			return Response{}, nil
		}
		select {
		case <-ctx.Done():
			return Response{}, ctx.Err()
		case <-time.After(10 * time.Second):
			return Response{Status: 200}, nil
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		asked = make(chan context.Context, 2)
		u := mustURL(t, "http://h.test/x")
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Check(ctx, u); !errors.Is(err, context.Canceled) {
				t.Errorf("the one that gave up got %v, want context.Canceled", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if d, err := c.Check(t.Context(), u); err != nil || !d.Allow {
				t.Errorf("the other got %+v, %v, want allowed", d, err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

func TestRefusalIsAnError(t *testing.T) {
	c := newCache(t, &host{err: fmt.Errorf("%w: private address", ErrRefused)})
	if _, err := c.Check(t.Context(), mustURL(t, "http://10.0.0.1/")); !errors.Is(err, ErrRefused) {
		t.Errorf("err = %v, want ErrRefused", err)
	}
}

func TestNotNowIsNotKept(t *testing.T) {
	h := &host{err: fmt.Errorf("%w: busy", ErrNotNow)}
	c := newCache(t, h)
	u := mustURL(t, "http://h.test/")
	if _, err := c.Check(t.Context(), u); !errors.Is(err, ErrNotNow) {
		t.Errorf("err = %v, want ErrNotNow", err)
	}
	h.err = nil
	if d, err := c.Check(t.Context(), u); err != nil || !d.Allow {
		t.Errorf("a moment later: %+v, %v, want allowed", d, err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	c, err := New(Options{Product: "lurewatch", Fetch: (&host{}).fetch, Entries: 10})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if _, err := c.Check(t.Context(), mustURL(t, fmt.Sprintf("http://h%d.test/", i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.hosts); n > 10 {
		t.Errorf("%d hosts kept, want at most 10", n)
	}
}

func TestNewChecks(t *testing.T) {
	for name, opt := range map[string]Options{
		"no fetch":          {Product: "a"},
		"no product":        {Fetch: (&host{}).fetch},
		"product with a /":  {Product: "a/1", Fetch: (&host{}).fetch},
		"product is a star": {Product: "*x", Fetch: (&host{}).fetch},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(opt); err == nil {
				t.Error("no error")
			}
		})
	}
}

// TestWhoMayNotAskLetsOthersAsk: one asks in the name of a source that has nothing left,
// and only that one goes without an answer.
func TestWhoMayNotAskLetsOthersAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{}
		begun, gate := make(chan struct{}), make(chan struct{})
		c, err := New(Options{Product: "lurewatch", Fetch: func(ctx context.Context, by string, u *url.URL) (Response, error) {
			if by == "poor" {
				close(begun)
				<-gate
			}
			return h.fetch(ctx, by, u)
		}})
		if err != nil {
			t.Fatal(err)
		}
		u := &url.URL{Scheme: "https", Host: "a.test", Path: "/x"}
		poor, rich := make(chan error, 1), make(chan error, 1)
		go func() { _, err := c.CheckFor(t.Context(), "poor", u); poor <- err }()
		<-begun
		go func() {
			d, err := c.CheckFor(t.Context(), "rich", u)
			if err == nil && !d.Allow {
				err = errors.New(d.Why)
			}
			rich <- err
		}()
		synctest.Wait() // the second waits beside the first
		close(gate)
		if err := <-poor; !errors.Is(err, ErrNotBy) {
			t.Errorf("the one without a budget gets %v, want ErrNotBy", err)
		}
		if err := <-rich; err != nil {
			t.Errorf("the other gets %v, want an answer", err)
		}
		if n := h.asked.Load(); n != 2 {
			t.Errorf("asked %d times, want 2", n)
		}
		if _, err := c.CheckFor(t.Context(), "poor", u); err != nil {
			t.Errorf("what is known costs nothing: %v", err)
		}
	})
}
