package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Ledger remembers what went out. MarkSent must be durable when it returns.
type Ledger interface {
	Sent(ctx context.Context, key string) (bool, error)
	MarkSent(ctx context.Context, n post.Notice) error
}

// Route is one way out.
type Route struct {
	Name     string     // part of the idempotency key: renaming a route makes old posts news to it
	Channel  Channel    //
	MinLevel post.Level // lowest level that goes out; empty: [post.LevelHigh]
	Contacts bool       // keep the contacts that the post names; left out by default
}

// RouterOptions is what a router needs. Link and Log are optional.
type RouterOptions struct {
	Routes  []Route
	Ledger  Ledger
	Link    func(postID string) string // address of a post on the review desk
	Sources string                     // address of the page of sources there
	Timeout time.Duration              // of one delivery; default 30 s
	Now     func() time.Time           // default time.Now
	Log     *slog.Logger               // default: discard
}

// Router sends a notice of each flagged post down the routes that want it, once
// for each level that the post reaches.
type Router struct {
	opt RouterOptions

	mu   sync.Mutex
	hold map[string]time.Time // route → when its receiver may be asked again
}

var routeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// NewRouter checks opt.
func NewRouter(opt RouterOptions) (*Router, error) {
	if opt.Ledger == nil {
		return nil, errors.New("alert router: no ledger")
	}
	seen := map[string]bool{}
	routes := make([]Route, len(opt.Routes))
	for i, r := range opt.Routes {
		if !routeName.MatchString(r.Name) || seen[r.Name] {
			return nil, fmt.Errorf("alert router: route name %q is not a plain name or stands twice; hint: use lower-case letters, digits, - and _", r.Name)
		}
		seen[r.Name] = true
		if r.Channel == nil {
			return nil, fmt.Errorf("alert router: route %s has no channel", r.Name)
		}
		if r.MinLevel == post.LevelNone {
			r.MinLevel = post.LevelHigh
		}
		if r.MinLevel.Rank() == 0 {
			return nil, fmt.Errorf("alert router: route %s: level %q is not one", r.Name, r.MinLevel)
		}
		routes[i] = r
	}
	opt.Routes = routes
	if opt.Timeout == 0 {
		opt.Timeout = 30 * time.Second
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Router{opt: opt, hold: map[string]time.Time{}}, nil
}

// Handle sends the notices of a batch and answers with one error a post: nil
// when every route that wants it has it. An error that wraps [ErrPermanent] says
// that no route is left that could still succeed; any other is worth another
// try, and a [*BusyError] in it says when. Routes that have been served are in
// the ledger and are not asked again.
func (r *Router) Handle(ctx context.Context, batch []post.Judged) []error {
	errs := make([]error, len(batch))
	told := map[string]error{} // by key: the same post may come twice in a batch
	for i, j := range batch {
		errs[i] = r.handle(ctx, j, told)
	}
	return errs
}

func (r *Router) handle(ctx context.Context, j post.Judged, told map[string]error) error {
	v := j.Verdict
	if !v.Flagged || v.Help || v.Stance == post.StanceTestimony {
		return nil // a person who may need help is no matter for enforcement
	}
	var all failures
	for _, route := range r.opt.Routes {
		if v.Level.Rank() < route.MinLevel.Rank() {
			continue
		}
		key := post.NoticeKey(route.Name, j.Post.ID, v.Level)
		err, done := told[key]
		if !done {
			err = r.tell(ctx, route, key, j)
			told[key] = err
		}
		all.add(route, err)
	}
	return all.err()
}

// failures are those of the routes of one notice.
type failures struct{ passing, permanent []error }

func (f *failures) add(route Route, err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrPermanent):
		f.permanent = append(f.permanent, fmt.Errorf("route %s: %w", route.Name, err))
	default:
		f.passing = append(f.passing, fmt.Errorf("route %s: %w", route.Name, err))
	}
}

// err is permanent only when nothing that may pass is among them.
func (f *failures) err() error {
	if len(f.passing) > 0 {
		return errors.Join(f.passing...)
	}
	return errors.Join(f.permanent...)
}

// Tell sends the notices of a batch of news: what happened to posts that are or were flagged, to the
// routes that want posts of their level, and alarms about sources, to every route.
// Each goes out once. It answers as [Router.Handle] does.
func (r *Router) Tell(ctx context.Context, batch []post.News) []error {
	errs := make([]error, len(batch))
	for i, n := range batch {
		errs[i] = r.tellNews(ctx, n)
	}
	return errs
}

func (r *Router) tellNews(ctx context.Context, n post.News) error {
	v := n.Verdict
	if n.Event != nil && (n.Level == post.LevelNone || v.Help || v.Stance == post.StanceTestimony) {
		return nil
	}
	if n.Key() == "" {
		return fmt.Errorf("%w: news of nothing", ErrPermanent)
	}
	var all failures
	for _, route := range r.opt.Routes {
		if n.Event != nil && n.Level.Rank() < route.MinLevel.Rank() {
			continue
		}
		key := post.NewsKey(route.Name, n)
		sent, err := r.opt.Ledger.Sent(ctx, key)
		switch {
		case err != nil:
			err = fmt.Errorf("look up notice: %w", err)
		case sent:
			continue
		default:
			err = r.send(ctx, route, r.newsNotice(route, key, n))
		}
		all.add(route, err)
	}
	return all.err()
}

func (r *Router) newsNotice(route Route, key string, n post.News) post.Notice {
	out := post.Notice{Key: key, Channel: route.Name, At: r.opt.Now().UTC(), Alarm: n.Alarm}
	if n.Event != nil {
		out = r.notice(route, key, post.Judged{Post: n.Post, Verdict: n.Verdict}, r.opt.Now())
		out.Event, out.Said = n.Event, n.Said
	} else {
		out.Link = r.opt.Sources
	}
	out.Type = n.Type()
	return out
}

// tell sends one notice unless it or one of a higher level is out already.
func (r *Router) tell(ctx context.Context, route Route, key string, j post.Judged) error {
	for _, l := range post.Levels() {
		if l.Rank() < j.Verdict.Level.Rank() {
			continue
		}
		sent, err := r.opt.Ledger.Sent(ctx, post.NoticeKey(route.Name, j.Post.ID, l))
		if err != nil {
			return fmt.Errorf("look up notice: %w", err)
		}
		if sent {
			return nil
		}
	}
	return r.send(ctx, route, r.notice(route, key, j, r.opt.Now()))
}

// send sends one notice, and keeps that it went out.
func (r *Router) send(ctx context.Context, route Route, n post.Notice) error {
	now := r.opt.Now()
	if d := r.held(route.Name).Sub(now); d > 0 {
		return &BusyError{After: d, Err: errors.New("receiver asked to wait")}
	}
	sctx, cancel := context.WithTimeout(ctx, r.opt.Timeout)
	defer cancel()
	if err := route.Channel.Send(sctx, n); err != nil {
		if b, ok := errors.AsType[*BusyError](err); ok {
			r.mu.Lock()
			r.hold[route.Name] = now.Add(b.After)
			r.mu.Unlock()
		}
		r.opt.Log.Warn("notice could not be sent", "id", n.Post.ID, "type", n.Type, "route", route.Name, "err", err)
		return err
	}
	// A crash from here on sends the notice again, under the same key.
	if err := r.opt.Ledger.MarkSent(ctx, n); err != nil {
		return fmt.Errorf("record notice that was sent: %w", err)
	}
	r.opt.Log.Info("notice sent", "id", n.Post.ID, "type", n.Type, "route", route.Name, "level", string(n.Verdict.Level))
	return nil
}

func (r *Router) held(route string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hold[route]
}

func (r *Router) notice(route Route, key string, j post.Judged, now time.Time) post.Notice {
	n := post.Notice{Key: key, Type: "post.flagged", Channel: route.Name, At: now.UTC(), Post: j.Post, Verdict: j.Verdict}
	if !route.Contacts {
		n.Post.Contacts, n.Verdict.Facts.Contacts = nil, nil
		n.Post.Pictures = post.WithoutCodes(n.Post.Pictures)
	}
	if r.opt.Link != nil {
		n.Link = r.opt.Link(j.Post.ID)
	}
	return n
}
