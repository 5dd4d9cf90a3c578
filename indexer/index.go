// Package indexer holds what is known of every post, found by its words in any
// of the languages that lures are written in, by its facts, and by time.
//
// [Index] is the contract; embedded (SQLite) and elastic (Elasticsearch) keep it,
// and indextest proves that both keep it alike. What goes in is a [Change], what
// comes out a [Doc]; [Apply] is the one place that says what a change does.
//
// The words are made here, in Go, for both backends: see [Analyzer]. A backend
// only splits them at spaces, so one query finds the same posts in both, also in
// scripts that are written without spaces, and without plug-ins.
//
// It refuses to be the truth: everything in it can be rebuilt from the archive
// and the ledger of decisions.
package indexer

import (
	"context"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Index is one store of documents. All methods may be called at the same time,
// and several processes may use the same store.
type Index interface {
	// Put merges changes into their documents and answers one error per change,
	// nil when it is stored durably. One bad change does not hinder the others.
	// After any error but [ErrInvalid] the change may be put again; nothing that is
	// put twice counts twice.
	Put(ctx context.Context, changes []Change) []error

	// Get returns the document of a post as the last Put left it, or [ErrNotFound].
	Get(ctx context.Context, id string) (Doc, error)

	// Search finds documents. It sees every Put that a Refresh followed. A query that
	// makes no sense is answered with [ErrQuery], a foreign cursor with [ErrCursor].
	Search(ctx context.Context, q Query) (Page, error)

	// Refresh returns when all that was put before it can be found by Search.
	Refresh(ctx context.Context) error

	// Count is the number of documents.
	Count(ctx context.Context) (int64, error)

	// Fold is over the id and digest of every version that is held.
	Fold(ctx context.Context) (post.Fold, error)

	// Reset empties the index, to build it anew.
	Reset(ctx context.Context) error

	Close() error
}
