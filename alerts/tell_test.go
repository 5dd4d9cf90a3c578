package alerts

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// notebook remembers keys.
type notebook struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (b *notebook) Sent(_ context.Context, key string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.keys[key], nil
}

func (b *notebook) MarkSent(_ context.Context, n post.Notice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.keys == nil {
		b.keys = map[string]bool{}
	}
	b.keys[n.Key] = true
	return nil
}

// mailbox is a channel that keeps what it gets, and fails while it is told to.
type mailbox struct {
	got  []post.Notice
	fail error
}

func (b *mailbox) Send(_ context.Context, n post.Notice) error {
	if b.fail != nil {
		return b.fail
	}
	b.got = append(b.got, n)
	return nil
}

func TestNewsIsToldOnce(t *testing.T) {
	flagged := post.Verdict{Flagged: true, Level: post.LevelHigh, Facts: post.Facts{Contacts: []post.Contact{{Kind: "phone", Value: "+85512345678"}}}}
	with := func(change func(*post.Verdict)) post.Verdict { v := flagged; change(&v); return v }
	event := &post.Event{ID: "e1", Kind: post.Vanished, Post: "p1"}
	p := post.Post{ID: "p1", Contacts: flagged.Facts.Contacts}
	for name, c := range map[string]struct {
		news post.News
		want string
	}{
		"a flagged post vanished":        {post.News{Event: event, Post: p, Verdict: flagged, Level: post.LevelHigh}, "post.vanished"},
		"a source drifted":               {post.News{Alarm: &post.Alarm{Source: "board", Since: time.Unix(1, 0)}}, "source.drifted"},
		"posts of a source lack a field": {post.News{Alarm: &post.Alarm{Source: "board", Since: time.Unix(1, 0), Lost: []string{"contact"}}}, "source.thinned"},
		"a post that is not flagged":     {post.News{Event: event, Post: p, Verdict: with(func(v *post.Verdict) { v.Flagged = false })}, ""},
		"one that was flagged before":    {post.News{Event: event, Post: p, Verdict: with(func(v *post.Verdict) { v.Flagged = false }), Level: post.LevelCritical}, "post.vanished"},
		"a post below the route's level": {post.News{Event: event, Post: p, Verdict: flagged, Level: post.LevelLow}, ""},
		"somebody may need help":         {post.News{Event: event, Post: p, Verdict: with(func(v *post.Verdict) { v.Help = true }), Level: post.LevelHigh}, ""},
		"a testimony":                    {post.News{Event: event, Post: p, Verdict: with(func(v *post.Verdict) { v.Stance = post.StanceTestimony }), Level: post.LevelHigh}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ch := &mailbox{fail: errors.New("down")}
			r, err := NewRouter(RouterOptions{Routes: []Route{{Name: "unit", Channel: ch}}, Ledger: &notebook{},
				Link: func(id string) string { return "http://desk/posts/" + id }, Sources: "http://desk/sources"})
			if err != nil {
				t.Fatal(err)
			}
			batch := []post.News{c.news, c.news}
			if err := errors.Join(r.Tell(t.Context(), batch)...); (err != nil) != (c.want != "") {
				t.Errorf("error %v while the receiver is down", err)
			}
			ch.fail = nil
			for range 2 {
				if err := errors.Join(r.Tell(t.Context(), batch)...); err != nil {
					t.Fatal(err)
				}
			}
			if c.want == "" {
				if len(ch.got) != 0 {
					t.Fatalf("told: %+v", ch.got)
				}
				return
			}
			if len(ch.got) != 1 || ch.got[0].Type != c.want || ch.got[0].Key == "" {
				t.Fatalf("told %d times: %+v", len(ch.got), ch.got)
			}
			n := ch.got[0]
			if len(n.Post.Contacts) != 0 || len(n.Verdict.Facts.Contacts) != 0 {
				t.Error("contacts went out on a route that did not ask for them")
			}
			if (n.Event == nil) == (n.Alarm == nil) || n.Link == "" {
				t.Errorf("notice %+v", n)
			}
		})
	}
	r, err := NewRouter(RouterOptions{Routes: []Route{{Name: "unit", Channel: &mailbox{}}}, Ledger: &notebook{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Tell(t.Context(), []post.News{{}})[0]; !errors.Is(err, ErrPermanent) {
		t.Errorf("news of nothing: error %v, want a permanent one", err)
	}
}
