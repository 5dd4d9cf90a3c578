package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/indexer/indextest"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ path, want string }{
		"no path":             {"", "hint: set the data directory"},
		"no folder":           {filepath.Join(dir, "none", "index.db"), "hint: check that the folder exists"},
		"a text file":         {write("text.db", strings.Repeat("this is no database ", 100)), "hint: the file is damaged or no index"},
		"a folder":            {dir, "hint: "},
		"cut in half":         {half(t, dir), "hint: the file is damaged"},
		"newer schema":        {withPragma(t, dir, "newer.db", 99), "lurewatch rebuild"},
		"database of another": {withPragma(t, dir, "other.db", 0), "a database of something else"},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := embedded.Open(t.Context(), embedded.Options{Path: c.path, Wait: time.Second})
			if err == nil {
				// Damage inside a page shows only when the page is read.
				_, err = x.Search(t.Context(), indexer.Query{Text: "ticket", Facets: indexer.Facets()})
				x.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

// half makes an index and cuts its file in half.
func half(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "half.db")
	x := open(t, path)
	changes, _ := indextest.Changes(t, indextest.Generate(300, 5))
	indextest.PutAll(t, x, changes, 100)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDiskFull fills the disk in earnest: a file system of 3 MB, when the test may mount one.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	x := open(t, filepath.Join(dir, "index.db"))
	defer x.Close()
	changes, _ := indextest.Changes(t, indextest.Generate(3000, 6))
	stored := 0
	var failed error
	for i := 0; i < len(changes) && failed == nil; i += 100 {
		for _, err := range x.Put(t.Context(), changes[i:i+100]) {
			if err != nil {
				failed = err
				continue
			}
			stored++
		}
	}
	if failed == nil || !strings.Contains(failed.Error(), "hint: the disk") {
		t.Fatalf("put on a full disk: %v", failed)
	}
	if errors.Is(failed, indexer.ErrInvalid) {
		t.Errorf("%v says that it is no use to try again", failed)
	}
	n, err := x.Count(t.Context())
	if err != nil || n != int64(stored) {
		t.Errorf("count = %d, %v; %d were answered", n, err, stored)
	}
	// With space again it goes on where it stopped.
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	indextest.PutAll(t, x, changes[stored:stored+100], 100)
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "index.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("mount read-only: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Open(t.Context(), embedded.Options{Path: path})
	if err == nil || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("open on a read-only disk: %v", err)
	}
}

// childEnv makes the test binary a second process that writes into the index it names.
const childEnv = "LUREWATCH_TEST_EMBEDDED_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(path string) error {
	ctx := context.Background()
	x, err := embedded.Open(ctx, embedded.Options{Path: path})
	if err != nil {
		return err
	}
	js := indextest.Generate(600, 8)
	for i := 0; i < len(js); i += 20 {
		var changes []indexer.Change
		for k := i; k < i+20; k++ {
			changes = append(changes, indexer.Change{Judged: &js[k]})
		}
		if err := errors.Join(x.Put(ctx, changes)...); err != nil {
			return err
		}
		fmt.Println("put", len(changes))
	}
	return x.Close()
}

// TestProcesses lets three processes make and fill one index.
func TestProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	var children []*exec.Cmd
	for range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+path)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, cmd)
	}
	x := open(t, path)
	defer x.Close()
	changes, docs := indextest.Changes(t, indextest.Generate(600, 8))
	indextest.PutAll(t, x, changes, 30)
	for _, cmd := range children {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("process: %v", err)
		}
	}
	n, err := x.Count(t.Context())
	if err != nil || n != int64(len(docs)) {
		t.Errorf("count = %d, %v; want %d", n, err, len(docs))
	}
	for _, want := range docs[:50] {
		got, err := x.Get(t.Context(), want.Post.ID)
		if err != nil || got.Sightings != 1 {
			t.Errorf("%s: %d sightings, %v; want 1", want.Post.ID, got.Sightings, err)
		}
	}
}

// TestKilled kills a process while it writes, many times: what is there is whole.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 8 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Each process gets three batches further than the one before, and dies in the next.
		lines := bufio.NewScanner(out)
		for range 3 * (round + 1) {
			if !lines.Scan() {
				t.Fatalf("round %d: the process ended by itself", round)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // it was killed
	}
	x := open(t, path)
	defer x.Close()
	n, err := x.Count(t.Context())
	if err != nil || n%20 != 0 || n < 3*8*20 {
		t.Errorf("count = %d, %v; want whole batches of 20, and all %d that were answered", n, err, 3*8*20)
	}
	page, err := x.Search(t.Context(), indexer.Query{Text: "-neverwritten", Limit: -1})
	if err != nil || page.Total != n {
		t.Errorf("full text holds %d, %v; the table %d", page.Total, err, n)
	}
	changes, docs := indextest.Changes(t, indextest.Generate(600, 8))
	indextest.PutAll(t, x, changes, 100)
	if n, err := x.Count(t.Context()); err != nil || n != int64(len(docs)) {
		t.Errorf("count after delivering all again = %d, %v; want %d", n, err, len(docs))
	}
	f, err := x.Fold(t.Context())
	if err != nil || f.Count() != len(docs) {
		t.Errorf("fold = %v, %v", f, err)
	}
}
