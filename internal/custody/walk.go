package custody

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
)

// lines reads the lines of one file.
type lines struct {
	f  *os.File
	br *bufio.Reader
	at int64
}

func newLines(dir, name string, from int64) (*lines, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("read custody log: %w", err)
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lines{f: f, br: bufio.NewReaderSize(f, 256<<10), at: from}, nil
}

// next returns a line without its end, and its offset; what stands after the last end
// comes with io.EOF.
func (r *lines) next() ([]byte, int64, error) {
	at := r.at
	var line []byte
	for {
		part, err := r.br.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, at, fmt.Errorf("a line of more than %d bytes", maxLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return line, at, err
		}
		r.at += int64(len(line))
		return line[:len(line)-1], at, nil
	}
}

// Fault is a place where a log is not what was written.
type Fault struct {
	File   string // base name
	Offset int64  // of the line
	Seq    int64  // of the entry that belongs there
	Why    string
}

// String names the place, for people.
func (f Fault) String() string {
	return fmt.Sprintf("custody log %s at offset %d, entry %d: %s", f.File, f.Offset, f.Seq, f.Why)
}

// Walk calls fn with every sound entry in order and returns what is not sound. After a
// fault it goes on where the chain can be taken up again, so that one bad line does not
// hide the next. The returned head is that of the last entry. It may run beside writers.
func Walk(ctx context.Context, dir string, fn func(Line, Entry) error) (Head, []Fault, error) {
	w := walker{dir: dir, fn: fn, st: newState()}
	w.saved, w.noted = loadState(dir) // before the list: the log has at least what it says
	names, err := segments(dir)
	if err != nil {
		return Head{}, nil, err
	}
	for i, name := range names {
		if want := segmentName(w.st.Seq + 1); name != want {
			w.fault(name, 0, "the file "+want+" belongs before it")
		}
		if err := w.file(ctx, name, i == len(names)-1); err != nil {
			return w.st.Head, w.faults, err
		}
	}
	_, err = os.Stat(filepath.Join(dir, HeadFile))
	switch {
	case err == nil && !w.noted:
		w.fault(HeadFile, 0, "the head that is noted beside the log cannot be read")
	case w.noted && w.saved.Seq > w.st.Seq:
		w.fault(HeadFile, 0, fmt.Sprintf("the log ends, but entry %d was noted beside it: its end was cut off", w.saved.Seq))
	}
	return w.st.Head, w.faults, nil
}

// walker is a walk under way.
type walker struct {
	dir    string
	fn     func(Line, Entry) error
	st     state
	saved  state // as noted beside the log
	noted  bool
	faults []Fault
	index  *indexCheck // of the file under way
}

func (w *walker) fault(file string, at int64, why string) {
	w.faults = append(w.faults, Fault{File: file, Offset: at, Seq: w.st.Seq + 1, Why: why})
}

// file walks one file; last says that it may be written right now.
func (w *walker) file(ctx context.Context, name string, last bool) error {
	r, err := newLines(w.dir, name, 0)
	if err != nil {
		return err
	}
	defer func() { _ = r.f.Close() }() // it was only read
	w.index = newIndexCheck(w.dir, name)
	defer func() { w.index = nil }()
	held := false
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, at, err := r.next()
		if errors.Is(err, io.EOF) {
			if len(b) > 0 && last && !held {
				// It may be half written this moment: look again while nobody can write.
				held = true
				if unlock := hold(w.dir); unlock != nil {
					defer unlock()
					if _, err := r.f.Seek(at, io.SeekStart); err != nil {
						return err
					}
					r.br.Reset(r.f)
					continue
				}
			}
			if len(b) > 0 {
				w.fault(name, at, "the line has no end (a crash does that, and the next start of lurewatch moves it aside)")
			}
			w.st.File, w.st.Size = name, at
			if why := w.index.fault(); why != "" {
				w.faults = append(w.faults, Fault{File: indexName(name), Seq: w.st.Seq, Why: why})
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read custody log %s: %w", name, err)
		}
		if err := w.line(name, at, b); err != nil {
			return err
		}
	}
}

// line takes one line in, or notes what is wrong with it.
func (w *walker) line(name string, at int64, b []byte) error {
	line, err := parseLine(b)
	var e Entry
	if err == nil {
		line.File, line.Offset, line.Length = name, at, int64(len(b))+1
		e, err = line.Entry()
	}
	if err == nil {
		err = w.st.check(line)
	}
	if err != nil {
		w.fault(name, at, err.Error())
		w.index.give()
		w.st = resume(w.st, line, e)
		return nil
	}
	w.st.add(line.Link, line.Stated, e)
	w.st.File, w.st.Size = name, at+line.Length
	if w.noted && w.st.Seq == w.saved.Seq && !reflect.DeepEqual(w.st, w.saved) {
		w.faults = append(w.faults, Fault{File: HeadFile, Seq: w.st.Seq, Why: "the head that is noted beside the log is not the one in it"})
	}
	w.index.add(line, e)
	return w.fn(line, e)
}

// resume takes the chain up after a line at fault, as if that line had been right: the
// next line must fit what it states, or is at fault too.
func resume(st state, line Line, e Entry) state {
	hash := line.Stated
	if !isHash(hash) {
		hash = Zero
	}
	link := st.next(line.Digest)
	st = st.clone()
	st.add(link, hash, e)
	return st
}

// hold keeps writers out until the function that it returns is called. It is nil where
// that cannot be had.
func hold(dir string) func() {
	f, err := os.Open(filepath.Join(dir, lockFile))
	if err != nil {
		return nil
	}
	if lock(f) != nil {
		_ = f.Close()
		return nil
	}
	return func() { _ = f.Close() }
}

// Lines reads the lines of some entries. One that the log does not have is left out; it
// checks no hash. Each file that has one of them is read as far as the last of them.
func Lines(ctx context.Context, dir string, seqs ...int64) (map[int64]Line, error) {
	return collect(ctx, dir, false, seqs)
}

// Seek is Lines by the indexes that [Find] makes: it reads no more than the lines asked
// for, and what no index has yet. A line that an index leads to has the hash that it states.
func Seek(ctx context.Context, dir string, seqs ...int64) (map[int64]Line, error) {
	return collect(ctx, dir, true, seqs)
}

func collect(ctx context.Context, dir string, indexed bool, seqs []int64) (map[int64]Line, error) {
	names, err := segments(dir)
	if err != nil {
		return nil, err
	}
	want := slices.Clone(seqs)
	slices.Sort(want)
	want = slices.Compact(want)
	out := map[int64]Line{}
	for i, name := range names {
		first, err := firstOf(name)
		if err != nil {
			return nil, err
		}
		next := int64(math.MaxInt64)
		if i+1 < len(names) {
			if next, err = firstOf(names[i+1]); err != nil {
				return nil, err
			}
		}
		from, _ := slices.BinarySearch(want, first)
		to, _ := slices.BinarySearch(want, next)
		if from == to {
			continue
		}
		if err := some(ctx, dir, name, first, indexed, want[from:to], out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// some reads the wanted lines of one file, in order.
func some(ctx context.Context, dir, name string, first int64, indexed bool, want []int64, out map[int64]Line) error {
	at, seq := int64(0), first
	if indexed {
		want, at, seq = byIndex(dir, name, first, want, out)
	}
	r, err := newLines(dir, name, at)
	if err != nil {
		return err
	}
	defer r.f.Close()
	for ; len(want) > 0; seq++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, at, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read custody log %s: %w", name, err)
		}
		if seq != want[0] {
			continue
		}
		want = want[1:]
		line, err := parseLine(b)
		if err != nil || line.Seq != seq {
			continue // Walk says what is wrong with it
		}
		line.File, line.Offset, line.Length = name, at, int64(len(b))+1
		out[seq] = line
	}
	return nil
}

// byIndex reads those of the wanted lines that the index of a file knows, and returns
// the others with the place to read on from.
func byIndex(dir, name string, first int64, want []int64, out map[int64]Line) (rest []int64, at, seq int64) {
	x, err := openIndex(dir, name, first)
	if err != nil {
		return want, 0, first
	}
	defer x.close()
	for len(want) > 0 && want[0] < first+x.h.Lines {
		line, err := x.line(want[0] - first)
		if err != nil {
			return want, 0, first // the index is wrong, or the line is: read on from the start
		}
		out[want[0]] = line
		want = want[1:]
	}
	return want, x.h.Size, first + x.h.Lines
}
