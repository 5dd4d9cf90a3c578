package fetch

import (
	"net"
	"sync"
)

// recorder keeps what one exchange wrote and read, up to a cap.
type recorder struct {
	mu       sync.Mutex
	req, res []byte
	max      int
}

// reset forgets what an earlier connection carried: the transport tries again on
// another one when a kept connection turns out to be dead. It makes room for a
// response of about the size of the last one, if there was any.
func (r *recorder) reset(last int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.req, r.res = r.req[:0], r.res[:0]
	if room := min(last+last/8+512, 256<<10, r.max); last > 0 && cap(r.res) < room {
		r.res = make([]byte, 0, room)
	}
}

func (r *recorder) wrote(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.req = append(r.req, b[:min(len(b), r.max-len(r.req))]...)
}

// unsent takes back the last n bytes: the connection did not take them.
func (r *recorder) unsent(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.req = r.req[:max(len(r.req)-n, 0)]
}

func (r *recorder) read(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res = append(r.res, b[:min(len(b), r.max-len(r.res))]...)
}

func (r *recorder) taken() (req, res []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.req, r.res
}

// wireConn hands every byte that passes to the recorder of the exchange that
// uses the connection. Over TLS it sits inside: it sees the plain bytes.
type wireConn struct {
	net.Conn
	tls *TLS

	mu   sync.Mutex
	rec  *recorder
	size int // of the last response, after which the room for the next is made
}

// attach makes r the recorder of what follows. The transport calls it (through
// httptrace) before it writes a request, and uses a connection for one exchange
// at a time, so bytes of two exchanges never meet.
func (c *wireConn) attach(r *recorder) {
	c.mu.Lock()
	r.reset(c.size)
	c.rec = r
	c.mu.Unlock()
}

// detach stops recording into r, if nobody has taken over already.
func (c *wireConn) detach(r *recorder) {
	c.mu.Lock()
	if c.rec == r {
		c.rec = nil
		_, res := r.taken()
		c.size = len(res)
	}
	c.mu.Unlock()
}

func (c *wireConn) current() *recorder {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rec
}

func (c *wireConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		if r := c.current(); r != nil {
			r.read(b[:n])
		}
	}
	return n, err
}

func (c *wireConn) Write(b []byte) (int, error) {
	// Kept before it is sent: a quick answer may end the exchange before Write returns.
	r := c.current()
	if r != nil {
		r.wrote(b)
	}
	n, err := c.Conn.Write(b)
	if r != nil && n < len(b) {
		r.unsent(len(b) - n)
	}
	return n, err
}
