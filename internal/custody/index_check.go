package custody

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// indexCheck holds the index of a file against its lines, while these are walked: an
// index that leaves out an entry would keep it out of a package.
type indexCheck struct {
	there []byte // the whole of it
	lines int64  // that it says it knows
	b     *indexBuilder
	why   string
}

// newIndexCheck reads the index of a file of the log, before its lines are read: these
// are then at least those that it knows. It returns nil where there is none.
func newIndexCheck(dir, name string) *indexCheck {
	there, err := os.ReadFile(filepath.Join(dir, indexName(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c := &indexCheck{there: there}
	first, err2 := firstOf(name)
	if err = errors.Join(err, err2); err != nil {
		c.why = err.Error()
		return c
	}
	c.b = newIndexBuilder(name, first)
	var h indexHeader
	if len(there) < blockSize || json.Unmarshal(bytes.TrimRight(there[:blockRoom], "\x00"), &h) != nil {
		c.why = "it is none"
	}
	c.lines = h.Lines
	return c
}

// add takes in a sound line.
func (c *indexCheck) add(l Line, e Entry) {
	if c != nil && c.why == "" && c.b != nil && c.b.h.Lines < c.lines {
		c.b.add(l, e)
	}
}

// give says that a line is at fault: what the index should be cannot be told then, and
// the line is named.
func (c *indexCheck) give() {
	if c != nil {
		c.b = nil
	}
}

// fault says what is wrong with the index.
func (c *indexCheck) fault() string {
	const mend = " (it is bookkeeping: delete it, the next export makes it again)"
	switch {
	case c == nil:
		return ""
	case c.why != "":
		return "the index cannot be read: " + c.why + mend
	case c.b == nil:
		return ""
	}
	if want, err := c.b.bytes(); err != nil || !bytes.Equal(want, c.there) {
		return "the index does not lead to all entries of this file" + mend
	}
	return ""
}
