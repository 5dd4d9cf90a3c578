package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// edited is the first sample with its text, handle and pay changed an hour later, and
// then gone.
func edited(f *fixture) post.Judged {
	old := samples()[0]
	s := old
	s.Capture.ID += "-2"
	s.Post.Text = strings.ReplaceAll(strings.ReplaceAll(old.Post.Text, "demo_staff_04", "other_one_77"), "Leave this week", `Leave <b onclick="x()">today</b>`)
	s.Post.Seal(time.UnixMicro(old.Post.Version).Add(time.Hour))
	s.Verdict.Spans = nil
	s.Verdict.Facts.Contacts = []post.Contact{{Kind: "telegram", Value: "other_one_77", Raw: "@other_one_77"}}
	f.put(old, s)
	at := time.UnixMicro(s.Post.Version).UTC()
	f.happen(post.Event{Kind: post.Changed, Post: s.Post.ID, At: at, Capture: "c2", From: old.Post.Digest, To: s.Post.Digest})
	f.happen(post.Event{Kind: post.Vanished, Post: s.Post.ID, At: at.Add(time.Hour), Capture: "c3", Status: 404})
	return s
}

func (f *fixture) happen(e post.Event) {
	f.t.Helper()
	e.ID = post.EventID(e.Kind, e.Post, e.Capture)
	if err := f.index.Put(f.t.Context(), []indexer.Change{{Event: &e}})[0]; err != nil {
		f.t.Fatal(err)
	}
	if err := f.index.Refresh(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

func TestWhatBecameOfAPost(t *testing.T) {
	f := newFixture(t, samples()...)
	s := edited(f)
	reviewer := f.as(ledger.RoleReviewer)
	page := f.get(reviewer, "/posts/"+s.Post.ID)
	for _, want := range []string{
		"What became of it", "the page answered 404", `<span class="tag vanished">vanished</span>`,
		"telegram changed from •••••••••••04 to ••••••••••77", "<del>", "<ins>", "&lt;b onclick=",
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, no := range []string{"demo_staff_04", "other_one_77", `<b onclick`} {
		if strings.Contains(page.body, no) {
			t.Errorf("the page shows %q", no)
		}
	}
	for _, q := range []string{"vanished:yes", "changed:yes"} {
		if list := f.get(reviewer, "/search?q="+url.QueryEscape(q)); !strings.Contains(list.body, s.Post.ID) || !strings.Contains(list.body, "<b>1</b> post") {
			t.Errorf("%s does not find it alone", q)
		}
	}
	if r := f.post(reviewer, "/posts/"+s.Post.ID+"/contacts", url.Values{"reason": {"compare the handles"}}); r.status != http.StatusSeeOther {
		t.Fatalf("status %d", r.status)
	}
	page = f.get(reviewer, "/posts/"+s.Post.ID)
	if !strings.Contains(page.body, "telegram changed from demo_staff_04 to other_one_77") {
		t.Error("contacts that are shown in full are shown here too")
	}
}

func TestTextThatIsTheSameIsShortened(t *testing.T) {
	long := strings.Repeat("ក ", 400)
	for name, c := range map[string]struct {
		before, after bool
		most          int
	}{"between changes": {true, true, 2*maxAlike + 10}, "after the last": {true, false, maxAlike + 10}, "before the first": {false, true, maxAlike + 10}} {
		if got := []rune(around(long, c.before, c.after)); len(got) > c.most || !strings.Contains(string(got), "…") {
			t.Errorf("%s: %d characters are left", name, len(got))
		}
	}
	if got := around("short", true, true); got != "short" {
		t.Errorf("a short text became %q", got)
	}
}
