//go:build !unix

package app

// diskFree is not known here.
func diskFree(string) int64 { return -1 }
