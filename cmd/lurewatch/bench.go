package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

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
	cmd.AddCommand(pipeline)
	return cmd
}
