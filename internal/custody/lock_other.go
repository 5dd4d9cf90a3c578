//go:build !unix

package custody

import (
	"errors"
	"os"
)

// lock is refused where no lock ends with the process.
func lock(*os.File) error { return errors.New("the custody log needs a Unix system to be written") }

// TryLock is false where no lock ends with the process.
func TryLock(*os.File) bool { return false }
