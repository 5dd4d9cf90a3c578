//go:build unix

package archive

import (
	"context"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
)

// childOnFullDisk bounds the size of its files, so that writes fail half way as
// on a full disk, and goes on with what fits.
func childOnFullDisk(a *Archive) int {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 200 << 10, Max: 200 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println("error", err)
		return 1
	}
	failed, kept := 0, 0
	for n := range 2000 {
		_, err := a.Append(context.Background(), capture(n)...)
		switch {
		case err == nil:
			kept++
		case !strings.Contains(err.Error(), "hint:"):
			fmt.Println("error without a hint:", err)
			return 1
		default:
			if failed++; failed == 1 {
				fmt.Println(err)
			}
		}
		if failed == 3 {
			break
		}
	}
	if failed == 0 || kept == 0 {
		fmt.Println("kept", kept, "failed", failed)
		return 1
	}
	if err := a.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}
