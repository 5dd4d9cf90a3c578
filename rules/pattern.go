package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Bounds of the pattern grammar.
const (
	maxWithin   = 60  // words
	maxItems    = 40  // names in one set
	maxLinks    = 6   // sets in one chain, beside its head
	maxChains   = 6   // chains in one pattern
	maxPattern  = 500 // bytes
	maxDistinct = 9   // of {n}
)

// Pattern says how words stand together when they say one thing:
//
//	pattern   = chain { "&" chain }            all chains, anywhere in the post
//	chain     = set { link set } { exclusion }
//	link      = ("~" | ">") N                  within N words: on either side | to the right
//	exclusion = "!" set                        nowhere in the post
//	          | "!~" N set                     not within N words of the chain
//	set       = item | "(" item { "|" item } ")"
//	item      = CLASS [ "+" | "{" N "}" ]      + : a word that may stand alone; {N}: N different ones in the post
//	          | "@" concept                    where another concept was found
//
// A word is a word between spaces, or three grapheme clusters of a script that
// puts none; the end of a line counts as three words, the end of a sentence as
// five, so that a short reach never crosses them. Each set must be met within
// reach of the set before it.
type Pattern struct{ Chains []Chain }

// Chain is sets in reach of each other.
type Chain struct {
	Head  Set
	Links []Link
	Not   []Exclusion
}

// Link ties a set to the set before it.
type Link struct {
	Ordered bool // the set must stand to the right
	Within  int  // words
	Set     Set
}

// Exclusion is what must be missing.
type Exclusion struct {
	Within int // words around the chain; 0 is the whole post
	Set    Set
}

// Set is any of some items.
type Set []Item

// Item is one class or one concept.
type Item struct {
	Name    string
	Concept bool
	Sure    bool // no ambiguous word will do
	Min     int  // different words of the class, none of them ambiguous; 0 and 1 mean one, of any kind
}

// ParsePattern reads the grammar of [Pattern].
func ParsePattern(s string) (Pattern, error) {
	if len(s) > maxPattern {
		return Pattern{}, fmt.Errorf("pattern is longer than %d bytes", maxPattern)
	}
	p := &patternParser{in: s}
	out, err := p.pattern()
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: column %d: %w", s, p.at+1, err)
	}
	return out, nil
}

type patternParser struct {
	in string
	at int
}

func (p *patternParser) space() {
	for p.at < len(p.in) && p.in[p.at] == ' ' {
		p.at++
	}
}

// next consumes tok when it comes next.
func (p *patternParser) next(tok string) bool {
	p.space()
	if strings.HasPrefix(p.in[p.at:], tok) {
		p.at += len(tok)
		return true
	}
	return false
}

func (p *patternParser) pattern() (Pattern, error) {
	var out Pattern
	for {
		c, err := p.chain()
		if err != nil {
			return out, err
		}
		out.Chains = append(out.Chains, c)
		if !p.next("&") {
			break
		}
		if len(out.Chains) == maxChains {
			return out, fmt.Errorf("more than %d chains", maxChains)
		}
	}
	if p.space(); p.at != len(p.in) {
		return out, errors.New(`want "~", ">", "!", "&" or the end`)
	}
	return out, nil
}

func (p *patternParser) chain() (Chain, error) {
	var c Chain
	var err error
	if c.Head, err = p.set(); err != nil {
		return c, err
	}
	for {
		l := Link{}
		switch {
		case p.next(">"):
			l.Ordered = true
		case p.next("~"):
		default:
			return p.exclusions(c)
		}
		if len(c.Links) == maxLinks {
			return c, fmt.Errorf("more than %d links", maxLinks)
		}
		if l.Within, err = p.number(maxWithin); err != nil {
			return c, err
		}
		if l.Set, err = p.set(); err != nil {
			return c, err
		}
		c.Links = append(c.Links, l)
	}
}

func (p *patternParser) exclusions(c Chain) (Chain, error) {
	for p.next("!") {
		var x Exclusion
		var err error
		if p.next("~") {
			if x.Within, err = p.number(maxWithin); err != nil {
				return c, err
			}
		}
		if x.Set, err = p.set(); err != nil {
			return c, err
		}
		for _, it := range x.Set {
			if it.Min > 1 {
				return c, errors.New("an exclusion counts no words")
			}
		}
		if len(c.Not) == maxLinks {
			return c, fmt.Errorf("more than %d exclusions", maxLinks)
		}
		c.Not = append(c.Not, x)
	}
	return c, nil
}

func (p *patternParser) number(most int) (int, error) {
	p.space()
	i := p.at
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.Atoi(p.in[i:p.at])
	if err != nil || n < 1 || n > most {
		p.at = i
		return 0, fmt.Errorf("want a number from 1 to %d", most)
	}
	return n, nil
}

func (p *patternParser) set() (Set, error) {
	if !p.next("(") {
		it, err := p.item()
		return Set{it}, err
	}
	var out Set
	for {
		it, err := p.item()
		if err != nil {
			return nil, err
		}
		if len(out) == maxItems {
			return nil, fmt.Errorf("more than %d items", maxItems)
		}
		out = append(out, it)
		switch {
		case p.next("|"):
		case p.next(")"):
			return out, nil
		default:
			return nil, errors.New(`want "|" or ")"`)
		}
	}
}

func (p *patternParser) item() (Item, error) {
	it := Item{Concept: p.next("@")}
	p.space()
	i := p.at
	for p.at < len(p.in) && nameByte(p.in[p.at], it.Concept) {
		p.at++
	}
	if it.Name = p.in[i:p.at]; it.Name == "" {
		return it, errors.New("want a CLASS in capitals or an @concept")
	}
	switch {
	case it.Concept:
	case p.next("+"):
		it.Sure = true
	case p.next("{"):
		n, err := p.number(maxDistinct)
		if err != nil {
			return it, err
		}
		if !p.next("}") {
			return it, errors.New(`want "}"`)
		}
		if n < 2 {
			return it, errors.New("want 2 or more different words")
		}
		it.Min = n
	}
	return it, nil
}

func nameByte(b byte, concept bool) bool {
	if concept {
		return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_'
	}
	return b >= 'A' && b <= 'Z' || b == '_'
}

// String prints p so that [ParsePattern] reads it back.
func (p Pattern) String() string {
	var b strings.Builder
	for i, c := range p.Chains {
		if i > 0 {
			b.WriteString(" & ")
		}
		c.write(&b)
	}
	return b.String()
}

func (c Chain) write(b *strings.Builder) {
	c.Head.write(b)
	for _, l := range c.Links {
		op := " ~"
		if l.Ordered {
			op = " >"
		}
		b.WriteString(op + strconv.Itoa(l.Within) + " ")
		l.Set.write(b)
	}
	for _, x := range c.Not {
		b.WriteString(" !")
		if x.Within > 0 {
			b.WriteString("~" + strconv.Itoa(x.Within) + " ")
		}
		x.Set.write(b)
	}
}

func (s Set) write(b *strings.Builder) {
	if len(s) == 1 {
		b.WriteString(s[0].String())
		return
	}
	for i, it := range s {
		b.WriteByte("(|"[min(i, 1)])
		b.WriteString(it.String())
	}
	b.WriteByte(')')
}

// String prints the item as a pattern has it.
func (it Item) String() string {
	switch {
	case it.Concept:
		return "@" + it.Name
	case it.Sure:
		return it.Name + "+"
	case it.Min > 1:
		return it.Name + "{" + strconv.Itoa(it.Min) + "}"
	}
	return it.Name
}

// Items calls fn for every item of p, exclusions too.
func (p Pattern) Items(fn func(Item)) {
	each := func(s Set) {
		for _, it := range s {
			fn(it)
		}
	}
	for _, c := range p.Chains {
		each(c.Head)
		for _, l := range c.Links {
			each(l.Set)
		}
		for _, x := range c.Not {
			each(x.Set)
		}
	}
}
