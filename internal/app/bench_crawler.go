package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gocolly/colly/v2"
	"golang.org/x/sys/unix"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/post"
)

// RunBenchCrawler is what a process of [BenchCrawl] does: one crawl of the site,
// measured from the inside, start-up left out.
func RunBenchCrawler(ctx context.Context, b BenchCrawler) (s CrawlSpeed, err error) {
	w := &crawlWatch{pages: b.Pages}
	switch b.Name {
	case "lurewatch":
		err = b.whole(ctx, w)
	case "colly":
		err = b.plain(w)
	default:
		err = fmt.Errorf("there is no crawler %q", b.Name)
	}
	if err != nil {
		return s, err
	}
	s = w.speed
	s.Peak = peakMemory()
	err = filepath.WalkDir(b.Dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			s.Kept += float64(info.Size()) / 1e6
		}
		return err
	})
	return s, err
}

// crawlWatch takes the time and the memory of a crawl.
type crawlWatch struct {
	pages int
	seen  atomic.Int64
	posts atomic.Int64
	speed CrawlSpeed

	began time.Time
	busy  time.Duration
}

func (w *crawlWatch) start() { w.began, w.busy = time.Now(), processorTime() }

// page notes one more page, and the memory at each fifth of them.
func (w *crawlWatch) page() {
	n := int(w.seen.Add(1))
	for k := range w.speed.RSS {
		if n == w.pages*(k+1)/len(w.speed.RSS) {
			w.speed.RSS[k] = residentMemory() // one goroutine comes by for each k
		}
	}
}

func (w *crawlWatch) stop() {
	n := float64(w.seen.Load())
	w.speed.Pages = n / time.Since(w.began).Seconds()
	w.speed.CPU = float64((processorTime() - w.busy).Microseconds()) / n
	w.speed.Posts = int(w.posts.Load())
}

// whole crawls with all that the product does but the stages behind the stream.
func (b BenchCrawler) whole(ctx context.Context, w *crawlWatch) (err error) {
	cfg := config.Default()
	cfg.DataDir = filepath.Join(b.Dir, "data")
	cfg.Crawl.Workers = b.Workers
	a, err := Open(ctx, Options{Config: cfg, Parts: NeedsOf("crawl"), Version: "bench"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if b.Profile != "" {
		f, err := os.Create(b.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	w.start()
	rep, err := a.Crawl(ctx, CrawlOptions{
		Sites: []crawler.Site{{
			Name: "bench", Seeds: []string{b.Seed}, Unpaced: true, MaxDepth: 100, MaxPages: -1, MaxBytes: -1, Browser: crawler.BrowserOff,
		}},
		AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Browser: "off",
		OnPosts: func(ss []post.Sighting) { w.posts.Add(int64(len(ss))); w.page() },
	})
	w.stop()
	if err == nil && rep.Pages != w.seen.Load() {
		err = fmt.Errorf("%d pages were captured, and %d gave a post", rep.Pages, w.seen.Load())
	}
	return err
}

// plain crawls with Colly as its documentation shows it: links and JSON-LD by
// selectors, nothing stored. It runs with Go's own setting of the garbage collector,
// as a program would that did not choose one.
func (b BenchCrawler) plain(w *crawlWatch) error {
	debug.SetGCPercent(100)
	c := colly.NewCollector(colly.Async(true))
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: b.Workers}); err != nil {
		return err
	}
	c.OnResponse(func(*colly.Response) { w.page() })
	c.OnHTML("a[href]", func(e *colly.HTMLElement) { _ = e.Request.Visit(e.Attr("href")) }) // known URLs are refused
	c.OnHTML(`script[type="application/ld+json"]`, func(e *colly.HTMLElement) {
		var v map[string]any
		if json.Unmarshal([]byte(e.Text), &v) == nil && v["@type"] == "JobPosting" {
			w.posts.Add(1)
		}
	})
	w.start()
	if err := c.Visit(b.Seed); err != nil {
		return fmt.Errorf("visit the site: %w", err)
	}
	c.Wait()
	w.stop()
	return nil
}

// residentMemory is what this process holds now, in 10⁶ bytes; 0 where the kernel
// does not tell.
func residentMemory() float64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return 0
	}
	return n * float64(os.Getpagesize()) / 1e6
}

// peakMemory is the most that this process has held, in 10⁶ bytes.
func peakMemory() float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0 // cannot be, for ourselves
	}
	return float64(u.Maxrss) * 1024 / 1e6
}
