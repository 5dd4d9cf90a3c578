package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/post"
)

const (
	hotlineToken = "hotline-token-0123456789abcdef"
	partnerToken = "partner-token-0123456789abcdef"
)

// openPush is a line with two pushers, one of whom the configuration knows by digest.
func openPush(t *testing.T, log *bytes.Buffer) (*App, *push) {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	sum := sha256.Sum256([]byte(partnerToken))
	cfg.Push = []config.Pusher{{Name: "hotline", Token: hotlineToken}, {Name: "partner", Token: config.Secret("sha256:" + hex.EncodeToString(sum[:]))}}
	if log == nil {
		log = &bytes.Buffer{}
	}
	a, err := Open(t.Context(), Options{Config: cfg, Parts: Archive | Stream | Index | Ledger | Classifier, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	p, err := newPush(a, cfg.Push)
	if err != nil {
		t.Fatal(err)
	}
	return a, p
}

func pushTo(t *testing.T, h http.Handler, token, contentType, body string) (*http.Response, pushAnswer, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/posts", strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer pushAnswer
	var said struct{ Error string }
	raw := w.Body.Bytes()
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("answer %q: %v", raw, err)
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		t.Fatal(err)
	}
	return w.Result(), answer, said.Error
}

const ndjson = "application/x-ndjson"

func TestPushIsAnsweredLineByLine(t *testing.T) {
	_, p := openPush(t, nil)
	body := `{"id":"1","text":"Chat support in Poipet, 1500 USD, Telegram @push_hr","source":"tips"}
{"id":"2"}
not json

{"id":"3","text":"Warehouse clerk in Leeds"}
{"id":"1","text":"Chat support in Poipet, 1500 USD, Telegram @push_hr","source":"tips"}`
	res, got, _ := pushTo(t, p, hotlineToken, ndjson, body)
	if res.StatusCode != http.StatusOK || got.Accepted != 2 || got.Duplicate != 1 || got.Refused != 3 {
		t.Fatalf("status %d: %+v", res.StatusCode, got)
	}
	var said []string
	for _, x := range got.Results {
		said = append(said, fmt.Sprint(x.Line, " ", x.Status))
		if (x.Status == "refused") != (x.Error != "") || (x.Status != "refused") != (x.ID != "") {
			t.Errorf("line %d: %+v", x.Line, x)
		}
	}
	if d := cmp.Diff([]string{"1 accepted", "2 refused", "3 refused", "4 refused", "5 accepted", "6 duplicate"}, said); d != "" {
		t.Error(d)
	}
	if got.Results[0].ID != post.ID("push:hotline/tips", "id", "1") || got.Results[4].ID != post.ID("push:hotline", "id", "3") {
		t.Errorf("ids %+v", got.Results)
	}

	// Again: duplicates, without another record. A changed text is another version.
	if _, again, _ := pushTo(t, p, hotlineToken, ndjson, body); again.Accepted != 0 || again.Duplicate != 3 {
		t.Errorf("again: %+v", again)
	}
	if _, other, _ := pushTo(t, p, hotlineToken, "application/json; charset=utf-8", `[{"id":"3","text":"Warehouse clerk in York"},{"id":"4"}]`); other.Accepted != 1 || other.Refused != 1 {
		t.Errorf("changed: %+v", other)
	}
	// What another pusher calls 3 is another post.
	if _, other, _ := pushTo(t, p, partnerToken, "application/json", `{"id":"3","text":"Warehouse clerk in Leeds"}`); other.Accepted != 1 || other.Results[0].ID == got.Results[4].ID {
		t.Errorf("other pusher: %+v", other)
	}
	// Nothing good in it at all.
	if res, all, _ := pushTo(t, p, hotlineToken, ndjson, `{"id":"9"}`); res.StatusCode != http.StatusUnprocessableEntity || all.Refused != 1 {
		t.Errorf("all refused: status %d, %+v", res.StatusCode, all)
	}
}

// TestPushedPostsAreArchivedBeforeTheyAreAcknowledged looks into the archive and the
// stream at the moment of the answer, and sends what is there down the line.
func TestPushedPostsAreArchivedBeforeTheyAreAcknowledged(t *testing.T) {
	a, p := openPush(t, nil)
	line := `{"id":"77","text":"Chat support in Poipet, no experience, 1500 USD, flight and room free. Telegram @push_hr only","url":"https://board.example/77"}`
	_, got, _ := pushTo(t, p, partnerToken, ndjson, line)
	if got.Accepted != 1 {
		t.Fatalf("%+v", got)
	}
	blocks := 0
	if _, err := a.archive.Walk(t.Context(), func(_ post.Locator, r archive.Record) error {
		if string(r.Block) == line && r.TargetURI == "https://board.example/77" && r.Field(captureField) != "" {
			blocks++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n, err := a.stream.Count(t.Context(), captured.Name); err != nil || n != 1 || blocks != 1 {
		t.Errorf("%d records and %d messages at the answer, %v; want one each", blocks, n, err)
	}
	if err := a.WithLine(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	f, err := a.Check(t.Context())
	if err != nil || !f.Equal() || f.Archive.Count() != 1 {
		t.Errorf("archive, stream and index after a rebuild's reading: %v, %v", f, err)
	}
	doc, err := a.index.Get(t.Context(), got.Results[0].ID)
	if err != nil || doc.Post.Source != "push:partner" || !doc.Verdict.Flagged {
		t.Errorf("indexed: %+v, %v", doc.Post, err)
	}
	p.latest = latest{has: map[string]bool{}} // as after a restart: the index knows
	if _, again, _ := pushTo(t, p, partnerToken, ndjson, line); again.Duplicate != 1 {
		t.Errorf("after a restart: %+v", again)
	}
}

func TestPushThatIsRefused(t *testing.T) {
	var log bytes.Buffer
	_, p := openPush(t, &log)
	one := `{"id":"1","text":"clerk"}`
	for name, c := range map[string]struct {
		token, contentType, body string
		status                   int
		want                     string
	}{
		"no token":                   {"", ndjson, one, 401, "bearer token"},
		"a wrong token":              {"hotline-token-0123456789abcdeX", ndjson, one, 401, "bearer token"},
		"the digest is no token":     {fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(partnerToken))), ndjson, one, 401, "bearer token"},
		"the start of a token":       {hotlineToken[:20], ndjson, one, 401, "bearer token"},
		"another content type":       {hotlineToken, "text/csv", one, 415, "application/x-ndjson"},
		"no content type":            {hotlineToken, "", one, 415, "application/x-ndjson"},
		"nothing in it":              {hotlineToken, ndjson, "", 400, "no post"},
		"an empty array":             {hotlineToken, "application/json", "[]", 400, "no post"},
		"an array that breaks off":   {hotlineToken, "application/json", "[" + one + ",", 400, "nothing of this push"},
		"too many bytes":             {hotlineToken, ndjson, strings.Repeat("x", maxPushBody+1), 413, "fewer posts"},
		"too many posts":             {hotlineToken, ndjson, strings.Repeat(one+"\n", maxPushPosts+1), 413, "nothing of this push"},
		"too many posts in an array": {hotlineToken, "application/json", "[" + strings.Repeat(one+",", maxPushPosts) + one + "]", 413, "nothing of this push"},
	} {
		res, _, said := pushTo(t, p, c.token, c.contentType, c.body)
		if res.StatusCode != c.status || !strings.Contains(said, c.want) {
			t.Errorf("%s: status %d %q, want %d %q", name, res.StatusCode, said, c.status, c.want)
		}
		if (c.status == 401) != (res.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%s: headers %v", name, res.Header)
		}
	}
	if n, err := p.app.stream.Count(t.Context(), captured.Name); err != nil || n != 0 {
		t.Errorf("%d posts were taken in, %v", n, err)
	}
	for _, secret := range []string{hotlineToken, partnerToken, "hotline-token"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q", secret)
		}
	}
	long := `{"id":"1","text":"` + strings.Repeat("x", maxPushLine) + `"}`
	if _, got, _ := pushTo(t, p, hotlineToken, ndjson, long+"\n"+one); got.Accepted != 1 || got.Refused != 1 {
		t.Errorf("a line too long among others: %+v", got)
	}
}

func TestPushersWaitWhenTheLineIsBehind(t *testing.T) {
	_, p := openPush(t, nil)
	p.waiting = 2
	for i := range 3 {
		if _, got, said := pushTo(t, p, hotlineToken, ndjson, fmt.Sprintf(`{"id":"%d","text":"clerk"}`, i)); got.Accepted != 1 {
			t.Fatalf("push %d: %+v %s", i, got, said)
		}
	}
	res, _, said := pushTo(t, p, hotlineToken, ndjson, `{"id":"9","text":"clerk"}`)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "30" || !strings.Contains(said, "wait to be judged") {
		t.Errorf("status %d, %v: %s", res.StatusCode, res.Header, said)
	}
	p.waiting = maxWaiting
	for range maxPushes {
		p.room <- struct{}{}
	}
	if res, _, _ := pushTo(t, p, hotlineToken, ndjson, `{"id":"9","text":"clerk"}`); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("with %d under way: status %d", maxPushes, res.StatusCode)
	}
}

// TestPushThroughTheDesk sends over a real connection, many at once, through the
// server that serves the review desk, too.
func TestPushThroughTheDesk(t *testing.T) {
	a, _ := openPush(t, nil)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted := 0
	for w := range maxPushes {
		wg.Go(func() {
			for i := range 10 {
				body := fmt.Sprintf("{\"id\":\"%d-%d\",\"text\":\"clerk %d\"}\n{\"id\":\"same\",\"text\":\"the same from all\"}", w, i, i)
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.Addr().String()+"/api/v1/posts", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Authorization", "bearer "+partnerToken)
				req.Header.Set("Content-Type", ndjson)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				var got pushAnswer
				err = json.NewDecoder(res.Body).Decode(&got)
				res.Body.Close()
				if res.StatusCode != http.StatusOK || err != nil || got.Accepted+got.Duplicate != 2 {
					t.Errorf("status %d, %+v, %v", res.StatusCode, got, err)
					return
				}
				mu.Lock()
				accepted += got.Accepted
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	// 40 posts, and the one of all: at least once, and again only from pushes that ran beside the first.
	if accepted < 41 || accepted > 41+maxPushes {
		t.Errorf("%d accepted", accepted)
	}
	if res, err := http.Get("http://" + l.Addr().String() + "/api/v1/posts"); err != nil {
		t.Error(err)
	} else if res.Body.Close(); res.StatusCode == http.StatusOK && !strings.Contains(res.Request.URL.Path, "login") {
		t.Errorf("GET: %d at %s", res.StatusCode, res.Request.URL)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
