package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// slow skips what a quick look at the tests does without.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow: left out with -short")
	}
}

// result is how one command ended.
type result struct {
	out, err string
	code     int
}

// both is what a command said on both channels.
func (r result) both() string { return r.out + r.err }

// finished runs a command of lurewatch to its end, in dir, with more environment.
func finished(t *testing.T, dir string, env []string, stdin io.Reader, args ...string) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
	defer stop()
	return ended(t, prepared(ctx, dir, env, stdin, args...))
}

func prepared(ctx context.Context, dir string, env []string, stdin io.Reader, args ...string) *exec.Cmd {
	cmd := lurewatch(ctx, args...)
	cmd.Dir, cmd.Stdin = dir, stdin
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// ended runs cmd to its end.
func ended(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", cmd.Args[1:], err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// measured runs cmd to its end and returns the most memory it held too, in KiB. What
// the system reports of an ended process counts the one that started it.
func measured(t *testing.T, cmd *exec.Cmd) (result, int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	status, done, peak := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid), make(chan struct{}), make(chan int)
	go func() {
		most := 0
		for {
			if b, err := os.ReadFile(status); err == nil {
				if m := highWater.FindSubmatch(b); m != nil {
					n, _ := strconv.Atoi(string(m[1])) // digits
					most = max(most, n)
				}
			}
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	close(done)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", cmd.Args[1:], err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}, <-peak
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// child is a process of lurewatch in the background; it never outlives its test.
type child struct {
	cmd  *exec.Cmd
	out  *watched
	done chan struct{}
}

// background starts a command of lurewatch.
func background(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	c := &child{cmd: prepared(context.Background(), t.TempDir(), env, nil, args...), out: &watched{}, done: make(chan struct{})}
	c.begin(t)
	return c
}

// begin starts the process of c.
func (c *child) begin(t *testing.T) {
	t.Helper()
	c.cmd.Stdout, c.cmd.Stderr = c.out, c.out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.done)
		_ = c.cmd.Wait() // how it ended stands in ProcessState
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.done
		if t.Failed() {
			t.Logf("%v said:\n%s", c.cmd.Args[1:], tail(c.out.String(), 3000))
		}
	})
}

// says waits until the process has said what matches pattern, and gives the match.
func (c *child) says(t *testing.T, patience time.Duration, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	var m []string
	within(t, patience, "a process says "+pattern, func() bool {
		m = re.FindStringSubmatch(c.out.String())
		return m != nil || c.over()
	})
	if m == nil {
		t.Fatalf("the process ended without saying %s:\n%s", pattern, tail(c.out.String(), 3000))
	}
	return m
}

func (c *child) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// stop asks the process to end and gives its exit code.
func (c *child) stop(t *testing.T, patience time.Duration) int {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !c.over() {
		t.Fatal(err)
	}
	select {
	case <-c.done:
	case <-time.After(patience):
		t.Fatalf("the process did not end within %v after SIGTERM:\n%s", patience, tail(c.out.String(), 3000))
	}
	return c.cmd.ProcessState.ExitCode()
}

// kill ends the process as a crash would.
func (c *child) kill(t *testing.T) {
	t.Helper()
	if c.over() {
		t.Fatalf("the process ended by itself before it was killed:\n%s", tail(c.out.String(), 3000))
	}
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.done
}

// within fails the test when cond does not come true in time.
func within(t *testing.T, patience time.Duration, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !cond(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// breaker is a stretch of wire before a server: it can be cut and mended.
type breaker struct {
	net.Listener
	target string

	mu   sync.Mutex
	cut  bool
	live map[net.Conn]bool
	wg   sync.WaitGroup
}

func newBreaker(t *testing.T, target string) *breaker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{Listener: l, target: target, live: map[net.Conn]bool{}}
	b.wg.Go(b.accept)
	t.Cleanup(func() {
		_ = l.Close()
		b.set(true)
		b.wg.Wait()
	})
	return b
}

func (b *breaker) accept() {
	for {
		in, err := b.Accept()
		if err != nil {
			return
		}
		b.wg.Go(func() { b.carry(in) })
	}
}

func (b *breaker) carry(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", b.target)
	if err != nil {
		return
	}
	defer out.Close()
	b.mu.Lock()
	if b.cut {
		b.mu.Unlock()
		return
	}
	b.live[in], b.live[out] = true, true
	b.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
	both.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
	both.Wait()
	b.mu.Lock()
	delete(b.live, in)
	delete(b.live, out)
	b.mu.Unlock()
}

// set cuts the wire, with all that goes over it at the moment, or mends it.
func (b *breaker) set(cut bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cut = cut
	for c := range b.live {
		if cut {
			_ = c.Close()
		}
	}
}

// closedPort is an address of this machine where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// hinted reports whether an error message tells what to do next.
func hinted(s string) bool { return strings.Contains(s, "hint: ") || strings.Contains(s, "hint=") }
