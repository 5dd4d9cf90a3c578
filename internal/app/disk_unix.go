//go:build unix

package app

import "golang.org/x/sys/unix"

// diskFree is how many bytes this user may still write where dir is, -1 when unknown.
func diskFree(dir string) int64 {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize) //nolint:unconvert // the types differ from system to system
}
