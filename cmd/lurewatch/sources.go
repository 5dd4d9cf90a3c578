package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/post"
)

func sourcesCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "sources", Short: "What can be read, and whether a source still reads it",
		Long: `A source reads pages of one kind. "list" tells what each covers, what access it asks
of you and how it is paced; "test" runs one on its saved pages, on a file of yours, or
on a live page.`,
	}
	cmd.AddCommand(sourcesList(g), sourcesTest(g))
	return cmd
}

func sourcesList(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Name, coverage, access and pace of every source", Args: cobra.NoArgs,
		Long: `The pace is the pause between two requests to one host when neither the source nor
crawl.pace in your configuration asks for a longer one.`,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(g.out, 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tPACE\tACCESS\tCOVERS")
			for _, s := range source.All() {
				a := s.About()
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name(), paceWord(a.Pace), a.Access, a.Covers)
			}
			return w.Flush()
		},
	}
}

func paceWord(d time.Duration) string {
	if d == 0 {
		return "crawl.pace"
	}
	return d.String()
}

func sourcesTest(g *globals) *cobra.Command {
	var from string
	var allowNet []string
	cmd := &cobra.Command{
		Use: "test NAME [URL|FILE]", Short: "Run one source and show which fields it finds",
		Long: `Without a second argument the source reads the saved pages that the program brings
along: what the tests of this version saw. A FILE is read as it is. A URL is fetched
live: once, guarded against private networks, robots.txt obeyed, with token and pace of
the source in your configuration that has this adapter and host. Nothing is stored.

Exit code 1 when there is neither a post nor a link to one.`,
		Example: `  lurewatch sources test telegram
  lurewatch sources test auto saved.html --from https://board.example/jobs/1
  lurewatch sources test telegram https://t.me/s/example_channel`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			src, ok := source.Lookup(args[0])
			if !ok {
				return usageError{fmt.Errorf("no source is named %q\nhint: `lurewatch sources list` names them all", args[0])}
			}
			pages, err := g.pagesToTest(c.Context(), src, args[1:], from, allowNet)
			if err != nil {
				return err
			}
			t := sourceTest{g: g, src: src, out: g.out, right: map[string]int{}}
			if t.cl, err = g.classifier(); err != nil {
				return err
			}
			for _, p := range pages {
				if err := t.page(c.Context(), p); err != nil {
					return fmt.Errorf("%s: %w", p.Name, err)
				}
			}
			return t.total(len(pages))
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "address that FILE was saved from")
	cmd.Flags().StringSliceVar(&allowNet, "allow-net", nil, "private networks that may be fetched from, as CIDR")
	return cmd
}

func (g *globals) classifier() (*classifier.Classifier, error) {
	pack, err := g.pack()
	if err != nil {
		return nil, err
	}
	return classifier.New(pack, classifier.Options{})
}

// pagesToTest are the saved pages of src, one file, or one live page.
func (g *globals) pagesToTest(ctx context.Context, src source.Source, args []string, from string, allowNet []string) ([]source.Sample, error) {
	if len(args) == 0 {
		return source.Samples(src.Name())
	}
	at := args[0]
	if !strings.HasPrefix(at, "http://") && !strings.HasPrefix(at, "https://") {
		f, err := os.Open(at)
		if err != nil {
			return nil, fmt.Errorf("read saved page: %w", err)
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, source.MaxBody))
		if err != nil {
			return nil, fmt.Errorf("read saved page: %w", err)
		}
		return []source.Sample{{Name: filepath.Base(at), Page: source.Page{URL: from, ContentType: mime.TypeByExtension(filepath.Ext(at)), Body: b}}}, nil
	}
	l, err := g.load(nil)
	if err != nil {
		return nil, err
	}
	nets, err := parseNets(allowNet)
	if err != nil {
		return nil, err
	}
	p, err := app.Probe(ctx, app.ProbeOptions{Config: l.Config, URL: at, Adapter: src.Name(), AllowNet: nets, Version: versionString(), Log: g.logger(l.Log, g.err)})
	return []source.Sample{{Name: at, Page: p}}, err
}

// testedFields are what a person would read on a page, in the order shown.
var testedFields = []string{"title", "company", "location", "salary", "date", "contacts", "text"}

type sourceTest struct {
	g     *globals
	src   source.Source
	cl    *classifier.Classifier
	out   io.Writer
	posts int
	links int
	right map[string]int
}

func (t *sourceTest) page(ctx context.Context, p source.Sample) error {
	found, err := t.src.Extract(ctx, p.Page)
	if err != nil && !errors.Is(err, source.ErrNotText) {
		return err
	}
	leads, next := 0, 0
	for _, l := range found.Links {
		if l.Post {
			leads++
		}
		if l.Next {
			next++
		}
	}
	fmt.Fprintf(t.out, "%s: %d posts, %d links to posts, %d to further pages", p.Name, len(found.Posts), leads, next)
	if found.Adapter != "" && found.Adapter != t.src.Name() {
		fmt.Fprintf(t.out, ", read by %s", found.Adapter)
	}
	if found.NeedsBrowser {
		fmt.Fprint(t.out, ", needs a browser")
	}
	fmt.Fprintln(t.out)
	t.posts += len(found.Posts)
	t.links += leads + next
	for i, po := range found.Posts {
		v, err := t.cl.Classify(ctx, po)
		if err != nil {
			return err
		}
		po = app.Complete(po, v)
		got := fieldsOf(po)
		if i < maxTested {
			fmt.Fprintf(t.out, "  %d. %s\n", i+1, clip(po.Title))
		}
		var missed []string
		for _, f := range testedFields {
			switch {
			case got[f] == "":
				missed = append(missed, f)
				continue
			case i < maxTested && f != "title":
				fmt.Fprintf(t.out, "     %-9s %s\n", f, clip(got[f]))
			}
			t.right[f]++
		}
		if i < maxTested && len(missed) > 0 {
			fmt.Fprintf(t.out, "     %-9s %s\n", "missed", strings.Join(missed, ", "))
		}
	}
	if n := len(found.Posts) - maxTested; n > 0 {
		fmt.Fprintf(t.out, "  … and %d more\n", n)
	}
	return nil
}

// maxTested is how many posts of one page are shown one by one.
const maxTested = 10

func fieldsOf(p post.Post) map[string]string {
	m := map[string]string{"title": p.Title, "company": p.Company, "location": strings.Join(p.Locations, "; "), "text": p.Text}
	if p.Salary != nil {
		m["salary"] = p.Salary.Raw
		if m["salary"] == "" {
			m["salary"] = fmt.Sprintf("%g to %g %s", p.Salary.Min, p.Salary.Max, p.Salary.Currency)
		}
	}
	if !p.PostedAt.IsZero() {
		m["date"] = p.PostedAt.Format(time.DateOnly)
	}
	var ways []string
	for _, c := range p.Contacts {
		ways = append(ways, c.Kind+" "+post.Mask(c.Value))
	}
	m["contacts"] = strings.Join(ways, ", ")
	return m
}

// clip is s on one line of a terminal.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 90 {
		return string(r[:90]) + "…"
	}
	return s
}

func (t *sourceTest) total(pages int) error {
	fmt.Fprintf(t.out, "%s: %d posts and %d links on %d pages;", t.src.Name(), t.posts, t.links, pages)
	for i, f := range testedFields {
		fmt.Fprintf(t.out, "%s %s %d/%d", strings.Repeat(",", min(i, 1)), f, t.right[f], t.posts)
	}
	fmt.Fprintln(t.out)
	if t.posts+t.links == 0 {
		return fmt.Errorf("source %s found nothing\nhint: is this a page of its kind? `lurewatch sources list` says what it covers; auto tries them all", t.src.Name())
	}
	return nil
}
