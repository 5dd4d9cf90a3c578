package picture

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fake is a program in the place of Tesseract that behaves as the real one never
// should: what it does with a picture is the test's. It stands in for nothing else.
func fake(t *testing.T, behave string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	script := "#!/bin/sh\ncase \"$1\" in\n--version) echo fake 1; exit;;\n--list-langs) echo eng; exit;;\nesac\n" + behave + "\n"
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASlowTesseractIsKilledWithItsChildren(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// The child holds the pipe open as long as it lives.
	r, err := New(t.Context(), Options{Timeout: 2 * time.Second, Tesseract: fake(t, fmt.Sprintf("exec 9>%s\n/bin/sleep 600 &\n/bin/sleep 600", pipe))})
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() {
		f, err := os.Open(pipe)
		if err == nil {
			_, err = io.Copy(io.Discard, f)
			f.Close()
		}
		closed <- err
	}()
	began := time.Now()
	x := read(t, r, golden(t, "th.png"), Hint{})
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(x.Error, "longer than 2s") || x.Hash == "" {
		t.Errorf("error %q, hash %q: what was read before must be kept", x.Error, x.Hash)
	}
	select {
	case err := <-closed:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a child of it lives on")
	}
}

func TestAFloodIsCapped(t *testing.T) {
	r, err := New(t.Context(), Options{Tesseract: fake(t, "while :; do echo 5555555555555555555555555555555555555555555555555555555555555555; done")})
	if err != nil {
		t.Fatal(err)
	}
	if x := read(t, r, golden(t, "th.png"), Hint{}); !strings.Contains(x.Error, "wrote more than") || x.Text != "" {
		t.Errorf("error %q, %d bytes of text", x.Error, len(x.Text))
	}
}

func TestAFailureIsToldInItsOwnWords(t *testing.T) {
	r, err := New(t.Context(), Options{Tesseract: fake(t, "echo 'cannot read model' >&2; exit 1")})
	if err != nil {
		t.Fatal(err)
	}
	if x := read(t, r, golden(t, "th.png"), Hint{}); !strings.Contains(x.Error, "cannot read model") {
		t.Errorf("error %q", x.Error)
	}
}

func TestTesseractRunsWithinBounds(t *testing.T) {
	t.Setenv("LUREWATCH_WEB_SECRET", "not for children")
	opt := Options{Memory: 512 << 20, Timeout: 7 * time.Second, Tesseract: fake(t, `read x; ulimit -v; ulimit -t; ulimit -f; ulimit -c; ulimit -n; /usr/bin/env; pwd; echo "$x"`)}
	r, err := New(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.engine.run(t.Context(), []byte("a line\n"), "stdin")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"524288", "8", "0", "0", "64"}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) < len(want) || strings.Join(lines[:len(want)], " ") != strings.Join(want, " ") {
		t.Errorf("bounds %q, want %q", lines, want)
	}
	if strings.Contains(out, "not for children") || strings.Contains(out, "HOME=") || !strings.Contains(out, "OMP_THREAD_LIMIT=1") || !strings.HasSuffix(strings.TrimSpace(out), "/\na line") {
		t.Errorf("environment, folder or input are not as they should be:\n%s", out)
	}
}

func TestAPictureIsReadOnce(t *testing.T) {
	path := fake(t, `/bin/cat >/dev/null; printf '5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t95\tSalary\n'`)
	r, err := New(t.Context(), Options{Tesseract: path})
	if err != nil {
		t.Fatal(err)
	}
	first := read(t, r, golden(t, "th.png"), Hint{})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if again := read(t, r, golden(t, "th.png"), Hint{}); first.Text != "Salary" || again.Text != first.Text || again.Error != "" {
		t.Errorf("first %q, again %q, %s", first.Text, again.Text, again.Error)
	}
}
