package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxOutput bounds what one run may write, bytes; maxComplaint what it may say of
// what went wrong.
const (
	maxOutput    = 1 << 20
	maxComplaint = 4 << 10
)

var errFlood = fmt.Errorf("it wrote more than %d bytes", maxOutput)

// run runs the program once: in a process group of its own, with nothing of our
// environment, bounded in memory, processor time, files and output, killed as a group
// when ctx ends. It reads in from its standard input, and only after the bounds are set.
func (e *engine) run(ctx context.Context, in []byte, args ...string) (string, error) {
	ctx, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	cmd := exec.CommandContext(ctx, e.path, args...) //nolint:gosec // the operator names the program; no argument comes from a picture
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "PATH=/nonexistent"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	out := &capped{max: maxOutput, full: func() { kill(errFlood) }}
	complaint := &capped{max: maxComplaint, full: func() {}}
	cmd.Stdout, cmd.Stderr = out, complaint
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if err := bound(cmd.Process.Pid, e.opt); err != nil {
		kill(err)
	}
	_, wrote := pipe.Write(in) // ends when the program does
	wrote = errors.Join(wrote, pipe.Close())
	err = cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		_ = cmd.Cancel() // something that it left behind holds the pipes
	}
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", fmt.Errorf("%w%s", err, complaint.last())
	case wrote != nil && len(in) > 0:
		return "", fmt.Errorf("it did not take the picture: %w", wrote)
	}
	return strings.ToValidUTF8(out.b.String(), "\uFFFD"), nil
}

// bound sets what a process may use. It may write no file.
func bound(pid int, o Options) error {
	cpu := uint64(o.Timeout/time.Second) + 1
	for what, most := range map[int]uint64{
		unix.RLIMIT_AS: uint64(o.Memory), unix.RLIMIT_CPU: cpu, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64,
	} {
		err := unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil)
		if errors.Is(err, unix.ESRCH) {
			return nil // gone already
		}
		if err != nil {
			return fmt.Errorf("bound its resources: %w", err)
		}
	}
	return nil
}

// capped keeps the first max bytes and takes the rest without keeping it.
type capped struct {
	b    bytes.Buffer
	max  int
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if room := c.max - c.b.Len(); len(p) > room {
		c.b.Write(p[:room])
		c.full()
		return len(p), nil
	}
	return c.b.Write(p)
}

// last is the last line that was written, after a colon.
func (c *capped) last() string {
	lines := strings.Split(strings.TrimSpace(printable(c.b.String())), "\n")
	if s := lines[len(lines)-1]; s != "" {
		return ": " + s[:min(len(s), 300)]
	}
	return ""
}
