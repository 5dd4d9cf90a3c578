package source

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fittings are what stands in the middle of a page and are no part of its text:
// the form by which one applies, rows of other posts, hints that a script shows
// later. It is found while the page is weighed.
type fittings struct {
	form  bool // a form to apply with was struck out
	rows  int  // rows of other posts that were struck out
	bytes int  // what these rows hold
}

// Bounds on fittings. The first three were set on real pages with forms and lists.
const (
	formProse   = 250  // bytes of words for each control, above which a form holds a text
	formFields  = 6    // controls from which a form is more than a contact form
	minCards    = 5    // rows from which blocks of one shape are a list
	cardMax     = 1500 // bytes of one row
	awayMax     = 300  // bytes of a hidden hint; a longer one is a text behind "read more"
	cardMinimum = 12
)

// applyForm reports a form whose words are the names of its fields. A form that
// frameworks lay around the whole page is none.
func applyForm(n *html.Node, weight int) bool {
	if n.DataAtom != atom.Form {
		return false
	}
	fields, files, whole := 0, 0, false
	each(n, func(c *html.Node) bool {
		if control(c) {
			fields++
		}
		if c.DataAtom == atom.Input {
			switch strings.ToLower(attr(c, "type")) {
			case "hidden":
				name := attr(c, "name")
				whole = whole || strings.HasPrefix(name, "__") || strings.HasPrefix(name, "javax.faces")
			case "file":
				files++
			}
		}
		return !whole
	})
	if whole || weight >= formProse*max(fields, 1) {
		return false
	}
	return files > 0 && fields > 1 || fields >= formFields
}

// control reports a field of a form that somebody has to fill in.
func control(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Select, atom.Textarea:
		return true
	case atom.Input:
		switch strings.ToLower(attr(n, "type")) {
		case "hidden", "submit", "button", "image", "search", "radio", "checkbox", "reset":
			return false
		}
		return true
	}
	return false
}

// away reports an element that its class hides until a script shows it. One that
// tells how to reach somebody is no hint, nor is a long text.
func (m measure) away(n *html.Node) bool {
	class := attr(n, "class")
	if class == "" {
		return false
	}
	is, known := m.hidden[class]
	if !known {
		is = hiddenClass(class)
		m.hidden[class] = is
	}
	if !is {
		return false
	}
	s := Text(n)
	return len(s) <= awayMax && !hasContact(s)
}

// hiddenClass reports a class by which style sheets hide at every width.
func hiddenClass(class string) bool {
	hides := false
	for t := range strings.FieldsSeq(class) {
		switch t {
		case "d-none", "hide", "hidden", "is-hidden", "u-hidden", "invisible", "uk-hidden":
			hides = true
		default:
			if strings.HasPrefix(t, "d-") || strings.HasPrefix(t, "show") || strings.Contains(t, ":") {
				return false // shown at some width
			}
		}
	}
	return hides
}

// sibling is a child of an element with its weight, as cards compares them.
type sibling struct {
	node   *html.Node
	weight int
	links  int
}

// shape is what blocks of one list share.
type shape struct {
	tag   atom.Atom
	class string
}

// cards are the children that form a list of links to elsewhere: many blocks of
// one shape, each with a link of its own that is no contact.
func cards(all []sibling) []sibling {
	if len(all) < minCards {
		return nil
	}
	groups := map[shape][]sibling{}
	total := map[shape]int{}
	for _, s := range all {
		switch s.node.DataAtom {
		case atom.Li, atom.Tr, atom.Div, atom.Article, atom.Section, atom.A, atom.Dd:
		default:
			continue
		}
		k := shape{tag: s.node.DataAtom}
		for t := range strings.FieldsSeq(attr(s.node, "class")) {
			k.class = t
			break
		}
		if s.weight+s.links >= cardMinimum {
			total[k]++
		}
		if n := s.weight + s.links; n >= cardMinimum && n <= cardMax && (s.links > 4 || s.node.DataAtom == atom.A) {
			groups[k] = append(groups[k], s)
		}
	}
	var best []sibling
	for k, g := range groups {
		if len(g) >= minCards && len(g)*5 >= total[k]*4 && len(g) > len(best) && elsewhere(g) {
			best = g
		}
	}
	return best
}

// elsewhere reports whether the rows lead to places of their own and none of them
// tells how to reach somebody.
func elsewhere(rows []sibling) bool {
	places := map[string]bool{}
	for _, r := range rows {
		a := first(r.node, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "href") != "" })
		if a == nil || ContactLink(a) != "" {
			continue
		}
		if href := attr(a, "href"); !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "javascript:") {
			places[href] = true
		}
	}
	if len(places) < minCards {
		return false
	}
	for _, r := range rows {
		if hasContact(Text(r.node)) {
			return false
		}
	}
	return true
}
