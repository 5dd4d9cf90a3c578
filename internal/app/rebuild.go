package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// recoverPending publishes the captures that reached the archive before a crash
// and had no message yet.
func (a *App) recoverPending(ctx context.Context) error {
	n := 0
	var g gatherer
	err := a.archive.Pending(ctx, func(loc post.Locator, r archive.Record) error {
		posts, err := a.republish(ctx, &g, loc, r)
		n += posts
		if err == nil {
			a.archive.Done(loc)
		}
		return err
	})
	if n > 0 {
		a.log.Info("captures that a crash had left behind are on their way", "posts", n)
	}
	return err
}

// republish sends the posts of one archived record down the line. A record that
// cannot be read any more is logged and stepped over: the archive keeps it.
func (a *App) republish(ctx context.Context, g *gatherer, loc post.Locator, r archive.Record) (int, error) {
	x, ok, err := g.take(loc, r)
	a.warn(err)
	if !ok {
		return 0, nil
	}
	return a.send(ctx, x)
}

func (a *App) send(ctx context.Context, x gathered) (int, error) {
	ss, err := x.sightings(ctx, a.readPicture)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	a.warn(err)
	if len(ss) > 0 {
		if err := stream.Publish(ctx, a.stream, captured, ss...); err != nil {
			return len(ss), err
		}
	}
	if err != nil { // it could not be read: that says nothing of its posts
		return len(ss), nil //nolint:nilerr // a.warn has told of it
	}
	return len(ss), a.visited(ctx, x.capture, ss)
}

func (a *App) warn(err error) {
	if err != nil {
		a.log.Warn("a record of the archive gives no posts", "err", err)
	}
}

// Rebuilt is what a rebuild found.
type Rebuilt struct {
	Records   int              `json:"records"` // of the archive that hold captures
	Posts     int              `json:"posts"`   // sightings made from them
	Decisions int              `json:"decisions"`
	Damage    []archive.Damage `json:"damage,omitempty"`
}

// Damage reads the whole archive and names what is damaged in it.
func (a *App) Damage(ctx context.Context) ([]archive.Damage, error) {
	return a.archive.Walk(ctx, func(post.Locator, archive.Record) error { return nil })
}

// Rebuild makes stream and index again from the archive, and applies every
// decision of the ledger. It needs every part open and the line to itself.
func (a *App) Rebuild(ctx context.Context) (Rebuilt, error) {
	var out Rebuilt
	if _, err := a.reader(ctx); err != nil { // before anything is emptied
		return out, err
	}
	if err := a.stream.Purge(ctx, captured.Name, judged.Name, indexed.Name, decided.Name, events.Name); err != nil {
		return out, fmt.Errorf("empty the stream: %w", err)
	}
	if err := a.index.Reset(ctx); err != nil {
		return out, fmt.Errorf("empty the index: %w", err)
	}
	traces, err := a.traces(ctx)
	if err != nil {
		return out, err
	}
	visits, err := traces.Rebuild(ctx)
	if err != nil {
		return out, err
	}
	a.watch.rebuilding.Store(visits)
	defer a.watch.rebuilding.Store(nil)
	err = a.WithLine(ctx, func(ctx context.Context) error {
		damage, posts, err := a.resend(ctx, &out.Records)
		out.Damage, out.Posts = damage, posts
		if err != nil {
			return fmt.Errorf("walk the archive: %w", err)
		}
		// Posts first: a decision waits for its post anyway, but then only a moment.
		if err := a.Drained(ctx); err != nil {
			return err
		}
		if err := visits.Finish(ctx, a.publishEvents); err != nil {
			return err
		}
		return a.ledger.EachDecision(ctx, func(d post.Decision) error {
			out.Decisions++
			return stream.Publish(ctx, a.stream, decided, d)
		})
	})
	return out, err
}

// resend sends the posts of the whole archive, several captures at a time: a picture
// takes a second to read.
func (a *App) resend(ctx context.Context, captures *int) ([]archive.Damage, int, error) {
	var g gatherer
	var posts atomic.Int64
	work, under := errgroup.WithContext(ctx)
	work.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	damage, err := a.archive.Walk(ctx, func(loc post.Locator, r archive.Record) error {
		x, ok, err := g.take(loc, r)
		a.warn(err)
		if r.Field(captureField) != "" {
			*captures++
		}
		if !ok || under.Err() != nil {
			return under.Err()
		}
		work.Go(func() error {
			n, err := a.send(under, x)
			posts.Add(int64(n))
			return err
		})
		return nil
	})
	if failed := work.Wait(); failed != nil {
		err = failed // the walk only says that it was stopped
	}
	return damage, int(posts.Load()), err
}

// WithLine runs the stages that classify and index beside fn, and returns when
// fn has returned and the line is empty.
func (a *App) WithLine(ctx context.Context, fn func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(ctx, "classify", "index") })
	g.Go(func() error {
		defer stop()
		if err := fn(ctx); err != nil {
			return err
		}
		return a.Drained(ctx)
	})
	return g.Wait()
}

// Folds is the fold hash of each store.
type Folds struct {
	Archive post.Fold
	Stream  post.Fold
	Index   post.Fold
	Damage  []archive.Damage
}

// Equal reports whether all three hold the same versions of the same posts.
func (f Folds) Equal() bool { return f.Archive == f.Stream && f.Stream == f.Index }

// String is one line a store.
func (f Folds) String() string {
	return fmt.Sprintf("archive %s\nstream  %s\nindex   %s", f.Archive, f.Stream, f.Index)
}

// Check folds the three stores. It sees what is there now: let the line drain first.
func (a *App) Check(ctx context.Context) (Folds, error) {
	var f Folds
	inArchive, inStream := map[string]bool{}, map[string]bool{}
	var err error
	x := extractor{read: picture.Identify} // a version is of a picture's bytes, not of its words
	f.Damage, err = a.archive.Walk(ctx, func(loc post.Locator, r archive.Record) error {
		ss, err := x.see(ctx, loc, r)
		if err != nil {
			return ctx.Err() // else it gives no posts, and Rebuild says why
		}
		for _, s := range ss {
			addOnce(&f.Archive, inArchive, s.Post)
		}
		return nil
	})
	if err != nil {
		return f, fmt.Errorf("walk the archive: %w", err)
	}
	err = stream.Replay(ctx, a.stream, captured, func(s post.Sighting) error {
		addOnce(&f.Stream, inStream, s.Post)
		return nil
	})
	if err != nil && !errors.Is(err, stream.ErrPoison) {
		return f, fmt.Errorf("replay the stream: %w", err)
	}
	if f.Index, err = a.index.Fold(ctx); err != nil {
		return f, fmt.Errorf("fold the index: %w", err)
	}
	return f, nil
}

// addOnce folds a version that was not folded yet. The set costs about 100 bytes
// a version: a check of ten million posts wants a gigabyte.
func addOnce(f *post.Fold, seen map[string]bool, p post.Post) {
	key := p.ID + string(p.Digest[strings.IndexByte(string(p.Digest), ':')+1:][:16])
	if !seen[key] {
		seen[key] = true
		f.Add(p.ID, p.Digest)
	}
}
