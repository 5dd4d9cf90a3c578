package source

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	boilerRE  = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|breadcrumbs?|footer|foot|masthead|topbar|header|sidebar|side-bar|widget|related|similar|recommend(?:ed|ations)?|more-jobs|other-jobs|latest|recent|popular|trending|comments?|respond|disqus|share|sharing|social|cookies?|consent|gdpr|banner|advert(?:isement)?|ads|sponsor(?:ed)?|promo|newsletter|subscribe|pagination|pager|paging|toolbar|login|signin|signup|modal|popup|overlay|skip|search|searchform|language|lang-switch|copyright|tags|taglist|archive|calendar|print|hidden|sr-only|visually-hidden|screen-reader-text)(?:$|[\s_-])`)
	keepRE    = regexp.MustCompile(`(?i)(?:article|content|detail|description|job|post-?body|entry|main|contact|seller|phone|tel|advertiser|poster|author-contact|classified|vacancy|posting|tgme)`)
	contactRE = regexp.MustCompile(`(?i)[\w.+-]+@[\w-]+\.[\w.-]+|(?:https?://)?(?:t\.me|telegram\.me|wa\.me|line\.me|lin\.ee|zalo\.me|m\.me)/\S+|(?:^|[^\w@])@[a-z][\w]{4,31}\b|\+?\d[\d\s().–-]{7,17}\d|(?:telegram|whats?app|wechat|weixin|微信|line id|line|ไลน์|zalo|viber|skype|kakao(?:talk)?|카톡|飞机|qq|tg|wx|v信)\s*(?:id)?\s*[:：@]\s*\S+`)
	dateLike  = regexp.MustCompile(`^\D*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\D*$`)
)

// region is the part of a page that holds what it is about.
type region struct {
	node *html.Node
	skip map[*html.Node]bool // boilerplate inside and outside of node
	text string
	out  []string // contact lines of the page outside of node
	fittings
}

// region is the main region of d, found once.
func (d *document) region() region {
	if d.main == nil {
		r := mainRegion(d)
		d.main = &r
	}
	return *d.main
}

// mainRegion finds the region: boilerplate is struck out, then the tightest
// element that still holds most of the remaining plain text is taken.
func mainRegion(d *document) region {
	root := d.tree()
	body := first(root, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	if body == nil {
		body = root
	}
	r := region{skip: map[*html.Node]bool{}}
	m := measure{skip: r.skip, weight: map[*html.Node]int{}, boiler: map[string]bool{}, hidden: map[string]bool{}, found: &r.fittings}
	m.node(body, 0, false)
	r.node = tightest(body, m)
	r.text = r.render(r.node)
	r.out = r.contactsOutside(body)
	return r
}

// render is the text of n without boilerplate.
func (r region) render(n *html.Node) string {
	w := textWriter{max: MaxText, skip: r.skip}
	w.node(n, false)
	return w.String()
}

// measure weighs text: weight is bytes of words outside of links.
type measure struct {
	skip   map[*html.Node]bool
	weight map[*html.Node]int
	boiler map[string]bool // what boilerRE says of classes and ids that came up already
	hidden map[string]bool // what hiddenClass says of classes
	found  *fittings
}

func (m measure) node(n *html.Node, depth int, inMain bool) (weight, links int) {
	switch n.Type {
	case html.TextNode:
		return len(strings.TrimSpace(n.Data)), 0
	case html.ElementNode:
		if unseen(n) {
			return 0, 0
		}
		if depth > 0 && (m.boilerplate(n, inMain) || m.away(n)) {
			m.skip[n] = true
			return 0, 0
		}
	}
	if n.DataAtom == atom.Main || n.DataAtom == atom.Article || attr(n, "role") == "main" {
		inMain = true
	}
	var blocks []sibling
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w, l := m.node(c, depth+1, inMain)
		weight += w
		links += l
		if c.Type == html.ElementNode && (w > 0 || l > 0) && !m.skip[c] {
			blocks = append(blocks, sibling{c, w, l})
		}
	}
	for _, c := range cards(blocks) {
		m.skip[c.node] = true
		weight -= c.weight
		links -= c.links
		m.found.rows++
		m.found.bytes += c.weight + c.links
	}
	if applyForm(n, weight) {
		m.skip[n] = true
		m.found.form = true
		return 0, 0
	}
	if n.DataAtom == atom.A && ContactLink(n) == "" {
		weight, links = 0, weight+links
	}
	// A list or block of nothing but links is a menu, wherever it stands.
	if depth > 1 && links > 80 && links > 4*weight && (n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Table || n.DataAtom == atom.Div || n.DataAtom == atom.Section) {
		m.skip[n] = true
		return 0, links
	}
	m.weight[n] = weight
	return weight, links
}

// boilerplate reports what surrounds the content of a page: by element, by role,
// by class or id. Inside of main or article only the plainest signs count.
func (m measure) boilerplate(n *html.Node, inMain bool) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Button, atom.Dialog:
		return true
	case atom.Footer, atom.Header:
		return !inMain && first(n, func(c *html.Node) bool { return c.DataAtom == atom.H1 }) == nil
	case atom.Aside:
		return !keepRE.MatchString(attr(n, "class") + " " + attr(n, "id"))
	case atom.Body, atom.Main, atom.Article, atom.H1, atom.P, atom.Span, atom.A, atom.B, atom.Strong, atom.Td, atom.Tr, atom.Tbody, atom.Table, atom.Br, atom.Pre:
		return false
	}
	switch strings.ToLower(attr(n, "role")) {
	case "navigation", "banner", "contentinfo", "search", "dialog", "menu", "menubar", "complementary":
		return true
	}
	id := attr(n, "class") + " " + attr(n, "id")
	if id == " " || !m.boilerNamed(id) {
		return false
	}
	if first(n, func(c *html.Node) bool {
		return c.DataAtom == atom.H1 || c.DataAtom == atom.Main || c.DataAtom == atom.Article
	}) != nil {
		return false
	}
	return !keepRE.MatchString(id)
}

// boilerNamed is boilerRE on the classes and the id of an element: pages repeat
// the same few on hundreds of elements.
func (m measure) boilerNamed(id string) bool {
	is, known := m.boiler[id]
	if !known {
		is = boilerRE.MatchString(id)
		m.boiler[id] = is
	}
	return is
}

// tightest goes down from n as long as one child holds most of the weight.
func tightest(n *html.Node, m measure) *html.Node {
	for {
		var heir *html.Node
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && m.weight[c]*100 >= m.weight[n]*80 && m.weight[c] > 0 {
				heir = c
			}
		}
		if heir == nil || inline[heir.DataAtom] {
			return n
		}
		n = heir
	}
}

var inline = atoms(atom.A, atom.B, atom.Strong, atom.Em, atom.I, atom.Span, atom.P, atom.Font, atom.U, atom.Li, atom.Pre)

// contactsOutside lists lines with a way to reach somebody that stand outside of
// the region, in a box beside it: boards put the poster's number there. What
// stands in the head, the foot or the menus of the site is the site's own.
func (r region) contactsOutside(body *html.Node) []string {
	if r.node == body {
		return nil
	}
	w := textWriter{max: 64 << 10, skip: map[*html.Node]bool{r.node: true}}
	each(body, func(n *html.Node) bool {
		if n == r.node {
			return false
		}
		if r.skip[n] && (siteOwn(n) || !keepRE.MatchString(attr(n, "class")+" "+attr(n, "id"))) {
			w.skip[n] = true
			return false
		}
		return true
	})
	w.node(body, false)
	var out []string
	have := squash(r.text)
	for line := range strings.SplitSeq(w.String(), "\n") {
		line = strings.TrimSpace(line)
		if len(line) > 300 || !hasContact(line) || dateLike.MatchString(line) {
			continue
		}
		m := contactRE.FindString(line)
		if m == "" || strings.Contains(have, squash(m)) {
			continue
		}
		have += squash(m)
		if out = append(out, line); len(out) == 10 {
			break
		}
	}
	return out
}

func siteOwn(n *html.Node) bool {
	return n.DataAtom == atom.Footer || n.DataAtom == atom.Header || n.DataAtom == atom.Nav || hasToken(attr(n, "role"), "contentinfo") ||
		strings.Contains(strings.ToLower(attr(n, "class")+attr(n, "id")), "foot")
}
