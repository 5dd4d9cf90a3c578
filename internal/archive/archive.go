// Package archive is the truth of the line: every capture, exactly as it came,
// in WARC 1.1 files with one gzip member a record, on the disk before any
// message speaks of it. Everything after it can be rebuilt from it.
//
// What it promises: [Archive.Append] returns after fsync, and writes a group of
// records whole or not at all, also when the disk is full. Nothing it holds is
// ever changed; a torn tail that a crash left is cut off when the archive is
// opened next, and kept beside the file.
//
// What it refuses: names and values that would break the format, records above
// [MaxRecord], revisit records (evidence is always full) and deletion.
//
// Several processes may share a directory: each appends to a file of its own,
// which it holds locked. Start at [Open], then [Archive.Append]; readers use
// [Archive.Read], [Archive.Walk] and, for foreign files, [ReadWARC].
package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// MaxRecord bounds the block of one record, in bytes, when it is written and
// when it is read back.
const MaxRecord = 512 << 20

const suffix = ".warc.gz"

// ErrClosed is returned by Append after Close.
var ErrClosed = errors.New("archive is closed")

// Options says where the archive is. Dir is required; all else has a default.
type Options struct {
	Dir      string
	MaxBytes int64  // size at which a new file is begun; default 1 GiB
	Software string // for the warcinfo record; default lurewatch
	// Settle is how long what follows from a capture must have been published before
	// that is written down: what a power failure may take from the stream must be
	// published again. Default 30 s; Close writes all down.
	Settle time.Duration
	// Kept is told of the captures that have reached the disk, in the order of their
	// file: after the fsync, before Append returns. It must not wait. Nil tells nobody.
	Kept func(file string, captures [][]Member)
	Now  func() time.Time // default time.Now
	Log  *slog.Logger     // default: discard
}

// Archive is an open archive. It is safe for concurrent use.
type Archive struct {
	opt    Options
	pack   *packer
	wake   chan struct{}
	writer sync.WaitGroup

	mu     sync.Mutex
	queue  []*group
	closed bool
	marks  map[string]*mark // files with something to write down
	saved  time.Time

	cur *file // of the writer alone
	seq int   // of the writer alone
}

// Open opens or creates an archive and repairs the files of writers that are
// gone. It makes no file before the first Append, so a directory that may only
// be read can be opened for reading.
func Open(opt Options) (*Archive, error) {
	if opt.Dir == "" {
		return nil, errors.New("open archive: no directory; hint: set archive.dir")
	}
	if opt.MaxBytes < 0 || opt.Settle < 0 {
		return nil, errors.New("open archive: a bound is negative")
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = 1 << 30
	}
	if opt.Software == "" {
		opt.Software = "lurewatch"
	}
	if strings.ContainsFunc(opt.Software, isControl) {
		return nil, fmt.Errorf("open archive: software name %q has control characters", opt.Software)
	}
	if opt.Settle == 0 {
		opt.Settle = 30 * time.Second
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(opt.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("open archive: %w; hint: choose a directory that this user may write", err)
	}
	a := &Archive{opt: opt, pack: newPacker(), wake: make(chan struct{}, 1), marks: map[string]*mark{}}
	if err := a.recoverFiles(); err != nil {
		return nil, err
	}
	a.writer.Go(a.write)
	return a, nil
}

// Append writes one group of records next to each other and returns their
// places after they are on the disk. Many callers share one fsync. Each group
// must be answered with [Archive.Done] once what follows from it is published.
func (a *Archive) Append(ctx context.Context, recs ...Record) ([]post.Locator, error) {
	if len(recs) == 0 {
		return nil, nil
	}
	g := &group{done: make(chan struct{}), data: make([]byte, 0, 4<<10)}
	for i, r := range recs {
		if r.ID == "" {
			r.ID = NewID()
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("append to archive: %w", err)
		}
		r.Fields = append(slices.Clip(r.Fields), Field{groupField, fmt.Sprintf("%d/%d", i+1, len(recs))})
		before := len(g.data)
		var err error
		if g.data, err = a.pack.encode(g.data, r); err != nil {
			return nil, fmt.Errorf("append to archive: record %d of %d: %w", i+1, len(recs), err)
		}
		g.add(r, g.data[before:])
	}
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil, fmt.Errorf("append to archive: %w", ErrClosed)
	}
	a.queue = append(a.queue, g)
	a.mu.Unlock()
	a.poke()
	select {
	case <-g.done:
	case <-ctx.Done():
		if a.withdraw(g) {
			return nil, fmt.Errorf("append to archive: %w", ctx.Err())
		}
		<-g.done // it is being written: the outcome is near and must be known
	}
	return g.places, g.err
}

// withdraw takes a group back that the writer has not begun with.
func (a *Archive) withdraw(g *group) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.Index(a.queue, g)
	if i < 0 {
		return false
	}
	a.queue = slices.Delete(a.queue, i, i+1)
	return true
}

func (a *Archive) poke() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Close writes what is queued, writes down what is done, and ends.
func (a *Archive) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	a.mu.Unlock()
	a.poke()
	a.writer.Wait()
	return a.saveMarks(true)
}

// files lists the archive's files, oldest first.
func (a *Archive) files() ([]string, error) {
	entries, err := os.ReadDir(a.opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("list archive: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			out = append(out, e.Name())
		}
	}
	return out, nil // ReadDir sorts by name, which begins with the time
}

func (a *Archive) path(name string) string { return filepath.Join(a.opt.Dir, name) }
