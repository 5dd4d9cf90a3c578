package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// tab is one tab of a real browser.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	bad  chan string // what the console complains of
}

func newTab(t *testing.T, base string) *tab {
	t.Helper()
	path := realtest.Chromium(t)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()))
	alloc, stopBrowser := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stopBrowser)
	ctx, stopTab := chromedp.NewContext(alloc)
	t.Cleanup(stopTab)
	b := &tab{t: t, ctx: ctx, base: base, bad: make(chan string, 1000)}
	b.do(chromedp.EmulateViewport(1280, 900))
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if !strings.Contains(ev.Entry.URL, "favicon") {
				b.bad <- string(ev.Entry.Source) + ": " + ev.Entry.Text
			}
		case *runtime.EventExceptionThrown:
			b.bad <- ev.ExceptionDetails.Text
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return b
}

// do runs steps within a deadline.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx := b.ctx
	if chromedp.FromContext(b.ctx).Browser != nil { // the first call starts the browser, and must not end it
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(b.ctx, 30*time.Second)
		defer stop()
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v\non page %s", err, b.page())
	}
}

// page is the HTML as the browser holds it.
func (b *tab) page() string {
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
	defer stop()
	s, err := chromedp.Run(ctx, chromedp.OuterHTML("html"))
	if err != nil {
		return err.Error()
	}
	return s
}

func (b *tab) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + path)) }

// wait ends when the selector is there: the sign that a page has come.
func (b *tab) wait(sel string) { b.t.Helper(); b.do(chromedp.WaitReady(sel)) }

func (b *tab) click(sel string) { b.t.Helper(); b.do(chromedp.Click(sel)) }

func (b *tab) logIn(role ledger.Role) {
	b.t.Helper()
	b.open("/login")
	b.do(chromedp.SendKeys("input[name=name]", string(role)), chromedp.SendKeys("input[name=password]", password))
	b.click(".panel button.primary")
	b.wait("body.page-queue")
}

func (b *tab) has(want string) {
	b.t.Helper()
	if page := b.page(); !strings.Contains(page, want) {
		b.t.Errorf("the page lacks %q:\n%s", want, page)
	}
}

func (b *tab) quiet() {
	b.t.Helper()
	for {
		select {
		case m := <-b.bad:
			b.t.Errorf("the browser complains: %s", m)
		default:
			return
		}
	}
}

// review walks one post from the queue to a decision, the audit log, and back.
func review(t *testing.T, scripts bool) {
	all := samples()
	f := newFixture(t, all...)
	khmer := all[2].Post.ID
	b := newTab(t, f.server.URL)
	if !scripts {
		_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.logIn(ledger.RoleAdmin)
	b.has("Queue <span class=\"n\">9</span>")
	b.click(`a[href^="` + postPath(khmer) + `"]`)
	b.wait("body.page-post")
	b.has(`lang="km"`)
	b.has("no experience needed")
	b.has("••••••••01")
	b.click(`a[href="#g1"]`)
	b.wait("tr#g1:target")
	if strings.Contains(b.page(), "demo_km_01") {
		t.Error("a contact is shown without a reason")
	}

	b.do(chromedp.SendKeys(`form[action$="/contacts"] input[name=reason]`, "asked by the liaison officer"))
	b.click(`form[action$="/contacts"] button`)
	b.wait(".flash")
	b.has("demo_km_01")

	b.do(chromedp.SetAttributeValue(`select[name=reason] option:nth-child(2)`, "selected", ""))
	b.do(chromedp.SendKeys(`.decide form:last-of-type input[name=note]`, "a hotel, see its site"))
	b.click("button[value=dismiss]")
	b.wait("body.page-queue .flash")
	b.has("Dismissed: ordinary job.")
	b.has("Queue <span class=\"n\">8</span>")

	b.open("/audit")
	b.has("The log is whole.")
	b.has("asked by the liaison officer")
	b.has("a hotel, see its site")
	b.click(`table.audit a[href="` + postPath(khmer) + `"]`)
	b.wait("button[value=undo]")
	b.click("button[value=undo]")
	b.wait("button[value=confirm]")
	b.has("Decision undone.")
	b.click("button[value=confirm]")
	b.wait("body.page-queue .flash")
	b.has("Confirmed as a possible lure.")

	ds, err := f.ledger.Decisions(t.Context(), khmer)
	if err != nil || len(ds) != 3 {
		t.Fatalf("decisions = %v, %v; want three", ds, err)
	}
	if state, _ := post.StateOf(ds); state != post.StateConfirmed {
		t.Errorf("state = %s", state)
	}
	doc, err := f.index.Get(t.Context(), khmer)
	if err != nil || doc.State != post.StateConfirmed {
		t.Errorf("the index has state %q, %v", doc.State, err)
	}
	b.quiet()
}

func TestReviewInBrowser(t *testing.T)               { review(t, true) }
func TestReviewInBrowserWithoutScripts(t *testing.T) { review(t, false) }

func TestKeys(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	b := newTab(t, f.server.URL)
	b.logIn(ledger.RoleReviewer)
	press := func(key string) { t.Helper(); b.do(chromedp.KeyEvent(key)) }
	focused := func(sel string) {
		t.Helper()
		b.wait(sel + ":focus")
	}
	press("j")
	focused(".posts li:nth-child(1) h2 a")
	press("j")
	focused(".posts li:nth-child(2) h2 a")
	press("k")
	focused(".posts li:nth-child(1) h2 a")
	press("\r")
	b.wait("body.page-post")
	press("d")
	focused("select[name=reason]")
	press("\x1b")
	press("c")
	focused("button[value=confirm]")
	press("b")
	b.wait("body.page-queue")
	press("/")
	b.wait("body.page-search")
	press("/")
	focused("input[type=search]")
	if ds, err := f.ledger.Unpublished(t.Context(), 10); err != nil || len(ds) != 0 {
		t.Errorf("keys alone made decisions: %v, %v", ds, err)
	}
	b.quiet()
}

// TestNothingRunsInBrowser opens hostile posts in a real browser: nothing of
// theirs may run, be fetched, or break out of its place.
func TestNothingRunsInBrowser(t *testing.T) {
	var all []post.Judged
	for i, s := range hostile {
		all = append(all, hostilePost(i, s))
	}
	f := newFixture(t, all...)
	b := newTab(t, f.server.URL)
	b.logIn(ledger.RoleAdmin)
	for i, s := range hostile {
		for _, path := range []string{postPath(all[i].Post.ID), "/search?q=" + url.QueryEscape(s)} {
			b.open(path)
			ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
			left, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("iframe, img:not([width]), base, style, b[hostile], [onerror], [onload]").length`))
			stop()
			if err != nil || left != 0 {
				t.Errorf("%s: %d foreign elements, %v", path, left, err)
			}
		}
	}
	b.quiet() // a script, picture or form that the policy stops would be told here
}

// TestScreenshotIsBlurred looks at what a reviewer sees before and after asking.
func TestScreenshotIsBlurred(t *testing.T) {
	all := samples()
	f := newFixture(t, all...)
	f.shelf["lw-shot.warc.gz"] = evidence{"image/png", picture(t)}
	b := newTab(t, f.server.URL)
	b.logIn(ledger.RoleReviewer)
	b.open(postPath(all[0].Post.ID))
	if reads(t, f) != 0 {
		t.Error("opening the post alone loads its screenshot")
	}
	b.click("a.ask-shot")
	b.wait(".shot img")
	ctx, stop := context.WithTimeout(b.ctx, 20*time.Second)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector(".shot img").naturalWidth > 0`)); err != nil {
		t.Fatalf("the screenshot does not load: %v", err)
	}
	filter := func() string {
		s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector(".shot img")).filter`))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if got := filter(); !strings.Contains(got, "blur(") {
		t.Errorf("the screenshot has filter %q", got)
	}
	b.click("#sharp")
	if got := filter(); got != "none" {
		t.Errorf("after asking the screenshot has filter %q", got)
	}
	if n := reads(t, f); n != 1 {
		t.Errorf("the audit log has %d readings, want 1", n)
	}
	b.quiet()
}

func reads(t *testing.T, f *fixture) int {
	t.Helper()
	es, err := f.ledger.Audit(t.Context(), ledger.AuditFilter{Act: "read_evidence"})
	if err != nil {
		t.Fatal(err)
	}
	return len(es)
}
