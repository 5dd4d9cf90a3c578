package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/app"
)

func importCommand(g *globals) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "import FILE…", Short: "Take posts in from files: JSONL, CSV, WARC, WACZ, saved HTML, Telegram export, pictures",
		Args: cobra.MinimumNArgs(1),
		Long: `Each item goes into the archive and down the same line as a crawled page: stream,
classifier, index. The command returns when all of them can be searched, and says
how many there were at every step. Items that cannot be read are named with their
line and stepped over (exit code 3). A picture is a post of its own; the photos of a
Telegram export are read where they lie beside it.`,
		RunE: func(c *cobra.Command, args []string) error {
			if format != "" && !slices.Contains(intake.Formats(), intake.Format(format)) {
				return usageError{fmt.Errorf("--format %s: is none of %v", format, intake.Formats())}
			}
			for _, file := range args { // before anything is opened
				if _, err := os.Stat(file); err != nil {
					return fmt.Errorf("import: %w", err)
				}
			}
			parts := app.Archive | app.Stream | app.Index | app.Classifier
			return g.withApp(c.Context(), parts, nil, func(ctx context.Context, a *app.App) error {
				return g.importFiles(ctx, a, args, intake.Format(format))
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "jsonl, csv, page, telegram, json or picture, where it cannot be told from the files")
	return cmd
}

// maxReports bounds how many refused items are named one by one.
const maxReports = 20

func (g *globals) importFiles(ctx context.Context, a *app.App, files []string, format intake.Format) error {
	before, err := a.Index().Count(ctx)
	if err != nil {
		return err
	}
	live := startLive(g.err, a.Counts)
	var out app.Imported
	var named int
	err = a.WithLine(ctx, func(ctx context.Context) (err error) {
		out, err = a.Import(ctx, files, format, func(err error) {
			if named++; named <= maxReports {
				fmt.Fprintf(g.err, "%s%v\n", fresh(g.err), err)
			}
		})
		return err
	})
	live.stop()
	if err != nil {
		return err
	}
	after, err := a.Index().Count(ctx)
	if err != nil {
		return err
	}
	indexed, flagged, err := a.Tally(ctx, out)
	if err != nil {
		return err
	}
	c := a.Counts()
	fmt.Fprintf(g.out, "read %d  refused %d  archived %d  sent %d  posts %d  judged %d  flagged %d  indexed %d  new in index %d\n",
		out.Read, out.Refused, out.Archived, out.Posts, out.Unique, indexed, flagged, indexed, after-before)
	if c.Dead > 0 {
		fmt.Fprintf(g.err, "%d dead letters wait: see `lurewatch dead list`\n", c.Dead)
	}
	if out.Refused > 0 {
		return errPartly
	}
	return nil
}
