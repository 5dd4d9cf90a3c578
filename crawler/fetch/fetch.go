package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds that no option loosens.
const (
	MaxURL       = 2048 // bytes
	MaxRedirects = 10   // hops after the first
)

// Request is one page to get.
type Request struct {
	URL string // absolute, http or https

	// Allow is asked before each redirect target is fetched (scope, robots.txt,
	// pace); an error stops there and is returned wrapped in a [RedirectError].
	// The guard is asked in any case. Nil allows every public address.
	Allow func(ctx context.Context, to *url.URL) error

	// Since asks for the page only if it has changed: the Result's Status is 304
	// when it has not. A browser does not ask, and redirect targets are not asked so.
	Since Validators

	// Bearer is the operator's access token for an API. It goes out in the
	// Authorization header (RFC 6750 section 2.1) to the origin of URL alone, and
	// only over TLS or to this machine; what is recorded shows x in its place.
	// A browser does not send it.
	Bearer string

	// Source is the name of the source that asks, for who counts; it goes nowhere.
	Source string

	MaxBody int64 // bytes of the body, encoded and decoded; 0 means the fetcher's default
	AnyType bool  // read the body whatever its content type says
}

// Result is a page as it came.
type Result struct {
	URL         string // as asked for
	FinalURL    string // after redirects
	Status      int
	Header      http.Header
	ContentType string
	Body        []byte // transfer and content encodings undone, charset as sent
	Truncated   Truncation
	FetchedAt   time.Time // start of the first exchange
	Hops        []Exchange

	// Of a browser only.
	DOM        []byte // the document after scripts ran, serialised as UTF-8
	Screenshot []byte // PNG, the whole page up to a height
	Snapshot   []byte // MHTML: the document with its pictures and styles; nil when it was too big
}

// Truncation says why a body is not whole, in the words of WARC 1.1. Empty means whole.
type Truncation string

// The reasons of WARC 1.1, section 5.13.
const (
	TruncatedLength      Truncation = "length"
	TruncatedTime        Truncation = "time"
	TruncatedDisconnect  Truncation = "disconnect"
	TruncatedUnspecified Truncation = "unspecified"
)

// Exchange is one request and what came back.
type Exchange struct {
	URL      string
	Request  []byte // as written to the connection
	Response []byte // as read from it: status line, headers in their order, body with its encodings
	// Made says that Request and Response are not wire bytes but were put
	// together from what the browser reported.
	Made      bool
	Masked    int // places where [Request.Bearer] stood and x stands now, byte for byte
	Status    int
	IP        netip.Addr
	TLS       *TLS // nil over plain http
	Started   time.Time
	Took      time.Duration
	Truncated Truncation
}

// TLS is what the host showed when the connection was made.
type TLS struct {
	Version string
	Cipher  string
	Chain   [][]byte // certificates as sent, DER, leaf first
}

// RedirectError is a redirect that was not followed. The Result that comes with
// it holds the hops before it.
type RedirectError struct {
	To  string
	Err error
}

// Error names the target and the reason.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("redirect to %s: %v", short(e.To), e.Err)
}

// Unwrap returns the reason.
func (e *RedirectError) Unwrap() error { return e.Err }

// ErrTooManyRedirects ends a chain of more than [MaxRedirects].
var ErrTooManyRedirects = errors.New("too many redirects")

// ErrHeaderTooBig is an answer whose headers pass the cap.
var ErrHeaderTooBig = errors.New("response headers are too big")

// ErrNotHTTP is an answer that is no HTTP.
var ErrNotHTTP = errors.New("answer is no valid HTTP")

// RetryAfter reads a Retry-After header (RFC 9110 section 10.2.3), in seconds or
// as a date. It is 0 when there is none, and at most a day.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	d := time.Duration(0)
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		if n > 24*3600 {
			return 24 * time.Hour
		}
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), 24*time.Hour)
}

// ErrBearer is a token that may not be sent, or that is none.
var ErrBearer = errors.New("the access token is not sent")

// checkBearer refuses a token that could be read on the way, or that could not be
// told from other text where it has to be masked.
func (q Request) checkBearer(u *url.URL) error {
	ip, err := netip.ParseAddr(u.Hostname())
	here := err == nil && ip.IsLoopback()
	switch {
	case q.Bearer == "":
		return nil
	case len(q.Bearer) < minSecret || strings.ContainsFunc(q.Bearer, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%w: it must be at least %d printable ASCII characters", ErrBearer, minSecret)
	case u.Scheme != "https" && !here:
		return fmt.Errorf("%w: %s is no https address\nhint: write https:// into the seed", ErrBearer, u.Host)
	}
	return nil
}

// secretFor is the token for the request to u: none for another origin, where a
// redirect may lead.
func (q Request) secretFor(u *url.URL) string {
	first, err := url.Parse(q.URL)
	if q.Bearer == "" || err != nil || first.Scheme != u.Scheme || !strings.EqualFold(first.Host, u.Host) {
		return ""
	}
	return q.Bearer
}

// parseURL checks the length, which no setting can loosen.
func parseURL(s string) (*url.URL, error) {
	if len(s) > MaxURL {
		return nil, fmt.Errorf("url of %d bytes: at most %d are followed", len(s), MaxURL)
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("parse url: %w", err)
	}
	return u, nil
}

// short bounds hostile text in messages.
func short(s string) string {
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
}
