package app

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestCompleteFillsOnlyWhatTheSourceLeftOpen(t *testing.T) {
	phone, handle := post.Contact{Kind: "phone", Value: "+6620000000"}, post.Contact{Kind: "telegram", Value: "example_hr"}
	facts := post.Facts{Contacts: []post.Contact{handle}, Salary: &post.Salary{Min: 900, Currency: "USD", USDMonth: 900, Ratio: 2}}
	for name, c := range map[string]struct {
		p    post.Post
		v    post.Verdict
		want post.Post
	}{
		"all is open": {
			v:    post.Verdict{Lang: "th", Facts: facts},
			want: post.Post{Lang: "th", Contacts: facts.Contacts, Salary: facts.Salary},
		},
		"what the page gives as data stands": {
			p:    post.Post{Lang: "en", Contacts: []post.Contact{phone}, Salary: &post.Salary{Min: 5, Currency: "GBP", USDMonth: 7}},
			v:    post.Verdict{Lang: "th", Facts: facts},
			want: post.Post{Lang: "en", Contacts: []post.Contact{phone}, Salary: &post.Salary{Min: 5, Currency: "GBP", USDMonth: 7}},
		},
		"pay without dollars gets them": {
			p:    post.Post{Lang: "en", Salary: &post.Salary{Min: 30000, Currency: "THB"}},
			v:    post.Verdict{Facts: facts},
			want: post.Post{Lang: "en", Contacts: facts.Contacts, Salary: &post.Salary{Min: 30000, Currency: "THB", USDMonth: 900, Ratio: 2}},
		},
		"nothing is known": {want: post.Post{}},
	} {
		t.Run(name, func(t *testing.T) {
			before := c.p.Salary
			if diff := cmp.Diff(c.want, Complete(c.p, c.v)); diff != "" {
				t.Errorf("Complete (-want +got):\n%s", diff)
			}
			if before != nil && c.p.Salary != before {
				t.Error("the post that was given must not change")
			}
		})
	}
}

// TestTheVaultKeepsACaptureAsOneGroup: every exchange as request and response, what
// the browser made as resources, and the capture on the record that posts are
// extracted from, which is the last, so that Done settles the whole group.
func TestTheVaultKeepsACaptureAsOneGroup(t *testing.T) {
	hop := fetch.Exchange{
		URL: "http://a.example/", Request: []byte("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), Status: 200, Started: time.Unix(1, 0),
		Response: []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello"), IP: netip.MustParseAddr("192.0.2.1"),
	}
	plain := &fetch.Result{FetchedAt: hop.Started, URL: hop.URL, FinalURL: hop.URL, Hops: []fetch.Exchange{hop, hop}, Body: []byte("<p>hello")}
	browser := &fetch.Result{FetchedAt: hop.Started, URL: hop.URL, FinalURL: hop.URL, Hops: []fetch.Exchange{hop}, DOM: []byte("<p>drawn"), Screenshot: []byte("\x89PNG")}
	for name, c := range map[string]struct {
		e     crawler.Evidence
		types []string
		body  string
	}{
		"over http":              {crawler.Evidence{HTTP: plain}, []string{"request", "response", "request", "response"}, "<p>hello"},
		"in a browser":           {crawler.Evidence{Browser: browser}, []string{"request", "response", "resource", "resource"}, "<p>drawn"},
		"first plain, then both": {crawler.Evidence{HTTP: plain, Browser: browser}, []string{"request", "response", "request", "response", "request", "response", "resource", "resource"}, "<p>drawn"},
		"host out of reach":      {crawler.Evidence{}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, Archive)
			c.e.Capture = post.Capture{Source: "s", URL: hop.URL, Class: post.ClassContent, FetchedAt: time.Unix(1, 0).UTC()}
			got, err := vault{a}.Put(t.Context(), c.e)
			if err != nil {
				t.Fatal(err)
			}
			var types []string
			var last post.Locator
			var again gathered
			var g gatherer
			if _, err := a.archive.Walk(t.Context(), func(l post.Locator, r archive.Record) error {
				if r.Type != "warcinfo" {
					types, last = append(types, r.Type), l
				}
				x, ok, err := g.take(l, r)
				if ok {
					again = x
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(types, c.types) {
				t.Errorf("records %v, want %v", types, c.types)
			}
			if got.Record != last {
				t.Errorf("the capture is at %v, the last record at %v", got.Record, last)
			}
			if c.types == nil {
				return
			}
			if _, body, err := a.Read(t.Context(), got.Record); err != nil || string(body) != c.body {
				t.Errorf("the desk reads %q, %v, want %q", body, err, c.body)
			}
			if wantShot := c.e.Browser != nil; got.Screenshot.IsZero() == wantShot {
				t.Errorf("screenshot at %v", got.Screenshot)
			}
			if want := got; again.capture.Screenshot != want.Screenshot || again.capture.ID != want.ID {
				t.Errorf("a rebuild finds the screenshot of %s at %v, want %v", again.capture.ID, again.capture.Screenshot, want.Screenshot)
			}
		})
	}
}

func open(t *testing.T, parts Part) *App {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	a, err := Open(t.Context(), Options{Config: cfg, Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestAFreshLineIsEmptyAndEqual(t *testing.T) {
	a := open(t, Archive|Stream|Index|Ledger|Classifier)
	if err := a.WithLine(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	f, err := a.Check(t.Context())
	if err != nil || !f.Equal() || f.Archive.Count() != 0 {
		t.Errorf("Check = %v, %v", f, err)
	}
}
