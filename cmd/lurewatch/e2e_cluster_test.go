package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// broker is a NATS server outside of lurewatch, which can be stopped and started
// again where it was.
type broker struct {
	dir  string
	port int
	srv  *server.Server
}

func startBroker(t *testing.T) *broker {
	t.Helper()
	b := &broker{dir: t.TempDir(), port: server.RANDOM_PORT}
	b.start(t)
	t.Cleanup(func() { b.stop() })
	return b
}

func (b *broker) start(t *testing.T) {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: b.port, JetStream: true, StoreDir: b.dir, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	b.srv, b.port = srv, srv.Addr().(*net.TCPAddr).Port
}

func (b *broker) stop() {
	b.srv.Shutdown()
	b.srv.WaitForShutdown()
}

func (b *broker) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", b.port) }

// cluster is lurewatch as docker-compose.yml has it: one process a role, a NATS
// server and Elasticsearch beside them.
type cluster struct {
	t      *testing.T
	nats   *broker
	wire   *breaker // to Elasticsearch
	env    []string
	config string
	notes  string // file that notices are appended to
	index  *elastic.Index
	data   string
}

func newCluster(t *testing.T, sources string) *cluster {
	t.Helper()
	slow(t)
	es := realtest.Elastic(t)
	prefix := fmt.Sprintf("e2e-%d-%d", os.Getpid(), time.Now().UnixNano())
	c := &cluster{t: t, nats: startBroker(t), wire: newBreaker(t, strings.TrimPrefix(es, "http://")), data: t.TempDir()}
	c.notes = filepath.Join(c.data, "notices.jsonl")
	c.config = filepath.Join(t.TempDir(), "lurewatch.yml")
	text := fmt.Sprintf("crawl: {pace: 10ms, allow_net: [127.0.0.0/8], browser: \"off\", workers: 4}\nsources:\n%salerts:\n  files: [%q]\n", sources, c.notes)
	if err := os.WriteFile(c.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = []string{
		"LUREWATCH_DATA_DIR=" + c.data, "LUREWATCH_STREAM_URL=" + c.nats.url(), "LUREWATCH_INDEX_URL=http://" + c.wire.Addr().String(),
		"LUREWATCH_INDEX_PREFIX=" + prefix, "LUREWATCH_WEB_LISTEN=127.0.0.1:0",
	}
	x, err := elastic.Open(t.Context(), elastic.Options{URLs: []string{es}, Name: prefix + "-posts"})
	if err != nil {
		t.Fatal(err)
	}
	c.index = x
	t.Cleanup(func() {
		_ = x.Close()
		dropIndices(t, es, prefix)
	})
	return c
}

// dropIndices removes what a test has put into Elasticsearch.
func dropIndices(t *testing.T, es, prefix string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodDelete, es+"/"+prefix+"-*", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("remove the indices of this test: %v", err)
		return
	}
	_ = res.Body.Close()
}

func (c *cluster) role(roles string) *child {
	c.t.Helper()
	return background(c.t, c.env, "run", "-c", c.config, "--role", roles)
}

// indexed is how many posts Elasticsearch holds.
func (c *cluster) indexed() int {
	c.t.Helper()
	n, err := c.index.Count(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return int(n)
}

// await waits until Elasticsearch holds want posts.
func (c *cluster) await(want int, patience time.Duration) {
	c.t.Helper()
	n := 0
	within(c.t, patience, fmt.Sprintf("Elasticsearch holds %d posts", want), func() bool {
		if k := c.indexed(); k != n {
			n = k
			c.t.Logf("%s %d posts", time.Now().Format("15:04:05.0"), n)
		}
		return n >= want
	})
}

// agree compares what archive, stream and index hold.
func (c *cluster) agree(want int) {
	c.t.Helper()
	r := finished(c.t, c.t.TempDir(), c.env, nil, "rebuild", "--check", "-c", c.config)
	if r.code != 0 || !strings.Contains(r.out, fmt.Sprintf("archive %d:", want)) {
		c.t.Errorf("rebuild --check: exit %d, want 0 and %d posts in each store:\n%s", r.code, want, r.both())
	}
	dead := finished(c.t, c.t.TempDir(), c.env, nil, "dead", "list", "-c", c.config)
	if dead.code != 0 || strings.TrimSpace(dead.out) != "" {
		c.t.Errorf("dead letters (exit %d):\n%s", dead.code, dead.both())
	}
}

// docs reads the whole index.
func (c *cluster) docs() map[string]indexer.Doc {
	c.t.Helper()
	if err := c.index.Refresh(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	docs := map[string]indexer.Doc{}
	for q := (indexer.Query{Limit: 500}); ; {
		page, err := c.index.Search(c.t.Context(), q)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, h := range page.Hits {
			docs[h.Doc.Post.ID] = h.Doc
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return docs
		}
	}
}

// noticed counts the notices of each post.
func (c *cluster) noticed() map[string]int {
	c.t.Helper()
	f, err := os.Open(c.notes)
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	n := map[string]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		var note post.Notice
		if err := json.Unmarshal(sc.Bytes(), &note); err != nil {
			c.t.Fatalf("%s: %v: %s", c.notes, err, sc.Text())
		}
		n[note.Post.ID]++
	}
	return n
}

// TestRolesRunAsSeparateProcesses crawls the demo's sites with a crawler, a worker
// and a desk of their own, kills the worker meanwhile, and decides on a post.
func TestRolesRunAsSeparateProcesses(t *testing.T) {
	sites, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer sites.Close()
	var sources strings.Builder
	want := 0
	for _, s := range sites.List {
		if !s.Browser {
			want += s.Posts
			fmt.Fprintf(&sources, "- {name: %s, seeds: [%q]}\n", s.Name, s.URL)
		}
	}
	c := newCluster(t, sources.String())
	crawler, worker, desk := c.role("crawl"), c.role("classify,index,alert"), c.role("web")
	within(t, time.Minute, "the first posts are indexed", func() bool { return c.indexed() > 10 })
	worker.kill(t)
	t.Logf("worker killed at %d posts", c.indexed())
	worker = c.role("classify,index,alert")

	addr := desk.says(t, 30*time.Second, deskURL.String())[1]
	c.await(want, time.Minute)
	reviewer := &deskClient{t: t}
	reviewer.login(addr, c.data)
	decided := map[string]post.Act{}
	within(t, 20*time.Second, "the desk takes three decisions", func() bool {
		if id, act, ok := reviewer.decideOne(rand.New(rand.NewPCG(1, 2)), decided); ok {
			decided[id] = act
		}
		return len(decided) == 3
	})
	for id, act := range decided {
		within(t, 20*time.Second, "a decision of the desk reaches the index", func() bool {
			d, err := c.index.Get(t.Context(), id)
			return err == nil && len(d.Decisions) == 1 && d.Decisions[0].Act == act
		})
	}

	var flagged, told map[string]bool
	within(t, 30*time.Second, "every flagged post is told of", func() bool {
		flagged, told = map[string]bool{}, map[string]bool{}
		for id, d := range c.docs() {
			if d.Verdict.Flagged {
				flagged[id] = true
			}
		}
		for id := range c.noticed() {
			told[id] = true
		}
		return len(told) >= len(flagged)
	})
	for id := range told {
		if !flagged[id] {
			t.Errorf("%s was told of, and is not flagged", id)
		}
	}
	total := c.indexed()
	for name, p := range map[string]*child{"crawler": crawler, "worker": worker, "desk": desk} {
		if code := p.stop(t, 20*time.Second); code != 0 {
			t.Errorf("%s: exit %d after SIGTERM, want 0", name, code)
		}
	}
	if total != want {
		t.Errorf("the index holds %d posts, the sites have %d", total, want)
	}
	c.agree(total)
	t.Logf("%d posts, %d flagged, %d decisions", total, len(flagged), len(decided))
}

// TestServersThatGoAwayAreWaitedFor stops the NATS server, and cuts the wire to
// Elasticsearch, while posts are on their way, and stops a process meanwhile.
func TestServersThatGoAwayAreWaitedFor(t *testing.T) {
	const posts = 600
	site := bigSite(t, posts)
	c := newCluster(t, fmt.Sprintf("- {name: board, seeds: [%q], max_depth: 1000, max_pages: -1}\n", site.URL+"/"))
	crawler, worker := c.role("crawl"), c.role("classify,index,alert")
	within(t, time.Minute, "the first posts are indexed", func() bool { return c.indexed() > 10 })

	c.nats.stop()
	t.Logf("NATS stopped at %d posts", c.indexed())
	crawler.says(t, 20*time.Second, `level=WARN msg="stream connection lost`)
	worker.says(t, 20*time.Second, `level=WARN msg="stream connection lost`)
	idle(t, 3*time.Second)
	if code := crawler.stop(t, 30*time.Second); code != 0 { // it has captures that it cannot speak of
		t.Errorf("crawler: exit %d after SIGTERM without NATS, want 0", code)
	}
	c.nats.start(t)
	crawler = c.role("crawl")
	worker.says(t, 30*time.Second, `msg="stream connected again"`)
	before := c.indexed()
	within(t, time.Minute, "the line goes on after the stream is back", func() bool { return c.indexed() > before })

	c.wire.set(true)
	at := c.indexed()
	t.Logf("Elasticsearch cut off at %d posts", at)
	worker.says(t, 60*time.Second, `level=WARN msg="[^"]*(elasticsearch|index)[^"]*"`)
	if now := c.indexed(); now > at+1024 {
		t.Errorf("%d posts came through a wire that is cut", now-at)
	}
	if code := worker.stop(t, 30*time.Second); code != 0 { // it has posts that it cannot index
		t.Errorf("worker: exit %d after SIGTERM without Elasticsearch, want 0", code)
	}
	worker = c.role("classify,index,alert")
	worker.says(t, 60*time.Second, `level=WARN msg="[^"]*elasticsearch[^"]*"`)
	c.wire.set(false)
	c.await(posts, 2*time.Minute)
	for name, p := range map[string]*child{"crawler": crawler, "worker": worker} {
		if code := p.stop(t, 20*time.Second); code != 0 {
			t.Errorf("%s: exit %d after SIGTERM, want 0", name, code)
		}
	}
	c.agree(posts)
}

// idle lets real time pass: a server stays away that long.
func idle(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	<-ctx.Done()
}
