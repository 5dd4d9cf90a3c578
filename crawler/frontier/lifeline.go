package frontier

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lifeline is a locked file that tells other processes that an owner lives. The
// kernel lets go of the lock when the process ends, however it ends.
type lifeline struct{ f *os.File }

// holdLifeline makes and locks the file of owner beside path, and returns the
// owners whose files nobody holds any more.
func holdLifeline(path, owner string) (dead []string, l *lifeline, err error) {
	prefix := path + ".owner-"
	files, err := filepath.Glob(escapeGlob(prefix) + "*")
	if err != nil {
		return nil, nil, fmt.Errorf("list owners: %w", err)
	}
	for _, name := range files {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue // gone, or not ours to judge: its leases run out on their own
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			dead = append(dead, strings.TrimPrefix(name, prefix))
			os.Remove(name)
		}
		f.Close()
	}
	f, err := os.OpenFile(prefix+owner, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("mark owner: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, nil, fmt.Errorf("lock owner: %w", err)
	}
	return dead, &lifeline{f}, nil
}

func (l *lifeline) drop() {
	os.Remove(l.f.Name())
	l.f.Close()
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
