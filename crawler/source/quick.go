package source

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// quick parses HTML of a page that is written in good order, several times as fast
// as x/net/html and to the same tree: names, values and text are parts of the page's
// own string, and nodes are used again for the next page. Whatever needs the standard's ways of mending
// a page (formatting that is misnested, tables with anything between their cells,
// templates, MathML) it gives up on, for [parseHTML].
// That both agree is fuzzed, and tested on real pages.
//
// The rules and their names are those of the WHATWG standard, 13.2.6 Tree construction.
type quick struct {
	s     string
	i     int
	open  []*html.Node
	head  *html.Node
	form  *html.Node
	typed bool // the doctype has come
	ps    int  // open p elements
	state quickState

	in *nursery
}

type quickState int

const (
	beforeHTML quickState = iota
	beforeHead
	inHead
	afterHead
	inBody
	afterBody
	afterAfterBody
)

// quickDepth is how deep elements may nest; the full parser gives up at 512.
const quickDepth = 400

// quickHTML parses s into a nursery, if it is in good order.
func quickHTML(s string, in *nursery) (*html.Node, bool) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, false
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	q := quick{s: s, open: make([]*html.Node, 1, 32), in: in}
	doc := q.node(html.DocumentNode, "")
	q.open[0] = doc
	for q.i < len(q.s) {
		if !q.token() {
			return nil, false
		}
	}
	return doc, q.state >= inBody
}

// token reads one token and puts what it stands for into the tree.
func (q *quick) token() bool {
	lt := q.i
	for {
		n := strings.IndexByte(q.s[lt:], '<')
		if n < 0 {
			lt = len(q.s)
			break
		}
		if lt += n; lt+1 < len(q.s) && markup(q.s[lt+1]) {
			break
		}
		lt++ // a bare < is text
	}
	if lt > q.i {
		text := unescaped(q.s[q.i:lt])
		q.i = lt
		return q.text(text)
	}
	rest := q.s[lt:]
	switch {
	case letter(rest[1]):
		q.i++
		t, ok := q.startTag()
		return ok && q.start(t)
	case rest[1] == '/':
		if len(rest) < 3 || !letter(rest[2]) {
			return false
		}
		q.i += 2
		t, ok := q.endTag()
		return ok && q.end(t)
	case strings.HasPrefix(rest, "<!--"):
		q.i += len("<!--")
		text, ok := q.comment()
		return ok && q.note(text)
	case rest[1] == '?':
		text, _, ok := strings.Cut(rest[1:], ">")
		q.i += len("<") + len(text) + len(">")
		return ok && q.note(unescaped(text))
	case len(rest) >= len("<!doctype>") && strings.EqualFold(rest[:len("<!doctype")], "<!doctype"):
		return q.doctype(rest)
	}
	return false
}

// markup reports what makes a tag or a comment of the < before it.
func markup(c byte) bool { return letter(c) || c == '/' || c == '!' || c == '?' }

// doctype takes the one that most pages have; the full parser reads the others.
func (q *quick) doctype(rest string) bool {
	end := strings.IndexByte(rest, '>') + 1
	if end == 0 {
		return false
	}
	if q.i += end; q.typed || q.state > beforeHTML {
		if q.state == afterBody {
			q.state = inBody
		}
		return true
	}
	q.typed = true
	if rest[len("<!doctype"):end] == " html>" {
		q.open[0].AppendChild(q.node(html.DoctypeNode, "html"))
		return true
	}
	doc, err := html.Parse(strings.NewReader(rest[:end]))
	if err != nil || doc.FirstChild == nil || doc.FirstChild.Type != html.DoctypeNode {
		return false
	}
	n := doc.FirstChild
	doc.RemoveChild(n)
	q.open[0].AppendChild(n)
	return true
}

// text puts text where it belongs. Before the body, what is no white space begins the
// body; after it, that is not in order.
func (q *quick) text(s string) bool {
	switch q.state {
	case beforeHTML, beforeHead:
		if s = strings.TrimLeft(s, whiteSpace); s == "" {
			return true
		}
		return q.implied() && q.text(s)
	case inHead, afterHead:
		rest := strings.TrimLeft(s, whiteSpace)
		q.addText(s[:len(s)-len(rest)])
		return rest == "" || q.implied() && q.text(rest)
	case afterBody, afterAfterBody:
		if !white(s) {
			q.state = inBody
			return q.text(s)
		}
	case inBody:
		switch top := q.top(); top.DataAtom {
		case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Colgroup:
			if !white(s) {
				return false
			}
		case atom.Pre, atom.Listing:
			s = withoutNewline(top, s)
		}
	}
	q.addText(s)
	return true
}

// withoutNewline drops the line break that may follow the tag of some elements.
func withoutNewline(top *html.Node, s string) string {
	if top.FirstChild == nil {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "\r"), "\n")
	}
	return s
}

const whiteSpace = " \t\r\n\f"

func white(s string) bool { return strings.TrimLeft(s, whiteSpace) == "" }

// note puts a comment where it belongs.
func (q *quick) note(text string) bool {
	at := q.top()
	switch q.state {
	case beforeHTML, afterAfterBody:
		at = q.open[0]
	case afterBody:
		at = q.open[1]
	}
	at.AppendChild(q.node(html.CommentNode, text))
	return true
}

// end takes an end tag.
func (q *quick) end(t tag) bool {
	switch q.state {
	case inHead:
		if t.atom == atom.Head {
			return q.endHead()
		}
	case inBody:
		if q.top().Namespace != "" {
			return q.endForeign(t)
		}
		switch t.atom {
		case atom.Body:
			q.state = afterBody
			return q.find(anyScope, atom.Body) > 0
		case atom.Html:
			q.state = afterAfterBody
			return q.find(anyScope, atom.Body) > 0
		}
		return q.endInBody(t)
	case afterBody, afterAfterBody:
		if t.atom == atom.Html {
			q.state = afterAfterBody
			return true
		}
		q.state = inBody
		return q.end(t)
	}
	return false
}

// raw takes an element whose content is text up to its end tag.
func (q *quick) raw(t tag) bool {
	n := q.add(t)
	text, ok := q.rawText(t.name)
	if !ok {
		return false
	}
	if t.atom == atom.Title || t.atom == atom.Textarea {
		text = unescaped(text)
	}
	if t.atom == atom.Textarea {
		text = withoutNewline(n, text)
	}
	if text != "" {
		n.AppendChild(q.node(html.TextNode, text))
	}
	q.i += len("</")
	_, ok = q.endTag()
	return ok
}

func (q *quick) top() *html.Node { return q.open[len(q.open)-1] }

func (q *quick) node(t html.NodeType, data string) *html.Node {
	n := q.in.node()
	n.Type, n.Data = t, data
	return n
}

// add puts an element under the current one.
func (q *quick) add(t tag) *html.Node {
	name := t.name
	if t.atom != 0 {
		name = t.atom.String()
	}
	n := q.node(html.ElementNode, name)
	n.DataAtom, n.Attr = t.atom, t.attr
	q.top().AppendChild(n)
	return n
}

// push puts an element under the current one and makes it the current one.
func (q *quick) push(t tag) bool {
	n := q.add(t)
	if t.atom == atom.P {
		q.ps++
	}
	q.open = append(q.open, n)
	return len(q.open) < quickDepth
}

// cut closes open[i] and all above it. Formatting that is closed from the outside
// would be opened anew behind it: that is not in order.
func (q *quick) cut(i int) bool {
	for _, n := range q.open[i:] {
		if n.DataAtom == atom.P {
			q.ps--
		}
		if formatting(n.DataAtom) {
			return false
		}
	}
	q.open = q.open[:i]
	return true
}

func (q *quick) addText(s string) {
	if s == "" {
		return
	}
	if n := q.top().LastChild; n != nil && n.Type == html.TextNode {
		n.Data += s
		return
	}
	q.top().AppendChild(q.node(html.TextNode, s))
}

// sorted is how the full parser leaves the attributes of formatting elements.
func sorted(attr []html.Attribute) {
	if len(attr) > 1 {
		slices.SortFunc(attr, func(a, b html.Attribute) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Val, b.Val)) })
	}
}
