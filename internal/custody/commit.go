package custody

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// maxLine bounds a line, in bytes.
const maxLine = 64 << 20

// lockedWrite appends entries to the newest file and syncs it, or leaves it as it was.
func (l *Log) lockedWrite(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return l.locked(func() error {
		if err := l.catchUp(); err != nil {
			return err
		}
		st := l.st.clone()
		var out []byte
		for _, e := range entries {
			if l.known(st, &e) {
				continue
			}
			data, err := e.encode()
			if err != nil {
				return err
			}
			link := st.next(sum(data))
			hash := link.Hash()
			out = appendLine(out, link, hash, data)
			st.add(link, hash, e)
		}
		if len(out) == 0 {
			return nil
		}
		if err := l.put(&st, out); err != nil {
			return err
		}
		l.st = st
		if now := l.opt.Now(); now.Sub(l.saved) > time.Second {
			l.saved = now
			if err := st.save(l.opt.Dir); err != nil {
				l.opt.Log.Warn("custody log cannot note its head, the next start reads more", "err", err)
			}
		}
		return nil
	})
}

// known reports whether the log has an entry, or must not have it. It takes out the
// records that are entered.
func (l *Log) known(st state, e *Entry) bool {
	switch {
	case e.Act != nil:
		if e.Act.Seq > st.Audit+1 {
			l.opt.Log.Warn("an act is entered before those that came before it: it waits", "audit", e.Act.Seq)
		}
		return e.Act.Seq != st.Audit+1
	case e.Capture != nil:
		c := *e.Capture
		c.Records = slices.DeleteFunc(slices.Clone(c.Records), func(r Record) bool { return r.Offset < st.Files[c.File] })
		if len(c.Records) == 0 {
			return true
		}
		if at := c.Records[0].Offset; at > st.Files[c.File] { // a hole would never be filled: leave it to the next start
			l.mu.Lock()
			defer l.mu.Unlock()
			if !l.left[c.File] {
				l.left[c.File] = true
				l.opt.Log.Error("records before these are not in the custody log; captures are entered late, at the next start", "file", c.File, "offset", at)
			}
			return true
		}
		e.Capture = &c
	}
	return false
}

// put writes lines and syncs them.
func (l *Log) put(st *state, out []byte) error {
	fresh := st.File == "" || st.Size+int64(len(out)) > l.opt.MaxBytes && st.Size > 0
	if fresh {
		st.File, st.Size = segmentName(l.st.Seq+1), 0
	}
	f, err := os.OpenFile(filepath.Join(l.opt.Dir, st.File), os.O_CREATE|os.O_WRONLY, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = f.WriteAt(out, st.Size); err == nil {
		err = f.Sync()
	}
	if err == nil && fresh {
		err = syncDir(l.opt.Dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w; hint: check the disk and its free space", st.File, err), f.Truncate(st.Size))
	}
	st.Size += int64(len(out))
	return nil
}

// fits reports whether a saved state is of the log that is there: the line before its
// place is the one that it knows as the newest.
func (l *Log) fits(s state) bool {
	if s.Seq == 0 {
		names, err := segments(l.opt.Dir)
		return err == nil && len(names) == 0
	}
	f, err := os.Open(filepath.Join(l.opt.Dir, s.File))
	if err != nil {
		return false
	}
	defer f.Close()
	for back := int64(4 << 10); ; back *= 4 {
		from := max(0, s.Size-back)
		b := make([]byte, s.Size-from)
		if _, err := f.ReadAt(b, from); err != nil || len(b) == 0 || b[len(b)-1] != '\n' {
			return false
		}
		if i := bytes.LastIndexByte(b[:len(b)-1], '\n'); i >= 0 || from == 0 {
			line, err := parseLine(b[i+1 : len(b)-1])
			return err == nil && line.Seq == s.Seq && line.Hash() == s.Hash
		}
		if back > maxLine {
			return false
		}
	}
}

// catchUp reads what other writers have entered. It must run under the lock: a line
// without an end is then the trace of a crash.
func (l *Log) catchUp() error {
	if l.st.File != "" {
		info, err := os.Stat(filepath.Join(l.opt.Dir, l.st.File))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if info.Size() < l.st.Size {
			return fmt.Errorf("%w: %s has %d bytes, and had %d", ErrDamaged, l.st.File, info.Size(), l.st.Size)
		}
		if next := filepath.Join(l.opt.Dir, segmentName(l.st.Seq+1)); info.Size() == l.st.Size {
			if _, err := os.Stat(next); errors.Is(err, os.ErrNotExist) {
				return nil // nobody has written: the usual case
			}
		}
	}
	names, err := segments(l.opt.Dir)
	if err != nil {
		return err
	}
	st := l.st.clone()
	for i, name := range names {
		if name < st.File {
			continue
		}
		from := int64(0)
		if name == st.File {
			from = st.Size
		}
		end, torn, err := scan(l.opt.Dir, name, from, func(line Line) error {
			if err := st.check(line); err != nil {
				return fmt.Errorf("%w: %s at %d: entry %d: %w", ErrDamaged, name, line.Offset, line.Seq, err)
			}
			e, err := line.Entry()
			if err != nil {
				return fmt.Errorf("%w: %s at %d: entry %d: %w", ErrDamaged, name, line.Offset, line.Seq, err)
			}
			st.add(line.Link, line.Stated, e)
			return nil
		})
		if err != nil {
			return err
		}
		if torn > 0 {
			if i != len(names)-1 {
				return fmt.Errorf("%w: %s at %d: a line has no end", ErrDamaged, name, end)
			}
			if err := cut(filepath.Join(l.opt.Dir, name), end); err != nil {
				return err
			}
			l.opt.Log.Warn("custody log had half a line at its end, it was moved aside", "file", name, "offset", end, "bytes", torn)
		}
		st.File, st.Size = name, end
	}
	l.st = st
	return nil
}

// scan calls fn with each whole line of a file from an offset on. It returns where
// they end, and how many bytes of an unfinished line follow.
func scan(dir, name string, from int64, fn func(Line) error) (end, torn int64, err error) {
	r, err := newLines(dir, name, from)
	if err != nil {
		return from, 0, err
	}
	defer r.f.Close()
	for {
		b, at, err := r.next()
		if errors.Is(err, io.EOF) {
			return at, int64(len(b)), nil
		}
		if err != nil {
			return at, 0, fmt.Errorf("read custody log %s: %w", name, err)
		}
		line, err := parseLine(b)
		if err != nil {
			return at, 0, fmt.Errorf("%w: %s at %d: %w", ErrDamaged, name, at, err)
		}
		line.File, line.Offset, line.Length = name, at, int64(len(b))+1
		if err := fn(line); err != nil {
			return at, 0, err
		}
	}
}

// cut moves what follows an offset to a file beside, for nothing is erased.
func cut(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	tail, err := os.OpenFile(fmt.Sprintf("%s.torn-%d", path, at), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return err
	}
	_, err = io.Copy(tail, io.NewSectionReader(f, at, 1<<62))
	if err == nil {
		err = tail.Sync()
	}
	if err = errors.Join(err, tail.Close()); err != nil {
		return err
	}
	if err := f.Truncate(at); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
