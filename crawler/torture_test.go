package crawler

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// ordeal is one hostile host. Besides the trap it has two honest pages, of which one
// leads to the trap: whatever that does, the crawl must come back with their posts.
type ordeal struct {
	site   Site                              // but for its name and seeds
	answer answerer                          // whatever is not an honest page
	robots string                            // its robots.txt; empty means answer gives it, and that it has none
	class  post.Class                        // of the capture of /trap; empty for none
	cut    fetch.Truncation                  // of that capture
	posts  []string                          // titles, of the trap and what it leads to
	silent bool                              // nothing of this host may be crawled
	most   int                               // requests to this host, all in all; 0 means 25
	also   func(t *testing.T, o *ordealSeen) // what else is to be seen
}

// answerer answers for a path on the bare connection; it returns false for a path that
// it does not have.
type answerer func(path string, c net.Conn) bool

// ordealSeen is what came of an ordeal.
type ordealSeen struct {
	mu       sync.Mutex
	asked    map[string]int // requests by path
	captures map[string]Evidence
	posts    []post.Post
}

func (o *ordealSeen) note(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked == nil {
		o.asked = map[string]int{}
	}
	o.asked[path]++
}

// text is all that its posts say.
func (o *ordealSeen) text() string {
	var b strings.Builder
	for _, p := range o.posts {
		b.WriteString(p.Title + "\n" + p.Text + "\n")
	}
	return b.String()
}

// wire starts a host that answers on the bare connection, and closes it then.
func wire(t testing.TB, addr string, answer func(path string, c net.Conn)) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				defer context.AfterFunc(t.Context(), func() { c.Close() })() // the test is over: so is this
				if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(req.URL.Path, c)
				}
			})
		}
	})
	t.Cleanup(func() { ln.Close(); all.Wait() })
	return "http://" + ln.Addr().String()
}

const htmlHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"

// say answers with a page.
func say(c net.Conn, body string) {
	fmt.Fprintf(c, htmlHead+"Content-Length: %d\r\n\r\n%s", len(body), body)
}

func redirect(c net.Conn, to string) {
	fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", to)
}

// start serves an ordeal and returns its address.
func (o ordeal) start(t testing.TB, seen *ordealSeen) (base string) {
	t.Helper()
	return wire(t, "127.0.0.1:0", func(path string, c net.Conn) {
		seen.note(path)
		switch {
		case path == "/":
			say(c, jobPage(0, "/trap", "/job/1"))
		case path == "/job/1":
			say(c, jobPage(1))
		case path == "/robots.txt" && o.robots != "":
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(o.robots), o.robots)
		case o.answer == nil || !o.answer(path, c):
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
		}
	})
}

// TestTortureCrawl crawls every case of the torture server that is asked for, each on a
// host of its own, and an honest host beside them, all in one crawl. It must end, stay
// within bounds, come back with every honest post, and meet each case as is due.
func TestTortureCrawl(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: left out with -short")
	}
	chromium := realtest.Chromium(t)
	private := forbidden(t)
	cases := ordeals(t, private)
	for name, o := range renderedOrdeals(private) {
		o.site.Browser = BrowserOn
		cases[name] = o
	}
	cases["an honest host"] = ordeal{class: post.ClassContent, posts: []string{"Customer service 2"}, answer: trap(func(c net.Conn) { say(c, jobPage(2)) })}

	seen, sites := map[string]*ordealSeen{}, []Site{}
	for name, o := range cases {
		s := o.site
		seen[name] = &ordealSeen{captures: map[string]Evidence{}}
		s.Name, s.Unpaced = strings.NewReplacer(" ", "-", ",", "", "(", "", ")", "", "/", "-").Replace(name), true
		if s.Browser == "" {
			s.Browser = BrowserOff
		}
		s.Seeds = []string{o.start(t, seen[name]) + "/"}
		sites = append(sites, s)
	}
	rebound, name := rebinding(t)
	sites = append(sites, Site{Name: "rebinding-DNS", Seeds: []string{rebound + "/"}, Unpaced: true, Browser: BrowserOff})
	guard, err := fetch.NewGuard(fetch.GuardOptions{AllowNet: loopbackNet(), Resolver: name.resolver})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, sites...)
	r.opt.Workers = 16
	if r.opt.HTTP, err = fetch.NewHTTP(fetch.HTTPOptions{Guard: guard, UserAgent: testAgent, HeaderTimeout: 2 * time.Second, Timeout: 4 * time.Second, MaxBody: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	browser, err := fetch.NewBrowser(fetch.BrowserOptions{Guard: guard, UserAgent: testAgent, Path: chromium, Timeout: 30 * time.Second, Tabs: 4, MaxHeight: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	r.opt.Browser = browser
	peak := watchHeap(t)
	c, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute) // on a busy machine; half a minute on one of two idle cores
	defer cancel()
	if err := c.Run(ctx); err != nil {
		t.Fatalf("the crawl did not end: %v", err)
	}
	rep := c.Report()
	if p := peak(); p > 400<<20 {
		t.Errorf("the heap grew to %d MiB", p>>20)
	}
	if rep.Left != 0 {
		t.Errorf("%d pages are left over", rep.Left)
	}
	for _, e := range r.vault.puts {
		at := e.Capture.URL[strings.Index(e.Capture.URL[8:], "/")+8:]
		for i, s := range sites {
			if strings.HasPrefix(e.Capture.URL, s.Seeds[0]) && i < len(sites)-1 {
				seen[nameOf(cases, s.Name)].captures[at] = e
			}
		}
	}
	for _, s := range r.sink.posts {
		if o := seen[nameOf(cases, s.Post.Source)]; o != nil {
			o.posts = append(o.posts, s.Post)
		} else if s.Post.Source != "rebinding-DNS" {
			t.Errorf("a post of %q", s.Post.Source)
		}
	}
	for name, o := range cases {
		t.Run(name, func(t *testing.T) { o.judge(t, seen[name]) })
	}
	t.Run("rebinding DNS", func(t *testing.T) {
		if name.asked.Load() < 2 || rep.Skipped[outcomeBlocked] == 0 {
			t.Errorf("the name was asked for %d times, %v skipped: it was not rebound", name.asked.Load(), rep.Skipped)
		}
	})
	if n := private.hits.Load(); n != 0 {
		t.Errorf("a private address got %d connections", n)
	}
}

func nameOf(cases map[string]ordeal, site string) string {
	for name := range cases {
		if strings.NewReplacer(" ", "-", ",", "", "(", "", ")", "", "/", "-").Replace(name) == site {
			return name
		}
	}
	return ""
}

// judge holds what came of an ordeal against what was due.
func (o ordeal) judge(t *testing.T, seen *ordealSeen) {
	var titles []string
	for _, p := range seen.posts {
		titles = append(titles, p.Title)
	}
	due := []string{"Customer service 0", "Customer service 1"}
	if o.silent {
		if due = nil; len(titles) > 0 {
			t.Errorf("found %q, want nothing of this host", titles)
		}
	}
	for _, want := range append(due, o.posts...) {
		if !slices.ContainsFunc(titles, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("post %q is missing, found %q", want, titles)
		}
	}
	e, ok := seen.captures["/trap"]
	if ok != (o.class != "") || e.Capture.Class != o.class {
		t.Errorf("the trap was captured (%v) as %q (%s), want %q", ok, e.Capture.Class, e.Reason, o.class)
	}
	res := e.HTTP
	if e.Browser != nil {
		res = e.Browser
	}
	if res != nil && (res.Truncated != o.cut || len(e.Payload()) > 1<<20 && e.Browser == nil) {
		t.Errorf("%d bytes were taken, truncated %q, want %q and a mebibyte at most", len(e.Payload()), res.Truncated, o.cut)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	total := 0
	for _, n := range seen.asked {
		total += n
	}
	if most := max(o.most, 25); total > most {
		t.Errorf("%d requests, want at most %d: %v", total, most, seen.asked)
	}
	if o.also != nil {
		o.also(t, seen)
	}
}

// watchHeap samples what lives on the heap; the function it returns gives the most.
func watchHeap(t *testing.T) (peak func() uint64) {
	t.Helper()
	var most atomic.Uint64
	stop := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				metrics.Read(sample)
				most.Store(max(most.Load(), sample[0].Value.Uint64()))
			}
		}
	})
	return func() uint64 { close(stop); watcher.Wait(); return most.Load() }
}

// refused is an address that no fetch may reach: every connection to it counts.
type refused struct {
	addr string
	hits atomic.Int32
}

func forbidden(t *testing.T) *refused {
	t.Helper()
	r := &refused{}
	r.addr = strings.TrimPrefix(wire(t, "127.0.0.2:0", func(_ string, c net.Conn) { say(c, "secret") }), "http://")
	r.hits.Store(0)
	return r
}

// nameOfMany is a name whose address changes with each question.
type nameOfMany struct {
	resolver *net.Resolver
	asked    atomic.Int32
}

// rebinding is a host under a name that leads to it, and then to an address that may
// not be reached, where the same port answers.
func rebinding(t *testing.T) (base string, name *nameOfMany) {
	t.Helper()
	hostile := func(path string, c net.Conn) {
		if path == "/robots.txt" {
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			return
		}
		say(c, jobPage(0, "/a", "/b", "/c", "/d"))
	}
	public := wire(t, "127.0.0.1:0", hostile)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(public, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	wire(t, "127.0.0.2:"+port, func(string, net.Conn) { t.Error("the name led to an address that may not be reached") })
	name = &nameOfMany{}
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var server sync.WaitGroup
	server.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr([]string{"127.0.0.1", "127.0.0.2"}[int(name.asked.Add(1)-1)%2]).As4()
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: ip}}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(out, from)
			}
		}
	})
	t.Cleanup(func() { pc.Close(); server.Wait() })
	name.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
	return "http://rebind.test:" + port, name
}
