package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/crawler/frontier/elastic"
	"github.com/lurewatch/lurewatch/internal/config"
)

// OpenFrontier opens the frontier that the configuration names: in Elasticsearch,
// beside the index, or in a file of the data folder. A running service is joined, not
// disturbed. Elasticsearch is waited for until ctx ends.
func OpenFrontier(ctx context.Context, c config.Config, log *slog.Logger, now func() time.Time) (frontier.Store, error) {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w\nhint: set data_dir to a folder that lurewatch may write to", err)
	}
	if c.FrontierStore() == "elastic" {
		return elastic.Open(ctx, elastic.Options{
			URLs: addresses(string(c.Index.URL)), Username: c.Index.User, Password: string(c.Index.Password),
			Name: c.Index.Prefix + "-frontier", Dir: c.DataDir, Log: log, Now: now,
		})
	}
	return frontier.Open(frontier.Options{Path: c.Path("frontier.db"), Now: now})
}

// openFrontier opens the frontier of a crawl: the service's, or a file of its own.
func (a *App) openFrontier(ctx context.Context, own string) (frontier.Store, error) {
	if own != "" {
		return frontier.Open(frontier.Options{Path: a.cfg.Path(own), Now: a.opt.Now})
	}
	return OpenFrontier(ctx, a.cfg, a.log, a.opt.Now)
}
