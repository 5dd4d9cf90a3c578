package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

func rulesCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use: "rules", Short: "Lint, test, list, explain and compare the rules",
		Long: `The built-in pack, with your own rules, filters and words beside it where rules.dir
names a folder with them. docs/rules.md writes a first own rule.`,
	}
	cmd.PersistentFlags().StringVar(&g.packName, "pack", "", "another pack than the configured one: builtin, a folder with own rules, or a whole pack")
	cmd.AddCommand(rulesLint(g), rulesTest(g), rulesList(g), rulesExplain(g), rulesDiff(g), rulesCoverage(g))
	return cmd
}

// pack loads the rules that --pack names, else those of the configuration.
func (g *globals) pack() (*rules.Pack, error) {
	if g.packName != "" {
		return rules.Open(g.packName)
	}
	l, err := g.load(nil)
	if err != nil {
		return nil, err
	}
	return rules.LoadWith(l.Rules.Dir)
}

func rulesTest(g *globals) *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use: "test [FILE…]", Short: "Run the examples that stand in the rules",
		Long: `Every rule carries posts on which it must fire, and posts that look alike on which
it must not. With files only those rules are tested, as if they were in the pack.`,
		Example: `  lurewatch rules test own/*.yml`,
		RunE: func(c *cobra.Command, args []string) error {
			pack, err := g.pack()
			if err != nil {
				return err
			}
			tested := pack.Rules.Rules()
			if len(args) > 0 {
				rs, fs, found, err := readRules(args)
				if err != nil {
					return err
				}
				for _, f := range found {
					fmt.Fprintln(g.out, f)
				}
				if len(found) > 0 {
					return errors.New("the rules cannot be read")
				}
				set, err := sigma.NewSet(rs, fs)
				if err != nil {
					return err
				}
				own := *pack
				own.Rules, pack, tested = set, &own, rs
			}
			return testRules(c.Context(), g, pack, tested, verbose)
		},
	}
	cmd.Flags().BoolVar(&verbose, "all", false, "name the examples that pass too")
	return cmd
}

// readRules parses rule files; folders are read for *.yml.
func readRules(paths []string) (rs []*sigma.Rule, fs []*sigma.Filter, found []sigma.Finding, err error) {
	for _, path := range paths {
		files, err := ruleFiles(path)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, f := range files {
			if filepath.Ext(f) == ".yaml" {
				continue // words have no examples
			}
			b, err := os.ReadFile(f)
			if err != nil {
				return nil, nil, nil, err
			}
			parsed, err := sigma.Parse(f, b)
			if err != nil {
				found = append(found, sigma.Findings(err)...)
				continue
			}
			rs, fs = append(rs, parsed.Rules...), append(fs, parsed.Filters...)
		}
	}
	return rs, fs, found, nil
}

func testRules(ctx context.Context, g *globals, pack *rules.Pack, rs []*sigma.Rule, verbose bool) error {
	cl, err := classifier.New(pack, classifier.Options{})
	if err != nil {
		return err
	}
	run, failed := 0, 0
	err = cl.EachExample(ctx, func(x classifier.ExampleRun) error {
		run++
		switch r, v := x.Rule, x.Verdict; {
		case x.Fires != x.Want:
			failed++
			fmt.Fprintf(g.out, "FAIL %s:%d: %s: want fired=%v, stance %s, concepts %v\n     %s\n", r.File, x.Line, r.Title, x.Want, v.Stance, v.Facts.Concepts, oneLineOf(x.Text))
		case verbose:
			fmt.Fprintf(g.out, "ok   %s:%d: %s\n", r.File, x.Line, r.Title)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(g.err, "%d rules, %d examples passed, %d failed\n", len(rs), run-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d examples failed\nhint: `lurewatch rules explain - RULE` reads a post on stdin and tells which part of the rule did not hold", failed)
	}
	return nil
}

func oneLineOf(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 140 {
		s = string(r[:140]) + "…"
	}
	return s
}

func rulesList(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the rules of the pack", Args: cobra.NoArgs,
		Example: `  lurewatch rules list --set rules.dir=own`,
		RunE: func(*cobra.Command, []string) error {
			pack, err := g.pack()
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(g.out)
				for _, r := range pack.Rules.Rules() {
					if err := enc.Encode(map[string]any{
						"id": r.ID, "title": r.Title, "level": r.Level, "status": r.Status, "confidence": r.Extra.Confidence,
						"file": r.File, "hash": r.Hash, "condition": r.Condition(), "falsepositives": r.FalsePositives,
					}); err != nil {
						return err
					}
				}
				return nil
			}
			w := tabwriter.NewWriter(g.out, 0, 8, 2, ' ', 0)
			for _, r := range pack.Rules.Rules() {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Level, r.Extra.Confidence, r.Title, r.ID)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(g.err, "pack %s (%s): %d rules\n", pack.ID.Version, pack.ID.Hash.Short(), len(pack.Rules.Rules()))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a rule")
	return cmd
}

func rulesCoverage(g *globals) *cobra.Command {
	var missing bool
	cmd := &cobra.Command{
		Use: "coverage", Short: "Which concepts can be said in which language", Args: cobra.NoArgs,
		Long: `A table: concepts down, languages across. w: words of the language compose it; p:
only a fixed phrase says it; -: nothing does.`,
		Example: `  lurewatch rules coverage --missing`,
		RunE: func(*cobra.Command, []string) error {
			pack, err := g.pack()
			if err != nil {
				return err
			}
			return g.coverage(pack, missing)
		},
	}
	cmd.Flags().BoolVar(&missing, "missing", false, "only concepts that some language cannot say")
	return cmd
}

func (g *globals) coverage(pack *rules.Pack, missing bool) error {
	langs, rows := pack.Coverage()
	w := tabwriter.NewWriter(g.out, 0, 4, 1, ' ', 0)
	fmt.Fprintf(w, "concept\t%s\n", strings.Join(langs, "\t"))
	words, phrases, gaps := 0, 0, 0
	for _, row := range rows {
		shown := !missing || slices.Contains(row.By, 0)
		if shown {
			fmt.Fprint(w, row.Concept)
		}
		for _, by := range row.By {
			mark := "-"
			switch {
			case by&rules.Words != 0:
				mark = "w"
				words++
			case by.Reached():
				mark = "p"
				phrases++
			default:
				gaps++
			}
			if shown {
				fmt.Fprint(w, "\t", mark)
			}
		}
		if shown {
			fmt.Fprintln(w)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(g.err, "%d concepts, %d languages: %d by words (w), %d by a phrase only (p), %d missing (-)\n", len(rows), len(langs), words, phrases, gaps)
	return nil
}
