package stream

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// child is the second process of a test: it opens the store in dir, publishes
// 100 notes from 1000 on, says so, and waits for its end, which is a line on
// stdin (a clean one) or a kill.
func child(dir string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	if err := Publish(ctx, s, notes, many(1000, 1100)...); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("published owner:", s.node.owns())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if err := s.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// start runs the child and returns what it says once it has published.
func start(t *testing.T, dir string) (cmd *exec.Cmd, said string, end func()) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "LUREWATCH_STREAM_CHILD="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "published") {
		t.Fatalf("child said %q, %v", line, err)
	}
	return cmd, line, func() {
		_, _ = fmt.Fprintln(in)
		if err := cmd.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	}
}

func TestTwoProcessesShareOneStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	publish(t, s, notes, many(0, 100)...)
	_, said, end := start(t, dir)
	if !strings.Contains(said, "owner: false") {
		t.Errorf("child said %q, want that it is not the owner", said)
	}
	if n := count(t, s, "notes"); n != 200 {
		t.Errorf("count = %d, want 200", n)
	}
	end()
	info, err := os.Stat(dir + "/server.json")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("server.json: mode %v, %v; want 0600: it holds a token", info.Mode(), err)
	}
}

func TestAnotherProcessTakesOver(t *testing.T) {
	for name, kill := range map[string]bool{"the owner ends cleanly": false, "the owner is killed": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cmd, said, end := start(t, dir)
			if !strings.Contains(said, "owner: true") {
				t.Fatalf("child said %q, want that it is the owner", said)
			}
			s := open(t, Options{Dir: dir})
			if s.node.owns() {
				t.Fatal("two owners of one store")
			}
			publish(t, s, notes, many(0, 100)...)
			seen := map[int]bool{}
			until(t, s, notes, Consumer{Stage: "read", AckWait: 2 * time.Second}, func(_ context.Context, ns []note) []error {
				for _, n := range ns {
					seen[n.N] = true
				}
				if len(seen) == 200 {
					return nil
				}
				if cmd.ProcessState == nil && len(seen) >= 100 {
					if kill {
						_ = cmd.Process.Kill()
						_ = cmd.Wait()
					} else {
						end()
					}
				}
				return nil
			}, func() bool { return len(seen) == 200 })
			publish(t, s, notes, many(200, 300)...)
			if n := count(t, s, "notes"); n != 300 {
				t.Errorf("count = %d, want 300", n)
			}
			if !s.node.owns() {
				t.Error("nobody took the store over")
			}
		})
	}
}
