package app

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/post"
)

// ArchivedPosts walks the posts of the archive, in its order. A version that was met
// lately is not met again: the memory of what was met is bounded, so that one that
// returns after a million others may be. What cannot be read comes as an error, and
// the walk goes on.
func (a *App) ArchivedPosts(ctx context.Context) iter.Seq2[post.Post, error] {
	return func(yield func(post.Post, error) bool) {
		met, x := newRecent(), extractor{read: a.readPicture}
		more := true
		damage, err := a.archive.Walk(ctx, func(loc post.Locator, r archive.Record) error {
			ss, err := x.see(ctx, loc, r)
			if err != nil {
				more = yield(post.Post{}, err)
			}
			for _, s := range ss {
				if more && !met.before(s.Post.ID+string(s.Post.Digest)) {
					more = yield(s.Post, nil)
				}
			}
			if !more {
				return errEnough
			}
			return ctx.Err()
		})
		for _, d := range damage {
			if more {
				more = yield(post.Post{}, fmt.Errorf("archive: %v", d))
			}
		}
		if err != nil && more {
			yield(post.Post{}, fmt.Errorf("walk the archive: %w", err))
		}
	}
}

// errEnough ends a walk whose reader wants no more.
var errEnough = errors.New("enough")

// recent remembers about a million keys in 8 MiB, the latest of those that share a
// place.
type recent struct {
	seed maphash.Seed
	at   []uint64
}

func newRecent() *recent { return &recent{seed: maphash.MakeSeed(), at: make([]uint64, 1<<20)} }

// before reports whether the key was met, and remembers it.
func (r *recent) before(key string) bool {
	h := maphash.String(r.seed, key) | 1
	i := h >> 44
	met := r.at[i] == h
	r.at[i] = h
	return met
}
