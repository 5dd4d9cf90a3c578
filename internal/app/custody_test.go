package app

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

func openIn(t *testing.T, dir string, parts Part) *App {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = dir
	a, err := Open(t.Context(), Options{Config: cfg, Parts: parts, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// seen is a page as the crawler brings it to the vault.
func seen(n int) crawler.Evidence {
	url := fmt.Sprintf("https://jobs.example/%d", n)
	hop := fetch.Exchange{
		URL: url, Request: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: jobs.example\r\n\r\n", n), Status: 200, Started: time.Unix(int64(n), 0),
		Response: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Job %d: ticket covered", n), IP: netip.MustParseAddr("192.0.2.1"),
	}
	return crawler.Evidence{
		HTTP:    &fetch.Result{FetchedAt: hop.Started, URL: url, FinalURL: url, Hops: []fetch.Exchange{hop}},
		Capture: post.Capture{Source: "s", URL: url, Class: post.ClassContent, FetchedAt: hop.Started.UTC()},
	}
}

// held reads the custody log of a data folder, and fails where it is not whole.
func held(t *testing.T, dir string) (out []custody.Entry) {
	t.Helper()
	_, faults, err := custody.Walk(t.Context(), filepath.Join(dir, custodyDir), func(_ custody.Line, e custody.Entry) error {
		out = append(out, e)
		return nil
	})
	if err != nil || len(faults) > 0 {
		t.Fatalf("custody log: %v, %v", faults, err)
	}
	return out
}

// covers fails unless each byte of each archive file stands in one record of the
// custody log, with its digest.
func covers(t *testing.T, dir string, entries []custody.Entry) (captures, late int) {
	t.Helper()
	ends := map[string]int64{}
	for _, e := range entries {
		if e.Capture == nil {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, "archive", e.Capture.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range e.Capture.Records {
			sum := sha256.Sum256(b[r.Offset : r.Offset+r.Length])
			if r.Offset != ends[e.Capture.File] || hex.EncodeToString(sum[:]) != r.SHA256 {
				t.Fatalf("%s: record %+v, want the one at %d", e.Capture.File, r, ends[e.Capture.File])
			}
			ends[e.Capture.File] += r.Length
		}
		captures++
		if e.Capture.Late {
			late++
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "archive", "*.warc.gz"))
	if err != nil || len(names) != len(ends) {
		t.Fatalf("files %v, %v; the custody log has %v", names, err, ends)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Size() != ends[filepath.Base(name)] {
			t.Errorf("%s has %d bytes, the custody log %d", name, info.Size(), ends[filepath.Base(name)])
		}
	}
	return captures, late
}

func TestEveryCaptureIsInCustody(t *testing.T) {
	dir := t.TempDir()
	a := openIn(t, dir, Archive)
	for n := range 20 {
		c, err := vault{a}.Put(t.Context(), seen(n))
		if err != nil {
			t.Fatal(err)
		}
		vault{a}.Done(c)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	entries := held(t, dir)
	if captures, late := covers(t, dir, entries); captures != 21 || late != 0 {
		t.Errorf("%d captures, %d late; want 20 and the warcinfo record, in time", captures, late)
	}
	if e := entries[3]; e.Software != "lurewatch/1.2.3" || e.Capture.Records[1].URL != "https://jobs.example/2" {
		t.Errorf("an entry: %+v", e)
	}
	if err := openIn(t, dir, Archive).Close(); err != nil {
		t.Fatal(err)
	}
	if again := held(t, dir); len(again) != len(entries) {
		t.Errorf("opened again the log has %d entries, before %d", len(again), len(entries))
	}
}

// TestWhatACrashLeftOutIsEnteredLate writes to the archive as a process does that dies
// before the custody log is written.
func TestWhatACrashLeftOutIsEnteredLate(t *testing.T) {
	dir := t.TempDir()
	a := openIn(t, dir, Archive)
	if _, err := (vault{a}).Put(t.Context(), seen(1)); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	alone, err := archive.Open(archive.Options{Dir: filepath.Join(dir, "archive")})
	if err != nil {
		t.Fatal(err)
	}
	bare := &App{archive: alone}
	for n := range 3 {
		if _, err := (vault{bare}).Put(t.Context(), seen(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := alone.Close(); err != nil {
		t.Fatal(err)
	}
	if err := openIn(t, dir, Archive).Close(); err != nil {
		t.Fatal(err)
	}
	if captures, late := covers(t, dir, held(t, dir)); captures != 6 || late != 4 {
		t.Errorf("%d captures, %d late; want 6, and 4 of them late", captures, late)
	}
}

func TestActsFollowFromTheLedger(t *testing.T) {
	dir := t.TempDir()
	a := openIn(t, dir, Archive|Ledger)
	record := func(act, of string) {
		t.Helper()
		if _, err := a.ledger.Record(t.Context(), "anong", act, of, nil); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 1200 { // more than one go
		record("view", fmt.Sprint("p", n))
	}
	record("reveal", "p7")
	if _, err := a.ledger.Decide(t.Context(), post.Decision{Post: "p7", Act: post.ActConfirm, By: "anong"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ledger.LogExport(t.Context(), ledger.Export{Kind: "evidence", By: "anong", Post: "p7", Items: 1, Reason: "asked"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.EnterActs(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	record("view", "last")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := openIn(t, dir, Archive|Ledger)
	if err := b.EnterActs(t.Context()); err != nil {
		t.Fatal(err)
	}
	acts, err := b.ledger.AuditAfter(t.Context(), 0, 5000)
	if err != nil {
		t.Fatal(err)
	}
	entries := held(t, dir)
	if len(entries) != len(acts) {
		t.Fatalf("%d entries for %d acts", len(entries), len(acts))
	}
	var of7 []string
	for i, e := range entries {
		if e.Act.Seq != acts[i].Seq || e.Act.Hash != acts[i].Hash || e.Act.By != "anong" || !e.Act.At.Equal(acts[i].At) {
			t.Fatalf("entry %+v for act %+v", e.Act, acts[i])
		}
		if e.Act.Of == "p7" {
			of7 = append(of7, e.Act.Act)
		}
	}
	if d := cmp.Diff([]string{"view", "reveal", "decide", "export"}, of7); d != "" {
		t.Errorf("acts on one post (-want +got):\n%s", d)
	}
}

// TestRecordsOfATLSCapture fetches from a real TLS server and holds what is archived
// against what was on the wire; warcio checks all of it.
func TestRecordsOfATLSCapture(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/job", http.StatusFound)
		case "/long":
			_, _ = w.Write([]byte(strings.Repeat("<p>ticket covered", 1000)))
		default:
			_, _ = w.Write([]byte("<p>Chat support, ticket covered"))
		}
	}))
	defer srv.Close()
	guard, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	h, err := fetch.NewHTTP(fetch.HTTPOptions{Guard: guard, UserAgent: "lurewatch-test", RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	dir := t.TempDir()
	a := openIn(t, dir, Archive)
	put := func(path string, most int64, browser *fetch.Result) post.Capture {
		t.Helper()
		res, err := h.Fetch(t.Context(), fetch.Request{URL: srv.URL + path, MaxBody: most})
		if err != nil {
			t.Fatal(err)
		}
		c, err := vault{a}.Put(t.Context(), crawler.Evidence{HTTP: res, Browser: browser, Capture: post.Capture{Source: "s", URL: srv.URL + path, Class: post.ClassContent}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := put("/", 0, nil)
	put("/long", 1000, nil)
	drawn := &fetch.Result{FetchedAt: time.Now(), URL: srv.URL + "/", FinalURL: srv.URL + "/job", DOM: []byte("<p>drawn"), Screenshot: []byte("\x89PNG\r\n\x1a\n")}
	put("/job", 0, drawn)

	var recs []archive.Record
	if _, err := a.archive.Walk(t.Context(), func(_ post.Locator, r archive.Record) error { recs = append(recs, r); return nil }); err != nil {
		t.Fatal(err)
	}
	var types []string
	ids := map[string]bool{}
	for _, r := range recs {
		types = append(types, r.Type)
		ids[r.ID] = true
	}
	want := []string{"warcinfo", "metadata", "request", "response", "metadata", "request", "response", "metadata", "request", "response", "metadata", "request", "response", "resource", "resource"}
	if d := cmp.Diff(want, types); d != "" {
		t.Fatalf("records (-want +got):\n%s", d)
	}
	chain := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))
	truncated := 0
	for i, r := range recs {
		for _, to := range r.ConcurrentTo {
			if !ids[to] {
				t.Errorf("record %d (%s) is concurrent to %s, which is not there", i, r.Type, to)
			}
		}
		switch r.Type {
		case "metadata":
			if resp := recs[i+2]; string(r.Block) != chain || r.ContentType != pemChain || !slices.Equal(r.ConcurrentTo, []string{resp.ID}) || r.TargetURI != resp.TargetURI {
				t.Errorf("record %d: %+v\n%s", i, r, r.Block)
			}
		case "request", "response":
			if r.IP != "127.0.0.1" {
				t.Errorf("record %d (%s): address %q", i, r.Type, r.IP)
			}
		}
		if r.Type == "response" {
			if p, s := r.Field("WARC-Protocol"), r.Field("WARC-Cipher-Suite"); p != "tls/1.3" || !strings.HasPrefix(s, "TLS_") {
				t.Errorf("record %d: protocol %q, cipher suite %q", i, p, s)
			}
			if r.Truncated != "" {
				truncated++
				if r.Truncated != "length" {
					t.Errorf("record %d is truncated by %q", i, r.Truncated)
				}
			}
		}
	}
	if recs[6].ID != c.ID || truncated != 1 {
		t.Errorf("the capture is %s, record 6 %s; %d truncated", c.ID, recs[6].ID, truncated)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	covers(t, dir, held(t, dir))
	t.Run("warcio", func(t *testing.T) {
		warcio := filepath.Join(filepath.Dir(realtest.Oracles(t)), "warcio")
		names, err := filepath.Glob(filepath.Join(dir, "archive", "*.warc.gz"))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		out, err := exec.CommandContext(t.Context(), warcio, "check", "-v", names[0]).CombinedOutput()
		if err != nil || strings.Contains(string(out), "failed") || strings.Count(string(out), "digest pass") != len(recs) {
			t.Errorf("warcio check: %v, want %d records to pass\n%s", err, len(recs), out)
		}
	})
}
