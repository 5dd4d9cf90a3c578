// Package frontiertest is the suite that every frontier.Store must pass. A new
// store joins with one test that calls [Run].
package frontiertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// Clock is a clock that stands until it is moved.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock returns a clock at a fixed time.
func NewClock() *Clock { return &Clock{t: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Move moves the clock on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Open opens an empty store that runs on the clock. Each further call of more
// opens the same store as another owner.
type Open func(t *testing.T, c *Clock) (first frontier.Store, more func() frontier.Store)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, fn := range map[string]func(*testing.T, *kit){
		"known URLs are not added again":              known,
		"a claim is a lease that runs out":            leases,
		"no URL is claimed twice by many workers":     claimedOnce,
		"a host has one owner at a time":              oneOwner,
		"the order is posts first, then by due time":  order,
		"fresh posts come first and nothing starves":  turns,
		"the host served longest ago comes first":     hostsInTurn,
		"a visit is remembered until the next":        visits,
		"stat tells what is due and when":             stats,
		"a selection is counted as it is dropped":     selections,
		"claims are bounded by host, site and number": bounds,
		"done records outcome and links together":     done,
		"a late result changes nothing but links":     late,
		"a retry waits and counts":                    retry,
		"a host can be put off":                       hostAfter,
		"released URLs are due at once":               release,
		"a finished site begins a new round":          rounds,
		"dropped URLs are forgotten and can return":   drop,
		"next tells when work comes":                  next,
		"closing gives leases back":                   closing,
		"bad questions are refused":                   refused,
		"a page that changed since is due again":      changed,
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClock()
			s, more := open(t, c)
			fn(t, &kit{t: t, clock: c, s: s, more: more})
		})
	}
}

type kit struct {
	t     *testing.T
	clock *Clock
	s     frontier.Store
	more  func() frontier.Store
}

func (k *kit) add(urls ...string) int {
	k.t.Helper()
	var es []frontier.Entry
	for _, u := range urls {
		es = append(es, frontier.Entry{Site: "s", URL: u, Round: 1})
	}
	n, err := k.s.Add(context.Background(), es)
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func (k *kit) claim(s frontier.Store, n, perHost int, busy ...string) []frontier.Lease {
	k.t.Helper()
	ls, err := s.Claim(context.Background(), frontier.Query{Sites: []string{"s"}, N: n, PerHost: perHost, Busy: busy, Lease: time.Minute})
	if err != nil {
		k.t.Fatal(err)
	}
	return ls
}

func (k *kit) done(rs ...frontier.Result) int {
	k.t.Helper()
	n, err := k.s.Done(context.Background(), rs)
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func (k *kit) stat() frontier.Stat {
	k.t.Helper()
	st, err := k.s.Stat(context.Background(), "s")
	if err != nil {
		k.t.Fatal(err)
	}
	return st
}

func urls(ls []frontier.Lease) []string {
	var out []string
	for _, l := range ls {
		out = append(out, l.URL)
	}
	return out
}

func (k *kit) want(got []frontier.Lease, want ...string) {
	k.t.Helper()
	if g := urls(got); !slices.Equal(g, want) {
		k.t.Fatalf("claimed %q, want %q", g, want)
	}
}

func known(t *testing.T, k *kit) {
	if n := k.add("http://a.test/1", "http://a.test/2", "http://a.test/1"); n != 2 {
		t.Errorf("%d of 3 URLs were new, want 2", n)
	}
	if n := k.add("http://a.test/2", "http://a.test/3"); n != 1 {
		t.Errorf("%d of 2 URLs were new, want 1", n)
	}
	n, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "other", URL: "http://a.test/1", Round: 1}})
	if err != nil || n != 1 {
		t.Errorf("the same URL under another site: %d new, %v, want 1", n, err)
	}
	if st := k.stat(); st.Known != 3 || st.Waiting != 3 || st.Leased != 0 {
		t.Errorf("stat = %+v, want 3 known and waiting", st)
	}
}

func leases(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	k.want(k.claim(k.s, 9, 9), "http://a.test/1")
	k.want(k.claim(k.s, 9, 9))
	if st := k.stat(); st.Leased != 1 || st.Waiting != 0 {
		t.Errorf("stat = %+v, want 1 leased", st)
	}
	k.clock.Move(59 * time.Second)
	k.want(k.claim(k.s, 9, 9))
	k.clock.Move(2 * time.Second)
	ls := k.claim(k.s, 9, 9)
	k.want(ls, "http://a.test/1")
	if l := ls[0]; l.Host != "a.test" || l.Site != "s" || l.Round != 1 || l.Tries != 0 || !l.Until.Equal(k.clock.Now().Add(time.Minute)) {
		t.Errorf("lease = %+v", l)
	}
}

func claimedOnce(t *testing.T, k *kit) {
	var all []string
	for i := range 300 {
		all = append(all, fmt.Sprintf("http://h%d.test/%d", i%7, i))
	}
	k.add(all...)
	other := k.more()
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for w := range 8 {
		s := k.s
		if w%2 == 1 {
			s = other
		}
		wg.Go(func() {
			for range 100 {
				ls, err := s.Claim(context.Background(), frontier.Query{Sites: []string{"s"}, N: 7, PerHost: 3, Lease: time.Hour})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, l := range ls {
					got[l.URL]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(got) != 300 {
		t.Errorf("%d different URLs were claimed, want 300", len(got))
	}
	for u, n := range got {
		if n != 1 {
			t.Errorf("%s was claimed %d times", u, n)
		}
	}
}

func oneOwner(t *testing.T, k *kit) {
	k.add("http://a.test/1", "http://a.test/2", "http://b.test/1")
	other := k.more()
	k.want(k.claim(k.s, 1, 1), "http://a.test/1")
	k.want(k.claim(other, 9, 9), "http://b.test/1")
	k.want(k.claim(k.s, 9, 9), "http://a.test/2")
	k.clock.Move(2 * time.Minute)
	if n := len(k.claim(other, 9, 9)); n != 3 {
		t.Errorf("another owner got %d URLs after every lease ran out, want 3", n)
	}
}

func order(t *testing.T, k *kit) {
	now := k.clock.Now()
	_, err := k.s.Add(t.Context(), []frontier.Entry{
		{Site: "s", URL: "http://a.test/list2", Round: 1, Due: now.Add(-time.Minute)},
		{Site: "s", URL: "http://a.test/list1", Round: 1, Due: now.Add(-time.Hour)},
		{Site: "s", URL: "http://a.test/post2", Round: 1, Due: now.Add(-time.Second), Fast: true},
		{Site: "s", URL: "http://a.test/post1", Round: 1, Due: now.Add(-time.Minute), Fast: true},
		{Site: "s", URL: "http://a.test/later", Round: 1, Due: now.Add(time.Hour), Fast: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	k.want(k.claim(k.s, 3, 9), "http://a.test/post1", "http://a.test/post2", "http://a.test/list1")
	k.want(k.claim(k.s, 9, 9), "http://a.test/list2")
}

func bounds(t *testing.T, k *kit) {
	k.add("http://a.test/1", "http://a.test/2", "http://a.test/3", "http://b.test/1", "http://b.test/2", "http://c.test:8080/1")
	perHost := map[string]int{}
	for _, l := range k.claim(k.s, 4, 2) {
		perHost[l.Host]++
	}
	total := 0
	for h, n := range perHost {
		total += n
		if n > 2 {
			t.Errorf("%d URLs of %s claimed, want at most 2", n, h)
		}
	}
	if total != 4 {
		t.Errorf("%d claimed, want 4", total)
	}
	for _, l := range k.claim(k.s, 9, 9, "a.test", "b.test") {
		if l.Host != "c.test:8080" {
			t.Errorf("%s was claimed of a busy host", l.URL)
		}
	}
	if ls, err := k.s.Claim(t.Context(), frontier.Query{Sites: []string{"none"}, N: 9, PerHost: 9, Lease: time.Minute}); err != nil || len(ls) != 0 {
		t.Errorf("%d claimed of a site that has none, %v", len(ls), err)
	}
	// Two sites that share a host share its bound.
	for _, s := range []string{"x", "y"} {
		for i := range 3 {
			if _, err := k.s.Add(t.Context(), []frontier.Entry{{Site: s, URL: fmt.Sprintf("http://d.test/%d", i), Round: 1}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ls, err := k.s.Claim(t.Context(), frontier.Query{Sites: []string{"x", "y"}, N: 9, PerHost: 2, Lease: time.Minute}); err != nil || len(ls) != 2 {
		t.Errorf("%d claimed of one host with two sites, %v, want 2", len(ls), err)
	}
}

func done(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	l := k.claim(k.s, 1, 1)[0]
	n := k.done(frontier.Result{Lease: l, Outcome: "content", Links: []frontier.Entry{
		{Site: "s", URL: "http://a.test/2", Round: 1, Depth: 1}, {Site: "s", URL: "http://a.test/1", Round: 1, Depth: 1},
	}})
	if n != 1 {
		t.Errorf("%d links were new, want 1", n)
	}
	ls := k.claim(k.s, 9, 9)
	k.want(ls, "http://a.test/2")
	if ls[0].Depth != 1 {
		t.Errorf("depth = %d, want 1", ls[0].Depth)
	}
	k.done(frontier.Result{Lease: ls[0], Outcome: "gone", Again: k.clock.Now().Add(time.Hour)})
	if st := k.stat(); !maps.Equal(st.Outcomes, map[string]int64{"content": 1, "gone": 1}) || st.Waiting != 0 || st.Leased != 0 {
		t.Errorf("stat = %+v", st)
	}
	k.clock.Move(time.Hour)
	k.want(k.claim(k.s, 9, 9), "http://a.test/2")
}

func late(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	old := k.claim(k.s, 1, 1)[0]
	k.clock.Move(2 * time.Minute)
	other := k.more()
	ls := k.claim(other, 1, 1)
	k.want(ls, "http://a.test/1")
	k.done(frontier.Result{Lease: old, Outcome: "content", Links: []frontier.Entry{{Site: "s", URL: "http://b.test/2", Round: 1}}})
	if st := k.stat(); st.Outcomes["content"] != 0 || st.Leased != 1 || st.Known != 2 {
		t.Errorf("stat = %+v, want the lease of the other owner untouched and the link known", st)
	}
	if _, err := other.Done(t.Context(), []frontier.Result{{Lease: ls[0], Outcome: "gone"}}); err != nil {
		t.Fatal(err)
	}
	if st := k.stat(); st.Outcomes["gone"] != 1 {
		t.Errorf("stat = %+v, want the other owner's outcome", st)
	}
}

func retry(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	for try := range 3 {
		ls := k.claim(k.s, 1, 1)
		k.want(ls, "http://a.test/1")
		if ls[0].Tries != try {
			t.Errorf("tries = %d, want %d", ls[0].Tries, try)
		}
		k.done(frontier.Result{Lease: ls[0], Outcome: "unavailable", Retry: true, Again: k.clock.Now().Add(time.Minute)})
		k.want(k.claim(k.s, 1, 1))
		if st := k.stat(); st.Waiting != 1 {
			t.Errorf("stat = %+v, want 1 waiting", st)
		}
		k.clock.Move(time.Minute)
	}
	k.done(frontier.Result{Lease: k.claim(k.s, 1, 1)[0], Outcome: "content", Again: k.clock.Now()})
	if ls := k.claim(k.s, 1, 1); len(ls) != 1 || ls[0].Tries != 0 {
		t.Errorf("leases = %+v, want the tries forgotten after a success", ls)
	}
}

func hostAfter(t *testing.T, k *kit) {
	k.add("http://a.test/1", "http://a.test/2", "http://b.test/1")
	l := k.claim(k.s, 1, 1)[0]
	k.want([]frontier.Lease{l}, "http://a.test/1")
	k.done(frontier.Result{Lease: l, Outcome: "content", HostAfter: k.clock.Now().Add(time.Minute)})
	k.want(k.claim(k.s, 9, 9), "http://b.test/1")
	k.clock.Move(time.Minute)
	k.want(k.claim(k.s, 9, 9, "b.test"), "http://a.test/2")
}

func release(t *testing.T, k *kit) {
	k.add("http://a.test/1", "http://a.test/2")
	ls := k.claim(k.s, 9, 9)
	if err := k.s.Release(t.Context(), ls[:1]); err != nil {
		t.Fatal(err)
	}
	k.want(k.claim(k.s, 9, 9), ls[0].URL)
	if err := k.s.Release(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func rounds(t *testing.T, k *kit) {
	round := func(fresh bool) int64 {
		t.Helper()
		r, err := k.s.Round(t.Context(), "s", fresh)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := round(true)
	if again := round(true); again != first {
		t.Errorf("a site without URLs went from round %d to %d", first, again)
	}
	add := func(r int64) int {
		t.Helper()
		n, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: r}})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	add(first)
	if r := round(true); r != first {
		t.Errorf("round = %d while a URL waits, want %d still", r, first)
	}
	l := k.claim(k.s, 1, 1)[0]
	if r := round(true); r != first {
		t.Errorf("round = %d while a URL is leased, want %d still", r, first)
	}
	k.done(frontier.Result{Lease: l, Outcome: "content"})
	if r := round(false); r != first {
		t.Errorf("round = %d without asking for a fresh one, want %d", r, first)
	}
	second := round(true)
	if second <= first {
		t.Errorf("round = %d after the first was finished, want more than %d", second, first)
	}
	if n := add(first); n != 0 {
		t.Errorf("%d URLs new in the old round, want 0", n)
	}
	if n := add(second); n != 1 {
		t.Errorf("%d URLs new in the new round, want 1", n)
	}
	if n := add(second); n != 0 {
		t.Errorf("%d URLs new in the new round the second time, want 0", n)
	}
	ls := k.claim(k.s, 9, 9)
	k.want(ls, "http://a.test/1")
	if ls[0].Round != second {
		t.Errorf("round of the lease = %d, want %d", ls[0].Round, second)
	}
}

func drop(t *testing.T, k *kit) {
	k.add("http://a.test/1", "http://a.test/2", "http://b.test/1", "http://c.test/1")
	sel := func(d frontier.Selection, want int) {
		t.Helper()
		n, err := k.s.Drop(t.Context(), d)
		if err != nil || n != want {
			t.Errorf("dropped %d of %+v, %v, want %d", n, d, err, want)
		}
	}
	sel(frontier.Selection{Site: "s", URL: "http://a.test/2"}, 1)
	sel(frontier.Selection{Site: "s", URL: "http://a.test/2"}, 0)
	sel(frontier.Selection{Site: "s", Host: "b.test"}, 1)
	sel(frontier.Selection{Site: "none"}, 0)
	if n := k.add("http://a.test/2", "http://a.test/1"); n != 1 {
		t.Errorf("%d URLs new after a drop, want 1", n)
	}
	// Another owner's drop is noticed too.
	other := k.more()
	if _, err := other.Drop(t.Context(), frontier.Selection{Site: "s"}); err != nil {
		t.Fatal(err)
	}
	k.want(k.claim(k.s, 9, 9))
	if n := k.add("http://a.test/1"); n != 1 {
		t.Errorf("%d URLs new after another owner dropped the site, want 1", n)
	}
}

func next(t *testing.T, k *kit) {
	check := func(wait time.Duration, ok bool) {
		t.Helper()
		at, got, err := k.s.Next(t.Context(), []string{"s"})
		if err != nil || got != ok || ok && at.Sub(k.clock.Now()) != wait {
			t.Errorf("next in %v, %v, %v, want %v, %v", at.Sub(k.clock.Now()), got, err, wait, ok)
		}
	}
	check(0, false)
	if _, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: 1, Due: k.clock.Now().Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	check(time.Hour, true)
	k.clock.Move(time.Hour)
	l := k.claim(k.s, 1, 1)[0]
	check(time.Minute, true)
	k.done(frontier.Result{Lease: l, Outcome: "content"})
	check(0, false)
}

func closing(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	other := k.more()
	k.want(k.claim(other, 1, 1), "http://a.test/1")
	k.want(k.claim(k.s, 1, 1))
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	k.want(k.claim(k.s, 1, 1), "http://a.test/1")
}

func refused(t *testing.T, k *kit) {
	for _, q := range []frontier.Query{{}, {N: 1, PerHost: 1}, {N: 1, Lease: time.Minute}, {PerHost: 1, Lease: time.Minute}} {
		if _, err := k.s.Claim(t.Context(), q); err == nil {
			t.Errorf("claim %+v: no error", q)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.s.Add(ctx, []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: 1}}); err == nil {
		t.Error("add with a cancelled context: no error")
	}
	if st := k.stat(); st.Known != 0 {
		t.Errorf("stat = %+v after a cancelled add, want nothing", st)
	}
}

func changed(t *testing.T, k *kit) {
	const u = "https://a.test/1"
	add := func(round int64, at time.Time) int {
		t.Helper()
		n, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: u, Round: round, Changed: at}})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	visit := func(why string) {
		t.Helper()
		ls := k.claim(k.s, 10, 10)
		if len(ls) != 1 {
			t.Fatalf("%s: %d URLs due, want 1", why, len(ls))
		}
		if n := add(1, k.clock.Now().Add(time.Hour)); n != 0 {
			t.Errorf("%s: a URL that is under way was added again", why)
		}
		k.done(frontier.Result{Lease: ls[0], Outcome: "content"})
	}
	rest := func(why string) {
		t.Helper()
		if ls := k.claim(k.s, 10, 10); len(ls) != 0 {
			t.Errorf("%s: %d URLs due, want none", why, len(ls))
		}
	}
	before := k.clock.Now().Add(-time.Hour)
	if add(1, before) != 1 || add(1, before) != 0 {
		t.Error("an unknown URL must be new once")
	}
	visit("first")
	if add(1, before) != 0 {
		t.Error("a URL that did not change since its visit became due")
	}
	rest("not changed since")
	if add(2, before) != 0 {
		t.Error("a new round made a URL due that did not change since its visit")
	}
	rest("not changed since, new round")
	k.clock.Move(time.Minute)
	if add(1, k.clock.Now()) != 1 {
		t.Error("a URL that changed since its visit is not due")
	}
	visit("changed")
	if n, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: u, Round: 2}}); err != nil || n != 1 {
		t.Errorf("a link of a new round: %d new, %v, want 1", n, err)
	}
	visit("linked in a new round")
}
