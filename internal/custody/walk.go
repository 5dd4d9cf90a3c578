package custody

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
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
// hide the next. The returned head is that of the last entry. A line without an end is
// no fault at the very end of a log that is being written.
func Walk(ctx context.Context, dir string, fn func(Line, Entry) error) (Head, []Fault, error) {
	names, err := segments(dir)
	if err != nil {
		return Head{}, nil, err
	}
	st := newState()
	saved, haveSaved := loadState(dir)
	var faults []Fault
	for i, name := range names {
		fault := func(at int64, why string) {
			faults = append(faults, Fault{File: name, Offset: at, Seq: st.Seq + 1, Why: why})
		}
		if want := segmentName(st.Seq + 1); name != want {
			fault(0, "the file "+want+" belongs before it")
		}
		r, err := newLines(dir, name, 0)
		if err != nil {
			return st.Head, faults, err
		}
		var unlock func()
		err = func() error {
			defer func() { _ = r.f.Close() }() // it was only read
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				b, at, err := r.next()
				if errors.Is(err, io.EOF) {
					if len(b) > 0 && i == len(names)-1 && unlock == nil {
						// It may be half written this moment: look again while nobody can write.
						if unlock = hold(dir); unlock != nil {
							defer unlock()
							if err := r.f.Close(); err != nil {
								return err
							}
							if r, err = newLines(dir, name, at); err != nil {
								return err
							}
							continue
						}
					}
					if len(b) > 0 {
						fault(at, "the line has no end (a crash does that, and the next start of lurewatch moves it aside)")
					}
					st.File, st.Size = name, at
					return nil
				}
				if err != nil {
					return fmt.Errorf("read custody log %s: %w", name, err)
				}
				line, err := parseLine(b)
				var e Entry
				if err == nil {
					line.File, line.Offset, line.Length = name, at, int64(len(b))+1
					e, err = line.Entry()
				}
				if err == nil {
					err = st.check(line)
				}
				if err != nil {
					fault(at, err.Error())
					st = resume(st, line, e)
					continue
				}
				st.add(line.Link, line.Stated, e)
				st.File, st.Size = name, at+line.Length
				if haveSaved && st.Seq == saved.Seq && !reflect.DeepEqual(st, saved) {
					faults = append(faults, Fault{File: stateFile, Seq: st.Seq, Why: "the head that is noted beside the log is not the one in it"})
				}
				if err := fn(line, e); err != nil {
					return err
				}
			}
		}()
		if err != nil {
			return st.Head, faults, err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, stateFile)); err == nil && !haveSaved {
		faults = append(faults, Fault{File: stateFile, Seq: st.Seq, Why: "the head that is noted beside the log cannot be read"})
	}
	if haveSaved && saved.Seq > st.Seq {
		faults = append(faults, Fault{File: stateFile, Seq: st.Seq + 1, Why: fmt.Sprintf("the log ends, but entry %d was noted beside it: its end was cut off", saved.Seq)})
	}
	return st.Head, faults, nil
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
