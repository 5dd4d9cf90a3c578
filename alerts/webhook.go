package alerts

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// WebhookOptions is the webhook block of the configuration file.
type WebhookOptions struct {
	URL       Secret           `yaml:"url"`        // https; may hold a token
	Secrets   []Secret         `yaml:"secrets"`    // whsec_ and base64 of 24 to 64 bytes; the first is current, the others are on their way out. All sign
	Timeout   time.Duration    `yaml:"timeout"`    // of one try; default 15 s
	AllowHTTP bool             `yaml:"allow_http"` // send without encryption to hosts other than this machine
	Client    *http.Client     `yaml:"-"`          // nil: one of its own. Redirects are never followed
	Now       func() time.Time `yaml:"-"`          // nil: time.Now
}

// Webhook posts each notice to one URL, signed after the Standard Webhooks
// specification 1.0 (www.standardwebhooks.com): the receiver can tell who sent it
// and when, and that two deliveries are one by their webhook-id.
type Webhook struct {
	url     string
	keys    [][]byte
	timeout time.Duration
	client  http.Client
	now     func() time.Time
}

var _ Channel = (*Webhook)(nil)

// NewWebhook checks opt, so that Send need not.
func NewWebhook(opt WebhookOptions) (*Webhook, error) {
	u, err := url.Parse(string(opt.URL))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("webhook: url is missing or malformed; hint: give the full https URL") // err would quote the token
	}
	if u.Scheme == "http" && !opt.AllowHTTP && !loopback(u.Hostname()) {
		return nil, errors.New("webhook: url is not https; hint: use https, or set allow_http")
	}
	if len(opt.Secrets) == 0 {
		return nil, errors.New("webhook: no secret; hint: make one with: echo whsec_$(openssl rand -base64 32)")
	}
	if opt.Timeout < 0 {
		return nil, errors.New("webhook: timeout is negative")
	}
	w := &Webhook{url: string(opt.URL), timeout: opt.Timeout, now: opt.Now}
	for i, s := range opt.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(s), "whsec_"))
		if err != nil || len(key) < 24 || len(key) > 64 || !strings.HasPrefix(string(s), "whsec_") {
			return nil, fmt.Errorf("webhook: secret %d is not whsec_ and base64 of 24 to 64 bytes; hint: make one with: echo whsec_$(openssl rand -base64 32)", i+1)
		}
		w.keys = append(w.keys, key)
	}
	if w.timeout == 0 {
		w.timeout = 15 * time.Second
	}
	if w.now == nil {
		w.now = time.Now
	}
	if opt.Client != nil {
		w.client = *opt.Client
	}
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// payload is the body, as the specification recommends it.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      post.Notice `json:"data"`
}

// Send tries once.
func (w *Webhook) Send(ctx context.Context, n post.Notice) error {
	if n.Key == "" || strings.ContainsAny(n.Key, ". \r\n") {
		return fmt.Errorf("%w: webhook: notice without a usable key", ErrPermanent)
	}
	body, err := json.Marshal(payload{Type: n.Type, Timestamp: n.At, Data: n})
	if err != nil {
		return fmt.Errorf("%w: webhook: encode notice: %w", ErrPermanent, err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: webhook: build request", ErrPermanent) // err would quote the URL
	}
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "lurewatch")
	req.Header.Set("Webhook-Id", n.Key)
	req.Header.Set("Webhook-Timestamp", stamp)
	req.Header.Set("Webhook-Signature", w.sign(n.Key, stamp, body))
	res, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("webhook: post: %w", plainCause(err))
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection can be used again
	return judge(res, w.now())
}

func (w *Webhook) sign(id, stamp string, body []byte) string {
	sigs := make([]string, len(w.keys))
	for i, key := range w.keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, stamp)
		mac.Write(body)
		sigs[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(sigs, " ")
}

// plainCause says what went wrong in words of our own: the errors of net/http
// and of the resolver quote the URL or parts of it, where a token may be.
func plainCause(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return errors.New("host is not known")
		}
		return errors.New("host cannot be looked up")
	}
	switch t, ok := errors.AsType[net.Error](err); {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), ok && t.Timeout():
		return errors.New("no answer in time")
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s failed", op.Op)
	}
	return errors.New("no usable answer")
}

// judge turns a status into what the router must do.
func judge(res *http.Response, now time.Time) error {
	code := res.StatusCode
	err := fmt.Errorf("webhook: receiver answered with status %d", code)
	switch {
	case code/100 == 2:
		return nil
	case code/100 == 5, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		if d := retryAfter(res.Header.Get("Retry-After"), now); d > 0 {
			return &BusyError{After: d, Err: err}
		}
		return err
	case code == http.StatusGone:
		return fmt.Errorf("%w: %w: it wants no more; hint: remove the channel", ErrPermanent, err)
	case code/100 == 3:
		return fmt.Errorf("%w: %w: redirects are not followed; hint: correct the URL", ErrPermanent, err)
	default:
		return fmt.Errorf("%w: %w", ErrPermanent, err)
	}
}

// maxWait bounds what a receiver may ask for.
const maxWait = time.Hour

// retryAfter reads seconds or a date (RFC 9110, 10.2.3); 0 when there is none.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(maxWait/time.Second))) * time.Second
	}
	t, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(t.Sub(now), 0), maxWait)
}
