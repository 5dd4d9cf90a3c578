package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
)

func rulesDiff(g *globals) *cobra.Command {
	var asJSON bool
	var examples int
	cmd := &cobra.Command{
		Use: "diff OLD NEW [FILE…]", Short: "Judge the same posts with two packs and show what changes",
		Long: `OLD and NEW are builtin, a folder with own rules (they stand beside the built-in
ones), or a whole pack. Without files the archive of the data folder is judged;
files are read as import reads them. Nothing is stored, and the pack that judges
now goes on judging.`,
		Example: `  lurewatch rules diff builtin own
  lurewatch rules diff own own.new posts.jsonl --json`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			old, err := rules.Open(args[0])
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			fresh, err := rules.Open(args[1])
			if err != nil {
				return fmt.Errorf("%s: %w", args[1], err)
			}
			opt := app.DiffOptions{Examples: examples}
			var d *app.Diff
			if files := args[2:]; len(files) > 0 {
				var failed error
				d, err = app.DiffPacks(c.Context(), old, fresh, g.postsIn(files, &failed), opt)
				err = cmp.Or(failed, err)
			} else {
				err = g.withApp(c.Context(), app.Archive, nil, func(ctx context.Context, a *app.App) error {
					d, err = app.DiffPacks(ctx, old, fresh, g.telling(a.ArchivedPosts(ctx)), opt)
					if err == nil && d.Posts+d.Bad == 0 {
						err = fmt.Errorf("the archive in %s holds no posts\nhint: --data-dir names another folder, or name files with posts", a.Config().DataDir)
					}
					return err
				})
			}
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(g.out).Encode(d)
			} else {
				err = writeDiff(g.out, d, len(old.Rules.Rules()), len(fresh.Rules.Rules()))
			}
			if err == nil && d.Bad > 0 {
				return errPartly
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.Flags().IntVarP(&examples, "limit", "n", 10, "changed posts to show")
	return cmd
}

// postsIn reads files as import does. What ends a file early goes to failed.
func (g *globals) postsIn(files []string, failed *error) iter.Seq2[post.Post, error] {
	return g.telling(func(yield func(post.Post, error) bool) {
		for _, file := range files {
			items, err := intake.Open(file, intake.Options{})
			if err != nil {
				*failed = err
				return
			}
			for it, err := range items {
				var line *intake.LineError
				if err != nil && !errors.As(err, &line) {
					*failed = err
					return
				}
				it.Post.ID = it.Post.NativeID
				if !yield(it.Post, err) {
					return
				}
			}
		}
	})
}

// telling passes posts on and tells of those that could not be read.
func (g *globals) telling(posts iter.Seq2[post.Post, error]) iter.Seq2[post.Post, error] {
	return func(yield func(post.Post, error) bool) {
		for p, err := range posts {
			if err != nil {
				fmt.Fprintln(g.err, err)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// saying is what a change is called.
func saying(what string) string {
	switch what {
	case "newly":
		return "newly flagged"
	case "dropped":
		return "no longer flagged"
	case "raised":
		return "higher level"
	case "lowered":
		return "lower level"
	}
	return "another stance"
}

func writeDiff(out io.Writer, d *app.Diff, before, after int) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "old\t%s (%s)\t%d rules\nnew\t%s (%s)\t%d rules\nposts\t%d\n", d.Old.Version, d.Old.Hash.Short(), before, d.New.Version, d.New.Hash.Short(), after, d.Posts)
	a := d.All
	fmt.Fprintf(w, "flagged\t%d\t%d now\n", a.Flagged, a.Flagged+a.Newly-a.Dropped)
	fmt.Fprintln(w, "\nlanguage\tnewly flagged\tno longer\thigher level\tlower level\tanother stance")
	row := func(name string, c app.DiffCounts) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", name, c.Newly, c.Dropped, c.Raised, c.Lowered, c.Stance)
	}
	for _, l := range d.Languages() {
		row(l, d.Lang[l])
	}
	row("all", a)
	if len(d.Rules) > 0 {
		fmt.Fprintln(w, "\nrule\tlevel\tstate\tfired\tgained\tlost")
	}
	for _, r := range d.Rules {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\n", r.Title, r.Level, r.State, r.Fired, r.Gained, r.Lost)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range d.First {
		fmt.Fprintf(out, "\n%s  %s  %s  %s → %s\n", saying(c.What), cmp.Or(c.Lang, "-"), c.ID, gist(c.Old), gist(c.New))
		fmt.Fprintf(out, "  %s\n", headlineOf(strings.TrimSpace(c.Title+" "+c.Text), 120))
		if len(c.Gained) > 0 {
			fmt.Fprintf(out, "  fires now: %s\n", strings.Join(c.Gained, "; "))
		}
		if len(c.Lost) > 0 {
			fmt.Fprintf(out, "  fires no longer: %s\n", strings.Join(c.Lost, "; "))
		}
		var words []string
		for _, s := range c.Words {
			words = append(words, fmt.Sprintf("%s %q", s.Concept, line(s.Text)))
		}
		if len(words) > 0 {
			fmt.Fprintf(out, "  words: %s\n", strings.Join(words, ", "))
		}
	}
	return nil
}

func gist(j app.Judgement) string {
	if !j.Flagged {
		return fmt.Sprintf("not flagged (%s)", j.Stance)
	}
	return fmt.Sprintf("%s (%s)", j.Level, j.Stance)
}
