package stream

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAFullDiskEndsWhoWouldWaitForEver fills the disk of the embedded broker, which
// from then on answers nobody: publishers and consumers end and say why, in the
// process that runs it and beside it, and what was acknowledged is there again once
// there is room.
func TestAFullDiskEndsWhoWouldWaitForEver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	opt := Options{Dir: filepath.Join(dir, "stream")}
	owner, err := Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !owner.node.owns() || beside.node.owns() {
		t.Fatal("the second does not join the first")
	}
	pad := strings.Repeat("x", 10_000)
	acked := 0
	for ; err == nil; acked++ {
		err = Publish(ctx, owner, notes, note{N: acked, Text: pad})
	}
	acked--
	stopped := func(who string, err error) {
		t.Helper()
		if !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "hint: make room") {
			t.Errorf("%s: %v, want that the disk is full and what to do", who, err)
		}
	}
	stopped("owner", err)
	if acked < 50 {
		t.Errorf("only %d messages fitted", acked)
	}
	stopped("another topic", Publish(ctx, owner, Topic[note]{Name: "other"}, note{N: 1}))
	stopped("process beside", Publish(ctx, beside, notes, note{N: -1}))
	stopped("consumer", Consume(ctx, owner, notes, quick("late"), func(context.Context, []note) []error { return []error{nil} }))
	for _, s := range []*Stream{beside, owner} {
		if err := s.Close(); err != nil {
			t.Logf("close on a full disk: %v", err)
		}
	}

	if s, err := Open(ctx, opt); err == nil {
		_ = s.Close() // there was room enough for that
	} else if !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("start on a full disk: %v, want a hint", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Skipf("the disk cannot be made larger: %v", err)
	}
	again := open(t, opt)
	if err := Publish(ctx, again, notes, note{N: acked}); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	there := map[int]bool{}
	if err := Replay(ctx, again, notes, func(n note) error { there[n.N] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range acked + 1 {
		if !there[i] {
			t.Errorf("message %d was acknowledged and is gone", i)
		}
	}
}
