package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// posterPost is a post whose words are in two pictures.
func posterPost(t *testing.T) post.Judged {
	words := "Chat staff for Myawaddy\nair ticket, room and food all free\nTelegram @demo_staff_77"
	p := post.Post{Source: "channel", NativeID: "poster1", URL: "https://channel.example/ad/poster1", Method: "picture", Pictures: []post.Picture{
		{Digest: post.DigestOf(picture(t)), Type: "image/png", Width: 480, Height: 320, Text: words, Lang: "en", Confidence: 0.87, Alt: "<b>poster</b>",
			Codes: []string{"https://t.me/demo_staff_77?start=<script>"}, URL: "https://cdn.example/a.png", Record: post.Locator{File: "poster", Offset: 7}},
		{URL: "https://cdn.example/b.png", Error: "the host answered with status 404", Text: "free visa"},
		{Digest: "sha256:00", Type: "image/png", URL: "https://cdn.example/c.png", Record: post.Locator{File: "drawing", Offset: 8}},
	}}
	seen := time.Date(2026, 10, 30, 8, 0, 0, 0, time.UTC)
	p.Seal(seen)
	v := post.Verdict{ID: p.ID, Flagged: true, Level: post.LevelHigh, Score: 0.8, Stance: post.StanceOffer, Lang: "en", Rules: []post.RuleHit{journey},
		Facts: post.Facts{Contacts: []post.Contact{{Kind: "telegram", Value: "demo_staff_77", Raw: "@demo_staff_77"}}}, Pack: post.Pack{Version: "1", Hash: "sha256:11"}}
	for _, s := range []string{"air ticket, room and food all free", "free visa"} {
		at := strings.Index(words+"\n"+"free visa", s)
		v.Spans = append(v.Spans, post.Span{Field: "picture", Start: at, End: at + len(s), Concept: "free_airfare", Text: s, Gloss: "paid by the company"})
	}
	return post.Judged{Post: p, Verdict: v, Capture: post.Capture{ID: "urn:uuid:poster1", Source: "channel", Class: post.ClassContent, FetchedAt: seen, Record: post.Locator{File: "page"}}}
}

func TestPicturesAreShownAsWhatTheyAre(t *testing.T) {
	j := posterPost(t)
	f := newFixture(t, j)
	f.shelf["poster"] = evidence{"image/png", picture(t)}
	f.shelf["drawing"] = evidence{"image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)}
	path := postPath(j.Post.ID)

	viewer := f.as(ledger.RoleViewer)
	body := f.get(viewer, path).body
	for _, want := range []string{"Read from picture 1 by OCR, may be wrong", "87% sure", "air ticket, room and food all free", "free visa", "status 404", "480 × 320 pixels", "not followed", "(picture)", "&lt;b&gt;poster", `<mark class="hit`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"demo_staff_77", "<script>alert", "<b>poster", "/pictures/1", "t.me/demo"} {
		if strings.Contains(body, never) {
			t.Errorf("a viewer is shown %q", never)
		}
	}
	if !strings.Contains(body, "QR code") {
		t.Error("the code is not among the contacts")
	}
	if n := strings.Count(body, `<mark class="hit`); n < 2 {
		t.Errorf("%d indicators are marked, want those of both pictures", n)
	}
	if row := f.get(viewer, "/queue").body; !strings.Contains(row, "read from a picture") || !strings.Contains(row, "Chat staff for Myawaddy") || strings.Contains(row, "demo_staff_77") || !strings.Contains(row, `<mark class="hit">air ticket`) {
		t.Error("the list does not show, or not mask, what was read from the picture")
	}
	if got := f.get(viewer, path+"/pictures/1"); got.status != http.StatusForbidden {
		t.Errorf("a viewer gets the picture: %d", got.status)
	}

	reviewer := f.as(ledger.RoleReviewer)
	if body := f.get(reviewer, path).body; strings.Contains(body, path+"/pictures/1") || !strings.Contains(body, "Show the picture, blurred") {
		t.Error("opening the post alone loads its picture, or there is no way to ask for it")
	}
	if body := f.get(reviewer, path+"?picture=1").body; !strings.Contains(body, `src="`+path+`/pictures/1"`) || strings.Contains(body, path+"/pictures/3") {
		t.Error("asking for picture 1 does not show it alone")
	}
	got := f.get(reviewer, path+"/pictures/1")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "image/png" || got.body != string(picture(t)) || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the picture: status %d, %v", got.status, got.header)
	}
	for at, want := range map[string]int{"2": 404, "3": 415, "4": 404, "0": 404, "-1": 404, "x": 404} {
		if got := f.get(reviewer, path+"/pictures/"+at); got.status != want {
			t.Errorf("picture %s: status %d, want %d", at, got.status, want)
		}
	}
	if audit := f.get(f.as(ledger.RoleAdmin), "/audit").body; !strings.Contains(audit, "read_evidence") || !strings.Contains(audit, "picture") {
		t.Error("reading the picture is not in the audit log")
	}

	f.post(reviewer, path+"/contacts", url.Values{"reason": {"to ask the platform"}})
	body = f.get(reviewer, path).body
	for _, want := range []string{"@demo_staff_77", "https://t.me/demo_staff_77?start=&lt;script&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("contacts are shown, but not %q", want)
		}
	}
	if strings.Contains(body, `href="https://t.me`) {
		t.Error("a code is a link: one click away from where a stranger wants us")
	}
}
