package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"golang.org/x/net/html"
)

// hostile is what a poster might write to run something in a reviewer's browser.
// Each carries the word hostile where it would become an element, an attribute
// or an address that does something.
var hostile = []string{
	`<script>hostile()</script>`,
	`"><img src=x onerror=hostile()>`,
	`' onmouseover='hostile()`,
	`" autofocus onfocus="hostile()`,
	`javascript:hostile()`,
	`</textarea></title></style></script><svg onload=hostile()>`,
	`<iframe srcdoc="<script>hostile()</script>">`,
	`<form action=//hostile.example><button name=act value=confirm>`,
	`<base href=//hostile.example>`,
	`<style>@import "//hostile.example"</style>`,
	`<a href="data:text/html,hostile">x</a>`,
	`{{.User}}{{template "main"}}<hostile>`,
	"\u202e<b hostile>\u2066",
	"<\x00script>hostile()</script>",
	`<math><mtext></form><form><mglyph><style></math><img src onerror=hostile()>`,
	`&lt;script&gt;hostile()&lt;/script&gt;`,
	`--><script>hostile()</script><!--`,
	"`${hostile()}`",
}

// hostilePost has s in every field of every noun that a page shows.
func hostilePost(i int, s string) post.Judged {
	at := time.Date(2026, 10, 1, i, 0, 0, 0, time.UTC)
	p := post.Post{Source: "src" + s, NativeID: fmt.Sprint(i), URL: s, Title: s + " title", Text: "before " + s + " after",
		Company: s, Locations: []string{s, s}, Lang: "en", Method: s, PostedAt: at,
		Salary:   &post.Salary{Min: 1, Max: 2, Currency: s, Period: s, Raw: s, USDMonth: 5, Ratio: 2},
		Contacts: []post.Contact{{Kind: s, Value: s, Raw: s}, {Kind: "telegram", Value: "shared_handle"}}}
	p.Seal(at)
	v := post.Verdict{ID: p.ID, Flagged: true, Level: post.LevelHigh, Score: 0.9, Stance: post.StanceOffer, Lang: "en",
		Rules: []post.RuleHit{{ID: s, Title: s, Level: post.LevelHigh, Hash: post.Digest(s)}},
		Facts: post.Facts{Concepts: []string{s}, Contacts: []post.Contact{{Kind: s, Value: s + "x"}}, Evasion: []string{s},
			Salary: &post.Salary{Raw: s, Currency: s, Period: s, Min: 3},
			Places: []post.Place{{ID: s, Name: s, Country: s, Kind: s, Risk: s}}},
		Pack: post.Pack{Version: s, Hash: post.Digest(s)}}
	for _, f := range []string{"title", "text", "company", "location", s} {
		v.Spans = append(v.Spans, post.Span{Field: f, Start: 2, End: 11, Concept: s, Text: s, Gloss: s},
			post.Span{Field: f, Start: 0, End: 1 << 30, Concept: s, Text: s, Gloss: s}, post.Span{Field: f, Start: -3, End: 5})
	}
	c := post.Capture{ID: s + fmt.Sprint(i), Source: s, Adapter: s, URL: s, FinalURL: s, FetchedAt: at, ContentType: s, Class: post.ClassContent,
		Method: s, Digest: post.Digest(s), Record: post.Locator{File: s, Offset: 7}, Screenshot: post.Locator{File: s, Offset: 8}}
	return post.Judged{Capture: c, Post: p, Verdict: v}
}

// TestHostilePosts reads every page that shows a hostile post as a browser would,
// and looks for anything that is not ours.
func TestHostilePosts(t *testing.T) {
	var all []post.Judged
	for i, s := range hostile {
		all = append(all, hostilePost(i, s))
	}
	f := newFixture(t, all...)
	f.desk.opt.Rule = func(id string) (string, bool) { return id, true }
	f.desk.opt.Concept = func(id string) (string, bool) { return id, true }
	admin := f.as(ledger.RoleAdmin)
	for i, s := range hostile {
		id := all[i].Post.ID
		f.shelf[s] = evidence{"text/html", []byte("<p>" + s + "</p>")}
		if _, err := f.ledger.Record(context.Background(), s, s, s, map[string]any{"decision": map[string]any{"act": s, "note": s}, s: s}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.ledger.LogExport(context.Background(), ledger.Export{Kind: s, By: s, Reason: s, Digest: post.Digest(s)}); err != nil {
			t.Fatal(err)
		}
		if err := f.ledger.MarkSent(context.Background(), post.Notice{Key: s, Type: s, Channel: s, Post: post.Post{ID: id}, Verdict: post.Verdict{Level: post.Level(s)}}); err != nil {
			t.Fatal(err)
		}
		q := url.QueryEscape(s)
		for _, path := range []string{
			postPath(id), postPath(id) + "?back=" + q, postPath(id) + "/group", "/search?q=" + q, "/queue?lang=" + q + "&source=" + q + "&rule=" + q + "&country=" + q,
			"/search?state=" + q, "/search?stance=" + q, "/search?sort=" + q, "/search?level=" + q, "/search?from=" + q, "/audit?actor=" + q + "&act=" + q + "&object=" + q, "/posts/" + url.PathEscape(s),
			"/login?next=" + q, "/help?source=" + q, "/queue?cursor=" + q,
		} {
			got := f.get(admin, path)
			if got.status == 500 && !strings.Contains(path, "state=") {
				t.Errorf("%s: status 500\n%s", path, f.logged)
			}
			inspect(t, path, got.body)
		}
		archived := f.get(admin, postPath(id)+"/archived?as=source")
		if archived.header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(archived.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the archived page is served as %q under %q", archived.header.Get("Content-Type"), archived.header.Get("Content-Security-Policy"))
		}
		if shot := f.get(admin, postPath(id)+"/screenshot"); shot.status != 415 {
			t.Errorf("a screenshot that is a page: status %d, want 415", shot.status)
		}
		form := url.Values{"act": {"dismiss"}, "reason": {"other"}, "note": {s}, "back": {s}}
		decided := f.post(admin, postPath(id)+"/decision", form)
		if loc := decided.header.Get("Location"); decided.status != 303 || loc != "/queue" {
			t.Errorf("a decision with back=%q: %d to %q", s, decided.status, loc)
		}
		inspect(t, "after decision "+s, f.get(admin, postPath(id)).body)
		inspect(t, "user "+s, f.post(admin, "/users", url.Values{"name": {s}, "role": {s}}).body)
		inspect(t, "login "+s, f.post(f.as(anyone), "/login", url.Values{"name": {s}, "password": {s}, "next": {s}}).body)
	}
	for _, path := range []string{"/queue", "/search", "/help", "/audit", "/users"} {
		inspect(t, path, f.get(admin, path).body)
	}
}

// ours lists every element that the desk's own templates use.
var ours = strings.Fields(`html head meta title link script body a header div img nav span form button main p footer b h1 h2 h3
	input label table thead tbody tr th td code ul ol li dl dt dd time mark section article aside details summary select option
	figure figcaption svg rect kbd hr br bdi`)

// inspect parses a page and fails on any element, attribute or address that a hostile text made.
func inspect(t *testing.T, what, page string) {
	t.Helper()
	if page == "" {
		return
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode && strings.Contains(n.Data, "hostile") {
			t.Errorf("%s: a comment holds %q", what, n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(ours, n.Data) {
			t.Errorf("%s: an element %q is not ours", what, n.Data)
		}
		if n.Data == "script" {
			scripts++
			if n.FirstChild != nil {
				t.Errorf("%s: an inline script", what)
			}
		}
		for _, a := range n.Attr {
			inspectAttr(t, what, n.Data, a)
		}
	}
	if scripts > 1 {
		t.Errorf("%s: %d scripts", what, scripts)
	}
}

func inspectAttr(t *testing.T, what, element string, a html.Attribute) {
	t.Helper()
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", strings.Contains(a.Key, "hostile"):
		t.Errorf("%s: <%s %s=%q>", what, element, a.Key, a.Val)
	case a.Key == "href" || a.Key == "src" || a.Key == "action":
		if !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") || strings.HasPrefix(a.Val, "//") {
			t.Errorf("%s: <%s %s=%q> leads away", what, element, a.Key, a.Val)
		}
	}
}
