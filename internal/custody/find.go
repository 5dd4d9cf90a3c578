package custody

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// Query asks for entries: those of which any part below is true.
type Query struct {
	Places  []Place  // captures with a record that begins there
	Records []string // captures with a record of this id
	Acts    []string // acts on these
}

// Place is where a record of the archive begins.
type Place struct {
	File   string // base name
	Offset int64
}

// Found is an entry that was asked for.
type Found struct {
	Line  Line
	Entry Entry
}

// maxTail is how many bytes at the end of the log are read without an index.
const maxTail = 4 << 20

// Find returns the entries that a query asks for, in order. What it reads grows with
// what it finds, and not with the log: it goes by an index beside each file of the log,
// which is made first where it is missing, damaged, or of other lines. A line that it
// returns has the hash that it states; whether that hangs together with a head is for
// [Prove] to say, and whether all of the log does, for [Walk].
//
// It returns [ErrDamaged] where the log has lines that are none.
func Find(ctx context.Context, dir string, q Query) ([]Found, error) {
	keys, match := q.compile()
	var out []Found
	err := eachSegment(ctx, dir, 1, func(s *segment) (bool, error) {
		found, err := s.find(keys, match)
		out = append(out, found...)
		return true, err
	})
	return out, err
}

// FirstStamps returns for each authority the first timestamp that covers an entry.
func (l *Log) FirstStamps(ctx context.Context, seq int64) ([]Timestamp, error) {
	st, err := l.refreshed()
	if err != nil {
		return nil, fmt.Errorf("find timestamps: %w", err)
	}
	want := map[string]bool{}
	var keys []uint64
	for authority, newest := range st.Stamp {
		if newest >= seq {
			want[authority] = true
			keys = append(keys, stampKey(authority))
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	var out []Timestamp
	err = eachSegment(ctx, l.opt.Dir, seq, func(s *segment) (bool, error) {
		found, err := s.find(keys, func(e Entry) bool { return e.Timestamp != nil && e.Timestamp.Seq >= seq && want[e.Timestamp.Authority] })
		for _, f := range found {
			if ts := *f.Entry.Timestamp; want[ts.Authority] {
				delete(want, ts.Authority)
				out = append(out, ts)
			}
		}
		return len(want) > 0, err
	})
	return out, err
}

func (q Query) compile() (keys []uint64, match func(Entry) bool) {
	places, records, acts := map[Place]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range q.Places {
		places[p] = true
		keys = append(keys, placeKey(p.File, p.Offset))
	}
	for _, id := range q.Records {
		records[id] = true
		keys = append(keys, recordKey(id))
	}
	for _, of := range q.Acts {
		acts[of] = true
		keys = append(keys, actKey(of))
	}
	return keys, func(e Entry) bool {
		switch {
		case e.Capture != nil:
			return slices.ContainsFunc(e.Capture.Records, func(r Record) bool { return places[Place{e.Capture.File, r.Offset}] || records[r.ID] })
		case e.Act != nil:
			return acts[e.Act.Of]
		}
		return false
	}
}

// segment is one file of the log, with its index. What stands after the lines that the
// index knows is read anew each time.
type segment struct {
	dir   string
	name  string
	known indexHeader // what the index knows; only First where there is none
	x     *index
}

// eachSegment calls fn with every file of the log that may have entries from one on,
// oldest first, until fn wants no more.
func eachSegment(ctx context.Context, dir string, from int64, fn func(*segment) (more bool, err error)) error {
	names, err := segments(dir)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		first, err := firstOf(name)
		if err != nil {
			return err
		}
		next := int64(math.MaxInt64)
		if i+1 < len(names) {
			if next, err = firstOf(names[i+1]); err != nil {
				return err
			}
		}
		if next <= from {
			continue
		}
		more, err := withSegment(dir, name, first, i+1 < len(names), fn)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func firstOf(name string) (first int64, err error) {
	if _, err := fmt.Sscanf(name, "custody-%d.jsonl", &first); err != nil || segmentName(first) != name {
		return 0, fmt.Errorf("read custody log: %s is no name of one of its files", name)
	}
	return first, nil
}

// withSegment runs fn on one file, and once more with a new index where the one there
// does not fit.
func withSegment(dir, name string, first int64, full bool, fn func(*segment) (bool, error)) (more bool, err error) {
	for again := range 2 {
		var s *segment
		if s, err = openSegment(dir, name, first, full, again > 0); err != nil {
			return false, err
		}
		more, err = fn(s)
		s.close()
		if !errors.Is(err, errIndex) {
			return more, err
		}
	}
	return false, fmt.Errorf("%w: %s was changed while it was read", ErrDamaged, name)
}

// openSegment opens a file with its index, making or extending that where it must:
// for a file that is full to its end, for the newest so that no more than maxTail is left.
func openSegment(dir, name string, first int64, full, anew bool) (*segment, error) {
	s := &segment{dir: dir, name: name, known: indexHeader{First: first}}
	if !anew {
		if x, err := openIndex(dir, name, first); err == nil {
			s.x, s.known = x, x.h
		}
	}
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		s.close()
		return nil, fmt.Errorf("read custody log: %w", err)
	}
	if left := info.Size() - s.known.Size; left == 0 || !full && left <= maxTail {
		return s, nil
	}
	b, err := s.extended()
	s.close()
	switch {
	case errors.Is(err, errIndex) && !anew:
		return openSegment(dir, name, first, full, true)
	case err != nil:
		return nil, err
	}
	s = &segment{dir: dir, name: name, known: indexHeader{First: first}}
	if saved := b.h.Lines > 0 && b.save(dir) == nil; !saved {
		return s, nil // that must not stand in the way of an export: all of the file is read
	}
	if s.x, err = openIndex(dir, name, first); err != nil {
		return nil, err
	}
	s.known = s.x.h
	return s, nil
}

func (s *segment) close() {
	if s.x != nil {
		s.x.close()
	}
}

// extended is the index of s with all lines that the file has now.
func (s *segment) extended() (b *indexBuilder, err error) {
	b = newIndexBuilder(s.name, s.known.First)
	if s.x != nil {
		if b, err = s.x.builder(); err != nil {
			return nil, err
		}
	}
	return b, s.rest(func(f Found) { b.add(f.Line, f.Entry) })
}

// rest calls fn with the lines after those that the index knows, and checks that they
// follow one another.
func (s *segment) rest(fn func(Found)) error {
	seq, prev := s.known.First+s.known.Lines, s.known.Last
	_, _, err := scan(s.dir, s.name, s.known.Size, func(l Line) error {
		if l.Seq != seq || l.Hash() != l.Stated || prev != "" && l.Prev != prev {
			return fmt.Errorf("%w: %s at %d: entry %d is not what belongs there", ErrDamaged, s.name, l.Offset, l.Seq)
		}
		e, err := l.Entry()
		if err != nil {
			return fmt.Errorf("%w: %s at %d: entry %d: %w", ErrDamaged, s.name, l.Offset, l.Seq, err)
		}
		seq, prev = l.Seq+1, l.Stated
		fn(Found{l, e})
		return nil
	})
	return err
}

// find returns the entries that have one of keys and match, in order.
func (s *segment) find(keys []uint64, match func(Entry) bool) (out []Found, err error) {
	if s.x != nil {
		if out, err = s.indexed(keys, match); err != nil {
			return nil, err
		}
	}
	err = s.rest(func(f Found) {
		if match(f.Entry) {
			out = append(out, f)
		}
	})
	return out, err
}

// indexed is find for the lines that the index knows.
func (s *segment) indexed(keys []uint64, match func(Entry) bool) (out []Found, err error) {
	var lines []int64
	for _, k := range keys {
		ns, err := s.x.find(k)
		if err != nil {
			return nil, err
		}
		lines = append(lines, ns...)
	}
	slices.Sort(lines)
	for _, n := range slices.Compact(lines) {
		l, err := s.x.line(n)
		if err != nil {
			return nil, err
		}
		e, err := l.Entry()
		if err != nil {
			return nil, fmt.Errorf("%w: %s at %d: %w", ErrDamaged, l.File, l.Offset, err)
		}
		if match(e) { // or two hashes are the same
			out = append(out, Found{l, e})
		}
	}
	return out, nil
}
