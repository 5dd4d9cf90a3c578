package archive

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// group is what one Append brings, encoded, and what became of it.
type group struct {
	data   []byte
	parts  []Member      // without the place, but for the length
	done   chan struct{} // closed when places or err is set
	places []post.Locator
	err    error
}

// file is the one that the writer appends to.
type file struct {
	f    *os.File
	name string
	size int64 // of what is on the disk for certain
}

// maxShare bounds the bytes that share one fsync.
const maxShare = 64 << 20

// write is the writer's goroutine: whatever was queued while it waited for the
// disk shares the next fsync.
func (a *Archive) write() {
	for {
		batch, closed := a.take()
		if len(batch) == 0 {
			if closed {
				break
			}
			<-a.wake
			continue
		}
		if err := a.commit(batch); err != nil && len(batch) > 1 {
			for _, g := range batch { // a small group may fit where all did not
				g.err = a.commit([]*group{g})
			}
		} else if err != nil {
			batch[0].err = err
		}
		for _, g := range batch {
			close(g.done)
		}
	}
	if a.cur != nil {
		a.retire()
	}
}

func (a *Archive) take() (batch []*group, closed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	size := 0
	for len(a.queue) > 0 && (len(batch) == 0 || size+len(a.queue[0].data) <= maxShare) {
		g := a.queue[0]
		a.queue = a.queue[1:]
		size += len(g.data)
		batch = append(batch, g)
	}
	return batch, a.closed
}

// commit writes groups to the current file and syncs it, or leaves it as it was.
func (a *Archive) commit(batch []*group) error {
	var total int64
	for _, g := range batch {
		total += int64(len(g.data))
	}
	if a.cur != nil && a.cur.size+total > a.opt.MaxBytes {
		a.retire()
	}
	if a.cur == nil {
		if err := a.begin(); err != nil {
			return fmt.Errorf("begin archive file: %w; hint: check rights and free space of %s", err, a.opt.Dir)
		}
	}
	c := a.cur
	at := c.size
	var err error
	for _, g := range batch {
		if _, err = c.f.WriteAt(g.data, at); err != nil {
			break
		}
		at += int64(len(g.data))
	}
	if err == nil {
		err = c.f.Sync()
	}
	if err != nil {
		return a.undo(err)
	}
	at = c.size
	for _, g := range batch {
		for i := range g.parts {
			l := &g.parts[i].At
			l.File, l.Offset = c.name, at
			g.places = append(g.places, *l)
			at += l.Length
		}
	}
	c.size = at
	a.mu.Lock()
	m := a.marks[c.name]
	for _, g := range batch {
		m.add(g.places[len(g.places)-1])
	}
	a.mu.Unlock()
	if a.opt.Kept != nil {
		var kept [][]Member
		for _, g := range batch {
			kept = append(kept, captures(g.parts)...)
		}
		a.opt.Kept(c.name, kept)
	}
	return nil
}

// undo takes back a write that failed. When even that fails the file is left
// alone: the next Open cuts it.
func (a *Archive) undo(cause error) error {
	c := a.cur
	err := c.f.Truncate(c.size)
	if err == nil {
		err = c.f.Sync()
	}
	if err != nil {
		a.opt.Log.Error("archive file cannot be restored, another one will be begun", "file", c.name, "err", err)
		_ = c.f.Close()
		a.mu.Lock()
		delete(a.marks, c.name)
		a.mu.Unlock()
		a.cur = nil
	}
	hint := "check the disk"
	if errors.Is(cause, syscall.ENOSPC) || errors.Is(cause, syscall.EDQUOT) {
		hint = "free some space; nothing of this group was kept, and everything before it is safe"
	}
	return fmt.Errorf("write archive file %s: %w; hint: %s", c.name, cause, hint)
}

// begin makes a new file that starts with a warcinfo record.
func (a *Archive) begin() error {
	now := a.opt.Now().UTC()
	a.seq++
	name := fmt.Sprintf("lurewatch-%s-%05d-%s%s", strings.Replace(now.Format("20060102150405.000"), ".", "", 1), a.seq, strings.ToLower(rand.Text()[:8]), suffix)
	info := a.warcinfo(name, now)
	head, err := a.pack.encode(nil, info)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(a.path(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return err
	}
	ok, err := lock(f)
	if err == nil && !ok {
		err = errors.New("a file just made is locked by another process")
	}
	if err == nil {
		_, err = f.Write(head)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(a.opt.Dir)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(a.path(name)))
	}
	a.cur = &file{f: f, name: name, size: int64(len(head))}
	a.mu.Lock()
	a.marks[name] = &mark{f: f, done: a.cur.size, end: a.cur.size}
	a.mu.Unlock()
	if a.opt.Kept != nil {
		m := memberOf(info, head)
		m.At.File = name
		a.opt.Kept(name, [][]Member{{m}})
	}
	return nil
}

func (a *Archive) warcinfo(name string, now time.Time) Record {
	body := "software: " + a.opt.Software + "\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
	return Record{Type: "warcinfo", ID: NewID(), Date: now, ContentType: "application/warc-fields", Fields: []Field{{"WARC-Filename", name}}, Block: []byte(body)}
}

// retire ends the current file. Its lock stays until all of it is done, so that
// no other process takes it for abandoned.
func (a *Archive) retire() {
	a.mu.Lock()
	a.marks[a.cur.name].closed = true
	a.mu.Unlock()
	a.cur = nil
}

func syncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
