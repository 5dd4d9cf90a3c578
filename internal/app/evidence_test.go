package app

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to change the ledger behind its back

	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
	"github.com/lurewatch/lurewatch/internal/custody/stamptest"
)

// evidenceFolder is a data folder with captures in several archive files, acts and two
// timestamps.
func evidenceFolder(t *testing.T) config.Config {
	t.Helper()
	one, two := stamptest.New(t, "one"), stamptest.New(t, "two")
	roots := filepath.Join(t.TempDir(), "roots.pem")
	var pem []byte
	for _, a := range []*stamptest.Authority{one, two} {
		b, err := os.ReadFile(a.Root)
		if err != nil {
			t.Fatal(err)
		}
		pem = append(pem, b...)
	}
	if err := os.WriteFile(roots, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.Evidence.TimestampURLs = []string{one.URL, two.URL}
	cfg.Evidence.TimestampRoots = roots
	for round := range 3 {
		a, err := Open(t.Context(), Options{Config: cfg, Parts: Archive | Ledger, Version: "1.2.3"})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			c, err := (vault{a}).Put(t.Context(), seen(10*round+n))
			if err != nil {
				t.Fatal(err)
			}
			vault{a}.Done(c)
			if _, err := a.ledger.Record(t.Context(), "anong", "view", fmt.Sprint("p", n), nil); err != nil {
				t.Fatal(err)
			}
		}
		if round == 1 {
			if rep, err := a.Timestamp(t.Context()); err != nil || len(rep.Stamped) != 2 {
				t.Fatalf("timestamps %+v, %v", rep, err)
			}
		}
		if err := a.EnterActs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}

func verify(t *testing.T, cfg config.Config) Verified {
	t.Helper()
	v, err := VerifyEvidence(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSoundEvidenceIsFoundSound(t *testing.T) {
	cfg := evidenceFolder(t)
	v := verify(t, cfg)
	if !v.OK() || v.Captures != 33 || v.Records != 63 || v.Acts != 30 || v.Timestamps != 2 || v.Stamped.Seq == 0 || v.Waiting != 0 || v.WaitActs != 0 {
		t.Errorf("found %+v", v)
	}
	cfg.Evidence.TimestampRoots = ""
	if v := verify(t, cfg); !v.OK() {
		t.Errorf("without roots: %v", v.Faults)
	}
	cfg.DataDir = t.TempDir()
	if _, err := VerifyEvidence(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestEvidenceIsVerifiedBesideTheService: what is on its way is no fault.
func TestEvidenceIsVerifiedBesideTheService(t *testing.T) {
	dir := t.TempDir()
	a := openIn(t, dir, Archive|Ledger)
	for n := range 20 {
		if _, err := (vault{a}).Put(t.Context(), seen(n)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.ledger.Record(t.Context(), "anong", "view", "p", nil); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, a.cfg); !v.OK() {
			t.Fatalf("after %d captures: %v", n+1, v.Faults)
		}
	}
	if err := a.custody.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, a.cfg); !v.OK() || v.Captures != 21 || v.Waiting != 0 || v.WaitActs != 20 {
		t.Errorf("found %+v", v)
	}
}

// TestEveryFlippedBitIsFoundAndNamed flips bits at seeded places in every file of
// archive and custody, one after the other.
func TestEveryFlippedBitIsFoundAndNamed(t *testing.T) {
	cfg := evidenceFolder(t)
	var files []string
	for _, pattern := range []string{"archive/*.warc.gz", "custody/*.jsonl", "custody/head.json", "custody/stamps/*.tsr", "custody/stamps/*.pem"} {
		found, err := filepath.Glob(filepath.Join(cfg.DataDir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, found, err)
		}
		files = append(files, found...)
	}
	records := map[string][]custody.Record{}
	for _, e := range held(t, cfg.DataDir) {
		if e.Capture != nil {
			records[e.Capture.File] = append(records[e.Capture.File], e.Capture.Records...)
		}
	}
	rnd := rand.New(rand.NewPCG(2026, 11))
	flips := 0
	for _, path := range files {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range max(12, 300/len(files)) {
			bit := rnd.IntN(len(whole) * 8)
			bad := bytes.Clone(whole)
			bad[bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			flips++
			v := verify(t, cfg)
			name := filepath.Base(path)
			want := []string{name}
			if i := slices.IndexFunc(records[name], func(r custody.Record) bool { return r.Offset <= int64(bit/8) && int64(bit/8) < r.Offset+r.Length }); i >= 0 {
				r := records[name][i]
				want = append(want, fmt.Sprintf("offset %d", r.Offset), r.ID, r.URL)
			}
			told := strings.Join(v.Faults, "\n")
			for _, w := range want {
				if !strings.Contains(told, w) {
					t.Errorf("%s: bit %d of byte %d is flipped; %q is not named in %q", name, bit%8, bit/8, w, told)
				}
			}
			if strings.HasSuffix(name, ".gz") && len(v.Faults) != 1 {
				t.Errorf("%s: one bit, and %d faults: %q", name, len(v.Faults), told)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d flips in %d files", flips, len(files))
	if v := verify(t, cfg); !v.OK() {
		t.Errorf("put back as it was: %v", v.Faults)
	}
}

// TestWhatIsTakenAwayOrPutInIsFound does to a folder what somebody might who can write it.
func TestWhatIsTakenAwayOrPutInIsFound(t *testing.T) {
	cfg := evidenceFolder(t)
	one := func(pattern string) string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(cfg.DataDir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		return found[0]
	}
	warc, log, token := one("archive/*.warc.gz"), one("custody/*.jsonl"), one("custody/stamps/*.tsr")
	sqlite := func(stmts ...string) func(t *testing.T) {
		return func(t *testing.T) {
			db, err := sql.Open("sqlite", cfg.Path("ledger.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, s := range stmts {
				if _, err := db.ExecContext(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	edit := func(path string, fn func([]byte) []byte) func(*testing.T) {
		return func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, fn(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(path string) func(*testing.T) {
		return func(t *testing.T) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		do   func(*testing.T)
		says string
	}{
		"an archive file is gone":   {remove(warc), filepath.Base(warc)},
		"an archive file is cut":    {edit(warc, func(b []byte) []byte { return b[:len(b)-100] }), "the file ends in it"},
		"a record is put at an end": {edit(warc, func(b []byte) []byte { return append(b, b[:200]...) }), "the custody log has nothing on its last 200 bytes"},
		"an archive file is put in": {edit(warc, func(b []byte) []byte {
			_ = os.WriteFile(filepath.Join(filepath.Dir(warc), "more.warc.gz"), b, 0o600)
			return b
		}), "more.warc.gz"},
		"the end of the log is cut": {edit(log, func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }), "its end was cut off"},
		"a line is taken out of the log": {edit(log, func(b []byte) []byte {
			i := bytes.IndexByte(b, '\n')
			j := i + 1 + bytes.IndexByte(b[i+1:], '\n')
			return slices.Concat(b[:i+1], b[j+1:])
		}), "entry 3 stands where 2 belongs"},
		"a timestamp is gone": {remove(token), filepath.Base(token)},
		"the ledger is gone": {func(t *testing.T) {
			for _, s := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(cfg.Path("ledger.db" + s))
			}
		}, "ledger.db is missing"},
		"an audit entry is changed":       {sqlite("DROP TRIGGER audit_no_update", "UPDATE audit SET actor = 'rose' WHERE seq = 7"), "audit entry 7"},
		"the end of the audit log is cut": {sqlite("DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE seq > 25", "UPDATE sqlite_sequence SET seq = 25 WHERE name = 'audit'"), "audit entry 26 (view by anong): it is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			keep := t.TempDir()
			if err := os.CopyFS(keep, os.DirFS(cfg.DataDir)); err != nil {
				t.Fatal(err)
			}
			c.do(t)
			v := verify(t, cfg)
			if told := strings.Join(v.Faults, "\n"); !strings.Contains(told, c.says) {
				t.Errorf("found %q, want %q named", told, c.says)
			}
			if err := os.RemoveAll(cfg.DataDir); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(cfg.DataDir, os.DirFS(keep)); err != nil {
				t.Fatal(err)
			}
			if v := verify(t, cfg); !v.OK() {
				t.Fatalf("put back as it was: %v", v.Faults)
			}
		})
	}
}

// TestOnlyATimestampShowsAChainThatWasMadeAnew: somebody who can write all files makes a
// new log over a changed archive. Nothing in it is wrong, but for the timestamps.
func TestOnlyATimestampShowsAChainThatWasMadeAnew(t *testing.T) {
	cfg := evidenceFolder(t)
	old := cfg.Path(custodyDir)
	forged, err := custody.Open(custody.Options{Dir: filepath.Join(t.TempDir(), "forged")})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range held(t, cfg.DataDir) {
		if e.Capture != nil && strings.Contains(e.Capture.Records[0].URL, "/15") {
			e.At = custody.Time{Time: e.At.Add(-time.Hour)} // it is said to have been captured earlier
		}
		if err := forged.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := forged.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(forged.Dir(), stamp.Folder), os.DirFS(filepath.Join(old, stamp.Folder))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(old); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(old, os.DirFS(forged.Dir())); err != nil {
		t.Fatal(err)
	}
	v := verify(t, cfg)
	if len(v.Faults) != 2 {
		t.Errorf("faults %q, want one for each timestamp", v.Faults)
	}
	for _, f := range v.Faults {
		if !strings.Contains(f, "made anew") {
			t.Errorf("fault %q", f)
		}
	}
}
