package stream

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
)

// ErrStopped is returned by what publishes or consumes when the embedded broker
// takes no messages for good: its disk is full, or broken. A restart is needed.
var ErrStopped = errors.New("embedded stream has stopped")

// probeBytes is what the disk must have room for: less than a block of the broker,
// more than what a file system keeps back in its corners.
const probeBytes = 256 << 10

// ill says why waiting is in vain: after a failed write the broker gives no answer
// on that topic until it is started anew, so that whoever publishes would wait for
// ever. An external broker is somebody else's to mend: then it is always nil.
func (s *Stream) ill() error {
	if s.node == nil {
		return nil
	}
	why := s.node.failure()
	if why == "" {
		why = probe(s.opt.Dir)
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%w: %s; hint: make room on the disk of %s, then start again: what was acknowledged is kept, and the rest is sent again from the archive", ErrStopped, why, s.opt.Dir)
}

// failure is what the server says of its own store, if this process runs it.
func (n *node) failure() string {
	n.mu.Lock()
	srv := n.srv
	n.mu.Unlock()
	if srv == nil {
		return ""
	}
	if !srv.JetStreamEnabled() {
		return "the broker has shut its store down, see nats-server in the log"
	}
	for _, e := range srv.Healthz(&server.HealthzOptions{Details: true}).Errors {
		// Other errors pass by themselves, such as a topic that is just being made.
		if e.Type == server.HealthzErrorStream && strings.Contains(e.Error, "write error") {
			return e.Error
		}
	}
	return ""
}

// probe writes a file and takes it away again. It tells of a disk that is full or
// read-only, also to a process that does not run the broker; other trouble is not
// the disk's.
func probe(dir string) string {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err == nil {
		_, err = f.Write(make([]byte, probeBytes))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS} {
		if errors.Is(err, e) {
			return err.Error()
		}
	}
	return ""
}
