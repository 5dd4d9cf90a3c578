package source

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text is what a reader sees of n: block elements and line breaks are line
// breaks, list items and table rows are lines, scripts and styles are gone.
// A contact that hides behind a link (tel:, mailto:, a chat invitation) is
// written out after the words of the link. It is at most [MaxText] bytes.
func Text(n *html.Node) string {
	w := textWriter{max: MaxText}
	w.node(n, false)
	return w.String()
}

// PlainText reads a field that may be plain text, HTML, or HTML escaped once
// more (as feeds and JSON-LD do), and gives it as [Text] does.
func PlainText(s string) string {
	if len(s) > 8*MaxText {
		s = strings.ToValidUTF8(s[:8*MaxText], "")
	}
	for range 3 {
		switch {
		case hasTags(s):
			if !hasBlocks(s) { // line ends are all the structure there is
				s = strings.NewReplacer("\r\n", "<br>", "\n", "<br>", "\r", "<br>").Replace(s)
			}
			s = textOf(s)
		case strings.Contains(s, "&"):
			u := html.UnescapeString(s)
			if u == s {
				return tidy(s)
			}
			s = u
		default:
			return tidy(s)
		}
	}
	return tidy(s)
}

// textOf is the text of a piece of HTML.
func textOf(s string) string {
	in := idle.take()
	defer idle.release(in)
	n, ok := quickHTML(s, in)
	if !ok {
		n = parseHTML(s)
	}
	return Text(n)
}

// OneLine is PlainText without line breaks, for titles and names.
func OneLine(s string) string {
	return strings.Join(strings.Fields(PlainText(s)), " ")
}

// hasTags reports whether s holds at least one thing that reads as an HTML tag.
func hasTags(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+2 >= len(s) {
			return false
		}
		s = s[i+1:]
		rest := strings.TrimPrefix(s, "/")
		j := 0
		for j < len(rest) && j < 12 && (rest[j]|0x20 >= 'a' && rest[j]|0x20 <= 'z' || j > 0 && rest[j] >= '0' && rest[j] <= '9') {
			j++
		}
		if j > 0 && j < len(rest) && strings.IndexByte("> /\t\r\n", rest[j]) >= 0 && atom.Lookup([]byte(strings.ToLower(rest[:j]))) != 0 &&
			strings.IndexByte(rest[:min(len(rest), 2000)], '>') >= 0 {
			return true
		}
		if strings.HasPrefix(s, "!--") {
			return true
		}
	}
}

func hasBlocks(s string) bool {
	low := strings.ToLower(s)
	for _, t := range []string{"<br", "<p>", "<p ", "</p", "<div", "</li", "<li", "<h1", "<h2", "<h3", "<h4", "<tr"} {
		if strings.Contains(low, t) {
			return true
		}
	}
	return false
}

// tidy normalises plain text: one space between words, at most one empty line
// between paragraphs, no control characters.
func tidy(s string) string {
	w := textWriter{max: MaxText}
	for i, line := range strings.Split(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n") {
		if i > 0 {
			w.nl = min(w.nl+1, 2)
		}
		w.inline(line)
	}
	return w.String()
}

// textWriter builds text; line breaks and spaces wait until a word follows.
type textWriter struct {
	b     strings.Builder
	nl    int  // line breaks wanted before the next word
	sp    bool // a space is wanted before the next word
	cell  bool // a cell border is wanted before the next word of the same line
	max   int
	links int
	skip  map[*html.Node]bool // elements to leave out
}

func (w *textWriter) String() string { return strings.TrimRight(w.b.String(), " \n") }

func (w *textWriter) full() bool { return w.b.Len() >= w.max }

// brk asks for n line breaks; breaks do not add up.
func (w *textWriter) brk(n int) {
	w.nl = max(w.nl, n)
	w.cell = false
}

// flush writes what waits before a word.
func (w *textWriter) flush() {
	if w.b.Len() > 0 {
		switch {
		case w.nl > 0:
			w.b.WriteString("\n\n"[:min(w.nl, 2)])
		case w.cell:
			w.b.WriteString(" | ")
		case w.sp:
			w.b.WriteByte(' ')
		}
	}
	w.nl, w.sp, w.cell = 0, false, false
}

// inline writes text in which all white space counts as one space.
func (w *textWriter) inline(s string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	for i := 0; i < len(s) && !w.full(); {
		if n := plainRun(s[i:]); n > 0 {
			w.flush()
			n = min(n, max(1, w.max-w.b.Len()))
			w.b.WriteString(s[i : i+n])
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case unicode.IsSpace(r):
			w.sp = true
		case r < ' ', r == 0x7F, r == '\u00AD', r == '\uFEFF':
		default:
			w.flush()
			w.b.WriteRune(r)
		}
	}
}

// plainRun is how many bytes of visible ASCII s begins with.
func plainRun(s string) int {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return i
		}
	}
	return len(s)
}

// pre writes text whose line ends count.
func (w *textWriter) pre(s string) {
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			w.nl = min(w.nl+1, 2)
			w.sp = false
		}
		w.inline(line)
	}
}

// node writes n. The parser bounds the depth of this recursion at 512.
func (w *textWriter) node(n *html.Node, pre bool) {
	if w.full() {
		return
	}
	switch n.Type {
	case html.TextNode:
		if pre {
			w.pre(n.Data)
		} else {
			w.inline(n.Data)
		}
		return
	case html.ElementNode:
		if unseen(n) || w.skip[n] {
			return
		}
	case html.DocumentNode:
	default:
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.nl, w.sp = min(w.nl+1, 2), false
		return
	case atom.Img:
		if alt := attr(n, "alt"); emoji(alt) {
			w.inline(alt)
		}
		return
	case atom.Td, atom.Th:
		w.cell = w.nl == 0 && w.b.Len() > 0
	case atom.Pre, atom.Listing, atom.Xmp:
		pre = true
	}
	gap := breaks[n.DataAtom]
	if gap > 0 {
		w.brk(gap)
	}
	start := w.b.Len()
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, pre)
	}
	if n.DataAtom == atom.A || hasAttr(n, "data-cfemail") {
		w.contact(n, w.b.String()[start:])
	}
	if gap > 0 {
		w.brk(gap)
	}
}

// contact writes the address behind a link unless the words of the link say it.
func (w *textWriter) contact(n *html.Node, shown string) {
	c := ContactLink(n)
	if c == "" || w.links >= 50 || strings.Contains(squash(shown), squash(c)) {
		return
	}
	if at := strings.LastIndexByte(c, '/'); at >= 0 && at+1 < len(c) && strings.Contains(squash(shown), squash(c[at+1:])) {
		return
	}
	w.links++
	w.sp = true
	w.inline("(" + c + ")")
}

// squash drops all but letters and digits, in lower case.
func squash(s string) string { return string(appendSquashed(make([]byte, 0, len(s)), s)) }

func appendSquashed(b []byte, s string) []byte {
	n := len(b)
	b = slices.Grow(b, len(s))[:n+len(s)]
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return appendSquashedRunes(b[:n], s[i:])
		}
		if b[n] = squashed[c]; squashed[c] != 0 {
			n++
		}
	}
	return b[:n]
}

// squashed is what becomes of ASCII: 0 for what is dropped.
var squashed = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case letter(c):
			t[c] = c | 0x20
		case digit(c):
			t[c] = c
		}
	}
	return t
}()

func appendSquashedRunes(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
			i++
		case c >= 'A' && c <= 'Z':
			b = append(b, c|0x20)
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			i += n
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b = utf8.AppendRune(b, unicode.ToLower(r))
			}
		}
	}
	return b
}

// words is all that a reader of d sees, squashed.
func (d *document) words() []byte {
	var b []byte
	if d.tree(); d.in != nil {
		b = d.in.words[:0]
	}
	b = slices.Grow(b, len(d.text))
	each(d.tree(), func(n *html.Node) bool {
		if n.Type == html.TextNode {
			b = appendSquashed(b, n.Data)
		}
		return n.Type != html.ElementNode || !unseen(n)
	})
	if d.in != nil {
		d.in.words = b
	}
	return b
}

// chatHosts are the hosts whose links are a way to reach somebody.
var chatHosts = map[string]bool{
	"t.me": true, "telegram.me": true, "wa.me": true, "api.whatsapp.com": true, "chat.whatsapp.com": true, "line.me": true, "lin.ee": true,
	"zalo.me": true, "m.me": true, "signal.me": true, "signal.group": true, "open.kakao.com": true, "u.wechat.com": true, "weixin.qq.com": true,
	"invite.viber.com": true, "vb.me": true, "wpa.qq.com": true, "qm.qq.com": true, "discord.gg": true,
}

// ContactLink is the way to reach somebody that the link n holds, or "": a phone
// number, a mail address (Cloudflare's scrambled ones too), or a chat link.
// Links that only share the page are none.
func ContactLink(n *html.Node) string {
	if x := attr(n, "data-cfemail"); x != "" {
		return cfEmail(x)
	}
	href := strings.TrimSpace(attr(n, "href"))
	if len(href) > 300 {
		return ""
	}
	if _, x, ok := strings.Cut(href, "/cdn-cgi/l/email-protection#"); ok {
		return cfEmail(x)
	}
	scheme, rest, ok := strings.Cut(href, ":")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "?")
	if v, err := url.PathUnescape(rest); err == nil {
		rest = v
	}
	switch strings.ToLower(scheme) {
	case "tel", "sms", "callto", "mailto", "whatsapp", "skype":
		return strings.Trim(rest, "/ ")
	case "tg", "viber", "weixin", "line", "zalo", "mqqwpa", "kakaotalk":
		return href
	case "http", "https":
		u, err := url.Parse(href)
		if err != nil || !chatHosts[strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")] {
			return ""
		}
		q := u.Query()
		if strings.Contains(u.Path, "share") || strings.HasPrefix(u.Path, "/R/msg") || q.Has("url") || q.Has("text") && !q.Has("phone") && len(strings.Trim(u.Path, "/")) < 5 {
			return ""
		}
		if u.Path == "" || u.Path == "/" {
			if !q.Has("phone") {
				return ""
			}
		}
		return href
	}
	return ""
}

// cfEmail undoes Cloudflare's mail scrambling: hex bytes, XORed with the first.
func cfEmail(x string) string {
	if len(x) < 4 || len(x) > 256 || len(x)%2 != 0 {
		return ""
	}
	b := make([]byte, 0, len(x)/2)
	for i := 0; i < len(x); i += 2 {
		hi, lo := unhex(x[i]), unhex(x[i+1])
		if hi < 0 || lo < 0 {
			return ""
		}
		b = append(b, byte(hi<<4|lo))
	}
	for i := range b[1:] {
		b[i+1] ^= b[0]
	}
	if !utf8.Valid(b[1:]) || !strings.Contains(string(b[1:]), "@") {
		return ""
	}
	return string(b[1:])
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// emoji reports a short alternative text that is a picture sign, not a caption.
func emoji(alt string) bool {
	if alt == "" || len(alt) > 32 {
		return false
	}
	for _, r := range alt {
		if unicode.IsLetter(r) || unicode.IsDigit(r) && r > 0x7F || r == ' ' {
			return false
		}
	}
	return alt[0] > 0x7F || strings.HasSuffix(alt, "\u20E3")
}

// unseen reports elements that hold nothing to read. Text hidden by style is
// dropped: a reader of the page does not see it.
func unseen(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Select, atom.Option, atom.Textarea, atom.Input, atom.Svg, atom.Math,
		atom.Iframe, atom.Object, atom.Canvas, atom.Audio, atom.Video, atom.Title:
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			v := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
			if strings.Contains(v, "display:none") || strings.Contains(v, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// breaks is how many line breaks an element puts before and after itself.
var breaks = map[atom.Atom]int{
	atom.P: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Ul: 1, atom.Ol: 1, atom.Dl: 1, atom.Table: 2, atom.Blockquote: 2, atom.Pre: 2,
	atom.Div: 1, atom.Section: 1, atom.Article: 1, atom.Header: 1, atom.Footer: 1, atom.Main: 1, atom.Aside: 1, atom.Nav: 1, atom.Li: 1, atom.Tr: 1, atom.Dt: 1, atom.Dd: 1,
	atom.Form: 1, atom.Fieldset: 1, atom.Figure: 1, atom.Figcaption: 1, atom.Address: 1, atom.Hr: 2, atom.Center: 1, atom.Details: 1, atom.Summary: 1, atom.Caption: 1,
	atom.Thead: 1, atom.Tbody: 1, atom.Tfoot: 1, atom.Body: 1, atom.Html: 1, atom.Button: 1, atom.Label: 0, atom.Dir: 1, atom.Menu: 1, atom.Hgroup: 1, atom.Legend: 1,
}

// skipSet is the set of elements under s that sel matches.
func skipSet(s *goquery.Selection, sel string) map[*html.Node]bool {
	m := map[*html.Node]bool{}
	for _, n := range s.Find(sel).Nodes {
		m[n] = true
	}
	return m
}

// ContactAddress reports whether an address is a way to reach somebody.
func ContactAddress(href string) bool { return contactOf(href) != "" }

func contactOf(href string) string {
	return ContactLink(&html.Node{Type: html.ElementNode, DataAtom: atom.A, Attr: []html.Attribute{{Key: "href", Val: href}}})
}
