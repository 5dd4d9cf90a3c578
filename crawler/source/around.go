package source

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lurewatch/lurewatch/internal/post"
)

// fillAround fills what is still empty from the elements beside the main text:
// many boards show price, place and date in boxes of their own, next to the heading.
// What stands in an aside, a menu, a footer or a link belongs to other posts.
func fillAround(po *post.Post, r region, d *document) {
	title := squash(po.Title)
	if r.node == nil || title == "" {
		return
	}
	head := first(d.tree(), func(n *html.Node) bool {
		return headingLevel(n) > 0 && squash(OneLine(Text(n))) == title
	})
	if head == nil {
		return
	}
	both := common(head, r.node)
	if both == nil || both.DataAtom == atom.Html {
		return
	}
	l := labelled{po, d.page.FetchedAt}
	each(both, func(n *html.Node) bool {
		if n.Type != html.ElementNode {
			return true
		}
		switch n.DataAtom {
		case atom.Aside, atom.Nav, atom.Footer, atom.A, atom.Form, atom.Script, atom.Style:
			return false
		}
		if n == r.node || unseen(n) { // that has been read
			return false
		}
		if g := classField(attr(n, "class") + " " + attr(n, "id") + " " + attr(n, "itemprop")); g >= 0 {
			for _, s := range []string{attr(n, "datetime"), attr(n, "title"), OneLine(Text(n))} {
				if _, val, ok := cutLabel(s); ok && g != cueDate {
					s = val
				}
				if s != "" && len(s) <= 240 {
					l.set(g, s)
				}
			}
		}
		return true
	})
}

// headingLevel is 1 to 3 for a heading, 0 for anything else.
func headingLevel(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	}
	return 0
}

// common is the nearest element that holds both a and b, a or b itself included.
func common(a, b *html.Node) *html.Node {
	above := map[*html.Node]bool{}
	for n := a; n != nil; n = n.Parent {
		above[n] = true
	}
	for n := b; n != nil; n = n.Parent {
		if above[n] {
			return n
		}
	}
	return nil
}

// namedByTitle is the heading that the title of the page consists of when the
// site's name is cut from its end: blogs make a heading of the site's name too.
func namedByTitle(d *document, full string) string {
	whole := ""
	for _, cut := range titleCuts {
		if i := strings.LastIndex(full, cut); i > 0 {
			part := squash(full[:i])
			n := first(d.tree(), func(n *html.Node) bool {
				return headingLevel(n) > 0 && !unseen(n) && part != "" && squash(OneLine(Text(n))) == part
			})
			if n != nil {
				whole = OneLine(Text(n))
				break
			}
		}
	}
	return whole
}
