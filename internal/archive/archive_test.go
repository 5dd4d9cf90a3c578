package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("LUREWATCH_ARCHIVE_CHILD"); dir != "" {
		os.Exit(child(dir, os.Getenv("LUREWATCH_ARCHIVE_ACT")))
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123456000, time.UTC)

func open(t testing.TB, opt Options) *Archive {
	t.Helper()
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	a, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return a
}

// capture is a group as a crawler brings it.
func capture(n int) []Record {
	id := NewID()
	body := fmt.Sprintf("<p>Job %d: air ticket covered, no experience</p>", n)
	url := fmt.Sprintf("https://jobs.example/%d", n)
	return []Record{
		{Type: "request", ID: NewID(), Date: noon, TargetURI: url, ContentType: "application/http;msgtype=request", IP: "203.0.113.7", ConcurrentTo: []string{id},
			Block: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: jobs.example\r\n\r\n", n)},
		{Type: "response", ID: id, Date: noon, TargetURI: url, ContentType: "application/http;msgtype=response", IP: "203.0.113.7", Truncated: "length",
			Fields: []Field{{CaptureField, fmt.Sprintf(`{"id":%q,"n":%d,"lang":"ខ្មែរ"}`, id, n)}}, PayloadDigest: post.DigestOf([]byte(body)),
			Block: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)},
		{Type: "resource", ID: NewID(), Date: noon, TargetURI: "urn:screenshot:" + url, ContentType: "image/png", ConcurrentTo: []string{id}, Block: []byte("\x89PNG\r\n\x1a\n\x00\xff")},
	}
}

func add(t testing.TB, a *Archive, recs ...Record) []post.Locator {
	t.Helper()
	ls, err := a.Append(t.Context(), recs...)
	if err != nil {
		t.Fatal(err)
	}
	return ls
}

type found struct {
	At  post.Locator
	Rec Record
}

func walk(t testing.TB, a *Archive) (out []found, damage []Damage) {
	t.Helper()
	damage, err := a.Walk(t.Context(), func(l post.Locator, r Record) error {
		if r.Type != "warcinfo" {
			out = append(out, found{l, r})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, damage
}

var same = cmp.Options{cmpopts.IgnoreFields(Record{}, "BlockDigest"), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Fields" },
	cmp.Transformer("ours", func(fs []Field) []Field {
		return slices.DeleteFunc(slices.Clone(fs), func(f Field) bool { return f.Name == groupField || f.Name == "WARC-Payload-Digest" })
	})), cmpopts.EquateEmpty()}

func TestRoundTrip(t *testing.T) {
	a := open(t, Options{})
	var want []found
	for n := range 20 {
		recs := capture(n)
		ls := add(t, a, recs...)
		if len(ls) != len(recs) {
			t.Fatalf("%d places for %d records", len(ls), len(recs))
		}
		for i, l := range ls {
			if i > 0 && l.Offset != ls[i-1].Offset+ls[i-1].Length {
				t.Errorf("record %d of group %d is not next to the one before", i, n)
			}
			want = append(want, found{l, recs[i]})
		}
	}
	for i := range want { // what Append computes when it is not given
		if want[i].Rec.PayloadDigest == "" {
			b := want[i].Rec.Block
			if want[i].Rec.Type != "resource" {
				b = afterHeader(b)
			}
			want[i].Rec.PayloadDigest = post.DigestOf(b)
		}
	}
	got, damage := walk(t, a)
	if len(damage) > 0 {
		t.Errorf("damage: %+v", damage)
	}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Errorf("walked (-want +got):\n%s", d)
	}
	for _, w := range want {
		r, err := a.Read(t.Context(), w.At)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(w.Rec, r, same); d != "" {
			t.Errorf("read (-want +got):\n%s", d)
		}
		if r.BlockDigest != post.DigestOf(w.Rec.Block) {
			t.Errorf("block digest %s, want that of the block", r.BlockDigest)
		}
	}
	if r, _ := a.Read(t.Context(), want[1].At); !strings.Contains(r.Field(CaptureField), "ខ្មែរ") {
		t.Errorf("capture field = %q", r.Field(CaptureField))
	}
}

// TestTextOnDisk looks at the file with nothing of ours.
func TestTextOnDisk(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: dir, Software: "lurewatch/test"})
	recs := capture(1)
	l := add(t, a, recs...)[1]
	raw, err := os.ReadFile(filepath.Join(dir, l.File))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw[l.Offset : l.Offset+l.Length]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(recs[1].Block)
	for _, want := range []string{
		"WARC/1.1\r\nWARC-Type: response\r\n", "WARC-Date: 2026-05-04T12:00:00.123456Z\r\n", "WARC-Record-ID: <" + recs[1].ID + ">\r\n",
		"WARC-Block-Digest: sha256:" + base32.StdEncoding.EncodeToString(sum[:]) + "\r\n", "WARC-IP-Address: 203.0.113.7\r\n", "WARC-Truncated: length\r\n",
		"Content-Type: application/http;msgtype=response\r\n", fmt.Sprintf("Content-Length: %d\r\n\r\nHTTP/1.1 200 OK\r\n", len(recs[1].Block)),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("record lacks %q:\n%s", want, text)
		}
	}
	if !strings.HasPrefix(l.File, "lurewatch-2") || !strings.HasSuffix(l.File, suffix) {
		t.Errorf("file name %q", l.File)
	}
	var info Record
	if _, err := a.Walk(t.Context(), func(_ post.Locator, r Record) error {
		if r.Type == "warcinfo" {
			info = r
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if info.Field("WARC-Filename") != l.File || !strings.Contains(string(info.Block), "software: lurewatch/test\r\n") {
		t.Errorf("warcinfo = %+v", info)
	}
}

func TestAppendRefuses(t *testing.T) {
	ok := Record{Type: "resource", Date: noon, TargetURI: "urn:x", ContentType: "text/plain", Block: []byte("x")}
	for name, spoil := range map[string]func(*Record){
		"a type that is not kept":     func(r *Record) { r.Type = "revisit" },
		"no date":                     func(r *Record) { r.Date = time.Time{} },
		"no target":                   func(r *Record) { r.TargetURI = "" },
		"a line break in the target":  func(r *Record) { r.TargetURI = "urn:x\r\nWARC-Type: warcinfo" },
		"a line break in a field":     func(r *Record) { r.Fields = []Field{{"X", "a\nb"}} },
		"a field name with a colon":   func(r *Record) { r.Fields = []Field{{"X:Y", "a"}} },
		"a field that is set for you": func(r *Record) { r.Fields = []Field{{"content-length", "7"}} },
		"a header beyond its bound":   func(r *Record) { r.Fields = []Field{{"X", strings.Repeat("a", maxHeader)}} },
		"a line break in the type":    func(r *Record) { r.ContentType = "a\r\nb" },
	} {
		t.Run(name, func(t *testing.T) {
			a, bad := open(t, Options{}), ok
			spoil(&bad)
			if _, err := a.Append(t.Context(), ok, bad); err == nil {
				t.Fatal("append: no error")
			}
			if got, _ := walk(t, a); len(got) != 0 {
				t.Errorf("%d records kept of a group that was refused", len(got))
			}
		})
	}
}

func TestAppendAfterClose(t *testing.T) {
	a := open(t, Options{})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Append(t.Context(), capture(1)...); !errors.Is(err, ErrClosed) {
		t.Errorf("append: %v, want %v", err, ErrClosed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, Options{}).Append(ctx, capture(1)...); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v, want canceled", err)
	}
}

func TestRotation(t *testing.T) {
	a := open(t, Options{MaxBytes: 20 << 10})
	names := map[string]int{}
	noise := rand.NewChaCha8([32]byte{1})
	for n := range 20 {
		recs := capture(n)
		recs[2].Block = make([]byte, 3<<10)
		_, _ = noise.Read(recs[2].Block)
		ls := add(t, a, recs...)
		names[ls[0].File]++
		if ls[0].File != ls[2].File {
			t.Error("a group in two files")
		}
	}
	if len(names) < 3 {
		t.Errorf("%d files, want several", len(names))
	}
	for name := range names {
		if info, err := os.Stat(a.path(name)); err != nil || info.Size() > 20<<10 {
			t.Errorf("%s: %v, %v; want at most 20 KiB", name, info.Size(), err)
		}
	}
	if got, damage := walk(t, a); len(got) != 60 || len(damage) != 0 {
		t.Errorf("walked %d records with damage %v, want 60 without", len(got), damage)
	}
}

// TestTornTail cuts the file at every byte of the last group, as a crash may.
func TestTornTail(t *testing.T) {
	src := t.TempDir()
	a := open(t, Options{Dir: src})
	first := add(t, a, capture(1)...)
	last := add(t, a, capture(2)...)
	raw, err := os.ReadFile(filepath.Join(src, last[0].File))
	if err != nil {
		t.Fatal(err)
	}
	begin, end := last[0].Offset, last[2].Offset+last[2].Length
	if int64(len(raw)) != end {
		t.Fatalf("file of %d bytes, want %d", len(raw), end)
	}
	for at := begin; at <= end; at++ {
		dir := t.TempDir()
		name := filepath.Join(dir, last[0].File)
		write(t, name, raw[:at])
		b, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatalf("cut at %d: %v", at, err)
		}
		got, damage := walk(t, b)
		want := 3
		if at == end {
			want = 6
		}
		if len(got) != want || len(damage) != 0 {
			t.Errorf("cut at %d of %d: %d records, damage %v; want %d without", at, end, len(got), damage, want)
		}
		if at > begin && at < end {
			if tail, err := os.ReadFile(fmt.Sprintf("%s.torn-%d", name, begin)); err != nil || !bytes.Equal(tail, raw[begin:at]) {
				t.Errorf("cut at %d: the tail was not kept: %v", at, err)
			}
		}
		if _, err := b.Read(t.Context(), first[1]); err != nil {
			t.Errorf("cut at %d: %v", at, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func write(t testing.TB, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o640); err != nil {
		t.Fatal(err)
	}
}

// TestBitFlips turns one bit after the other in the middle record of three: Walk
// must name it and find the other two, and Read must refuse it.
func TestBitFlips(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: dir})
	one, two, three := add(t, a, capture(1)[1])[0], add(t, a, capture(2)[1])[0], add(t, a, capture(3)[1])[0]
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, two.File)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a = open(t, Options{Dir: dir})
	sound, _ := walk(t, a)
	silent := 0
	for at := two.Offset; at < two.Offset+two.Length; at++ {
		spoiled := slices.Clone(raw)
		spoiled[at] ^= 1 << (at % 8)
		write(t, name, spoiled)
		got, damage := walk(t, a)
		if len(damage) == 0 && len(got) == 3 {
			// Some bits of the gzip header mean nothing here, and one back reference may
			// turn into another to the same bytes: what is read must be what was written.
			silent++
			if d := cmp.Diff(sound[1].Rec, got[1].Rec); d != "" {
				t.Errorf("bit flip at byte %d of the record is not found (-want +got):\n%s", at-two.Offset, d)
			}
			continue
		}
		if len(got) != 2 || got[0].At != one || got[1].At != three {
			t.Errorf("bit flip at byte %d: %d records left, want the other two", at-two.Offset, len(got))
		}
		if len(damage) == 0 || damage[0].File != two.File || damage[0].Offset != two.Offset || damage[0].Why == "" {
			t.Errorf("bit flip at byte %d: damage %+v, want it named", at-two.Offset, damage)
		}
		if _, err := a.Read(t.Context(), two); !errors.Is(err, ErrDamaged) {
			t.Errorf("bit flip at byte %d: read: %v, want damage", at-two.Offset, err)
		}
	}
	t.Logf("%d of %d flips without effect", silent, two.Length)
}

// TestForgedBlock replaces a record by one with a sound checksum of gzip.
func TestForgedBlock(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: dir})
	l := add(t, a, capture(1)[1])[0]
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, l.File))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw[l.Offset:]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var forged bytes.Buffer
	w := gzip.NewWriter(&forged)
	_, _ = w.Write(bytes.Replace(text, []byte("air ticket"), []byte("bus ticket"), 1))
	_ = w.Close()
	write(t, filepath.Join(dir, l.File), append(raw[:l.Offset:l.Offset], forged.Bytes()...))
	got, damage := walk(t, open(t, Options{Dir: dir}))
	if len(got) != 0 || len(damage) != 1 || !strings.Contains(damage[0].Why, "digest") {
		t.Errorf("walked %d records, damage %+v; want a wrong digest", len(got), damage)
	}
}

func TestPendingAndDone(t *testing.T) {
	dir, now := t.TempDir(), noon
	opt := Options{Dir: dir, Now: func() time.Time { return now }}
	pending := func(a *Archive) (out []string) {
		t.Helper()
		if err := a.Pending(t.Context(), func(l post.Locator, r Record) error {
			if r.Type == "response" {
				out = append(out, r.TargetURI[len("https://jobs.example/"):])
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	a := open(t, opt)
	var ends []post.Locator
	for n := range 6 {
		ls := add(t, a, capture(n)...)
		ends = append(ends, ls[len(ls)-1])
	}
	for _, n := range []int{0, 2, 1, 4} { // 3 is missing, so 4 counts for nothing
		a.Done(ends[n])
	}
	if got := pending(a); len(got) != 0 {
		t.Errorf("pending of a live file: %v, want none", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := open(t, opt)
	if d := cmp.Diff([]string{"3", "4", "5"}, pending(b)); d != "" {
		t.Errorf("pending after restart (-want +got):\n%s", d)
	}
	for _, n := range []int{3, 4, 5} {
		b.Done(ends[n])
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got := pending(open(t, opt)); len(got) != 0 {
		t.Errorf("pending when all is done: %v, want none", got)
	}
}

// TestDoneIsWrittenDownLate simulates a crash: the second archive sees only what
// had been done for long enough.
func TestDoneIsWrittenDownLate(t *testing.T) {
	dir, now := t.TempDir(), noon
	a := open(t, Options{Dir: dir, Settle: time.Minute, Now: func() time.Time { return now }})
	one := add(t, a, capture(1)...)
	two := add(t, a, capture(2)...)
	a.Done(one[2])
	name := a.path(one[0].File)
	if got := readState(name).Done; got != 0 {
		t.Errorf("written down at once: %d, want 0", got)
	}
	now = now.Add(2 * time.Minute)
	a.Done(two[2])
	if got, want := readState(name).Done, two[0].Offset; got != want {
		t.Errorf("written down after a while: %d, want %d, the first group only", got, want)
	}
}

func TestReadRefusesPlacesThatAreNone(t *testing.T) {
	a := open(t, Options{})
	l := add(t, a, capture(1)...)[0]
	for name, bad := range map[string]post.Locator{
		"a path out of the archive": {File: "../" + l.File, Offset: l.Offset},
		"a file that is not there":  {File: "nowhere.warc.gz"},
		"nowhere":                   {},
		"the middle of a record":    {File: l.File, Offset: l.Offset + 5},
		"beyond the end":            {File: l.File, Offset: 1 << 40},
		"a negative offset":         {File: l.File, Offset: -1},
		"a wrong length":            {File: l.File, Offset: l.Offset, Length: l.Length + 1},
	} {
		if _, err := a.Read(t.Context(), bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBigBlock(t *testing.T) {
	if testing.Short() {
		t.Skip("100 MB")
	}
	a := open(t, Options{})
	big := make([]byte, 100<<20)
	noise := rand.NewChaCha8([32]byte{7})
	_, _ = noise.Read(big)
	l := add(t, a, Record{Type: "resource", Date: noon, TargetURI: "urn:big", ContentType: "video/mp4", Block: big})[0]
	want := post.DigestOf(big)
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	h, n := sha256.New(), int64(0)
	err := a.Stream(t.Context(), l, func(r Record, body io.Reader) error {
		var err error
		n, err = io.Copy(h, body)
		runtime.ReadMemStats(&during)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := post.Digest(fmt.Sprintf("sha256:%x", h.Sum(nil))); got != want || n != 100<<20 {
		t.Errorf("streamed %d bytes with digest %s, want %s", n, got.Short(), want.Short())
	}
	if grown := int64(during.TotalAlloc - before.TotalAlloc); grown > 8<<20 {
		t.Errorf("streaming allocated %d KiB, want less than 8192", grown>>10)
	}
	if err := a.Stream(t.Context(), l, func(Record, io.Reader) error { return nil }); err != nil {
		t.Errorf("stream without reading: %v", err)
	}
}

func TestManyWritersShareFsyncs(t *testing.T) {
	a := open(t, Options{MaxBytes: 64 << 10})
	var wg sync.WaitGroup
	var mu sync.Mutex
	want := map[post.Locator]string{}
	for w := range 16 {
		wg.Go(func() {
			for i := range 25 {
				recs := capture(w*100 + i)
				ls, err := a.Append(t.Context(), recs...)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				want[ls[1]] = recs[1].ID
				mu.Unlock()
				a.Done(ls[2])
			}
		})
	}
	wg.Wait()
	for l, id := range want {
		if r, err := a.Read(t.Context(), l); err != nil || r.ID != id {
			t.Fatalf("read %v: %s, %v; want %s", l, r.ID, err, id)
		}
	}
	if got, damage := walk(t, a); len(got) != 16*25*3 || len(damage) != 0 {
		t.Errorf("walked %d records, damage %v; want %d", len(got), damage, 16*25*3)
	}
}

func TestOracle(t *testing.T) {
	venv := os.Getenv("LUREWATCH_ORACLES")
	if venv == "" {
		if strings.Contains(os.Getenv("LUREWATCH_TEST_REQUIRE"), "oracles") {
			t.Fatal("LUREWATCH_ORACLES is not set, and oracles are required")
		}
		t.Skip("LUREWATCH_ORACLES names no Python environment with warcio")
	}
	dir := t.TempDir()
	a := open(t, Options{Dir: dir})
	for n := range 10 {
		add(t, a, capture(n)...)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(dir + "/*" + suffix)
	if err != nil || len(names) != 1 {
		t.Fatalf("files %v, %v", names, err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(venv, "bin", "warcio"), "check", "-v", names[0]).CombinedOutput()
	if err != nil || strings.Contains(string(out), "failed") {
		t.Errorf("warcio check: %v\n%s", err, out)
	}
	if n := strings.Count(string(out), "digest pass"); n != 31 {
		t.Errorf("warcio verified %d records, want 31:\n%s", n, out)
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, writers := range map[string]int{"one caller, one fsync each": 1, "64 callers share fsyncs": 64} {
		b.Run(name, func(b *testing.B) {
			a := open(b, Options{})
			recs := capture(1)
			recs[1].Block = bytes.Repeat([]byte("Data entry, air ticket covered. "), 1000)
			work := make(chan struct{})
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for range work {
						ls, err := a.Append(context.Background(), recs...)
						if err != nil {
							b.Error(err)
						} else {
							a.Done(ls[2])
						}
					}
				})
			}
			b.ResetTimer()
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "captures/s")
		})
	}
}
