package fetch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// BrowserOptions are what [NewBrowser] needs.
type BrowserOptions struct {
	Guard     *Guard
	UserAgent string
	Path      string // of Chromium; empty means look for it, see [FindChromium]

	Tabs      int           // pages at a time; default 2
	Recycle   int           // pages after which the browser is replaced; default 100
	Timeout   time.Duration // of one page, all in all; default 45 s
	MaxBody   int64         // bytes of the serialised document; default 10 MiB
	MaxHeight int           // of the screenshot, in pixels; default 8000
	Width     int           // of the window, in pixels; default 1280

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
}

// Browser fetches pages through Chromium, which starts with the first page and is
// replaced after a number of pages or a crash. Each page gets a browser context
// of its own: no cookie, cache or storage passes from one page to another. It is
// safe for concurrent use.
type Browser struct {
	opt  BrowserOptions
	tabs chan struct{}

	starting sync.Mutex // one start at a time
	mu       sync.Mutex
	cur      *chromium
	all      map[*chromium]struct{}
	closed   bool
	dying    sync.WaitGroup
}

// NewBrowser checks opt and that there is a browser. It does not start it.
func NewBrowser(opt BrowserOptions) (*Browser, error) {
	if opt.Guard == nil {
		return nil, errors.New("browser: Guard is missing")
	}
	if opt.UserAgent == "" {
		return nil, errors.New("browser: UserAgent is missing")
	}
	var err error
	if opt.Path, err = FindChromium(opt.Path); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	for _, n := range []struct {
		v *int
		d int
	}{{&opt.Tabs, 2}, {&opt.Recycle, 100}, {&opt.MaxHeight, 8000}, {&opt.Width, 1280}} {
		if *n.v <= 0 {
			*n.v = n.d
		}
	}
	if opt.Timeout <= 0 {
		opt.Timeout = 45 * time.Second
	}
	if opt.MaxBody <= 0 {
		opt.MaxBody = 10 << 20
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Browser{opt: opt, tabs: make(chan struct{}, opt.Tabs), all: map[*chromium]struct{}{}}, nil
}

// errClosed is a fetch after Close.
var errClosed = errors.New("browser is closed")

// acquire returns a running browser, starting one when there is none to use.
func (b *Browser) acquire(ctx context.Context) (*chromium, error) {
	b.starting.Lock()
	defer b.starting.Unlock()
	if c, err := b.running(); c != nil || err != nil {
		return c, err
	}
	c, err := startChromium(ctx, b.opt.Path, b.opt.Guard, b.opt.UserAgent, b.opt.Log)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	closed := b.closed
	if !closed {
		c.pages, c.active = 1, 1
		b.cur = c
		b.all[c] = struct{}{}
	}
	b.mu.Unlock()
	if closed {
		c.kill()
		return nil, errClosed
	}
	return c, nil
}

func (b *Browser) running() (*chromium, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errClosed
	}
	c := b.cur
	if c == nil {
		return nil, nil //nolint:nilnil // none runs
	}
	if !c.alive() || c.pages >= b.opt.Recycle {
		c.retired, b.cur = true, nil
		if c.active == 0 {
			delete(b.all, c)
			b.dying.Go(c.kill) // the next page need not wait for it; Close does
		}
		return nil, nil //nolint:nilnil // none runs any more
	}
	c.pages++
	c.active++
	return c, nil
}

func (b *Browser) release(c *chromium) {
	b.mu.Lock()
	c.active--
	gone := (c.retired || !c.alive()) && c.active == 0
	if gone {
		delete(b.all, c)
		if b.cur == c {
			b.cur = nil
		}
	}
	b.mu.Unlock()
	if gone {
		c.kill()
	}
}

// Close kills every browser process. Fetches under way fail.
func (b *Browser) Close() {
	b.mu.Lock()
	b.closed = true
	all := b.all
	b.all, b.cur = map[*chromium]struct{}{}, nil
	b.mu.Unlock()
	for c := range all {
		c.kill()
	}
	b.dying.Wait()
}

// Fetch loads one page, lets its scripts run until the network is quiet, and
// returns the document as it then is, with a screenshot. Redirects and
// navigations of the page itself pass through q.Allow.
func (b *Browser) Fetch(ctx context.Context, q Request) (*Result, error) {
	u, err := parseURL(q.URL)
	if err != nil {
		return nil, err
	}
	if err := b.opt.Guard.CheckURL(u); err != nil {
		return nil, err
	}
	select {
	case b.tabs <- struct{}{}:
		defer func() { <-b.tabs }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := b.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer b.release(c)
	res, err := b.load(ctx, c, u, q)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return res, fmt.Errorf("browse %s: %w", u.Host, err)
	}
	return res, nil
}

// visit is one page being loaded.
type visit struct {
	b     *Browser
	ctx   context.Context // of the tab
	begun time.Time
	time  time.Duration // that it has, all in all
	allow func(context.Context, *url.URL) error
	frame cdp.FrameID // main frame
	wg    sync.WaitGroup

	mu      sync.Mutex
	hops    int
	refused error // why the main frame was not let through
	seen    []*network.Response
	request map[network.RequestID]*network.Request
	main    network.RequestID
	dialogs int
	quiet   chan struct{} // closed when the network is quiet
	once    sync.Once
}

// How the timeout of a page is shared out, each as the part of it that has passed.
// A page that does not come to rest is stopped and taken as it is; one that cannot
// be read even then is loaded once more without its scripts.
const (
	restBy = 0.4
	stopBy = 0.45
	readBy = 0.65
)

// part returns the context that ends when that part of the timeout has passed.
func (v *visit) part(of float64) (context.Context, context.CancelFunc) {
	return context.WithDeadline(v.ctx, v.begun.Add(time.Duration(float64(v.time)*of)))
}

func (b *Browser) load(ctx context.Context, c *chromium, u *url.URL, q Request) (*Result, error) {
	bounded, cancel := context.WithTimeout(c.ctx, b.opt.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	res, err := b.visit(bounded, u, q, true)
	if errors.Is(err, errStuck) && bounded.Err() == nil {
		b.opt.Log.Debug("page cannot be read while its scripts run: loading it without them", "host", u.Host)
		if still, err := b.visit(bounded, u, q, false); err == nil {
			still.FetchedAt, still.Truncated = res.FetchedAt, cmp.Or(still.Truncated, TruncatedTime)
			return still, nil
		}
	}
	return res, err
}

// errStuck is a page whose scripts cannot be stopped in time, as when they wait
// for an answer inside a synchronous request.
var errStuck = errors.New("its scripts cannot be stopped")

// visit loads a page in a tab of its own, with its scripts or without.
func (b *Browser) visit(ctx context.Context, u *url.URL, q Request, scripts bool) (*Result, error) {
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline)
	tab, closeTab := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	v := &visit{b: b, ctx: tab, begun: deadline.Add(-left), time: left, allow: q.Allow, quiet: make(chan struct{}), request: map[network.RequestID]*network.Request{}}
	defer v.wg.Wait()
	defer closeTab()
	started := b.opt.Now().UTC()
	if err := chromedp.Do(tab); err != nil {
		return nil, fmt.Errorf("open tab: %w", err)
	}
	v.frame = cdp.FrameID(chromedp.FromContext(tab).Target.TargetID)
	if err := chromedp.Listen(tab, v.event); err != nil {
		return nil, err
	}
	if err := v.prepare(scripts); err != nil {
		return nil, fmt.Errorf("prepare tab: %w", err)
	}
	nav, err := v.navigate(u)
	if err != nil {
		return nil, err
	}
	res := &Result{URL: q.URL, FinalURL: u.String(), FetchedAt: started}
	if refused := v.refusal(); refused != nil {
		_ = v.answer(res, started) // what can be told of a refused page; the refusal says more
		return res, refused
	}
	if nav != "" {
		return nil, errors.New(strings.TrimPrefix(nav, "net::"))
	}
	if err := v.answer(res, started); err != nil {
		return res, err
	}
	limit := q.MaxBody
	if limit <= 0 {
		limit = b.opt.MaxBody
	}
	if err := v.document(res, limit); err != nil {
		return res, err
	}
	if err := v.screenshot(res); err != nil {
		b.opt.Log.Debug("no screenshot", "host", u.Host, "err", err)
	}
	return res, nil
}

// mute takes the dialogs away from every frame before its own scripts run. A
// script that opens them for ever is then a loop as any other, which can be ended
// at once; one inside a real dialog is ended only some hundred dialogs later.
const mute = `(() => { for (const [name, value] of [["alert", undefined], ["confirm", false], ["prompt", null], ["print", undefined]]) {
  try { Object.defineProperty(window, name, {value() { return value }, writable: true, enumerable: true, configurable: false}) } catch (e) {} } })()`

// prepare sets what a page may not do.
func (v *visit) prepare(scripts bool) error {
	if scripts {
		yes := true
		if _, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: mute, RunImmediately: &yes}); err != nil {
			return err
		}
	} else if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return err
	}
	if _, err := chromedp.Call(v.ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
		return err
	}
	if _, err := chromedp.Call(v.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(v.b.opt.Width), Height: 1024, DeviceScaleFactor: 1}); err != nil {
		return err
	}
	_, err := chromedp.Call(v.ctx, cdpfetch.Enable, cdpfetch.EnableParams{Patterns: []*cdpfetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument}}})
	return err
}

// event runs in chromedp's reading loop: it must neither block nor call.
func (v *visit) event(ev any) {
	switch e := ev.(type) {
	case *page.EventJavascriptDialogOpening:
		v.wg.Go(func() {
			_, _ = chromedp.Call(v.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: e.Type == page.DialogTypeBeforeunload})
		})
		v.mu.Lock()
		v.dialogs++
		n := v.dialogs
		v.mu.Unlock()
		if n == maxDialogs {
			v.wg.Go(v.stopScripts)
		}
	case *cdpfetch.EventRequestPaused:
		v.wg.Go(func() { v.paused(e) })
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeDocument && e.FrameID == v.frame {
			v.mu.Lock()
			v.request[e.RequestID] = e.Request
			if e.RedirectResponse != nil {
				v.seen = append(v.seen, e.RedirectResponse)
			}
			v.mu.Unlock()
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && e.FrameID == v.frame {
			v.mu.Lock()
			v.seen, v.main = append(v.seen, e.Response), e.RequestID
			v.mu.Unlock()
		}
	case *page.EventLifecycleEvent:
		if e.FrameID == v.frame && e.Name == "networkIdle" {
			v.mu.Lock()
			answered := len(v.seen) > 0 && v.main != ""
			v.mu.Unlock()
			if answered { // the blank page before it is idle too
				v.once.Do(func() { close(v.quiet) })
			}
		}
	}
}

// maxDialogs is how many dialogs a page may open before its scripts are stopped.
const maxDialogs = 20

// paused decides on a document request: those of the main frame are vetted like
// redirects, those of frames pass, since the proxy guards them.
func (v *visit) paused(e *cdpfetch.EventRequestPaused) {
	var err error
	if e.FrameID == v.frame {
		err = v.vet(e.Request.URL)
	}
	if err != nil {
		v.mu.Lock()
		if v.refused == nil {
			v.refused = err
		}
		v.mu.Unlock()
		_, _ = chromedp.Call(v.ctx, cdpfetch.FailRequest, cdpfetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
		v.once.Do(func() { close(v.quiet) })
		return
	}
	_, _ = chromedp.Call(v.ctx, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: e.RequestID})
}

func (v *visit) vet(raw string) error {
	v.mu.Lock()
	v.hops++
	n := v.hops
	v.mu.Unlock()
	if n == 1 {
		return nil // the page that was asked for
	}
	if n > MaxRedirects+1 {
		return ErrTooManyRedirects
	}
	to, err := parseURL(raw)
	if err == nil {
		err = v.b.opt.Guard.CheckURL(to)
	}
	if err == nil && v.allow != nil {
		to.Fragment, to.RawFragment = "", ""
		err = v.allow(v.ctx, to)
	}
	if err != nil {
		return &RedirectError{To: raw, Err: err}
	}
	return nil
}

func (v *visit) refusal() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refused
}

// navigate starts the page and waits until it is quiet, refused, or its share of
// the time has passed; then its scripts are stopped. It returns Chromium's word
// for a failure.
func (v *visit) navigate(u *url.URL) (failure string, err error) {
	rest, cancel := v.part(restBy)
	defer cancel()
	type answer struct {
		res page.NavigateResult
		err error
	}
	nav := make(chan answer, 1)
	v.wg.Go(func() {
		res, err := chromedp.Call(v.ctx, page.Navigate, page.NavigateParams{URL: u.String()})
		nav <- answer{res, err}
	})
	for {
		select {
		case a := <-nav:
			if a.err != nil {
				return "", a.err
			}
			if a.res.ErrorText != "" || a.res.IsDownload {
				if a.res.ErrorText == "" {
					a.res.ErrorText = "net::ERR_ABORTED: the page is a download"
				}
				return a.res.ErrorText, nil
			}
			nav = nil
		case <-v.quiet:
			return "", nil
		case <-rest.Done():
			if v.ctx.Err() != nil {
				return "", fmt.Errorf("page took longer than %v", v.b.opt.Timeout)
			}
			v.stopScripts()
			return "", nil
		}
	}
}

// stopScripts ends scripts that run and loads that go on, so that the document
// can be read.
func (v *visit) stopScripts() {
	ctx, cancel := v.part(stopBy)
	defer cancel()
	var wg sync.WaitGroup
	// These two are heard while a script runs; what follows waits for its end.
	wg.Go(func() { _, _ = chromedp.Call(ctx, runtime.TerminateExecution, cdp.Empty{}) })
	wg.Go(func() {
		_, _ = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	})
	wg.Wait()
	_, _ = chromedp.Call(ctx, page.StopLoading, cdp.Empty{})
	v.once.Do(func() { close(v.quiet) })
}

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
		ctx, cancel := v.part(readBy)
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
		res.Hops = append(res.Hops, made(r, body, v.b.opt.UserAgent, started))
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
	// The address that Chromium knows is its proxy's, so none is noted.
	x.IP = netip.Addr{}
	return x
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
	ctx, cancel := v.part(readBy)
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
