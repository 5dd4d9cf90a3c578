package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/post"
)

func searchCommand(g *globals) *cobra.Command {
	var q indexer.Query
	var level string
	var flagged, asJSON bool
	cmd := &cobra.Command{
		Use: "search [QUERY]", Short: "Search the index",
		Long: `Words must all be there; "a phrase" in its order; pre* by its beginning; -not; OR;
parentheses. Without a query everything is listed, newest first. vanished:yes and
changed:yes find posts that are gone from their page, or whose text was changed;
they may stand wherever a word may: '(vanished:yes OR changed:yes) ticket'.`,
		Example: `  lurewatch search 'ตั๋วเครื่องบิน ฟรี' --lang th
  lurewatch search '"no experience" -licensed' --flagged --json`,
		RunE: func(c *cobra.Command, args []string) error {
			q.Text = strings.Join(args, " ")
			if level != "" {
				l, err := post.ParseLevel(level)
				if err != nil {
					return usageError{err}
				}
				q.Filter.MinLevel = l
			}
			if c.Flags().Changed("flagged") {
				q.Filter.Flagged = &flagged
			}
			return g.withApp(c.Context(), app.Index, nil, func(ctx context.Context, a *app.App) error { return g.search(ctx, a, q, asJSON) })
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&q.Filter.Langs, "lang", nil, "languages, as en,km,zh")
	f.StringSliceVar(&q.Filter.Sources, "source", nil, "sources")
	f.StringSliceVar(&q.Filter.Countries, "country", nil, "countries that the text names, as KH,MM")
	f.StringSliceVar(&q.Filter.Rules, "rule", nil, "ids of rules that fired")
	f.StringSliceVar(&q.Filter.Contacts, "contact", nil, "a phone number, handle or address")
	f.StringVar(&level, "level", "", "lowest level: informational, low, medium, high, critical")
	f.BoolVar(&flagged, "flagged", false, "flagged posts only (--flagged=false: the others)")
	f.IntVarP(&q.Limit, "limit", "n", 20, "hits in a page, 1000 at most")
	f.StringVar(&q.Cursor, "cursor", "", "the next page, as --json printed it")
	f.StringVar((*string)(&q.Sort), "sort", "newest", "newest, oldest or relevance")
	f.BoolVar(&asJSON, "json", false, "one JSON object with hits, total and the next cursor")
	return cmd
}

func (g *globals) search(ctx context.Context, a *app.App, q indexer.Query, asJSON bool) error {
	page, err := a.Index().Search(ctx, q)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(g.out).Encode(page)
	}
	for _, h := range page.Hits {
		p, v := h.Doc.Post, h.Doc.Verdict
		level := string(v.Level)
		if !v.Flagged {
			level = "-"
		}
		fmt.Fprintf(g.out, "%s\t%s\t%s\t%s\t%s\n", p.ID, level, p.Lang, p.Source, headline(p))
	}
	fmt.Fprintf(g.err, "%d of %d\n", len(page.Hits), page.Total)
	return nil
}

// headline is the title of a post, or how its text begins, in one line that a
// terminal can show: who wrote the post must not move the cursor or turn the text.
func headline(p post.Post) string {
	s := p.Title
	if s == "" {
		s = p.Text
	}
	return headlineOf(s, 80)
}

// headlineOf is s in one line of so many runes.
func headlineOf(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}
