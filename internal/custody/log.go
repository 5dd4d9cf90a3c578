package custody

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const lockFile = "lock"

// ErrClosed is returned after Close.
var ErrClosed = errors.New("custody log is closed")

// ErrDamaged marks a log that cannot be gone on with.
var ErrDamaged = errors.New("custody log is damaged")

// Options says where the log is. Dir is required; all else has a default.
type Options struct {
	Dir      string
	MaxBytes int64         // size at which a new file is begun; default 64 MiB
	Linger   time.Duration // how long captures wait for others to share an fsync; default 1 s
	MaxQueue int           // captures that may wait while the log cannot be written; default 65,536
	Software string        // noted with every capture; default lurewatch
	Now      func() time.Time
	Log      *slog.Logger
}

// Log is a log open for writing. It is safe for concurrent use, and several processes
// may have the same one open.
type Log struct {
	opt    Options
	wake   chan struct{}
	flush  chan struct{} // ask not to linger
	writer sync.WaitGroup

	mu     sync.Mutex
	queue  []Entry
	closed bool
	left   map[string]bool // archive files that are left to the next start

	commit sync.Mutex // held while the files are touched
	st     state
	saved  time.Time
}

// Open opens or makes the log in opt.Dir. A line that a crash left half written is cut
// off and kept beside; what else does not fit is refused with [ErrDamaged].
func Open(opt Options) (*Log, error) {
	if opt.Dir == "" {
		return nil, errors.New("open custody log: no directory")
	}
	if opt.MaxBytes < 0 || opt.Linger < 0 || opt.MaxQueue < 0 {
		return nil, errors.New("open custody log: a bound is negative")
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = 64 << 20
	}
	if opt.Linger == 0 {
		opt.Linger = time.Second
	}
	if opt.MaxQueue == 0 {
		opt.MaxQueue = 1 << 16
	}
	if opt.Software == "" {
		opt.Software = "lurewatch"
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(opt.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("open custody log: %w; hint: choose a directory that this user may write", err)
	}
	l := &Log{opt: opt, wake: make(chan struct{}, 1), flush: make(chan struct{}, 1), left: map[string]bool{}, st: newState()}
	if s, ok := loadState(opt.Dir); ok && l.fits(s) {
		l.st = s
	}
	if err := l.locked(l.catchUp); err != nil {
		return nil, fmt.Errorf("open custody log: %w\nhint: `lurewatch evidence verify` names what is wrong; put back a copy of the folder, or move it aside: a new chain begins then", err)
	}
	l.writer.Go(l.write)
	return l, nil
}

// Captured enters captures of one archive file, in the order in which they stand in
// it. It returns at once: a crash before they are entered shows at the next start,
// see [Log.Covered]. It must not be called after Close.
func (l *Log) Captured(file string, captures ...[]Record) {
	at := Time{l.opt.Now()}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left[file] {
		return
	}
	if len(l.queue)+len(captures) > l.opt.MaxQueue {
		l.left[file] = true
		l.opt.Log.Error("custody log cannot be written for too long; captures are entered late, at the next start", "file", file)
		return
	}
	for _, recs := range captures {
		l.queue = append(l.queue, Entry{Kind: KindCapture, At: at, Software: l.opt.Software, Capture: &Capture{File: file, Records: recs}})
	}
	l.poke(l.wake)
}

func (l *Log) poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// write is the goroutine that brings captures to the disk, many at a time.
func (l *Log) write() {
	for {
		l.mu.Lock()
		waiting, closed := len(l.queue) > 0, l.closed
		l.mu.Unlock()
		if !waiting {
			if closed {
				return
			}
			<-l.wake
			continue
		}
		if !closed {
			pause := time.NewTimer(l.opt.Linger)
			select {
			case <-pause.C:
			case <-l.flush:
			}
			pause.Stop()
		}
		err := l.drain()
		if err == nil {
			continue
		}
		if closed {
			l.opt.Log.Error("custody log cannot be written; captures are entered late, at the next start", "err", err)
			return
		}
		l.opt.Log.Warn("custody log cannot be written, it is tried again", "err", err)
		retry := time.NewTimer(time.Second)
		select {
		case <-retry.C:
		case <-l.flush:
		}
		retry.Stop()
	}
}

// drain enters what is queued now.
func (l *Log) drain() error {
	l.commit.Lock()
	defer l.commit.Unlock()
	l.mu.Lock()
	batch := l.queue
	l.queue = nil
	l.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := l.lockedWrite(batch)
	if err != nil {
		l.mu.Lock()
		l.queue = append(batch, l.queue...)
		l.mu.Unlock()
	}
	return err
}

// Append enters entries and returns when they are on the disk, after all that was
// queued before. What the log has already is passed over: records before [Log.Covered],
// acts up to [Log.Audited].
func (l *Log) Append(ctx context.Context, entries ...Entry) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("append to custody log: %w", err)
	}
	for i := range entries {
		if entries[i].At.IsZero() {
			entries[i].At = Time{l.opt.Now()}
		}
	}
	if err := l.drain(); err != nil {
		return fmt.Errorf("append to custody log: %w", err)
	}
	l.commit.Lock()
	defer l.commit.Unlock()
	l.mu.Lock()
	closed := l.closed
	l.mu.Unlock()
	if closed {
		return fmt.Errorf("append to custody log: %w", ErrClosed)
	}
	if err := l.lockedWrite(entries); err != nil {
		return fmt.Errorf("append to custody log: %w", err)
	}
	return nil
}

// Flush returns when all that was queued before is on the disk.
func (l *Log) Flush(ctx context.Context) error { return l.Append(ctx) }

// refreshed is the state of the log as it is on the disk, other writers included.
func (l *Log) refreshed() (state, error) {
	l.commit.Lock()
	defer l.commit.Unlock()
	err := l.locked(l.catchUp)
	return l.st.clone(), err
}

// Head is the newest entry, of whichever process.
func (l *Log) Head() (Head, error) {
	s, err := l.refreshed()
	return s.Head, err
}

// Covered tells up to which offset each archive file is entered.
func (l *Log) Covered() (map[string]int64, error) {
	s, err := l.refreshed()
	return s.Files, err
}

// Audited tells up to which audit entry acts are entered.
func (l *Log) Audited() (int64, error) {
	s, err := l.refreshed()
	return s.Audit, err
}

// Stamped tells the newest entry that an authority has stamped, 0 for none.
func (l *Log) Stamped(authority string) (int64, error) {
	s, err := l.refreshed()
	return s.Stamp[authority], err
}

// Dir is the folder of the log.
func (l *Log) Dir() string { return l.opt.Dir }

// Close enters what is queued and ends.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	l.poke(l.flush)
	l.poke(l.wake)
	l.writer.Wait()
	l.commit.Lock()
	defer l.commit.Unlock()
	return l.locked(func() error {
		if err := l.catchUp(); err != nil {
			return err
		}
		return l.st.save(l.opt.Dir)
	})
}

// locked runs fn while no other process writes.
func (l *Log) locked(fn func() error) (err error) {
	f, err := os.OpenFile(filepath.Join(l.opt.Dir, lockFile), os.O_CREATE|os.O_RDWR, 0o640) //nolint:gosec // the operator's group may read evidence
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lock(f); err != nil {
		return err
	}
	return fn()
}
