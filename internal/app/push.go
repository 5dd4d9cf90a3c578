package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Bounds of one push.
const (
	maxPushBody  = 8 << 20 // bytes
	maxPushPosts = 1000
	maxPushLine  = 1 << 20 // bytes
	maxPushes    = 4       // under way at a time
	maxWaiting   = 20_000  // posts that the classifier has yet to judge, above which pushers are told to wait
	pushTime     = 50 * time.Second
)

// pusher is one who may push, by the digest of the token.
type pusher struct {
	name   string
	digest [sha256.Size]byte
}

// push takes posts in over HTTP: POST /api/v1/posts. What it answers "accepted" for
// is in the archive, synced, and on its way down the line.
type push struct {
	app     *App
	pushers []pusher
	room    chan struct{} // one for each push under way
	waiting uint64
	latest  latest
}

// newPush knows the pushers of the configuration, which has checked them.
func newPush(a *App, list []config.Pusher) (*push, error) {
	p := &push{app: a, room: make(chan struct{}, maxPushes), waiting: maxWaiting, latest: latest{has: map[string]bool{}}}
	for _, c := range list {
		one := pusher{name: c.Name, digest: sha256.Sum256([]byte(c.Token))}
		if digest, ok := strings.CutPrefix(string(c.Token), "sha256:"); ok {
			if n, err := hex.Decode(one.digest[:], []byte(digest)); err != nil || n != sha256.Size {
				return nil, fmt.Errorf("push %s: the digest of its token is none", c.Name)
			}
		}
		p.pushers = append(p.pushers, one)
	}
	return p, nil
}

// pushed is what became of one line.
type pushed struct {
	Line   int    `json:"line"`         // 1-based: of NDJSON, or the element of an array
	Status string `json:"status"`       // accepted | duplicate | refused
	ID     string `json:"id,omitempty"` // of the post here
	Error  string `json:"error,omitempty"`
}

// pushAnswer is the body of the answer.
type pushAnswer struct {
	Accepted  int      `json:"accepted"`
	Duplicate int      `json:"duplicate"`
	Refused   int      `json:"refused"`
	Results   []pushed `json:"results"`
}

// pushError is an answer to the whole push.
type pushError struct {
	status int
	text   string
	wait   time.Duration // until another try, 0 for none
}

func (e *pushError) Error() string { return e.text }

func (p *push) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	who, answer, err := p.take(w, r)
	log := p.app.log.With("pusher", who)
	if err != nil {
		p.fail(w, r, log, err)
		return
	}
	log.Info("pushed", "accepted", answer.Accepted, "duplicate", answer.Duplicate, "refused", answer.Refused)
	if answer.Accepted+answer.Duplicate == 0 {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(answer) // whoever went away asks again, and gets duplicates
}

func (p *push) fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	pe, ok := errors.AsType[*pushError](err)
	switch {
	case r.Context().Err() != nil && !ok:
		return // nobody waits for the answer
	case !ok:
		log.Error("push failed", "err", err)
		pe = &pushError{http.StatusServiceUnavailable, "nothing of this push is acknowledged: the archive or the stream does not answer\nhint: send the same again later; what was taken in will be a duplicate", 10 * time.Second}
	default:
		log.Info("push refused", "status", pe.status)
	}
	if pe.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lurewatch push"`)
	}
	if pe.wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(pe.wait.Seconds())))
	}
	w.WriteHeader(pe.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": pe.text})
}

func (p *push) take(w http.ResponseWriter, r *http.Request) (who string, answer pushAnswer, err error) {
	if len(p.pushers) == 0 {
		return "", answer, &pushError{status: http.StatusNotFound, text: "nobody may push here\nhint: add name and token to push: in the configuration"}
	}
	who, ok := p.who(r)
	if !ok {
		return "", answer, &pushError{status: http.StatusUnauthorized, text: "the bearer token is missing or wrong\nhint: send Authorization: Bearer TOKEN"}
	}
	format, err := pushFormat(r)
	if err != nil {
		return who, answer, err
	}
	select {
	case p.room <- struct{}{}:
		defer func() { <-p.room }()
	default:
		return who, answer, &pushError{http.StatusTooManyRequests, "others are pushing at the moment", time.Second}
	}
	ctx, stop := context.WithTimeout(r.Context(), pushTime)
	defer stop()
	switch n, err := p.app.stream.Pending(ctx, captured.Name, stageClassify); {
	case err != nil:
		return who, answer, err
	case n > p.waiting:
		return who, answer, &pushError{http.StatusTooManyRequests, fmt.Sprintf("%d posts wait to be judged: send this again later", n), 30 * time.Second}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPushBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return who, answer, &pushError{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("more than %d bytes\nhint: send fewer posts at a time", maxPushBody)}
		}
		return who, answer, &pushError{status: http.StatusBadRequest, text: "the body could not be read to its end"}
	}
	if format == intake.JSON && !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		format = intake.JSONL // one object, or several after one another
	}
	answer, err = p.posts(ctx, who, body, format)
	return who, answer, err
}

// who is the pusher whose token r brings. Every digest is compared, in constant time.
func (p *push) who(r *http.Request) (string, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	digest := sha256.Sum256([]byte(strings.TrimSpace(token)))
	name, found := "", 0
	for _, one := range p.pushers {
		if same := subtle.ConstantTimeCompare(digest[:], one.digest[:]); same == 1 {
			name, found = one.name, 1
		}
	}
	return name, found == 1
}

func pushFormat(r *http.Request) (intake.Format, error) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return "", &pushError{status: http.StatusUnsupportedMediaType, text: "compressed bodies are not read\nhint: send it plain"}
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case media == "application/x-ndjson", media == "application/jsonl", media == "application/x-jsonlines":
		return intake.JSONL, nil
	case media == "application/json":
		return intake.JSON, nil
	}
	return "", &pushError{status: http.StatusUnsupportedMediaType, text: "the content type is none that is read here\nhint: send application/x-ndjson (one post a line) or application/json (an array)"}
}

// posts takes the posts of one body in. All of it is read before any of it is taken.
func (p *push) posts(ctx context.Context, who string, body []byte, format intake.Format) (answer pushAnswer, err error) {
	items, err := pushItems(who, body, format, &answer)
	if err != nil {
		return answer, err
	}
	im := importer{app: p.app, now: p.app.opt.Now().UTC(), unique: map[string]bool{}}
	var keys []string
	seen := map[string]bool{}
	for _, item := range items {
		sealed, err := p.sealed(ctx, item.Post, im.now)
		if err != nil {
			return answer, err
		}
		key := sealed.ID + string(sealed.Digest)
		known := seen[key] || p.latest.holds(key)
		if !known {
			if known, err = p.indexed(ctx, sealed); err != nil {
				return answer, err
			}
		}
		seen[key] = true
		if known {
			answer.Duplicate++
			answer.Results = append(answer.Results, pushed{Line: item.Line, Status: "duplicate", ID: sealed.ID})
			continue
		}
		if err := im.add(ctx, "push", item); err != nil {
			return answer, err
		}
		keys = append(keys, key)
		answer.Accepted++
		answer.Results = append(answer.Results, pushed{Line: item.Line, Status: "accepted", ID: sealed.ID})
	}
	if err := im.flush(ctx); err != nil {
		return answer, err
	}
	p.latest.add(keys)
	slices.SortStableFunc(answer.Results, func(a, b pushed) int { return cmp.Compare(a.Line, b.Line) })
	return answer, nil
}

// pushItems reads a body; what is wrong with one line goes into the answer.
func pushItems(who string, body []byte, format intake.Format, answer *pushAnswer) (items []intake.Item, err error) {
	for item, err := range intake.Read(bytes.NewReader(body), intake.Options{Format: format, MaxLine: maxPushLine}) {
		line, ok := errors.AsType[*intake.LineError](err)
		switch {
		case len(items)+len(answer.Results) == maxPushPosts:
			return nil, &pushError{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("more than %d posts\nhint: send fewer at a time; nothing of this push was taken in", maxPushPosts)}
		case ok:
			answer.refuse(line.Line, line.Err)
			continue
		case err != nil:
			return nil, &pushError{status: http.StatusBadRequest, text: fmt.Sprintf("%v\nhint: nothing of this push was taken in", err)}
		}
		item.Post.Source = pushSource(who, item.Post.Source)
		items = append(items, item)
	}
	if len(items)+len(answer.Results) == 0 {
		return nil, &pushError{status: http.StatusBadRequest, text: "there is no post in it\nhint: send {\"id\":\"1\",\"text\":\"…\"}, one a line"}
	}
	return items, nil
}

// sealed is a post as the import will seal it.
func (p *push) sealed(ctx context.Context, of post.Post, now time.Time) (post.Post, error) {
	of.Pictures = slices.Clone(of.Pictures)
	none := func(string) (picture.Original, bool) { return picture.Original{}, false }
	err := picture.Attach(ctx, &of, none, p.app.readPicture)
	of.Seal(now)
	return of, err
}

func (a *pushAnswer) refuse(line int, err error) {
	a.Refused++
	a.Results = append(a.Results, pushed{Line: line, Status: "refused", Error: err.Error()})
}

// pushSource keeps what a pusher sends apart from what others bring: an id of one
// source cannot stand for a post of another.
func pushSource(who, named string) string {
	if named == "" {
		return "push:" + who
	}
	if len(named) > 100 {
		named = strings.ToValidUTF8(named[:100], "")
	}
	return "push:" + who + "/" + named
}

// indexed reports whether the index holds this very version of a post.
func (p *push) indexed(ctx context.Context, sealed post.Post) (bool, error) {
	doc, err := p.app.index.Get(ctx, sealed.ID)
	if errors.Is(err, indexer.ErrNotFound) {
		return false, nil
	}
	return err == nil && doc.Post.Digest == sealed.Digest, err
}

// latest remembers what was taken in a moment ago and may not be indexed yet.
type latest struct {
	mu    sync.Mutex
	has   map[string]bool
	order []string
}

// maxLatest bounds latest, posts.
const maxLatest = 2 * maxWaiting

func (r *latest) holds(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.has[key]
}

func (r *latest) add(keys []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range keys {
		if !r.has[k] {
			r.has[k] = true
			r.order = append(r.order, k)
		}
	}
	for len(r.order) > maxLatest {
		delete(r.has, r.order[0])
		r.order = r.order[1:]
	}
}
