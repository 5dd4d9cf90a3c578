package web

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// violation is what axe-core has against a page.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// TestNobodyIsShutOut runs axe-core on every kind of page, wide and narrow, light and dark,
// by the rules of WCAG 2.2 A and AA and its best practices; and no page is wider than its window.
func TestNobodyIsShutOut(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: left out with -short")
	}
	script, err := os.ReadFile(realtest.Axe(t))
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, samples()...)
	gone := edited(f)
	f.shelf["lw-shot.warc.gz"] = evidence{"image/png", picture(t)}
	f.sources = sampleSources()
	b := newTab(t, f.server.URL)
	b.logIn(ledger.RoleAdmin)
	of := postPath(gone.Post.ID)
	paths := []string{
		"/queue", "/search?q=" + url.QueryEscape("(vanished:yes OR ticket) -zzz"), "/search?q=%28", "/sources", "/help", "/audit", "/users", "/account", "/nowhere",
		of, of + "?shot=1", of + "?shot=" + post.EventID(post.Vanished, gone.Post.ID, "c3"), of + "/group", postPath(samples()[2].Post.ID),
	}

	for _, width := range []int64{1280, 320} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 900))
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}); err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				b.open(path)
				for _, v := range b.axe(string(script)) {
					for _, n := range v.Nodes {
						t.Errorf("%s, %d wide, %s: %s (%s): %s\n%s", path, width, scheme, v.ID, v.Help, n.HTML, n.FailureSummary)
					}
				}
				over, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`))
				if err != nil || over > 0 {
					t.Errorf("%s, %d wide, %s: %d pixels too wide, %v", path, width, scheme, over, err)
				}
			}
		}
	}
	b.do(chromedp.Navigate("data:text/html,<title>x</title><img src=x><input>")) // does it see anything at all?
	if len(b.axe(string(script))) < 2 {
		t.Error("axe-core has nothing against a page without a language, a text for its picture and a label")
	}
}

// axe is what axe-core has against the page at hand.
func (b *tab) axe(script string) (out []violation) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	waits := func(p *runtime.EvaluateParams) { yes := true; p.AwaitPromise = &yes }
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script+"; true")); err != nil {
		b.t.Fatalf("load axe-core: %v", err)
	}
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, waits))
	if err != nil {
		b.t.Fatalf("run axe-core: %v", err)
	}
	if err := json.Unmarshal([]byte(said), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}
