package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"time"
)

// Bounds of a package, in bytes and files.
const (
	MaxPackage = 1 << 30
	maxFiles   = 10_000
)

// file is one file of a package.
type file struct {
	name string
	data []byte
}

// epoch is the time that every file in a package has: the same content gives the same
// bytes, so that a check can make the package again and compare it as a whole.
func epoch() time.Time { return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) }

// pack writes files as a ZIP without compression, as WACZ asks for records.
func pack(w io.Writer, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{
			Name: f.name, Method: zip.Store, Modified: epoch(), CRC32: crc32.ChecksumIEEE(f.data),
			CompressedSize64: uint64(len(f.data)), UncompressedSize64: uint64(len(f.data)),
		}
		out, err := z.CreateRaw(h)
		if err != nil {
			return fmt.Errorf("write package: %s: %w", f.name, err)
		}
		if _, err := out.Write(f.data); err != nil {
			return fmt.Errorf("write package: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write package: %w", err)
	}
	return nil
}

// errNoPackage is returned for what is no ZIP of ours at all.
var errNoPackage = errors.New("this is no package of lurewatch evidence export")

// unpack reads the files of a package. A file that is not whole is an error with its name.
func unpack(b []byte) ([]file, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoPackage, err)
	}
	if len(z.File) > maxFiles {
		return nil, fmt.Errorf("%w: %d files in it", errNoPackage, len(z.File))
	}
	var out []file
	seen := map[string]bool{}
	left := int64(len(b)) // nothing is compressed, so all files together are no larger
	for _, f := range z.File {
		name := f.Name
		switch {
		case name != path.Clean(name) || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "..") || seen[name]:
			return nil, fmt.Errorf("%w: a file is called %.100q", errNoPackage, name)
		case f.Method != zip.Store || f.UncompressedSize64 > uint64(left):
			return nil, fmt.Errorf("%s: it is compressed, or larger than the package", name)
		}
		seen[name] = true
		left -= int64(f.UncompressedSize64)
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		data, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, file{name, data})
	}
	return out, nil
}

// same finds the first byte in which two packages differ, -1 for none.
func same(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}
