package custody

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// grow enters captures of two archive files, acts on ten posts and timestamps by two
// authorities, n of them in all.
func grow(t testing.TB, l *Log, from, n int) {
	t.Helper()
	var batch []Entry
	for i := from; i < from+n; i++ {
		e := Entry{Kind: KindCapture, Capture: &Capture{File: "a.warc.gz", Records: capture(i)}}
		switch {
		case i%10 == 4:
			e = act(int64(i/10 + 1))
			e.Act.Of = fmt.Sprint("p", i/10%10)
		case i%50 == 33:
			e = Entry{Kind: KindTimestamp, Timestamp: &Timestamp{Seq: int64(i - 2), Authority: fmt.Sprint("tsa", i/50%2), File: "x", Chain: "y"}}
		default:
			// Offsets must follow one another: those of entries of another kind are filled.
			e.Capture.Records = append(filler(i), e.Capture.Records...)
		}
		batch = append(batch, e)
	}
	if err := l.Append(t.Context(), batch...); err != nil {
		t.Fatal(err)
	}
}

// filler are the records that would be in entries of another kind right before n.
func filler(n int) (out []Record) {
	for i := n - 1; i >= 0 && (i%10 == 4 || i%50 == 33); i-- {
		out = append(capture(i), out...)
	}
	return out
}

func grown(t testing.TB, n int, maxBytes int64) string {
	t.Helper()
	dir := t.TempDir()
	l := open(t, Options{Dir: dir, MaxBytes: maxBytes})
	for at := 0; at < n; at += 20 {
		grow(t, l, at, min(20, n-at))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// byWalk finds as the whole log would have it.
func byWalk(t testing.TB, dir string, q Query) (out []Found) {
	t.Helper()
	_, match := q.compile()
	r := walk(t, dir)
	if len(r.faults) > 0 {
		t.Fatal(r.faults)
	}
	for i, e := range r.entries {
		if match(e) {
			out = append(out, Found{r.lines[i], e})
		}
	}
	return out
}

func told(found []Found) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s %d %d %s\n", f.Line.Link, f.Line.File, f.Line.Offset, f.Line.Length, f.Line.Data)
	}
	return b.String()
}

func find(t testing.TB, dir string, q Query) string {
	t.Helper()
	found, err := Find(t.Context(), dir, q)
	if err != nil {
		t.Fatal(err)
	}
	return told(found)
}

var someOfAll = Query{
	Places:  []Place{{"a.warc.gz", 0}, {"a.warc.gz", 7 * 2 * size}, {"a.warc.gz", 99 * 2 * size}, {"a.warc.gz", 5}, {"b.warc.gz", 0}},
	Records: []string{"urn:uuid:120-r", "urn:uuid:7-q", "urn:uuid:299-q", "urn:uuid:none"},
	Acts:    []string{"p3", "p9", "none"},
}

func TestFindFindsWhatAWalkFinds(t *testing.T) {
	for name, c := range map[string]struct {
		n     int
		bytes int64
	}{
		"one file, below what needs an index": {300, 0},
		"many files":                          {300, 5000},
		"a line a file":                       {60, 1},
		"an empty log":                        {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := grown(t, c.n, c.bytes)
			for _, q := range []Query{someOfAll, {Acts: []string{"p1"}}, {Records: []string{"urn:uuid:1-q"}}, {}} {
				want := told(byWalk(t, dir, q))
				for round := range 2 { // the second has all indexes
					if got := find(t, dir, q); got != want {
						t.Fatalf("round %d: found\n%s\nwant\n%s", round, got, want)
					}
				}
			}
			indexes, err := filepath.Glob(filepath.Join(dir, "*"+indexSuffix))
			if files, _ := segments(dir); err != nil || len(indexes) != max(0, len(files)-1) {
				t.Errorf("%d indexes of %d files, want one of each but the newest (%v)", len(indexes), len(files), err)
			}
			var seqs []int64
			for seq := int64(0); seq <= int64(c.n)+1; seq += 3 {
				seqs = append(seqs, seq)
			}
			a, err1 := Lines(t.Context(), dir, seqs...)
			b, err2 := Seek(t.Context(), dir, seqs...)
			if err := errors.Join(err1, err2); err != nil || len(a) != len(b) || len(a) != c.n/3 {
				t.Fatalf("%d lines, %d by index, want %d, %v", len(a), len(b), c.n/3, err)
			}
			for seq, l := range a {
				if l.String() != b[seq].String() || !bytes.Equal(l.Data, b[seq].Data) || l.Offset != b[seq].Offset {
					t.Errorf("line %d: %v, by index %v", seq, l, b[seq])
				}
			}
			if r := walk(t, dir); len(r.faults) > 0 {
				t.Errorf("with indexes beside it: %v", r.faults)
			}
		})
	}
}

// TestTheNewestFileIsIndexedAsItGrows: what is read without an index is bounded.
func TestTheNewestFileIsIndexedAsItGrows(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir})
	at, n := int64(0), 0
	enter := func() {
		r := Record{Type: "resource", ID: fmt.Sprint("urn:uuid:", n), URL: strings.Repeat("x", 200<<10), Offset: at, Length: size, SHA256: sum(nil)}
		if err := l.Append(t.Context(), Entry{Kind: KindCapture, Capture: &Capture{File: "a.warc.gz", Records: []Record{r}}}); err != nil {
			t.Fatal(err)
		}
		at, n = at+size, n+1
	}
	for range 70 { // 14 MiB
		enter()
		if n%7 > 0 {
			continue
		}
		q := Query{Records: []string{"urn:uuid:0", fmt.Sprint("urn:uuid:", n/2), fmt.Sprint("urn:uuid:", n-1)}}
		found, err := Find(t.Context(), dir, q)
		if err != nil || len(found) != 3 {
			t.Fatalf("%d entries: found %d, %v", n, len(found), err)
		}
		names, err := segments(dir)
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		info, err := os.Stat(filepath.Join(dir, names[0]))
		if err != nil {
			t.Fatal(err)
		}
		known := int64(0)
		if x, err := openIndex(dir, names[0], 1); err == nil {
			known = x.h.Size
			x.close()
		}
		if left := info.Size() - known; left > maxTail {
			t.Fatalf("%d bytes of %d are not in the index", left, info.Size())
		}
	}
	if r := walk(t, dir); len(r.faults) > 0 {
		t.Error(r.faults)
	}
}

// TestAnIndexThatDoesNotFitIsMadeAgain: whatever stands in its place, the same is found,
// and a walk names it.
func TestAnIndexThatDoesNotFitIsMadeAgain(t *testing.T) {
	dir, other := grown(t, 300, 20_000), grown(t, 200, 20_000)
	want := told(byWalk(t, dir, someOfAll))
	if got := find(t, dir, someOfAll); got != want {
		t.Fatal(got)
	}
	find(t, other, someOfAll)
	names, err := segments(dir)
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	path := filepath.Join(dir, indexName(names[1]))
	good, err1 := os.ReadFile(path)
	first, err2 := os.ReadFile(filepath.Join(dir, indexName(names[0])))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{"empty": {}, "cut": good[:len(good)-blockSize], "half a block": good[:len(good)-1], "longer": append(bytes.Clone(good), make([]byte, blockSize)...), "of the file before": first}
	if theirs, err := filepath.Glob(filepath.Join(other, "*"+indexSuffix)); err != nil || len(theirs) == 0 {
		t.Fatal(err)
	} else if bad["of another log"], err = os.ReadFile(theirs[0]); err != nil {
		t.Fatal(err)
	}
	swapped := bytes.Clone(good)
	copy(swapped[blockSize:], good[2*blockSize:3*blockSize])
	copy(swapped[2*blockSize:], good[blockSize:2*blockSize])
	bad["blocks swapped"] = swapped
	rnd := rand.New(rand.NewPCG(5, 8))
	for n := range 60 {
		b := bytes.Clone(good)
		bit := rnd.IntN(len(b) * 8)
		b[bit/8] ^= 1 << (bit % 8)
		bad[fmt.Sprintf("bit %d flipped (%d)", bit, n)] = b
	}
	for name, b := range bad {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := walk(t, dir); len(r.faults) != 1 || r.faults[0].File != filepath.Base(path) {
			t.Errorf("%s: the walk finds %v, want the index", name, r.faults)
		}
		if got := find(t, dir, someOfAll); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
	// One that is whole and leaves something out cannot be known by itself.
	x, err := openIndex(dir, names[1], mustFirst(t, names[1]))
	if err != nil {
		t.Fatal(err)
	}
	b, err := x.builder()
	x.close()
	if err != nil {
		t.Fatal(err)
	}
	b.keys = b.keys[:len(b.keys)/2]
	if err := b.save(dir); err != nil {
		t.Fatal(err)
	}
	if r := walk(t, dir); len(r.faults) != 1 || !strings.Contains(r.faults[0].String(), "does not lead to all entries") {
		t.Errorf("an index that leaves out half: the walk finds %v", r.faults)
	}
}

func mustFirst(t testing.TB, name string) int64 {
	t.Helper()
	first, err := firstOf(name)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// TestAnIndexOutlivesNoChangeOfItsLog: lines that were changed are no longer found by it.
func TestAnIndexOutlivesNoChangeOfItsLog(t *testing.T) {
	dir := grown(t, 300, 20_000)
	found, err := Find(t.Context(), dir, Query{Records: []string{"urn:uuid:7-r"}})
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	path := filepath.Join(dir, found[0].Line.File)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(b, []byte("urn:uuid:7-r"), []byte("urn:uuid:8-r"), 1)
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(t.Context(), dir, Query{Records: []string{"urn:uuid:7-r"}}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed line: %v, want %v", err, ErrDamaged)
	}
}

func TestFindBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Options{Dir: dir, MaxBytes: 30_000})
	var writer sync.WaitGroup
	done := make(chan struct{})
	writer.Go(func() {
		defer close(done)
		for at := 0; at < 600; at += 5 {
			grow(t, l, at, 5)
		}
	})
	for n, running := 0, true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		found, err := Find(t.Context(), dir, Query{Acts: []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"}})
		if err != nil || len(found) < n || !running && len(found) != 60 {
			t.Fatalf("found %d acts, %d before, %v", len(found), n, err)
		}
		n = len(found)
	}
	writer.Wait()
}

func TestFirstStamps(t *testing.T) {
	dir := grown(t, 300, 5000)
	l := open(t, Options{Dir: dir})
	for seq, want := range map[int64][]int64{1: {31, 81}, 31: {31, 81}, 32: {81, 131}, 231: {231, 281}, 232: {281}, 282: nil} {
		got, err := l.FirstStamps(t.Context(), seq)
		var seqs []int64
		for _, ts := range got {
			seqs = append(seqs, ts.Seq)
		}
		slices.Sort(seqs)
		if err != nil || !slices.Equal(seqs, want) {
			t.Errorf("stamps that cover entry %d: of %v, want %v (%v)", seq, seqs, want, err)
		}
	}
}

func FuzzIndex(f *testing.F) {
	dir := grown(f, 60, 1<<20)
	names, err := segments(dir)
	if err != nil {
		f.Fatal(err)
	}
	b := newIndexBuilder(names[0], 1)
	if _, _, err := Walk(f.Context(), dir, func(l Line, e Entry) error { b.add(l, e); return nil }); err != nil {
		f.Fatal(err)
	}
	good, err := b.bytes()
	if err != nil || len(good) == 0 {
		f.Fatal("no seeds", err)
	}
	f.Add(good)
	f.Add(good[:blockSize])
	want := told(byWalk(f, dir, someOfAll))
	f.Fuzz(func(t *testing.T, in []byte) {
		for number := range len(in) / blockSize { // with sums that fit, or little is reached
			block := in[number*blockSize : (number+1)*blockSize]
			copy(in[number*blockSize:], sealBlock(make([]byte, number*blockSize), bytes.Clone(block[:blockRoom]))[number*blockSize:])
		}
		if err := os.WriteFile(filepath.Join(dir, indexName(names[0])), in, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := Find(t.Context(), dir, someOfAll)
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		for _, one := range found { // it may hide something, and makes up nothing
			if !strings.Contains(want, told([]Found{one})) {
				t.Errorf("found %s", told([]Found{one}))
			}
		}
	})
}

// BenchmarkFind asks for the captures and acts of one post among a million entries: by
// a walk, as exports did, and by the indexes, which the first Find makes.
//
//	go test ./internal/custody -run '^$' -bench Find -benchtime 20x -timeout 30m
func BenchmarkFind(b *testing.B) {
	const n = 1_000_000
	dir := b.TempDir()
	l, err := Open(Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	for at := 0; at < n; at += 10_000 {
		batch := make([]Entry, 10_000)
		for i := range batch {
			batch[i] = Entry{Kind: KindCapture, Software: "lurewatch/test", Capture: &Capture{File: "a.warc.gz", Records: capture(at + i)}}
		}
		if err := l.Append(b.Context(), batch...); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	var q Query
	for i := range 10 {
		q.Records = append(q.Records, fmt.Sprintf("urn:uuid:%d-r", i*n/10+7))
	}
	check := func(b *testing.B, got int, err error) {
		b.Helper()
		if err != nil || got != 10 {
			b.Fatal(got, err)
		}
	}
	_, match := q.compile()
	got, started := 0, time.Now()
	_, _, err = Walk(b.Context(), dir, func(_ Line, e Entry) error {
		if match(e) {
			got++
		}
		return nil
	})
	check(b, got, err)
	walked := time.Since(started)
	started = time.Now()
	found, err := Find(b.Context(), dir, q)
	check(b, len(found), err)
	first := time.Since(started)
	for b.Loop() {
		found, err := Find(b.Context(), dir, q)
		check(b, len(found), err)
		var seqs []int64
		for _, f := range found {
			seqs = append(seqs, Path(n, f.Line.Seq)...)
		}
		if _, err := Seek(b.Context(), dir, seqs...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(walked.Seconds(), "s-walk")
	b.ReportMetric(first.Seconds(), "s-first")
}
