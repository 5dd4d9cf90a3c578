//go:build !unix

package archive

import (
	"errors"
	"os"
)

// lock is refused where no lock ends with the process.
func lock(*os.File) (bool, error) {
	return false, errors.New("the archive needs a Unix system to be written")
}

func isReadOnly(error) bool { return false }
