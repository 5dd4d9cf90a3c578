package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/health"
)

func statusCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "How the service does: processes, sources, what waits, what is wrong", Args: cobra.NoArgs,
		Long: `Tells of the service that runs on the data folder, or of the folder when none runs:
processes and their roles, pages of today, how every source does, messages that
wait, dead letters, free space and the newest error. Nothing is changed.

Ends with 1 when something is wrong, and says what and what to do.`,
		Example: `  lurewatch status
  lurewatch status --json | jq -r '.problems[] | .what + ": " + .do'`,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := g.load(nil)
			if err != nil {
				return err
			}
			s, err := app.ReadStatus(c.Context(), app.Options{Config: l.Config, Log: g.logger(l.Log, g.err), Version: versionString()})
			if errors.Is(err, health.ErrNone) {
				return fmt.Errorf("%w: %s holds no service\nhint: start it with `lurewatch run`, or name its folder with --data-dir", err, l.DataDir)
			}
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(g.out)
				enc.SetIndent("", "  ")
				err = enc.Encode(s)
			} else {
				err = printStatus(g.out, s)
			}
			if err != nil || len(s.Problems) == 0 {
				return err
			}
			var b strings.Builder
			for _, p := range s.Problems {
				fmt.Fprintf(&b, "\n%s\nhint: %s", p.What, p.Do)
			}
			return fmt.Errorf("%d of what should be right is wrong:%s", len(s.Problems), b.String())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func printStatus(out io.Writer, s app.Status) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if len(s.Processes) == 0 {
		line("service\tdoes not run")
	}
	for _, p := range s.Processes {
		line("process %d\t%s, since %s, %s", p.PID, strings.Join(p.Roles, " "), p.Started.Format("2 Jan 15:04 UTC"), p.Version)
		if p.Desk != "" {
			line("review desk\t%s", p.Desk)
		}
		if p.Browser != nil {
			line("browser\t%s", browserLine(*p.Browser))
		}
	}
	line("today\t%d pages", s.Today)
	var stages []string
	for stage, n := range s.Pending {
		stages = append(stages, fmt.Sprintf("%s %d", stage, n))
	}
	slices.Sort(stages)
	line("waiting\t%s", strings.Join(append(stages, fmt.Sprintf("dead letters %d", s.Dead)), ", "))
	if s.DiskFree >= 0 {
		line("disk free\t%.1f GB", float64(s.DiskFree)/1e9)
	}
	if e := s.Error; e != nil {
		line("last error\t%s, %d since the start: %s", since(s.At, e.At), e.N, headlineOf(e.Text, 200))
	}
	if err := w.Flush(); err != nil || len(s.Sources) == 0 {
		return err
	}
	fmt.Fprintln(out)
	line("SOURCE\tSTATE\tLAST PAGE\tLAST POST\tPOSTS A PAGE\tWALLS\tFAILURES\tWAITING")
	old := 0
	for _, src := range s.Sources {
		state := string(src.State)
		switch {
		case src.Configured:
		case src.Once:
			state += ", once"
		default:
			old++
			continue
		}
		r := src.Recent(health.BarPages * health.MaxBars)
		queue := "-"
		if src.Queue != nil {
			queue = fmt.Sprint(src.Queue.Waiting)
		}
		line("%s\t%s\t%s\t%s\t%.1f\t%.0f%%\t%.0f%%\t%s", headlineOf(src.Name, 40), state, since(s.At, src.LastSuccess), since(s.At, src.LastPost),
			r.Yield(), 100*r.Share(r.Challenge+r.Login+r.Robots), 100*r.Share(r.Errors+r.Retries), queue)
	}
	if old > 0 {
		line("%d more were crawled before and are not configured any more", old)
	}
	return w.Flush()
}

// browserLine is how a browser does, in one line.
func browserLine(b health.Browser) string {
	var say []string
	switch {
	case b.Broken != "":
		say = append(say, "does not start")
	case b.Running == 0:
		say = append(say, "not running")
	default:
		say = append(say, fmt.Sprintf("%d of %d tabs", b.Tabs, b.MaxTabs))
		if b.Memory > 0 {
			say = append(say, fmt.Sprintf("%d MB", b.Memory/1e6))
		}
	}
	say = append(say, fmt.Sprintf("%d pages", b.Pages))
	if n := b.Restarts(); n > 0 {
		var why []string
		for _, w := range slices.Sorted(maps.Keys(b.Replaced)) {
			if k := b.Replaced[w]; k > 0 && w != "pages" {
				why = append(why, fmt.Sprintf("%d %s", k, w))
			}
		}
		say = append(say, fmt.Sprintf("%d restarts (%s)", n, strings.Join(why, ", ")))
	}
	if b.Crashed > 0 {
		say = append(say, fmt.Sprintf("%d crashed pages", b.Crashed))
	}
	return strings.Join(say, ", ")
}

func since(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return now.Sub(t).Round(time.Second).String() + " ago"
}
