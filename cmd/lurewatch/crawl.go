package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/post"
)

// crawlFlags are the flags of one crawl in the foreground.
type crawlFlags struct {
	maxPages, depth int
	pace            time.Duration
	allowNet        []string
	out, browser    string
	adapter, name   string
	pictures        int
	sitemaps        []string
}

func crawlCommand(g *globals) *cobra.Command {
	var f crawlFlags
	cmd := &cobra.Command{
		Use: "crawl URL…", Short: "One crawl in the foreground, from these pages on",
		Long: `Fetches the pages and what they link to on the same hosts, archives them, judges the
posts and indexes them. robots.txt is obeyed, private networks are refused, hosts
are paced. Progress goes to stderr; --out writes each post as one line.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return g.crawl(c, args, f) },
	}
	fs := cmd.Flags()
	fs.IntVar(&f.maxPages, "max-pages", 0, "pages at most (default 10000)")
	fs.IntVar(&f.depth, "depth", 0, "links away from the first pages (default 10)")
	fs.DurationVar(&f.pace, "pace", time.Second, "pause between two requests to one host; 0 turns pacing off")
	fs.StringSliceVar(&f.allowNet, "allow-net", nil, "private networks that may be fetched from, as CIDR")
	fs.StringSliceVar(&f.sitemaps, "sitemaps", nil, "sitemaps to read: auto (what robots.txt names, else /sitemap.xml), or addresses (default off)")
	fs.IntVar(&f.pictures, "pictures", 0, "pictures of each post to fetch and read, up to 10")
	fs.StringVar(&f.out, "out", "", "write each post as one line of this file (JSONL)")
	fs.StringVar(&f.browser, "browser", "", "auto, off, or the path of a Chromium")
	fs.StringVar(&f.adapter, "adapter", "auto", "source to read the pages with")
	fs.StringVar(&f.name, "source", "", "name of the source in the posts (default: the host)")
	return cmd
}

func (g *globals) crawl(c *cobra.Command, seeds []string, f crawlFlags) error {
	nets, err := parseNets(f.allowNet)
	if err != nil {
		return err
	}
	sites, err := sitesOf(seeds, f)
	if err != nil {
		return err
	}
	w, closeOut, err := newPostWriter(f.out)
	if err != nil {
		return err
	}
	parts := app.Archive | app.Stream | app.Index | app.Classifier
	err = g.withApp(c.Context(), parts, nil, func(ctx context.Context, a *app.App) error {
		browser := f.browser
		if browser == "" {
			browser = a.Config().Crawl.Browser
		}
		live, left := startLive(g.err, a.Counts), &skipped{by: map[string]int{}}
		var rep crawler.Report
		err := a.WithLine(ctx, func(ctx context.Context) (err error) {
			rep, err = a.Crawl(ctx, app.CrawlOptions{
				Sites: sites, AllowNet: append(nets, a.Config().Crawl.AllowNet...), Browser: browser, OnPosts: w.add,
				OnSkip: func(_, url, why string) {
					left.add(why)
					if g.verbose {
						fmt.Fprintf(g.err, "%sskipped %s: %s\n", fresh(g.err), url, why)
					}
				},
			})
			return err
		})
		live.stop()
		n := a.Counts()
		fmt.Fprintf(g.err, "crawled %d pages: %d posts, %d flagged; look at them with `lurewatch run --role web,index`\n%s", n.Captured, n.Posts, n.Flagged, left)
		if rep.Left > 0 {
			fmt.Fprintf(g.err, "left %d pages for the next run: their hosts asked to wait, could not be reached, or a budget ran out\n", rep.Left)
		}
		if err == nil && n.Captured == 0 {
			err = errors.New("no page could be fetched\nhint: the reasons stand above; private networks need --allow-net")
		}
		return err
	})
	return errors.Join(err, closeOut())
}

// skipped counts the pages that were not fetched, by reason.
type skipped struct {
	mu sync.Mutex
	by map[string]int
}

func (s *skipped) add(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.by[why]; !known && len(s.by) >= 20 {
		why = "for other reasons"
	}
	s.by[why]++
}

// String is one line a reason.
func (s *skipped) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, why := range slices.Sorted(maps.Keys(s.by)) {
		fmt.Fprintf(&b, "skipped %d: %s\n", s.by[why], why)
	}
	return b.String()
}

func parseNets(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, usageError{fmt.Errorf("--allow-net %s: wants a network such as 127.0.0.0/8: %w", s, err)}
		}
		out = append(out, p)
	}
	return out, nil
}

// sitesOf makes one site of the seeds of each host.
func sitesOf(seeds []string, f crawlFlags) ([]crawler.Site, error) {
	byName := map[string]int{}
	var sites []crawler.Site
	for _, seed := range seeds {
		u, err := url.Parse(seed)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, usageError{fmt.Errorf("%q is no http or https URL", seed)}
		}
		name := f.name
		if name == "" {
			name = u.Host
		}
		i, ok := byName[name]
		if !ok {
			i = len(sites)
			byName[name] = i
			sites = append(sites, crawler.Site{Name: name, Adapter: f.adapter, MaxPages: f.maxPages, MaxDepth: f.depth, Pictures: f.pictures})
		}
		sites[i].Seeds = append(sites[i].Seeds, seed)
	}
	return app.Pace(sites, f.pace), addSitemaps(sites, f.sitemaps)
}

// postWriter writes posts as JSONL, one at a time.
type postWriter struct {
	mu  sync.Mutex
	buf *bufio.Writer
	enc *json.Encoder
	err error
}

func newPostWriter(path string) (*postWriter, func() error, error) {
	if path == "" {
		return &postWriter{}, func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, fmt.Errorf("--out: %w", err)
	}
	w := &postWriter{buf: bufio.NewWriter(f)}
	w.enc = json.NewEncoder(w.buf)
	w.enc.SetEscapeHTML(false)
	return w, func() error { return errors.Join(w.err, w.buf.Flush(), f.Close()) }, nil
}

func (w *postWriter) add(ss []post.Sighting) {
	if w.enc == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range ss {
		if err := w.enc.Encode(s.Post); err != nil && w.err == nil {
			w.err = fmt.Errorf("--out: %w", err)
		}
	}
}
