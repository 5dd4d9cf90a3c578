package indexer

import (
	"fmt"
	"strings"
)

// The names of marks: facts of a document that a text query may ask for beside its words.
const (
	MarkVanished = "vanished" // its page is gone, or stands there without it
	MarkChanged  = "changed"  // its page was seen to show another text
)

// Mark matches documents by one fact, as vanished:yes and changed:no say it.
type Mark struct {
	Name string // [MarkVanished] or [MarkChanged]
	Want bool
}

func (Mark) expr() {}

func (m Mark) String() string {
	if m.Want {
		return m.Name + ":yes"
	}
	return m.Name + ":no"
}

// markName is the mark that a word of a query names; empty for an ordinary word.
func markName(word string) string {
	name, _, ok := strings.Cut(word, ":")
	if ok && (name == MarkVanished || name == MarkChanged) {
		return name
	}
	return ""
}

// mark reads the word at hand.
func (p *parser) mark() (Expr, error) {
	word := p.tok.text
	name, value, _ := strings.Cut(word, ":")
	if value != "yes" && value != "no" {
		return nil, fmt.Errorf("%w: %q is neither %s:yes nor %s:no; write it in quotation marks to search for it", ErrQuery, word, name, name)
	}
	if p.leaves++; p.leaves > maxLeaves {
		return nil, p.errorf("more than %d words", maxLeaves)
	}
	p.next()
	return Mark{name, value == "yes"}, nil
}

// lift takes the marks that all of a query's documents must have out of it, into the
// filter, and gives the rest: nobody ranks by them. What the filter says already, they
// must not deny.
func (f *Filter) lift(e Expr) (Expr, error) {
	switch e := e.(type) {
	case Mark:
		return nil, f.want(e)
	case And:
		var rest And
		for _, x := range e {
			m, ok := x.(Mark)
			if !ok {
				rest = append(rest, x)
			} else if err := f.want(m); err != nil {
				return nil, err
			}
		}
		switch len(rest) {
		case 0:
			return nil, nil //nolint:nilnil // no expression: everything matches
		case 1:
			return rest[0], nil
		}
		return rest, nil
	}
	return e, nil
}

func (f *Filter) want(m Mark) error {
	at := &f.Vanished
	if m.Name == MarkChanged {
		at = &f.Changed
	}
	if *at != nil && **at != m.Want {
		return fmt.Errorf("%w: %s is asked for with both yes and no; hint: write %s:yes OR %s:no for either", ErrQuery, m.Name, m.Name, m.Name)
	}
	*at = &m.Want
	return nil
}
