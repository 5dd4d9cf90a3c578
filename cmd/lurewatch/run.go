package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/config"
)

func runCommand(g *globals) *cobra.Command {
	var roles []string
	cmd := &cobra.Command{
		Use: "run", Short: "The service: crawl, classify, index, alert and the review desk", Args: cobra.NoArgs,
		Long: `Runs the roles that the configuration or --role names, until it is told to stop.
Any number of processes may run any role: embedded, on one data folder of one
machine; with stream.url and index.url, anywhere.

The folder rules.dir is watched: rules that change there judge from the next post
on, and rules that are broken change nothing. SIGHUP reads them at once.`,
		RunE: func(c *cobra.Command, _ []string) error {
			set := map[string]string{}
			if len(roles) > 0 {
				set["roles"] = strings.Join(roles, ",")
			}
			l, err := g.load(set)
			if err != nil {
				return err
			}
			g.loud(l.Config)
			return toldToStop(c.Context(), g.withApp(c.Context(), app.NeedsOf(l.Roles...), set, func(ctx context.Context, a *app.App) error {
				ctx, stop := context.WithCancel(ctx)
				var wg sync.WaitGroup
				defer wg.Wait()
				defer stop()
				wg.Go(func() { reloadOnHangup(ctx, a) })
				return a.RunService(ctx, l.Roles...)
			}))
		},
	}
	cmd.Flags().StringSliceVar(&roles, "role", nil, "roles of this process: crawl,classify,index,alert,web")
	return cmd
}

// reloadOnHangup reads the rules again at each SIGHUP, until ctx ends.
func reloadOnHangup(ctx context.Context, a *app.App) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			_, _ = a.Reload(ctx) // it has said what came of it
		}
	}
}

// toldToStop makes nothing of the error of something that goes on until it is told
// to stop, when it was.
func toldToStop(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// loud names every guard that the configuration loosens.
func (g *globals) loud(c config.Config) {
	if c.Crawl.IgnoreRobots {
		fmt.Fprintln(g.err, "warning: crawl.ignore_robots is set: robots.txt is not obeyed")
	}
	if len(c.Crawl.AllowNet) > 0 {
		fmt.Fprintf(g.err, "warning: crawl.allow_net is set: private networks %v may be fetched from\n", c.Crawl.AllowNet)
	}
	if c.Crawl.Pace == 0 {
		fmt.Fprintln(g.err, "warning: crawl.pace is 0: hosts are not paced")
	}
}
