package crawler

import (
	"net/url"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// outcomeTrap is a page left out because pages of its shape gave nothing.
const outcomeTrap = "trap"

// A trap is a site that makes pages as fast as they are asked for: a calendar, a
// search whose results link to searches, an address that grows a session. What
// tells it from a big site is that its pages give nothing: no post, and no link to
// a post that is not known already. So pages are counted by the shape of their
// address, and a shape that used up what it is given is left.
const (
	giveShape  = 1000   // pages that give nothing, of one shape
	giveUseful = 50     // more, for each page that gave something
	postShape  = 10     // times as many, for shapes that pages call posts
	trapEpoch  = 24     // hours after which a service counts anew
	maxPending = 10_000 // links of a shape that gave nothing yet and wait
	trySome    = 50     // pages of a shape before that is asked
)

// traps counts, for one site. It is safe for concurrent use and bounded in memory.
type traps struct {
	most  int // giveShape of this site; negative: no limit
	mu    sync.Mutex
	since time.Time
	round int64 // of the crawl
	names shapes
	seen  *seenSet
	count map[string]*shapeCount

	ready []string // shapes to be noted, see [traps.due]
	news  []uint64 // what was seen first since the last whole block
	block int      // its number
}

type shapeCount struct {
	calendar bool
	posts    bool // pages link to it as to posts
	useful   int
	useless  int
	pending  int // links taken and not visited
	told     bool
	noted    trapNote
}

func newTraps(most int, now time.Time) *traps {
	return &traps{most: most, since: now, seen: newSeenSet(), count: map[string]*shapeCount{}}
}

// shape is the count of an address's shape. The caller holds mu.
func (t *traps) shape(u *url.URL) (*shapeCount, string) {
	name := t.names.of(u)
	n := t.count[name]
	if n == nil {
		n = &shapeCount{calendar: calendar(u, name)}
		t.count[name] = n
	}
	return n, name
}

// left reports whether a shape used up what it is given. The caller holds mu.
func (t *traps) left(n *shapeCount) bool {
	if t.most < 0 {
		return false
	}
	give := t.most
	switch {
	case n.calendar:
		give = max(give/10, 1)
	case n.posts:
		give *= postShape
	}
	return n.useless >= give+giveUseful*n.useful
}

// renew begins to count anew, in a service, a day after the last time.
func (t *traps) renew(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.since) >= trapEpoch*time.Hour {
		t.since, t.names, t.count = now, shapes{}, map[string]*shapeCount{}
		t.seen, t.ready, t.news, t.block = newSeenSet(), nil, nil, 0
	}
}

// closed reports whether a page is to be left out.
func (t *traps) closed(u *url.URL) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, _ := t.shape(u)
	return t.left(n)
}

// takes reports whether a link is to be followed.
func (t *traps) takes(raw string, isPost bool) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n, _ := t.shape(u)
	n.posts = n.posts || isPost
	if t.left(n) || t.most >= 0 && n.useful == 0 && n.useless >= trySome && n.pending >= maxPending {
		return false
	}
	if t.seen.add(hash64("link ", raw)) {
		n.pending++
	}
	return true
}

// visited counts what a page gave, once for each page, and returns the shape when it
// is left from now on. last is when the page was fetched before, by any run; zero for never.
func (t *traps) visited(u *url.URL, last time.Time, posts []post.Post, links []source.Link) (left string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	gave := false
	for _, p := range posts {
		key := p.NativeID + "\x00" + p.URL + "\x00" + p.Title
		if p.NativeID == "" && p.URL == "" {
			key += "\x00" + p.Text
		}
		gave = t.new("post ", key) || gave
	}
	for _, l := range links {
		if l.Post {
			gave = t.new("lead ", l.URL) || gave
		}
	}
	if !t.seen.add(hash64("page ", u.String())) || last.After(t.since) {
		return "" // a page that is looked at again and again is no trap
	}
	n, name := t.shape(u)
	n.pending = max(n.pending-1, 0)
	if gave {
		n.useful++
		return ""
	}
	n.useless++
	if n.useless-n.noted.Useless == t.step() {
		t.ready = append(t.ready, name)
	}
	if !n.told && t.left(n) {
		n.told = true
		t.ready = append(t.ready, name)
		return name
	}
	return ""
}

// new reports that something is seen for the first time, and has it noted. The caller
// holds mu.
func (t *traps) new(kind, key string) bool {
	h := hash64(kind, key)
	if !t.seen.add(h) {
		return false
	}
	if t.most >= 0 {
		t.news = append(t.news, h)
	}
	return true
}

// seenSet remembers hashes, in 4 MiB at most: a Bloom filter that is emptied when it
// is half full. To forget, or to take two for one, makes a count of traps less
// exact and nothing else.
type seenSet struct {
	bits []uint64
	n    int
}

const seenBits = 1 << 25

func newSeenSet() *seenSet { return &seenSet{} }

// add remembers h and reports whether it was new.
func (s *seenSet) add(h uint64) bool {
	if s.bits == nil {
		s.bits = make([]uint64, seenBits/64)
	}
	fresh := false
	for k := range uint64(3) {
		at := (h + k*(h>>32|1)*0x9E3779B97F4A7C15) >> 7 % seenBits
		if bit := uint64(1) << (at % 64); s.bits[at/64]&bit == 0 {
			s.bits[at/64] |= bit
			s.n++
			fresh = true
		}
	}
	if s.n > seenBits/2 {
		clear(s.bits)
		s.n = 0
	}
	return fresh
}
