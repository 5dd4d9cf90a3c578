package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// visit is one page being loaded.
type visit struct {
	b       *Browser
	proxy   *proxy
	scripts bool
	ctx     context.Context // of the tab
	begun   time.Time
	time    time.Duration // that it has, all in all
	allow   func(context.Context, *url.URL) error
	frame   cdp.FrameID // main frame
	wg      sync.WaitGroup

	mu      sync.Mutex
	hops    int
	refused error // why the main frame was not let through
	seen    []*network.Response
	request map[network.RequestID]*network.Request
	main    network.RequestID
	dialogs int
	loading map[network.RequestID]struct{} // requests under way, of any kind
	stopped bool                           // its scripts were
	crashed bool
	quiet   chan struct{} // closed when the network is quiet
	once    sync.Once
}

// How the timeout of a page is shared out, each as the part of it that has passed.
// A page that does not come to rest is stopped and taken as it is; one that cannot
// be read even then is loaded once more without its scripts.
const (
	restBy    = 0.4
	answerBy  = 0.55 // when the host has not answered before restBy
	stopShare = 0.05
	readBy    = 0.65
	lastBy    = 0.95 // for a page without scripts: nothing comes after it
)

// reading returns the context for reading the page.
func (v *visit) reading() (context.Context, context.CancelFunc) {
	if !v.scripts {
		return v.part(lastBy)
	}
	return v.part(readBy)
}

// part returns the context that ends when that part of the timeout has passed.
func (v *visit) part(of float64) (context.Context, context.CancelFunc) {
	return context.WithDeadline(v.ctx, v.begun.Add(time.Duration(float64(v.time)*of)))
}

func (b *Browser) load(ctx context.Context, c *chromium, u *url.URL, q Request) (*Result, error) {
	bounded, cancel := context.WithTimeout(c.ctx, b.opt.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	res, err := b.visit(bounded, c, u, q, true)
	if errors.Is(err, errStuck) && bounded.Err() == nil {
		b.opt.Log.Debug("page cannot be read while its scripts run: loading it without them", "host", u.Host)
		still, stillErr := b.visit(bounded, c, u, q, false)
		if stillErr == nil {
			still.FetchedAt, still.Truncated = res.FetchedAt, cmp.Or(still.Truncated, TruncatedTime)
			return still, nil
		}
		err = fmt.Errorf("%w; without them: %w", err, stillErr)
	}
	return res, err
}

// errStuck is a page whose scripts cannot be stopped in time, as when they wait
// for an answer inside a synchronous request.
var errStuck = errors.New("its scripts cannot be stopped")

// visit loads a page in a tab of its own, with its scripts or without.
func (b *Browser) visit(ctx context.Context, c *chromium, u *url.URL, q Request, scripts bool) (*Result, error) {
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline)
	room, err := c.openRoom()
	if err != nil {
		return nil, fmt.Errorf("open tab: %w", err)
	}
	defer b.closeRoom(c, room)
	tab, closeTab := chromedp.NewContext(ctx, chromedp.WithExistingBrowserContext(room))
	v := &visit{
		b: b, proxy: c.proxy, scripts: scripts, ctx: tab, begun: deadline.Add(-left), time: left, allow: q.Allow, quiet: make(chan struct{}),
		request: map[network.RequestID]*network.Request{}, loading: map[network.RequestID]struct{}{},
	}
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
	if err := v.prepare(); err != nil {
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
	if v.state().crashed {
		return res, errStuck
	}
	if err := v.answer(res, started); err != nil {
		return res, err
	}
	if scripts && res.Status < 300 && !v.state().stopped {
		v.tidy()
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
	if err := v.snapshot(res); err != nil {
		b.opt.Log.Debug("no snapshot", "host", u.Host, "err", err)
	}
	return res, nil
}

// ended is how a visit's page fared.
type ended struct{ crashed, stopped bool }

func (v *visit) state() ended {
	v.mu.Lock()
	defer v.mu.Unlock()
	return ended{v.crashed, v.stopped}
}

// mute takes the dialogs away from every frame before its own scripts run. A
// script that opens them for ever is then a loop as any other, which can be ended
// at once; one inside a real dialog is ended only some hundred dialogs later.
const mute = `(() => { for (const [name, value] of [["alert", undefined], ["confirm", false], ["prompt", null], ["print", undefined]]) {
  try { Object.defineProperty(window, name, {value() { return value }, writable: true, enumerable: true, configurable: false}) } catch (e) {} } })()`

// windowHeight is what a reader sees at once, in pixels.
const windowHeight = 1024

// prepare sets what a page may not do.
func (v *visit) prepare() error {
	if v.scripts {
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
	if _, err := chromedp.Call(v.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(v.b.opt.Width), Height: windowHeight, DeviceScaleFactor: 1}); err != nil {
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
	case *inspector.EventTargetCrashed:
		v.mu.Lock()
		v.crashed = true
		v.mu.Unlock()
		v.b.note(func(t *tally) { t.crashed++ })
		v.once.Do(func() { close(v.quiet) })
	case *network.EventLoadingFinished:
		v.loaded(e.RequestID)
	case *network.EventLoadingFailed:
		v.loaded(e.RequestID)
	case *network.EventRequestWillBeSent:
		v.mu.Lock()
		// A frame of another site answers to a session of its own: here its document would
		// never be heard to end.
		if e.Type != network.ResourceTypeEventSource && (e.Type != network.ResourceTypeDocument || e.FrameID == v.frame) && len(v.loading) < 1000 {
			v.loading[e.RequestID] = struct{}{}
		}
		v.mu.Unlock()
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
			if v.answered() { // the blank page before it is idle too
				v.once.Do(func() { close(v.quiet) })
			}
		}
	}
}

func (v *visit) loaded(id network.RequestID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.loading, id)
}

// answered reports whether the host has answered for the page itself.
func (v *visit) answered() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.seen) > 0 && v.main != ""
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
	late, cancelLate := v.part(answerBy)
	defer cancelLate()
	enough := rest.Done()
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
		case <-enough:
			if v.ctx.Err() != nil {
				return "", fmt.Errorf("page took longer than %v", v.b.opt.Timeout)
			}
			if late.Err() == nil && !v.answered() {
				enough = late.Done()
				continue
			}
			v.stopScripts()
			return "", nil
		}
	}
}

// stopScripts ends scripts that run and loads that go on, so that the document
// can be read.
func (v *visit) stopScripts() {
	ctx, cancel := context.WithTimeout(v.ctx, time.Duration(float64(v.time)*stopShare))
	defer cancel()
	v.mu.Lock()
	v.stopped = true
	v.mu.Unlock()
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
