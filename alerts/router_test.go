package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

// book is a ledger on disk: one file a key.
type book struct {
	dir  string
	fail error
}

func (b *book) Sent(_ context.Context, key string) (bool, error) {
	if b.fail != nil {
		return false, b.fail
	}
	_, err := os.Stat(filepath.Join(b.dir, key))
	return err == nil, nil
}

func (b *book) MarkSent(_ context.Context, n post.Notice) error {
	return os.WriteFile(filepath.Join(b.dir, n.Key), nil, 0o600)
}

func flagged(id string, l post.Level) post.Judged {
	return post.Judged{Post: post.Post{ID: id, Text: "x", Contacts: []post.Contact{{Kind: "telegram", Value: "hr_anna"}}},
		Verdict: post.Verdict{ID: id, Flagged: true, Level: l, Stance: post.StanceOffer, Facts: post.Facts{Contacts: []post.Contact{{Kind: "phone", Value: "+85512345678"}}}}}
}

// receiver is a real HTTP receiver that answers as told.
type receiver struct {
	mu     sync.Mutex
	status int
	got    []string // key@level
	bodies []string
}

func (r *receiver) set(status int) { r.mu.Lock(); r.status = status; r.mu.Unlock() }

func (r *receiver) seen() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.got) }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var p payload
	if err := json.NewDecoder(req.Body).Decode(&p); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if b, err := json.Marshal(p); err == nil {
		r.bodies = append(r.bodies, string(b))
	}
	r.got = append(r.got, p.Data.Post.ID+"@"+string(p.Data.Verdict.Level))
	if r.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	w.WriteHeader(r.status)
}

func hook(t *testing.T) (*receiver, Channel) {
	t.Helper()
	r := &receiver{status: http.StatusOK}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	w, err := NewWebhook(WebhookOptions{URL: Secret(srv.URL), Secrets: []Secret{key('S', 32)}, Client: srv.Client(), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func router(t *testing.T, opt RouterOptions) *Router {
	t.Helper()
	if opt.Ledger == nil {
		opt.Ledger = &book{dir: t.TempDir()}
	}
	r, err := NewRouter(opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRouting(t *testing.T) {
	with := func(j post.Judged, f func(*post.Judged)) post.Judged { f(&j); return j }
	for name, tc := range map[string]struct {
		min  post.Level
		in   []post.Judged
		want []string
	}{
		"a flagged post of the level goes out":     {in: []post.Judged{flagged("a", post.LevelHigh)}, want: []string{"a@high"}},
		"the default level is high":                {in: []post.Judged{flagged("a", post.LevelMedium), flagged("b", post.LevelCritical)}, want: []string{"b@critical"}},
		"a lower level can be asked for":           {min: post.LevelLow, in: []post.Judged{flagged("a", post.LevelLow)}, want: []string{"a@low"}},
		"a post that is not flagged stays":         {in: []post.Judged{with(flagged("a", post.LevelHigh), func(j *post.Judged) { j.Verdict.Flagged = false })}},
		"a testimony stays":                        {in: []post.Judged{with(flagged("a", post.LevelHigh), func(j *post.Judged) { j.Verdict.Stance = post.StanceTestimony })}},
		"a call for help stays":                    {in: []post.Judged{with(flagged("a", post.LevelHigh), func(j *post.Judged) { j.Verdict.Help = true })}},
		"the same post twice goes out once":        {in: []post.Judged{flagged("a", post.LevelHigh), flagged("a", post.LevelHigh)}, want: []string{"a@high"}},
		"a post that rises is news again":          {in: []post.Judged{flagged("a", post.LevelHigh), flagged("a", post.LevelCritical)}, want: []string{"a@high", "a@critical"}},
		"a post that falls is no news":             {in: []post.Judged{flagged("a", post.LevelCritical), flagged("a", post.LevelHigh)}, want: []string{"a@critical"}},
		"a post without a level has none to reach": {min: post.LevelInformational, in: []post.Judged{flagged("a", post.LevelNone)}},
	} {
		t.Run(name, func(t *testing.T) {
			rec, ch := hook(t)
			r := router(t, RouterOptions{Routes: []Route{{Name: "unit", Channel: ch, MinLevel: tc.min}}, Now: clock})
			for round := range 2 { // the second time all of it is old
				errs := r.Handle(t.Context(), tc.in)
				if len(errs) != len(tc.in) || errors.Join(errs...) != nil {
					t.Errorf("round %d: %v, want %d times nil", round, errs, len(tc.in))
				}
			}
			if d := cmp.Diff(tc.want, rec.seen()); d != "" {
				t.Errorf("received (-want +got):\n%s", d)
			}
		})
	}
}

func TestContactsStayBehindUnlessAskedFor(t *testing.T) {
	for _, keep := range []bool{false, true} {
		rec, ch := hook(t)
		r := router(t, RouterOptions{Routes: []Route{{Name: "unit", Channel: ch, Contacts: keep}}, Link: func(id string) string { return "https://desk.example/posts/" + id }})
		in := flagged("a", post.LevelHigh)
		in.Post.Pictures = []post.Picture{{Text: "free flight", Codes: []string{"https://t.me/hr_code"}}}
		if errs := r.Handle(t.Context(), []post.Judged{in}); errs[0] != nil {
			t.Fatal(errs[0])
		}
		body := rec.bodies[0]
		if strings.Contains(body, "hr_code") != keep || !strings.Contains(body, "free flight") || len(in.Post.Pictures[0].Codes) != 1 {
			t.Errorf("codes asked for: %v; body %s", keep, body)
		}
		if strings.Contains(body, "hr_anna") != keep || strings.Contains(body, "+85512345678") != keep {
			t.Errorf("contacts asked for: %v; body %s", keep, body)
		}
		if !strings.Contains(body, `"link":"https://desk.example/posts/a"`) {
			t.Errorf("no link in %s", body)
		}
		if len(in.Post.Contacts) != 1 || len(in.Verdict.Facts.Contacts) != 1 {
			t.Error("the router changed what it was given")
		}
	}
}

func TestFailures(t *testing.T) {
	good, goodCh := hook(t)
	bad, badCh := hook(t)
	now := noon
	r := router(t, RouterOptions{Routes: []Route{{Name: "good", Channel: goodCh}, {Name: "bad", Channel: badCh}}, Now: func() time.Time { return now }})
	handle := func(id string) error { return r.Handle(t.Context(), []post.Judged{flagged(id, post.LevelHigh)})[0] }

	bad.set(http.StatusInternalServerError)
	if err := handle("a"); err == nil || errors.Is(err, ErrPermanent) || !strings.Contains(err.Error(), "route bad") {
		t.Errorf("one route failing for now: %v", err)
	}
	bad.set(http.StatusOK)
	if err := handle("a"); err != nil {
		t.Errorf("next try: %v", err)
	}
	if d := cmp.Diff([]string{"a@high"}, good.seen()); d != "" {
		t.Errorf("the good route was served again (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"a@high", "a@high"}, bad.seen()); d != "" {
		t.Errorf("the bad route (-want +got):\n%s", d)
	}

	bad.set(http.StatusForbidden)
	if err := handle("b"); !errors.Is(err, ErrPermanent) {
		t.Errorf("one route failing for good: %v, want permanent", err)
	}
	good.set(http.StatusBadGateway)
	if err := handle("c"); err == nil || errors.Is(err, ErrPermanent) {
		t.Errorf("one failing for good, the other for now: %v, want one that may pass", err)
	}
	good.set(http.StatusOK)

	bad.set(http.StatusTooManyRequests)
	before := len(bad.seen())
	for _, id := range []string{"d", "e"} { // the second must not even ask
		b, ok := errors.AsType[*BusyError](handle(id))
		if !ok || b.After != time.Minute {
			t.Errorf("%s: %v, want busy for a minute", id, b)
		}
	}
	if n := len(bad.seen()) - before; n != 1 {
		t.Errorf("a busy receiver was asked %d times, want once", n)
	}
	bad.set(http.StatusOK)
	now = now.Add(2 * time.Minute)
	for _, id := range []string{"d", "e"} {
		if err := handle(id); err != nil {
			t.Errorf("%s after the wait: %v", id, err)
		}
	}
}

func TestLedgerThatFails(t *testing.T) {
	rec, ch := hook(t)
	b := &book{dir: t.TempDir(), fail: errors.New("disk")}
	r := router(t, RouterOptions{Routes: []Route{{Name: "unit", Channel: ch}}, Ledger: b})
	in := []post.Judged{flagged("a", post.LevelHigh)}
	if err := r.Handle(t.Context(), in)[0]; err == nil || errors.Is(err, ErrPermanent) {
		t.Errorf("ledger that cannot be read: %v, want a failure that may pass", err)
	}
	if got := rec.seen(); len(got) != 0 {
		t.Errorf("sent in doubt: %v", got)
	}
	b.fail, b.dir = nil, filepath.Join(b.dir, "nowhere")
	if err := r.Handle(t.Context(), in)[0]; err == nil || errors.Is(err, ErrPermanent) {
		t.Errorf("ledger that cannot be written: %v, want a failure that may pass", err)
	}
}

func TestNewRouterRefuses(t *testing.T) {
	_, ch := hook(t)
	l := &book{}
	for name, opt := range map[string]RouterOptions{
		"no ledger":            {},
		"no name":              {Ledger: l, Routes: []Route{{Channel: ch}}},
		"a name with a space":  {Ledger: l, Routes: []Route{{Name: "a b", Channel: ch}}},
		"one name twice":       {Ledger: l, Routes: []Route{{Name: "a", Channel: ch}, {Name: "a", Channel: ch}}},
		"no channel":           {Ledger: l, Routes: []Route{{Name: "a"}}},
		"a level that is none": {Ledger: l, Routes: []Route{{Name: "a", Channel: ch, MinLevel: "loud"}}},
	} {
		if _, err := NewRouter(opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	r, err := NewRouter(RouterOptions{Ledger: l})
	if err != nil {
		t.Fatal(err)
	}
	if errs := r.Handle(t.Context(), []post.Judged{flagged("a", post.LevelHigh)}); fmt.Sprint(errs) != "[<nil>]" {
		t.Errorf("no routes: %v", errs)
	}
}
