package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lurewatch/lurewatch/internal/post"
)

// recoverFiles cuts what a crash left unfinished in files whose writer is gone.
func (a *Archive) recoverFiles() error {
	names, err := a.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := os.Stat(a.path(name))
		if err != nil {
			return fmt.Errorf("open archive: %w", err)
		}
		if s := readState(a.path(name)); s.Closed {
			if s.Size != info.Size() { // no crash does that: leave it for Walk to look at
				a.opt.Log.Warn("archive file was changed after it was closed", "file", name, "bytes", info.Size(), "closed_at", s.Size)
			}
			continue
		}
		if err := a.recoverFile(name); err != nil {
			return fmt.Errorf("recover archive file %s: %w", name, err)
		}
	}
	return nil
}

func (a *Archive) recoverFile(name string) error {
	f, err := os.OpenFile(a.path(name), os.O_RDWR, 0)
	if errors.Is(err, os.ErrPermission) || isReadOnly(err) {
		a.opt.Log.Info("archive file cannot be written, so it is not checked for a torn tail", "file", name)
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if ok, err := lock(f); err != nil || !ok {
		return err // its writer lives
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s := readState(a.path(name))
	from := s.Done
	if from > info.Size() {
		from = 0
	}
	// whole is the end of the last group that is whole. Damage before it is left
	// alone: it is not the trace of a crash, and Walk reports it.
	whole, err := wholeEnd(f, from, info.Size())
	if err == nil && whole == from && from > 0 && from < info.Size() {
		whole, err = wholeEnd(f, 0, info.Size()) // the mark may be of another file, or wrong
	}
	if err != nil {
		return err
	}
	if whole < info.Size() {
		if err := cut(f, a.path(name), whole, info.Size()); err != nil {
			return err
		}
		a.opt.Log.Warn("archive file had a torn tail, it was moved aside", "file", name, "offset", whole, "bytes", info.Size()-whole)
	}
	if s.Done > whole {
		s.Done = 0
	}
	return writeState(a.path(name), state{Done: s.Done, Size: whole, Closed: true})
}

func wholeEnd(f *os.File, from, size int64) (int64, error) {
	whole := from
	want := 1
	err := newScanner(f, f.Name(), size).scan(context.Background(), from, func(l post.Locator, r Record) error {
		i, n := groupPlace(r)
		if i == want && i < n {
			want++
			return nil
		}
		if i == n {
			whole = l.Offset + l.Length
		}
		want = 1
		return nil
	}, func(Damage) error { want = 1; return nil })
	return whole, err
}

// cut moves what follows an offset to a file beside, for nothing is erased.
func cut(f *os.File, path string, at, size int64) error {
	tail, err := os.OpenFile(fmt.Sprintf("%s.torn-%d", path, at), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return err
	}
	_, err = io.Copy(tail, io.NewSectionReader(f, at, size-at))
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
