// Package es is how lurewatch talks to Elasticsearch 8: one request at a time,
// answers read in full, faults told apart by whether they pass by themselves, and
// waiting for a server that is away. It refuses passwords in addresses, and tries
// nothing again on its own: only the caller knows what may be sent twice.
//
// Start at [New].
package es

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
)

// Options says where Elasticsearch is.
type Options struct {
	URLs      []string // of one cluster's nodes
	Username  string
	Password  string
	APIKey    string            // instead of name and password
	CACert    []byte            // PEM; the certificates to trust instead of the system's
	Patience  time.Duration     // how long [Client.Patient] waits for a server that does not answer or is overloaded, default 30 s
	Transport http.RoundTripper // nil for the default
	Log       *slog.Logger      // nil for none
}

// Client talks to one cluster. It is safe for concurrent use.
type Client struct {
	opt    Options
	client *elasticsearch.BaseClient
	own    *http.Transport // nil when the caller brought one
}

// New checks opt. It connects to nothing yet.
func New(opt Options) (*Client, error) {
	if opt.Patience == 0 {
		opt.Patience = 30 * time.Second
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	c := &Client{opt: opt}
	if opt.Transport == nil {
		var err error
		if c.own, err = transport(opt.CACert); err != nil {
			return nil, err
		}
		opt.Transport, opt.CACert = c.own, nil
	}
	var err error
	c.client, err = elasticsearch.NewBaseClient(elasticsearch.Config{
		Addresses: opt.URLs, Username: opt.Username, Password: opt.Password, APIKey: opt.APIKey, CACert: opt.CACert,
		Transport:    opt.Transport,
		DisableRetry: true, // what may be sent again is known to the caller, not there
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// transport is a transport of one's own, whose connections Close can close.
func transport(ca []byte) (*http.Transport, error) {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
	if ca != nil {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(ca) {
			return nil, errors.New("the certificate to trust cannot be read; hint: it must be PEM")
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

func (o Options) check() error {
	if len(o.URLs) == 0 {
		return errors.New("no URL of Elasticsearch; hint: set the index URL, or none to keep the index in a file")
	}
	for _, s := range o.URLs {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("%q is no http or https URL; hint: write it as https://host:9200", s[strings.LastIndexByte(s, '@')+1:]) // a password stands before the @
		}
		if u.User != nil {
			return errors.New("name and password do not belong in the URL, where logs show them; hint: use their own settings")
		}
	}
	if o.Patience < 0 {
		return errors.New("a time to wait is negative")
	}
	return nil
}

// Close gives the connections back. It does not wait for calls under way.
func (c *Client) Close() error {
	err := c.client.Close(context.Background())
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
	return err
}

// Fault is an answer of Elasticsearch that is no success.
type Fault struct { //nolint:errname // es.Fault reads as what it is
	Status int    // of HTTP
	Type   string // as in the answer, e.g. cluster_block_exception
	Reason string
}

func (f *Fault) Error() string {
	s := fmt.Sprintf("elasticsearch answered %d", f.Status)
	if f.Type != "" {
		s += " " + f.Type
	}
	if f.Reason != "" {
		s += ": " + f.Reason
	}
	if h := f.hint(); h != "" {
		s += "; hint: " + h
	}
	return s
}

func (f *Fault) hint() string {
	switch {
	case f.Status == http.StatusUnauthorized:
		return "check the user name and password, or the API key, of the index"
	case f.Blocked():
		return "the index is read-only, usually because the server's disk is nearly full: free some space there; nothing is lost"
	case f.Status == http.StatusForbidden:
		return "give the user the rights manage and all on the index, and manage_index_templates"
	case f.Status == http.StatusTooManyRequests:
		return "the server is overloaded; nothing is lost"
	case f.Status == http.StatusRequestEntityTooLarge:
		return "raise http.max_content_length on the server"
	case f.Type == "index_not_found_exception" || f.Type == "no_such_index_exception":
		return "the index was removed: restart, and run: lurewatch rebuild"
	}
	return ""
}

// Blocked reports that the index takes no writes for now: the flood stage.
func (f *Fault) Blocked() bool { return f.Type == "cluster_block_exception" }

// Passing reports a fault that goes away by itself.
func (f *Fault) Passing() bool {
	switch f.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// Passing reports an error that goes away by itself: of the connection, or of the server's load.
func Passing(err error) bool {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Passing()
	}
	return errors.Is(err, ErrConnection)
}

// Errors that an answer is not the reason of.
var (
	// ErrConnection marks a request that may not have reached the server, or an
	// answer that was lost on the way: it can be sent again.
	ErrConnection = errors.New("connection to elasticsearch")
	// ErrAnswer marks an answer that cannot be read: asking again would give it again.
	ErrAnswer = errors.New("answer that is not of Elasticsearch")
)

// maxAnswer bounds an answer in bytes: a page of 1000 documents of the largest usual size.
const maxAnswer = 1 << 30

// Do sends one request and reads the answer into out, which may be nil.
func (c *Client) Do(ctx context.Context, method, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	switch {
	case len(body) == 0:
		req.Body, req.ContentLength = nil, 0
	case strings.HasSuffix(strings.SplitN(path, "?", 2)[0], "/_bulk"):
		req.Header.Set("Content-Type", "application/x-ndjson")
	default:
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.client.Perform(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConnection, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConnection, err)
	}
	if res.StatusCode >= 300 {
		return fault(res.StatusCode, b)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrAnswer, method, path, err)
	}
	return nil
}

// Cause is why a request, or one item of it, failed.
type Cause struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

func fault(status int, body []byte) *Fault {
	f := &Fault{Status: status}
	var a struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &a) != nil || len(a.Error) == 0 {
		return f // a proxy's page, or HEAD: the status says it
	}
	var c struct {
		Cause
		RootCause []Cause `json:"root_cause"`
	}
	if json.Unmarshal(a.Error, &c) == nil {
		f.Type, f.Reason = c.Type, c.Reason
		if len(c.RootCause) > 0 && c.RootCause[0].Reason != "" && c.RootCause[0].Type != c.Type {
			f.Reason += ": " + c.RootCause[0].Reason
			if f.Type == "search_phase_execution_exception" {
				f.Type = c.RootCause[0].Type
			}
		}
		return f
	}
	var s string
	if json.Unmarshal(a.Error, &s) == nil {
		f.Reason = s
	}
	return f
}

// Pauses between tries.
const minPause, maxPause = 100 * time.Millisecond, 5 * time.Second

// Patient is [Client.Waiting], but no longer than Options.Patience.
func (c *Client) Patient(ctx context.Context, act string, fn func(context.Context) error) error {
	short, cancel := context.WithTimeoutCause(ctx, c.opt.Patience, errPatience)
	defer cancel()
	return c.Waiting(short, act, fn)
}

var errPatience = errors.New("elasticsearch did not answer in time")

// Waiting runs fn until it succeeds, fails for good, or ctx ends; the last error says why.
func (c *Client) Waiting(ctx context.Context, act string, fn func(context.Context) error) error {
	for pause, tries := minPause, 0; ; pause, tries = min(2*pause, maxPause), tries+1 {
		err := fn(ctx)
		if err == nil {
			if tries > 0 {
				c.opt.Log.Info("elasticsearch answers again", "act", act, "tries", tries+1)
			}
			return nil
		}
		if ctx.Err() == nil && !Passing(err) {
			return err
		}
		if tries == 0 || pause == maxPause {
			c.opt.Log.Warn("elasticsearch is not ready, waiting", "act", act, "tries", tries+1, "err", err,
				"hint", "start the server or correct index.url; nothing is lost meanwhile")
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w: %w; hint: is the server running, and the URL right?", context.Cause(ctx), err)
		case <-timer.C:
		}
	}
}
