package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

func rulesLint(g *globals) *cobra.Command {
	var asJSON, strict bool
	var against []string
	var share float64
	cmd := &cobra.Command{
		Use: "lint [FILE…]", Short: "Check rules, filters and words for faults and habits",
		Long: `Without files the whole pack is checked. Files are rules and filters (*.yml) and
words (lexicon/<lang>.yaml), checked as if they stood in the pack; a folder is read
for both.

--against FILE names ordinary posts, one JSON object a line (those with a label
other than legit, overseas_legit or other are left out). Words, strong concepts and
rules that fire on too many of them are told. The pack brings a few such posts in
each language, which are always asked.`,
		Example: `  lurewatch rules lint own
  lurewatch rules lint --against ordinary.jsonl --share 0.5`,
		RunE: func(c *cobra.Command, args []string) error {
			l := linter{g: g, json: asJSON}
			err := l.run(c.Context(), args)
			if err == nil && len(against) > 0 && l.pack != nil {
				err = l.count(c.Context(), against, share/100)
			}
			if err != nil {
				return err
			}
			return l.report(strict)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "one JSON object a finding")
	f.BoolVar(&strict, "strict", false, "warnings are errors too")
	f.StringArrayVar(&against, "against", nil, "a file of ordinary posts (JSONL); may be repeated")
	f.Float64Var(&share, "share", 2, "percent of the ordinary posts of its language in which a word may stand")
	return cmd
}

// linter gathers findings.
type linter struct {
	g       *globals
	json    bool
	pack    *rules.Pack // nil when it does not load
	rules   int
	filters int
	words   int
	found   []rules.Finding
}

func (l *linter) run(ctx context.Context, args []string) error {
	pack, err := l.g.pack()
	if err != nil {
		if fs := rules.Findings(err); len(fs) > 0 && fs[0].File != "" {
			l.found = fs
			return nil
		}
		return err
	}
	l.pack = pack
	if len(args) > 0 {
		return l.files(args)
	}
	l.rules, l.filters = len(pack.Rules.Rules()), len(pack.Rules.Filters())
	for _, x := range pack.Lexicons {
		l.words += x.Words()
	}
	l.found = append(pack.Lint(), classifier.LintFolded(pack)...)
	o, err := classifier.NewOrdinary(pack)
	if err != nil {
		return err
	}
	for p, err := range rules.OrdinaryPosts() {
		if err != nil {
			return err
		}
		if err := o.Add(ctx, p); err != nil {
			return err
		}
	}
	l.found = append(l.found, o.Findings(classifier.OrdinaryLimits{Share: 0.1, Rules: 0.002, Least: 2})...)
	return nil
}

// files lints single files as if they stood in the pack.
func (l *linter) files(paths []string) error {
	var rs []*sigma.Rule
	var filters []*sigma.Filter
	words := *l.pack
	words.Lexicons = nil
	for _, path := range paths {
		names, err := ruleFiles(path)
		if err != nil {
			return err
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if filepath.Ext(name) == ".yaml" {
				lex, found := l.pack.LintLexicon(name, b)
				l.found = append(l.found, found...)
				if lex != nil {
					l.words += lex.Words()
					words.Lexicons = append(words.Lexicons, lex)
				}
				continue
			}
			parsed, err := sigma.Parse(name, b)
			if err != nil {
				l.found = append(l.found, sigma.Findings(err)...)
				continue
			}
			rs, filters = append(rs, parsed.Rules...), append(filters, parsed.Filters...)
		}
	}
	l.rules, l.filters = len(rs), len(filters)
	l.found = append(l.found, sigma.Lint(rs, filters, l.pack.Schema(), l.pack.Rules.Rules()...)...)
	l.found = append(l.found, classifier.LintFolded(&words)...)
	return nil
}

// ruleFiles lists the rule files and lexicons below path, or path itself.
func ruleFiles(path string) (out []string, err error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return []string{path}, nil
	}
	err = filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		lexicon := filepath.Base(filepath.Dir(name)) == "lexicon" && filepath.Ext(name) == ".yaml"
		if err == nil && !e.IsDir() && (filepath.Ext(name) == ".yml" || lexicon) {
			out = append(out, name)
		}
		return err
	})
	return out, err
}

// count asks ordinary posts that a person names.
func (l *linter) count(ctx context.Context, files []string, share float64) error {
	o, err := classifier.NewOrdinary(l.pack)
	if err != nil {
		return err
	}
	left, bad := 0, 0
	var failed error
	for p, err := range l.g.labelledIn(files, &failed) {
		switch {
		case err != nil:
			bad++
		case !slices.Contains([]string{"", "legit", "overseas_legit", "other"}, p.Label):
			left++
		default:
			if err := o.Add(ctx, p.Post); err != nil {
				return err
			}
		}
	}
	if failed != nil {
		return failed
	}
	l.found = append(l.found, o.Findings(classifier.OrdinaryLimits{Share: share, Rules: share / 10, Least: 3})...)
	fmt.Fprintf(l.g.err, "%d ordinary posts asked, %d with another label left out, %d could not be read\n", o.Posts(), left, bad)
	return nil
}

func (l *linter) report(strict bool) error {
	sigma.SortFindings(l.found)
	errs := 0
	for _, f := range l.found {
		if f.Severity == sigma.SeverityError || strict {
			errs++
		}
		if l.json {
			if err := json.NewEncoder(l.g.out).Encode(f); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(l.g.out, f)
	}
	fmt.Fprintf(l.g.err, "%d rules, %d filters, %d words, %d findings, %d of them errors\n", l.rules, l.filters, l.words, len(l.found), errs)
	if errs > 0 {
		return errors.New("the rules have errors\nhint: each line above ends with what to do")
	}
	return nil
}

// labelled is a post with the label that a line may have.
type labelled struct {
	post.Post
	Label string
}

// labelledIn reads lines of JSON as classify does, with their labels. What ends a
// file early goes to failed.
func (g *globals) labelledIn(files []string, failed *error) iter.Seq2[labelled, error] {
	return func(yield func(labelled, error) bool) {
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				*failed = err
				return
			}
			more := true
			intake.Lines(bufio.NewReaderSize(f, 1<<16), intake.DefaultMaxLine, func(n int, b []byte, err error) bool {
				var l labelled
				if err == nil {
					l.Post, err = intake.ParseLine(b)
				}
				if err == nil {
					err = json.Unmarshal(b, &struct {
						Label *string `json:"label"`
					}{&l.Label})
				}
				if err != nil {
					fmt.Fprintf(g.err, "%s:%d: %v\n", name, n, err)
				}
				more = yield(l, err)
				return more
			})
			f.Close()
			if !more {
				return
			}
		}
	}
}
