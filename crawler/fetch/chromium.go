package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	ctx     context.Context // chromedp's, of the browser
	cancel  context.CancelFunc
	pgid    int
	profile string
	proxy   *proxy
	closing sync.WaitGroup // of pages that pages opened

	// Guarded by Browser.mu.
	pages, active int
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
		"force-webrtc-ip-handling-policy":        "disable_non_proxied_udp",
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
func startChromium(ctx context.Context, path string, g *Guard, userAgent string, log *slog.Logger) (*chromium, error) {
	profile, err := os.MkdirTemp("", "lurewatch-chromium-")
	if err != nil {
		return nil, fmt.Errorf("make browser profile: %w", err)
	}
	p, err := startProxy(g, log, 64<<20)
	if err != nil {
		os.RemoveAll(profile)
		return nil, err
	}
	c := &chromium{profile: profile, proxy: p}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoInheritEnv,
		chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+profile, "LANG=C.UTF-8", "TMPDIR="+profile),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			// A group of its own can be killed whole, and dies with us.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		}),
	}
	for name, v := range chromiumFlags(p.addr(), profile, userAgent) {
		opts = append(opts, chromedp.Flag(name, v))
	}
	quiet := func(format string, a ...any) { log.Debug("browser says", "message", short(fmt.Sprintf(format, a...))) }
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	tab, cancelTab := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	c.ctx, c.cancel = tab, func() { cancelTab(); cancelAlloc() }
	stop := context.AfterFunc(ctx, cancelTab)
	err = chromedp.Do(tab)
	if cc := chromedp.FromContext(tab); cc != nil && cc.Browser != nil && cc.Browser.Process() != nil {
		c.pgid = cc.Browser.Process().Pid
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = c.deny()
	}
	if err != nil {
		c.kill()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("start browser %s: %w\nhint: run it once by hand with --headless to see what it lacks", path, err)
	}
	return c, nil
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

// alive reports whether the browser still answers.
func (c *chromium) alive() bool { return c.ctx.Err() == nil }

// kill ends the whole process group and removes the profile. It is safe to call twice.
func (c *chromium) kill() {
	c.once.Do(func() {
		if c.pgid > 0 {
			_ = syscall.Kill(-c.pgid, syscall.SIGKILL) // gone already is fine
		}
		c.cancel() // waits for the process
		c.closing.Wait()
		c.proxy.close()
		for range 20 { // helpers that die late may still write
			if err := os.RemoveAll(c.profile); err == nil || errors.Is(err, os.ErrNotExist) {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
	})
}
