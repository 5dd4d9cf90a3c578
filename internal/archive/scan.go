package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Damage is a stretch of a file that holds no whole record.
type Damage struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"` // up to the next record, or the end of the file
	Why    string `json:"why"`
}

// scanner reads the members of one file in order.
type scanner struct {
	f    io.ReaderAt
	name string
	end  int64 // nothing is read beyond
	z    *gzip.Reader
	br   *bufio.Reader // over the file
	rec  *bufio.Reader // over the member
}

func newScanner(f io.ReaderAt, name string, end int64) *scanner {
	return &scanner{f: f, name: name, end: end, br: bufio.NewReaderSize(nil, 256<<10), rec: bufio.NewReaderSize(nil, 64<<10)}
}

// member opens the gzip member at an offset and calls fn with what it holds; it
// returns the length of the member.
func (s *scanner) member(at int64, fn func(*bufio.Reader) error) (int64, error) {
	src := io.NewSectionReader(s.f, at, s.end-at)
	s.br.Reset(src)
	var err error
	if s.z == nil {
		s.z, err = gzip.NewReader(s.br)
	} else {
		err = s.z.Reset(s.br)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: gzip: %w", ErrDamaged, eof(err))
	}
	s.z.Multistream(false)
	s.rec.Reset(s.z)
	if err := fn(s.rec); err != nil {
		return 0, err
	}
	// The end of the member holds its checksum.
	if n, err := io.CopyN(io.Discard, s.rec, 1); n > 0 || !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("more than one record in a member")
		}
		return 0, fmt.Errorf("%w: gzip: %w", ErrDamaged, eof(err))
	}
	pos, err := src.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	return pos - int64(s.br.Buffered()), nil
}

// read reads the record at an offset.
func (s *scanner) read(at int64) (Record, int64, error) {
	var r Record
	n, err := s.member(at, func(br *bufio.Reader) error {
		var err error
		if r, err = ParseRecord(br, MaxRecord); errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: empty member", ErrDamaged)
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err) // the decompressor's own errors
	}
	return r, n, err
}

// resync finds the next offset from at on where a member begins that holds a
// record, or the end.
func (s *scanner) resync(at int64) (int64, error) {
	magic := []byte{0x1f, 0x8b, 8}
	buf := make([]byte, 256<<10)
	for at < s.end {
		n, err := s.f.ReadAt(buf[:min(int64(len(buf)), s.end-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return s.end, err
		}
		for from := 0; ; from++ {
			i := bytes.Index(buf[from:n], magic)
			if i < 0 {
				break
			}
			from += i
			if s.begins(at + int64(from)) {
				return at + int64(from), nil
			}
		}
		if n < len(magic) {
			break
		}
		at += int64(n - len(magic) + 1)
	}
	return s.end, nil
}

// begins reports whether a member at an offset starts like a record.
func (s *scanner) begins(at int64) bool {
	z, err := gzip.NewReader(bufio.NewReaderSize(io.NewSectionReader(s.f, at, s.end-at), 4096))
	if err != nil {
		return false
	}
	var head [7]byte
	_, err = io.ReadFull(z, head[:])
	return err == nil && string(head[:]) == "WARC/1."
}

// scan calls fn with each record from an offset on, and bad with each damage.
func (s *scanner) scan(ctx context.Context, at int64, fn func(post.Locator, Record) error, bad func(Damage) error) error {
	for at < s.end {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, n, err := s.read(at)
		if err == nil {
			if err := fn(post.Locator{File: s.name, Offset: at, Length: n}, r); err != nil {
				return err
			}
			at += n
			continue
		}
		next, serr := s.resync(at + 1)
		if serr != nil {
			return fmt.Errorf("read archive file %s: %w", s.name, serr)
		}
		if err := bad(Damage{File: s.name, Offset: at, Length: next - at, Why: err.Error()}); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// Read returns the record at a place, verified against its digests.
func (a *Archive) Read(ctx context.Context, l post.Locator) (Record, error) {
	var r Record
	err := a.at(ctx, l, func(s *scanner) error {
		var n int64
		var err error
		if r, n, err = s.read(l.Offset); err == nil && l.Length > 0 && n != l.Length {
			err = fmt.Errorf("%w: member of %d bytes, place says %d", ErrDamaged, n, l.Length)
		}
		return err
	})
	return r, err
}

// Stream calls fn with the record at a place, without its block, and a reader of
// the block; the memory used does not grow with the block. An error after fn,
// such as [ErrDamaged], means that what was read must not be trusted.
func (a *Archive) Stream(ctx context.Context, l post.Locator, fn func(Record, io.Reader) error) error {
	return a.at(ctx, l, func(s *scanner) error {
		_, err := s.member(l.Offset, func(br *bufio.Reader) error { return stream(br, fn) })
		return err
	})
}

func (a *Archive) at(ctx context.Context, l post.Locator, fn func(*scanner) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.File != filepath.Base(l.File) || l.File == "." || l.File == "/" || l.Offset < 0 {
		return fmt.Errorf("read archive: %q is not the name of a file in it", l.File)
	}
	f, err := os.Open(a.path(l.File))
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	if l.Offset >= info.Size() {
		return fmt.Errorf("read archive %s at %d: %w: file has %d bytes", l.File, l.Offset, ErrDamaged, info.Size())
	}
	if err := fn(newScanner(f, l.File, info.Size())); err != nil {
		return fmt.Errorf("read archive %s at %d: %w", l.File, l.Offset, err)
	}
	return nil
}

// Walk calls fn with every record of every file in order, warcinfo records
// included. What is damaged is reported and stepped over. Files that grow
// meanwhile are read as far as they were whole at the start.
func (a *Archive) Walk(ctx context.Context, fn func(post.Locator, Record) error) (damage []Damage, err error) {
	names, err := a.files()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		err := a.walkFile(ctx, name, 0, fn, func(d Damage) error {
			damage = append(damage, d)
			return nil
		})
		if err != nil {
			return damage, err
		}
	}
	return damage, nil
}

// walkFile scans a file from an offset on. A torn tail of a file that a process
// is writing is not damage.
func (a *Archive) walkFile(ctx context.Context, name string, from int64, fn func(post.Locator, Record) error, bad func(Damage) error) error {
	f, err := os.Open(a.path(name))
	if err != nil {
		return fmt.Errorf("walk archive: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("walk archive: %w", err)
	}
	end := info.Size()
	a.mu.Lock()
	if m := a.marks[name]; m != nil && m.f != nil {
		end = min(end, m.end)
	}
	a.mu.Unlock()
	return newScanner(f, name, end).scan(ctx, from, fn, func(d Damage) error {
		if d.Offset+d.Length == end && a.busy(f) {
			return nil
		}
		return bad(d)
	})
}

// busy reports whether a live process writes f.
func (a *Archive) busy(f *os.File) bool {
	own, err := lock(f)
	return err == nil && !own // closing f gives the lock back
}

// String names the place, for people.
func (d Damage) String() string {
	return fmt.Sprintf("%s: %d bytes at offset %d: %s", d.File, d.Length, d.Offset, d.Why)
}
