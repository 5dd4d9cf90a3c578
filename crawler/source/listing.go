package source

import (
	"regexp"
	"strings"
	"time"

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
	contact := hasContact(r.text) // one of the ads may be shown whole
	switch counted := countTitle.MatchString(headTitle(d)) || countTitle.MatchString(firstLine(r.text)); {
	case counted && !contact:
		return notOne
	case counted:
		return 4
	case agoLines(r.text) >= 5 && !contact:
		return 6
	case agoLines(r.text) >= 5:
		return 4
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

// notOne is what no cue makes up for: a count of ads, and no way to reach anybody.
const notOne = 20

// countTitle is a title that counts ads: "2,885 jobs".
var countTitle = regexp.MustCompile(`(?i)^\s*\d[\d.,\s]*\+?\s*(?:[\p{L}-]+\s+){0,2}(?:jobs|vacancies|job offers|openings|stellenangebote|stellen|jobangebote|offres d'emploi|ofertas|empleos|vagas|offerte|vacatures|nabídek|ofert(?:y)?\s+pracy|вакансий|вакансии|вакансій|вакансії|lowongan|việc làm|tin tuyển dụng|ตำแหน่งงาน|件の求人|个职位|个岗位)(?:\P{L}|$)`)

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// agoLines counts the lines that say how long ago something was posted, and say
// nothing else; none where they stand far apart, as under a text with answers.
func agoLines(text string) int {
	n := 0
	base := time.Unix(1e9, 0).UTC()
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > 40 || len(line) < 2 || !strings.ContainsAny(line, "0123456789") {
			continue
		}
		if _, ok := relative(strings.ToLower(strings.TrimSpace(line)), base); ok {
			n++
		}
	}
	if n*agoApart < len(text) {
		return 0
	}
	return n
}

// agoApart is how many bytes a row of a listing holds at most, on average.
const agoApart = 400

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
