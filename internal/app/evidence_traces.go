package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
)

// Somebody who cuts the ends of archive and custody log, or puts back older copies of
// both, leaves them sound. What stands beside them may still know of what is gone:
// answers of authorities, marks of archive files, and the log's indexes and noted head,
// which custody.Walk holds against it.

// maxSkew is how far an entry may lie before a timestamp that came before it, for clocks differ.
const maxSkew = 5 * time.Minute

func (c *check) notef(format string, args ...any) {
	c.out.Notes = append(c.out.Notes, fmt.Sprintf(format, args...))
}

// dated holds the time that an entry states against the authorities' times before it.
func (c *check) dated(l custody.Line, e custody.Entry) {
	if e.At.Add(maxSkew).Before(c.latest) {
		if c.backdated++; c.backdated == 1 {
			c.notef("entry %d says that it was entered at %s, and stands after a timestamp of %s: the clock was wrong, or somebody has entered it later than it says", l.Seq, second(e.At.Time), second(c.latest))
		}
	}
	if e.Timestamp != nil && e.Timestamp.Time.After(c.latest) {
		c.latest = e.Timestamp.Time.Time
	}
}

func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// traces looks at what stands beside archive and log.
func (c *check) traces() error {
	if c.backdated > 1 {
		c.notef("%d entries stand so", c.backdated)
	}
	if err := c.orphans(); err != nil {
		return err
	}
	if err := c.marks(); err != nil {
		return err
	}
	if _, err := os.Stat(c.cfg.Path(custodyDir, custody.HeadFile)); errors.Is(err, fs.ErrNotExist) && c.out.Head.Seq > 0 {
		c.notef("no head is noted beside the custody log (a copy has none): that its end was not cut off can only be told by a head that you noted, or by a timestamp")
	}
	switch {
	case len(c.stamps) > 0 && c.want.Roots == nil:
		c.notef("who the authorities are was not checked, and anybody can be one: set evidence.timestamp_roots to a file of their root certificates")
	case len(c.stamps) == 0 && len(c.cfg.Evidence.TimestampURLs) > 0 && c.out.Captures > 0:
		c.notef("evidence.timestamp_urls names authorities, and the custody log has no timestamp: none has answered yet, or the log was made anew")
	}
	return nil
}

// orphans looks at the kept answers that no entry names. A crash between answer and
// entry leaves one that fits the log; a log that was cut or made anew leaves others.
func (c *check) orphans() error {
	folder := c.cfg.Path(custodyDir, stamp.Folder)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list timestamps: %w", err)
	}
	named := map[string]bool{}
	for _, ts := range c.stamps {
		named[ts.File] = true
	}
	for _, e := range entries {
		number, _, ok := strings.Cut(e.Name(), "-")
		seq, err := strconv.ParseInt(number, 10, 64)
		if !strings.HasSuffix(e.Name(), ".tsr") || named[e.Name()] || !ok || err != nil {
			continue
		}
		if seq > c.out.Head.Seq {
			c.faultf("timestamp %s: it is of entry %d, and the custody log ends at entry %d: its end was cut off, or an older copy put back", e.Name(), seq, c.out.Head.Seq)
			continue
		}
		c.orphan[e.Name()] = seq
	}
	return nil
}

// strange holds an answer that no entry names against the entry that its name is of.
func (c *check) strange(name string, line custody.Line) {
	answer, err := os.ReadFile(c.cfg.Path(custodyDir, stamp.Folder, name))
	var want stamp.Want
	if err == nil {
		_, err = hex.Decode(want.Digest[:], []byte(line.Hash()))
	}
	if err == nil {
		_, err = stamp.Verify(answer, want)
	}
	if err != nil {
		c.faultf("timestamp %s: no entry names it, and it is not of entry %d as it is now (%v): the custody log was cut and gone on with, or made anew", name, line.Seq, err)
	}
}

// marks holds archive files against the marks beside them.
func (c *check) marks() error {
	found, err := filepath.Glob(filepath.Join(c.dir, "*"+filepath.Ext(archive.MarkOf("x"))))
	if err != nil {
		return fmt.Errorf("list archive: %w", err)
	}
	for _, path := range found {
		file := strings.TrimSuffix(path, filepath.Ext(path)) + archive.Suffix
		done := archive.Marked(file)
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist) && done > 0:
			c.faultf("archive file %s is missing, and its mark is there: it had %d bytes", filepath.Base(file), done)
		case err == nil && info.Size() < done:
			c.faultf("archive file %s: it has %d bytes, and its mark knows of %d: its end was cut off, or an older copy put back", filepath.Base(file), info.Size(), done)
		}
	}
	return nil
}
