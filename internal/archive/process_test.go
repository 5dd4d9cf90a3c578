package archive

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// child is the second process of a test.
func child(dir, act string) int {
	a, err := Open(Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	switch act {
	case "write":
		for n := range 200 {
			if _, err := a.Append(context.Background(), capture(1000+n)...); err != nil {
				fmt.Println("error", err)
				return 1
			}
		}
	case "full":
		return childOnFullDisk(a)
	case "forever":
		for n := 0; ; n++ {
			ls, err := a.Append(context.Background(), capture(n)...)
			if err != nil {
				fmt.Println("error", err)
				return 1
			}
			fmt.Println(ls[1].File, ls[1].Offset, ls[1].Length)
		}
	}
	if err := a.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

func process(t *testing.T, dir, act string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "LUREWATCH_ARCHIVE_CHILD="+dir, "LUREWATCH_ARCHIVE_ACT="+act)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestTwoProcessesShareOneArchive(t *testing.T) {
	dir := t.TempDir()
	a := open(t, Options{Dir: dir})
	cmd := process(t, dir, "write")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		add(t, a, capture(n)...)
		if n%50 == 0 { // another one opens it meanwhile, and must leave live files alone
			b := open(t, Options{Dir: dir})
			if _, damage := walk(t, b); len(damage) != 0 {
				t.Errorf("damage while others write: %v", damage)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	got, damage := walk(t, a)
	if len(got) != 1200 || len(damage) != 0 {
		t.Errorf("walked %d records, damage %v; want 1200", len(got), damage)
	}
	if torn, _ := filepath.Glob(dir + "/*.torn-*"); len(torn) > 0 {
		t.Errorf("live files were cut: %v", torn)
	}
}

func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	for round := range 5 {
		cmd := process(t, dir, "forever")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var acked []post.Locator
		for range 30 + 17*round {
			var l post.Locator
			if _, err := fmt.Fscan(out, &l.File, &l.Offset, &l.Length); err != nil {
				t.Fatal(err)
			}
			acked = append(acked, l)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		a := open(t, Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		for _, l := range acked {
			if _, err := a.Read(t.Context(), l); err != nil {
				t.Errorf("round %d: a record that was acknowledged is lost: %v", round, err)
			}
		}
		pending := 0
		if err := a.Pending(t.Context(), func(_ post.Locator, r Record) error {
			if r.Type == "response" {
				pending++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if pending < len(acked) {
			t.Errorf("round %d: %d pending, want at least the %d acknowledged", round, pending, len(acked))
		}
		got, damage := walk(t, a)
		if len(damage) != 0 || len(got)%3 != 0 {
			t.Errorf("round %d: %d records, damage %v; want whole groups", round, len(got), damage)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	cmd := process(t, dir, "full")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	t.Logf("%s", out)
	got, damage := walk(t, open(t, Options{Dir: dir}))
	if len(damage) != 0 || len(got) == 0 || len(got)%3 != 0 {
		t.Errorf("%d records, damage %v; want whole groups", len(got), damage)
	}
	if torn, _ := filepath.Glob(dir + "/*.torn-*"); len(torn) > 0 {
		t.Errorf("a failed write left a torn tail: %v", torn)
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		dir = "/proc" // root may write anywhere else
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	a := open(t, Options{Dir: dir})
	_, err := a.Append(t.Context(), capture(1)...)
	if err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("append: %v, want an error with a hint", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	if _, err := Open(Options{Dir: file}); err == nil {
		t.Error("open of a file: no error")
	}
}
