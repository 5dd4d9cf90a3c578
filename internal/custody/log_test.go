package custody

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("LUREWATCH_CUSTODY_CHILD"); dir != "" {
		os.Exit(child(dir, os.Getenv("LUREWATCH_CUSTODY_FILE")))
	}
	goleak.VerifyTestMain(m)
}

// child enters captures until it is killed, or a thousand of them.
func child(dir, file string) int {
	l, err := Open(Options{Dir: dir, Linger: time.Millisecond, MaxBytes: 20_000})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("open")
	for n := range 1000 {
		l.Captured(file, capture(n))
		if n%50 == 49 {
			if err := l.Flush(context.Background()); err != nil {
				fmt.Println(err)
				return 1
			}
			fmt.Println("entered", n+1)
		}
	}
	if err := l.Close(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

const size = 100

func capture(n int) []Record {
	at := int64(n) * 2 * size
	return []Record{
		{Type: "request", ID: fmt.Sprintf("urn:uuid:%d-q", n), URL: fmt.Sprintf("https://jobs.example/%d?a&b", n), Offset: at, Length: size, SHA256: sum([]byte{byte(n), 1})},
		{Type: "response", ID: fmt.Sprintf("urn:uuid:%d-r", n), URL: fmt.Sprintf("https://jobs.example/%d?a&b", n), Offset: at + size, Length: size, SHA256: sum([]byte{byte(n), 2})},
	}
}

func open(t testing.TB, opt Options) *Log {
	t.Helper()
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	if opt.Linger == 0 {
		opt.Linger = time.Millisecond
	}
	l, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil && !t.Failed() {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

type read struct {
	lines   []Line
	entries []Entry
	head    Head
	faults  []Fault
}

func walk(t testing.TB, dir string) (r read) {
	t.Helper()
	var err error
	r.head, r.faults, err = Walk(t.Context(), dir, func(l Line, e Entry) error {
		l.Data = bytes.Clone(l.Data)
		r.lines, r.entries = append(r.lines, l), append(r.entries, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func act(seq int64) Entry {
	return Entry{Kind: KindAct, Act: &Act{Seq: seq, Hash: sum([]byte{byte(seq)}), At: Time{time.Unix(seq, 0)}, By: "anong", Act: "view", Of: "p1"}}
}

func TestEntriesComeBackInOrder(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir, MaxBytes: 3000, Software: "lurewatch/test"})
	for n := range 40 {
		l.Captured("a.warc.gz", capture(n))
		if n%10 == 9 {
			if err := l.Append(t.Context(), act(int64(n/10+1))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := walk(t, dir)
	if len(r.faults) > 0 || len(r.entries) != 44 || r.head.Seq != 44 {
		t.Fatalf("%d entries, head %v, faults %v", len(r.entries), r.head, r.faults)
	}
	n := 0
	for _, e := range r.entries {
		if e.Kind != KindCapture {
			continue
		}
		if d := cmp.Diff(&Capture{File: "a.warc.gz", Records: capture(n)}, e.Capture); d != "" || e.Software != "lurewatch/test" {
			t.Errorf("capture %d (-want +got):\n%s", n, d)
		}
		n++
	}
	if names, err := segments(dir); err != nil || len(names) < 5 {
		t.Errorf("files %v, %v: want several", names, err)
	}
	again := open(t, Options{Dir: dir})
	if h, err := again.Head(); err != nil || h != r.head {
		t.Errorf("opened again: head %v, %v; want %v", h, err, r.head)
	}
	if err := os.Remove(filepath.Join(dir, HeadFile)); err != nil {
		t.Fatal(err)
	}
	anew := open(t, Options{Dir: dir})
	got, err := anew.refreshed()
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := again.refreshed(); cmp.Diff(want, got) != "" {
		t.Errorf("read from the beginning (-noted +read):\n%s", cmp.Diff(want, got))
	}
}

func TestNothingIsEnteredTwiceOrOutOfOrder(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir})
	enter := func(es ...Entry) {
		t.Helper()
		if err := l.Append(t.Context(), es...); err != nil {
			t.Fatal(err)
		}
	}
	captured := func(recs []Record) Entry {
		return Entry{Kind: KindCapture, Capture: &Capture{File: "a", Records: recs}}
	}
	both := slices.Concat(capture(0), capture(1))
	enter(captured(capture(0)), captured(capture(0)), captured(both), act(1), act(1), act(3), act(2))
	enter(captured(capture(3))) // what stands before it is missing
	l.Captured("a", capture(2)) // so the file is left to the next start
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := walk(t, dir)
	var got []string
	for _, e := range r.entries {
		if e.Capture != nil {
			got = append(got, fmt.Sprintf("%d records from %d", len(e.Capture.Records), e.Capture.Records[0].Offset))
		} else {
			got = append(got, fmt.Sprintf("act %d", e.Act.Seq))
		}
	}
	want := []string{"2 records from 0", "2 records from 200", "act 1", "act 2"}
	if d := cmp.Diff(want, got); d != "" || len(r.faults) > 0 {
		t.Errorf("entered (-want +got):\n%s%v", d, r.faults)
	}
	if c, err := l.Covered(); err != nil || c["a"] != 400 {
		t.Errorf("covered %v, %v", c, err)
	}
	if n, err := l.Audited(); err != nil || n != 2 {
		t.Errorf("audited %d, %v", n, err)
	}
}

// TestProcessesShareOneLog lets four processes write at once, and kills two of them.
func TestProcessesShareOneLog(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for n := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LUREWATCH_CUSTODY_CHILD="+dir, fmt.Sprintf("LUREWATCH_CUSTODY_FILE=file-%d", n))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			buf := make([]byte, 1<<10)
			said := ""
			for !strings.Contains(said, "entered 400") {
				k, err := out.Read(buf)
				if said += string(buf[:k]); err != nil {
					break
				}
			}
			if n >= 2 {
				_ = cmd.Process.Kill()
			}
			for {
				k, err := out.Read(buf)
				if said += string(buf[:k]); err != nil {
					break
				}
			}
			if err := cmd.Wait(); err != nil && n < 2 {
				t.Errorf("process %d: %v\n%s", n, err, said)
			}
		})
	}
	wg.Wait()
	l := open(t, Options{Dir: dir}) // cuts off what a killed one left
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := walk(t, dir)
	if len(r.faults) > 0 {
		t.Fatal(r.faults)
	}
	ends := map[string]int64{}
	for _, e := range r.entries {
		for _, rec := range e.Capture.Records {
			if rec.Offset != ends[e.Capture.File] {
				t.Fatalf("%s: record at %d, want %d", e.Capture.File, rec.Offset, ends[e.Capture.File])
			}
			ends[e.Capture.File] += rec.Length
		}
	}
	for n := range 4 {
		least := int64(1000)
		if n >= 2 {
			least = 400
		}
		if got := ends[fmt.Sprintf("file-%d", n)] / (2 * size); got < least || got > 1000 {
			t.Errorf("file-%d: %d captures are entered, want at least %d", n, got, least)
		}
	}
}

// TestEveryFlippedBitIsFound flips a bit at a thousand places, one after the other, and
// cuts and adds.
func TestEveryFlippedBitIsFound(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir, MaxBytes: 4000})
	for n := range 25 {
		l.Captured("a.warc.gz", capture(n))
		if err := l.Append(t.Context(), act(int64(n+1))); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := segments(dir)
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	places := map[string][]byte{}
	for _, name := range append(names, HeadFile) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		places[name] = b
	}
	put := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rnd := rand.New(rand.NewPCG(5, 8))
	for name, b := range places {
		for range 1000 / len(places) {
			bit := rnd.IntN(len(b) * 8)
			bad := bytes.Clone(b)
			bad[bit/8] ^= 1 << (bit % 8)
			put(name, bad)
			r := walk(t, dir)
			if len(r.faults) == 0 {
				t.Fatalf("%s: bit %d of byte %d is flipped, and nothing is found", name, bit%8, bit/8)
			}
			f := r.faults[0]
			if line := bytes.Count(b[:bit/8], []byte("\n")); name != HeadFile && (f.File != name || bytes.Count(b[:f.Offset], []byte("\n")) != line) {
				t.Fatalf("%s: byte %d is in line %d, found was %v", name, bit/8, line, r.faults)
			}
		}
		put(name, b)
	}
	last := names[len(names)-1]
	for what, b := range map[string][]byte{
		"the last line is cut off":         places[last][:bytes.LastIndexByte(places[last][:len(places[last])-1], '\n')+1],
		"half of the last line is cut off": places[last][:len(places[last])-40],
		"a line is added":                  append(bytes.Clone(places[last]), []byte("{}\n")...),
	} {
		put(last, b)
		if r := walk(t, dir); len(r.faults) == 0 {
			t.Errorf("%s: nothing is found", what)
		}
		put(last, places[last])
	}
	if err := os.Remove(filepath.Join(dir, names[1])); err != nil {
		t.Fatal(err)
	}
	if r := walk(t, dir); len(r.faults) == 0 {
		t.Error("a file is taken away: nothing is found")
	}
	open(t, Options{Dir: dir}) // a log with an old hole can be gone on with, for its end is whole
}

func TestHalfALineIsCutOff(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir})
	l.Captured("a", capture(0), capture(1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := segments(dir)
	name := filepath.Join(dir, names[0])
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	half := []byte(`{"seq":3,"prev":"0011`)
	if err := os.WriteFile(name, append(bytes.Clone(b), half...), 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, Options{Dir: dir})
	again.Captured("a", capture(2))
	if err := again.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := walk(t, dir); len(r.faults) > 0 || len(r.entries) != 3 {
		t.Errorf("%d entries, faults %v", len(r.entries), r.faults)
	}
	if kept, err := os.ReadFile(fmt.Sprintf("%s.torn-%d", name, len(b))); err != nil || !bytes.Equal(kept, half) {
		t.Errorf("kept beside: %q, %v", kept, err)
	}
}

func TestALogThatDoesNotFitIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir})
	l.Captured("a", capture(0), capture(1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := segments(dir)
	name := filepath.Join(dir, names[0])
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-10] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(Options{Dir: dir})
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("opened: %v; want ErrDamaged with a hint", err)
	}
}

// TestALogThatCannotBeWritten takes the folder away: what does not fit is left to the
// next start, and nothing hangs.
func TestAnEmptyLogIsSound(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, Options{Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	if r := walk(t, dir); len(r.faults) > 0 || r.head.Seq != 0 {
		t.Errorf("head %v, faults %v", r.head, r.faults)
	}
}

func TestALogThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "custody")
	l := open(t, Options{Dir: dir, MaxQueue: 10})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		l.Captured("a", capture(n))
	}
	if err := l.Append(t.Context(), act(1)); err == nil {
		t.Error("appended to a folder that is gone")
	}
	l.mu.Lock()
	if len(l.queue) > 10 || !l.left["a"] {
		t.Errorf("%d captures wait, left: %v", len(l.queue), l.left)
	}
	l.mu.Unlock()
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, opt := range map[string]Options{
		"no directory":     {},
		"a negative bound": {Dir: t.TempDir(), MaxBytes: -1},
	} {
		if _, err := Open(opt); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestPathsAreShortAndProve(t *testing.T) {
	st := newState()
	var links []Link
	for n := range 3000 {
		l := st.next(sum(fmt.Appendf(nil, "data %d", n)))
		st.add(l, l.Hash(), Entry{})
		links = append(links, l)
	}
	longest := 0
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		from := rnd.Int64N(3000) + 1
		to := rnd.Int64N(from) + 1
		path := Path(from, to)
		longest = max(longest, len(path))
		var proof []Link
		for _, seq := range path {
			proof = append(proof, links[seq-1])
		}
		proven, err := Prove(proof, links[from-1].Hash())
		if err != nil || proven[links[to-1].Digest].Seq != to {
			t.Fatalf("from %d to %d by %v: %v", from, to, path, err)
		}
		if len(proof) > 2 {
			if _, err := Prove(slices.Delete(slices.Clone(proof), 1, 2), links[from-1].Hash()); err == nil && links[path[2]-1].Hash() != proof[0].Prev && links[path[2]-1].Hash() != proof[0].Skip {
				t.Fatalf("a link is taken out of the way from %d to %d, and it still proves", from, to)
			}
		}
		bad := slices.Clone(proof)
		bad[len(bad)-1].Digest = sum([]byte("another"))
		if _, err := Prove(bad, links[from-1].Hash()); err == nil {
			t.Fatalf("another digest at the end of the way from %d to %d proves", from, to)
		}
	}
	if longest > 80 {
		t.Errorf("a way of %d steps through 3000 entries", longest)
	}
	if p := Path(1<<40, 1); len(p) > 1000 {
		t.Errorf("a way of %d steps through 2^40 entries", len(p))
	}
	if Path(5, 9) != nil || Path(5, 0) != nil {
		t.Error("there is a way to an entry that is not before")
	}
}

func FuzzParseLine(f *testing.F) {
	st := newState()
	seeds := 0
	for _, e := range []Entry{act(1), {Kind: KindCapture, Capture: &Capture{File: "a", Records: capture(1)}}} {
		data, err := e.encode()
		if err != nil {
			f.Fatal(err)
		}
		l := st.next(sum(data))
		f.Add(bytes.TrimSuffix(appendLine(nil, l, l.Hash(), data), []byte("\n")))
		st.add(l, l.Hash(), e)
		seeds++
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseLine(b)
		if err != nil {
			return
		}
		if got := bytes.TrimSuffix(appendLine(nil, l.Link, l.Stated, l.Data), []byte("\n")); !bytes.Equal(got, b) {
			t.Errorf("%q was read and written as %q", b, got)
		}
		if back, err := ParseLink(l.String()); err != nil || back != l.Link {
			t.Errorf("link %v came back as %v, %v", l.Link, back, err)
		}
	})
}
