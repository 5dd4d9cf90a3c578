package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
)

func benchCrawl(g *globals) *cobra.Command {
	var opt app.CrawlBenchOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use: "crawl", Short: "Pages a second through the whole crawler, beside plain Colly and Scrapy", Args: cobra.NoArgs,
		Long: `Serves a site of linked pages of 30 KB with JSON-LD on loopback and crawls it with all
that a crawl does: robots.txt, the guard against private networks (loopback allowed),
every exchange in the archive and synced, posts extracted and published into the
embedded stream, the frontier on the disk. In turn with it plain Colly crawls the same
site and stores nothing. Each crawler is a process of its own; the site counts who asks
for which page. Speeds and ratios are medians of the rounds.

--peers PYTHON measures Scrapy in the same rounds, on the first 4,000 pages. PYTHON is
an interpreter that has the package scrapy.`,
		RunE: func(c *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			opt.Log = g.err
			opt.Crawler = func(ctx context.Context, b app.BenchCrawler) *exec.Cmd {
				return exec.CommandContext(ctx, self, "bench", "crawler", b.Name, b.Seed, "--pages", strconv.Itoa(b.Pages), //nolint:gosec // it is ourselves
					"--workers", strconv.Itoa(b.Workers), "--dir", b.Dir, "--profile", b.Profile)
			}
			b, err := app.BenchCrawl(c.Context(), opt)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(g.out).Encode(b)
			}
			writeCrawlBench(g.out, b)
			return nil
		},
	}
	f := cmd.Flags()
	f.IntVarP(&opt.Pages, "pages", "n", 20_000, "pages of the site")
	f.IntVar(&opt.Rounds, "rounds", 3, "rounds, of which the median is told")
	f.IntVar(&opt.Workers, "workers", 32, "requests at a time, of every crawler")
	f.StringVar(&opt.Python, "peers", "", "Python interpreter with scrapy")
	f.StringVar(&opt.Dir, "dir", "", "folder for what the crawl keeps, which is removed again (default: the system's for temporary files)")
	f.StringVar(&opt.Profile, "profile", "", "write a profile of the processor time of the last crawl (for go tool pprof)")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// benchCrawler is one crawl of the benchmark, in a process of its own.
func benchCrawler(g *globals) *cobra.Command {
	var b app.BenchCrawler
	cmd := &cobra.Command{
		Use: "crawler NAME URL", Short: "One crawl of bench crawl", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			b.Name, b.Seed = args[0], args[1]
			s, err := app.RunBenchCrawler(c.Context(), b)
			if err != nil {
				return err
			}
			return json.NewEncoder(g.out).Encode(s)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.Pages, "pages", 0, "pages of the site")
	f.IntVar(&b.Workers, "workers", 32, "requests at a time")
	f.StringVar(&b.Dir, "dir", "", "folder for what the crawl keeps")
	f.StringVar(&b.Profile, "profile", "", "file for a profile")
	return cmd
}

func writeCrawlBench(w io.Writer, b app.CrawlBench) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("%d pages of 30 KB, %d cores, the site included", b.Pages, b.Cores)
	line := func(name string, s app.CrawlSpeed) {
		p("%-12s %8.0f pages/s  %6.0f µs of processor time a page, and %.0f of the site   at most %.0f MB", name, s.Pages, s.CPU, s.Server, s.Peak)
	}
	line("lurewatch", b.Crawl)
	line("plain Colly", b.Colly)
	if b.Scrapy != nil {
		line("Scrapy", *b.Scrapy)
	}
	p("%-12s %8.2f times the pages of plain Colly a second, %.2f times its processor time", "", b.OverColly, b.CPUColly)
	if b.Scrapy != nil {
		p("%-12s %8.2f times the pages of Scrapy a second", "", b.OverScrapy)
	}
	p("lurewatch    missed %d pages and asked for %d more than once; plain Colly %d and %d", b.Crawl.Missed, b.Crawl.Twice, b.Colly.Missed, b.Colly.Twice)
	p("memory       %.0f, %.0f, %.0f, %.0f, %.0f MB at 20, 40, 60, 80, 100 %% of the pages", b.Crawl.RSS[0], b.Crawl.RSS[1], b.Crawl.RSS[2], b.Crawl.RSS[3], b.Crawl.RSS[4])
	p("kept         %.0f MB on the disk, %d posts", b.Crawl.Kept, b.Crawl.Posts)
}
