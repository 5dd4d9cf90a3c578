package source

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"strings"
)

// Bounds on XML trees.
const (
	xmlDepth = 200
	xmlNodes = 400_000
)

// xnode is one element of an XML document, namespace by prefix or URI left as
// the decoder gives it.
type xnode struct {
	name  string // local name, lower case
	space string // namespace, lower case
	attrs []xml.Attr
	kids  []*xnode
	text  strings.Builder // character data directly inside
}

// xmlRoots are root elements that tell XML from HTML fragments.
var xmlRoots = map[string]bool{
	"rss": true, "feed": true, "rdf": true, "urlset": true, "sitemapindex": true, "jobs": true, "offers": true, "source": false, "vacancies": true, "positions": true,
	"listings": true, "ads": true, "channel": true, "opml": true, "adverts": true, "postings": true, "joblist": true, "jobfeed": true, "trovit": true, "data": false, "xml": true,
}

// rootName is the local name of the first element of s, in lower case.
func rootName(s string) string {
	for range 50 {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 >= len(s) {
			return ""
		}
		s = s[i+1:]
		switch {
		case strings.HasPrefix(s, "!--"):
			_, rest, ok := strings.Cut(s, "-->")
			if !ok {
				return ""
			}
			s = rest
		case s[0] == '?' || s[0] == '!':
		default:
			n := strings.IndexAny(s, " \t\r\n/>")
			if n < 0 {
				return ""
			}
			name := strings.ToLower(s[:n])
			if j := strings.LastIndexByte(name, ':'); j >= 0 {
				name = name[j+1:]
			}
			return name
		}
	}
	return ""
}

// parseXML reads as much of s as can be read; err is set when that was not all.
func parseXML(s string) (*xnode, error) {
	s = strings.TrimLeft(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1 // XML forbids them, feeds hold them
		}
		return r
	}, s), " \t\r\n\uFEFF")
	dec := xml.NewDecoder(strings.NewReader(s))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	root := &xnode{}
	stack := []*xnode{root}
	nodes, over := 0, 0
	for {
		tok, err := dec.RawToken()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return root, err
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if nodes++; len(stack) > xmlDepth || nodes > xmlNodes {
				over++
				continue
			}
			n := &xnode{name: strings.ToLower(t.Name.Local), space: strings.ToLower(t.Name.Space), attrs: t.Attr}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			if over > 0 {
				over--
				continue
			}
			name := strings.ToLower(t.Name.Local)
			for i := len(stack) - 1; i > 0 && i > len(stack)-20; i-- {
				if stack[i].name == name {
					stack = stack[:i]
					break
				}
			}
		case xml.CharData:
			top.text.Write(t)
			if len(top.kids) > 0 || strings.TrimSpace(string(t)) != "" {
				top.kids = append(top.kids, textNode(string(t)))
			}
		}
	}
}

// textNode keeps the order of words and elements inside mixed content.
func textNode(s string) *xnode {
	n := &xnode{}
	n.text.WriteString(s)
	return n
}

func (n *xnode) isText() bool { return n.name == "" }

// attr is an attribute by local name.
func (n *xnode) attr(name string) string {
	for _, a := range n.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

// find is the first child of one of the names, in order of preference; a name
// may carry its prefix: "content:encoded".
func (n *xnode) find(names ...string) *xnode {
	for _, want := range names {
		space, local, ok := strings.Cut(want, ":")
		if !ok {
			space, local = "", want
		}
		for _, k := range n.kids {
			if k.name == local && k.name != "" && (space == k.space || !ok && (k.space == "" || k.space == "atom" || k.space == "a" || k.space == "rss")) {
				return k
			}
		}
	}
	return nil
}

// all is every child of the name.
func (n *xnode) all(name string) []*xnode {
	var out []*xnode
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// elements are the children that are elements.
func (n *xnode) elements() []*xnode {
	var out []*xnode
	for _, k := range n.kids {
		if !k.isText() {
			out = append(out, k)
		}
	}
	return out
}

// str is the text of the first child of one of the names.
func (n *xnode) str(names ...string) string {
	for _, name := range names {
		if k := n.find(name); k != nil {
			if s := strings.TrimSpace(k.markup()); s != "" {
				return s
			}
		}
	}
	return ""
}

// markup is what stands inside n: its words, and its elements written as markup.
func (n *xnode) markup() string {
	if len(n.elements()) == 0 {
		return n.text.String()
	}
	var b strings.Builder
	n.write(&b, 0)
	return b.String()
}

func (n *xnode) write(b *strings.Builder, depth int) {
	for _, k := range n.kids {
		if b.Len() > 2*MaxText || depth > xmlDepth {
			return
		}
		if k.isText() {
			b.WriteString(html.EscapeString(k.text.String()))
			continue
		}
		b.WriteString("<" + k.name)
		for _, a := range k.attrs {
			b.WriteString(" " + a.Name.Local + `="` + html.EscapeString(a.Value) + `"`)
		}
		b.WriteByte('>')
		k.write(b, depth+1)
		if k.name != "br" && k.name != "img" && k.name != "hr" {
			b.WriteString("</" + k.name + ">")
		}
	}
}
