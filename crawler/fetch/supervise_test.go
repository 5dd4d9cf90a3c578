package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// current is the browser that is in use now.
func current(t *testing.T, b *Browser) *chromium {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cur == nil {
		t.Fatal("no browser runs")
	}
	return b.cur
}

// eventually waits for a condition, for a while at most.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

// A browser that is killed in the middle of a page is replaced, and the page is
// fetched from the new one.
func TestACrashCostsNoPage(t *testing.T) {
	var b *Browser
	var asked atomic.Int32
	always := new(atomic.Bool)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" && (asked.Add(1) == 1 || always.Load()) {
			b.mu.Lock()
			pgid := b.cur.pgid
			b.mu.Unlock()
			_ = syscall.Kill(-pgid, syscall.SIGKILL)
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, "<p>here</p>")
	}))
	defer srv.Close()
	b = newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second})
	res, err := b.Fetch(t.Context(), Request{URL: srv.URL + "/page"})
	if err != nil || !bytes.Contains(res.DOM, []byte("<p>here</p>")) {
		t.Fatalf("after a crash in mid-page: %v", err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the page was asked for %d times, want 2", n)
	}
	// A page that ends every browser is given up after the second.
	always.Store(true)
	asked.Store(0)
	if _, err := b.Fetch(t.Context(), Request{URL: srv.URL + "/page"}); !errors.Is(err, errDied) || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("error = %v, want that the browser died, with a hint", err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("a page that ends browsers was tried %d times, want 2", n)
	}
	always.Store(false)
	if _, err := b.Fetch(t.Context(), Request{URL: srv.URL + "/other"}); err != nil {
		t.Errorf("after two crashes: %v", err)
	}
	if h := b.Health(); h.Replaced[ReplacedDied] != 3 || h.Starts != 4 || h.Pages != 5 || h.Running != 1 || h.Tabs != 0 {
		t.Errorf("three browsers died under four pages and the fifth was read: health %+v", h)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	base, _, _ := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second})
	if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil {
		t.Fatal(err)
	}
	used := groupMemory(current(t, b).pgid)
	if used == 0 {
		t.Skip("this system does not tell the memory of processes")
	}
	t.Logf("a browser after one page: %d MiB", used>>20)
	if used < 20<<20 || used > 2<<30 {
		t.Errorf("a browser uses %d bytes: the measure is wrong", used)
	}
	// One that is over its bound is replaced though it has done nothing.
	small := newTestBrowser(t, BrowserOptions{MaxMemory: 10 << 20})
	if err := small.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := profiles(small)
	if len(first) != 1 {
		t.Fatalf("%d browsers run, want 1", len(first))
	}
	eventually(t, "the browser is gone", func() bool { return processes(t, first) == 0 })
	if h := small.Health(); h.Replaced[ReplacedMemory] != 1 || h.Starts != 1 || h.Running != 0 || h.Memory != 0 {
		t.Errorf("one was replaced for its memory: health %+v", h)
	}
	// A page that takes all it can get ends its own tab, and the rest goes on.
	hog := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><p>standing</p><script>const a = []; for (;;) a.push(new Array(1e6).fill({}))</script>`)
	}))
	defer hog.Close()
	before := current(t, b)
	if res, err := b.Fetch(t.Context(), Request{URL: hog.URL}); err != nil || !bytes.Contains(res.DOM, []byte("standing")) {
		t.Errorf("a page that takes all memory: %v, want it read without its scripts", err)
	}
	if current(t, b) != before {
		t.Error("a greedy page cost the whole browser")
	}
	if h := b.Health(); h.Crashed != 1 || h.Running != 1 || h.Replaced[ReplacedDied] != 0 {
		t.Errorf("a page crashed and the browser did not: health %+v", h)
	}
	eventually(t, "its memory is told", func() bool { return b.Health().Memory > 20<<20 })
}

func TestSeveralPagesAtATime(t *testing.T) {
	var now, most atomic.Int32
	gate := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page" {
			return
		}
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		fmt.Fprint(w, "<p>here</p>")
	}))
	defer srv.Close()
	b := newTestBrowser(t, BrowserOptions{Timeout: time.Minute, Tabs: 3})
	var wg sync.WaitGroup
	for range 7 {
		wg.Go(func() {
			if res, err := b.Fetch(t.Context(), Request{URL: srv.URL + "/page"}); err != nil || !bytes.Contains(res.DOM, []byte("here")) {
				t.Errorf("fetch: %v", err)
			}
		})
	}
	eventually(t, "three pages wait at once", func() bool { return now.Load() == 3 })
	if h := b.Health(); h.Tabs != 3 || h.MaxTabs != 3 || h.Running != 1 {
		t.Errorf("while three pages wait: health %+v", h)
	}
	close(gate)
	wg.Wait()
	if n := most.Load(); n != 3 {
		t.Errorf("%d pages at a time, want 3", n)
	}
}

func TestTwoHundredCancelledPagesLeaveNoProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	base, _, _ := stage(t)
	b := newTestBrowser(t, BrowserOptions{Timeout: 20 * time.Second, Tabs: 8, Recycle: 1000})
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ours := profiles(b)
	before := processes(t, ours)
	if before == 0 {
		t.Fatal("no browser process found while one runs: the count is wrong")
	}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+i*20)*time.Millisecond)
			defer cancel()
			path := []string{"/slow", "/forever", "/alerts", "/waits"}[i%4]
			if _, err := b.Fetch(ctx, Request{URL: base + path}); err == nil {
				t.Errorf("%s: a page without end came to one", path)
			}
		})
	}
	wg.Wait()
	ours = append(ours, profiles(b)...)
	eventually(t, "the renderers of cancelled pages end", func() bool { return processes(t, ours) <= before+3 })
	b.Close()
	if n := processes(t, ours); n != 0 {
		t.Errorf("%d browser processes after close", n)
	}
}

func TestALongTemporaryDirectoryDoesNoHarm(t *testing.T) {
	base, _, _ := stage(t)
	long := filepath.Join(t.TempDir(), strings.Repeat("long-", 20), strings.Repeat("longer-", 20))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	b := newTestBrowser(t, BrowserOptions{Timeout: 30 * time.Second})
	if _, err := b.Fetch(t.Context(), Request{URL: base + "/script"}); err != nil {
		t.Fatal(err)
	}
	if p := current(t, b).profile; len(p) > maxSocket {
		t.Errorf("profile %s is too long for a socket", p)
	}
}

func TestABrowserThatCannotStartSaysSo(t *testing.T) {
	tests := map[string]struct{ script, want string }{
		"a sandbox that is not to be had": {`echo "FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox! If you want" >&2; exit 1`, "user namespaces"},
		"a library that is missing":       {`echo "chrome: error while loading shared libraries: libnss3.so: cannot open" >&2; exit 127`, "libnss3.so"},
		"another program":                 {`exit 3`, "--headless=new --dump-dom"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chromium")
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
			b, err := NewBrowser(BrowserOptions{Guard: loopback(t), UserAgent: testAgent, Path: path, Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			first := b.Start(t.Context())
			if first == nil || !strings.Contains(first.Error(), tt.want) || !strings.Contains(first.Error(), "\nhint: ") || !strings.Contains(first.Error(), path) {
				t.Fatalf("error = %v, want %q, the path and a hint in it", first, tt.want)
			}
			// The next pages fail at once, with the same words.
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Fetch(t.Context(), Request{URL: "http://127.0.0.1:1/"}); err == nil || err.Error() != first.Error() {
				t.Errorf("error = %v, want the first one again", err)
			}
			if h := b.Health(); h.Broken != first.Error() || h.Starts != 0 || h.Running != 0 {
				t.Errorf("health %+v, want it to say why", h)
			}
			now = now.Add(startAgain + time.Second)
			if err := b.Start(t.Context()); err == nil || err.Error() == first.Error() {
				t.Errorf("error = %v, want that of a new try", err)
			}
		})
	}
}

// BenchmarkBrowser reads a page of 30 KB in so many tabs at a time.
func BenchmarkBrowser(b *testing.B) {
	if _, err := FindChromium(""); err != nil {
		b.Skip(err)
	}
	body := "<!doctype html><title>Jobs</title>" + strings.Repeat("<p>We hire customer service staff, free flight, room and board.</p>", 450)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}))
	defer srv.Close()
	for _, tabs := range []int{1, 4} {
		b.Run(fmt.Sprintf("tabs=%d", tabs), func(b *testing.B) {
			br, err := NewBrowser(BrowserOptions{Guard: loopback(b), UserAgent: testAgent, Tabs: tabs})
			if err != nil {
				b.Fatal(err)
			}
			defer br.Close()
			if err := br.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			var wg sync.WaitGroup
			for range tabs {
				wg.Go(func() {
					for next.Add(1) <= int64(b.N) {
						if _, err := br.Fetch(b.Context(), Request{URL: srv.URL}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			br.mu.Lock()
			c := br.cur
			br.mu.Unlock()
			if c != nil {
				b.ReportMetric(float64(groupMemory(c.pgid)>>20), "MiB")
			}
		})
	}
}
