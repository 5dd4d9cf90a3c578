package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/alerts"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// indexBatch is how many posts one index transaction takes.
const indexBatch = 512

// runClassify judges every sighting.
func (a *App) runClassify(ctx context.Context) error {
	return stream.Map(ctx, a.stream, captured, judged, stream.Consumer{Stage: stageClassify, Batch: 256},
		func(ctx context.Context, s post.Sighting) (post.Judged, error) {
			j, err := a.judge(ctx, s)
			if err != nil {
				return post.Judged{}, err
			}
			a.counts.judged.Add(1)
			if j.Verdict.Flagged {
				a.counts.flagged.Add(1)
			}
			return j, nil
		})
}

// judge completes a post with what the classifier read from its text: contacts,
// pay and language that the page did not give as data. It is judged to the end by
// the pack that was in use when its turn came; the verdict says which.
func (a *App) judge(ctx context.Context, s post.Sighting) (post.Judged, error) {
	began := time.Now()
	v, err := a.book.Load().classifier.Classify(ctx, s.Post)
	if err != nil {
		return post.Judged{}, fmt.Errorf("classify %s: %w", s.Post.ID, err)
	}
	a.watch.set.Judged(v.Flagged, time.Since(began))
	return post.Judged{Capture: s.Capture, Post: Complete(s.Post, v), Verdict: v}, nil
}

// Complete fills what the source left open in p from the facts of its verdict.
// What the page gave as data stands.
func Complete(p post.Post, v post.Verdict) post.Post {
	if p.Lang == "" {
		p.Lang = v.Lang
	}
	if len(p.Contacts) == 0 {
		p.Contacts = v.Facts.Contacts
	}
	switch f := v.Facts.Salary; {
	case f == nil:
	case p.Salary == nil:
		p.Salary = f
	case p.Salary.USDMonth == 0:
		s := *p.Salary
		s.USDMonth, s.Ratio = f.USDMonth, f.Ratio
		p.Salary = &s
	}
	return p
}

// runIndex puts every judged post into the index, and passes on those that are
// flagged: an alert links only to what can be opened.
func (a *App) runIndex(ctx context.Context) error {
	var g errgroup.Group
	for range indexers {
		g.Go(func() error { return a.indexLoop(ctx) })
	}
	return g.Wait()
}

// indexers is how many batches are under way at once: while one is written, the
// next is read, merged and analysed.
const indexers = 2

func (a *App) indexLoop(ctx context.Context) error {
	return stream.Consume(ctx, a.stream, judged, stream.Consumer{Stage: stageIndex, Batch: indexBatch, Linger: 20 * time.Millisecond},
		func(ctx context.Context, js []post.Judged) []error {
			changes := make([]indexer.Change, len(js))
			for i := range js {
				changes[i].Judged = &js[i]
			}
			errs := a.put(ctx, changes)
			var news []post.Judged
			for i, err := range errs {
				if err != nil {
					continue
				}
				a.counts.indexed.Add(1)
				if js[i].Verdict.Flagged {
					news = append(news, js[i])
				}
			}
			if len(news) == 0 {
				return errs
			}
			if err := stream.Publish(ctx, a.stream, indexed, news...); err != nil {
				for i := range errs { // try the flagged ones again: the index counts nothing twice
					if errs[i] == nil && js[i].Verdict.Flagged {
						errs[i] = fmt.Errorf("%w: pass on: %w", stream.ErrUnavailable, err)
					}
				}
			}
			return errs
		})
}

// runDecide brings what reviewers decided into the index.
func (a *App) runDecide(ctx context.Context) error {
	return stream.Consume(ctx, a.stream, decided, stream.Consumer{Stage: stageDecide, Batch: 64},
		func(ctx context.Context, ds []post.Decision) []error {
			changes := make([]indexer.Change, len(ds))
			for i := range ds {
				changes[i].Decision = &ds[i]
			}
			return a.put(ctx, changes)
		})
}

// put says in the stream's words what became of each change: what can never be
// stored is poison, and what waits for the world or for its post is tried again.
func (a *App) put(ctx context.Context, changes []indexer.Change) []error {
	errs := a.index.Put(ctx, changes)
	for i, err := range errs {
		var lag time.Duration
		if j := changes[i].Judged; j != nil {
			lag = a.opt.Now().Sub(j.Capture.FetchedAt)
		}
		a.watch.set.Indexed(lag, err)
		switch {
		case err == nil:
		case errors.Is(err, indexer.ErrInvalid):
			errs[i] = fmt.Errorf("%w: %w", stream.ErrPoison, err)
		default:
			errs[i] = fmt.Errorf("%w: %w", stream.ErrUnavailable, err)
		}
	}
	return errs
}

// runAlert sends notices for flagged posts.
func (a *App) runAlert(ctx context.Context) error {
	return stream.Consume(ctx, a.stream, indexed, stream.Consumer{Stage: stageAlert, Batch: 16},
		func(ctx context.Context, js []post.Judged) []error {
			return sent(a.router.Handle(ctx, js))
		})
}

// runTell sends notices of what happened to flagged posts, and to sources.
func (a *App) runTell(ctx context.Context) error {
	return stream.Consume(ctx, a.stream, happened, stream.Consumer{Stage: stageTell, Batch: 16},
		func(ctx context.Context, ns []post.News) []error {
			return sent(a.router.Tell(ctx, ns))
		})
}

// sent says in the stream's words what became of each notice.
func sent(errs []error) []error {
	for i, err := range errs {
		var busy *alerts.BusyError
		switch {
		case err == nil:
		case errors.Is(err, alerts.ErrPermanent):
			errs[i] = fmt.Errorf("%w: %w", stream.ErrPoison, err)
		case errors.As(err, &busy):
			errs[i] = stream.RetryAfter(fmt.Errorf("%w: %w", stream.ErrUnavailable, err), busy.After)
		default:
			errs[i] = fmt.Errorf("%w: %w", stream.ErrUnavailable, err)
		}
	}
	return errs
}

// RunOutbox publishes decisions that the ledger holds and the stream does not
// have yet: after a nudge from the desk, and once in a while in case a process
// died between the two.
func (a *App) RunOutbox(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		if err := a.FlushOutbox(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("decisions wait in the ledger", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.nudge:
		case <-tick.C:
		}
	}
}

// FlushOutbox publishes what waits now.
func (a *App) FlushOutbox(ctx context.Context) error {
	for {
		ds, err := a.ledger.Unpublished(ctx, 256)
		if err != nil || len(ds) == 0 {
			return err
		}
		if err := stream.Publish(ctx, a.stream, decided, ds...); err != nil {
			return err
		}
		ids := make([]string, len(ds))
		for i, d := range ds {
			ids[i] = d.ID
		}
		if err := a.ledger.MarkPublished(ctx, ids...); err != nil {
			return err
		}
	}
}
