package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
)

func benchFrontier(g *globals) *cobra.Command {
	var opt app.FrontierBenchOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use: "frontier", Short: "URLs a second that the frontier decides on, and the memory it takes", Args: cobra.NoArgs,
		Long: `Makes URLs known, 500 at a time as the links of ten pages, then asks for known ones
again, picked at random among all, then claims and settles pages. Tells URLs a second
and the memory of the process with 10,000 URLs known and with all. The floor is bare
SQLite in the same run: INSERT OR IGNORE of the same URLs in batches of the same size,
or with --es the plain _bulk of a running Elasticsearch.`,
		Example: "  lurewatch bench frontier --urls 10000000 --dir /tmp",
		RunE: func(c *cobra.Command, _ []string) error {
			opt.Log = g.err
			b, err := app.BenchFrontier(c.Context(), opt)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(g.out).Encode(b)
			}
			writeFrontierBench(g.out, b)
			return nil
		},
	}
	f := cmd.Flags()
	f.IntVarP(&opt.URLs, "urls", "n", 1_000_000, "URLs to make known")
	f.IntVar(&opt.Batch, "batch", 500, "URLs added at a time")
	f.IntVar(&opt.Pages, "pages", 20_000, "pages claimed and settled")
	f.StringVar(&opt.Dir, "dir", "", "folder for the files, which are removed again (default: the system's for temporary files)")
	f.StringVar(&opt.ES, "es", "", "URL of a running Elasticsearch to measure, instead of SQLite")
	f.BoolVar(&opt.NoRaw, "no-floor", false, "leave the floor out")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func writeFrontierBench(w io.Writer, b app.FrontierBench) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("%d URLs in %s\n                   new/s  at the end   known/s   µs of processor, new and known   MB on the disk", b.URLs, b.Kind)
	p("frontier   %13.0f %11.0f %9.0f %20.1f %11.1f %16.0f", b.Store.New, b.Store.NewAtEnd, b.Store.Known, b.Store.NewCPU, b.Store.KnownCPU, b.Store.Disk)
	if b.Raw.New > 0 {
		p("raw floor  %13.0f %11.0f %9.0f %20.1f %11.1f %16.0f", b.Raw.New, b.Raw.NewAtEnd, b.Raw.Known, b.Raw.NewCPU, b.Raw.KnownCPU, b.Raw.Disk)
	}
	p("pages      %13.0f a second claimed and settled", b.Store.Pages)
	p("memory     %13.0f MB with 10,000 URLs, %.0f MB with all: %+.0f MB; the most it held was %.0f MB", b.RSS[0], b.RSS[1], b.RSS[1]-b.RSS[0], b.Peak)
}
