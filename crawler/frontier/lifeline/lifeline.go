// Package lifeline tells the processes of one machine which of them live, by files
// that the kernel unlocks when their process ends, however it ends. It knows
// nothing of other machines. Start at [Hold].
package lifeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Line is the locked file of an owner that lives.
type Line struct{ f *os.File }

// Hold makes and locks the file of owner beside path, and returns the
// owners whose files nobody holds any more.
func Hold(path, owner string) (dead []string, l *Line, err error) {
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
	return dead, &Line{f}, nil
}

// Drop says that the owner has ended.
func (l *Line) Drop() {
	os.Remove(l.f.Name())
	l.f.Close()
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
