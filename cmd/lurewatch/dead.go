package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/stream"
)

func deadCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "dead", Short: "Messages that a stage could not handle: list, retry, drop",
		Long: `A message that a stage failed with too often, or that no retry can help, is kept as
a dead letter with the stage and the reason. Mend the cause, then retry it.`,
	}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List dead letters, oldest first", Args: cobra.NoArgs,
		Long:    "One line each: number, time, stage, how often it was tried, and why it failed.",
		Example: `  lurewatch dead list --json | jq -r .Reason | sort | uniq -c`,
		RunE: func(c *cobra.Command, _ []string) error {
			return g.withStream(c.Context(), func(ctx context.Context, s *stream.Stream) error {
				enc := json.NewEncoder(g.out)
				return s.DeadList(ctx, func(d stream.Dead) error {
					if asJSON {
						return enc.Encode(d)
					}
					_, err := fmt.Fprintf(g.out, "%d\t%s\t%s\t%d tries\t%s\n", d.Seq, d.At.Format(time.RFC3339), d.Stage, d.Deliveries, d.Reason)
					return err
				})
			})
		},
	}
	list.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(list,
		deadAct(g, "retry", "Send dead letters to their stage again", "  lurewatch dead retry 17 18\n  lurewatch dead retry --all", (*stream.Stream).DeadRetry),
		deadAct(g, "drop", "Remove dead letters for good", "  lurewatch dead drop 17", (*stream.Stream).DeadDrop))
	return cmd
}

func deadAct(g *globals, use, short, example string, act func(*stream.Stream, context.Context, ...uint64) error) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: use + " [NUMBER…]", Short: short, Example: example,
		RunE: func(c *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError{errors.New("name the dead letters by the numbers of `lurewatch dead list`, or give --all")}
			}
			seqs := make([]uint64, 0, len(args))
			for _, arg := range args {
				n, err := strconv.ParseUint(arg, 10, 64)
				if err != nil {
					return usageError{fmt.Errorf("%q is no number of a dead letter", arg)}
				}
				seqs = append(seqs, n)
			}
			return g.withStream(c.Context(), func(ctx context.Context, s *stream.Stream) error {
				if all {
					if err := s.DeadList(ctx, func(d stream.Dead) error { seqs = append(seqs, d.Seq); return nil }); err != nil {
						return err
					}
				}
				if err := act(s, ctx, seqs...); err != nil {
					return err
				}
				fmt.Fprintf(g.err, "%s: %d dead letters\n", use, len(seqs))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every dead letter")
	return cmd
}

// withStream opens the stream alone. A running service on the same data folder is
// joined, not disturbed.
func (g *globals) withStream(ctx context.Context, fn func(context.Context, *stream.Stream) error) error {
	return g.withApp(ctx, app.Stream, nil, func(ctx context.Context, a *app.App) error { return fn(ctx, a.Stream()) })
}

// withApp opens parts as the configuration says, calls fn, and closes them.
func (g *globals) withApp(ctx context.Context, parts app.Part, set map[string]string, fn func(context.Context, *app.App) error) (err error) {
	l, err := g.load(set)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: l.Config, Parts: parts, Log: g.logger(l.Log, g.err), Version: versionString()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(ctx, a)
}
