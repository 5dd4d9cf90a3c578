package web

import (
	"net/http"

	"github.com/lurewatch/lurewatch/indexer"
)

// helpShow lists posts in which somebody may need help. They are never flagged,
// never on a takedown list, and not shown to viewers.
func (d *Desk) helpShow(v *visit) error {
	f := readFilters(v)
	q, err := f.query(v.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	q.Filter.Help = new(true)
	q.Facets = []indexer.Facet{indexer.FacetLang, indexer.FacetSource, indexer.FacetCountry, indexer.FacetState}
	l, _, err := d.list(v, f, q)
	if err != nil {
		return err
	}
	return d.render(v, http.StatusOK, "help", "May need help", l)
}
