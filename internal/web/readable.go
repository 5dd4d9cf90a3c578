package web

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// unseen lists elements whose content a browser does not show as text.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true,
	atom.Head: true, atom.Svg: true, atom.Iframe: true, atom.Object: true,
}

// ownLine lists elements that begin on a line of their own.
var ownLine = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Br: true, atom.Li: true, atom.Tr: true, atom.H1: true, atom.H2: true,
	atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Section: true, atom.Article: true,
	atom.Header: true, atom.Footer: true, atom.Table: true, atom.Ul: true, atom.Ol: true, atom.Blockquote: true,
	atom.Pre: true, atom.Dt: true, atom.Dd: true, atom.Nav: true, atom.Main: true, atom.Aside: true, atom.Form: true, atom.Option: true,
}

// readable is the text of an HTML page, a line for each block. It reads token by
// token, so neither depth nor broken nesting costs it anything.
func readable(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxArchived + 1)
	var b strings.Builder
	var inside atom.Atom // the unseen element that we are in
	depth := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return tidy(b.String())
		case html.TextToken:
			if inside == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case inside == 0 && unseen[a]:
				inside, depth = a, 1
			case inside == 0 && ownLine[a]:
				b.WriteByte('\n')
			case inside != 0 && a == inside:
				depth++
			case inside == atom.Head && a == atom.Body: // a head that was never closed
				inside = 0
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if inside != 0 && a == inside {
				if depth--; depth == 0 {
					inside = 0
				}
			} else if inside == 0 && ownLine[a] {
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			name, _ := z.TagName()
			if inside == 0 && ownLine[atom.Lookup(name)] {
				b.WriteByte('\n')
			}
		}
	}
}

// tidy undoes entities, joins spaces, and leaves at most one empty line between two others.
func tidy(s string) string {
	var b strings.Builder
	empty := 0
	for line := range strings.SplitSeq(html.UnescapeString(s), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 && empty > 0 {
			b.WriteByte('\n')
		}
		empty = 0
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}
