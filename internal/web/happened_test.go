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
	f.happen(post.Event{Kind: post.Vanished, Post: s.Post.ID, At: at.Add(time.Hour), Capture: "c3", Status: 404, URL: "https://jobs.example/1",
		Record: post.Locator{File: "lw-gone.warc.gz", Offset: 77}, Shot: post.Locator{File: "lw-shot.warc.gz", Offset: 99}})
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

// TestTheCaptureBehindAnEvent: a reviewer opens what showed that a post is gone, as text
// that no browser runs, and each reading is in the audit log.
func TestTheCaptureBehindAnEvent(t *testing.T) {
	f := newFixture(t, samples()...)
	s := edited(f)
	f.shelf["lw-gone.warc.gz"] = evidence{"text/html; charset=utf-8", []byte(`<h1>Job not found</h1><script>alert(1)</script>`)}
	f.shelf["lw-shot.warc.gz"] = evidence{"image/png", picture(t)}
	reviewer := f.as(ledger.RoleReviewer)
	of := func(capture string, k post.EventKind) string {
		return postPath(s.Post.ID) + "/events/" + post.EventID(k, s.Post.ID, capture)
	}
	gone, changed := of("c3", post.Vanished), of("c2", post.Changed)
	page := f.get(reviewer, postPath(s.Post.ID)).body
	for _, link := range []string{gone + "/archived", gone + "/archived?as=source"} {
		if !strings.Contains(page, `href="`+link+`"`) {
			t.Errorf("the page does not link to %s", link)
		}
	}
	if strings.Contains(page, changed) || strings.Contains(page, gone+"/screenshot") {
		t.Error("it links to what is not archived, or shows a screenshot that nobody asked for")
	}
	if viewer := f.get(f.as(ledger.RoleViewer), postPath(s.Post.ID)).body; strings.Contains(viewer, "/events/") {
		t.Error("a viewer is offered what only reviewers may open")
	}
	if n := reads(t, f); n != 0 {
		t.Errorf("%d readings before any", n)
	}
	for path, want := range map[string]string{
		gone + "/archived":           "[lurewatch: capture of 3 Oct 2026, ",
		gone + "/archived?as=source": "<script>alert(1)</script>",
	} {
		got := f.get(reviewer, path)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/plain; charset=utf-8" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(strings.Join(got.header.Values("Content-Security-Policy"), ","), "sandbox") {
			t.Errorf("%s: status %d, %v", path, got.status, got.header)
		}
		if !strings.HasPrefix(got.body, want) && !strings.HasSuffix(got.body, want) {
			t.Errorf("%s: %q", path, got.body)
		}
		if path == gone+"/archived" {
			for _, part := range []string{"that shows: vanished]", "answered 404 Not Found", "record   lw-gone.warc.gz at 77", "address  https://jobs.example/1", "Job not found"} {
				if !strings.Contains(got.body, part) {
					t.Errorf("%s lacks %q: %q", path, part, got.body)
				}
			}
		}
	}
	if shot := f.get(reviewer, gone+"/screenshot"); shot.header.Get("Content-Type") != "image/png" || shot.body != string(picture(t)) {
		t.Errorf("the screenshot: status %d, %s", shot.status, shot.header.Get("Content-Type"))
	}
	es, err := f.ledger.Audit(t.Context(), ledger.AuditFilter{Act: "read_evidence"})
	if err != nil || len(es) != 3 {
		t.Fatalf("%d readings are in the audit log, want 3 (%v)", len(es), err)
	}
	for _, e := range es {
		if e.Object != s.Post.ID || e.Actor != string(ledger.RoleReviewer) || !strings.Contains(string(e.Detail), post.EventID(post.Vanished, s.Post.ID, "c3")) {
			t.Errorf("the audit log has %s by %s: %s", e.Object, e.Actor, e.Detail)
		}
	}
	for name, path := range map[string]string{
		"an event without an archived capture": changed + "/archived", "one without a screenshot": changed + "/screenshot",
		"no event": of("c9", post.Vanished) + "/archived", "an event of another post": postPath(samples()[1].Post.ID) + "/events/" + post.EventID(post.Vanished, s.Post.ID, "c3") + "/archived",
	} {
		if got := f.get(reviewer, path); got.status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", name, got.status)
		}
	}
	shown := f.get(reviewer, postPath(s.Post.ID)+"?shot="+post.EventID(post.Vanished, s.Post.ID, "c3")).body
	if !strings.Contains(shown, `src="`+gone+`/screenshot"`) {
		t.Error("the screenshot that was asked for is not on the page")
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
