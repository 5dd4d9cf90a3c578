package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/source"
)

func evalCommand(g *globals) *cobra.Command {
	var asJSON bool
	var pages, wrong string
	cmd := &cobra.Command{
		Use: "eval FILE…", Short: "Measure the rules on labelled posts: precision, recall, false positives",
		Long: `FILE is JSONL with id, text, label (scam is what should be flagged; every other
label should not) and, if known, lang, title, source, family. Figures come with
their 95 % interval (Wilson), by label, language, family, set and rule.

--pages MANIFEST measures extraction instead: the share of fields that are read
from saved pages as a person reads them.`,
		RunE: func(c *cobra.Command, args []string) error {
			if pages != "" {
				r, err := source.EvaluatePages(pages)
				if err != nil {
					return err
				}
				if asJSON {
					err = json.NewEncoder(g.out).Encode(r)
				} else {
					err = r.WriteText(g.out)
				}
				if err == nil && len(r.Errors) > 0 {
					return errPartly
				}
				return err
			}
			if len(args) == 0 {
				return usageError{fmt.Errorf("name at least one file of labelled posts")}
			}
			return g.eval(c, args, asJSON, wrong)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "the report as one JSON object")
	f.StringVar(&pages, "pages", "", "manifest of saved pages to measure extraction on")
	f.StringVar(&wrong, "wrong", "", "write posts that were judged wrongly to this file, as JSONL")
	return cmd
}

func (g *globals) eval(c *cobra.Command, files []string, asJSON bool, wrong string) error {
	pack, err := g.pack()
	if err != nil {
		return err
	}
	cl, err := classifier.New(pack, classifier.Options{})
	if err != nil {
		return err
	}
	var posts []classifier.Labelled
	bad := 0
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = classifier.ReadLabelled(f, name, func(l classifier.Labelled) error { posts = append(posts, l); return nil },
			func(line int, err error) { bad++; fmt.Fprintf(g.err, "%s:%d: %v\n", name, line, err) })
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	var each func(classifier.Judged)
	if wrong != "" {
		f, err := os.Create(wrong)
		if err != nil {
			return err
		}
		defer f.Close()
		enc := json.NewEncoder(f)
		each = func(j classifier.Judged) {
			if j.Positive() != j.Verdict.Flagged {
				_ = enc.Encode(map[string]any{"label": j.Label, "lang": j.Post.Lang, "family": j.Family, "text": j.Post.Text, "verdict": j.Verdict})
			}
		}
	}
	r, err := cl.Evaluate(c.Context(), posts, each)
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(g.out).Encode(r)
	} else {
		_, err = fmt.Fprint(g.out, r.Text())
	}
	if err == nil && bad > 0 {
		return errPartly
	}
	return err
}
