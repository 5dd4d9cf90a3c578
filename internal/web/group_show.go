package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// maxGroup bounds how many posts one decision covers.
const maxGroup = 100

type groupPage struct {
	ID       string
	Rows     []row
	Total    int64
	Reasons  []string
	Contacts int
}

// groupShow lists the flagged open posts that share a contact with one post, so
// that sixty posts with one phone number are one decision.
func (d *Desk) groupShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	page := groupPage{ID: doc.Post.ID, Reasons: post.Reasons(), Contacts: len(reachable(contactsOf(doc)))}
	if f, ok := groupFilter(doc); ok {
		p, err := d.find(v, indexer.Query{Filter: f, Limit: maxGroup})
		if err != nil {
			return err
		}
		for _, h := range p.Hits {
			r, err := d.row(v.Context(), h)
			if err != nil {
				return err
			}
			r.Link = postPath(h.Doc.Post.ID) + "?back=" + url.QueryEscape(v.URL.RequestURI())
			page.Rows = append(page.Rows, r)
		}
		page.Total = p.Total
		page.Rows = slices.DeleteFunc(page.Rows, func(r row) bool { return r.State != post.StateOpen })
	}
	return d.render(v, http.StatusOK, "group", "Posts that share a contact", page)
}
