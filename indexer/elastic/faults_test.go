package elastic_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/indexer/indextest"
)

// wire is a TCP line to the server that a test can cut and mend.
type wire struct {
	addr, to string
	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	wg       sync.WaitGroup
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{addr: l.Addr().String(), to: u.Host, open: map[net.Conn]bool{}}
	l.Close()
	t.Cleanup(func() { w.cut(); w.wg.Wait() })
	return w
}

func (w *wire) mend(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	w.listener = l
	w.mu.Unlock()
	w.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", w.to)
			if err != nil {
				in.Close()
				continue
			}
			w.mu.Lock()
			w.open[in], w.open[out] = true, true
			w.mu.Unlock()
			for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
				w.wg.Go(func() {
					io.Copy(pair[0], pair[1]) // a cut wire is the point
					in.Close()
					out.Close()
				})
			}
		}
	})
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener != nil {
		w.listener.Close()
	}
	for c := range w.open {
		c.Close()
	}
	clear(w.open)
}

// waits is a log that tells when something waits.
type waits struct {
	slog.Handler
	once sync.Once
	seen chan struct{}
}

func newWaits() *waits {
	return &waits{Handler: slog.DiscardHandler, seen: make(chan struct{})}
}

// Enabled says yes, where the handler that discards says no.
func (w *waits) Enabled(context.Context, slog.Level) bool { return true }

func (w *waits) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "waiting") {
		w.once.Do(func() { close(w.seen) })
	}
	return nil
}

// TestAway starts before the server, and loses it while it writes.
func TestAway(t *testing.T) {
	opt := options(t)
	w := newWire(t, opt.URLs[0])
	opt.URLs, opt.Patience = []string{"http://" + w.addr}, time.Minute
	log := newWaits()
	opt.Log = slog.New(log)
	opened := make(chan *elastic.Index, 1)
	go func() {
		defer close(opened)
		if x, err := elastic.Open(t.Context(), opt); err == nil {
			opened <- x
		}
	}()
	<-log.seen
	w.mend(t)
	x, ok := <-opened
	if !ok {
		t.Fatal("open failed")
	}
	defer x.Close()

	changes, docs := indextest.Changes(t, indextest.Generate(200, 4))
	indextest.PutAll(t, x, changes[:100], 50)
	w.cut()
	log = newWaits()
	opt.Log = slog.New(log)
	hasty := opt
	hasty.Patience = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	if _, err := elastic.Open(ctx, hasty); err == nil || !strings.Contains(err.Error(), "hint: is the server running") {
		t.Errorf("open with no server: %v", err)
	}
	cancel()

	done := make(chan error, 1)
	go func() { done <- errors.Join(x.Put(t.Context(), changes)...) }()
	<-log.seen // of the hasty one; the other waits as well, or will
	w.mend(t)
	if err := <-done; err != nil {
		t.Fatalf("put while the server was away: %v", err)
	}
	if n, err := x.Count(t.Context()); err != nil || n != int64(len(docs)) {
		t.Errorf("count = %d, %v; want %d", n, err, len(docs))
	}
}

// TestImpatient answers an error for each change when the server stays away, and loses nothing.
func TestImpatient(t *testing.T) {
	opt := options(t)
	w := newWire(t, opt.URLs[0])
	w.mend(t)
	opt.URLs, opt.Patience = []string{"http://" + w.addr}, 10*time.Second
	open(t, opt).Close()
	opt.Patience = 300 * time.Millisecond
	x := open(t, opt)
	defer x.Close()
	w.cut()
	changes, _ := indextest.Changes(t, indextest.Generate(5, 4))
	for i, err := range x.Put(t.Context(), append(changes, indexer.Change{})) {
		if i == len(changes) {
			if !errors.Is(err, indexer.ErrInvalid) {
				t.Errorf("the bad change: %v", err)
			}
			continue
		}
		if err == nil || errors.Is(err, indexer.ErrInvalid) || !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("put without a server: %v", err)
		}
	}
	if _, err := x.Search(t.Context(), indexer.Query{}); err == nil {
		t.Error("search without a server found something")
	}
}

// lossy is a connection that loses every third answer or so after the server has done
// its work. Not every third: a step of three requests would fail at one place for ever.
type lossy struct {
	mu  sync.Mutex
	rnd *rand.Rand
}

func (l *lossy) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rnd.IntN(3) == 0 {
		res.Body.Close()
		return nil, errors.New("answer lost on the way")
	}
	return res, nil
}

func TestLostAnswers(t *testing.T) {
	opt := options(t)
	opt.Transport = &lossy{rnd: rand.New(rand.NewPCG(3, 1))}
	x := open(t, opt)
	defer x.Close()
	js := indextest.Generate(300, 9)
	changes, _ := indextest.Changes(t, js)
	indextest.PutAll(t, x, append(changes, changes[:100]...), 60)
	f, err := x.Fold(t.Context())
	if err != nil || f.Count() != len(js) {
		t.Errorf("fold = %v, %v; want %d versions", f, err, len(js))
	}
	for _, j := range js[:120] {
		d, err := x.Get(t.Context(), j.Post.ID)
		if err != nil || d.Sightings != 1 {
			t.Errorf("%s: %d sightings, %v; want 1", j.Post.ID, d.Sightings, err)
		}
	}
}

// request speaks to the server past the index.
func request(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 && res.StatusCode != http.StatusNotFound {
		t.Fatalf("%s %s: %s %s %v", method, url, res.Status, b, err)
	}
	return string(b)
}

// TestFloodStage is what the server does when its disk is nearly full.
func TestFloodStage(t *testing.T) {
	opt := options(t)
	opt.Patience = time.Second
	x := open(t, opt)
	defer x.Close()
	changes, _ := indextest.Changes(t, indextest.Generate(20, 4))
	indextest.PutAll(t, x, changes[:10], 10)
	block := func(on string) {
		request(t, http.MethodPut, opt.URLs[0]+"/"+opt.Name+"/_settings", `{"index.blocks.read_only_allow_delete":`+on+`}`)
	}
	block("true")
	for i, err := range x.Put(t.Context(), changes) {
		if i < 10 && err != nil {
			t.Errorf("change %d was there already: %v", i, err)
		}
		if i >= 10 && (err == nil || errors.Is(err, indexer.ErrInvalid) || !strings.Contains(err.Error(), "disk is nearly full")) {
			t.Errorf("change %d on a read-only index: %v", i, err)
		}
	}
	block("null")
	indextest.PutAll(t, x, changes, 20)
}

// TestIndexRemoved must not let the server make an index of its own in place of ours.
func TestIndexRemoved(t *testing.T) {
	opt := options(t)
	opt.Patience = time.Second
	x := open(t, opt)
	defer x.Close()
	request(t, http.MethodDelete, opt.URLs[0]+"/"+opt.Name+"-v1", "")
	changes, _ := indextest.Changes(t, indextest.Generate(2, 4))
	for _, err := range x.Put(t.Context(), changes) {
		if err == nil || errors.Is(err, indexer.ErrInvalid) || !strings.Contains(err.Error(), "lurewatch rebuild") {
			t.Errorf("put into a removed index: %v", err)
		}
	}
	if got := request(t, http.MethodGet, opt.URLs[0]+"/"+opt.Name, ""); !strings.Contains(got, "index_not_found") {
		t.Errorf("the server made an index: %s", got)
	}
	if err := x.Reset(t.Context()); err != nil {
		t.Fatalf("reset: %v", err)
	}
	indextest.PutAll(t, x, changes, 2)
}

func TestOpenRefuses(t *testing.T) {
	good := options(t)
	old := options(t)
	request(t, http.MethodPut, old.URLs[0]+"/"+old.Name+"-v0", `{"aliases":{"`+old.Name+`":{}}}`)
	for name, c := range map[string]struct {
		opt  elastic.Options
		want string
	}{
		"no URL":              {elastic.Options{}, "hint: "},
		"no scheme":           {elastic.Options{URLs: []string{"localhost:9200"}}, "is no http or https URL"},
		"password in the URL": {elastic.Options{URLs: []string{"http://a:b@localhost"}}, "do not belong in the URL"},
		"capitals in a name":  {elastic.Options{URLs: good.URLs, Name: "Posts"}, "lower-case"},
		"no shards":           {elastic.Options{URLs: good.URLs, Shards: -1}, "shards"},
		"an older index":      {old, "lurewatch rebuild"},
	} {
		if _, err := elastic.Open(t.Context(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestExpired closes the view that a list by relevance depends on.
func TestExpired(t *testing.T) {
	opt := options(t)
	x := open(t, opt)
	defer x.Close()
	changes, _ := indextest.Changes(t, indextest.Generate(50, 4))
	indextest.PutAll(t, x, changes, 50)
	if err := x.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := indexer.Query{Text: "company", Sort: indexer.Relevance, Limit: 10}
	page, err := x.Search(t.Context(), q)
	if err != nil || page.Next == "" {
		t.Fatalf("first page: %v, next %q", err, page.Next)
	}
	q.Cursor = page.Next
	checked, _, err := q.Check()
	if err != nil {
		t.Fatal(err)
	}
	at, err := checked.Place()
	if err != nil || at.View == "" {
		t.Fatalf("place of the next page: %+v, %v", at, err)
	}
	request(t, http.MethodDelete, opt.URLs[0]+"/_pit", `{"id":"`+at.View+`"}`)
	if _, err := x.Search(t.Context(), q); !errors.Is(err, indexer.ErrCursor) {
		t.Errorf("page of an expired view: %v, want ErrCursor", err)
	}
}
