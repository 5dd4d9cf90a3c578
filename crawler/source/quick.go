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
// a page (formatting that is misnested, content before the body, tables with anything
// between their cells, foreign elements) it gives up on, for [parseHTML].
// That both agree is fuzzed, and tested on real pages.
//
// The rules and their names are those of the WHATWG standard, 13.2.6 Tree construction.
type quick struct {
	s     string
	i     int
	open  []*html.Node
	form  *html.Node
	ps    int // open p elements
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
	case rest[1] == '!' && q.state == beforeHTML && q.open[0].LastChild == nil:
		return q.doctype(rest)
	}
	return false
}

// markup reports what makes a tag or a comment of the < before it.
func markup(c byte) bool { return letter(c) || c == '/' || c == '!' || c == '?' }

// doctype takes the one that most pages have; the full parser reads the others.
func (q *quick) doctype(rest string) bool {
	end := strings.IndexByte(rest, '>') + 1
	if end < len("<!doctype>") || !strings.EqualFold(rest[:len("<!doctype")], "<!doctype") {
		return false
	}
	q.i += end
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

// text puts text where it belongs. Before the body only white space is in order.
func (q *quick) text(s string) bool {
	switch q.state {
	case beforeHTML, beforeHead:
		return white(s)
	case inHead, afterHead, afterBody, afterAfterBody:
		if !white(s) {
			return false
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

func white(s string) bool {
	for i := range len(s) {
		if s[i] != '\r' && !tagSpace(s[i]) {
			return false
		}
	}
	return true
}

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

// start takes a start tag before, in and after the head.
func (q *quick) start(t tag) bool {
	switch q.state {
	case beforeHTML:
		q.state = beforeHead
		return t.atom == atom.Html && q.push(t)
	case beforeHead:
		q.state = inHead
		return t.atom == atom.Head && q.push(t)
	case inHead:
		switch t.atom {
		case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta:
			q.add(t)
			return true
		case atom.Script, atom.Style, atom.Noscript, atom.Noframes, atom.Title:
			return q.raw(t)
		}
	case afterHead:
		q.state = inBody
		return t.atom == atom.Body && q.push(t)
	case inBody:
		return q.startInBody(t)
	}
	return false
}

// end takes an end tag.
func (q *quick) end(t tag) bool {
	switch q.state {
	case inHead:
		if t.atom == atom.Head {
			q.state = afterHead
			return q.cut(len(q.open) - 1)
		}
	case inBody:
		if t.atom == atom.Body {
			q.state = afterBody
			return q.top().DataAtom == atom.Body
		}
		return q.endInBody(t)
	case afterBody:
		q.state = afterAfterBody
		return t.atom == atom.Html
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
