package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/lurewatch/lurewatch/alerts"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// openRouter plugs the configured channels together. One more kind of channel is
// one more loop here.
func (a *App) openRouter() (*alerts.Router, error) {
	level, err := post.ParseLevel(a.cfg.Alerts.MinLevel)
	if err != nil {
		return nil, fmt.Errorf("alerts.min_level: %w", err)
	}
	var routes []alerts.Route
	for _, w := range a.cfg.Alerts.Webhooks {
		opt := alerts.WebhookOptions{URL: alerts.Secret(w.URL), AllowHTTP: w.AllowHTTP, Now: a.opt.Now}
		for s := range strings.SplitSeq(string(w.Secret), ",") {
			opt.Secrets = append(opt.Secrets, alerts.Secret(strings.TrimSpace(s)))
		}
		ch, err := alerts.NewWebhook(opt)
		if err != nil {
			return nil, fmt.Errorf("alerts.webhooks: %s: %w", w.Name, err)
		}
		routes = append(routes, alerts.Route{Name: w.Name, Channel: counting{ch, w.Name, a.watch.set}, MinLevel: level, Contacts: w.Contacts})
	}
	for _, path := range a.cfg.Alerts.Files {
		ch, err := alerts.NewFile(alerts.FileOptions{Path: path})
		if err != nil {
			return nil, fmt.Errorf("alerts.files: %w", err)
		}
		routes = append(routes, alerts.Route{Name: fileRoute(path), Channel: counting{ch, fileRoute(path), a.watch.set}, MinLevel: level})
	}
	return alerts.NewRouter(alerts.RouterOptions{
		Routes: routes, Ledger: counted{a.ledger, &a.counts}, Link: a.deskLink, Sources: a.deskBase() + "/sources", Now: a.opt.Now, Log: a.log,
	})
}

// fileRoute names the channel of a file: the ledger keeps by that name what went
// out, so it stays the same for the same path.
func fileRoute(path string) string {
	sum := sha256.Sum256([]byte(path))
	return fmt.Sprintf("file-%x", sum[:6])
}

// counted is the ledger, counting what goes out.
type counted struct {
	*ledger.Ledger
	n *counters
}

// MarkSent implements [alerts.Ledger].
func (c counted) MarkSent(ctx context.Context, n post.Notice) error {
	err := c.Ledger.MarkSent(ctx, n)
	if err == nil {
		c.n.noticed.Add(1)
	}
	return err
}

// deskLink is the address of a post on the review desk, for notices.
func (a *App) deskLink(id string) string {
	return a.deskBase() + "/posts/" + id
}

func (a *App) deskBase() string {
	base := a.cfg.Web.PublicURL
	if base == "" {
		base = "http://" + a.cfg.Web.Listen
	}
	return strings.TrimSuffix(base, "/")
}
