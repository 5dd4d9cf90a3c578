package app

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/lurewatch/lurewatch/alerts/takedown"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Takedown writes the list of confirmed posts that q narrows, and returns how many.
func (a *App) Takedown(ctx context.Context, w io.Writer, format takedown.Format, profile takedown.Profile, q indexer.Query) (int, error) {
	q.Filter.States = []post.State{post.StateConfirmed}
	q.Sort, q.Limit, q.Cursor = indexer.Oldest, 500, ""
	return takedown.Write(w, format, a.confirmed(ctx, q), profile)
}

// confirmed walks every page of q.
func (a *App) confirmed(ctx context.Context, q indexer.Query) iter.Seq2[takedown.Item, error] {
	return func(yield func(takedown.Item, error) bool) {
		for {
			page, err := a.index.Search(ctx, q)
			if err != nil {
				yield(takedown.Item{}, fmt.Errorf("list confirmed posts: %w", err))
				return
			}
			for _, h := range page.Hits {
				d := h.Doc
				item, err := takedown.New(d.Post, d.Verdict, d.Decisions, d.FirstSeen, d.LastSeen)
				if !yield(item, err) {
					return
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return
			}
		}
	}
}
