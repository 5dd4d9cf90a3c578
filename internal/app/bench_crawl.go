package app

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// spider is the same crawl with Scrapy.
//
//go:embed spider.py
var spider []byte

// CrawlBenchOptions is one run of the benchmark of the crawler.
type CrawlBenchOptions struct {
	Pages   int    // of the site; default 20,000
	Rounds  int    // of which the median is told; default 3
	Workers int    // requests at a time, of every crawler; default 32
	Python  string // an interpreter that has Scrapy; empty measures without
	Profile string // file for a profile of the processor time of the last crawl; empty for none
	Dir     string // for what the crawl keeps, which is removed; default the system's for temporary files

	// Crawler makes the command that runs one crawler in a process of its own, which
	// then calls [RunBenchCrawler] and prints what it returns as JSON.
	Crawler func(ctx context.Context, c BenchCrawler) *exec.Cmd
	Log     io.Writer // says what is being measured; nil for silence
}

// BenchCrawler says what one process of the benchmark does.
type BenchCrawler struct {
	Name    string // lurewatch or colly
	Seed    string // URL of the first page
	Pages   int    // of the site
	Workers int
	Dir     string // for what the crawl keeps
	Profile string
}

// CrawlSpeed is how one crawler went through the site.
type CrawlSpeed struct {
	Pages  float64    `json:"pages"`             // a second
	CPU    float64    `json:"cpu_us"`            // microseconds of processor time a page, of the crawler's process
	Server float64    `json:"server_us"`         // the same of the site
	Peak   float64    `json:"peak_mb"`           // resident memory at its highest, 10⁶ bytes
	RSS    [5]float64 `json:"rss_mb"`            // resident memory at 20, 40 … 100 % of the pages; 0 when not known
	Posts  int        `json:"posts"`             // that were found
	Missed int        `json:"missed"`            // pages that were never asked for
	Twice  int        `json:"twice"`             // pages that were asked for more than once
	Kept   float64    `json:"kept_mb,omitempty"` // on the disk at the end, 10⁶ bytes
	Over   int        `json:"over"`              // pages of the site that was crawled
}

// CrawlBench is what the benchmark of the crawler measured. Ratios are medians of
// those of single rounds.
type CrawlBench struct {
	Cores      int         `json:"cores"`
	Pages      int         `json:"pages"`
	Crawl      CrawlSpeed  `json:"crawl"`
	Colly      CrawlSpeed  `json:"colly"`
	Scrapy     *CrawlSpeed `json:"scrapy,omitempty"`
	OverColly  float64     `json:"over_colly"`            // pages a second, ours over Colly's
	CPUColly   float64     `json:"cpu_over_colly"`        // processor time a page, site included, ours over Colly's
	OverScrapy float64     `json:"over_scrapy,omitempty"` // pages a second
}

// scrapyPages bounds the site that Scrapy crawls: it would take minutes otherwise.
const scrapyPages = 4000

// BenchCrawl crawls a site of its own on loopback with all that the product does
// (robots.txt, guard, archive synced, extraction, posts published, frontier on the
// disk) and, in turn with it, with plain Colly, which stores nothing, and Scrapy.
// Each crawler is a process of its own; the site is served by this one.
func BenchCrawl(ctx context.Context, opt CrawlBenchOptions) (CrawlBench, error) {
	opt.Pages, opt.Rounds, opt.Workers = orDefault(opt.Pages, 20_000), orDefault(opt.Rounds, 3), orDefault(opt.Workers, 32)
	if opt.Log == nil {
		opt.Log = io.Discard
	}
	out := CrawlBench{Cores: runtime.NumCPU(), Pages: opt.Pages}
	if opt.Crawler == nil {
		return out, errors.New("bench crawl: no way to start a crawler")
	}
	var ours, plain, scrapy []CrawlSpeed
	var over, cpu, overScrapy []float64
	for i := range opt.Rounds {
		fmt.Fprintf(opt.Log, "round %d of %d: lurewatch", i+1, opt.Rounds)
		profile := ""
		if i == opt.Rounds-1 {
			profile = opt.Profile
		}
		own, err := opt.crawl(ctx, "lurewatch", opt.Pages, profile)
		if err != nil {
			return out, err
		}
		fmt.Fprintf(opt.Log, " %.0f pages/s, plain Colly", own.Pages)
		bare, err := opt.crawl(ctx, "colly", opt.Pages, "")
		if err != nil {
			return out, err
		}
		fmt.Fprintf(opt.Log, " %.0f", bare.Pages)
		ours, plain = append(ours, own), append(plain, bare)
		over, cpu = append(over, own.Pages/bare.Pages), append(cpu, (own.CPU+own.Server)/(bare.CPU+bare.Server))
		if opt.Python != "" {
			fmt.Fprint(opt.Log, ", Scrapy")
			s, err := opt.crawl(ctx, "scrapy", min(opt.Pages, scrapyPages), "")
			if err != nil {
				return out, err
			}
			fmt.Fprintf(opt.Log, " %.0f", s.Pages)
			scrapy, overScrapy = append(scrapy, s), append(overScrapy, own.Pages/s.Pages)
		}
		fmt.Fprintln(opt.Log)
	}
	out.Crawl, out.Colly, out.OverColly, out.CPUColly = medianCrawl(ours), medianCrawl(plain), median(over), median(cpu)
	if len(scrapy) > 0 {
		s := medianCrawl(scrapy)
		out.Scrapy, out.OverScrapy = &s, median(overScrapy)
	}
	return out, nil
}

// medianCrawl takes each speed's median, the most memory, and every page that was
// missed or asked for twice in any round.
func medianCrawl(of []CrawlSpeed) CrawlSpeed {
	out := of[len(of)-1]
	var pages, cpu, server []float64
	out.Missed, out.Twice = 0, 0
	for _, s := range of {
		pages, cpu, server = append(pages, s.Pages), append(cpu, s.CPU), append(server, s.Server)
		out.Missed, out.Twice = out.Missed+s.Missed, out.Twice+s.Twice
		out.Peak = max(out.Peak, s.Peak)
	}
	out.Pages, out.CPU, out.Server = median(pages), median(cpu), median(server)
	return out
}

// crawl has one crawler go through a fresh site.
func (opt CrawlBenchOptions) crawl(ctx context.Context, name string, pages int, profile string) (s CrawlSpeed, err error) {
	site, err := newBenchSite(pages)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, site.Close()) }()
	dir, err := os.MkdirTemp(opt.Dir, "lurewatch-bench-")
	if err != nil {
		return s, fmt.Errorf("bench crawl: %w\nhint: name a folder that may be written with --dir", err)
	}
	defer os.RemoveAll(dir)
	var cmd *exec.Cmd
	if name == "scrapy" {
		script := filepath.Join(dir, "spider.py")
		if err := os.WriteFile(script, spider, 0o600); err != nil {
			return s, err
		}
		cmd = exec.CommandContext(ctx, opt.Python, script, site.url, fmt.Sprint(opt.Workers)) //nolint:gosec // the operator names the interpreter
	} else {
		cmd = opt.Crawler(ctx, BenchCrawler{Name: name, Seed: site.url, Pages: pages, Workers: opt.Workers, Dir: dir, Profile: profile})
	}
	var said, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &stderr
	busy := processorTime()
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("crawl with %s: %w: %s%s", name, err, strings.TrimSpace(stderr.String()), hintFor(name))
	}
	busy = processorTime() - busy
	if err := json.Unmarshal(said.Bytes(), &s); err != nil {
		return s, fmt.Errorf("read what %s measured: %w", name, err)
	}
	s.Over, s.Server = pages, float64(busy.Microseconds())/float64(pages)
	s.Missed, s.Twice = site.counts()
	return s, nil
}

func hintFor(name string) string {
	if name == "scrapy" {
		return "\nhint: name an interpreter that has the package scrapy"
	}
	return ""
}
