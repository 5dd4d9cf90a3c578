package app

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/internal/demo"
)

// Loopback is the only network that the demo may fetch from.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// DemoSites are the sample sites as sources of a crawl, without pacing: they are ours.
func DemoSites(s *demo.Sites) []crawler.Site {
	var out []crawler.Site
	for _, x := range s.List {
		mode := crawler.BrowserOff
		if x.Browser {
			mode = crawler.BrowserAuto
		}
		out = append(out, crawler.Site{Name: x.Name, Seeds: []string{x.URL}, Browser: mode, Unpaced: true})
	}
	return out
}

// ListenNear is [App.Listen], or any free port where that one is in use: nobody
// should have to configure a demo.
func (a *App) ListenNear(ctx context.Context) (net.Listener, error) {
	l, err := a.Listen(ctx)
	if err == nil {
		return l, nil
	}
	var lc net.ListenConfig
	other, err2 := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err2 != nil {
		return nil, errors.Join(err, err2)
	}
	return other, nil
}
