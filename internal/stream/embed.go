package stream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// format is the version of what node keeps in its directory beside the broker's own files.
const format = 1

// node is this process's part in the embedded broker. Whoever holds the lock of
// the directory runs the server; the others dial the address in the file
// server.json. Every dial asks anew, so when the owner ends one of the others
// takes over and the rest follows.
type node struct {
	opt Options

	mu     sync.Mutex
	lock   *os.File       // held while this process is the owner
	srv    *server.Server // nil unless owner
	tok    string         // as last read or made
	closed bool
}

// beacon is the content of server.json, readable by this user only.
type beacon struct {
	Addr  string `json:"addr"`
	Token string `json:"token"`
	PID   int    `json:"pid"`
}

// stamp is the content of format.json.
type stamp struct {
	Format int    `json:"format"`
	Server string `json:"server"`
}

func openNode(ctx context.Context, opt Options) (*node, error) {
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open stream store: %w; hint: choose a directory that this user may write", err)
	}
	n := &node{opt: opt}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for since := opt.Now(); ; {
		owner, err := n.own()
		if err != nil {
			return nil, err
		}
		if owner {
			return n, nil
		}
		if b, err := n.read(); err == nil {
			var d net.Dialer
			if c, err := d.DialContext(ctx, "tcp", b.Addr); err == nil {
				_ = c.Close()
				return n, nil
			}
		}
		if opt.Now().Sub(since) > 30*time.Second {
			return nil, fmt.Errorf("open stream store %s: another process holds it but does not answer; hint: end that process, see server.json in the directory", opt.Dir)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("open stream store %s: %w", opt.Dir, ctx.Err())
		case <-tick.C:
		}
	}
}

// own makes this process the owner if no other is, and reports whether it is.
func (n *node) own() (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false, ErrClosed
	}
	if n.srv != nil {
		return true, nil
	}
	lock, err := lockFile(filepath.Join(n.opt.Dir, "lock"))
	if err != nil {
		return false, fmt.Errorf("lock stream store %s: %w", n.opt.Dir, err)
	}
	if lock == nil {
		return false, nil
	}
	if err := n.start(); err != nil {
		_ = lock.Close()
		return false, err
	}
	n.lock = lock
	return true, nil
}

// start runs the server. The caller holds the lock of the directory.
func (n *node) start() error {
	if err := n.checkFormat(); err != nil {
		return err
	}
	hold := &serverLog{log: n.opt.Log}
	tok := rand.Text()
	srv, err := server.NewServer(&server.Options{
		ServerName: "lurewatch", Host: "127.0.0.1", Port: server.RANDOM_PORT, Authorization: tok,
		JetStream: true, StoreDir: n.opt.Dir, SyncInterval: n.opt.SyncInterval, SyncAlways: n.opt.SyncAlways,
		// Left to itself the server refuses everything beyond three quarters of what was free when
		// it started, its own messages of earlier runs not counted. The disk and max_bytes are our bounds.
		JetStreamMaxStore: 1 << 50,
		MaxPayload:        1 << 20, NoSigs: true,
	})
	if err != nil {
		return fmt.Errorf("start embedded stream: %w", err)
	}
	srv.SetLogger(hold, false, false)
	srv.Start()
	fail := func(err error) error {
		srv.Shutdown()
		srv.WaitForShutdown()
		return err
	}
	if !srv.ReadyForConnections(20*time.Second) || hold.fatal() != "" || !srv.JetStreamEnabled() {
		return fail(fmt.Errorf("start embedded stream in %s: %s; hint: check rights and free space, or move the directory away and run lurewatch rebuild", n.opt.Dir, hold.fatal()))
	}
	if err := n.checkStore(srv); err != nil {
		return fail(err)
	}
	err = writeJSON(n.opt.Dir, "format.json", stamp{Format: format, Server: server.VERSION})
	if err == nil {
		err = writeJSON(n.opt.Dir, "server.json", beacon{Addr: srv.Addr().String(), Token: tok, PID: os.Getpid()})
	}
	if err != nil {
		return fail(fmt.Errorf("start embedded stream: %w; hint: check rights and free space of the disk", err))
	}
	n.srv, n.tok = srv, tok
	return nil
}

// checkFormat refuses a store that a newer program wrote.
func (n *node) checkFormat() error {
	b, err := os.ReadFile(filepath.Join(n.opt.Dir, "format.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open stream store: %w", err)
	}
	var s stamp
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("open stream store %s: format.json is damaged: %w; hint: move the directory away and run lurewatch rebuild", n.opt.Dir, err)
	}
	if s.Format > format || series(s.Server) > series(server.VERSION) {
		return fmt.Errorf("open stream store %s: written by a newer version (format %d, nats-server %s; this is format %d, %s); hint: use that version, or move the directory away and run lurewatch rebuild",
			n.opt.Dir, s.Format, s.Server, format, server.VERSION)
	}
	return nil
}

// series is major and minor of a version as one number that can be compared.
func series(v string) int {
	var major, minor int
	if _, err := fmt.Sscanf(v, "%d.%d", &major, &minor); err != nil {
		return 0
	}
	return major*1000 + minor
}

// checkStore finds what the server passes over in silence: a stream that it
// could not load (a new, empty one would take its place) and lost blocks.
func (n *node) checkStore(srv *server.Server) error {
	info, err := srv.Jsz(&server.JSzOptions{Accounts: true, Streams: true})
	if err != nil {
		return fmt.Errorf("check stream store: %w", err)
	}
	loaded := map[string]bool{}
	for _, a := range info.AccountDetails {
		for _, s := range a.Streams {
			loaded[s.Name] = true
			if l := s.State.Lost; l != nil && len(l.Msgs) > 0 {
				n.opt.Log.Warn("stream store lost messages to damage on the disk", "stream", s.Name, "count", len(l.Msgs), "hint", "run lurewatch rebuild")
			}
		}
	}
	dirs, err := os.ReadDir(filepath.Join(n.opt.Dir, "jetstream", "$G", "streams"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("check stream store: %w", err)
	}
	for _, d := range dirs {
		if d.IsDir() && !strings.HasPrefix(d.Name(), ".") && !loaded[d.Name()] {
			return fmt.Errorf("open stream store %s: %s is damaged and cannot be read; hint: move the directory away and run lurewatch rebuild", n.opt.Dir, d.Name())
		}
	}
	return nil
}

// Dial connects to the broker wherever it is now: it has the signature that the
// NATS client asks of a dialer, and ignores the address.
func (n *node) Dial(network, _ string) (net.Conn, error) {
	owner, err := n.own()
	if err != nil {
		if !errors.Is(err, ErrClosed) {
			n.opt.Log.Warn("stream store cannot be taken over", "err", err)
		}
		return nil, err
	}
	if owner {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.srv == nil {
			return nil, ErrClosed
		}
		return n.srv.InProcessConn()
	}
	b, err := n.read()
	if err != nil {
		return nil, fmt.Errorf("find embedded stream: %w", err)
	}
	n.mu.Lock()
	n.tok = b.Token
	n.mu.Unlock()
	return net.DialTimeout(network, b.Addr, 2*time.Second)
}

func (n *node) token() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tok
}

func (n *node) read() (beacon, error) {
	var b beacon
	raw, err := os.ReadFile(filepath.Join(n.opt.Dir, "server.json"))
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	return b, err
}

// owns reports whether this process runs the broker.
func (n *node) owns() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.srv != nil
}

// alone reports whether this process runs the broker and nobody else is connected.
func (n *node) alone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.srv != nil && n.srv.NumClients() <= 1
}

func (n *node) close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	if n.srv == nil {
		return nil
	}
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
	n.srv = nil
	err := os.Remove(filepath.Join(n.opt.Dir, "server.json"))
	return errors.Join(err, n.lock.Close())
}

// writeJSON replaces a file at once, readable by this user only.
func writeJSON(dir, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	tmp := filepath.Join(dir, "."+name+".new")
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// serverLog passes the broker's log on and keeps what it calls fatal: its own
// logger would end the process there.
type serverLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	last string
}

func (l *serverLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = fmt.Sprintf(format, v...)
}

func (l *serverLog) Errorf(format string, v ...any) {
	l.log.Error("nats-server", "said", fmt.Sprintf(format, v...))
}

func (l *serverLog) Warnf(format string, v ...any) {
	l.log.Warn("nats-server", "said", fmt.Sprintf(format, v...))
}

func (l *serverLog) Noticef(format string, v ...any) {
	l.log.Debug("nats-server", "said", fmt.Sprintf(format, v...))
}

func (l *serverLog) Debugf(string, ...any) {}
func (l *serverLog) Tracef(string, ...any) {}
