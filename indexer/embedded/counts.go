package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

// column of a facet that has one value a document; empty for the others.
func column(f indexer.Facet) string {
	switch f {
	case indexer.FacetLang, indexer.FacetSource, indexer.FacetLevel, indexer.FacetState, indexer.FacetStance:
		return string(f)
	}
	return ""
}

// count adds facets and histogram, all from one pass over the matching rowids.
func count(ctx context.Context, tx *sql.Tx, q indexer.Query, s selection, page *indexer.Page) error {
	if len(q.Facets) == 0 && q.Histogram == "" {
		return nil
	}
	var parts []string
	for i, f := range slices.Compact(slices.Sorted(slices.Values(q.Facets))) {
		parts = append(parts, facetSQL(i, f))
	}
	if q.Histogram != "" {
		// Days since 1970, rounded down also before it.
		parts = append(parts, `SELECT 'histogram', CAST((d.first_seen - ((d.first_seen % 86400000000) + 86400000000) % 86400000000) / 86400000000 AS TEXT), count(*) FROM m JOIN docs d ON d.n = m.n GROUP BY 2`)
	}
	//nolint:gosec // every part is a constant; the values are bound
	text := "WITH m AS MATERIALIZED (" + s.sql(s.n+" AS n") + ") " + strings.Join(parts, " UNION ALL ")
	rows, err := tx.QueryContext(ctx, text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	page.Facets = make(map[indexer.Facet][]indexer.Bucket, len(q.Facets))
	for _, f := range q.Facets {
		page.Facets[f] = []indexer.Bucket{}
	}
	days := map[int64]int64{}
	for rows.Next() {
		var of, value string
		var n int64
		if err := rows.Scan(&of, &value, &n); err != nil {
			return err
		}
		if of == "histogram" {
			var day int64
			if _, err := fmt.Sscan(value, &day); err != nil {
				return err
			}
			days[day] += n
			continue
		}
		page.Facets[indexer.Facet(of)] = append(page.Facets[indexer.Facet(of)], indexer.Bucket{Value: value, Count: n})
	}
	for f, b := range page.Facets {
		page.Facets[f] = indexer.Top(b, q.FacetSize)
	}
	if q.Histogram != "" {
		page.Histogram = bins(days, q.Histogram)
	}
	return rows.Err()
}

func facetSQL(i int, f indexer.Facet) string {
	if c := column(f); c != "" {
		return fmt.Sprintf(`SELECT '%s', d.%s, count(*) FROM m JOIN docs d ON d.n = m.n WHERE d.%s <> '' GROUP BY 2`, f, c, c)
	}
	kind := kindRule
	if f == indexer.FacetCountry {
		kind = kindCountry
	}
	return fmt.Sprintf(`SELECT '%s', f%d.value, count(*) FROM m JOIN facets f%d ON f%d.n = m.n AND f%d.kind = %s GROUP BY 2`, f, i, i, i, i, kind)
}

// bins gathers days into the bins of a histogram.
func bins(days map[int64]int64, by indexer.Interval) []indexer.Bin {
	sums := map[time.Time]int64{}
	for day, n := range days {
		sums[indexer.BinStart(time.Unix(day*86400, 0), by)] += n
	}
	out := make([]indexer.Bin, 0, len(sums))
	for start, n := range sums {
		out = append(out, indexer.Bin{Start: start, Count: n})
	}
	slices.SortFunc(out, func(a, b indexer.Bin) int { return a.Start.Compare(b.Start) })
	return out
}
