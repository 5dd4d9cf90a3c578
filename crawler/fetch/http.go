package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gocolly/colly/v2"
)

// HTTPOptions are what [NewHTTP] needs.
type HTTPOptions struct {
	Guard     *Guard
	UserAgent string // names the crawler and how to reach its operator

	MaxBody       int64         // bytes, encoded and decoded; default 10 MiB
	MaxHeader     int64         // bytes; default 256 KiB
	HeaderTimeout time.Duration // from the request to the last header; default 20 s
	Timeout       time.Duration // of one exchange, all in all; default 60 s
	ConnsPerHost  int           // kept open for reuse; default 16

	RootCAs *x509.CertPool   // nil means the system's
	Now     func() time.Time // nil means time.Now
}

// HTTP fetches pages through colly. It is safe for concurrent use.
type HTTP struct {
	opt       HTTPOptions
	base      *colly.Collector
	transport *http.Transport
	scratch   scratch
}

// NewHTTP checks opt.
func NewHTTP(opt HTTPOptions) (*HTTP, error) {
	if opt.Guard == nil {
		return nil, errors.New("fetch: Guard is missing")
	}
	if opt.UserAgent == "" || strings.ContainsAny(opt.UserAgent, "\r\n") {
		return nil, errors.New("fetch: UserAgent is missing or malformed")
	}
	if opt.MaxBody <= 0 {
		opt.MaxBody = 10 << 20
	}
	if opt.MaxHeader <= 0 {
		opt.MaxHeader = 256 << 10
	}
	if opt.HeaderTimeout <= 0 {
		opt.HeaderTimeout = 20 * time.Second
	}
	if opt.Timeout <= 0 {
		opt.Timeout = 60 * time.Second
	}
	if opt.ConnsPerHost <= 0 {
		opt.ConnsPerHost = 16
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	h := &HTTP{opt: opt}
	h.transport = &http.Transport{
		Proxy:                  nil, // the environment's proxy would dial for us, past the guard
		DialContext:            h.dial,
		DialTLSContext:         h.dialTLS,
		DisableCompression:     true, // it would hide the encoded bytes
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    opt.ConnsPerHost,
		IdleConnTimeout:        30 * time.Second,
		ResponseHeaderTimeout:  opt.HeaderTimeout,
		MaxResponseHeaderBytes: opt.MaxHeader,
		ReadBufferSize:         32 << 10,
		ForceAttemptHTTP2:      false,
	}
	h.base = newCollector(opt.UserAgent, &recording{h})
	return h, nil
}

// newCollector is the only place that makes a collector. Init alone is called
// and not NewCollector, since that reads COLLY_ variables from the environment
// after the options and lets them win. What colly would decide on its own is
// off: visited URLs are the frontier's, robots.txt is the crawler's with status
// policy and expiry, redirects and caps are this package's.
func newCollector(userAgent string, rt http.RoundTripper) *colly.Collector {
	c := &colly.Collector{}
	c.Init()
	c.UserAgent = userAgent
	c.AllowURLRevisit = true
	c.IgnoreRobotsTxt = true
	c.ParseHTTPErrorResponse = true
	c.MaxBodySize = 0 // bodies do not come here
	c.DisableCookies()
	c.SetRequestTimeout(0) // the context carries it
	c.WithTransport(rt)
	c.SetRedirectHandler(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })
	return c
}

// Close drops kept connections. Fetches under way are not touched.
func (h *HTTP) Close() { h.transport.CloseIdleConnections() }

// Fetch gets one page, following redirects that the guard and q.Allow let
// through. When hops were made the Result is not nil even with an error.
func (h *HTTP) Fetch(ctx context.Context, q Request) (*Result, error) {
	u, err := parseURL(q.URL)
	if err != nil {
		return nil, err
	}
	if err := h.opt.Guard.CheckURL(u); err != nil {
		return nil, err
	}
	if err := q.checkBearer(u); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", u.Host, err)
	}
	res := &Result{URL: q.URL, FetchedAt: h.opt.Now().UTC()}
	for hop := 0; ; hop++ {
		x, err := h.exchange(ctx, u, q)
		if x != nil && len(x.ex.Response) > 0 {
			res.Hops = append(res.Hops, x.ex)
		}
		if err != nil {
			return res, fmt.Errorf("fetch %s: %w", u.Host, err)
		}
		res.FinalURL, res.Status, res.Header = u.String(), x.ex.Status, x.header
		res.ContentType, res.Body, res.Truncated = x.header.Get("Content-Type"), x.body, x.ex.Truncated
		to := x.header.Get("Location")
		if !redirects(x.ex.Status) || to == "" {
			return res, nil
		}
		if hop == MaxRedirects {
			return res, fmt.Errorf("fetch %s: %w", u.Host, ErrTooManyRedirects)
		}
		next, err := h.next(ctx, u, to, q.Allow)
		if err != nil {
			return res, err
		}
		u, q.Since = next, Validators{}
	}
}

func redirects(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// next resolves and checks a redirect target.
func (h *HTTP) next(ctx context.Context, from *url.URL, location string, allow func(context.Context, *url.URL) error) (*url.URL, error) {
	to, err := from.Parse(location)
	if err == nil {
		to.Fragment, to.RawFragment = "", ""
		_, err = parseURL(to.String())
	}
	if err == nil {
		err = h.opt.Guard.CheckURL(to)
	}
	if err == nil && allow != nil {
		err = allow(ctx, to)
	}
	if err != nil {
		return nil, &RedirectError{To: location, Err: err}
	}
	return to, nil
}

// hop is what the recording transport leaves for the fetch that it serves.
type hop struct {
	ex      Exchange
	header  http.Header
	body    []byte
	max     int64
	err     error
	anyType bool
}

// hopKey is the context key of the hop under way. Colly passes nothing else
// through to its transport, so this is the one value that rides in a context.
type hopKey struct{}

// exchange makes one request, without redirects.
func (h *HTTP) exchange(ctx context.Context, u *url.URL, q Request) (*hop, error) {
	maxBody := q.MaxBody
	if maxBody <= 0 {
		maxBody = h.opt.MaxBody
	}
	ctx, cancel := context.WithTimeout(ctx, h.opt.Timeout)
	defer cancel()
	x := &hop{max: maxBody, anyType: q.AnyType}
	c := h.base.Clone()
	c.Context = context.WithValue(ctx, hopKey{}, x)
	header := http.Header{
		"User-Agent":      {h.opt.UserAgent},
		"Accept":          {"text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5"},
		"Accept-Language": {"*"},
		"Accept-Encoding": {"gzip"},
	}
	q.Since.ask(header)
	secret := q.secretFor(u)
	if secret != "" {
		header.Set("Authorization", "Bearer "+secret)
		header.Set("Accept-Encoding", "identity") // what is compressed cannot be masked
	}
	err := c.Request(http.MethodGet, u.String(), nil, nil, header)
	if x.err != nil {
		err = x.err // what happened, without the URL that net/http wraps around it
	}
	if err != nil {
		if strings.Contains(err.Error(), "server response headers exceeded") {
			err = ErrHeaderTooBig
		} else if strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "malformed MIME header") {
			err = fmt.Errorf("%w: %s", ErrNotHTTP, short(err.Error()))
		}
	}
	if secret != "" {
		if hidden := x.hide(secret); hidden != nil {
			err = hidden
		}
	}
	return x, err
}

// recording is the transport that colly uses: it makes the exchange, records the
// wire, reads and decodes the body within the caps, and tells colly of the result.
type recording struct{ h *HTTP }

func (t *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(hopKey{}).(*hop)
	if !ok {
		return nil, errors.New("request did not come through Fetch")
	}
	res, err := t.roundTrip(req, x)
	x.err = err
	return res, err
}

func (t *recording) roundTrip(req *http.Request, x *hop) (*http.Response, error) {
	rec := &recorder{max: int(x.max + t.h.opt.MaxHeader + 64<<10)}
	var conn *wireConn
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if c, ok := info.Conn.(*wireConn); ok {
			c.attach(rec)
			conn = c
		}
	}})
	x.ex.URL, x.ex.Started = req.URL.String(), t.h.opt.Now().UTC()
	res, err := t.h.transport.RoundTrip(req.WithContext(ctx))
	defer func() {
		if conn == nil {
			return
		}
		conn.detach(rec)
		x.ex.Request, x.ex.Response = rec.taken()
		x.ex.TLS = conn.tls
		if ap, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
			x.ex.IP = ap.Addr().Unmap()
		}
		x.ex.Took = t.h.opt.Now().Sub(x.ex.Started)
	}()
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	x.ex.Status, x.header = res.StatusCode, res.Header
	if !x.anyType && !readable(res.Header.Get("Content-Type")) {
		x.ex.Truncated = TruncatedUnspecified
		return answer(req, res), nil
	}
	raw, cut, err := t.h.scratch.readBody(ctx, res.Body, x.max)
	if err != nil {
		return nil, err
	}
	body, cut2, err := undo(raw, strings.Join(res.Header.Values("Content-Encoding"), ","), x.max)
	if err != nil {
		return nil, err
	}
	x.ex.Truncated = cut
	if cut == "" {
		x.ex.Truncated = cut2
	}
	x.body = body
	return answer(req, res), nil
}

// answer is the response as colly sees it: without the body, which nobody behind
// colly asks for and colly would copy and rewrite, and without the Location that
// makes net/http parse a target nobody vetted.
func answer(req *http.Request, res *http.Response) *http.Response {
	media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	return &http.Response{
		Status: res.Status, StatusCode: res.StatusCode, Proto: res.Proto, ProtoMajor: res.ProtoMajor, ProtoMinor: res.ProtoMinor,
		Header:       http.Header{"Content-Type": {media}},
		Body:         http.NoBody,
		Uncompressed: true, // colly would look into .gz otherwise
		Request:      req,
	}
}

// readable reports whether a body of this type can hold posts. Pictures, films
// and programs are not downloaded.
func readable(contentType string) bool {
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	media = strings.TrimSpace(media)
	for _, p := range []string{"image/", "video/", "audio/", "font/", "model/"} {
		if strings.HasPrefix(media, p) {
			return media == "image/svg+xml"
		}
	}
	switch media {
	case "application/pdf", "application/zip", "application/octet-stream", "application/x-msdownload", "application/vnd.android.package-archive":
		return false
	}
	return true
}

func (h *HTTP) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := h.opt.Guard.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &wireConn{Conn: c}, nil
}

func (h *HTTP) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	raw, err := h.opt.Guard.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		raw.Close()
		return nil, err
	}
	c := tls.Client(raw, &tls.Config{ServerName: host, RootCAs: h.opt.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	shake, cancel := context.WithTimeout(ctx, h.opt.HeaderTimeout)
	defer cancel()
	if err := c.HandshakeContext(shake); err != nil {
		raw.Close()
		return nil, fmt.Errorf("tls: %w", err)
	}
	st := c.ConnectionState()
	t := &TLS{Version: tls.VersionName(st.Version), Cipher: tls.CipherSuiteName(st.CipherSuite)}
	for _, cert := range st.PeerCertificates {
		t.Chain = append(t.Chain, cert.Raw)
	}
	return &wireConn{Conn: c, tls: t}, nil
}
