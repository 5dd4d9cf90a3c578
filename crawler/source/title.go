package source

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// titleCuts separate the title of a page from the name of its site.
var titleCuts = []string{" | ", " – ", " — ", " - ", " :: ", " » ", " › ", " · ", "_", "｜", " ǀ ", "－"}

// pageTitle is the title of the post. Where the page is called after its site or
// its kind alone, what the text says of the job counts.
func pageTitle(d *document, r region) string {
	t := titleTail.ReplaceAllString(calledTitle(d, r), "")
	full := headTitle(d)
	named := namedTitle(d)
	inText := t != "" && strings.Contains(squash(r.text), squash(t))
	rest, kind := strong(t)
	if !kind && !siteName(d, t) && (inText || headed(d, t)) && (named == "" || squash(t) != squash(full)) {
		return t
	}
	for _, better := range []string{named, labelledTitle(r.text), partInText(full, r.text)} {
		if better != "" && !weak(better) {
			return cap256(better)
		}
	}
	if weak(t) {
		if n := first(r.node, func(n *html.Node) bool {
			return headingLevel(n) > 1 && !r.skip[n] && !weak(OneLine(Text(n))) && labelOf(OneLine(Text(n))) < 0
		}); n != nil {
			return cap256(OneLine(Text(n)))
		}
	}
	return rest
}

// headed reports whether a heading of the page says t.
func headed(d *document, t string) bool {
	sq := squash(t)
	return sq != "" && first(d.tree(), func(n *html.Node) bool {
		return headingLevel(n) > 0 && squash(OneLine(Text(n))) == sq
	}) != nil
}

// calledTitle is the heading of the region, or what the page is called without
// the name of the site.
func calledTitle(d *document, r region) string {
	var heads []string
	each(d.tree(), func(n *html.Node) bool {
		if n.DataAtom == atom.H1 && !unseen(n) && len(heads) < 8 {
			if s := OneLine(Text(n)); s != "" && utf8.RuneCountInString(s) <= 200 {
				heads = append(heads, s)
			}
		}
		return true
	})
	full := ""
	if n := first(d.tree(), func(n *html.Node) bool {
		return n.DataAtom == atom.Title && n.Parent != nil && n.Parent.DataAtom == atom.Head
	}); n != nil && n.FirstChild != nil {
		full = strings.Join(strings.Fields(n.FirstChild.Data), " ")
	}
	og := strings.Join(strings.Fields(d.meta("og:title", "twitter:title")), " ")
	if h := namedByTitle(d, full); h != "" {
		return cap256(h)
	}
	for _, h := range heads { // a heading that the title repeats is the one
		if sq := squash(h); sq != "" && (strings.Contains(squash(full), sq) || strings.Contains(squash(og), sq)) {
			return cap256(h)
		}
	}
	if len(heads) == 1 && squash(heads[0]) != squash(d.meta("og:site_name")) && (full == "" || !siteName(d, heads[0])) {
		return cap256(heads[0])
	}
	for _, t := range []string{og, full} {
		if t != "" && !siteName(d, t) {
			return cap256(withoutSite(d, t))
		}
	}
	if n := first(r.node, func(n *html.Node) bool { return n.DataAtom == atom.H2 || n.DataAtom == atom.H3 }); n != nil {
		if s := OneLine(Text(n)); s != "" {
			return cap256(s)
		}
	}
	line, _, _ := strings.Cut(r.text, "\n")
	if utf8.RuneCountInString(line) <= 120 {
		return line
	}
	return ""
}

// headTitle is the title element on one line.
func headTitle(d *document) string {
	n := first(d.tree(), func(n *html.Node) bool { return n.DataAtom == atom.Title && n.Namespace == "" })
	if n == nil || n.FirstChild == nil {
		return ""
	}
	return strings.Join(strings.Fields(n.FirstChild.Data), " ")
}

// siteName reports whether s is the name of the site and nothing else.
func siteName(d *document, s string) bool {
	sq := squash(s)
	if n := squash(d.meta("og:site_name", "application-name")); n != "" && sq == n {
		return true
	}
	if d.url != nil {
		host := squash(strings.TrimPrefix(d.url.Hostname(), "www."))
		return len(sq) >= 3 && strings.HasPrefix(host, sq)
	}
	return false
}

// withoutSite cuts the name of the site from a title.
func withoutSite(d *document, t string) string {
	site := squash(d.meta("og:site_name", "application-name"))
	host := ""
	if d.url != nil {
		host = squash(d.url.Hostname())
	}
	for _, cut := range titleCuts {
		parts := strings.Split(t, cut)
		if len(parts) < 2 {
			continue
		}
		last := squash(parts[len(parts)-1])
		if last != "" && (last == site || strings.Contains(host, last) || site != "" && strings.Contains(last, site)) {
			return strings.TrimSpace(strings.Join(parts[:len(parts)-1], cut))
		}
		first := squash(parts[0])
		if first != "" && (first == site || strings.Contains(host, first)) {
			return strings.TrimSpace(strings.Join(parts[1:], cut))
		}
		if n := len(parts); n >= 2 && site == "" && utf8.RuneCountInString(parts[n-1]) <= 30 && utf8.RuneCountInString(parts[0]) >= 8 && cueHits(strings.ToLower(parts[n-1]))[cueHiring] == 0 && cut != "_" {
			return strings.TrimSpace(strings.Join(parts[:n-1], cut))
		}
	}
	return t
}

// dropTitle takes the title from the head of the text, where it only repeats.
func dropTitle(text, title string) string {
	line, rest, ok := strings.Cut(text, "\n")
	if ok && title != "" && squash(line) == squash(title) {
		return strings.TrimLeft(rest, "\n")
	}
	return text
}
