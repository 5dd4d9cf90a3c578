package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/post"
)

func demoCommand(g *globals) *cobra.Command {
	var listen, browser string
	var once bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Sample sites on loopback, the whole line on them, and the review desk", Args: cobra.NoArgs,
		Long: `Starts five sample sites from data in the binary, crawls them, judges, indexes, and
opens the review desk on 127.0.0.1. Nothing leaves this machine. Ctrl-C stops it.
The data goes into a temporary folder that is removed at the end, unless --data-dir
names one.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return toldToStop(c.Context(), g.demo(c.Context(), listen, browser, once))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8417", "address of the review desk; the next free port is taken when it is in use")
	cmd.Flags().StringVar(&browser, "browser", "auto", "auto, off, or the path of a Chromium")
	cmd.Flags().BoolVar(&once, "once", false, "stop when the sites are crawled, and say what was found")
	return cmd
}

func (g *globals) demo(ctx context.Context, listen, browser string, once bool) (err error) {
	started := time.Now()
	if g.dataDir == "" {
		if g.dataDir, err = os.MkdirTemp("", "lurewatch-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(g.dataDir)) }()
	}
	sites, err := demo.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sites.Close()) }()
	fmt.Fprintf(g.err, "%d sample sites with %d posts, all on loopback:\n", len(sites.List), sites.Total())
	for _, s := range sites.List {
		fmt.Fprintf(g.err, "  %-12s %s  %d posts, %s\n", s.Name, s.URL, s.Posts, s.What)
	}
	fmt.Fprintln(g.err, "only loopback may be fetched from, and these sites without a pause between requests")
	set := map[string]string{"web.listen": listen, "log.level": "error"} // what is loosened is said here
	all := app.Archive | app.Stream | app.Index | app.Ledger | app.Classifier
	return g.withApp(ctx, all, set, func(ctx context.Context, a *app.App) error {
		return g.demoLine(ctx, a, sites, browser, once, started)
	})
}

func (g *globals) demoLine(ctx context.Context, a *app.App, sites *demo.Sites, browser string, once bool, started time.Time) error {
	l, err := a.ListenNear(ctx)
	if err != nil {
		return err
	}
	name, password, created, err := a.Admin(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(g.err, "\nreview desk  http://%s/\n", l.Addr())
	if created {
		fmt.Fprintf(g.err, "log in as    %s\npassword     %s\n\n", name, password)
	}
	if _, err := fetch.FindChromium(strings.TrimPrefix(browser, "auto")); err != nil || browser == "off" {
		fmt.Fprintln(g.err, "without Chromium the posts of the site app cannot be seen: they exist only after JavaScript runs")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return a.Serve(ctx, l) })
	work.Go(func() error { return a.Run(ctx, "classify", "index", "alert") })
	work.Go(func() error { return a.RunOutbox(ctx) })
	work.Go(func() error { return a.FollowAudit(ctx) })
	work.Go(func() error { return a.Tell(ctx, a.Config().Roles...) })
	work.Go(func() error { return g.firstFlagged(ctx, a, started) })
	work.Go(func() error {
		if once {
			defer stop()
		}
		live := startLive(g.err, a.Counts)
		_, err := a.Crawl(ctx, app.CrawlOptions{Sites: app.DemoSites(sites), AllowNet: app.Loopback(), Browser: browser})
		if err == nil {
			err = a.Drained(ctx)
		}
		live.stop()
		if err != nil {
			return err
		}
		return g.demoSummary(ctx, a, once, started)
	})
	return toldToStop(ctx, work.Wait())
}

// firstFlagged says when the first flagged post could be seen on the desk.
func (g *globals) firstFlagged(ctx context.Context, a *app.App, started time.Time) error {
	flagged := true
	for {
		page, err := a.Index().Search(ctx, indexer.Query{Filter: indexer.Filter{Flagged: &flagged}, Limit: 1})
		if err != nil {
			return err
		}
		if len(page.Hits) > 0 {
			d := page.Hits[0].Doc
			fmt.Fprintf(g.err, "%sfirst flagged post after %.1f s: [%s, %s] %s\n", fresh(g.err), time.Since(started).Seconds(), d.Verdict.Level, d.Post.Lang, headline(withoutContacts(d.Post)))
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// withoutContacts leaves out of p what leads to its poster: logs travel.
func withoutContacts(p post.Post) post.Post {
	for _, c := range p.Contacts {
		if c.Raw != "" {
			p.Title, p.Text = strings.ReplaceAll(p.Title, c.Raw, "…"), strings.ReplaceAll(p.Text, c.Raw, "…")
		}
	}
	return p
}

func (g *globals) demoSummary(ctx context.Context, a *app.App, once bool, started time.Time) error {
	page, err := a.Index().Search(ctx, indexer.Query{Limit: -1, Facets: []indexer.Facet{indexer.FacetLang, indexer.FacetStance}, FacetSize: 100})
	if err != nil {
		return err
	}
	fmt.Fprintf(g.err, "crawled in %.1f s: %d posts in %d languages, %d flagged for review\n",
		time.Since(started).Seconds(), page.Total, len(page.Facets[indexer.FacetLang]), a.Counts().Flagged)
	if !once {
		fmt.Fprintln(g.err, "open the review desk to look at them; Ctrl-C stops the demo")
	}
	return nil
}
