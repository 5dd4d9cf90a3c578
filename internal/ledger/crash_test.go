package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childEnv makes the test binary act as another process, see [TestMain].
const childEnv = "LUREWATCH_LEDGER_TEST_CHILD"

func TestMain(m *testing.M) {
	switch child, path, _ := strings.Cut(os.Getenv(childEnv), ":"); child {
	case "writer":
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	case "stranger":
		os.Exit(openAsStranger(path))
	}
	os.Exit(m.Run())
}

// writeUntilKilled decides post after post, and says each id once it is acknowledged.
func writeUntilKilled(path string) error {
	l, err := Open(Options{Path: path})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		ds, err := l.Decide(context.Background(), confirm("p"+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(i)))
		if err != nil {
			return err
		}
		fmt.Println(ds[0].ID)
	}
}

// TestKilledWriter kills a writing process outright, again and again on one
// file, and looks for every decision that it had acknowledged.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	acked := 0
	for round := range 5 {
		acks := killAfter(ctx, t, path, 20+round*7)
		acked += len(acks)
		l := open(t, path, newClock())
		for _, id := range acks {
			if _, err := l.Decision(ctx, id); err != nil {
				t.Errorf("round %d: decision %s was acknowledged and is lost: %v", round, id, err)
			}
		}
		chain, err := l.Verify(ctx)
		if err != nil || !chain.OK() {
			t.Errorf("round %d: Verify = %+v, %v", round, chain, err)
		}
		out, err := l.Unpublished(ctx, 100_000)
		if err != nil || len(out) < acked || int64(len(out)) != chain.Entries {
			t.Errorf("round %d: %d in the outbox, %d entries, %d acknowledged, %v", round, len(out), chain.Entries, acked, err)
		}
		l.Close()
	}
	if acked < 100 {
		t.Errorf("only %d decisions were written before the kills: the test proves little", acked)
	}
}

// killAfter starts a writer, kills it after n acknowledgements, and returns all that it gave.
func killAfter(ctx context.Context, t *testing.T, path string, n int) []string {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=writer:"+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acks []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if acks = append(acks, lines.Text()); len(acks) == n {
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	if len(acks) > 0 && len(acks[len(acks)-1]) != 33 { // cut in the middle of a line
		acks = acks[:len(acks)-1]
	}
	return acks
}

// openAsStranger opens the ledger without root's right to write everywhere.
func openAsStranger(path string) int {
	if os.Geteuid() == 0 {
		if err := syscall.Setfsuid(65534); err != nil {
			fmt.Println("skip:", err)
			return 0
		}
	}
	_, err := Open(Options{Path: path})
	fmt.Println(err)
	return 0
}

func TestReadOnlyDisk(t *testing.T) {
	base := t.TempDir()
	for d := base; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(base, "empty", "ledger.db")
	if err := os.Mkdir(filepath.Dir(missing), 0o555); err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(base, "there", "ledger.db")
	l := open(t, there, newClock())
	if _, err := l.Record(context.Background(), "x", "y", "z", nil); err != nil {
		t.Fatal(err)
	}
	l.Close()
	for p, mode := range map[string]os.FileMode{there: 0o444, filepath.Dir(there): 0o555} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Dir(there), 0o755) })
	for name, path := range map[string]string{"no ledger yet": missing, "a ledger that is there": there} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childEnv+"=stranger:"+path)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if strings.HasPrefix(string(out), "skip:") {
				t.Skip(string(out))
			}
			if want := "hint: " + path + " cannot be written"; !strings.Contains(string(out), want) {
				t.Errorf("Open says %q, want %q in it", out, want)
			}
		})
	}
}
