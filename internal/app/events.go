package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/compare"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// publishEvents sends what happened to posts down the line.
func (a *App) publishEvents(ctx context.Context, es []post.Event) error {
	return stream.Publish(ctx, a.stream, events, es...)
}

// runEvents brings what happened to posts into the index, and passes on what is news
// of flagged ones: a notice links only to what can be opened.
func (a *App) runEvents(ctx context.Context) error {
	return stream.Consume(ctx, a.stream, events, stream.Consumer{Stage: stageEvents, Batch: 64},
		func(ctx context.Context, es []post.Event) []error {
			changes := make([]indexer.Change, len(es))
			for i := range es {
				changes[i].Event = &es[i]
			}
			errs := a.put(ctx, changes)
			for i := range es {
				if errs[i] == nil {
					errs[i] = a.passOn(ctx, es[i])
				}
			}
			return errs
		})
}

// errLater is an event whose version is still on its way through the line.
var errLater = errors.New("the version that it speaks of is not indexed yet")

// passOn sends news of one event, when it is some.
func (a *App) passOn(ctx context.Context, e post.Event) error {
	doc, err := a.index.Get(ctx, e.Post)
	if err != nil {
		return fmt.Errorf("%w: %w", stream.ErrUnavailable, err)
	}
	n, ok, err := newsOf(doc, e)
	if err != nil {
		return fmt.Errorf("%w: event %s: %w", stream.ErrUnavailable, e.ID, err)
	}
	if !ok {
		return nil
	}
	if err := stream.Publish(ctx, a.stream, happened, n); err != nil {
		return fmt.Errorf("%w: pass on: %w", stream.ErrUnavailable, err)
	}
	return nil
}

// newsOf says whether an event is worth telling: of a post that is or was flagged, and
// when its text changed, by more than a few words.
func newsOf(doc indexer.Doc, e post.Event) (n post.News, ok bool, err error) {
	n = post.News{Event: &e, Post: doc.Post, Verdict: doc.Verdict, Level: flaggedAt(doc)}
	if e.To != "" && len(doc.Versions) < indexer.MaxVersions &&
		!slices.ContainsFunc(doc.Versions, func(v indexer.Version) bool { return v.Digest == e.To }) {
		return n, false, errLater
	}
	if n.Level == post.LevelNone {
		return n, false, nil
	}
	if e.Kind != post.Changed {
		return n, true, nil
	}
	old, knewOld := doc.Words(e.From)
	now, knowsNow := doc.Words(e.To)
	if !knewOld || !knowsNow {
		return n, true, nil // so long ago that nobody knows what it said
	}
	ds := compare.Differences(old, now)
	n.Said = compare.Sentences(ds, post.Mask)
	return n, compare.Material(ds), nil
}

// flaggedAt is the highest level at which a version of the post that is still
// remembered was flagged; none when none was.
func flaggedAt(doc indexer.Doc) (l post.Level) {
	if doc.Verdict.Flagged {
		l = doc.Verdict.Level
	}
	for _, v := range doc.Versions {
		if v.Said != nil && v.Said.Flagged.Rank() > l.Rank() {
			l = v.Said.Flagged
		}
	}
	return l
}
