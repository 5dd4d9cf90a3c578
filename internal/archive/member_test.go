package archive

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var sameMember = cmpopts.IgnoreUnexported(Member{})

// TestKeptTellsEveryByte holds what Kept is told against the files: every byte of them
// belongs to one member, in order, and has the digest that was told.
func TestKeptTellsEveryByte(t *testing.T) {
	var mu sync.Mutex
	told := map[string][][]Member{}
	dir := t.TempDir()
	a := open(t, Options{Dir: dir, MaxBytes: 20_000, Kept: func(file string, captures [][]Member) {
		mu.Lock()
		defer mu.Unlock()
		told[file] = append(told[file], captures...)
	}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 20 {
				ls, err := a.Append(t.Context(), append(capture(n), capture(n+100)...)...) // two captures in one group
				if err != nil {
					t.Error(err)
					return
				}
				a.Done(ls[5])
			}
		})
	}
	wg.Wait()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if len(told) < 3 {
		t.Fatalf("only %d files", len(told))
	}
	captures := 0
	for file, runs := range told {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		for i, run := range runs {
			for _, m := range run {
				if m.At.File != file || m.At.Offset != at || m.ID == "" || sha256.Sum256(b[at:at+m.At.Length]) != m.Sum {
					t.Fatalf("%s: member at %d, told was %+v", file, at, m)
				}
				at += m.At.Length
			}
			if i > 0 {
				captures++
			} else if len(run) != 1 || run[0].Type != "warcinfo" {
				t.Errorf("%s begins with %+v", file, run)
			}
		}
		if at != int64(len(b)) {
			t.Errorf("%s has %d bytes, told were %d", file, len(b), at)
		}
	}
	// In capture, a record follows the one that posts are extracted from: it is a run of its own.
	if want := 8 * 20 * 3; captures != want {
		t.Errorf("%d runs of records, want %d", captures, want)
	}
	again := open(t, Options{Dir: dir})
	for _, from := range []string{"the beginning", "the middle"} {
		start := map[string]int64{}
		want := map[string][][]Member{}
		for file, runs := range told {
			want[file] = runs
			if from == "the middle" {
				start[file] = runs[3][0].At.Offset
				want[file] = runs[3:]
			}
		}
		got := map[string][][]Member{}
		err := again.Unclaimed(t.Context(), func(file string) int64 { return start[file] }, func(file string, captures [][]Member) error {
			got[file] = append(got[file], captures...)
			return nil
		})
		if d := cmp.Diff(want, got, sameMember); err != nil || d != "" {
			t.Errorf("unclaimed from %s: %v (-want +got):\n%s", from, err, d)
		}
	}
}

func TestUnclaimedLeavesNoByteOut(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: dir})
	var second int64
	for n := range 5 {
		ls := add(t, a, capture(n)...)
		a.Done(ls[2])
		if n == 2 {
			second = ls[1].Offset
		}
	}
	none := func(string, [][]Member) error { t.Error("a file is unclaimed that its writer answers for"); return nil }
	if err := a.Unclaimed(t.Context(), func(string) int64 { return 0 }, none); err != nil {
		t.Fatal(err)
	}
	names, err := a.files()
	if err != nil || len(names) != 1 || !Written(filepath.Join(dir, names[0])) {
		t.Fatalf("files %v, %v; the one that is open must count as being written", names, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, names[0])
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[second+20] ^= 4
	write(t, path, b)
	again := open(t, Options{Dir: dir})
	at, damaged := int64(0), 0
	err = again.Unclaimed(t.Context(), func(string) int64 { return 0 }, func(_ string, captures [][]Member) error {
		for _, run := range captures {
			for _, m := range run {
				if m.At.Offset != at || sha256.Sum256(b[at:at+m.At.Length]) != m.Sum {
					t.Fatalf("at %d comes %+v", at, m)
				}
				at += m.At.Length
				if m.Type == TypeDamaged {
					damaged++
					var raw bytes.Buffer
					err := again.Raw(t.Context(), m.At, func(r io.Reader) error { _, err := raw.ReadFrom(r); return err })
					if err != nil || sha256.Sum256(raw.Bytes()) != m.Sum {
						t.Errorf("raw bytes: %v", err)
					}
				}
			}
		}
		return nil
	})
	if err != nil || at != int64(len(b)) || damaged != 1 {
		t.Errorf("%d of %d bytes, %d damaged members, %v", at, len(b), damaged, err)
	}
	if Written(path) {
		t.Error("a closed file counts as being written")
	}
}
