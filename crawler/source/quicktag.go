package source

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tag is a start tag as the tokenizer of x/net/html would give it.
type tag struct {
	atom atom.Atom
	name string
	attr []html.Attribute
	self bool // it closes itself
}

// startTag reads the start tag whose name begins at q.i, and steps behind it.
func (q *quick) startTag() (tag, bool) {
	s, i := q.s, q.i
	for i < len(s) && !tagEnd(s[i]) {
		i++
	}
	t := tag{name: lowerASCII(s[q.i:i])}
	t.atom = atomOf(t.name)
	attrs := q.in.attributes()
	ended := -1 // where the value of the last attribute did, of those that are kept
	for {
		for i < len(s) && tagSpace(s[i]) {
			i++
		}
		if i == len(s) {
			return t, false
		}
		if s[i] == '>' {
			break
		}
		if s[i] == '/' {
			i++
			continue
		}
		var key, val string
		var ok bool
		if key, val, i, ok = attribute(s, i); !ok {
			return t, false
		}
		key = lowerASCII(key)
		if !slices.ContainsFunc(attrs, func(a html.Attribute) bool { return a.Key == key }) {
			attrs = append(attrs, html.Attribute{Key: key, Val: val})
			if ended = -1; val != "" {
				ended = i
			}
		}
	}
	q.i, t.self = i+1, s[i-1] == '/' && ended != i
	if len(attrs) > 0 {
		t.attr = q.in.keep(attrs)
	}
	return t, true
}

// attribute reads one attribute of s from i on, which is neither white space nor a
// slash nor the end of the tag.
func attribute(s string, i int) (key, val string, end int, ok bool) {
	from := i
	for i++; i < len(s) && s[i] != '=' && !tagEnd(s[i]); i++ {
	}
	key = s[from:i]
	for i < len(s) && tagSpace(s[i]) {
		i++
	}
	if i == len(s) {
		return "", "", i, false
	}
	if s[i] == '/' { // as the tokenizer does, which loses nothing by it
		return key, "", i + 1, true
	}
	if s[i] != '=' {
		return key, "", i, true
	}
	for i++; i < len(s) && tagSpace(s[i]); i++ {
	}
	if i == len(s) {
		return "", "", i, false
	}
	switch c := s[i]; c {
	case '>':
		return key, "", i, true
	case '"', '\'':
		n := strings.IndexByte(s[i+1:], c)
		if n < 0 {
			return "", "", i, false
		}
		val, i = s[i+1:i+1+n], i+n+2
	default:
		from := i
		for i++; i < len(s) && s[i] != '>' && !tagSpace(s[i]); i++ {
		}
		val = s[from:i]
	}
	val, ok = attributeText(val)
	return key, val, i, ok
}

// attributeText undoes the character references of an attribute's value. They follow
// other rules there than in text, for the sake of queries with parameters; what text
// alone cannot tell is not ok.
func attributeText(s string) (string, bool) {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		b.WriteString(s[:i])
		s = s[i:]
		if s == "" {
			return b.String(), true
		}
		n := 1
		if n < len(s) && s[n] == '#' {
			n++
		}
		for n < len(s) && (letter(s[n]) || digit(s[n])) {
			n++
		}
		ends := n < len(s) && s[n] == ';'
		if ends {
			n++
		}
		switch ref := s[:n]; {
		case n == 1, !ends && n < len(s) && s[n] == '=' && s[1] != '#':
			b.WriteString(ref)
		default:
			u := html.UnescapeString(ref)
			if u != ref && (!ends || strings.HasSuffix(u, ";")) && s[1] != '#' {
				return "", false // a part of a name, which counts in text alone
			}
			b.WriteString(u)
		}
		s = s[n:]
		if i = strings.IndexByte(s, '&'); i < 0 {
			i = len(s)
		}
	}
}

// unescaped undoes the character references of text.
func unescaped(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

// endTag reads the end tag whose name begins at q.i, and steps behind it. One with
// attributes is left to the full parser.
func (q *quick) endTag() (tag, bool) {
	s, i := q.s, q.i
	for i < len(s) && !tagEnd(s[i]) {
		i++
	}
	t := tag{name: lowerASCII(s[q.i:i])}
	t.atom = atomOf(t.name)
	for i < len(s) && tagSpace(s[i]) {
		i++
	}
	if i == len(s) || s[i] != '>' {
		return t, false
	}
	q.i = i + 1
	return t, true
}

// rawText reads up to the end tag of name, which it leaves.
func (q *quick) rawText(name string) (string, bool) {
	for i := q.i; ; {
		n := strings.Index(q.s[i:], "</")
		if n < 0 {
			return "", false
		}
		i += n
		if rest := q.s[i+2:]; len(rest) > len(name) && strings.EqualFold(rest[:len(name)], name) && tagEnd(rest[len(name)]) {
			text := q.s[q.i:i]
			q.i = i
			// A script that hides another behind a comment ends by rules of its own.
			return text, name != "script" || !nestsScript(text)
		}
		i += 2
	}
}

// nestsScript reports whether the text of a script opens a comment and another script.
func nestsScript(s string) bool {
	if !strings.Contains(s, "<!--") {
		return false
	}
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		if s = s[i+1:]; len(s) >= len("script") && strings.EqualFold(s[:len("script")], "script") {
			return true
		}
	}
}

// comment reads a comment whose text begins at q.i, and steps behind it.
func (q *quick) comment() (string, bool) {
	text, _, ok := strings.Cut(q.s[q.i:], "-->")
	if !ok || strings.HasPrefix(text, ">") || strings.HasPrefix(text, "->") || strings.Contains(text, "--!>") {
		return "", false
	}
	q.i += len(text) + len("-->")
	return unescaped(text), true
}

func tagSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\f' }

func tagEnd(c byte) bool { return c == '>' || c == '/' || tagSpace(c) }

// atomOf is the atom of a name in lower case, 0 for one that has none.
func atomOf(name string) atom.Atom {
	var b [32]byte // no atom is as long
	if len(name) > len(b) {
		return 0
	}
	return atom.Lookup(b[:copy(b[:], name)])
}

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if c := b[j]; c >= 'A' && c <= 'Z' {
					b[j] = c | 0x20
				}
			}
			return string(b)
		}
	}
	return s
}
