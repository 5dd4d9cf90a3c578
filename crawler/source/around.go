package source

import (
	"maps"
	"slices"
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
		return headingLevel(n) > 0 && squash(titleTail.ReplaceAllString(OneLine(Text(n)), "")) == title
	})
	if head == nil {
		return
	}
	both := common(head, r.node)
	if both == nil || both.DataAtom == atom.Html {
		return
	}
	l := labelled{po, d.page.FetchedAt}
	linked := map[cue][]string{}
	each(both, func(n *html.Node) bool {
		if n.Type != html.ElementNode {
			return true
		}
		switch n.DataAtom {
		case atom.A:
			if g := fieldName(elementName(n)); g >= 0 && !unseen(n) {
				linked[g] = append(linked[g], OneLine(Text(n)))
			}
			return false
		case atom.Aside, atom.Nav, atom.Footer, atom.Form, atom.Script, atom.Style:
			return false
		}
		if n == r.node || unseen(n) { // that has been read
			return false
		}
		if g := fieldName(elementName(n)); g >= 0 {
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
	for _, g := range labelGroups { // a link of that name, unless other posts have theirs too
		if all := linked[g]; len(all) > 0 && !slices.ContainsFunc(all, func(s string) bool { return s != all[0] }) {
			l.set(g, all[0])
		}
	}
	l.lines(linesNear(both, r, title))
	if len(po.Locations) == 0 {
		l.set(cuePlace, mapped(region{node: both, skip: r.skip}))
	}
}

// linesNear are the lines of n around the title, the region left out.
func linesNear(n *html.Node, r region, title string) []string {
	w := textWriter{max: 64 << 10, skip: maps.Clone(r.skip)}
	w.skip[r.node] = true
	each(n, func(c *html.Node) bool {
		if c.DataAtom == atom.Aside || c.DataAtom == atom.Nav || c.DataAtom == atom.Footer || c.DataAtom == atom.Form {
			w.skip[c] = true
			return false
		}
		return true
	})
	w.node(n, false)
	lines := strings.Split(w.String(), "\n")
	for i, line := range lines {
		if squash(titleTail.ReplaceAllString(line, "")) == title {
			return lines[max(0, i-linesAboveTitle):min(i+1+linesBelowTitle, len(lines))]
		}
	}
	return nil
}

// How far from its title a post's own fields stand.
const (
	linesAboveTitle = 6
	linesBelowTitle = 30
)

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
