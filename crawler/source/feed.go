package source

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// feed reads RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.0 and
// 1.1, and sitemaps. Every entry is a post; a sitemap yields links.
type feed struct{}

func (feed) Name() string { return "feed" }

func (feed) Claims(p Page) bool {
	d := p.document()
	switch d.kind {
	case kindXML:
		switch rootName(d.text) {
		case "rss", "feed", "rdf", "urlset", "sitemapindex", "channel":
			return true
		}
	case kindJSON:
		return strings.Contains(d.text[:min(len(d.text), 2048)], "jsonfeed.org/version")
	}
	return false
}

func (feed) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	switch d.kind {
	case kindBinary:
		return Found{}, ErrNotText
	case kindJSON:
		return jsonFeed(d), nil
	}
	root, _ := parseXML(d.text) // a broken feed is read as far as it goes
	f := Found{Adapter: "feed"}
	for _, top := range root.elements() {
		switch top.name {
		case "rss", "rdf", "channel":
			ch := top
			if c := top.find("channel"); c != nil {
				ch = c
			}
			items := append(ch.all("item"), top.all("item")...)
			if ch == top {
				items = top.all("item")
			}
			lang := primaryLang(ch.str("language", "dc:language"))
			for _, it := range items[:min(len(items), MaxPosts)] {
				f.add(d, rssItem(d, it, lang))
			}
			for _, l := range ch.all("link") {
				if l.attr("rel") == "next" {
					f.link(Link{URL: d.absolute(l.attr("href")), Next: true})
				}
			}
		case "feed":
			lang := primaryLang(top.attr("lang"))
			entries := top.all("entry")
			for _, e := range entries[:min(len(entries), MaxPosts)] {
				f.add(d, atomEntry(d, e, lang))
			}
			for _, l := range top.all("link") {
				if l.attr("rel") == "next" {
					f.link(Link{URL: d.absolute(l.attr("href")), Next: true})
				}
			}
		case "urlset":
			for _, u := range top.all("url") {
				if l := d.absolute(u.str("loc")); l != "" {
					pu := d.resolve(l)
					f.link(Link{URL: l, Post: pu != nil && d.leadsToPost(pu, "")})
				}
			}
		case "sitemapindex":
			for _, u := range top.all("sitemap") {
				f.link(Link{URL: d.absolute(u.str("loc"))})
			}
		}
	}
	return f, nil
}

// add takes one post in, with the link to its page, which may say more.
func (f *Found) add(d *document, p post.Post) {
	if f.whole(p) && p.URL != "" {
		if u := d.resolve(p.URL); u != nil {
			f.link(Link{URL: withoutFragment(u), Post: true})
		}
	}
}

// whole takes one post in that its own page would only repeat.
func (f *Found) whole(p post.Post) bool {
	if (p.Title == "" && p.Text == "" && len(p.Pictures) == 0) || len(f.Posts) >= MaxPosts {
		return false
	}
	f.Posts = append(f.Posts, p)
	return true
}

// link takes one link in, once.
func (f *Found) link(l Link) {
	if l.URL == "" || len(f.Links) >= MaxLinks {
		return
	}
	for _, have := range f.Links {
		if have.URL == l.URL {
			return
		}
	}
	f.Links = append(f.Links, l)
}

func rssItem(d *document, n *xnode, lang string) post.Post {
	p := post.Post{Method: "adapter", Lang: lang}
	p.Title = cap256(OneLine(n.str("title", "media:title", "dc:title")))
	p.Text = longest(PlainText(n.str("content:encoded", "encoded", "body", "fullitem")), PlainText(n.str("description", "summary", "itunes:summary")))
	if p.Text == "" {
		p.Text = PlainText(n.str("content"))
	}
	guid := n.find("guid")
	p.URL = d.absolute(n.str("link", "feedburner:origLink"))
	if p.URL == "" {
		if l := n.find("link", "atom:link"); l != nil {
			p.URL = d.absolute(l.attr("href"))
		}
	}
	if guid != nil {
		id := strings.TrimSpace(guid.text.String())
		if p.URL == "" && !strings.EqualFold(guid.attr("isPermaLink"), "false") {
			p.URL = d.absolute(id)
		}
		if p.URL == "" {
			p.NativeID = bound(id)
		}
	}
	if p.URL == "" && p.NativeID == "" {
		p.NativeID = bound(n.attr("about"))
	}
	p.PostedAt, _ = ParseTime(n.str("pubdate", "dc:date", "published", "date", "issued"), d.page.FetchedAt)
	fillRecord(&p, record(n), d)
	return p
}

func atomEntry(d *document, n *xnode, lang string) post.Post {
	p := post.Post{Method: "adapter", Lang: lang}
	if l := primaryLang(n.attr("lang")); l != "" {
		p.Lang = l
	}
	p.Title = cap256(OneLine(atomText(n.find("title"))))
	p.Text = PlainText(atomText(n.find("content")))
	p.Text = longest(p.Text, PlainText(atomText(n.find("summary"))))
	base := n.attr("base")
	for _, l := range n.all("link") {
		if rel := l.attr("rel"); rel == "" || rel == "alternate" {
			href := l.attr("href")
			if p.URL = d.absolute(href); p.URL == "" && base != "" {
				p.URL = d.absolute(strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(href, "/"))
			}
			if p.URL != "" {
				break
			}
		}
	}
	id := n.str("id")
	if p.URL == "" {
		p.URL = d.absolute(id)
	}
	if p.URL == "" {
		p.NativeID = bound(id)
	}
	p.PostedAt, _ = ParseTime(n.str("published", "issued", "created", "updated", "modified"), d.page.FetchedAt)
	fillRecord(&p, record(n), d)
	return p
}

// atomText is an Atom text construct as HTML or plain text.
func atomText(n *xnode) string {
	if n == nil {
		return ""
	}
	s := n.markup()
	if strings.EqualFold(n.attr("mode"), "base64") || n.attr("type") == "application/octet-stream" {
		if b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), "")); err == nil {
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
	}
	return s
}

func longest(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}

func bound(id string) string {
	id = strings.TrimSpace(id)
	if len(id) > 300 {
		return ""
	}
	return id
}

// jsonFeed reads JSON Feed (jsonfeed.org).
func jsonFeed(d *document) Found {
	f := Found{Adapter: "feed"}
	v, err := ParseLoose(d.text)
	m, ok := v.(item)
	if err != nil || !ok {
		return f
	}
	lang := primaryLang(str(m["language"]))
	items, _ := m["items"].([]any)
	for _, e := range items[:min(len(items), MaxPosts)] {
		it, ok := e.(item)
		if !ok {
			continue
		}
		p := post.Post{Method: "adapter", Lang: lang, Title: cap256(OneLine(str(it["title"])))}
		if l := primaryLang(str(it["language"])); l != "" {
			p.Lang = l
		}
		if h := str(it["content_html"]); h != "" {
			p.Text = PlainText(h)
		} else if t := str(it["content_text"]); t != "" {
			p.Text = tidy(t)
		} else {
			p.Text = PlainText(str(it["summary"]))
		}
		if p.URL = d.absolute(str(it["url"])); p.URL == "" {
			p.URL = d.absolute(str(it["external_url"]))
		}
		if p.URL == "" {
			p.NativeID = bound(str(it["id"]))
		}
		p.PostedAt, _ = ParseTime(longest(str(it["date_published"]), ""), d.page.FetchedAt)
		if p.PostedAt.IsZero() {
			p.PostedAt, _ = ParseTime(str(it["date_modified"]), d.page.FetchedAt)
		}
		f.add(d, p)
	}
	if n := d.absolute(str(m["next_url"])); n != "" {
		f.link(Link{URL: n, Next: true})
	}
	return f
}
