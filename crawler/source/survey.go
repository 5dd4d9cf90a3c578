package source

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// survey is what one walk of a parsed page gathers for everybody: most pages are
// read without a second one.
type survey struct {
	html      *html.Node        // the html element
	baseHref  string            // of the first base element that has any
	canonHref string            // of the first link with rel=canonical that has any
	metas     map[string]string // content of meta elements by their lower-case name
	leads     []*html.Node      // a, area and link elements
	jsonLD    []*html.Node      // JSON-LD scripts that are not empty
}

func surveyOf(root *html.Node) survey {
	s := survey{metas: map[string]string{}}
	each(root, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			if s.html == nil {
				s.html = n
			}
		case atom.Base:
			if s.baseHref == "" {
				s.baseHref = attr(n, "href")
			}
		case atom.Meta:
			s.meta(n)
		case atom.A, atom.Area:
			s.leads = append(s.leads, n)
		case atom.Link:
			s.leads = append(s.leads, n)
			if s.canonHref == "" && hasToken(attr(n, "rel"), "canonical") {
				s.canonHref = attr(n, "href")
			}
		case atom.Script:
			if n.FirstChild != nil && strings.Contains(strings.ToLower(attr(n, "type")), "ld+json") {
				s.jsonLD = append(s.jsonLD, n)
			}
		}
		return true
	})
	return s
}

// meta keeps the first content that is not empty under each name of n.
func (s *survey) meta(n *html.Node) {
	for _, k := range []string{"property", "name", "itemprop", "http-equiv"} {
		if v := strings.ToLower(attr(n, k)); v != "" && s.metas[v] == "" {
			s.metas[v] = strings.TrimSpace(attr(n, "content"))
		}
	}
}
