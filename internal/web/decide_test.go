package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestDecisionsOverHTTP(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	c := f.as(ledger.RoleReviewer)
	id := all[0].Post.ID
	form := url.Values{"id": {ledger.NewDecisionID()}, "act": {"confirm"}, "back": {"/queue?lang=en"}}
	for range 2 { // the second click of a double click is no other decision
		got := f.post(c, postPath(id)+"/decision", form)
		if got.status != http.StatusSeeOther || got.header.Get("Location") != "/queue?lang=en" {
			t.Fatalf("a decision: %d to %q", got.status, got.header.Get("Location"))
		}
	}
	if ds, err := f.ledger.Decisions(t.Context(), id); err != nil || len(ds) != 1 || ds[0].By != "reviewer" {
		t.Fatalf("decisions = %v, %v; want one by the reviewer", ds, err)
	}
	late := f.post(f.as(ledger.RoleAdmin), postPath(id)+"/decision", url.Values{"act": {"dismiss"}, "reason": {"duplicate"}})
	if late.status != http.StatusConflict || !strings.Contains(late.body, "reviewer has decided: confirmed") {
		t.Errorf("a decision on what was decided: status %d", late.status)
	}
	if page := f.get(c, "/queue").body; !strings.Contains(page, "Confirmed as a possible lure.") {
		t.Error("the next page does not tell of the decision")
	}
	if page := f.get(c, "/queue").body; strings.Contains(page, "Confirmed as a possible lure.") {
		t.Error("the page after that tells of it again")
	}
	if got := f.post(c, postPath(id)+"/decision", url.Values{"act": {"erase"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown act: status %d", got.status)
	}
}

// TestQueueKnowsBeforeTheIndex decides while the index is behind.
func TestQueueKnowsBeforeTheIndex(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	if _, err := f.ledger.Decide(t.Context(), post.Decision{Post: all[3].Post.ID, Act: post.ActConfirm, By: "reviewer"}); err != nil {
		t.Fatal(err)
	}
	c := f.as(ledger.RoleViewer)
	if strings.Contains(f.get(c, "/queue").body, postPath(all[3].Post.ID)) {
		t.Error("a decided post is still in the queue")
	}
	if !strings.Contains(f.get(c, "/search?lang=th").body, "s-confirmed") {
		t.Error("the search does not show that it was confirmed")
	}
}

func TestGroups(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	c := f.as(ledger.RoleReviewer)
	a, b, other := all[0].Post.ID, all[1].Post.ID, all[2].Post.ID // a and b share a handle
	page := f.get(c, postPath(a)+"/group").body
	if !strings.Contains(page, `value="`+a+`"`) || !strings.Contains(page, `value="`+b+`"`) || strings.Contains(page, `value="`+other+`"`) {
		t.Fatal("the group does not hold just the posts that share a contact")
	}
	queue := f.get(c, "/queue").body
	if !strings.Contains(queue, "1 more on this page") || !strings.Contains(queue, postPath(a)) || !strings.Contains(queue, postPath(b)) {
		t.Error("the queue does not fold posts that share a contact")
	}
	for name, form := range map[string]url.Values{
		"nothing ticked":          {"act": {"confirm"}},
		"a post of another group": {"act": {"confirm"}, "post": {a, other}},
		"no reason":               {"act": {"dismiss"}, "post": {a, b}},
		"an undo":                 {"act": {"undo"}, "post": {a, b}},
	} {
		if got := f.post(c, postPath(a)+"/group", form); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	got := f.post(c, postPath(a)+"/group", url.Values{"act": {"dismiss"}, "reason": {"duplicate"}, "post": {a, b, a}})
	if got.status != http.StatusSeeOther {
		t.Fatalf("dismissing the group: status %d\n%s", got.status, got.body)
	}
	for _, id := range []string{a, b} {
		ds, err := f.ledger.Decisions(t.Context(), id)
		if state, _ := post.StateOf(ds); err != nil || len(ds) != 1 || state != post.StateDismissed {
			t.Errorf("%s has decisions %v, %v", id, ds, err)
		}
	}
	if ds, _ := f.ledger.Decisions(t.Context(), other); len(ds) != 0 {
		t.Errorf("a post of another group was decided: %v", ds)
	}
}

// TestContactsStayHidden looks for every contact on every page, and in the log of the program.
func TestContactsStayHidden(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	c := f.as(ledger.RoleReviewer)
	secret := []string{"demo_staff_04", "demo_km_01", "demo_zh_01", "09-000-000-001", "+880 1000 000 001", "00 000 0000"}
	paths := []string{"/queue", "/search", "/search?q=staff", "/help"}
	for _, j := range all {
		paths = append(paths, postPath(j.Post.ID), postPath(j.Post.ID)+"/group")
	}
	for _, p := range paths {
		body := f.get(c, p).body
		for _, s := range secret {
			if strings.Contains(body, s) {
				t.Errorf("%s shows %s", p, s)
			}
		}
	}
	id := all[0].Post.ID
	if got := f.post(c, postPath(id)+"/contacts", url.Values{"reason": {"case 12"}}); got.status != http.StatusSeeOther {
		t.Fatalf("status %d", got.status)
	}
	if !strings.Contains(f.get(c, postPath(id)).body, "demo_staff_04") {
		t.Error("with a reason the contact is not shown")
	}
	if strings.Contains(f.get(c, postPath(all[1].Post.ID)).body, "demo_staff_04") {
		t.Error("a reason for one post shows the contacts of another")
	}
	if strings.Contains(f.get(f.as(ledger.RoleAdmin), postPath(id)).body, "demo_staff_04") {
		t.Error("a reason of one user shows the contacts to another")
	}
	es, err := f.ledger.Audit(t.Context(), ledger.AuditFilter{Act: "reveal"})
	if err != nil || len(es) != 1 || es[0].Actor != "reviewer" || es[0].Object != id || !strings.Contains(string(es[0].Detail), "case 12") {
		t.Errorf("audit = %v, %v", es, err)
	}
	later := f.desk.opt.Now().Add(shownFor + time.Second)
	f.desk.opt.Now = func() time.Time { return later }
	if strings.Contains(f.get(c, postPath(id)).body, "demo_staff_04") {
		t.Error("contacts are shown for longer than they should be")
	}
	for _, s := range secret {
		if strings.Contains(f.logged.String(), s) {
			t.Errorf("the log of the program holds %s", s)
		}
	}
}

func TestVersionsAndEvidence(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	now, old := all[0], all[len(all)-1]
	f.shelf[now.Capture.Record.File] = evidence{"text/html; charset=utf-8", []byte("<h1>page</h1><script>x</script>")}
	f.shelf["lw-shot.warc.gz"] = evidence{"image/png", picture(t)}
	c := f.as(ledger.RoleReviewer)
	page := f.get(c, postPath(now.Post.ID)).body
	for _, j := range []post.Judged{now, old} {
		path := postPath(now.Post.ID) + "/versions/" + url.PathEscape(string(j.Post.Digest))
		if !strings.Contains(page, path) {
			t.Errorf("the page does not link to %s", path)
		}
		if got := f.get(c, path); got.status != http.StatusOK || strings.TrimSpace(got.body) != "page" {
			t.Errorf("%s: status %d, %q", path, got.status, got.body)
		}
	}
	shot := f.get(c, postPath(now.Post.ID)+"/screenshot")
	if shot.header.Get("Content-Type") != "image/png" || shot.body != string(picture(t)) {
		t.Errorf("the screenshot: status %d, %s", shot.status, shot.header.Get("Content-Type"))
	}
	if n := reads(t, f); n != 3 {
		t.Errorf("the audit log has %d readings, want 3", n)
	}
}

func TestPagesOfTheQueue(t *testing.T) {
	var all []post.Judged
	for i := range 60 {
		all = append(all, sample{native: fmt.Sprint("n", i), lang: "en", source: "jobs", title: fmt.Sprintf("Post number %02d", i), text: "free ticket",
			level: post.LevelHigh, stance: post.StanceOffer, seen: time.Date(2026, 10, 1, 0, i, 0, 0, time.UTC)}.judged())
	}
	f := newFixture(t, all...)
	c := f.as(ledger.RoleViewer)
	seen := map[string]int{}
	path := "/queue"
	for range 10 {
		body := f.get(c, path).body
		for i := range 60 {
			if strings.Contains(body, fmt.Sprintf("Post number %02d", i)) {
				seen[fmt.Sprint(i)]++
			}
		}
		_, rest, ok := strings.Cut(body, `<a href="/queue?cursor=`)
		if !ok {
			break
		}
		link, _, _ := strings.Cut(rest, `"`)
		path = "/queue?cursor=" + strings.ReplaceAll(link, "&amp;", "&")
	}
	if len(seen) != 60 {
		t.Errorf("paging shows %d of 60 posts", len(seen))
	}
	for n, times := range seen {
		if times != 1 {
			t.Errorf("post %s is shown %d times", n, times)
		}
	}
}

func TestBars(t *testing.T) {
	month := func(m time.Month) time.Time { return time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC) }
	got, peak := bars(filters{path: "/search", v: url.Values{}}, indexer.Month, []indexer.Bin{{Start: month(1), Count: 4}, {Start: month(4), Count: 1}})
	if len(got) != 4 || peak != 4 {
		t.Fatalf("bars = %v, peak %d; want January to April", got, peak)
	}
	for i, want := range []int64{4, 0, 0, 1} {
		if got[i].Count != want {
			t.Errorf("bar %d has %d, want %d", i, got[i].Count, want)
		}
	}
	if want := "/search?from=2026-04-01&to=2026-04-30"; got[3].Link != want {
		t.Errorf("link = %q, want %q", got[3].Link, want)
	}
	many, _ := bars(filters{path: "/search", v: url.Values{}}, indexer.Day, []indexer.Bin{{Start: month(1), Count: 1}, {Start: month(12), Count: 1}})
	if len(many) != maxBars {
		t.Errorf("%d bars, want at most %d", len(many), maxBars)
	}
}

// TestEveryViewIsInTheAuditLog opens a post as everybody may.
func TestEveryViewIsInTheAuditLog(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	id := all[0].Post.ID
	for _, role := range []ledger.Role{ledger.RoleViewer, ledger.RoleReviewer, ledger.RoleAdmin} {
		if got := f.get(f.as(role), postPath(id)); got.status != http.StatusOK {
			t.Fatalf("%s: status %d", role, got.status)
		}
	}
	views, err := f.ledger.Audit(t.Context(), ledger.AuditFilter{Act: "view", Object: id})
	if err != nil {
		t.Fatal(err)
	}
	var by []string
	for _, e := range views {
		by = append(by, e.Actor)
		if !strings.Contains(string(e.Detail), string(all[0].Post.Digest)) {
			t.Errorf("the entry does not say which version was looked at: %s", e.Detail)
		}
	}
	if want := []string{"admin", "reviewer", "viewer"}; !slices.Equal(by, want) {
		t.Errorf("views by %v, want %v", by, want)
	}
}
