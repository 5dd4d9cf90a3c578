package notebook

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, path string, now time.Time) *Notebook {
	t.Helper()
	n, err := Open(Options{Path: path, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

func TestManyCountTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	now := time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC)
	a, b := open(t, path, now), open(t, path, now)
	var wg sync.WaitGroup
	for _, n := range []*Notebook{a, b} {
		for range 4 {
			wg.Go(func() {
				for range 25 {
					if _, _, err := n.Spend(t.Context(), "s", Day(now), 1, 10); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	check := func(site string, day, requests, bytes int64) {
		t.Helper()
		r, by, err := b.Spend(t.Context(), site, day, 0, 0)
		if err != nil || r != requests || by != bytes {
			t.Errorf("%s on day %d: %d requests, %d bytes, %v, want %d and %d", site, day, r, by, err, requests, bytes)
		}
	}
	check("s", Day(now), 200, 2000)
	check("s", Day(now.Add(time.Minute)), 0, 0)
	check("t", Day(now), 0, 0)
	if _, _, err := a.Spend(t.Context(), "s", Day(now), -1, 0); err != nil {
		t.Error(err)
	}
	check("s", Day(now), 199, 2000)
}

func TestNotesOutliveTheProcessAndGrowOld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	n := open(t, path, now)
	for k, v := range map[string]string{"a": "1", "b": "2", "c": "3"} {
		if err := n.Note(t.Context(), "host", k, []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Note(t.Context(), "other", "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := n.Note(t.Context(), "host", "b", nil); err != nil {
		t.Fatal(err)
	}
	if err := n.Note(t.Context(), "host", "big", make([]byte, maxNote+1)); err == nil {
		t.Error("a note beyond its bound was taken")
	}
	if _, _, err := n.Spend(t.Context(), "s", Day(now), 5, 5); err != nil {
		t.Fatal(err)
	}
	n.Close()
	later := open(t, path, now.Add(100*24*time.Hour))
	got, err := later.Notes(t.Context(), "host")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string][]byte{"a": []byte("1"), "c": []byte("3")}, got); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
	if r, _, err := later.Spend(t.Context(), "s", Day(now), 0, 0); err != nil || r != 0 {
		t.Errorf("a day of three months ago is still counted: %d, %v", r, err)
	}
	if err := later.Note(t.Context(), "host", "c", []byte("4")); err != nil {
		t.Fatal(err)
	}
	later.Close()
	got, err = open(t, path, now.Add(200*24*time.Hour)).Notes(t.Context(), "host")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string][]byte{"c": []byte("4")}, got); d != "" {
		t.Errorf("notes half a year later (-want +got):\n%s", d)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(Options{}); err == nil {
		t.Error("no path: no error")
	}
	if _, err := Open(Options{Path: filepath.Join(t.TempDir(), "none", "n.db")}); err == nil {
		t.Error("no folder: no error")
	}
}
