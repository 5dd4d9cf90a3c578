package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
	"github.com/lurewatch/lurewatch/internal/custody/stamptest"
)

// attacker changes a data folder, with all that is known of how it is made.
type attacker struct {
	t   *testing.T
	cfg config.Config
}

func (a attacker) glob(pattern string) []string {
	a.t.Helper()
	found, err := filepath.Glob(filepath.Join(a.cfg.DataDir, pattern))
	if err != nil || len(found) == 0 {
		a.t.Fatal(pattern, err)
	}
	return found
}

func (a attacker) edit(path string, fn func([]byte) []byte) {
	a.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, fn(bytes.Clone(b)), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a attacker) remove(patterns ...string) {
	a.t.Helper()
	for _, p := range patterns {
		for _, path := range a.glob(p) {
			if err := os.RemoveAll(path); err != nil {
				a.t.Fatal(err)
			}
		}
	}
}

// cut takes everything after some entries off the log and off the archive, at the
// borders of lines and records.
func (a attacker) cut(keep int) {
	a.t.Helper()
	all := held(a.t, a.cfg.DataDir)
	a.edit(a.glob("custody/*.jsonl")[0], func(b []byte) []byte { return bytes.Join(bytes.SplitAfter(b, []byte("\n"))[:keep], nil) })
	for _, e := range slices.Backward(all[keep:]) {
		if e.Capture == nil {
			continue
		}
		path := a.cfg.Path("archive", e.Capture.File)
		if at := e.Capture.Records[0].Offset; at > 0 {
			if err := os.Truncate(path, at); err != nil {
				a.t.Fatal(err)
			}
		} else if err := os.Remove(path); err != nil {
			a.t.Fatal(err)
		}
	}
}

// again makes a whole new log of entries, with all hashes right.
func (a attacker) again(change func([]custody.Entry) []custody.Entry) {
	a.t.Helper()
	entries := change(held(a.t, a.cfg.DataDir))
	dir := a.cfg.Path(custodyDir)
	for _, path := range append(a.glob("custody/*.jsonl"), filepath.Join(dir, custody.HeadFile)) {
		if err := os.Remove(path); err != nil {
			a.t.Fatal(err)
		}
	}
	l, err := custody.Open(custody.Options{Dir: dir})
	if err != nil {
		a.t.Fatal(err)
	}
	if err := l.Append(a.t.Context(), entries...); err != nil {
		a.t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		a.t.Fatal(err)
	}
}

// restore puts a copy of a folder in its place.
func (a attacker) restore(copied, folder string) {
	a.t.Helper()
	dir := a.cfg.Path(folder)
	if err := os.RemoveAll(dir); err != nil {
		a.t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(copied, folder))); err != nil {
		a.t.Fatal(err)
	}
}

// more lets the service archive something, after whatever was done.
func (a attacker) more(n int) {
	a.t.Helper()
	app, err := Open(a.t.Context(), Options{Config: a.cfg, Parts: Archive | Ledger, Version: "1.2.3"})
	if err != nil {
		a.t.Fatal(err)
	}
	for i := range n {
		if _, err := (vault{app}).Put(a.t.Context(), seen(1000+i)); err != nil {
			a.t.Fatal(err)
		}
	}
	if err := app.EnterActs(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	if err := app.Close(); err != nil {
		a.t.Fatal(err)
	}
}

func first(entries []custody.Entry, kind custody.Kind) int {
	return slices.IndexFunc(entries, func(e custody.Entry) bool { return e.Kind == kind })
}

func unstamped(entries []custody.Entry) []custody.Entry {
	return slices.DeleteFunc(entries, func(e custody.Entry) bool { return e.Timestamp != nil })
}

// TestAttacksOnADataFolder: what somebody can do who writes to all of its files. Where
// says is empty nothing is at fault, and docs/evidence.md must say so; notes are then
// what is left to see.
func TestAttacksOnADataFolder(t *testing.T) {
	cfg := evidenceFolder(t)
	old := t.TempDir() // a copy of the folder from before its last ten captures, as a back-up has it
	if err := os.CopyFS(old, os.DirFS(cfg.DataDir)); err != nil {
		t.Fatal(err)
	}
	attacker{t, cfg}.more(10)
	whole := t.TempDir()
	if err := os.CopyFS(whole, os.DirFS(cfg.DataDir)); err != nil {
		t.Fatal(err)
	}
	stamped := first(held(t, cfg.DataDir), custody.KindTimestamp)
	if stamped < 10 {
		t.Fatal(stamped)
	}
	for name, c := range map[string]struct {
		do    func(attacker)
		says  string
		notes string
	}{
		"the ends of log and archive cut": {func(a attacker) { a.cut(60) }, "its end was cut off", ""},
		"and the noted head taken away":   {func(a attacker) { a.cut(60); a.remove("custody/head.json") }, "and its mark", ""},
		"and the marks too":               {func(a attacker) { a.cut(60); a.remove("custody/head.json", "archive/*.mark") }, "", "no head is noted"},
		"cut before what was stamped": {
			func(a attacker) { a.cut(stamped - 5); a.remove("custody/head.json", "archive/*.mark") }, "the custody log ends at entry", "no head is noted"},
		"cut, and gone on with": {
			func(a attacker) { a.cut(stamped - 5); a.remove("custody/head.json", "archive/*.mark"); a.more(20) }, "cut and gone on with, or made anew", ""},
		"two records swapped": {func(a attacker) {
			e := held(a.t, a.cfg.DataDir)[3].Capture
			x, y := e.Records[0], e.Records[1]
			a.edit(a.cfg.Path("archive", e.File), func(b []byte) []byte {
				return slices.Concat(b[:x.Offset], b[y.Offset:y.Offset+y.Length], b[x.Offset:y.Offset], b[y.Offset+y.Length:])
			})
		}, "its bytes are not those that were archived", ""},
		"two records swapped, and the log made anew": {func(a attacker) {
			e := held(a.t, a.cfg.DataDir)[3].Capture
			x, y := e.Records[0], e.Records[1]
			a.edit(a.cfg.Path("archive", e.File), func(b []byte) []byte {
				return slices.Concat(b[:x.Offset], b[y.Offset:y.Offset+y.Length], b[x.Offset:y.Offset], b[y.Offset+y.Length:])
			})
			a.again(func(es []custody.Entry) []custody.Entry {
				y.Offset, x.Offset = x.Offset, x.Offset+y.Length
				es[3].Capture.Records[0], es[3].Capture.Records[1] = y, x
				return es
			})
		}, "made anew", ""},
		"an archive file of the back-up": {func(a attacker) {
			a.edit(a.glob("archive/*.warc.gz")[0], func(b []byte) []byte { return b[:len(b)/2] })
		}, "the file ends in it", ""},
		"the log of the back-up":               {func(a attacker) { a.restore(old, custodyDir) }, "the custody log has nothing on", ""},
		"the archive of the back-up":           {func(a attacker) { a.restore(old, "archive") }, "is missing", ""},
		"log and archive of the back-up":       {func(a attacker) { a.restore(old, custodyDir); a.restore(old, "archive") }, "", ""},
		"all entries said to be a day earlier": {func(a attacker) { a.again(earlier) }, "made anew", ""},
		"all of it made anew without timestamps": {func(a attacker) { a.again(func(es []custody.Entry) []custody.Entry { return earlier(unstamped(es)) }) },
			"no entry names it", ""},
		"and the timestamps taken away": {func(a attacker) {
			a.again(func(es []custody.Entry) []custody.Entry { return earlier(unstamped(es)) })
			a.remove("custody/stamps")
		}, "", "has no timestamp"},
		"and stamped by an authority of one's own": {func(a attacker) {
			a.again(func(es []custody.Entry) []custody.Entry { return earlier(unstamped(es)) })
			a.remove("custody/stamps")
			a.stampAs(stamptest.New(a.t, "own").URL)
		}, "unknown authority", ""},
		"an entry put in behind a timestamp, with an earlier time": {func(a attacker) {
			a.again(func(es []custody.Entry) []custody.Entry {
				es[len(es)-1].At.Time = es[0].At.AddDate(0, 0, -1)
				return es
			})
		}, "", "stands after a timestamp"},
		"a record of no length": {func(a attacker) {
			a.again(func(es []custody.Entry) []custody.Entry {
				r := &es[len(es)-1].Capture.Records
				(*r)[len(*r)-1].Length = -5
				return es
			})
		}, "which is no record", ""},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				for _, folder := range []string{custodyDir, "archive"} {
					attacker{t, cfg}.restore(whole, folder)
				}
			}()
			c.do(attacker{t, cfg})
			v := verify(t, cfg)
			told, notes := strings.Join(v.Faults, "\n"), strings.Join(v.Notes, "\n")
			if c.says == "" != v.OK() || !strings.Contains(told, c.says) || !strings.Contains(notes, c.notes) {
				t.Errorf("found %q, want %q; notes %q, want %q", told, c.says, notes, c.notes)
			}
		})
	}
	// Without roots an authority of one's own is taken, and that is said.
	a := attacker{t, cfg}
	a.again(func(es []custody.Entry) []custody.Entry { return earlier(unstamped(es)) })
	a.remove("custody/stamps")
	a.stampAs(stamptest.New(t, "own").URL)
	cfg.Evidence.TimestampRoots = ""
	if v := verify(t, cfg); !v.OK() || !strings.Contains(strings.Join(v.Notes, "\n"), "anybody can be one") {
		t.Errorf("stamped by an authority of one's own, no roots: %q, notes %q", v.Faults, v.Notes)
	}
}

// earlier says of every entry that it was entered a day before.
func earlier(es []custody.Entry) []custody.Entry {
	for i := range es {
		es[i].At.Time = es[i].At.Add(-24 * time.Hour)
	}
	return es
}

// stampAs has the head stamped by an authority.
func (a attacker) stampAs(url string) {
	a.t.Helper()
	l, err := custody.Open(custody.Options{Dir: a.cfg.Path(custodyDir)})
	if err != nil {
		a.t.Fatal(err)
	}
	s, err := stamp.New(stamp.Options{Log: l, URLs: []string{url}})
	if err == nil {
		_, err = s.Go(a.t.Context(), true)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		a.t.Fatal(err)
	}
}
