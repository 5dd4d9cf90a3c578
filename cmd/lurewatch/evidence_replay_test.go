package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

// drawnPage brings its post by a second request, which is not archived: a replay that
// shows the post shows the document as the browser had it.
const drawnPage = `<!DOCTYPE html><html lang="en"><head><title>Typing clerk</title></head><body><div id="root"></div><noscript>nothing yet</noscript><script>
fetch("/jobs/1.json").then(r => r.json()).then(job => {
  const s = document.createElement("script"); s.type = "application/ld+json"; s.textContent = JSON.stringify(job); document.head.append(s);
  document.getElementById("root").innerHTML = "<h1>" + job.title + "</h1><p>" + ["drawn", "by", "script"].join(" ") + "</p>";
})</script></body></html>`

const drawnPost = `{"@context": "https://schema.org", "@type": "JobPosting", "title": "Typing clerk in Poipet", "datePosted": "2026-05-01",
  "description": "Urgent hiring, no experience needed. Salary 1500 USD. Flight ticket, visa, room and food all covered by company. Message only on Telegram @example_hr_desk",
  "hiringOrganization": {"@type": "Organization", "name": "Example Desk"}}`

// shownText gathers what a reader sees in one kind of frames, through shadow roots. A
// frame is ours to read: the viewer serves all of them from one origin.
const shownText = `(wanted => {
  const out = [];
  const shadows = root => [...root.querySelectorAll("*")].map(e => e.shadowRoot).filter(Boolean);
  const text = root => [root.body ? root.body.innerText : [...root.childNodes].map(n => n.nodeType === Node.TEXT_NODE ? n.data : n.innerText || "").join("\n"), ...shadows(root).map(text)].join("\n");
  const frames = root => [...root.querySelectorAll("iframe"), ...shadows(root).flatMap(frames)];
  const visit = (doc, depth) => {
    if (!doc || depth > 5) return;
    if (doc.location.pathname.includes("/w/") === (wanted === "replayed")) out.push(text(doc));
    for (const f of frames(doc)) visit(f.contentDocument, depth + 1);
  };
  visit(document, 0);
  return out.join("\n");
})`

// viewer serves ReplayWeb.page as its guide to embedding says, with a package beside it.
func viewer(t *testing.T, wacz string) string {
	t.Helper()
	dir := realtest.Replay(t)
	mux := http.NewServeMux()
	file := func(path, name string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) })
	}
	file("/ui.js", filepath.Join(dir, "ui.js"))
	file("/replay/sw.js", filepath.Join(dir, "sw.js"))
	file("/post.wacz", wacz)
	mux.HandleFunc("GET /replay/", func(w http.ResponseWriter, _ *http.Request) { // until its service worker answers for this
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><meta http-equiv="refresh" content="1">`)
	})
	mux.HandleFunc("GET /{view}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!DOCTYPE html><html><head><script src="/ui.js"></script></head><body style="height:900px">
<replay-web-page source="/post.wacz" replayBase="/replay/" embed="default" %s></replay-web-page></body></html>`, map[string]string{
			"replay": `url="` + r.URL.Query().Get("url") + `"`, "pages": `view="pages"`, "resources": `view="resources"`,
		}[r.PathValue("view")])
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// offline is a real Chromium that reaches nothing but this machine.
func offline(t *testing.T) context.Context {
	t.Helper()
	path := realtest.Chromium(t)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatal(err)
	}
	return ctx
}

// shows waits until a view of a package holds some texts, and returns all of it.
func shows(ctx context.Context, t *testing.T, url, kind string, want ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for text := ""; ; {
		missing := ""
		for _, w := range want {
			if !strings.Contains(text, w) {
				missing = w
			}
		}
		if missing == "" {
			return text
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: %s pages of the viewer do not show %q, but\n%s", url, kind, missing, text)
		}
		if got, err := chromedp.Run(ctx, chromedp.Evaluate[string](shownText+`("`+kind+`")`)); err == nil { // no frame yet is an error
			text = got
		}
	}
}

// TestReplayWebPageReplaysAPackage opens packages in the viewer that the WACZ format
// comes from, in a real browser, while the archived site is gone.
func TestReplayWebPageReplaysAPackage(t *testing.T) {
	slow(t)
	realtest.Replay(t)
	chromium := realtest.Chromium(t)
	browser := offline(t)
	for name, c := range map[string]struct {
		page, title, text string
		set               []string
	}{
		"a page fetched over HTTP":  {lurePage, "Chat support in Poipet", "Chat support", nil},
		"a page drawn by a browser": {drawnPage, "Typing clerk in Poipet", "drawn by script", []string{"--set", "crawl.browser=" + chromium}},
	} {
		t.Run(name, func(t *testing.T) {
			data, id, url := capturedPage(t, c.page, c.set...)
			file := filepath.Join(t.TempDir(), "post.wacz")
			if code, _, errs := verb(t, "", "evidence", "export", id, "--out", file, "--reason", "request 2026/114", "--data-dir", data); code != exitFine {
				t.Fatalf("export: %d\n%s", code, errs)
			}
			if _, err := os.Stat(file); err != nil {
				t.Fatal(err)
			}
			base := viewer(t, file)
			shows(browser, t, base+"/pages", "viewer", c.title, url)
			replayed := shows(browser, t, base+"/replay?url="+url, "replayed", c.text)
			if strings.Contains(replayed, "nothing yet") || strings.Contains(replayed, "Archived Page Not Found") {
				t.Errorf("replayed:\n%s", replayed)
			}
			shows(browser, t, base+"/resources", "viewer", url)
		})
	}
}
