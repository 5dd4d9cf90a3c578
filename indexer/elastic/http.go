package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Fault is an answer of Elasticsearch that is no success.
type Fault struct { //nolint:errname // elastic.Fault reads as what it is
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
	case f.blocked():
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

// blocked reports that the index takes no writes for now: the flood stage.
func (f *Fault) blocked() bool { return f.Type == "cluster_block_exception" }

// passing reports a fault that goes away by itself.
func (f *Fault) passing() bool {
	switch f.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// passing reports an error that goes away by itself: of the connection, or of the server's load.
func passing(err error) bool {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.passing()
	}
	return errors.Is(err, errConnection)
}

var (
	// errConnection marks a request that may not have reached the server, or an
	// answer that was lost on the way: it can be sent again.
	errConnection = errors.New("connection to elasticsearch")
	// errAnswer marks an answer that cannot be read: asking again would give it again.
	errAnswer = errors.New("answer that is not of Elasticsearch")
)

// maxAnswer bounds an answer in bytes: a page of 1000 documents of the largest usual size.
const maxAnswer = 1 << 30

// do sends one request and reads the answer into out, which may be nil.
func (x *Index) do(ctx context.Context, method, path string, body []byte, out any) error {
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
	res, err := x.client.Perform(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errConnection, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", errConnection, err)
	}
	if res.StatusCode >= 300 {
		return fault(res.StatusCode, b)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%w: %s %s: %w", errAnswer, method, path, err)
	}
	return nil
}

type cause struct {
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
		cause
		RootCause []cause `json:"root_cause"`
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

// patient is waiting, but no longer than Options.Patience.
func (x *Index) patient(ctx context.Context, act string, fn func(context.Context) error) error {
	short, cancel := context.WithTimeoutCause(ctx, x.opt.Patience, errPatience)
	defer cancel()
	return x.waiting(short, act, fn)
}

var errPatience = errors.New("elasticsearch did not answer in time")

// waiting runs fn until it succeeds, fails for good, or ctx ends; the last error says why.
func (x *Index) waiting(ctx context.Context, act string, fn func(context.Context) error) error {
	for pause, tries := minPause, 0; ; pause, tries = min(2*pause, maxPause), tries+1 {
		err := fn(ctx)
		if err == nil {
			if tries > 0 {
				x.opt.Log.Info("elasticsearch answers again", "act", act, "tries", tries+1)
			}
			return nil
		}
		if ctx.Err() == nil && !passing(err) {
			return err
		}
		if tries == 0 || pause == maxPause {
			x.opt.Log.Warn("elasticsearch is not ready, waiting", "act", act, "tries", tries+1, "err", err,
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
