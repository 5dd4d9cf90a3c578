package source

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lurewatch/lurewatch/internal/post"
)

// structured reads schema.org JobPosting from JSON-LD, microdata and RDFa, the
// first of them that holds one.
type structured struct{}

func (structured) Name() string { return "structured" }

func (structured) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	if d.kind == kindBinary {
		return Found{}, ErrNotText
	}
	f := Found{Canonical: d.canonical(), Links: d.links(), Adapter: "structured"}
	f.Posts = structuredPosts(d)
	f.illustrate(d)
	return f, nil
}

func structuredPosts(d *document) []post.Post {
	for _, read := range []func(*document) []post.Post{jsonLD, microdataPosts, rdfaPosts} {
		if posts := read(d); len(posts) > 0 {
			return posts
		}
	}
	return nil
}

// jsonLD reads every JSON-LD script of d.
func jsonLD(d *document) []post.Post {
	ids := map[string]item{}
	var jobs []item
	d.tree()
	for _, n := range d.jsonLD {
		for _, v := range scriptValues(n.FirstChild.Data) {
			jobs = append(jobs, jobPostings(v, ids)...)
		}
	}
	return postsOf(d, jobs, ids, "json-ld")
}

// scriptValues reads the JSON values of one script. Some pages escape the whole
// script as HTML.
func scriptValues(s string) []any {
	if !strings.ContainsAny(s, `"'`) && strings.Contains(s, "&quot;") {
		s = html.UnescapeString(s)
	}
	if v, ok := strict(strings.TrimPrefix(s, "\uFEFF")); ok {
		return []any{withoutPrefixes(v)}
	}
	out := moreValues(s)
	for i := range out {
		out[i] = withoutPrefixes(out[i])
	}
	return out
}

// postsOf maps the items, drops repeats and gives each post an address.
func postsOf(d *document, jobs []item, ids map[string]item, method string) []post.Post {
	r := jobReader{doc: d, ids: ids, method: method}
	var out []post.Post
	seen := map[string]bool{}
	for _, m := range jobs {
		p, ok := r.post(m)
		key := p.NativeID + "\x1f" + p.Title + "\x1f" + p.Company + "\x1f" + strings.Join(p.Locations, "|") + "\x1f" + p.Text
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, p)
	}
	address(d, out)
	return out
}

// address settles the URL of each post: the page's own for a page of one post,
// the post's own where several share a page, or the page's with a fragment that
// stays the same as long as the post does.
func address(d *document, posts []post.Post) {
	own := d.address()
	if len(posts) == 1 {
		if own != "" && (d.canonical() != "" || posts[0].URL == "") {
			posts[0].URL = own
		}
		return
	}
	used := map[string]bool{}
	for i := range posts {
		p := &posts[i]
		if p.URL == "" || p.URL == own || used[p.URL] {
			if own == "" {
				p.URL = ""
				continue
			}
			h := fnv.New64a()
			fmt.Fprintf(h, "%s\x1f%s\x1f%s", p.Title, p.Company, strings.Join(p.Locations, "|"))
			p.URL = fmt.Sprintf("%s#post-%016x", own, h.Sum64())
		}
		used[p.URL] = true
	}
}

// linkValued elements carry their value in an attribute, by the microdata
// standard. For names and titles people mean the words, so only URLs use it.
var linkValued = map[atom.Atom]string{
	atom.A: "href", atom.Area: "href", atom.Link: "href", atom.Img: "src", atom.Audio: "src", atom.Embed: "src", atom.Iframe: "src", atom.Source: "src", atom.Video: "src",
	atom.Object: "data", atom.Data: "value", atom.Meter: "value",
}

// urlProps are properties whose value is an address.
var urlProps = map[string]bool{"url": true, "sameAs": true, "image": true, "logo": true, "mainEntityOfPage": true}

// value is what a property element says.
func value(n *html.Node, name string) string {
	if v := attr(n, "content"); v != "" {
		return v
	}
	if n.DataAtom == atom.Time {
		if v := attr(n, "datetime"); v != "" {
			return v
		}
	}
	if k := linkValued[n.DataAtom]; k != "" && (urlProps[name] || n.DataAtom != atom.A) {
		if v := attr(n, k); v != "" {
			return v
		}
	}
	return Text(n)
}

// microdataPosts reads itemscope/itemprop (WHATWG HTML, 5 Microdata), itemref
// included.
func microdataPosts(d *document) []post.Post {
	root := d.tree()
	byID := map[string]*html.Node{}
	var scopes []*html.Node
	each(root, func(n *html.Node) bool {
		if n.Type == html.ElementNode {
			if id := attr(n, "id"); id != "" && byID[id] == nil {
				byID[id] = n
			}
			if hasAttr(n, "itemscope") && localType(attr(n, "itemtype")) == "JobPosting" {
				scopes = append(scopes, n)
			}
		}
		return true
	})
	m := microdata{byID: byID, budget: 100_000}
	var jobs []item
	for _, n := range scopes[:min(len(scopes), MaxPosts)] {
		jobs = append(jobs, m.scope(n, 0))
	}
	return postsOf(d, jobs, nil, "microdata")
}

type microdata struct {
	byID   map[string]*html.Node
	budget int
}

func (m *microdata) scope(n *html.Node, depth int) item {
	it := item{"@type": attr(n, "itemtype")}
	if depth > 16 {
		return it
	}
	m.under(n, it, depth)
	for id := range strings.FieldsSeq(attr(n, "itemref")) {
		if ref := m.byID[id]; ref != nil && ref != n {
			m.prop(ref, it, depth)
		}
	}
	return it
}

func (m *microdata) under(n *html.Node, it item, depth int) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		m.prop(c, it, depth)
	}
}

func (m *microdata) prop(n *html.Node, it item, depth int) {
	if m.budget--; m.budget < 0 || n.Type != html.ElementNode {
		return
	}
	var v any
	names := attr(n, "itemprop")
	scoped := hasAttr(n, "itemscope")
	if names != "" {
		if scoped {
			child := m.scope(n, depth+1)
			if len(child) == 1 { // a scope without properties: its words are its value
				child["name"] = Text(n)
			}
			v = child
		}
		for name := range strings.FieldsSeq(names) {
			name = localType(name)
			if v == nil || !scoped {
				v = value(n, name)
			}
			addProp(it, name, v)
		}
	}
	if !scoped {
		m.under(n, it, depth)
	}
}

// addProp adds a value; a property that comes again becomes a list.
func addProp(it item, name string, v any) {
	switch old := it[name].(type) {
	case nil:
		it[name] = v
	case []any:
		if len(old) < 200 {
			it[name] = append(old, v)
		}
	default:
		it[name] = []any{old, v}
	}
}

// rdfaPosts reads RDFa Lite 1.1: vocab, typeof, property, resource, prefix.
func rdfaPosts(d *document) []post.Post {
	var jobs []item
	budget := 100_000
	each(d.tree(), func(n *html.Node) bool {
		if n.Type == html.ElementNode && rdfaTyped(n) && len(jobs) < MaxPosts {
			it := item{"@type": "JobPosting"}
			rdfaUnder(n, it, 0, &budget)
			jobs = append(jobs, it)
		}
		return true
	})
	return postsOf(d, jobs, nil, "rdfa")
}

func rdfaTyped(n *html.Node) bool {
	for t := range strings.FieldsSeq(attr(n, "typeof")) {
		if localType(t) == "JobPosting" {
			return true
		}
	}
	return false
}

func rdfaUnder(n *html.Node, it item, depth int, budget *int) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if *budget--; *budget < 0 || depth > 400 {
			return
		}
		if c.Type != html.ElementNode {
			continue
		}
		names := attr(c, "property")
		if names == "" {
			names = attr(c, "rel")
		}
		if hasAttr(c, "typeof") {
			child := item{"@type": attr(c, "typeof")}
			rdfaUnder(c, child, depth+1, budget)
			if len(child) == 1 {
				child["name"] = Text(c)
			}
			if attr(c, "property") != "" {
				for name := range strings.FieldsSeq(names) {
					addProp(it, localType(name), child)
				}
			}
			continue
		}
		if attr(c, "property") != "" {
			for name := range strings.FieldsSeq(names) {
				name = localType(name)
				addProp(it, name, value(c, name))
			}
		}
		rdfaUnder(c, it, depth+1, budget)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
