// Package pages remembers what each page gave when it was looked at: whether it
// ever gave posts, and of a page that shows one post, which post in which version.
// From that it tells that a post vanished, changed or came back.
//
// [Trace.Step] is the whole of the reasoning: a fold over the captures of one page
// in the order of their time. The crawler folds as it goes, `lurewatch rebuild`
// folds over the archive, and both come to the same events with the same ids.
//
// It refuses to say that a post vanished because a list no longer names it, or
// because a page stood behind a bot check, a login or an error; and it deletes
// nothing. Start at [Open].
package pages

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Visit is one capture of one page with what it showed. Only visits that showed
// something say anything: content, and pages that are gone.
type Visit struct {
	Source  string       `json:"source"`
	URL     string       `json:"url"` // as asked for
	At      time.Time    `json:"at"`
	Capture string       `json:"capture"`
	Record  post.Locator `json:"record"`
	Shot    post.Locator `json:"screenshot,omitzero"`
	Status  int          `json:"status,omitempty"`
	Gone    bool         `json:"gone,omitempty"` // the host says that it is no longer there
	Posts   []Held       `json:"posts,omitempty"`
}

// Held is one post on a page.
type Held struct {
	ID     string      `json:"id"`
	Digest post.Digest `json:"digest"`
	Own    bool        `json:"own,omitempty"` // the page is the post's own address
}

// VisitOf makes the visit of a capture with the posts that were read from it. It
// reports false for a capture that says nothing: a challenge, a login, an error, and
// what was taken in from files, whose time is not that of a look.
func VisitOf(c post.Capture, posts []post.Post) (Visit, bool) {
	if c.Method == "import" || c.URL == "" || c.Class != post.ClassContent && c.Class != post.ClassGone {
		return Visit{}, false
	}
	v := Visit{Source: c.Source, URL: c.URL, At: c.FetchedAt.UTC(), Capture: c.ID, Record: c.Record, Shot: c.Screenshot, Status: c.Status, Gone: c.Class == post.ClassGone}
	for _, p := range posts {
		v.Posts = append(v.Posts, Held{ID: p.ID, Digest: p.Digest, Own: own(p, c)})
	}
	return v, true
}

// own reports whether the page of a capture is the address of the post itself, not a
// list that happens to name but one. A canonical address that leaves out parameters
// of the page's is the page's.
func own(p post.Post, c post.Capture) bool {
	if p.URL == "" {
		return p.NativeID != "" // without either, another text would make another post
	}
	of, err := url.Parse(p.URL)
	if err != nil {
		return false
	}
	for _, raw := range []string{c.URL, c.FinalURL} {
		page, err := url.Parse(raw)
		if err != nil || !strings.EqualFold(page.Host, of.Host) || strings.TrimSuffix(page.Path, "/") != strings.TrimSuffix(of.Path, "/") {
			continue
		}
		has, ok := page.Query(), true
		for k, vs := range of.Query() {
			ok = ok && slices.Equal(has[k], vs)
		}
		if ok {
			return true
		}
	}
	return false
}

// Trace is what is remembered of one page. The zero Trace is a page that was never
// looked at.
type Trace struct {
	Looked  bool         `json:"-"`
	Dry     int          `json:"-"`           // looks without a post since the last with one; negative when there never was one
	At      time.Time    `json:"at,omitzero"` // of the last visit that changed the trace
	Capture string       `json:"capture,omitempty"`
	Post    string       `json:"post,omitempty"` // the one post that the page shows, or showed
	Digest  post.Digest  `json:"digest,omitempty"`
	Missing int          `json:"missing,omitempty"` // looks in a row without it
	First   *post.Event  `json:"first,omitempty"`   // would-be event of the first of them
	Gone    bool         `json:"gone,omitempty"`    // it was told that the post vanished
	Last    []post.Event `json:"last,omitempty"`    // events told last, to tell them again when a crash asks for it
	By      string       `json:"by,omitempty"`      // capture that brought them
}

// maxDry is how far looks without a post are counted.
const maxDry = 100

// confirm is how many looks in a row without the post it takes, where the host does
// not say outright that the page is gone.
const confirm = 2

// Step folds one visit into the trace: the events that it brings, and whether the
// trace has changed. A visit that is older than the trace changes nothing; one that
// made an event before brings it again.
func (t *Trace) Step(v Visit) (events []post.Event, changed bool) {
	if again := t.told(v); again != nil {
		return again, false
	}
	if !t.At.IsZero() && cmp.Or(v.At.Compare(t.At), cmp.Compare(v.Capture, t.Capture)) <= 0 {
		return nil, false
	}
	changed = t.count(v)
	if t.Post == "" {
		return nil, t.adopt(v) || changed
	}
	i := slices.IndexFunc(v.Posts, func(h Held) bool { return h.ID == t.Post })
	if i < 0 {
		return t.miss(v), true
	}
	held := v.Posts[i]
	if t.Gone {
		e := t.event(post.Reappeared, v)
		e.To = held.Digest
		events = append(events, e)
	}
	if held.Digest != t.Digest {
		e := t.event(post.Changed, v)
		e.From, e.To = t.Digest, held.Digest
		events = append(events, e)
	}
	if len(events) == 0 && t.Missing == 0 {
		return nil, changed
	}
	t.Digest, t.Missing, t.First, t.Gone = held.Digest, 0, nil, false
	t.tell(v, events)
	return events, true
}

// told gives the events that a visit has brought before.
func (t *Trace) told(v Visit) []post.Event {
	if v.Capture != t.By || len(t.Last) == 0 {
		return nil
	}
	return slices.Clone(t.Last)
}

// count notes whether the page gave posts.
func (t *Trace) count(v Visit) bool {
	was, looked := t.Dry, t.Looked
	if !looked {
		t.Looked, t.Dry = true, -1
	}
	switch {
	case len(v.Posts) > 0:
		t.Dry = 0
	case t.Dry >= 0:
		t.Dry = min(t.Dry+1, maxDry)
	}
	return !looked || t.Dry != was
}

// adopt takes the one post of a page as its own.
func (t *Trace) adopt(v Visit) bool {
	if len(v.Posts) != 1 || !v.Posts[0].Own {
		return false
	}
	t.Post, t.Digest, t.At, t.Capture = v.Posts[0].ID, v.Posts[0].Digest, v.At, v.Capture
	t.Missing, t.First, t.Gone = 0, nil, false
	return true
}

// miss is a visit that did not show the post.
func (t *Trace) miss(v Visit) (events []post.Event) {
	if t.Missing == 0 {
		e := t.event(post.Vanished, v)
		t.First = &e
	}
	t.Missing = min(t.Missing+1, maxDry)
	certain := v.Gone && (v.Status == 404 || v.Status == 410)
	if !t.Gone && t.First != nil && (certain || t.Missing >= confirm) {
		events, t.Gone = []post.Event{*t.First}, true
	}
	t.tell(v, events)
	if t.Gone {
		t.adopt(v) // the page shows another post now: that one is looked after
	}
	return events
}

func (t *Trace) event(k post.EventKind, v Visit) post.Event {
	return post.Event{
		ID: post.EventID(k, t.Post, v.Capture), Kind: k, Post: t.Post, Source: v.Source, URL: v.URL,
		At: v.At, Capture: v.Capture, Record: v.Record, Shot: v.Shot, Status: v.Status,
	}
}

// tell notes that a visit changed the trace, with the events that it brought.
func (t *Trace) tell(v Visit, events []post.Event) {
	t.At, t.Capture = v.At, v.Capture
	if len(events) > 0 {
		t.Last, t.By = slices.Clone(events), v.Capture
	}
}
