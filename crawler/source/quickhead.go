package source

import (
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// start takes a start tag before, in and after the head.
func (q *quick) start(t tag) bool {
	if t.atom == atom.Html && q.state != beforeHTML && q.state != inBody { // a second one
		complete(q.open[1], t)
		return true
	}
	switch q.state {
	case beforeHTML:
		if t.atom == atom.Html {
			q.state = beforeHead
			return q.push(t)
		}
	case beforeHead:
		if t.atom == atom.Head {
			q.state = inHead
			return q.push(t)
		}
	case inHead:
		switch t.atom {
		case atom.Head:
			return true
		case atom.Template:
			return false
		case atom.Noscript:
			return q.raw(t)
		}
		if inHeads(t.atom) {
			return q.startInHead(t)
		}
	case afterHead:
		switch t.atom {
		case atom.Head:
			return true
		case atom.Template, atom.Frameset:
			return false
		case atom.Body:
			q.state = inBody
			return q.push(t)
		}
		if inHeads(t.atom) {
			q.open = append(q.open, q.head)
			ok := q.startInHead(t)
			q.open = q.open[:2]
			return ok
		}
	case inBody:
		if q.top().Namespace != "" {
			return q.startForeign(t)
		}
		return q.startInBody(t)
	default: // behind the body it goes on
		q.state = inBody
		return q.startInBody(t)
	}
	return q.implied() && q.start(t)
}

// implied opens or closes the element whose tag was left out before or after the head.
func (q *quick) implied() bool {
	switch q.state {
	case beforeHTML:
		q.state = beforeHead
		return q.push(tag{atom: atom.Html})
	case beforeHead:
		q.state = inHead
		return q.push(tag{atom: atom.Head})
	case inHead:
		return q.endHead()
	case afterHead:
		q.state = inBody
		return q.push(tag{atom: atom.Body})
	}
	return false
}

func (q *quick) endHead() bool {
	q.state, q.head = afterHead, q.top()
	q.open = q.open[:len(q.open)-1]
	return true
}

// inHeads are elements that stand in a head.
func inHeads(a atom.Atom) bool {
	switch a {
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta, atom.Script, atom.Style, atom.Noframes, atom.Title:
		return true
	}
	return false
}

func (q *quick) startInHead(t tag) bool {
	switch t.atom {
	case atom.Script, atom.Style, atom.Noframes, atom.Title:
		return q.raw(t)
	}
	q.add(t)
	return true
}

// complete gives an element the attributes of another tag for it that it has not.
func complete(n *html.Node, t tag) {
	for _, a := range t.attr {
		if !slices.ContainsFunc(n.Attr, func(b html.Attribute) bool { return b.Key == a.Key }) {
			n.Attr = append(n.Attr, a)
		}
	}
}
