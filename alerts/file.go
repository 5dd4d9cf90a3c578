package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/lurewatch/lurewatch/internal/post"
)

// FileOptions is the file block of the configuration file.
type FileOptions struct {
	Path string `yaml:"path"` // appended to, made when missing; it may be moved away at any time
}

// File appends each notice to a file as one line of JSON, and syncs it.
type File struct {
	path string
	mu   sync.Mutex
}

var _ Channel = (*File)(nil)

// NewFile checks that the path can be appended to.
func NewFile(opt FileOptions) (*File, error) {
	if opt.Path == "" {
		return nil, errors.New("alert file: no path; hint: set path")
	}
	c := &File{path: opt.Path}
	f, _, err := c.open()
	if err != nil {
		return nil, fmt.Errorf("alert file: %w; hint: choose a path that this user may write", err)
	}
	return c, f.Close()
}

// Send writes the line whole or not at all.
func (c *File) Send(ctx context.Context, n post.Notice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	line, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("%w: alert file: encode notice: %w", ErrPermanent, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, size, err := c.open()
	if err != nil {
		return fmt.Errorf("alert file: %w", err)
	}
	var last [1]byte
	if size > 0 {
		if _, err := f.ReadAt(last[:], size-1); err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(fmt.Errorf("alert file: %w", err), f.Close())
		}
		if last[0] != '\n' { // a crash left half a line: it must not spoil this one
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = f.Write(append(line, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		err = errors.Join(fmt.Errorf("alert file: %w", err), f.Truncate(size))
	}
	return errors.Join(err, f.Close())
}

func (c *File) open() (*os.File, int64, error) {
	_, statErr := os.Stat(c.path)
	f, err := os.OpenFile(c.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && errors.Is(statErr, os.ErrNotExist) {
		err = syncDir(filepath.Dir(c.path))
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
