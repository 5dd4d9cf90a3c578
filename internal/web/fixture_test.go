package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// password is that of every user of a fixture.
const password = "correct horse battery"

// fixture is a desk with real parts: an embedded index and a ledger on disk.
type fixture struct {
	t      *testing.T
	index  *embedded.Index
	ledger *ledger.Ledger
	desk   *Desk
	server *httptest.Server
	logged *bytes.Buffer
	shelf  shelf

	sources []Source // what the page of sources shows
}

// shelf is evidence by the name of its file.
type shelf map[string]evidence

type evidence struct {
	contentType string
	body        []byte
}

func (s shelf) Read(_ context.Context, l post.Locator) (string, []byte, error) {
	e, ok := s[l.File]
	if !ok {
		return "", nil, fmt.Errorf("no record at %s", l.File)
	}
	return e.contentType, e.body, nil
}

// lockedBuffer lets handlers log at the same time.
type lockedBuffer struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// newFixture opens a desk that holds docs, with one user of each role, named after it.
func newFixture(t *testing.T, judged ...post.Judged) *fixture {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	f := &fixture{t: t, logged: &bytes.Buffer{}, shelf: shelf{}}
	var err error
	if f.index, err = embedded.Open(ctx, embedded.Options{Path: filepath.Join(dir, "index.db")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.index.Close() })
	if f.ledger, err = ledger.Open(ledger.Options{Path: filepath.Join(dir, "ledger.db")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.ledger.Close() })
	for _, role := range ledger.Roles() {
		name := string(role)
		if err := f.ledger.AddUser(ctx, "system", name, role, "a first password"); err != nil {
			t.Fatal(err)
		}
		if err := f.ledger.SetPassword(ctx, name, name, password); err != nil {
			t.Fatal(err)
		}
	}
	f.put(judged...)
	f.desk, err = New(Options{
		Index: f.index, Evidence: f.shelf, Ledger: f.ledger,
		Decided: f.publish,
		Status:  func(context.Context) Status { return Status{Captured: 12345, Posts: 2311, Flagged: 87, Indexed: 2311} },
		Rule: func(id string) (string, bool) {
			return "An employer abroad pays flight, visa and housing and asks for nothing but a passport: who accepts arrives in debt.", id == "lure-paid-journey"
		},
		Sources: func(context.Context) ([]Source, error) { return f.sources, nil },
		Log:     slog.New(slog.NewTextHandler(&lockedBuffer{b: f.logged}, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.server = httptest.NewServer(f.desk)
	t.Cleanup(f.server.Close)
	return f
}

// publish carries a decision to the index, as the outbox does.
func (f *fixture) publish(ctx context.Context, d post.Decision) {
	for _, err := range f.index.Put(ctx, []indexer.Change{{Decision: &d}}) {
		if err != nil {
			f.t.Error(err)
		}
	}
	if err := f.index.Refresh(ctx); err != nil {
		f.t.Error(err)
	}
}

func (f *fixture) put(judged ...post.Judged) {
	f.t.Helper()
	ctx := context.Background()
	changes := make([]indexer.Change, len(judged))
	for i := range judged {
		changes[i].Judged = &judged[i]
	}
	for _, err := range f.index.Put(ctx, changes) {
		if err != nil {
			f.t.Fatal(err)
		}
	}
	if err := f.index.Refresh(ctx); err != nil {
		f.t.Fatal(err)
	}
}

// as returns a client that is logged in, or nobody for an empty role.
func (f *fixture) as(role ledger.Role) *http.Client {
	f.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if role == anyone {
		return c
	}
	res := f.post(c, "/login", url.Values{"name": {string(role)}, "password": {password}})
	if res.status != http.StatusSeeOther {
		f.t.Fatalf("login as %s: status %d", role, res.status)
	}
	return c
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func (f *fixture) do(c *http.Client, req *http.Request) answer {
	f.t.Helper()
	res, err := c.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		f.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b.String()}
}

func (f *fixture) get(c *http.Client, path string) answer {
	f.t.Helper()
	req, err := http.NewRequest(http.MethodGet, f.server.URL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(c, req)
}

func (f *fixture) post(c *http.Client, path string, form url.Values) answer {
	f.t.Helper()
	req, err := http.NewRequest(http.MethodPost, f.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return f.do(c, req)
}

// sample makes judged posts.
type sample struct {
	native, lang, source, title, text, company string
	level                                      post.Level
	stance                                     post.Stance
	help                                       bool
	hits                                       [][3]string // phrase in the text, concept, gloss
	rules                                      []post.RuleHit
	contacts                                   []post.Contact
	places                                     []post.Place
	salary                                     *post.Salary
	evasion                                    []string
	seen                                       time.Time
}

func (s sample) judged() post.Judged {
	p := post.Post{Source: s.source, NativeID: s.native, URL: "https://" + s.source + ".example/ad/" + s.native,
		Title: s.title, Text: s.text, Company: s.company, Lang: s.lang, Method: "adapter", PostedAt: s.seen.Add(-3 * time.Hour)}
	for _, pl := range s.places {
		p.Locations = append(p.Locations, pl.Name)
	}
	p.Seal(s.seen)
	v := post.Verdict{ID: p.ID, Flagged: s.level.Rank() >= 3, Level: s.level, Score: float64(s.level.Rank()) * 0.19,
		Stance: s.stance, Lang: s.lang, Rules: s.rules, Help: s.help,
		Facts: post.Facts{Contacts: s.contacts, Places: s.places, Salary: s.salary, Evasion: s.evasion},
		Pack:  post.Pack{Version: "2026.11.1", Hash: post.DigestOf([]byte("pack"))}}
	for _, h := range s.hits {
		field, in := "text", s.text
		if !strings.Contains(in, h[0]) {
			field, in = "title", s.title
		}
		i := strings.Index(in, h[0])
		if i < 0 {
			panic("fixture: no " + h[0] + " in " + s.native)
		}
		v.Spans = append(v.Spans, post.Span{Field: field, Start: i, End: i + len(h[0]), Concept: h[1], Text: h[0], Gloss: h[2]})
		v.Facts.Concepts = append(v.Facts.Concepts, h[1])
	}
	c := post.Capture{ID: "urn:uuid:" + s.native + s.seen.Format(time.RFC3339), Source: s.source, URL: p.URL, FinalURL: p.URL, FetchedAt: s.seen, Status: 200,
		ContentType: "text/html; charset=utf-8", Class: post.ClassContent, Method: "browser", Digest: post.DigestOf([]byte(s.text)), Bytes: int64(len(s.text)),
		Record: post.Locator{File: "lw-" + s.native + ".warc.gz", Offset: 1834, Length: 4211}, Screenshot: post.Locator{File: "lw-shot.warc.gz", Offset: 99}}
	return post.Judged{Capture: c, Post: p, Verdict: v}
}

// picture is a PNG of bars, as a page might look from far away.
func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 480, 320))
	for y := range 320 {
		for x := range 480 {
			c := color.RGBA{250, 250, 250, 255}
			if y%40 < 18 && x > 20 && x < 60+(y*97)%400 {
				c = color.RGBA{40, 70, 120, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
