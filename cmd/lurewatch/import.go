package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/app"
)

func importCommand(g *globals) *cobra.Command {
	var format string
	var columns []string
	cmd := &cobra.Command{
		Use: "import FILE…", Short: "Take posts in from files: JSONL, CSV, WARC, WACZ, saved HTML, Telegram export, pictures",
		Args: cobra.MinimumNArgs(1),
		Long: `Each item goes into the archive and down the same line as a crawled page: stream,
classifier, index. The command returns when all of them can be searched, and says
how many there were at every step. Items that cannot be read are named with their
line and stepped over (exit code 3). A picture is a post of its own; the photos of a
Telegram export are read where they lie beside it.

Reports of a hotline (--format hotline, CSV or JSONL) come in by the columns that are
known or named with --column. All others are left out at the door, the archive
included: who reported is not kept. docs/sources.md lists the known columns.`,
		RunE: func(c *cobra.Command, args []string) error {
			if format != "" && !slices.Contains(intake.Formats(), intake.Format(format)) {
				return usageError{fmt.Errorf("--format %s: is none of %v", format, intake.Formats())}
			}
			how := intake.Options{Format: intake.Format(format), Columns: map[string]string{}}
			for _, c := range columns {
				column, key, err := intake.ParseColumn(c)
				if err != nil {
					return usageError{fmt.Errorf("--column: %w", err)}
				}
				how.Columns[column] = key
			}
			if len(columns) > 0 && how.Format != intake.Hotline {
				return usageError{errors.New("--column is for --format hotline alone")}
			}
			for _, file := range args { // before anything is opened
				if _, err := os.Stat(file); err != nil {
					return fmt.Errorf("import: %w", err)
				}
			}
			parts := app.Archive | app.Stream | app.Index | app.Classifier
			return g.withApp(c.Context(), parts, nil, func(ctx context.Context, a *app.App) error {
				return g.importFiles(ctx, a, args, how)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "jsonl, csv, page, telegram, json, hotline or picture, where it cannot be told from the files")
	cmd.Flags().StringArrayVar(&columns, "column", nil, "COLUMN=KEY: what a column of a hotline's reports holds (id, text, title, url, source, lang, company, location, salary, posted_at, reach); COLUMN= drops it")
	return cmd
}

// maxReports bounds how many refused items are named one by one.
const maxReports = 20

func (g *globals) importFiles(ctx context.Context, a *app.App, files []string, how intake.Options) error {
	before, err := a.Index().Count(ctx)
	if err != nil {
		return err
	}
	live := startLive(g.err, a.Counts)
	var out app.Imported
	var named int
	how.Dropped = func(columns []string) {
		fmt.Fprintf(g.err, "%scolumns left out: %q\n", fresh(g.err), columns)
	}
	err = a.WithLine(ctx, func(ctx context.Context) (err error) {
		out, err = a.ImportWith(ctx, files, how, func(err error) {
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
