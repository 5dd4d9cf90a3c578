package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// mark says how far what follows from a file's groups is published. It is kept
// beside the file, lazily: what it does not say is published again.
type mark struct {
	f      *os.File // holds the lock, while this process answers for the file
	done   int64    // every group that ends at or before is done
	end    int64    // end of the last group
	closed bool     // no group will follow
	open   []span   // groups after done, in order

	saved  int64     // done as it is on the disk
	aged   int64     // done as it was at agedAt
	agedAt time.Time // zero: nothing is ageing
}

// span is one group: the offset of its last record, and its end.
type span struct {
	last, end int64
	done      bool
}

// state is the file form of a mark.
type state struct {
	Done   int64 `json:"done"`
	Size   int64 `json:"size"`
	Closed bool  `json:"closed"`
}

func (m *mark) add(last post.Locator) {
	m.end = last.Offset + last.Length
	m.open = append(m.open, span{last: last.Offset, end: m.end})
}

// Done says that what follows from the group that ends with the record at l is
// published. Every group needs it, in any order; a place that is not known is
// passed over.
func (a *Archive) Done(l post.Locator) {
	a.mu.Lock()
	m := a.marks[l.File]
	if m != nil {
		for i := range m.open {
			if m.open[i].last == l.Offset {
				m.open[i].done = true
				break
			}
		}
		n := 0
		for n < len(m.open) && m.open[n].done {
			m.done = m.open[n].end
			n++
		}
		m.open = m.open[n:]
	}
	due := a.opt.Now().Sub(a.saved) > time.Second
	a.mu.Unlock()
	if due {
		if err := a.saveMarks(false); err != nil {
			a.opt.Log.Warn("archive cannot write down what is done, it will be published again after a restart", "err", err)
		}
	}
}

// saveMarks writes down what has been done for long enough, or all of it at the end.
func (a *Archive) saveMarks(last bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.opt.Now()
	a.saved = now
	var errs []error
	for name, m := range a.marks {
		settled := m.saved
		switch {
		case last:
			settled = m.done
		case m.agedAt.IsZero():
			m.aged, m.agedAt = m.done, now
		case now.Sub(m.agedAt) >= a.opt.Settle:
			settled = m.aged
			m.aged, m.agedAt = m.done, now
		}
		whole := (m.closed || last) && settled == m.end
		if settled != m.saved || last || whole {
			if err := writeState(a.path(name), state{Done: settled, Size: m.end, Closed: m.closed || last}); err != nil {
				errs = append(errs, err)
				continue
			}
			m.saved = settled
		}
		if whole || last {
			if m.f != nil {
				errs = append(errs, m.f.Close())
			}
			delete(a.marks, name)
		}
	}
	return errors.Join(errs...)
}

func statePath(path string) string { return strings.TrimSuffix(path, suffix) + ".mark" }

func writeState(path string, s state) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	tmp := statePath(path) + ".new"
	if err := os.WriteFile(tmp, b, 0o640); err != nil {
		return err
	}
	return os.Rename(tmp, statePath(path))
}

// readState reads a mark; one that is missing or damaged says nothing is done.
func readState(path string) state {
	var s state
	b, err := os.ReadFile(statePath(path))
	if err != nil || json.Unmarshal(b, &s) != nil || s.Done < 0 {
		return state{}
	}
	return s
}

// Pending calls fn with the records of groups that were never said to be done,
// of files whose writer is gone; call it once after Open, and answer each group
// with Done as if it were new. It may give more than is needed.
func (a *Archive) Pending(ctx context.Context, fn func(post.Locator, Record) error) error {
	names, err := a.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := a.pendingOf(ctx, name, fn); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) pendingOf(ctx context.Context, name string, fn func(post.Locator, Record) error) error {
	a.mu.Lock()
	_, ours := a.marks[name]
	a.mu.Unlock()
	if ours {
		return nil
	}
	f, err := os.Open(a.path(name))
	if err != nil {
		return fmt.Errorf("pending of archive: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s := readState(a.path(name))
	if s.Done >= info.Size() {
		return f.Close()
	}
	if ok, err := lock(f); err != nil || !ok {
		return errors.Join(err, f.Close()) // another process answers for it
	}
	m := &mark{f: f, done: s.Done, saved: s.Done, end: info.Size(), closed: true}
	a.mu.Lock()
	a.marks[name] = m
	a.mu.Unlock()
	return newScanner(f, name, info.Size()).scan(ctx, s.Done, func(l post.Locator, r Record) error {
		info := r.Type == "warcinfo"
		if info || lastOfGroup(r) {
			a.mu.Lock()
			m.open = append(m.open, span{last: l.Offset, end: l.Offset + l.Length, done: info})
			a.mu.Unlock()
		}
		if info {
			return nil
		}
		return fn(l, r)
	}, func(d Damage) error {
		a.opt.Log.Warn("archive file is damaged", "file", d.File, "offset", d.Offset, "length", d.Length, "why", d.Why)
		return nil
	})
}

// lastOfGroup reports whether a record ends a group; one of no group does.
func lastOfGroup(r Record) bool {
	i, n, ok := strings.Cut(r.Field(groupField), "/")
	return !ok || i == n
}

// groupPlace is the place of a record in its group, 1 of 1 when it says nothing.
func groupPlace(r Record) (i, n int) {
	a, b, _ := strings.Cut(r.Field(groupField), "/")
	i, err := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if err != nil || err2 != nil {
		return 1, 1
	}
	return i, n
}
