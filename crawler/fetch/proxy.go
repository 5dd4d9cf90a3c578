package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// proxy is the only way out that a browser has: it resolves each name once and
// dials the address that it vetted, so nothing in a page reaches further than the
// guard lets a plain fetch reach.
type proxy struct {
	guard    *Guard
	log      *slog.Logger
	maxBytes int64 // of one connection, towards the browser
	ln       net.Listener
	srv      *http.Server
	via      *http.Transport
	wg       sync.WaitGroup

	mu      sync.Mutex
	dialled map[string]netip.Addr // by host:port, the address last connected to
	tunnels map[net.Conn]struct{}
	closed  bool
}

// proxyMark is on answers that the proxy itself made, so that its refusal is not
// taken for the host's answer. It is stripped from what hosts send.
const proxyMark = "Lurewatch-Proxy"

func startProxy(g *Guard, log *slog.Logger, maxBytes int64) (*proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the browser's proxy: %w", err)
	}
	p := &proxy{guard: g, log: log, maxBytes: maxBytes, ln: ln, tunnels: map[net.Conn]struct{}{}, dialled: map[string]netip.Addr{}}
	p.via = &http.Transport{DialContext: p.dial, DisableCompression: true, ResponseHeaderTimeout: 30 * time.Second, MaxResponseHeaderBytes: 256 << 10, MaxIdleConnsPerHost: 6, IdleConnTimeout: 15 * time.Second}
	plain := &httputil.ReverseProxy{
		Rewrite:   func(*httputil.ProxyRequest) {}, // as it is, without X-Forwarded headers
		Transport: p.via,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del(proxyMark)
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.LimitReader(r.Body, maxBytes), r.Body}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { p.refuse(w, r, err) },
		ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	p.srv = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodConnect:
				p.tunnel(w, r)
			case r.URL.IsAbs():
				if err := p.guard.CheckURL(r.URL); err != nil {
					p.refuse(w, r, err)
					return
				}
				plain.ServeHTTP(w, r)
			default:
				p.refuse(w, r, errors.New("not a proxy request"))
			}
		}),
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	p.wg.Go(func() { _ = p.srv.Serve(ln) }) // ends with ErrServerClosed at close
	return p, nil
}

func (p *proxy) addr() string { return p.ln.Addr().String() }

// dial goes through the guard, and never back into the proxy itself.
func (p *proxy) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := p.guard.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if c.RemoteAddr().String() == p.addr() {
		c.Close()
		return nil, &BlockedError{What: addr, Why: "it is the crawler itself"}
	}
	if ap, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil {
		p.mu.Lock()
		if len(p.dialled) >= maxDialled {
			clear(p.dialled)
		}
		p.dialled[strings.ToLower(addr)] = ap.Addr().Unmap()
		p.mu.Unlock()
	}
	return c, nil
}

// maxDialled bounds the hosts whose address is remembered.
const maxDialled = 4096

// address is the one that u was fetched from, the zero Addr when it is not known.
func (p *proxy) address(u *url.URL) netip.Addr {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dialled[strings.ToLower(net.JoinHostPort(u.Hostname(), port))]
}

func (p *proxy) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusBadGateway
	if _, ok := errors.AsType[*BlockedError](err); ok {
		status = http.StatusForbidden
	}
	p.log.Debug("browser request refused", "host", short(r.Host), "err", err)
	w.Header().Set(proxyMark, "refused")
	http.Error(w, short(err.Error()), status)
}

// tunnel serves CONNECT.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	up, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	defer up.Close()
	down, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	defer down.Close()
	if !p.track(up, down) {
		return
	}
	defer p.untrack(up, down)
	if _, err := io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(up, buf) // ends when either side closes
		closeWrite(up)
	})
	_, _ = io.Copy(down, io.LimitReader(up, p.maxBytes))
	down.Close()
	up.Close()
	wg.Wait()
}

func closeWrite(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.CloseWrite()
	}
}

// track remembers connections that the server no longer knows, to end them at close.
func (p *proxy) track(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.wg.Add(1)
	for _, c := range conns {
		p.tunnels[c] = struct{}{}
	}
	return true
}

func (p *proxy) untrack(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.tunnels, c)
	}
	p.wg.Done()
}

// close ends every connection and waits for what served them.
func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	for c := range p.tunnels {
		c.Close()
	}
	p.mu.Unlock()
	p.srv.Close()
	p.wg.Wait()
	p.via.CloseIdleConnections()
}
