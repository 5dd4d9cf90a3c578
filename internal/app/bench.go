package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/indexer/elastic"
	"github.com/lurewatch/lurewatch/indexer/embedded"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/demo"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// BenchOptions is one run of the pipeline benchmark.
type BenchOptions struct {
	Posts  int    // how many; default 20,000
	Bytes  int    // text of each, roughly; default 2,000
	Rounds int    // each figure is the median of so many; default 3
	ES     string // Elasticsearch URL; empty measures the embedded index
	Prefix string // of the Elasticsearch indices that are made, and removed
}

// Bench is what the pipeline benchmark measured, in posts a second.
type Bench struct {
	Index string  `json:"index"` // sqlite or elasticsearch
	Posts int     `json:"posts"`
	Floor float64 `json:"floor"` // the same documents put straight into the store, nothing else
	Stage float64 `json:"stage"` // judged message → searchable
	Line  float64 `json:"line"`  // captured message → judged → searchable
}

// BenchPipeline measures how many posts a second go from a message in the stream
// to a document that can be searched, beside the raw floor of the store in the
// same run. Rounds are interleaved, so that a machine's drift is the same for all.
func BenchPipeline(ctx context.Context, opt BenchOptions) (Bench, error) {
	opt.Posts, opt.Bytes, opt.Rounds = orDefault(opt.Posts, 20_000), orDefault(opt.Bytes, 2_000), orDefault(opt.Rounds, 3)
	out := Bench{Index: "sqlite", Posts: opt.Posts}
	if opt.ES != "" {
		out.Index = "elasticsearch"
	}
	b, err := newBench(ctx, opt)
	if err != nil {
		return out, err
	}
	var floor, stage, line []float64
	for range opt.Rounds {
		for _, m := range []struct {
			into    *[]float64
			measure func(context.Context) (float64, error)
		}{{&floor, b.floor}, {&stage, b.stage}, {&line, b.line}} {
			v, err := m.measure(ctx)
			if err != nil {
				return out, err
			}
			*m.into = append(*m.into, v)
		}
	}
	out.Floor, out.Stage, out.Line = median(floor), median(stage), median(line)
	return out, nil
}

func orDefault(n, d int) int {
	if n <= 0 {
		return d
	}
	return n
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

type bench struct {
	opt       BenchOptions
	sightings []post.Sighting
	judged    []post.Judged
	docs      []indexer.Doc
}

// newBench makes the posts, and judges them once for the measurements that need
// judged posts to start from.
func newBench(ctx context.Context, opt BenchOptions) (*bench, error) {
	posts, err := samplePosts(opt.Posts, opt.Bytes)
	if err != nil {
		return nil, err
	}
	b := &bench{opt: opt}
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i, x := range posts {
		seen := at.Add(time.Duration(i) * time.Second)
		x.Seal(seen)
		c := post.Capture{ID: archive.NewID(), Source: "bench", URL: "https://bench.example/" + x.NativeID, FetchedAt: seen, Class: post.ClassContent, Method: "http", Digest: x.Digest}
		b.sightings = append(b.sightings, post.Sighting{Capture: c, Post: x})
	}
	a := &App{}
	if err := a.openClassifier(); err != nil {
		return nil, err
	}
	b.judged, b.docs = make([]post.Judged, opt.Posts), make([]indexer.Doc, opt.Posts)
	var g errgroup.Group
	g.SetLimit(4)
	for i := range b.sightings {
		g.Go(func() (err error) {
			if b.judged[i], err = a.judge(ctx, b.sightings[i]); err != nil {
				return err
			}
			b.docs[i], _, err = indexer.Apply(nil, indexer.Change{Judged: &b.judged[i]})
			return err
		})
	}
	return b, g.Wait()
}

// samplePosts makes n posts of about size bytes out of those of the demo, with what
// boards put around them: about one in ten is a lure, which is many for a board.
func samplePosts(n, size int) ([]post.Post, error) {
	samples, err := demo.Posts()
	if err != nil {
		return nil, err
	}
	ordinary := map[string][]string{}
	for _, p := range samples {
		if p.Kind == "ordinary" {
			ordinary[p.Lang] = append(ordinary[p.Lang], p.Text)
		}
	}
	out := make([]post.Post, 0, n)
	for i := range n {
		p := samples[i%len(samples)]
		if i%5 != 0 && p.Kind == "lure" {
			p = samples[(i*31+7)%len(samples)]
		}
		var text strings.Builder
		fmt.Fprintf(&text, "%s (%d)\n", p.Text, i)
		rest := slices.Concat(ordinary[p.Lang], ordinary["en"])
		for k := i; text.Len() < size; k++ {
			fmt.Fprintf(&text, "%s\n", rest[k%len(rest)])
		}
		out = append(out, post.Post{Source: "bench", NativeID: fmt.Sprint(i), Title: p.Title, Text: text.String(), Company: p.Company, Lang: p.Lang})
	}
	return out, nil
}

// floor puts the documents straight into the store.
func (b *bench) floor(ctx context.Context) (float64, error) {
	if b.opt.ES != "" {
		return elastic.RawFloor(ctx, elastic.Options{URLs: []string{b.opt.ES}, Name: b.opt.Prefix + "-floor"}, b.docs, indexBatch)
	}
	dir, err := os.MkdirTemp("", "lurewatch-floor-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	return embedded.RawFloor(ctx, dir, b.docs, indexBatch)
}

func (b *bench) stage(ctx context.Context) (float64, error) {
	return b.run(ctx, []string{"index"}, func(ctx context.Context, s *stream.Stream) error {
		return stream.Publish(ctx, s, judged, b.judged...)
	})
}

func (b *bench) line(ctx context.Context) (float64, error) {
	return b.run(ctx, []string{"classify", "index"}, func(ctx context.Context, s *stream.Stream) error {
		return stream.Publish(ctx, s, captured, b.sightings...)
	})
}

// run fills the stream, starts the clock and the roles, and stops the clock when
// every post can be found.
func (b *bench) run(ctx context.Context, roles []string, fill func(context.Context, *stream.Stream) error) (rate float64, err error) {
	dir, err := os.MkdirTemp("", "lurewatch-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	cfg := config.Default()
	cfg.DataDir = filepath.Join(dir, "data")
	if b.opt.ES != "" {
		cfg.Index.URL, cfg.Index.Prefix = config.Secret(b.opt.ES), b.opt.Prefix
	}
	a, err := Open(ctx, Options{Config: cfg, Parts: NeedsOf(roles...), Log: slog.New(slog.DiscardHandler), Version: "bench"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if b.opt.ES != "" {
		if err := a.index.Reset(ctx); err != nil {
			return 0, err
		}
	}
	if err := fill(ctx, a.stream); err != nil {
		return 0, err
	}
	started := time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(ctx, roles...) })
	g.Go(func() error {
		defer stop()
		if err := a.searchable(ctx, int64(b.opt.Posts)); err != nil {
			return err
		}
		rate = float64(b.opt.Posts) / time.Since(started).Seconds()
		return nil
	})
	return rate, g.Wait()
}

// searchable returns when a search finds n posts.
func (a *App) searchable(ctx context.Context, n int64) error {
	for {
		if a.counts.indexed.Load() >= n {
			if err := a.index.Refresh(ctx); err != nil {
				return err
			}
			page, err := a.index.Search(ctx, indexer.Query{Limit: -1})
			if err != nil {
				return err
			}
			if page.Total >= n {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}
