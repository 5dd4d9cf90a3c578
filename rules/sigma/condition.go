package sigma

import (
	"fmt"
	"strings"
)

// cond is a parsed condition.
type cond struct {
	op   condOp
	name string // identifier, or the pattern of a selector ("them" included)
	all  bool   // of a selector: all of, not 1 of
	kids []cond
}

type condOp uint8

const (
	condName condOp = iota
	condSelect
	condNot
	condAnd
	condOr
)

// maxParens bounds how deep parentheses and nots may nest.
const maxParens = 64

// parseCondition reads one condition. Not binds tighter than and, and tighter
// than or; `1 of`, `any of` and `all of` bind tightest.
func parseCondition(s string) (cond, error) {
	if len(s) > maxCondition {
		return cond{}, fmt.Errorf("the condition has %d bytes, more than %d", len(s), maxCondition)
	}
	toks, err := lexCondition(s)
	if err != nil {
		return cond{}, err
	}
	cp := condParser{toks: toks}
	c, err := cp.or(0)
	if err != nil {
		return cond{}, err
	}
	if t := cp.peek(); t != "" {
		return cond{}, fmt.Errorf("%q stands where \"and\", \"or\" or the end was expected", t)
	}
	return c, nil
}

func lexCondition(s string) ([]string, error) {
	var toks []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')':
			toks = append(toks, s[i:i+1])
			i++
		case c == '|':
			return nil, fmt.Errorf("a pipe in a condition is no longer Sigma; count over several posts with `lurewatch search` instead")
		case isNameByte(c):
			j := i
			for j < len(s) && isNameByte(s[j]) {
				j++
			}
			toks = append(toks, s[i:j])
			i = j
		default:
			return nil, fmt.Errorf("%q at position %d has no place in a condition", []rune(s[i:])[0], i+1)
		}
	}
	return toks, nil
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c == '*' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// validName reports whether a selection can be named in a condition.
func validName(s string) bool {
	if s == "" || reserved(s) {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) || s[i] == '*' {
			return false
		}
	}
	return true
}

func reserved(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not", "of", "them", "all", "any", "1":
		return true
	}
	return false
}

type condParser struct {
	toks []string
	at   int
}

func (p *condParser) peek() string {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return ""
}

func (p *condParser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *condParser) or(depth int) (cond, error) {
	return p.chain(depth, "or", condOr, p.and)
}

func (p *condParser) and(depth int) (cond, error) {
	return p.chain(depth, "and", condAnd, p.not)
}

func (p *condParser) chain(depth int, word string, op condOp, operand func(int) (cond, error)) (cond, error) {
	first, err := operand(depth)
	if err != nil {
		return cond{}, err
	}
	kids := []cond{first}
	for p.peek() == word {
		p.next()
		c, err := operand(depth)
		if err != nil {
			return cond{}, err
		}
		kids = append(kids, c)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return cond{op: op, kids: kids}, nil
}

func (p *condParser) not(depth int) (cond, error) {
	if depth > maxParens {
		return cond{}, fmt.Errorf("parentheses and nots nest more than %d deep", maxParens)
	}
	switch t := p.next(); t {
	case "":
		return cond{}, fmt.Errorf("the condition ends where the name of a selection was expected")
	case "not":
		c, err := p.not(depth + 1)
		return cond{op: condNot, kids: []cond{c}}, err
	case "(":
		c, err := p.or(depth + 1)
		if err != nil {
			return cond{}, err
		}
		if end := p.next(); end != ")" {
			return cond{}, fmt.Errorf("a parenthesis is not closed")
		}
		return c, nil
	case ")", "and", "or", "of", "them":
		return cond{}, fmt.Errorf("%q stands where the name of a selection was expected", t)
	case "1", "any", "all":
		if p.next() != "of" {
			return cond{}, fmt.Errorf("%q must be followed by `of` and a name, a pattern such as sel* or `them`", t)
		}
		name := p.next()
		switch name {
		case "", "(", ")", "and", "or", "not", "of", "1", "any", "all":
			return cond{}, fmt.Errorf("`%s of` must be followed by a name, a pattern such as sel* or `them`", t)
		}
		if strings.Contains(name, "-") {
			return cond{}, fmt.Errorf("the pattern %q has a hyphen, which Sigma does not allow there", name)
		}
		return cond{op: condSelect, name: name, all: t == "all"}, nil
	default:
		if reserved(t) {
			return cond{}, fmt.Errorf("%q must be written in lower case", t)
		}
		if strings.Contains(t, "*") {
			return cond{}, fmt.Errorf("the pattern %q needs `1 of` or `all of` before it", t)
		}
		return cond{op: condName, name: t}, nil
	}
}

// String writes c so that parsing it again gives c.
func (c cond) String() string {
	switch c.op {
	case condName:
		return c.name
	case condSelect:
		if c.all {
			return "all of " + c.name
		}
		return "1 of " + c.name
	case condNot:
		return "not " + c.kids[0].paren()
	default:
		word := " and "
		if c.op == condOr {
			word = " or "
		}
		parts := make([]string, len(c.kids))
		for i, k := range c.kids {
			parts[i] = k.paren()
		}
		return strings.Join(parts, word)
	}
}

func (c cond) paren() string {
	if c.op == condAnd || c.op == condOr {
		return "(" + c.String() + ")"
	}
	return c.String()
}

// selects reports whether the pattern of a selector takes in the selection name.
// Names that begin with an underscore are private: only a pattern that begins
// with one takes them in.
func (c cond) selects(name string) bool {
	if c.name == "them" {
		return !strings.HasPrefix(name, "_")
	}
	if strings.HasPrefix(name, "_") && !strings.HasPrefix(c.name, "_") {
		return false
	}
	return parsePattern(c.name, func(s string) string { return s }).match(name)
}
