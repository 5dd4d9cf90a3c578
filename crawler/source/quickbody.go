package source

import (
	"slices"

	"golang.org/x/net/html/atom"
)

// scope bounds where an open element is looked for.
type scope int

const (
	anyScope scope = iota
	listScope
	buttonScope
	tableScope
)

// find returns the place of the innermost open element that is one of what, within a
// scope; -1 when there is none.
func (q *quick) find(s scope, what ...atom.Atom) int {
	for i := len(q.open) - 1; i > 0; i-- {
		a := q.open[i].DataAtom
		if slices.Contains(what, a) {
			return i
		}
		switch a {
		case atom.Html, atom.Table:
			return -1
		case atom.Caption, atom.Td, atom.Th, atom.Select:
			if s != tableScope {
				return -1
			}
		case atom.Ol, atom.Ul:
			if s == listScope {
				return -1
			}
		case atom.Button:
			if s == buttonScope {
				return -1
			}
		}
	}
	return -1
}

// close closes the innermost of what within a scope, if there is one.
func (q *quick) close(s scope, what ...atom.Atom) bool {
	i := q.find(s, what...)
	return i < 0 || q.cut(i)
}

// closeP closes the paragraph that a block ends.
func (q *quick) closeP() bool { return q.ps == 0 || q.close(buttonScope, atom.P) }

// imply closes what needs no end tag, up to an element of another kind or but.
func (q *quick) imply(but atom.Atom) {
	for {
		switch a := q.top().DataAtom; a {
		case atom.P:
			q.ps--
		case atom.Dd, atom.Dt, atom.Li, atom.Optgroup, atom.Option, atom.Rb, atom.Rp, atom.Rt, atom.Rtc:
			if a == but {
				return
			}
		default:
			return
		}
		q.open = q.open[:len(q.open)-1]
	}
}

func (q *quick) startInBody(t tag) bool {
	switch q.top().DataAtom {
	case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Colgroup:
		return q.startInTable(t)
	}
	switch t.atom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset,
		atom.Figcaption, atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Search, atom.Section,
		atom.Summary, atom.Ul, atom.Pre, atom.Listing:
		return q.closeP() && q.push(t)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if !q.closeP() {
			return false
		}
		switch q.top().DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			q.open = q.open[:len(q.open)-1]
		}
		return q.push(t)
	case atom.Li:
		return q.closeItem(atom.Li, atom.Li) && q.closeP() && q.push(t)
	case atom.Dd, atom.Dt:
		return q.closeItem(atom.Dd, atom.Dt) && q.closeP() && q.push(t)
	case atom.A:
		for _, n := range q.open {
			if n.DataAtom == atom.A {
				return false
			}
		}
		sorted(t.attr)
		return q.push(t)
	case atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		sorted(t.attr)
		return q.push(t)
	case atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr, atom.Param, atom.Source, atom.Track,
		atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta:
		q.add(t)
		return true
	case atom.Image:
		t.atom = atom.Img
		q.add(t)
		return true
	case atom.Svg:
		return q.startSVG(t)
	case atom.Input:
		if !q.close(anyScope, atom.Select) {
			return false
		}
		q.add(t)
		return true
	case atom.Hr:
		if !q.closeP() || q.find(anyScope, atom.Select) >= 0 {
			return false
		}
		q.add(t)
		return true
	case atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript:
		return q.raw(t)
	case atom.Form:
		if q.form != nil {
			return true
		}
		if !q.closeP() || !q.push(t) {
			return false
		}
		q.form = q.top()
		return true
	case atom.Button:
		return q.find(anyScope, atom.Button) < 0 && q.push(t)
	case atom.Select:
		return q.find(anyScope, atom.Select) < 0 && q.push(t)
	case atom.Option:
		if q.find(anyScope, atom.Select) >= 0 {
			q.imply(atom.Optgroup)
		} else if q.top().DataAtom == atom.Option {
			q.open = q.open[:len(q.open)-1]
		}
		return q.push(t)
	case atom.Optgroup:
		if q.find(anyScope, atom.Select) >= 0 {
			q.imply(0)
		} else if q.top().DataAtom == atom.Option {
			q.open = q.open[:len(q.open)-1]
		}
		return q.push(t)
	case atom.Table:
		// In a paragraph it depends on the doctype.
		return (q.ps == 0 || q.find(buttonScope, atom.P) < 0) && q.push(t)
	case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr:
		i := q.find(tableScope, atom.Td, atom.Th)
		return i > 0 && q.cut(i) && q.startInTable(t)
	case atom.Html, atom.Body:
		at := q.open[1]
		if t.atom == atom.Body {
			at = q.open[2]
		}
		complete(at, t)
		return true
	case atom.Head:
		return true
	case atom.Applet, atom.Frame, atom.Frameset, atom.Marquee, atom.Math, atom.Nobr, atom.Object,
		atom.Plaintext, atom.Rb, atom.Rp, atom.Rt, atom.Rtc, atom.Template, atom.Xmp:
		return false
	}
	return q.push(t) // span, label and all that nobody knows
}

// closeItem closes the list item that another one ends.
func (q *quick) closeItem(one, other atom.Atom) bool {
	for i := len(q.open) - 1; i > 0; i-- {
		switch a := q.open[i].DataAtom; {
		case a == one || a == other:
			return q.cut(i)
		case a == atom.Address || a == atom.Div || a == atom.P || !special(a):
		default:
			return true
		}
	}
	return true
}

// startInTable takes a start tag where the current element is a part of a table, but
// not a cell.
func (q *quick) startInTable(t tag) bool {
	switch top := q.top().DataAtom; t.atom {
	case atom.Script, atom.Style:
		return top != atom.Colgroup && q.raw(t)
	case atom.Caption, atom.Colgroup:
		return top == atom.Table && q.push(t)
	case atom.Col:
		if top != atom.Colgroup {
			return false
		}
		q.add(t)
		return true
	case atom.Tbody, atom.Tfoot, atom.Thead:
		return q.backTo(atom.Table) && q.push(t)
	case atom.Tr:
		switch top {
		case atom.Table:
			if !q.push(tag{atom: atom.Tbody}) {
				return false
			}
		case atom.Tr:
			q.open = q.open[:len(q.open)-1]
		case atom.Colgroup:
			return false
		}
		return q.push(t)
	case atom.Td, atom.Th:
		return top == atom.Tr && q.push(t)
	}
	return false
}

// backTo closes rows and groups of rows up to a part of the table.
func (q *quick) backTo(part atom.Atom) bool {
	for {
		switch a := q.top().DataAtom; a {
		case part:
			return true
		case atom.Tr, atom.Tbody, atom.Tfoot, atom.Thead:
			q.open = q.open[:len(q.open)-1]
		default:
			return false
		}
	}
}

func (q *quick) endInBody(t tag) bool {
	switch q.top().DataAtom {
	case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Colgroup:
		return q.endInTable(t)
	}
	switch t.atom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Button, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl,
		atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol,
		atom.Pre, atom.Search, atom.Section, atom.Select, atom.Summary, atom.Ul:
		if q.find(anyScope, t.atom) < 0 {
			return true
		}
		q.imply(0)
		return q.close(anyScope, t.atom)
	case atom.Form:
		i := q.find(anyScope, atom.Form)
		form := q.form
		if q.form = nil; form == nil || i < 0 || q.open[i] != form {
			return true
		}
		q.imply(0)
		return q.top() == form && q.cut(i)
	case atom.P:
		if q.find(buttonScope, atom.P) < 0 {
			q.add(tag{atom: atom.P})
			return true
		}
		return q.close(buttonScope, atom.P)
	case atom.Li:
		return q.close(listScope, atom.Li)
	case atom.Dd, atom.Dt:
		return q.close(anyScope, t.atom)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return q.close(anyScope, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	case atom.Br:
		q.add(t)
		return true
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		if q.top().DataAtom != t.atom {
			return false
		}
		q.open = q.open[:len(q.open)-1]
		return true
	case atom.Caption, atom.Td, atom.Th:
		i := q.find(tableScope, t.atom)
		return i > 0 && q.cut(i)
	case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
		i := q.find(tableScope, atom.Td, atom.Th)
		return i > 0 && q.find(tableScope, t.atom) > 0 && q.cut(i) && q.endInTable(t)
	case atom.Applet, atom.Col, atom.Colgroup, atom.Marquee, atom.Nobr, atom.Object, atom.Template:
		return false
	}
	for i := len(q.open) - 1; i > 0; i-- {
		n := q.open[i]
		if n.DataAtom == t.atom && (t.atom != 0 || n.Data == t.name) {
			return q.cut(i)
		}
		if special(n.DataAtom) {
			break
		}
	}
	return true
}

// endInTable takes an end tag where the current element is a part of a table, but
// not a cell.
func (q *quick) endInTable(t tag) bool {
	top := q.top().DataAtom
	switch t.atom {
	case atom.Colgroup:
		return top == atom.Colgroup && q.cut(len(q.open)-1)
	case atom.Tr:
		return top == atom.Tr && q.cut(len(q.open)-1)
	case atom.Tbody, atom.Tfoot, atom.Thead, atom.Table:
		return q.backTo(t.atom) && q.cut(len(q.open)-1)
	}
	return false
}

// special elements end the search for what an end tag may close.
func special(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Applet, atom.Area, atom.Article, atom.Aside, atom.Base, atom.Basefont, atom.Bgsound, atom.Blockquote, atom.Body,
		atom.Br, atom.Button, atom.Caption, atom.Center, atom.Col, atom.Colgroup, atom.Dd, atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Embed,
		atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.Frame, atom.Frameset, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Head, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Iframe, atom.Img, atom.Input, atom.Keygen, atom.Li, atom.Link, atom.Listing, atom.Main,
		atom.Marquee, atom.Menu, atom.Meta, atom.Nav, atom.Noembed, atom.Noframes, atom.Noscript, atom.Object, atom.Ol, atom.P, atom.Param, atom.Plaintext,
		atom.Pre, atom.Script, atom.Section, atom.Select, atom.Source, atom.Style, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Template, atom.Textarea,
		atom.Tfoot, atom.Th, atom.Thead, atom.Title, atom.Tr, atom.Track, atom.Ul, atom.Wbr, atom.Xmp:
		return true
	}
	return false
}
