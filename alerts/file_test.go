package alerts

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	f, err := NewFile(FileOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if err := f.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	if err := os.WriteFile(path, append(read(t, path), `{"key":"half a li`...), 0o600); err != nil { // a crash
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(send)
	}
	wg.Wait()
	lines := bytes.Split(bytes.TrimSuffix(read(t, path), []byte("\n")), []byte("\n"))
	if len(lines) != 10 {
		t.Fatalf("%d lines, want 10", len(lines))
	}
	for i, l := range lines {
		var n post.Notice
		if err := json.Unmarshal(l, &n); (err != nil) != (i == 1) {
			t.Errorf("line %d: %v", i, err)
		} else if d := cmp.Diff(sample(), n); i != 1 && d != "" {
			t.Errorf("line %d (-want +got):\n%s", i, d)
		}
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	send()
	if n := bytes.Count(read(t, path), []byte("\n")); n != 1 {
		t.Errorf("%d lines after the file was moved away, want 1", n)
	}
	for _, bad := range []string{"", t.TempDir(), filepath.Join(path, "below")} {
		if _, err := NewFile(FileOptions{Path: bad}); err == nil {
			t.Errorf("path %q: no error", bad)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
