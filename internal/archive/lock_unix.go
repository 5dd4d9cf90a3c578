//go:build unix

package archive

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the lock that says that a process writes f; it ends with the
// process. It reports false when another one has it.
func lock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// isReadOnly reports that the file system allows no writing.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
