package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Member is the gzip member of one record, as it stands in its file.
type Member struct {
	At   post.Locator
	Type string
	ID   string
	URI  string            // WARC-Target-URI
	Sum  [sha256.Size]byte // SHA-256 of the member's bytes
	last bool              // of its capture
}

func memberOf(r Record, b []byte) Member {
	return Member{
		At: post.Locator{Length: int64(len(b))}, Type: r.Type, ID: r.ID, URI: r.TargetURI, Sum: sha256.Sum256(b),
		last: r.Field(CaptureField) != "",
	}
}

func (g *group) add(r Record, b []byte) { g.parts = append(g.parts, memberOf(r, b)) }

// captures parts members where a capture ends: at the record that posts are extracted
// from. An import writes many captures in one group.
func captures(ms []Member) (out [][]Member) {
	from := 0
	for i, m := range ms {
		if m.last || i == len(ms)-1 {
			out = append(out, ms[from:i+1:i+1])
			from = i + 1
		}
	}
	return out
}

// Unclaimed calls fn with the captures that stand in files whose writer is gone, from
// the offset on that from gives for each file. Bytes that hold no whole record come as a
// member of [TypeDamaged]. Members of a file come in order and none is left out; another
// process may get the same ones at the same time.
func (a *Archive) Unclaimed(ctx context.Context, from func(file string) int64, fn func(file string, captures [][]Member) error) error {
	names, err := a.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := a.unclaimedOf(ctx, name, from(name), fn); err != nil {
			return fmt.Errorf("read archive file %s: %w", name, err)
		}
	}
	return nil
}

func (a *Archive) unclaimedOf(ctx context.Context, name string, from int64, fn func(string, [][]Member) error) error {
	f, err := os.Open(a.path(name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || from >= info.Size() {
		return err
	}
	if Written(a.path(name)) {
		return nil // its writer lives, and tells of it
	}
	if info, err = f.Stat(); err != nil { // whoever is gone writes no more
		return err
	}
	var run []Member
	flush := func() error {
		if len(run) == 0 {
			return nil
		}
		kept := captures(run)
		run = nil
		return fn(name, kept)
	}
	err = newScanner(f, name, info.Size()).scan(ctx, from, func(l post.Locator, r Record) error {
		m, err := memberAt(f, l, r)
		if err != nil {
			return err
		}
		m.last = m.last || lastOfGroup(r)
		run = append(run, m)
		if m.last && len(run) >= 256 {
			return flush()
		}
		return nil
	}, func(d Damage) error {
		a.opt.Log.Warn("archive file is damaged", "file", d.File, "offset", d.Offset, "length", d.Length, "why", d.Why)
		m, err := memberAt(f, post.Locator{File: name, Offset: d.Offset, Length: d.Length}, Record{Type: TypeDamaged})
		m.last = true
		run = append(run, m)
		return err
	})
	return errors.Join(err, flush())
}

// TypeDamaged is the type of a member that is none: bytes that hold no whole record.
const TypeDamaged = "damaged"

func memberAt(f io.ReaderAt, l post.Locator, r Record) (Member, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, l.Offset, l.Length)); err != nil {
		return Member{}, err
	}
	m := memberOf(r, nil)
	m.At = l
	h.Sum(m.Sum[:0])
	return m, nil
}

// Raw calls fn with the bytes of a member as they stand in their file, unchecked.
func (a *Archive) Raw(ctx context.Context, l post.Locator, fn func(io.Reader) error) error {
	return a.at(ctx, l, func(s *scanner) error {
		return fn(io.NewSectionReader(s.f, l.Offset, l.Length))
	})
}

// Written reports whether a live process answers for an archive file.
func Written(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	own, err := lock(f)
	return err == nil && !own
}

// Suffix ends the names of archive files.
const Suffix = suffix

// StatedDigest is what r states as WARC-Payload-Digest: of the block, or of what follows
// its HTTP header.
func (r Record) StatedDigest() string {
	payload := r.Block
	if strings.HasPrefix(r.ContentType, "application/http") {
		payload = afterHeader(r.Block)
	}
	sum := sha256.Sum256(payload)
	return base32Digest(sum[:])
}
