package indexer

import "strings"

// Expr is a parsed text query: [And], [Or], [Not], [Leaf] or [Mark]. A nil Expr matches everything.
type Expr interface {
	// String writes the expression so that [Parse] reads it back.
	String() string
	expr()
}

// And matches what all of its two or more parts match.
type And []Expr

// Or matches what any of its two or more parts matches.
type Or []Expr

// Not matches what X does not.
type Not struct{ X Expr }

// Leaf matches a phrase of terms, made by [Analyzer], within one field.
type Leaf struct {
	Terms  []string // in order, next to each other
	Prefix bool     // the last term may go on
	Number string   // another spelling of the whole leaf as one number, matched too; may be empty

	text    string // as written
	quoted  bool
	star    bool
	cluster bool // the prefix is one cluster of a script without spaces
}

func (And) expr()  {}
func (Or) expr()   {}
func (Not) expr()  {}
func (Leaf) expr() {}

func (e And) String() string { return joined(e, " ") }
func (e Or) String() string  { return joined(e, " OR ") }
func (e Not) String() string { return "-" + inner(e.X) }

func (l Leaf) String() string {
	s := l.text
	if l.quoted {
		s = `"` + s + `"`
	}
	if l.star {
		s += "*"
	}
	return s
}

func joined(parts []Expr, by string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = inner(p)
	}
	return strings.Join(out, by)
}

// inner puts groups in parentheses.
func inner(e Expr) string {
	switch e.(type) {
	case And, Or:
		return "(" + e.String() + ")"
	}
	return e.String()
}

// leaves appends the leaves of e that a matching document may contain: those
// under no Not, or under two.
func leaves(e Expr, negated bool, out []Leaf) []Leaf {
	switch e := e.(type) {
	case And:
		for _, x := range e {
			out = leaves(x, negated, out)
		}
	case Or:
		for _, x := range e {
			out = leaves(x, negated, out)
		}
	case Not:
		out = leaves(e.X, !negated, out)
	case Leaf:
		if !negated {
			out = append(out, e)
		}
	}
	return out
}
