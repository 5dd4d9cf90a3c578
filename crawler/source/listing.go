package source

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// listingSigns is what speaks for a list of posts rather than one.
func listingSigns(d *document, r region, links []Link) float64 {
	posts := map[string]bool{}
	for _, l := range links {
		if l.Post {
			posts[l.URL] = true
		}
	}
	inside := map[string]bool{}
	rows := map[*html.Node]bool{}
	m := rowFinder{r, map[*html.Node]int{}}
	each(r.node, func(n *html.Node) bool {
		if r.skip[n] {
			return false
		}
		if n.DataAtom == atom.A {
			if u := d.absolute(attr(n, "href")); posts[u] {
				inside[u] = true
				rows[m.row(n)] = true
			}
		}
		return true
	})
	if r.rows > 0 && r.bytes > len(r.text) { // hardly anything is left beside rows of other posts
		switch contact := hasContact(r.text); {
		case r.rows >= 8 && !contact:
			return 6
		case r.rows >= 8:
			return 4
		}
		return 2.5
	}
	switch n := len(inside); {
	case n >= 8, n > 0 && m.mostly(rows):
		return 4
	case n >= 5:
		return 2
	case d.url != nil && (d.url.Path == "" || d.url.Path == "/") && d.url.RawQuery == "":
		return 1
	}
	return 0
}

// rowRest is how many bytes a line of a listing holds beside its link: a place,
// an employer, a date. What says more is a text that names another post.
const rowRest = 160

// rowFinder finds the lines of a listing in a region.
type rowFinder struct {
	region
	sizes map[*html.Node]int // what bytes has counted: many links may share a line
}

// row is the line that the link a stands in, or a itself.
func (f rowFinder) row(a *html.Node) *html.Node {
	for n := a.Parent; n != nil && n != f.node; n = n.Parent {
		switch n.DataAtom {
		case atom.Li, atom.Tr, atom.Dd, atom.P, atom.Div, atom.Article:
			if f.bytes(n)-f.bytes(a) <= rowRest {
				return n
			}
			return a
		}
	}
	return a
}

// mostly reports whether the rows are more than half of the region, its heading
// aside.
func (f rowFinder) mostly(rows map[*html.Node]bool) bool {
	all, under := f.bytes(f.node), 0
	each(f.node, func(n *html.Node) bool {
		switch {
		case f.skip[n]:
			return false
		case rows[n]:
			under += f.bytes(n)
			return false
		case n.DataAtom == atom.H1:
			all -= f.bytes(n)
			return false
		}
		return true
	})
	return under*2 > all
}

// bytes is how much text a reader sees under n.
func (f rowFinder) bytes(n *html.Node) int {
	sum, ok := f.sizes[n]
	if ok {
		return sum
	}
	each(n, func(c *html.Node) bool {
		if c.Type == html.TextNode {
			sum += len(strings.TrimSpace(c.Data))
		}
		return !f.skip[c] && !unseen(c)
	})
	f.sizes[n] = sum
	return sum
}
