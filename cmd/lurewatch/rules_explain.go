package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// nearMiss is how many tests a rule may be short of firing to be told of unasked.
const nearMiss = 2

func rulesExplain(g *globals) *cobra.Command {
	var asJSON bool
	var most int
	cmd := &cobra.Command{
		Use: "explain POST [RULE]", Short: "Tell for one post which part of a rule held, which did not, and why",
		Long: `POST is - for stdin, a file, or the id of a post in the index or the archive. A file
holds JSON as for classify (its first line counts), or plain text. RULE is an id or
a part of a title.

Without RULE every rule that fired is told, and every near miss: a rule that up to
two tests kept from firing, with those tests.`,
		Example: `  echo 'Typing job in Poipet, ticket and room free, tele @x' | lurewatch rules explain -
  lurewatch rules explain post.txt "messenger"`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			pack, err := g.pack()
			if err != nil {
				return err
			}
			var rs []*sigma.Rule
			if len(args) > 1 {
				r, err := findRule(pack.Rules.Rules(), args[1])
				if err != nil {
					return err
				}
				rs = append(rs, r)
			}
			p, err := g.postOf(c.Context(), args[0])
			if err != nil {
				return err
			}
			x, err := explained(c.Context(), pack, p, rs, most)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(g.out).Encode(x)
			}
			_, err = fmt.Fprint(g.out, x.text(len(rs) > 0))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.Flags().IntVarP(&most, "limit", "n", 10, "near misses to tell of")
	return cmd
}

// explanation is what explain says of a post.
type explanation struct {
	Post    post.Post     `json:"post"`
	Verdict post.Verdict  `json:"verdict"`
	Part    string        `json:"part,omitempty"` // the text that decided, when lines at its ends were left out
	Rules   []explainedOf `json:"rules"`          // those that fired, then near misses; or the one asked for
}

type explainedOf struct {
	ID    string            `json:"id"`
	Title string            `json:"title"`
	Level post.Level        `json:"level"`
	Fired bool              `json:"fired"`
	Short int               `json:"short"` // tests that kept it from firing
	Needs []string          `json:"needs,omitempty"`
	Tree  sigma.Explanation `json:"tree"`
}

// explained judges p and explains rs, or what fired and what nearly did.
func explained(ctx context.Context, pack *rules.Pack, p post.Post, rs []*sigma.Rule, most int) (explanation, error) {
	cl, err := classifier.New(pack, classifier.Options{})
	if err != nil {
		return explanation{}, err
	}
	v, ev, err := cl.Explain(ctx, p)
	if err != nil {
		return explanation{}, err
	}
	x := explanation{Post: p, Verdict: v, Rules: []explainedOf{}}
	if from, to, part, err := cl.Decided(ctx, p); err != nil {
		return explanation{}, err
	} else if part {
		x.Part = p.Text[from:to]
	}
	asked := len(rs) > 0
	if !asked {
		rs = pack.Rules.Rules()
	}
	for _, r := range rs {
		e := pack.Rules.Explain(r, ev)
		one := explainedOf{ID: r.ID, Title: r.Title, Level: r.Level, Fired: e.Held, Short: e.Short(), Tree: e}
		if !asked && one.Short > nearMiss {
			continue
		}
		for _, gap := range e.Gaps() {
			one.Needs = append(one.Needs, gap.String())
		}
		x.Rules = append(x.Rules, one)
	}
	slices.SortStableFunc(x.Rules, func(a, b explainedOf) int {
		return cmp.Or(cmp.Compare(a.Short, b.Short), cmp.Compare(b.Level.Rank(), a.Level.Rank()), cmp.Compare(a.Title, b.Title))
	})
	fired := slices.IndexFunc(x.Rules, func(r explainedOf) bool { return !r.Fired })
	if !asked && fired >= 0 && len(x.Rules) > fired+most {
		x.Rules = x.Rules[:fired+most]
	}
	return x, nil
}

// text is for people; whole draws the tree of each rule too.
func (x explanation) text(whole bool) string {
	var b strings.Builder
	v := x.Verdict
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("post", "%s", headline(x.Post))
	flagged := "not flagged"
	if v.Flagged {
		flagged = "flagged"
	}
	row("verdict", "%s, level %s, score %.2f, stance %s, language %s", flagged, cmp.Or(string(v.Level), "none"), v.Score, v.Stance, cmp.Or(v.Lang, "unknown"))
	if x.Part != "" {
		row("judged by", "%q: the lines around it were left out", line(x.Part))
	}
	row("concepts", "%s", cmp.Or(strings.Join(v.Facts.Concepts, ", "), "none"))
	row("facts", "%s", cmp.Or(strings.Join(factsOf(v.Facts), "; "), "none"))
	if len(v.Spans) > 0 {
		var words []string
		for _, s := range v.Spans {
			words = append(words, fmt.Sprintf("%s %q", s.Concept, line(s.Text)))
		}
		row("words", "%s", strings.Join(words, ", "))
	}
	if len(x.Rules) == 0 {
		b.WriteString("\nno rule fired, and none was near\n")
	}
	for _, r := range x.Rules {
		how := "fired"
		if !r.Fired {
			how = fmt.Sprintf("did not fire: %d short", r.Short)
		}
		fmt.Fprintf(&b, "\n%s (%s) %s\n", r.Title, r.Level, how)
		for _, n := range r.Needs {
			fmt.Fprintf(&b, "  because %s\n", line(n))
		}
		if whole {
			b.WriteString(r.Tree.String())
		}
	}
	return b.String()
}

// line is s as one line that a terminal can show.
func line(s string) string { return headlineOf(s, 200) }

// factsOf is what was read from a text beside concepts, in words. Contacts stay
// out: their kinds are what rules ask for.
func factsOf(f post.Facts) (out []string) {
	if len(f.Contacts) > 0 {
		var kinds []string
		for _, c := range f.Contacts {
			kinds = append(kinds, c.Kind)
		}
		slices.Sort(kinds)
		out = append(out, "contacts "+strings.Join(slices.Compact(kinds), ", "))
	}
	if s := f.Salary; s != nil && s.USDMonth > 0 {
		pay := fmt.Sprintf("pay %.0f USD a month", s.USDMonth)
		if s.Ratio > 0 {
			pay += ", " + strconv.FormatFloat(s.Ratio, 'f', 1, 64) + " times the usual"
		}
		out = append(out, pay)
	}
	for _, p := range f.Places {
		out = append(out, fmt.Sprintf("place %s (%s, risk %s)", p.Name, p.Country, cmp.Or(p.Risk, "none")))
	}
	if len(f.Evasion) > 0 {
		out = append(out, "disguises "+strings.Join(f.Evasion, ", "))
	}
	return out
}

func findRule(rs []*sigma.Rule, name string) (*sigma.Rule, error) {
	var found []*sigma.Rule
	for _, r := range rs {
		if r.ID == name || r.Title == name {
			return r, nil
		}
		if strings.Contains(strings.ToLower(r.Title), strings.ToLower(name)) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, usageError{fmt.Errorf("no rule has the id, or a title with, %q: see `lurewatch rules list`", name)}
	}
	titles := make([]string, len(found))
	for i, r := range found {
		titles[i] = r.Title
	}
	return nil, usageError{fmt.Errorf("%q is part of %d titles: %s", name, len(found), strings.Join(titles, "; "))}
}

var idShape = regexp.MustCompile(`^p[0-9a-f]{32}$`)

// postOf reads the post that a person names.
func (g *globals) postOf(ctx context.Context, name string) (post.Post, error) {
	if name == "-" {
		return onePost(g.in)
	}
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		return onePost(f)
	}
	if !idShape.MatchString(name) {
		return post.Post{}, usageError{fmt.Errorf("%w\nhint: name a file, - for stdin, or the id of a post as `lurewatch search` shows it", err)}
	}
	var p post.Post
	return p, g.withApp(ctx, app.Index|app.Archive, nil, func(ctx context.Context, a *app.App) error {
		d, err := a.Index().Get(ctx, name)
		if err == nil {
			p = d.Post
			return nil
		}
		if !errors.Is(err, indexer.ErrNotFound) {
			return err
		}
		for q, err := range a.ArchivedPosts(ctx) {
			if err == nil && q.ID == name && q.Version >= p.Version {
				p = q
			}
		}
		if p.ID == "" {
			return fmt.Errorf("neither the index nor the archive in %s knows %s\nhint: --data-dir names the folder", a.Config().DataDir, name)
		}
		return ctx.Err()
	})
}

// onePost reads JSON as for classify, or plain text.
func onePost(r io.Reader) (post.Post, error) {
	b, err := io.ReadAll(io.LimitReader(r, post.MaxText))
	if err != nil {
		return post.Post{}, err
	}
	text := strings.TrimSpace(string(b))
	if strings.HasPrefix(text, "{") {
		line, _, _ := strings.Cut(text, "\n")
		return intake.ParseLine([]byte(line))
	}
	if text == "" {
		return post.Post{}, usageError{errors.New("the post is empty: give a file, or its text on stdin")}
	}
	return post.Post{Text: text}, nil
}
