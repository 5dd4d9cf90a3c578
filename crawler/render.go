package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Where a site leaves it to the crawler whether pages go through the browser, it
// learns: a plain page that holds nothing and looks built by scripts is rendered,
// and what the browser found is set against what the plain page had. Pages of one
// shape are made by one template, so what was learnt of some holds for the rest,
// until a page that is looked at the other way now and then shows otherwise.
const (
	helpsAfter   = 3  // pages in a row in which rendering helped: go to the browser at once
	uselessAfter = 5  // pages in a row in which it did not: leave the browser out
	probePlain   = 50 // every so many pages that went to the browser at once, fetch the plain one first
	probeRender  = 20 // every so many pages that were not rendered, render one
)

// What is done with pages of a shape that look built by scripts.
const (
	renderAsk    = ""       // plain first, then the browser
	renderAlways = "always" // the browser at once
	renderNever  = "never"  // plain only
)

const renderNotes = "render"

// lesson is what was learnt of one shape.
type lesson struct {
	Do      string `json:"do"`
	Helped  int    `json:"-"` // in a row
	Useless int    `json:"-"` // in a row
	Since   int    `json:"-"` // pages since the last probe
}

// lessons are those of one site. They are safe for concurrent use.
type lessons struct {
	mu    sync.Mutex
	names shapes
	by    map[string]*lesson
}

func newLessons() *lessons { return &lessons{by: map[string]*lesson{}} }

// of is the lesson of an address's shape, and the shape. The caller holds mu.
func (x *lessons) of(raw string) (*lesson, string) {
	u, err := url.Parse(raw)
	if err != nil {
		return &lesson{}, ""
	}
	name := x.names.of(u)
	l := x.by[name]
	if l == nil {
		l = &lesson{}
		x.by[name] = l
	}
	return l, name
}

// direct reports whether a page goes to the browser without its plain form.
func (x *lessons) direct(raw string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, _ := x.of(raw)
	if l.Do != renderAlways {
		return false
	}
	l.Since++
	return l.Since%probePlain != 0
}

// worth reports whether a page whose plain form holds nothing is rendered.
func (x *lessons) worth(raw string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, _ := x.of(raw)
	if l.Do != renderNever {
		return true
	}
	l.Since++
	return l.Since%probeRender == 0
}

// learn takes in whether rendering a page helped, and returns what is done from now
// on when that has changed.
func (x *lessons) learn(raw string, helped bool) (shape, do string, changed bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, shape := x.of(raw)
	was := l.Do
	if helped {
		l.Helped, l.Useless = l.Helped+1, 0
	} else {
		l.Helped, l.Useless = 0, l.Useless+1
	}
	switch {
	case helped && l.Do == renderNever:
		l.Do, l.Helped = renderAsk, 1 // the site has changed: learn anew
	case l.Helped >= helpsAfter:
		l.Do = renderAlways
	case l.Useless >= uselessAfter && l.Do == renderAlways:
		l.Do, l.Useless = renderAsk, 0
	case l.Useless >= uselessAfter:
		l.Do = renderNever
	}
	if l.Do != was {
		l.Since = 0
	}
	return shape, l.Do, l.Do != was
}

// restore takes up what an earlier run learnt.
func (x *lessons) restore(shape, do string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.names.known[shape]; ok || len(x.by) < maxShapes {
		if x.names.known == nil {
			x.names.known = map[string]bool{}
		}
		x.names.known[shape] = true
		x.by[shape] = &lesson{Do: do}
	}
}

// recallLessons takes up what was learnt of all sites.
func (c *Crawler) recallLessons(ctx context.Context) error {
	notes, err := c.opt.Notebook.Notes(ctx, renderNotes)
	if err != nil {
		return err
	}
	for key, b := range notes {
		name, shape, _ := strings.Cut(key, " ")
		var l lesson
		if s := c.sites[name]; s != nil && json.Unmarshal(b, &l) == nil && (l.Do == renderAlways || l.Do == renderNever) {
			s.lessons.restore(shape, l.Do)
		}
	}
	return nil
}

// learnt notes and logs whether rendering helped with a page.
func (c *Crawler) learnt(ctx context.Context, s *site, l frontier.Lease, helped bool) error {
	shape, do, changed := s.lessons.learn(l.URL, helped)
	if !changed {
		return nil
	}
	switch do {
	case renderAlways:
		c.opt.Log.Info("rendering helps: pages of this kind go to the browser at once", "source", s.Name, "shape", shape)
	case renderNever:
		c.opt.Log.Info("rendering gives nothing more: pages of this kind are not rendered", "source", s.Name, "shape", shape)
	default:
		c.opt.Log.Info("pages of this kind have changed: whether rendering helps is learnt anew", "source", s.Name, "shape", shape)
	}
	var note []byte
	if do != renderAsk {
		var err error
		if note, err = json.Marshal(lesson{Do: do}); err != nil {
			return err
		}
	}
	return c.opt.Notebook.Note(context.WithoutCancel(ctx), renderNotes, s.Name+" "+shape, note)
}

// plainSuffices takes in that a page holds its posts without the browser: where pages
// of its kind go there at once, they are looked at anew.
func (c *Crawler) plainSuffices(ctx context.Context, s *site, l frontier.Lease) error {
	s.lessons.mu.Lock()
	have, _ := s.lessons.of(l.URL)
	always := have.Do == renderAlways
	if always {
		have.Useless = uselessAfter // one proof is enough
	}
	s.lessons.mu.Unlock()
	if !always {
		return nil
	}
	return c.learnt(ctx, s, l, false)
}

// gain is what a page gives: its posts, and the posts that it leads to.
func gain(f *source.Found) (posts, leads int) {
	if f == nil {
		return 0, 0
	}
	for _, l := range f.Links {
		if l.Post {
			leads++
		}
	}
	return len(f.Posts), leads
}

// render fetches a page with the browser into g, and learns from it where it may.
func (c *Crawler) render(ctx context.Context, s *site, l frontier.Lease, q fetch.Request, g *got, class *post.Class) error {
	if err := c.turn(ctx, s, l.Host); err != nil {
		return err
	}
	res, err := c.opt.Browser.Fetch(ctx, q)
	if err := errors.Join(err, c.received(ctx, s, res)); err != nil {
		return err
	}
	plain := g.found
	g.Browser, g.found = res, nil
	if *class, g.Reason = classify(res); *class != post.ClassContent || s.Browser != BrowserAuto {
		return nil
	}
	found, err := extract(ctx, s, s.page(res))
	if err != nil {
		return nil //nolint:nilerr // keep asks again, and says so
	}
	g.found = &found
	posts, leads := gain(&found)
	hadPosts, hadLeads := gain(plain)
	return c.learnt(ctx, s, l, posts > hadPosts || leads > hadLeads)
}
