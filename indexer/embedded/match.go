package embedded

import (
	"fmt"
	"strings"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// match writes the text and the exact filters of a query as one FTS5
// expression; empty when there are none.
func match(e indexer.Expr, f indexer.Filter) string {
	var must []string
	if e != nil {
		must = append(must, expr(e))
	}
	oneOf := func(field byte, values []string) {
		if len(values) == 0 {
			return
		}
		terms := make([]string, len(values))
		for i, v := range values {
			terms[i] = tag(field, v)
		}
		must = append(must, tagged(terms...))
	}
	oneOf(fieldLang, f.Langs)
	oneOf(fieldSource, f.Sources)
	oneOf(fieldCountry, f.Countries)
	oneOf(fieldCompany, f.Companies)
	oneOf(fieldContact, f.Contacts)
	oneOf(fieldRule, f.Rules)
	oneOf(fieldConcept, f.Concepts)
	oneOf(fieldStance, plain(f.Stances))
	oneOf(fieldState, plain(f.States))
	if f.MinLevel != post.LevelNone {
		must = append(must, tagged(fmt.Sprint(tagLevel, f.MinLevel.Rank())))
	}
	for _, b := range []struct {
		want *bool
		tag  string
	}{{f.Flagged, tagFlagged}, {f.Help, tagHelp}, {f.Vanished, tagGone}, {f.Changed, tagChanged}} {
		switch {
		case b.want == nil:
		case *b.want:
			must = append(must, tagged(b.tag))
		default:
			must = append(must, without(tagged(b.tag)))
		}
	}
	return all(must)
}

func plain[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func tagged(terms ...string) string {
	return `(tags : ("` + strings.Join(terms, `" OR "`) + `"))`
}

func without(x string) string { return "(" + tagged(tagAll) + " NOT " + x + ")" }

func all(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// expr writes a text expression. FTS5 has no NOT of one operand: what only
// leaves out leaves it out of all documents.
func expr(e indexer.Expr) string {
	switch e := e.(type) {
	case indexer.And:
		var is, not []string
		for _, x := range e {
			if n, ok := x.(indexer.Not); ok {
				not = append(not, expr(n.X))
			} else {
				is = append(is, expr(x))
			}
		}
		switch {
		case len(not) == 0:
			return all(is)
		case len(is) == 0:
			return without("(" + strings.Join(not, " OR ") + ")")
		}
		return "(" + all(is) + " NOT (" + strings.Join(not, " OR ") + "))"
	case indexer.Or:
		parts := make([]string, len(e))
		for i, x := range e {
			parts[i] = expr(x)
		}
		return "(" + strings.Join(parts, " OR ") + ")"
	case indexer.Not:
		return without(expr(e.X))
	case indexer.Mark:
		has := tagged(tagGone)
		if e.Name == indexer.MarkChanged {
			has = tagged(tagChanged)
		}
		if e.Want {
			return has
		}
		return without(has)
	case indexer.Leaf:
		return leaf(e)
	}
	return tagged(tagAll) // there are no others
}

func leaf(l indexer.Leaf) string {
	// Terms are letters, digits and marks: they cannot close the quotation.
	s := `{title body} : "` + strings.Join(l.Terms, " ") + `"`
	if l.Prefix {
		s += " *"
	}
	if l.Number != "" {
		return "((" + s + `) OR ({title body} : "` + l.Number + `"))`
	}
	return "(" + s + ")"
}
