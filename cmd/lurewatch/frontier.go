package main

import (
	"bufio"
	"context"
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

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/crawler/frontier"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/config"
)

func frontierCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "frontier", Short: "URLs known to the crawler: count, add, drop",
		Long: `The frontier holds every URL that the crawler knows, what came of it, and when it is
due next. These verbs may be used while the service runs.`,
	}
	cmd.AddCommand(frontierStat(g), frontierAdd(g), frontierDrop(g))
	return cmd
}

// withFrontier opens the frontier that the configuration names.
func (g *globals) withFrontier(ctx context.Context, fn func(config.Config, frontier.Store) error) (err error) {
	l, err := g.load(nil)
	if err != nil {
		return err
	}
	s, err := app.OpenFrontier(ctx, l.Config, g.logger(l.Log, g.err), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return fn(l.Config, s)
}

// frontierLine is what `frontier stat --json` writes for each source.
type frontierLine struct {
	Source   string           `json:"source"`
	Known    int64            `json:"known"`
	Waiting  int64            `json:"waiting"`
	Due      int64            `json:"due"`
	Leased   int64            `json:"leased"`
	Hosts    int64            `json:"hosts"`
	Next     *time.Time       `json:"next,omitempty"`
	Outcomes map[string]int64 `json:"outcomes"`
}

func frontierStat(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "stat [SOURCE…]", Short: "How many URLs of each source are known, waiting, due and under way",
		Long: `known: all URLs. waiting: not fetched yet in this round, or to be tried again. due: to
be fetched now, visits to known pages counted too. leased: under way. next: when the
next one becomes due. Then how many ended how the last time.`,
		Example: "  lurewatch frontier stat\n  lurewatch frontier stat example-board --json | jq .outcomes",
		RunE: func(c *cobra.Command, sources []string) error {
			return g.withFrontier(c.Context(), func(_ config.Config, s frontier.Store) error {
				known, err := s.Sites(c.Context())
				if err != nil {
					return err
				}
				if len(sources) == 0 {
					sources = known
				}
				var lines []frontierLine
				for _, name := range sources {
					if !slices.Contains(known, name) {
						return fmt.Errorf("the frontier knows no source %q\nhint: it knows %s", name, orNothing(known))
					}
					st, err := s.Stat(c.Context(), name)
					if err != nil {
						return err
					}
					line := frontierLine{Source: name, Known: st.Known, Waiting: st.Waiting, Due: st.Due, Leased: st.Leased, Hosts: st.Hosts, Outcomes: st.Outcomes}
					if !st.Next.IsZero() {
						at := st.Next.UTC()
						line.Next = &at
					}
					lines = append(lines, line)
				}
				if asJSON {
					enc := json.NewEncoder(g.out)
					for _, l := range lines {
						if err := enc.Encode(l); err != nil {
							return err
						}
					}
					return nil
				}
				return writeFrontier(g.out, lines)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object for each source")
	return cmd
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "none yet"
	}
	return strings.Join(names, ", ")
}

func writeFrontier(w io.Writer, lines []frontierLine) error {
	tab := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tab, "source\tknown\twaiting\tdue\tleased\thosts\tnext\toutcomes")
	for _, l := range lines {
		next := "-"
		if l.Next != nil {
			next = l.Next.Format(time.RFC3339)
		}
		var ends []string
		for _, o := range slices.Sorted(maps.Keys(l.Outcomes)) {
			ends = append(ends, fmt.Sprintf("%s %d", o, l.Outcomes[o]))
		}
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", l.Source, l.Known, l.Waiting, l.Due, l.Leased, l.Hosts, next, strings.Join(ends, ", "))
	}
	return tab.Flush()
}

func frontierAdd(g *globals) *cobra.Command {
	var post, again bool
	cmd := &cobra.Command{
		Use: "add SOURCE [URL…]", Short: "Add URLs to a configured source; without any, one a line from stdin",
		Args: cobra.MinimumNArgs(1),
		Long: `Brings each URL to its canonical form and makes it due at once. One that the source
would not fetch (another host, no web address, the shape of a trap) is named with the
reason and stepped over (exit code 3). A URL that is known already stays as it is,
unless --again asks for it.`,
		Example: "  lurewatch frontier add example-board https://jobs.example.org/jobs/17\n  lurewatch frontier add example-board --post < urls.txt",
		RunE: func(c *cobra.Command, args []string) error {
			return g.withFrontier(c.Context(), func(cfg config.Config, s frontier.Store) error {
				sites := app.SitesOf(cfg)
				i := slices.IndexFunc(sites, func(s crawler.Site) bool { return s.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("no source %q is configured\nhint: add it to sources: in the configuration file, or correct the name", args[0])
				}
				in := g.in
				if len(args) > 1 {
					in = strings.NewReader(strings.Join(args[1:], "\n"))
				}
				return g.addURLs(c.Context(), s, sites[i], in, post, again)
			})
		},
	}
	cmd.Flags().BoolVar(&post, "post", false, "they lead to single posts: fetched before other pages")
	cmd.Flags().BoolVar(&again, "again", false, "known ones are due again too")
	return cmd
}

// addStep is how many URLs are added at a time.
const addStep = 1000

func (g *globals) addURLs(ctx context.Context, s frontier.Store, site crawler.Site, in io.Reader, post, again bool) error {
	accept, err := crawler.Accepts(site)
	if err != nil {
		return err
	}
	round, err := s.Round(ctx, site.Name, false)
	if err != nil {
		return err
	}
	var refused, asked, fresh int
	var batch []frontier.Entry
	flush := func() error {
		n, err := s.Add(ctx, batch)
		fresh += n
		batch = batch[:0]
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		raw := strings.TrimSpace(lines.Text())
		if raw == "" || strings.HasPrefix(raw, "#") {
			continue
		}
		asked++
		u, err := accept(raw)
		if err != nil {
			if refused++; refused <= maxReports {
				fmt.Fprintf(g.err, "refused %s: %v\n", raw, err)
			}
			continue
		}
		e := frontier.Entry{Site: site.Name, URL: u, Round: round, Fast: post, Depth: 1}
		if again {
			e.Changed = time.Now()
		}
		if batch = append(batch, e); len(batch) == addStep {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(lines.Err(), flush()); err != nil {
		return err
	}
	fmt.Fprintf(g.err, "%d URLs: %d added, %d known already, %d refused\n", asked, fresh, asked-fresh-refused, refused)
	if refused > 0 {
		return errPartly
	}
	return nil
}

func frontierDrop(g *globals) *cobra.Command {
	var sel frontier.Selection
	var yes bool
	cmd := &cobra.Command{
		Use: "drop SOURCE", Short: "Forget URLs of a source: all, of one host, or with one beginning", Args: cobra.ExactArgs(1),
		Long: `Says how many URLs it would forget and asks; --yes does not ask. What was captured
stays in the archive, and posts stay in the index. A forgotten URL comes back when a
page links to it again.`,
		Example: "  lurewatch frontier drop example-board --prefix https://jobs.example.org/calendar/\n  lurewatch frontier drop old-board --yes",
		RunE: func(c *cobra.Command, args []string) error {
			return g.withFrontier(c.Context(), func(_ config.Config, s frontier.Store) error {
				sel.Site = args[0]
				return g.dropURLs(c.Context(), s, sel, yes)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&sel.Host, "host", "", "only of this host, with its port when that is not the usual one")
	f.StringVar(&sel.Prefix, "prefix", "", "only URLs that begin so")
	f.StringVar(&sel.URL, "url", "", "only this one")
	f.BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (g *globals) dropURLs(ctx context.Context, s frontier.Store, sel frontier.Selection, yes bool) error {
	for _, u := range []*string{&sel.Prefix, &sel.URL} {
		if *u == "" {
			continue
		}
		known, _, err := frontier.Canonical(*u)
		if err != nil {
			return usageError{fmt.Errorf("%q: %w", *u, err)}
		}
		*u = known
	}
	known, err := s.Sites(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(known, sel.Site) {
		return fmt.Errorf("the frontier knows no source %q\nhint: it knows %s", sel.Site, orNothing(known))
	}
	try := sel
	try.Try = true
	n, err := s.Drop(ctx, try)
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(g.err, "no URL is meant: nothing is dropped")
		return nil
	}
	if !yes {
		fmt.Fprintf(g.err, "forget %d URLs of %s? y/N ", n, sel.Site)
		answer, err := bufio.NewReader(g.in).ReadString('\n')
		if errors.Is(err, io.EOF) && answer == "" {
			return usageError{errors.New("nobody answered: nothing is dropped\nhint: --yes drops without asking")}
		}
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			fmt.Fprintln(g.err, "nothing is dropped")
			return nil
		}
	}
	n, err = s.Drop(ctx, sel)
	if err != nil {
		return err
	}
	fmt.Fprintf(g.err, "%d URLs dropped\n", n)
	return nil
}
