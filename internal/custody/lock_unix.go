//go:build unix

package custody

import (
	"os"
	"syscall"
)

// lock waits until no other writer holds f. Closing f gives it back, and so does the
// end of the process.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }

// TryLock takes the lock of f for whoever does a job that one process does at a time;
// closing f, or the end of the process, gives it back. It is false when another has it.
func TryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
