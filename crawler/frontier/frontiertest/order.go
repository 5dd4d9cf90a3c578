package frontiertest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// turns claims one by one from a host that has plenty of each rank, and counts
// how many of each came in 32 claims; then it wants fresh posts before the rest of
// the line, however long that is.
func turns(t *testing.T, k *kit) {
	now := k.clock.Now()
	for _, kind := range []string{"list", "again"} {
		for i := range 8 {
			k.add(fmt.Sprintf("http://a.test/%s/%d", kind, i))
		}
	}
	for _, l := range k.claim(k.s, 99, 99) {
		k.done(frontier.Result{Lease: l, Outcome: "content", Again: now.Add(-time.Hour), Visit: &frontier.Visit{At: now, Lists: strings.Contains(l.URL, "/list/")}})
	}
	var es []frontier.Entry
	for i := range 40 {
		es = append(es,
			frontier.Entry{Site: "s", URL: fmt.Sprintf("http://a.test/page/%d", i), Round: 1},
			frontier.Entry{Site: "s", URL: fmt.Sprintf("http://a.test/post/%d", i), Round: 1, Fast: true},
			frontier.Entry{Site: "s", URL: fmt.Sprintf("http://a.test/fresh/%d", i), Round: 1, Fast: true, Fresh: true})
	}
	if _, err := k.s.Add(t.Context(), es); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	claim := func() string {
		ls := k.claim(k.s, 1, 1)
		if len(ls) != 1 {
			t.Fatalf("%d claimed, want 1", len(ls))
		}
		k.done(frontier.Result{Lease: ls[0], Outcome: "content"})
		return strings.Split(ls[0].URL, "/")[3]
	}
	for range 32 {
		got[claim()]++
	}
	if want := map[string]int{"fresh": 16, "post": 8, "list": 4, "page": 2, "again": 2}; !maps.Equal(got, want) {
		t.Errorf("of 32 claims %v, want %v", got, want)
	}
	// The same in one claim as in many.
	clear(got)
	for _, l := range k.claim(k.s, 16, 16) {
		got[strings.Split(l.URL, "/")[3]]++
	}
	if want := map[string]int{"fresh": 8, "post": 4, "list": 2, "page": 1, "again": 1}; !maps.Equal(got, want) {
		t.Errorf("in one claim of 16 %v, want %v", got, want)
	}
}

// hostsInTurn gives one host a long line that has waited for long, and another
// one page that has not.
func hostsInTurn(t *testing.T, k *kit) {
	var es []frontier.Entry
	for i := range 9 {
		es = append(es, frontier.Entry{Site: "s", URL: fmt.Sprintf("http://long.test/%d", i), Round: 1, Due: k.clock.Now().Add(-time.Hour)})
	}
	es = append(es, frontier.Entry{Site: "s", URL: "http://short.test/1", Round: 1, Due: k.clock.Now()})
	if _, err := k.s.Add(t.Context(), es); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"long.test", "short.test", "long.test"} {
		k.clock.Move(time.Second)
		ls := k.claim(k.s, 1, 1)
		if len(ls) != 1 || ls[0].Host != want {
			t.Fatalf("claim %d: %q, want one of %s", i, urls(ls), want)
		}
		k.done(frontier.Result{Lease: ls[0], Outcome: "content"})
	}
}

func visits(t *testing.T, k *kit) {
	k.add("http://a.test/1")
	claim := func(s frontier.Store, want frontier.Visit) frontier.Lease {
		t.Helper()
		ls := k.claim(s, 1, 1)
		k.want(ls, "http://a.test/1")
		got := ls[0].Last
		if !got.At.Equal(want.At) || got.Digest != want.Digest || got.Every != want.Every || got.ETag != want.ETag || got.Modified != want.Modified || got.Lists != want.Lists {
			t.Fatalf("last visit = %+v, want %+v", got, want)
		}
		return ls[0]
	}
	now := k.clock.Now()
	first := frontier.Visit{At: now, Digest: -1 << 63, Every: 90 * time.Minute, ETag: `W/"x\u00e9"`, Modified: "Sun, 22 Nov 2026 08:00:00 GMT"}
	l := claim(k.s, frontier.Visit{})
	k.done(frontier.Result{Lease: l, Outcome: "content", Again: now, Visit: &first})
	l = claim(k.s, first)
	k.done(frontier.Result{Lease: l, Outcome: "unavailable", Again: now, Retry: true}) // a failed try forgets nothing
	l = claim(k.s, first)
	k.done(frontier.Result{Lease: l, Outcome: "challenge", Again: now})
	l = claim(k.s, first)
	if err := k.s.Release(t.Context(), []frontier.Lease{l}); err != nil {
		t.Fatal(err)
	}
	second := frontier.Visit{At: now.Add(time.Minute), Digest: 7, Every: 45 * time.Minute}
	l = claim(k.s, first)
	k.done(frontier.Result{Lease: l, Outcome: "content", Again: now, Visit: &second}) // without validators: they are forgotten
	l = claim(k.s, second)
	k.done(frontier.Result{Lease: l, Outcome: "content"})
	// A new round keeps what is known of the page.
	if _, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://a.test/1", Round: 2}}); err != nil {
		t.Fatal(err)
	}
	old := claim(k.s, second)
	// Who comes too late leaves the visit of the other owner alone.
	k.clock.Move(2 * time.Minute)
	other := k.more()
	l = claim(other, second)
	third := frontier.Visit{At: now.Add(time.Hour), Digest: 8, Every: time.Hour, ETag: `"3"`, Lists: true}
	if _, err := other.Done(t.Context(), []frontier.Result{{Lease: l, Outcome: "content", Again: k.clock.Now(), Visit: &third}}); err != nil {
		t.Fatal(err)
	}
	k.done(frontier.Result{Lease: old, Outcome: "content", Again: k.clock.Now(), Visit: &first})
	claim(other, third)
}

func stats(t *testing.T, k *kit) {
	now := k.clock.Now()
	k.add("http://a.test/1", "http://a.test/2", "http://b.test/1", "http://b.test/2")
	if _, err := k.s.Add(t.Context(), []frontier.Entry{{Site: "s", URL: "http://c.test/1", Round: 1, Due: now.Add(3 * time.Hour)}, {Site: "z", URL: "http://c.test/1", Round: 1}}); err != nil {
		t.Fatal(err)
	}
	ls := k.claim(k.s, 9, 1)
	if len(ls) != 2 {
		t.Fatalf("claimed %q, want one of each host", urls(ls))
	}
	k.done(frontier.Result{Lease: ls[0], Outcome: "content", Again: now.Add(2 * time.Hour)})
	st := k.stat()
	if st.Known != 5 || st.Hosts != 3 || st.Due != 2 || st.Waiting != 3 || st.Leased != 1 || st.Outcomes["content"] != 1 || !st.Next.Equal(now.Add(2*time.Hour)) {
		t.Errorf("stat = %+v, want 5 known on 3 hosts, 2 due, 3 waiting, 1 leased, 1 content, next in 2 h", st)
	}
	k.clock.Move(150 * time.Minute)
	if st := k.stat(); st.Due != 4 || st.Leased != 0 || !st.Next.Equal(now.Add(3*time.Hour)) {
		t.Errorf("stat = %+v after 2.5 h, want 4 due (one revisit, one lease that ran out), next in 3 h", st)
	}
	sites, err := k.s.Sites(t.Context())
	if err != nil || !slices.Equal(sites, []string{"s", "z"}) {
		t.Errorf("sites = %q, %v, want s and z", sites, err)
	}
	if st, err := k.s.Stat(t.Context(), "none"); err != nil || st.Known != 0 || !st.Next.IsZero() {
		t.Errorf("stat of a site that has nothing = %+v, %v", st, err)
	}
}

func selections(t *testing.T, k *kit) {
	k.add("http://a.test/jobs/1", "http://a.test/jobs/2", "http://a.test/JOBS/3", "http://a.test/j_bs/4", "http://b.test/jobs/1", "http://b.test/j*/2")
	for _, c := range []struct {
		sel  frontier.Selection
		want int
	}{
		{frontier.Selection{Site: "none"}, 0},
		{frontier.Selection{Site: "s", Prefix: "http://none.test/"}, 0},
		{frontier.Selection{Site: "s", Prefix: "http://a.test/j_bs/"}, 1}, // no pattern, whatever it looks like
		{frontier.Selection{Site: "s", Prefix: "http://b.test/j*"}, 1},
		{frontier.Selection{Site: "s", Host: "b.test", Prefix: "http://a.test/"}, 0},
		{frontier.Selection{Site: "s", Prefix: "http://a.test/jobs/"}, 2}, // and letters count as they are
		{frontier.Selection{Site: "s", Host: "a.test"}, 1},
		{frontier.Selection{Site: "s"}, 1},
	} {
		try := c.sel
		try.Try = true
		n, err := k.s.Drop(t.Context(), try)
		if err != nil || n != c.want {
			t.Errorf("count of %+v = %d, %v, want %d", c.sel, n, err, c.want)
		}
		n, err = k.s.Drop(t.Context(), c.sel)
		if err != nil || n != c.want {
			t.Errorf("drop of %+v = %d, %v, want %d", c.sel, n, err, c.want)
		}
	}
	if st := k.stat(); st.Known != 0 {
		t.Errorf("stat = %+v, want nothing left", st)
	}
	for _, sel := range []frontier.Selection{{}, {Host: "a.test"}} {
		if _, err := k.s.Drop(t.Context(), sel); err == nil {
			t.Errorf("drop of %+v: no error", sel)
		}
	}
}
