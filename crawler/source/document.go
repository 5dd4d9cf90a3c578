package source

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// kind is the broad shape of a document.
type kind int

const (
	kindHTML kind = iota
	kindJSON
	kindXML
	kindText
	kindBinary
)

// document is a page, decoded once and parsed at most once.
type document struct {
	page    Page
	text    string // decoded to UTF-8
	charset string // what it was decoded from
	kind    kind
	url     *url.URL // of the page; nil when unknown
	root    *html.Node
	in      *nursery // where the nodes are; nil when they are on their own
	survey           // what one walk of root has gathered
	base    *url.URL // what relative links are relative to; nil when unknown
	found   *[]Link  // links, once they have been gathered
	own     *string  // canonical, once it has been looked for
	tongue  *string  // lang, once it has been looked for
	main    *region  // the main region, once it has been looked for
}

// document returns p decoded, from the cache when auto has done so before.
func (p Page) document() *document {
	if p.doc != nil {
		return p.doc
	}
	body := p.Body
	if len(body) > MaxBody {
		body = body[:MaxBody]
	}
	d := &document{page: p}
	d.text, d.charset = Decode(body, p.ContentType)
	d.kind = sniff(d.text, p.ContentType, body)
	if u, err := url.Parse(p.URL); err == nil && u.IsAbs() && u.Host != "" {
		d.url, d.base = u, u
	}
	if d.base == nil && d.kind == kindHTML {
		d.adoptAddress()
		d.own = nil
	}
	return d
}

// adoptAddress takes the address that a saved page gives itself, so that its
// relative links can be followed.
func (d *document) adoptAddress() {
	if u, err := url.Parse(d.canonical()); err == nil && u.Host != "" {
		d.base = u
	} else if u, err := url.Parse(d.meta("og:url")); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		d.base = u
	}
}

// sniff tells the kind of a decoded body. What it starts with counts for more
// than what the server calls it: job feeds arrive as text/html and JSON as
// text/plain every day.
func sniff(s, contentType string, raw []byte) kind {
	head := strings.TrimLeft(s[:min(len(s), 4096)], " \t\r\n\uFEFF")
	low := strings.ToLower(head[:min(len(head), 512)])
	ct, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	ct = strings.TrimSpace(ct)
	switch {
	case binary(raw):
		return kindBinary
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "["):
		if ct == "text/html" && looseStartsHTML(low) {
			return kindHTML
		}
		return kindJSON
	case strings.HasPrefix(low, "<!doctype html"), strings.HasPrefix(low, "<html"):
		return kindHTML
	case strings.HasPrefix(low, "<?xml"), strings.HasPrefix(low, "<rss"), strings.HasPrefix(low, "<feed"), strings.HasPrefix(low, "<rdf:rdf"), strings.HasPrefix(low, "<urlset"), strings.HasPrefix(low, "<sitemapindex"):
		if r := rootName(s); r == "html" {
			return kindHTML
		}
		return kindXML
	case strings.Contains(ct, "html"):
		return kindHTML
	case strings.HasSuffix(ct, "/xml"), strings.HasSuffix(ct, "+xml"):
		return kindXML
	case strings.Contains(ct, "json"):
		return kindJSON
	case strings.HasPrefix(head, "<"):
		if xmlRoots[rootName(s)] {
			return kindXML
		}
		return kindHTML
	case ct == "text/plain":
		return kindText
	case looksMarkup(s):
		return kindHTML
	default:
		return kindText
	}
}

// looseStartsHTML reports a template brace in front of markup.
func looseStartsHTML(low string) bool {
	return strings.Contains(low, "<html") || strings.Contains(low, "<!doctype")
}

// binary reports bytes that no charset explains. UTF-16 has its NULs in every
// other place and is told apart by Decode.
func binary(b []byte) bool {
	if len(b) == 0 || utf16Guess(b) != "" {
		return false
	}
	ct := http.DetectContentType(b)
	switch {
	case strings.HasPrefix(ct, "image/"), strings.HasPrefix(ct, "video/"), strings.HasPrefix(ct, "audio/"), strings.HasPrefix(ct, "font/"),
		ct == "application/pdf", ct == "application/zip", ct == "application/x-gzip", ct == "application/x-rar-compressed":
		return true
	}
	head := b[:min(len(b), 1024)]
	return bytes.Count(head, []byte{0})*20 > len(head)
}

// looksMarkup reports text that holds tags although it does not begin with one.
func looksMarkup(s string) bool {
	low := strings.ToLower(s[:min(len(s), 8192)])
	for _, t := range []string{"<p>", "<p ", "<br", "<div", "<li", "<table", "<span", "<a href", "</"} {
		if strings.Contains(low, t) {
			return true
		}
	}
	return false
}

// tree is the parsed HTML of d. It is never nil.
func (d *document) tree() *html.Node {
	if d.root == nil {
		s := d.text
		if d.kind == kindText {
			s = "<pre>" + html.EscapeString(s) + "</pre>"
		}
		d.root = d.parse(s)
		d.survey = surveyOf(d.root)
		if d.baseHref != "" {
			if u := d.resolve(d.baseHref); u != nil {
				d.base = u
			}
		}
	}
	return d.root
}

// parse parses s, into a nursery if it is in good order.
func (d *document) parse(s string) *html.Node {
	in := idle.take()
	if n, ok := quickHTML(s, in); ok {
		d.in = in
		return n
	}
	idle.release(in)
	return parseHTML(s)
}

// release forgets the tree of d, of which nobody may hold a node any more.
func (d *document) release() {
	if d.in != nil {
		idle.release(d.in)
	}
	d.in, d.root, d.survey, d.main = nil, nil, survey{}, nil
}

// query is the goquery view of d.
func (d *document) query() *goquery.Document { return goquery.NewDocumentFromNode(d.tree()) }

// resolve makes ref absolute against the base, nil when that is impossible.
func (d *document) resolve(ref string) *url.URL {
	ref = strings.TrimFunc(ref, func(r rune) bool { return r <= ' ' })
	if ref == "" || len(ref) > 4096 || !utf8.ValidString(ref) {
		return nil
	}
	if strings.ContainsAny(ref, "\t\n\r ") {
		ref = strings.NewReplacer("\t", "", "\n", "", "\r", "", " ", "%20").Replace(ref)
	}
	u, err := url.Parse(ref)
	if err != nil {
		return nil
	}
	if d.base != nil {
		u = d.base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil
	}
	return u
}

// absolute is resolve as a string without fragment, empty when impossible.
func (d *document) absolute(ref string) string {
	u := d.resolve(ref)
	if u == nil {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// lang is the primary subtag of the language that the document declares.
func (d *document) lang() string {
	if d.tongue == nil {
		l := d.findLang()
		d.tongue = &l
	}
	return *d.tongue
}

func (d *document) findLang() string {
	d.tree()
	if n := d.html; n != nil {
		for _, k := range []string{"lang", "xml:lang"} {
			if l := primaryLang(attr(n, k)); l != "" {
				return l
			}
		}
	}
	if l := primaryLang(d.meta("content-language", "og:locale")); l != "" {
		return l
	}
	return ""
}

// primaryLang is the primary subtag of a BCP 47 tag, in lower case; "" for what
// is none.
func primaryLang(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), ",")
	if i := strings.IndexAny(s, "-_"); i >= 0 {
		s = s[:i]
	}
	if len(s) < 2 || len(s) > 3 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	switch s {
	case "cn", "tw":
		return "zh"
	case "vn":
		return "vi"
	case "kh", "cam":
		return "km"
	case "in":
		return "id"
	case "iw":
		return "he"
	case "und", "mul", "zxx":
		return ""
	}
	return s
}

// meta is the content of the first meta element that carries one of the names
// (name, property, itemprop or http-equiv), the names in order of preference.
func (d *document) meta(names ...string) string {
	d.tree()
	for _, k := range names {
		if v := d.metas[k]; v != "" {
			return v
		}
	}
	return ""
}

// canonical is the address that the document gives itself, when it is on the
// same site and no plain home page: many templates name that on every page.
func (d *document) canonical() string {
	if d.own == nil {
		c := d.findCanonical()
		d.own = &c
	}
	return *d.own
}

func (d *document) findCanonical() string {
	d.tree()
	for _, ref := range []string{d.canonHref, d.meta("og:url")} {
		u := d.resolve(ref)
		if u == nil {
			continue
		}
		u.Fragment, u.RawFragment = "", ""
		if d.url != nil {
			if !sameSite(u.Hostname(), d.url.Hostname()) {
				continue
			}
			if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && strings.Trim(d.url.Path, "/")+d.url.RawQuery != "" {
				continue
			}
		} else if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
			continue
		}
		return u.String()
	}
	return ""
}

// address is the best URL for the one post of d.
func (d *document) address() string {
	if c := d.canonical(); c != "" {
		return c
	}
	if d.url != nil {
		u := *d.url
		u.Fragment, u.RawFragment = "", ""
		return u.String()
	}
	return ""
}

// sameSite reports whether two hosts share their last two labels, or are equal.
// It is no public-suffix rule: it only guards against an address elsewhere.
func sameSite(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	last := func(h string) string {
		p := strings.Split(strings.ToLower(strings.TrimSuffix(h, ".")), ".")
		return strings.Join(p[max(0, len(p)-2):], ".")
	}
	return last(a) == last(b)
}
