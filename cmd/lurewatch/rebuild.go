package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/archive"
)

func rebuildCommand(g *globals) *cobra.Command {
	var check, force bool
	cmd := &cobra.Command{
		Use: "rebuild", Short: "Make stream and index again from the archive", Args: cobra.NoArgs,
		Long: `Walks the archive, extracts every post again, sends it down the line, and applies
every decision of the ledger. Stop the service first. Damaged records are named
and stepped over.

With --check nothing is changed: archive, stream and index are folded into one
hash each, and the command fails if they differ.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if check {
				return g.withApp(c.Context(), app.Archive|app.Stream|app.Index, nil, g.checkFolds)
			}
			all := app.Archive | app.Stream | app.Index | app.Ledger | app.Classifier
			return g.withApp(c.Context(), all, nil, func(ctx context.Context, a *app.App) error { return g.rebuild(ctx, a, force) })
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "compare archive, stream and index, change nothing")
	cmd.Flags().BoolVar(&force, "force", false, "rebuild although records are damaged: posts that only they hold leave the index")
	return cmd
}

func (g *globals) rebuild(ctx context.Context, a *app.App, force bool) error {
	if !a.Stream().Alone() {
		return errors.New("another process of this data folder is running\nhint: stop the service first: a rebuild needs the line to itself")
	}
	if !force {
		bad, err := a.Damage(ctx)
		if err != nil {
			return err
		}
		if damaged(g.err, bad) != nil {
			return fmt.Errorf("%d records of the archive are damaged, and nothing was changed\nhint: put back a copy of the files, or rebuild with --force: posts that only the damaged records hold leave the index then", len(bad))
		}
	}
	live := startLive(g.err, a.Counts)
	out, err := a.Rebuild(ctx)
	live.stop()
	if err != nil {
		return err
	}
	fmt.Fprintf(g.err, "rebuilt from %d captures: %d posts, %d decisions\n", out.Records, out.Posts, out.Decisions)
	return damaged(g.err, out.Damage)
}

func (g *globals) checkFolds(ctx context.Context, a *app.App) error {
	f, err := a.Check(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(g.out, f)
	if err := damaged(g.err, f.Damage); err != nil {
		return err
	}
	if !f.Equal() {
		return errors.New("archive, stream and index differ\nhint: if the service is running, let it drain and check again; otherwise `lurewatch rebuild`")
	}
	return nil
}

// damaged names the records that could not be read.
func damaged(w io.Writer, ds []archive.Damage) error {
	for _, d := range ds {
		fmt.Fprintf(w, "damaged: %s\n", d)
	}
	if len(ds) > 0 {
		return errPartly
	}
	return nil
}
