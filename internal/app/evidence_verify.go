package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
	"github.com/lurewatch/lurewatch/internal/ledger"
)

// Verified is what a check of the evidence found.
type Verified struct {
	Head       custody.Head
	Captures   int
	Records    int
	Bytes      int64 // of the archive
	Acts       int
	Timestamps int
	Stamped    custody.Timestamp // the newest head that is stamped
	Waiting    int64             // bytes that a running process has archived and not yet entered
	WaitActs   int64             // acts that are in the ledger and not yet in the custody log
	Faults     []string          // what is not as it was written, each with its place
	Notes      []string          // what is no fault by itself, and what cannot be told
}

// OK reports whether nothing is at fault.
func (v Verified) OK() bool { return len(v.Faults) == 0 }

// VerifyEvidence holds archive, custody log, timestamps and ledger of a data folder
// against each other. It changes nothing, and may run beside the service.
func VerifyEvidence(ctx context.Context, cfg config.Config, log *slog.Logger) (Verified, error) {
	c := check{cfg: cfg, dir: cfg.Path("archive"), ends: map[string]int64{}, open: map[string]*os.File{}, orphan: map[string]int64{}}
	defer c.close()
	if cfg.Evidence.TimestampRoots != "" {
		var err error
		if c.want.Roots, err = stamp.Roots(cfg.Evidence.TimestampRoots); err != nil {
			return c.out, err
		}
	}
	if _, err := os.Stat(cfg.Path("ledger.db")); err == nil {
		if c.ledger, err = ledger.Open(ledger.Options{Path: cfg.Path("ledger.db"), Log: log}); err != nil {
			c.faultf("ledger %s cannot be read: %v", cfg.Path("ledger.db"), err)
		} else {
			defer c.ledger.Close()
		}
	}
	if _, err := os.Stat(cfg.Path(custodyDir)); errors.Is(err, fs.ErrNotExist) {
		return c.out, fmt.Errorf("no custody log in %s\nhint: name the data folder with --data-dir; a folder of an older lurewatch gets one at the next start", cfg.DataDir)
	}
	head, faults, err := custody.Walk(ctx, cfg.Path(custodyDir), func(l custody.Line, e custody.Entry) error {
		c.dated(l, e)
		return c.entry(ctx, e)
	})
	for _, f := range faults {
		c.faultf("%s", f)
	}
	c.out.Head = head
	if err == nil {
		err = c.rest(ctx)
	}
	return c.out, err
}

// check is a check under way.
type check struct {
	cfg    config.Config
	dir    string
	want   stamp.Want
	ledger *ledger.Ledger
	out    Verified
	ends   map[string]int64 // up to where each archive file is accounted for
	open   map[string]*os.File
	stamps []custody.Timestamp
	acts   []ledger.Entry // read ahead
	audit  int64          // the newest act that was compared

	latest    time.Time        // that an authority has stated so far
	backdated int              // entries that state an earlier time behind it
	orphan    map[string]int64 // kept answers that no entry names, and the entry that their name is of
}

func (c *check) faultf(format string, args ...any) {
	c.out.Faults = append(c.out.Faults, fmt.Sprintf(format, args...))
}

func (c *check) close() {
	for _, f := range c.open {
		_ = f.Close() // it was only read
	}
}

func (c *check) entry(ctx context.Context, e custody.Entry) error {
	switch {
	case e.Capture != nil:
		c.out.Captures++
		for _, r := range e.Capture.Records {
			if err := c.record(ctx, e.Capture.File, r); err != nil {
				return err
			}
		}
	case e.Act != nil:
		return c.act(ctx, *e.Act)
	case e.Timestamp != nil:
		c.stamps = append(c.stamps, *e.Timestamp)
	}
	return nil
}

func (c *check) file(name string) (*os.File, error) {
	if f := c.open[name]; f != nil {
		return f, nil
	}
	if name != filepath.Base(name) {
		return nil, fmt.Errorf("%q is no name of an archive file", name)
	}
	if len(c.open) > 64 {
		for n, f := range c.open {
			_ = f.Close() // it was only read
			delete(c.open, n)
		}
	}
	f, err := os.Open(filepath.Join(c.dir, name))
	if err == nil {
		c.open[name] = f
	}
	return f, err
}

// record holds one record of the archive against its digest.
func (c *check) record(ctx context.Context, file string, r custody.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.out.Records++
	if r.Offset < 0 || r.Length < 1 {
		c.faultf("archive file %s: the custody log tells of %d bytes at offset %d, which is no record", file, r.Length, r.Offset)
		return nil
	}
	name := fmt.Sprintf("archive file %s at offset %d, %d bytes: record %s (%s of %s)", file, r.Offset, r.Length, cmp.Or(r.ID, "without id"), r.Type, cmp.Or(r.URL, "the file itself"))
	if end := c.ends[file]; r.Offset != end {
		c.faultf("%s: the custody log has nothing on the bytes from %d to %d", name, min(end, r.Offset), max(end, r.Offset))
	}
	c.ends[file] = max(c.ends[file], r.Offset+r.Length)
	f, err := c.file(file)
	if err != nil {
		c.faultf("%s: %v", name, err)
		return nil
	}
	h := sha256.New()
	n, err := io.Copy(h, io.NewSectionReader(f, r.Offset, r.Length))
	c.out.Bytes += n
	switch {
	case err != nil:
		c.faultf("%s: it cannot be read: %v", name, err)
	case n < r.Length:
		c.faultf("%s: the file ends in it, at %d", name, r.Offset+n)
	case hex.EncodeToString(h.Sum(nil)) != r.SHA256:
		c.faultf("%s: its bytes are not those that were archived", name)
	}
	return nil
}

// act holds an act against the ledger's audit entry of the same number.
func (c *check) act(ctx context.Context, a custody.Act) error {
	c.out.Acts++
	if c.ledger == nil {
		if c.out.Acts == 1 {
			c.faultf("ledger %s is missing, and the custody log knows of acts in it", c.cfg.Path("ledger.db"))
		}
		return nil
	}
	if len(c.acts) == 0 || c.acts[0].Seq > a.Seq {
		var err error
		if c.acts, err = c.ledger.AuditAfter(ctx, a.Seq-1, 1000); err != nil {
			c.faultf("ledger, audit entry %d: it cannot be read: %v", a.Seq, err)
			c.ledger = nil
			return nil // it is reported, and the rest is checked
		}
	}
	for len(c.acts) > 0 && c.acts[0].Seq < a.Seq {
		c.acts = c.acts[1:]
	}
	c.audit = a.Seq
	switch {
	case len(c.acts) == 0 || c.acts[0].Seq != a.Seq:
		c.faultf("ledger, audit entry %d (%s by %s): it is missing", a.Seq, a.Act, a.By)
	case c.acts[0].Hash != a.Hash:
		c.faultf("ledger, audit entry %d (%s by %s): it is not the one that was taken into custody", a.Seq, a.Act, a.By)
	default:
		c.acts = c.acts[1:]
	}
	return nil
}

// timestamps checks the kept tokens.
func (c *check) timestamps(ctx context.Context) error {
	seqs := slices.Collect(maps.Values(c.orphan))
	for _, ts := range c.stamps {
		seqs = append(seqs, ts.Seq)
	}
	lines, err := custody.Lines(ctx, c.cfg.Path(custodyDir), seqs...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.orphan)) {
		c.strange(name, lines[c.orphan[name]])
	}
	for _, ts := range c.stamps {
		c.timestamp(ts, lines[ts.Seq])
	}
	return nil
}

// timestamp checks one token against the entry that it is for.
func (c *check) timestamp(ts custody.Timestamp, line custody.Line) {
	c.out.Timestamps++
	name := fmt.Sprintf("timestamp %s of entry %d by %s", ts.File, ts.Seq, ts.Authority)
	folder := c.cfg.Path(custodyDir, stamp.Folder)
	answer, ok := c.keptFile(folder, name, ts.File, ts.SHA256)
	c.keptFile(folder, name, ts.Chain, ts.ChainSHA256)
	if !ok {
		return
	}
	want := c.want
	if n, err := hex.Decode(want.Digest[:], []byte(ts.Head)); err != nil || n != len(want.Digest) {
		c.faultf("%s: its entry names %q, which is no hash", name, ts.Head)
		return
	}
	tok, err := stamp.Verify(answer, want)
	switch {
	case err != nil:
		c.faultf("%s: %v", name, err)
	case !tok.Time.Equal(ts.Time.Time):
		c.faultf("%s: it is of %s, the custody log says %s", name, tok.Time, ts.Time)
	case line.Stated != ts.Head || line.Hash() != ts.Head:
		c.faultf("%s: entry %d is not the one that was stamped: the custody log was made anew after %s", name, ts.Seq, tok.Time.Format("2006-01-02 15:04:05Z"))
	case ts.Seq > c.out.Stamped.Seq:
		c.out.Stamped = ts
	}
}

func (c *check) keptFile(folder, name, file, sum string) ([]byte, bool) {
	if file != filepath.Base(file) {
		c.faultf("%s: %q is no name of a file", name, file)
		return nil, false
	}
	b, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		c.faultf("%s: %v", name, err)
		return nil, false
	}
	if got := sha256.Sum256(b); hex.EncodeToString(got[:]) != sum {
		c.faultf("%s: the file %s is not the one that was kept", name, file)
		return nil, false
	}
	return b, true
}

// rest checks what the custody log does not lead to: bytes that it has nothing on, and
// the ledger's own chain.
func (c *check) rest(ctx context.Context) error {
	if err := c.traces(); err != nil {
		return err
	}
	if err := c.timestamps(ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list archive: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), archive.Suffix) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return fmt.Errorf("list archive: %w", err)
		}
		end := c.ends[e.Name()]
		delete(c.ends, e.Name())
		switch {
		case info.Size() <= end: // a shorter one was named by its records
		case archive.Written(filepath.Join(c.dir, e.Name())):
			c.out.Waiting += info.Size() - end
		default:
			c.faultf("archive file %s: the custody log has nothing on its last %d bytes, from offset %d on (where lurewatch was killed, its next start enters them, marked late)", e.Name(), info.Size()-end, end)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.ends)) {
		if _, err := os.Stat(filepath.Join(c.dir, name)); errors.Is(err, fs.ErrNotExist) {
			c.faultf("archive file %s is missing", name)
		}
	}
	if c.ledger == nil {
		return nil
	}
	chain, err := c.ledger.Verify(ctx)
	if err != nil {
		c.faultf("ledger: %v", err)
		return nil // it is reported
	}
	if !chain.OK() {
		c.faultf("ledger, audit entry %d: %s", chain.FaultSeq, chain.Fault)
	}
	c.out.WaitActs = max(0, chain.Entries-c.audit)
	return nil
}
