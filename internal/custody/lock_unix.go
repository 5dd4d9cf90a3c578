//go:build unix

package custody

import (
	"os"
	"syscall"
)

// lock waits until no other writer holds f. Closing f gives it back, and so does the
// end of the process.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }
