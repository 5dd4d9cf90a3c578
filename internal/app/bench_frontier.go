package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/frontier"
)

// FrontierBenchOptions is one run of the benchmark of the frontier.
type FrontierBenchOptions struct {
	URLs  int       // known at the end; default 1,000,000, at least 20,000
	Batch int       // URLs added at a time, ten pages' worth; default 500
	Known int       // URLs asked for again; default 500,000, at most URLs
	Pages int       // claimed and settled; default 20,000, at most URLs
	Dir   string    // for the files, which are removed again; empty means the system's for temporary files
	Log   io.Writer // says how far it is; nil for silence
	NoRaw bool      // leave the floor out
	ES    string    // URL of a running Elasticsearch to measure, instead of SQLite
}

// FrontierSpeed is how many URLs a second a store takes, and what each costs.
type FrontierSpeed struct {
	New      float64 `json:"new"`       // URLs never seen, a second, over the whole run
	NewAtEnd float64 `json:"new_end"`   // likewise, the last tenth
	Known    float64 `json:"known"`     // URLs picked at random among all known, a second
	NewCPU   float64 `json:"new_cpu"`   // processor time of one, in µs
	KnownCPU float64 `json:"known_cpu"` //
	Pages    float64 `json:"pages,omitempty"`
	Disk     float64 `json:"disk_mb"` // 10⁶ bytes, all files
}

// FrontierBench is what the benchmark of the frontier measured. Memory is resident
// memory of the process, in 10⁶ bytes.
type FrontierBench struct {
	Kind  string        `json:"store_kind"` // sqlite or elasticsearch
	URLs  int           `json:"urls"`
	Store FrontierSpeed `json:"store"`
	Raw   FrontierSpeed `json:"raw"`
	RSS   [2]float64    `json:"rss_mb"`  // with 10,000 URLs known, and with all
	Peak  float64       `json:"peak_mb"` // of the process until then
}

// smallFrontier is how many URLs are known when memory is first looked at.
const smallFrontier = 10_000

// BenchFrontier measures how many URLs a second the frontier decides on, new ones
// and known ones, what memory it takes, and beside it in the same run how fast bare
// SQLite ignores and inserts the same rows.
func BenchFrontier(ctx context.Context, opt FrontierBenchOptions) (b FrontierBench, err error) {
	opt.URLs, opt.Batch = orDefault(opt.URLs, 1_000_000), orDefault(opt.Batch, 500)
	opt.Known, opt.Pages = min(orDefault(opt.Known, 500_000), opt.URLs), min(orDefault(opt.Pages, 20_000), opt.URLs)
	if opt.URLs < 2*smallFrontier {
		return b, fmt.Errorf("%d URLs are too few to measure: at least %d", opt.URLs, 2*smallFrontier)
	}
	if opt.Log == nil {
		opt.Log = io.Discard
	}
	b.URLs, b.Kind = opt.URLs, "sqlite"
	if opt.ES != "" {
		b.Kind = "elasticsearch"
		return b, b.elastic(ctx, opt)
	}
	dir, err := os.MkdirTemp(opt.Dir, "lurewatch-frontier-")
	if err != nil {
		return b, fmt.Errorf("make a folder for the benchmark: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := frontier.Open(frontier.Options{Path: filepath.Join(dir, "frontier.db")})
	if err != nil {
		return b, err
	}
	err = b.store(ctx, opt, s)
	b.Store.Disk = sizeOf(dir)
	if err = errors.Join(err, s.Close()); err != nil || opt.NoRaw {
		return b, err
	}
	return b, b.raw(ctx, opt, dir)
}

func (b *FrontierBench) store(ctx context.Context, opt FrontierBenchOptions, s frontier.Store) (err error) {
	add := func(es []frontier.Entry) (int, error) { return s.Add(ctx, es) }
	if b.Store, err = addAll(opt, add, func(n int) {
		if n == smallFrontier {
			b.RSS[0] = residentMemory()
		}
	}); err != nil {
		return err
	}
	b.RSS[1], b.Peak = residentMemory(), peakMemory()
	fmt.Fprintf(opt.Log, "claiming and settling %d pages\n", opt.Pages)
	begin, n := time.Now(), 0
	for n < opt.Pages {
		ls, err := s.Claim(ctx, frontier.Query{Sites: []string{"bench"}, N: 128, PerHost: 8, Lease: 10 * time.Minute})
		if err != nil {
			return err
		}
		if len(ls) == 0 {
			return errors.New("nothing could be claimed")
		}
		rs := make([]frontier.Result, len(ls))
		for i, l := range ls {
			rs[i] = frontier.Result{Lease: l, Outcome: "content", Again: time.Now().Add(24 * time.Hour), Visit: &frontier.Visit{At: time.Now(), Every: 24 * time.Hour, Digest: l.Key, ETag: `"5f2-61a"`}}
		}
		if _, err := s.Done(ctx, rs); err != nil {
			return err
		}
		n += len(ls)
	}
	b.Store.Pages = float64(n) / time.Since(begin).Seconds()
	return nil
}

// raw is the floor: the least that tells known rows from new ones and keeps them.
func (b *FrontierBench) raw(ctx context.Context, opt FrontierBenchOptions, dir string) (err error) {
	dir = filepath.Join(dir, "raw")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "raw.db")+"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=cache_size(-65536)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE)`); err != nil {
		return err
	}
	const each = 50
	insert := `INSERT OR IGNORE INTO urls (url) VALUES (?)` + strings.Repeat(",(?)", each-1) //nolint:gosec // a constant, so many times
	b.Raw, err = addAll(opt, func(es []frontier.Entry) (int, error) {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		defer func() { _ = tx.Rollback() }() // says that it is done already
		fresh := int64(0)
		for i := 0; i+each <= len(es); i += each {
			args := make([]any, each)
			for k := range args {
				args[k] = es[i+k].URL
			}
			res, err := tx.ExecContext(ctx, insert, args...)
			if err != nil {
				return 0, err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return 0, err
			}
			fresh += n
		}
		return int(fresh), tx.Commit()
	}, func(int) {})
	b.Raw.Disk = sizeOf(dir)
	return err
}

// addAll adds all URLs, then asks for known ones again. Only the calls of add are timed.
func addAll(opt FrontierBenchOptions, add func([]frontier.Entry) (int, error), at func(n int)) (FrontierSpeed, error) {
	var s FrontierSpeed
	var took, tookEnd, busy time.Duration
	timed := func(es []frontier.Entry, want int) (time.Duration, error) {
		begin, cpu := time.Now(), processorTime()
		n, err := add(es)
		d := time.Since(begin)
		busy += processorTime() - cpu
		if err == nil && n != want {
			err = fmt.Errorf("%d of %d URLs were new, want %d", n, len(es), want)
		}
		return d, err
	}
	ends := opt.URLs - opt.URLs/10
	es := make([]frontier.Entry, opt.Batch)
	n, said := 0, time.Now()
	for n < opt.URLs {
		for i := range es {
			es[i] = benchEntry(n + i)
		}
		d, err := timed(es, len(es))
		if err != nil {
			return s, err
		}
		if took += d; n >= ends {
			tookEnd += d
		}
		n += len(es)
		if at(n); time.Since(said) > 10*time.Second {
			said = time.Now()
			fmt.Fprintf(opt.Log, "%d URLs known, %.0f a second\n", n, float64(n)/took.Seconds())
		}
	}
	s.New, s.NewAtEnd, s.NewCPU = float64(n)/took.Seconds(), float64(n-ends)/tookEnd.Seconds(), float64(busy.Microseconds())/float64(n)
	rng := rand.New(rand.NewPCG(1, 2))
	took, busy = 0, 0
	asked := 0
	for asked < opt.Known {
		for i := range es {
			es[i] = benchEntry(rng.IntN(opt.URLs))
		}
		d, err := timed(es, 0)
		if err != nil {
			return s, err
		}
		took += d
		asked += len(es)
	}
	s.Known, s.KnownCPU = float64(asked)/took.Seconds(), float64(busy.Microseconds())/float64(asked)
	return s, nil
}

// benchEntry is the k-th URL: 50 links of each page, pages of 1000 hosts in turn.
func benchEntry(k int) frontier.Entry {
	page := k / 50
	return frontier.Entry{
		Site: "bench", Round: 1, Depth: 1 + page%5, Fast: k%3 == 0,
		URL: fmt.Sprintf("https://host%d.example/jobs/%d/customer-service-agent?page=%d", page*7919%1000, k, k%7),
	}
}

// sizeOf is what the files of a folder take, in 10⁶ bytes.
func sizeOf(dir string) float64 {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	n := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
	}
	return float64(n) / 1e6
}
