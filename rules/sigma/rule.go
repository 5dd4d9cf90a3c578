package sigma

import (
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Rule is one detection rule, parsed and compiled. Read its fields, do not write
// them: a Rule is shared by every matcher.
type Rule struct {
	ID, Title, Name        string
	Status                 string // stable | test | experimental | deprecated | unsupported
	Description, Author    string
	License, Taxonomy      string
	Date, Modified         string // YYYY-MM-DD
	Level                  post.Level
	References, Tags       []string
	FalsePositives, Fields []string
	Scope                  []string
	Related                []Related
	LogSource              LogSource
	Extra                  Extra          // what stands under the key `lurewatch`
	Custom                 map[string]any // other keys that Sigma does not define, as encoding/json would give them
	Hash                   post.Digest    // of the file, and of its place in a file of several rules
	File                   string
	Line                   int // of the first key
	lines                  map[string]int
	sels                   []selection
	conds                  []cond
	condLine               int
	tree                   *node
	solo                   *Set
}

// Related points to another rule.
type Related struct{ ID, Type string }

// LogSource says which events a rule is for.
type LogSource struct{ Category, Product, Service, Definition string }

// covers reports whether a filter for l applies to a rule for r: what l says, r
// must say too.
func (l LogSource) covers(r LogSource) bool {
	return (l.Category == "" || l.Category == r.Category) &&
		(l.Product == "" || l.Product == r.Product) &&
		(l.Service == "" || l.Service == r.Service)
}

// Match reports whether r fires on ev. Many rules are matched faster by a [Set].
func (r *Rule) Match(ev Event) bool {
	var one [1]*Rule
	return len(r.solo.Match(ev, one[:0])) == 1
}

// Condition returns the condition in its canonical form; several are joined by or.
func (r *Rule) Condition() string {
	if len(r.conds) == 1 {
		return r.conds[0].String()
	}
	return cond{op: condOr, kids: r.conds}.String()
}

// Uses returns the fields that r tests, in the order in which they first appear.
func (r *Rule) Uses() []string {
	var out []string
	for _, f := range r.solo.slots {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// Values returns the values that r asks of a field with a plain comparison,
// folded, in the order in which they first appear: the concepts of a rule, say.
func (r *Rule) Values(field string) []string {
	var out []string
	for _, a := range r.solo.atoms {
		if a.field == field && a.exact() {
			out = append(out, a.text)
		}
	}
	return out
}

// Asks reports whether some test of r, whatever becomes of it in the condition, is
// met by this value of the field.
func (r *Rule) Asks(field, value string) bool { return asks(r.tree, field, value) }

// Asks is [Rule.Asks] of a filter.
func (f *Filter) Asks(field, value string) bool { return asks(f.tree, field, value) }

func asks(n *node, field, value string) bool {
	if n.op == condName {
		return n.atom.field == field && n.atom.op == opText && n.atom.pat.match(value)
	}
	return slices.ContainsFunc(n.kids, func(k *node) bool { return asks(k, field, value) })
}

func (r *Rule) named(ref string) bool {
	return strings.EqualFold(ref, r.ID) || r.Name != "" && ref == r.Name
}

// lineOf returns the line of a top-level key, or that of the rule.
func (r *Rule) lineOf(key string) int {
	if n, ok := r.lines[key]; ok {
		return n
	}
	return r.Line
}

// Filter narrows rules from outside: a rule it applies to fires only where the
// condition of the filter holds too. So a filter that mutes what a local
// employer posts says `condition: not selection`.
type Filter struct {
	ID, Title, Description string
	LogSource              LogSource
	Rules                  []string // ids or names; empty means any rule for the log source
	File                   string
	Line                   int
	lines                  map[string]int
	sels                   []selection
	conds                  []cond
	condLine               int
	tree                   *node
}

// lineOf returns the line of a top-level key, or that of the filter.
func (f *Filter) lineOf(key string) int {
	if n, ok := f.lines[key]; ok {
		return n
	}
	return f.Line
}

func (f *Filter) applies(r *Rule) bool {
	if !f.LogSource.covers(r.LogSource) {
		return false
	}
	return len(f.Rules) == 0 || slices.ContainsFunc(f.Rules, r.named)
}

// File is what one rule file holds.
type File struct {
	Rules   []*Rule
	Filters []*Filter
}
