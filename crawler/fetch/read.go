package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// answer fills in what the host answered, redirects included.
func (v *visit) answer(res *Result, started time.Time) error {
	v.mu.Lock()
	seen, main := slices.Clone(v.seen), v.main
	v.mu.Unlock()
	if len(seen) == 0 {
		return errors.New("no answer")
	}
	last := seen[len(seen)-1]
	h := header(last.Headers)
	if h.Get(proxyMark) != "" {
		return &BlockedError{What: last.URL, Why: "the address that its host has is not public"}
	}
	res.FinalURL, res.Status, res.Header = stripFragment(last.URL), int(last.Status), h
	res.ContentType = last.MimeType
	if last.Charset != "" {
		res.ContentType += "; charset=" + last.Charset
	}
	if main != "" {
		ctx, cancel := v.reading()
		defer cancel()
		if b, err := chromedp.Call(ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: main}); err == nil {
			res.Body = b.Body[:min(len(b.Body), int(v.b.opt.MaxBody))]
		}
	}
	for i, r := range seen {
		var body []byte
		if i == len(seen)-1 {
			body = res.Body
		}
		x := made(r, body, v.b.opt.UserAgent, started)
		if u, err := url.Parse(r.URL); err == nil {
			x.IP = v.proxy.address(u) // Chromium itself knows its proxy's only
			if x.TLS != nil {
				x.TLS.Chain = v.chain(u)
			}
		}
		res.Hops = append(res.Hops, x)
	}
	return nil
}

func stripFragment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}

// made puts an exchange together from what the browser reported. The body is
// decoded, so the headers that speak of its encoding go.
func made(r *network.Response, body []byte, userAgent string, started time.Time) Exchange {
	u, err := url.Parse(r.URL)
	if err != nil {
		u = &url.URL{}
	}
	var req, res bytes.Buffer
	fmt.Fprintf(&req, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", u.RequestURI(), u.Host, userAgent)
	text := r.StatusText
	if text == "" {
		text = http.StatusText(int(r.Status))
	}
	fmt.Fprintf(&res, "HTTP/1.1 %d %s\r\n", r.Status, text)
	h := header(r.Headers)
	for _, k := range []string{"Content-Encoding", "Transfer-Encoding", "Content-Length"} {
		h.Del(k)
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_ = h.Write(&res) // into memory
	res.WriteString("\r\n")
	res.Write(body)
	x := Exchange{URL: stripFragment(r.URL), Request: req.Bytes(), Response: res.Bytes(), Made: true, Status: int(r.Status), Started: started}
	if s := r.SecurityDetails; s != nil {
		x.TLS = &TLS{Version: s.Protocol, Cipher: s.Cipher}
	}
	return x
}

// chain is what the host of u showed, leaf first, nil when the browser does not say.
func (v *visit) chain(u *url.URL) (out [][]byte) {
	ctx, cancel := v.reading()
	defer cancel()
	c, err := chromedp.Call(ctx, network.GetCertificate, network.GetCertificateParams{Origin: u.Scheme + "://" + u.Host})
	if err != nil {
		return nil
	}
	for _, s := range c.TableNames {
		der, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil
		}
		out = append(out, der)
	}
	return out
}

func header(in network.Headers) http.Header {
	out := http.Header{}
	for k, v := range in {
		for line := range strings.SplitSeq(fmt.Sprint(v), "\n") {
			out.Add(k, strings.TrimSpace(line))
		}
	}
	return out
}

// serialise runs in a world of its own, where the page's scripts cannot have
// replaced anything. The cut is made there, so that no page can send more.
const serialise = `(() => { const d = document, t = d.doctype;
  return ((t ? new XMLSerializer().serializeToString(t) + "\n" : "") + (d.documentElement ? d.documentElement.outerHTML : "")).slice(0, %d) })()`

func (v *visit) document(res *Result, limit int64) error {
	ctx, cancel := v.reading()
	defer cancel()
	world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: v.frame, WorldName: "lurewatch"})
	if err != nil {
		return fmt.Errorf("read document: %w", v.stuck(ctx, err))
	}
	yes := true
	out, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(serialise, limit+1), ContextID: world.ExecutionContextID, ReturnByValue: &yes})
	if err != nil {
		return fmt.Errorf("read document: %w", v.stuck(ctx, err))
	}
	if out.ExceptionDetails != nil || out.Result == nil {
		return errors.New("read document: it cannot be serialised")
	}
	var s string
	if err := json.Unmarshal(out.Result.Value, &s); err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if int64(len(s)) > limit {
		n := int(limit)
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s, res.Truncated = s[:n], TruncatedLength
	}
	res.DOM = []byte(s)
	var at string
	if out, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: `location.href`, ContextID: world.ExecutionContextID, ReturnByValue: &yes}); err == nil && out.Result != nil {
		if json.Unmarshal(out.Result.Value, &at) == nil && (strings.HasPrefix(at, "http://") || strings.HasPrefix(at, "https://")) && len(at) <= MaxURL {
			res.FinalURL = stripFragment(at) // scripts may have moved on without a request
		}
	}
	return nil
}

// stuck says that the share of the time for reading was used up, when it was that
// and not the whole.
func (v *visit) stuck(ctx context.Context, err error) error {
	if ctx.Err() != nil && v.ctx.Err() == nil {
		return errStuck
	}
	return err
}

func (v *visit) screenshot(res *Result) error {
	m, err := chromedp.Call(v.ctx, page.GetLayoutMetrics, cdp.Empty{})
	if err != nil {
		return err
	}
	height := 1024.0
	if m.CSSContentSize != nil {
		height = min(max(m.CSSContentSize.Height, 1), float64(v.b.opt.MaxHeight))
	}
	yes := true
	shot, err := chromedp.Call(v.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &yes,
		Clip: &page.Viewport{Width: float64(v.b.opt.Width), Height: height, Scale: 1},
	})
	if err != nil {
		return err
	}
	res.Screenshot = shot.Data
	return nil
}

// snapshotShare bounds a snapshot: it waits for every frame, also for one of another
// process whose scripts never end.
const snapshotShare = 0.2

// snapshot keeps the page with what it shows in one file, unless it is too big.
func (v *visit) snapshot(res *Result) error {
	ctx, cancel := context.WithTimeout(v.ctx, time.Duration(float64(v.time)*snapshotShare))
	defer cancel()
	s, err := chromedp.Call(ctx, page.CaptureSnapshot, page.CaptureSnapshotParams{})
	if err != nil {
		return err
	}
	if int64(len(s.Data)) > v.b.opt.MaxSnapshot {
		return fmt.Errorf("snapshot of %d bytes: at most %d are kept", len(s.Data), v.b.opt.MaxSnapshot)
	}
	res.Snapshot = []byte(s.Data)
	return nil
}
