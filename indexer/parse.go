package indexer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a text query.
const (
	maxQuery  = 4096 // bytes
	maxLeaves = 64
	maxDepth  = 32 // of parentheses and negations
)

// Parse reads a text query. Words stand next to each other for "all of them":
//
//	ticket visa          both words, anywhere
//	ticket OR visa       either
//	"free ticket"        one after the other
//	recruit*             words that begin so
//	-warning             not this; so does NOT warning
//	(a OR b) -"c d"      groups
//	vanished:yes         a fact, see [Mark]; anywhere that a word may stand
//
// AND, OR and NOT are words of the language only in capitals. A word with signs in
// it, as in part-time or t.me/name, is a phrase. Words without a letter or digit
// are passed over. The answer is nil for an empty query, which matches
// everything; an error wraps [ErrQuery] and is fit for the person who typed.
func Parse(s string) (Expr, error) {
	if len(s) > maxQuery {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrQuery, maxQuery)
	}
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%w: not UTF-8 text", ErrQuery)
	}
	p := &parser{in: s}
	p.next()
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	switch {
	case p.tok.kind == tokClose:
		return nil, p.errorf(`")" without "("`)
	case e == nil && strings.TrimSpace(s) != "":
		return nil, fmt.Errorf("%w: no letter or digit to search for", ErrQuery)
	}
	return e, nil
}

type tokKind uint8

const (
	tokEnd tokKind = iota
	tokWord
	tokPhrase
	tokOpen
	tokClose
	tokMinus
	tokOr
	tokAnd
	tokNot
	tokMark
	tokBad
)

type lexeme struct {
	kind tokKind
	text string
	star bool
	at   int
}

type parser struct {
	in     string
	pos    int
	tok    lexeme
	leaves int
	terms  Analyzer
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%w: %s at character %d", ErrQuery, fmt.Sprintf(format, args...), utf8.RuneCountInString(p.in[:p.tok.at])+1)
}

func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' }

func (p *parser) next() {
	rest := strings.TrimLeftFunc(p.in[p.pos:], unicode.IsSpace)
	p.pos = len(p.in) - len(rest)
	p.tok = lexeme{at: p.pos}
	if rest == "" {
		return
	}
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case r == '(':
		p.tok.kind = tokOpen
	case r == ')':
		p.tok.kind = tokClose
	case r == '-' && len(rest) > 1 && !startsWithSpace(rest[1:]):
		p.tok.kind = tokMinus
	case isQuote(r):
		end := strings.IndexFunc(rest[n:], isQuote)
		if end < 0 {
			p.tok.kind = tokBad
			return
		}
		p.tok.kind, p.tok.text = tokPhrase, rest[n:n+end]
		_, closing := utf8.DecodeRuneInString(rest[n+end:])
		n += end + closing
		if strings.HasPrefix(rest[n:], "*") {
			p.tok.star = true
			n++
		}
	default:
		n = strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) || r == '(' || r == ')' })
		if n < 0 {
			n = len(rest)
		}
		p.word(rest[:n])
	}
	p.pos += n
}

func startsWithSpace(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

func (p *parser) word(w string) {
	p.tok.kind = tokWord
	switch w {
	case "OR":
		p.tok.kind = tokOr
	case "AND":
		p.tok.kind = tokAnd
	case "NOT":
		p.tok.kind = tokNot
	default:
		if markName(w) != "" {
			p.tok.kind, p.tok.text = tokMark, w
			return
		}
		p.tok.text = strings.TrimRight(w, "*")
		p.tok.star = len(p.tok.text) < len(w)
	}
}

// or reads a list of alternatives. Parts without a term come back as nil.
func (p *parser) or(depth int) (Expr, error) {
	var parts Or
	for {
		if p.tok.kind == tokOr {
			return nil, p.errorf(`OR wants a word on both sides, write "OR" in quotes to search for it;`)
		}
		e, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		switch e := e.(type) {
		case nil:
		case Or:
			parts = append(parts, e...)
		default:
			parts = append(parts, e)
		}
		if p.tok.kind != tokOr {
			break
		}
		p.next()
		if k := p.tok.kind; k == tokEnd || k == tokClose {
			return nil, p.errorf(`OR wants a word on both sides, write "OR" in quotes to search for it;`)
		}
	}
	switch len(parts) {
	case 0:
		return nil, nil //nolint:nilnil // no expression: everything matches
	case 1:
		return parts[0], nil
	}
	return parts, nil
}

func (p *parser) and(depth int) (Expr, error) {
	var parts And
	for {
		switch p.tok.kind {
		case tokAnd:
			p.next() // what stands side by side is joined by AND anyway
			continue
		case tokEnd, tokClose, tokOr:
			switch len(parts) {
			case 0:
				return nil, nil //nolint:nilnil // no expression: everything matches
			case 1:
				return parts[0], nil
			}
			return parts, nil
		}
		e, err := p.unary(depth)
		if err != nil {
			return nil, err
		}
		switch e := e.(type) {
		case nil:
		case And:
			parts = append(parts, e...)
		default:
			parts = append(parts, e)
		}
	}
}

func (p *parser) unary(depth int) (Expr, error) {
	if depth > maxDepth {
		return nil, p.errorf("more than %d groups in each other", maxDepth)
	}
	switch p.tok.kind {
	case tokMinus, tokNot:
		p.next()
		if k := p.tok.kind; k == tokEnd || k == tokClose || k == tokOr || k == tokAnd {
			return nil, p.errorf("nothing to leave out")
		}
		e, err := p.unary(depth + 1)
		if err != nil || e == nil {
			return nil, err
		}
		if m, ok := e.(Mark); ok {
			return Mark{m.Name, !m.Want}, nil
		}
		return Not{e}, nil
	case tokOpen:
		open := p.tok.at
		p.next()
		e, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.tok.kind != tokClose {
			p.tok.at = open
			return nil, p.errorf(`"(" is not closed`)
		}
		p.next()
		return e, nil
	case tokMark:
		return p.mark()
	case tokBad:
		return nil, p.errorf("quotation mark is not closed")
	}
	return p.leaf()
}

func (p *parser) leaf() (Expr, error) {
	l := newLeaf(&p.terms, p.tok.text)
	l.quoted, l.star = p.tok.kind == tokPhrase, p.tok.star
	if l.star && len(l.Terms) > 0 {
		l.Prefix = l.Prefix || !l.pairs()
	}
	if p.leaves++; p.leaves > maxLeaves {
		return nil, p.errorf("more than %d words", maxLeaves)
	}
	p.next()
	if len(l.Terms) == 0 {
		return nil, nil //nolint:nilnil // a sign that no document holds
	}
	return l, nil
}

// newLeaf makes the phrase that finds text. A run without spaces at its end may go on in
// the document, so its last cluster, which stands only where a run ends, is left out.
func newLeaf(a *Analyzer, text string) Leaf {
	l := Leaf{text: text}
	toks := a.analyze(text)
	for i, t := range toks {
		if i == len(toks)-1 && t.kind == kindCluster {
			if t.cluster > 1 {
				break
			}
			l.Prefix, l.cluster = true, true
		}
		l.Terms = append(l.Terms, t.term)
	}
	if g := groups(text, toks); len(g) == 1 && len(g[0]) == len(strings.Join(l.Terms, "")) {
		l.Number = g[0]
	}
	return l
}

// pairs reports that the leaf ends in a pair of clusters: it matches any longer text as it is.
func (l Leaf) pairs() bool {
	r, _ := utf8.DecodeRuneInString(l.Terms[len(l.Terms)-1])
	return !l.cluster && withoutSpaces(r)
}
