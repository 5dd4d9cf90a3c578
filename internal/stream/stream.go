// Package stream is the joint between the stages of the line: it delivers,
// acknowledges, retries with a delay and keeps what nobody could handle, so that
// a stage can be a plain function. It rides on NATS JetStream: a nats-server
// inside the process when no URL is given, an external cluster otherwise, with
// the same client code.
//
// What it promises: at-least-once. [Publish] returns nil when the broker holds
// every message; [Consume] and [Map] acknowledge only after the stage has
// answered. So a stage may see an item twice and must be idempotent. The key of
// a [Topic] suppresses duplicates published within a short window; that is a
// help, not a promise.
//
// What it refuses: messages above [MaxMessage] bytes (pages and pictures stay in
// the archive) and knowledge of what it carries: it is generic over the message
// and knows no post.
//
// Start at [Open], then [Publish], [Consume] and [Map].
package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// MaxMessage bounds one encoded message, in bytes: the broker's default limit of
// 1 MiB less room for headers and for the record of a dead letter.
const MaxMessage = 1<<20 - 8<<10

// Options says where the broker is and how it keeps messages. The zero value
// with Dir set is an embedded broker that keeps everything.
type Options struct {
	URL       string        // one or more NATS URLs, comma separated; empty: embedded. May hold a password: it is never logged
	Creds     string        // path of a NATS credentials file, for URL
	CA        string        // path of a PEM file with the certificate authority, for URL
	Dir       string        // store directory of the embedded broker; shared by all processes of this machine
	Namespace string        // prefix of subjects and stream names; default "lurewatch"
	Replicas  int           // copies of each topic in a cluster; default 1; embedded has 1
	MaxAge    time.Duration // drop messages older than this, handled or not; 0 keeps them
	MaxBytes  int64         // bytes per topic; 0 means no bound. A full topic gives up its oldest messages that every stage has handled; if there are none publishers wait

	// SyncInterval is how often the embedded broker fsyncs: what a power failure may
	// take, though never a crash of the process. Default 10 s. SyncAlways fsyncs
	// before every acknowledgement of every topic; [Topic.Sync] does so for one.
	SyncInterval time.Duration
	SyncAlways   bool

	Window   time.Duration    // how long keys are remembered to suppress duplicates, at some 200 B each; default 30 s
	NagEvery time.Duration    // pause between two log messages about a broker that is away; default 5 s
	Log      *slog.Logger     // default: discard
	Now      func() time.Time // default time.Now
}

var nameOK = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (o *Options) fill() error {
	if o.URL == "" && o.Dir == "" {
		return errors.New("open stream: neither url nor directory is set; hint: set stream.dir for the embedded broker or stream.url for a NATS server")
	}
	if o.Namespace == "" {
		o.Namespace = "lurewatch"
	}
	if !nameOK.MatchString(o.Namespace) {
		return fmt.Errorf("open stream: namespace %q is not a plain name; hint: use letters, digits, - and _", o.Namespace)
	}
	if o.Replicas < 0 || o.Replicas > 5 || o.MaxAge < 0 || o.MaxBytes < 0 || o.SyncInterval < 0 || o.Window < 0 || o.NagEvery < 0 {
		return errors.New("open stream: a bound is out of range; hint: replicas is 0 to 5, all others are 0 or more")
	}
	if o.Replicas == 0 || o.URL == "" {
		o.Replicas = 1
	}
	if o.SyncInterval == 0 {
		o.SyncInterval = 10 * time.Second
	}
	if o.Window == 0 {
		o.Window = 30 * time.Second
	}
	if o.MaxAge > 0 && o.Window > o.MaxAge {
		o.Window = o.MaxAge
	}
	if o.NagEvery == 0 {
		o.NagEvery = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// Stream is an open connection to the broker. It is safe for concurrent use.
type Stream struct {
	opt  Options
	node *node // nil with an external broker
	nc   *nats.Conn
	js   jetstream.JetStream

	mu     sync.Mutex
	ready  map[string]bool // streams known to exist as configured
	synced map[string]int  // topic → last block file that was fsynced
	nagged time.Time
	back   chan struct{} // closed and replaced when the connection is back
	done   chan struct{} // closed by Close
	once   sync.Once
}

// Open connects to the broker, starting it first if it is the embedded one and
// no other process on this machine runs it. An external broker that cannot be
// reached is waited for, with a log message every few seconds, until ctx ends.
func Open(ctx context.Context, opt Options) (*Stream, error) {
	if err := opt.fill(); err != nil {
		return nil, err
	}
	s := &Stream{opt: opt, ready: map[string]bool{}, synced: map[string]int{}, back: make(chan struct{}), done: make(chan struct{})}
	if opt.URL == "" {
		n, err := openNode(ctx, opt)
		if err != nil {
			return nil, err
		}
		s.node = n
	}
	if err := s.connect(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Stream) connect(ctx context.Context) error {
	up, down := make(chan struct{}, 1), make(chan struct{}, 1)
	signal := func(c chan struct{}) nats.ConnHandler {
		return func(*nats.Conn) {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	opts := []nats.Option{
		nats.Name("lurewatch"), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.ReconnectBufSize(-1),
		nats.Timeout(5 * time.Second), nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2),
		nats.ConnectHandler(signal(up)), nats.ClosedHandler(signal(down)),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if !s.closing() {
				s.opt.Log.Warn("stream connection lost, trying again", "url", s.place(), "err", s.scrub(err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			s.mu.Lock()
			close(s.back)
			s.back = make(chan struct{})
			s.mu.Unlock()
			s.opt.Log.Info("stream connected again", "url", s.place())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			s.opt.Log.Debug("stream client", "err", s.scrub(err))
		}),
	}
	target := s.opt.URL
	if s.node != nil {
		target = "nats://127.0.0.1:1" // never dialled: node.Dial knows where the broker is
		opts = append(opts, nats.SetCustomDialer(s.node), nats.TokenHandler(s.node.token), nats.IgnoreAuthErrorAbort(),
			nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond))
	} else {
		opts = append(opts, nats.ReconnectWait(time.Second))
		if s.opt.Creds != "" {
			opts = append(opts, nats.UserCredentials(s.opt.Creds))
		}
		if s.opt.CA != "" {
			opts = append(opts, nats.RootCAs(s.opt.CA))
		}
	}
	nc, err := nats.Connect(target, opts...)
	if err != nil {
		return fmt.Errorf("connect to stream %s: %w", s.place(), s.scrub(err))
	}
	s.nc = nc
	if s.js, err = jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(1<<14), jetstream.WithPublishAsyncTimeout(15*time.Second)); err != nil {
		return fmt.Errorf("connect to stream %s: %w", s.place(), err)
	}
	tick := time.NewTicker(s.opt.NagEvery)
	defer tick.Stop()
	for !nc.IsConnected() {
		select {
		case <-up:
		case <-down:
			return fmt.Errorf("connect to stream %s: %w; hint: check user, password or credentials", s.place(), s.scrub(nc.LastError()))
		case <-tick.C:
			s.opt.Log.Warn("stream cannot be reached, still trying", "url", s.place(), "err", s.scrub(nc.LastError()),
				"hint", "start the NATS server or correct stream.url; nothing is lost meanwhile")
		case <-ctx.Done():
			return fmt.Errorf("connect to stream %s: %w (last error: %v); hint: start the NATS server or correct stream.url", s.place(), ctx.Err(), s.scrub(nc.LastError())) //nolint:errorlint // why it waited is told; why it ended is matched
		}
	}
	return nil
}

// Close ends the connection and, if this process runs the embedded broker, stops
// it after everything is on the disk. End what publishes and consumes first.
func (s *Stream) Close() error {
	var err error
	s.once.Do(func() {
		close(s.done)
		if s.nc != nil {
			if s.nc.IsConnected() {
				_ = s.nc.FlushTimeout(2 * time.Second) // the last acknowledgements
			}
			s.nc.Close()
		}
		if s.node != nil {
			err = s.node.close()
		}
	})
	return err
}

// Alone reports whether no other process of this machine uses the embedded broker.
// Who uses an external one cannot be known: it is true then.
func (s *Stream) Alone() bool { return s.node == nil || s.node.alone() }

func (s *Stream) closing() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// reconnected is closed when the connection has broken and is there again.
func (s *Stream) reconnected() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.back
}

// place names the broker without its password.
func (s *Stream) place() string {
	if s.node != nil {
		return "embedded:" + s.opt.Dir
	}
	var out []string
	for part := range strings.SplitSeq(s.opt.URL, ",") {
		if u, err := url.Parse(strings.TrimSpace(part)); err == nil && u.Host != "" {
			out = append(out, u.Scheme+"://"+u.Host)
		} else {
			out = append(out, "<malformed>")
		}
	}
	return strings.Join(out, ",")
}

// scrub drops an error that quotes the URL, which may hold a password.
func (s *Stream) scrub(err error) error {
	if err == nil {
		return errors.New("no answer")
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	if s.opt.URL != "" && strings.Contains(err.Error(), "@") {
		return errors.New("malformed url or refused")
	}
	return err
}

// nag logs trouble at most once per NagEvery, whoever has it.
func (s *Stream) nag(msg string, args ...any) {
	s.mu.Lock()
	now := s.opt.Now()
	quiet := !s.nagged.IsZero() && now.Sub(s.nagged) < s.opt.NagEvery
	if !quiet {
		s.nagged = now
	}
	s.mu.Unlock()
	if !quiet {
		s.opt.Log.Warn(msg, args...) //nolint:sloglint // the callers give constants
	}
}

// pause waits d, or until ctx or s ends.
func (s *Stream) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return ErrClosed
	}
}
