package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/app"
)

func benchCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure parts of lurewatch beside a raw floor of the same run",
		Long: "A figure means little without the machine: each stands beside what the bare store does there.",
	}
	var opt app.BenchOptions
	var asJSON bool
	pipeline := &cobra.Command{
		Use: "pipeline", Short: "Posts a second from message to searchable", Args: cobra.NoArgs,
		Long: `Fills the stream with posts of about 2 KB in many languages, then measures how fast
they become searchable: the index stage alone (judged message → searchable), and the
line (captured message → classified → searchable). The floor is the same documents
put straight into the store in the same run: SQLite inserts, or with --es the raw
_bulk of a running Elasticsearch. Each figure is the median of the rounds.`,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := app.BenchPipeline(c.Context(), opt)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(g.out).Encode(b)
			}
			fmt.Fprintf(g.out, "%s, %d posts\nraw floor        %8.0f posts/s\nindex stage      %8.0f posts/s  %.2f of the floor\nwhole line       %8.0f posts/s  %.2f of the floor\n",
				b.Index, b.Posts, b.Floor, b.Stage, b.Stage/b.Floor, b.Line, b.Line/b.Floor)
			return nil
		},
	}
	f := pipeline.Flags()
	f.IntVarP(&opt.Posts, "posts", "n", 20_000, "posts")
	f.IntVar(&opt.Bytes, "bytes", 2_000, "text of each post, bytes")
	f.IntVar(&opt.Rounds, "rounds", 3, "rounds, of which the median is told")
	f.StringVar(&opt.ES, "es", "", "URL of a running Elasticsearch to measure, instead of SQLite")
	f.StringVar(&opt.Prefix, "prefix", "lurewatch-bench", "start of the names of the Elasticsearch indices that are made")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.AddCommand(pipeline, benchClassify(g), benchCrawl(g), benchCrawler(g), benchFrontier(g))
	return cmd
}

func benchClassify(g *globals) *cobra.Command {
	var opt app.ClassifyBenchOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use: "classify [FILE…]", Short: "Posts a second through folding, words, facts, stance and all rules, on one core",
		Long: `FILE is JSONL of posts as classify reads them; without one, posts of about 2 KB in
many languages are made out of the demo's. Tells posts and MB a second on one core,
the time within which 99 of 100 posts are judged, what ten times as many words and a
hundred times as many rules cost, and how long 1 MB of hostile text takes.

--peers PYTHON measures YARA-X and Hyperscan in the same run, scanning the same posts
for the same words and doing nothing else. PYTHON is an interpreter that has both
packages (yara-x, hyperscan).`,
		RunE: func(c *cobra.Command, files []string) error {
			for _, name := range files {
				f, err := os.Open(name)
				if err != nil {
					return err
				}
				intake.Lines(bufio.NewReader(f), intake.DefaultMaxLine, func(n int, line []byte, bad error) bool {
					p, perr := intake.ParseLine(line)
					if err = cmp.Or(bad, perr); err != nil {
						err = fmt.Errorf("%s:%d: %w", name, n, err)
						return false
					}
					opt.Posts = append(opt.Posts, p)
					return true
				})
				f.Close()
				if err != nil {
					return err
				}
			}
			opt.Log = g.err
			b, err := app.BenchClassify(c.Context(), opt)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(g.out).Encode(b)
			}
			return writeClassifyBench(g.out, b)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&opt.Each, "each", 3*time.Second, "time spent on each figure")
	f.StringVar(&opt.Python, "peers", "", "Python interpreter with yara-x and hyperscan")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func writeClassifyBench(w io.Writer, b app.ClassifyBench) error {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("%d posts of %d bytes on average, %d words, %d rules, one core", b.Posts, b.Bytes, b.Words, b.Rules)
	p("classify           %8.0f posts/s %7.1f MB/s   (%.0f and %.1f a second of processor time)", b.Speed.Posts, b.Speed.MB, b.Speed.CPUPosts, b.Speed.CPUMB)
	p("one post           %8.0f µs median, %.0f µs for 99 of 100, %.0f allocations, %.1f KB", b.Speed.P50, b.Speed.P99, b.Speed.Allocs, b.Speed.Heap)
	p("10 times the words %8.2f times the processor time", b.Words10)
	p("100 times the rules%8.2f times the processor time", b.Rules100)
	for i, name := range slices.SortedFunc(maps.Keys(b.Hostile), func(x, y string) int { return cmp.Compare(b.Hostile[y], b.Hostile[x]) }) {
		if i < 3 {
			p("hostile 1 MB       %8.0f ms: %s", b.Hostile[name], name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Peers)) {
		switch s := b.Peers[name]; {
		case s.Error != "":
			p("%-18s not measured: %s", name, s.Error)
		default:
			p("%-18s %8.0f posts/s %7.2f MB/s a second of processor time, the same words only: lurewatch does %.2f times that", name, s.CPUPosts, s.CPUMB, b.Speed.CPUMB/s.CPUMB)
		}
	}
	return nil
}
