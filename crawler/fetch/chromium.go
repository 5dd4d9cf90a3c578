package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// FindChromium looks for a browser: the path given, else the usual names in PATH.
func FindChromium(path string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless_shell"}
	if path != "" {
		names = []string{path}
	}
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("no browser found under %s\nhint: install Chromium, or set browser: off", strings.Join(names, ", "))
}

// chromium is one running browser with its own profile, process group and proxy.
type chromium struct {
	ctx      context.Context // chromedp's, of the browser
	cancel   context.CancelFunc
	pgid     int
	profile  string
	proxy    *proxy
	closing  sync.WaitGroup // of pages that pages opened
	watching sync.WaitGroup // of what looks at its memory
	said     *tail

	// Guarded by Browser.mu.
	pages, active int
	used          int64 // bytes of memory, as last looked at
	retired       bool
	once          sync.Once
}

// flags of a browser that fetches for a crawler: quiet, headless, and with no way
// out but the proxy.
func chromiumFlags(proxy, profile, userAgent string) map[string]any {
	f := map[string]any{
		"headless":                               "new",
		"user-data-dir":                          profile,
		"user-agent":                             userAgent,
		"proxy-server":                           "http://" + proxy,
		"proxy-bypass-list":                      "<-loopback>", // without it loopback skips the proxy
		"host-resolver-rules":                    "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"force-webrtc-ip-handling-policy":        "disable_non_proxied_udp", // heeded by the headless shell
		"webrtc-ip-handling-policy":              "disable_non_proxied_udp", // heeded by the whole browser
		"disable-gpu":                            true,
		"disable-quic":                           true,
		"no-first-run":                           true,
		"no-default-browser-check":               true,
		"disable-background-networking":          true,
		"disable-component-update":               true,
		"disable-sync":                           true,
		"disable-default-apps":                   true,
		"disable-extensions":                     true,
		"disable-breakpad":                       true,
		"disable-crash-reporter":                 true,
		"disable-client-side-phishing-detection": true,
		"disable-domain-reliability":             true,
		"disable-dev-shm-usage":                  true,
		"disable-hang-monitor":                   true,
		"disable-prompt-on-repost":               true,
		"disable-notifications":                  true,
		"block-new-web-contents":                 true, // popups
		"deny-permission-prompts":                true,
		"mute-audio":                             true,
		"hide-scrollbars":                        true,
		"metrics-recording-only":                 true,
		"js-flags":                               "--max-old-space-size=512", // MiB a page; more ends the page, not the browser
		"password-store":                         "basic",
		"use-mock-keychain":                      true,
		"disable-features":                       "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater,AutofillServerCommunication,Prerender2,WebTransport",
	}
	if os.Geteuid() == 0 {
		f["no-sandbox"] = true // Chromium refuses to start its sandbox as root
	}
	return f
}

// startChromium starts a browser. Its life ends with kill, not with ctx, which
// only bounds the start.
func startChromium(ctx context.Context, opt BrowserOptions) (*chromium, error) {
	path, log := opt.Path, opt.Log
	profile, err := makeProfile()
	if err != nil {
		return nil, err
	}
	p, err := startProxy(opt.Guard, log, 64<<20)
	if err != nil {
		os.RemoveAll(profile)
		return nil, err
	}
	c := &chromium{profile: profile, proxy: p, said: &tail{}}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoInheritEnv, chromedp.CombinedOutput(c.said),
		chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+profile, "LANG=C.UTF-8", "TMPDIR="+profile),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			// A group of its own can be killed whole, and dies with us.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		}),
	}
	for name, v := range chromiumFlags(p.addr(), profile, opt.UserAgent) {
		opts = append(opts, chromedp.Flag(name, v))
	}
	if opt.spki != "" {
		opts = append(opts, chromedp.Flag("ignore-certificate-errors-spki-list", opt.spki))
	}
	quiet := func(format string, a ...any) { log.Debug("browser says", "message", short(fmt.Sprintf(format, a...))) }
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	tab, cancelTab := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	c.ctx, c.cancel = tab, func() { cancelTab(); cancelAlloc() }
	starting, cancelStart := context.WithTimeout(ctx, startTimeout)
	defer cancelStart()
	stop := context.AfterFunc(starting, cancelTab)
	err = chromedp.Do(tab)
	if cc := chromedp.FromContext(tab); cc != nil && cc.Browser != nil && cc.Browser.Process() != nil {
		c.pgid = cc.Browser.Process().Pid
	}
	if !stop() && err == nil {
		err = starting.Err()
	}
	if err == nil {
		err = c.deny()
	}
	if err != nil {
		c.kill()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if starting.Err() != nil {
			err = fmt.Errorf("it was not ready within %v", startTimeout)
		}
		return nil, startError(path, err, c.said.String())
	}
	return c, nil
}

// startTimeout bounds the start of a browser.
const startTimeout = time.Minute

// startError says what a browser that did not start wrote last, and what to do.
func startError(path string, err error, said string) error {
	hint := "run " + path + " --headless=new --dump-dom about:blank by hand, as the same user, to see what it lacks; or set crawl.browser: off to go on without"
	for _, h := range []struct{ sign, hint string }{
		{"No usable sandbox", "its sandbox needs user namespaces: sysctl kernel.unprivileged_userns_clone=1, or install the chromium-sandbox package"},
		{"error while loading shared libraries", "a library that it needs is missing: install the chromium package of the system, which brings them"},
		{"No space left on device", "make room on the disk of the temporary directory, or set TMPDIR to another"},
		{"Read-only file system", "set TMPDIR to a directory that can be written to"},
		{"Permission denied", "make the file executable and the temporary directory writable for this user"},
	} {
		if strings.Contains(said, h.sign) || strings.Contains(err.Error(), h.sign) {
			hint = h.hint
			break
		}
	}
	if said != "" {
		said = "\nit said: " + said
	}
	return fmt.Errorf("start browser %s: %w%s\nhint: %s", path, err, said, hint)
}

// tail keeps the end of what a browser writes.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if n := len(t.buf) - 2000; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
	}
	return len(b), nil
}

// String is the last three lines that say something, each bounded.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for l := range strings.Lines(string(t.buf)) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, short(l))
		}
	}
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}

// maxSocket is the longest profile path that leaves room for the socket that
// Chromium makes below it: the kernel takes 107 bytes for a socket's path.
const maxSocket = 60

// makeProfile makes an empty profile. Where TMPDIR is too long for the browser's
// socket, the profile goes to a shorter place.
func makeProfile() (string, error) {
	var errs []error
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"} {
		if len(dir) > maxSocket-len("/lurewatch-chromium-0123456789") {
			errs = append(errs, fmt.Errorf("%s: too long for a socket", dir))
			continue
		}
		profile, err := os.MkdirTemp(dir, "lurewatch-chromium-")
		if err == nil {
			return profile, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("make browser profile: %w\nhint: set TMPDIR to a short path that can be written to", errors.Join(errs...))
}

// deny closes pages that pages open, should any get past the flag.
func (c *chromium) deny() error {
	if _, err := chromedp.CallBrowser(c.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny}); err != nil {
		return err
	}
	return chromedp.ListenBrowser(c.ctx, func(ev any) {
		if e, ok := ev.(*target.EventTargetCreated); ok && e.TargetInfo.OpenerID != "" {
			c.closing.Go(func() {
				ctx, cancel := context.WithTimeout(c.ctx, 5*time.Second)
				defer cancel()
				_, _ = cdp.Call(ctx, chromedp.FromContext(c.ctx).Browser, target.CloseTarget, target.CloseTargetParams{TargetID: e.TargetInfo.TargetID})
			})
		}
	})
}

// roomTimeout bounds the opening and the closing of a room.
const roomTimeout = 10 * time.Second

// openRoom makes a browser context: a room with its own cookies, cache and
// storage. It is not bounded by a page's context, so that a page which is cancelled
// half way through leaves nothing behind that has no name.
func (c *chromium) openRoom() (cdp.BrowserContextID, error) {
	ctx, cancel := context.WithTimeout(c.ctx, roomTimeout)
	defer cancel()
	r, err := chromedp.CallBrowser(ctx, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	return r.BrowserContextID, err
}

// closeRoom ends all pages of a room, whatever they are at. A browser that does
// not is replaced: what it could not close would stay and pile up.
func (b *Browser) closeRoom(c *chromium, id cdp.BrowserContextID) {
	ctx, cancel := context.WithTimeout(c.ctx, roomTimeout)
	defer cancel()
	_, err := chromedp.CallBrowser(ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: id})
	if err == nil || !c.alive() {
		return
	}
	b.opt.Log.Warn("the browser did not close a page: it is replaced", "err", err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.retire(c, ReplacedStuck)
}

// alive reports whether the browser still answers.
func (c *chromium) alive() bool { return c.ctx.Err() == nil }

// end kills the processes; kill still has to clear up.
func (c *chromium) end() {
	if c.pgid > 0 {
		_ = syscall.Kill(-c.pgid, syscall.SIGKILL) // gone already is fine
	}
}

// kill ends the whole process group and removes the profile. It is safe to call twice.
func (c *chromium) kill() {
	c.once.Do(func() {
		c.end()
		c.cancel() // waits for the process
		c.closing.Wait()
		c.watching.Wait()
		c.proxy.close()
		for range 20 { // helpers that die late may still write
			if err := os.RemoveAll(c.profile); err == nil || errors.Is(err, os.ErrNotExist) {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
	})
}
