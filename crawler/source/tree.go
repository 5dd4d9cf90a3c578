package source

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxOpen is how deep elements stay nested when a hostile page has to be
// flattened; the parser gives up at 512 and reopens formatting elements itself.
const maxOpen = 300

// parseHTML parses s whatever it is. A page that nests deeper than the parser
// allows is flattened first; one that still fails is read as bare text.
func parseHTML(s string) *html.Node {
	if n, err := html.Parse(strings.NewReader(s)); err == nil {
		return n
	}
	if n, err := html.Parse(strings.NewReader(flatten(s, maxOpen, false))); err == nil {
		return n
	}
	n, err := html.Parse(strings.NewReader(flatten(s, 0, true)))
	if err != nil {
		return &html.Node{Type: html.DocumentNode}
	}
	return n
}

// flatten rewrites s so that no element opens when depth elements are open
// already. Their text stays, in its order. With bare, all tags but line breaks,
// scripts and links go.
func flatten(s string, depth int, bare bool) string {
	var (
		b    strings.Builder
		open []string
		z    = html.NewTokenizer(strings.NewReader(s))
	)
	for {
		switch tt := z.Next(); tt {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch {
			case void[a]:
				if !bare || a == atom.Br {
					b.WriteString(raw)
				}
			case rawText[a]:
				b.WriteString(raw) // its text and its end tag follow
				if z.Next() == html.TextToken {
					b.Write(z.Raw())
				}
				b.WriteString("</" + string(name) + ">")
			case bare || formatting(a) && len(open) > depth/4 || len(open) >= depth:
				if breaks[a] > 0 {
					b.WriteString("<br>")
				}
				if a == atom.A { // the tag goes, the contact behind it stays
					if c := linkContact(z); c != "" {
						b.WriteString(html.EscapeString(" (" + c + ") "))
					}
				}
			default:
				open = append(open, string(name))
				b.WriteString(raw)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			from := max(0, len(open)-64)
			if i := slices.Index(reversed(open[from:]), string(name)); i >= 0 {
				open = open[:len(open)-1-i]
				b.WriteString("</" + string(name) + ">")
			} else if breaks[atom.Lookup(name)] > 0 {
				b.WriteString("<br>")
			}
		}
	}
}

// linkContact is the contact in the attributes of the tag that z stands on.
func linkContact(z *html.Tokenizer) string {
	for {
		k, v, more := z.TagAttr()
		if string(k) == "href" && len(v) < 300 {
			return contactOf(string(v))
		}
		if !more {
			return ""
		}
	}
}

func reversed(s []string) []string {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

var (
	void    = atoms(atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr)
	rawText = atoms(atom.Script, atom.Style, atom.Textarea, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Xmp)
)

// formatting elements are opened anew where another element closes them.
func formatting(a atom.Atom) bool {
	switch a {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

func atoms(as ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(as))
	for _, a := range as {
		m[a] = true
	}
	return m
}

// each walks n and what is under it in document order; fn answers whether to go
// under the node it was given. The walk is a loop: it needs no stack.
func each(n *html.Node, fn func(*html.Node) bool) {
	for cur := n; cur != nil; {
		if fn(cur) && cur.FirstChild != nil {
			cur = cur.FirstChild
			continue
		}
		for cur != n && cur.NextSibling == nil {
			cur = cur.Parent
		}
		if cur == n {
			return
		}
		cur = cur.NextSibling
	}
}

// first finds the first node that fn accepts.
func first(n *html.Node, fn func(*html.Node) bool) *html.Node {
	var found *html.Node
	each(n, func(c *html.Node) bool {
		if found == nil && fn(c) {
			found = c
		}
		return found == nil
	})
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && (a.Namespace == "" || key == "lang") {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// hasToken reports whether a space-separated attribute holds tok.
func hasToken(list, tok string) bool {
	for f := range strings.FieldsSeq(list) {
		if strings.EqualFold(f, tok) {
			return true
		}
	}
	return false
}
