package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

// selection is the part of a statement that says which documents a query is about.
type selection struct {
	from  string // tables; the rowid of a document is n
	n     string
	where []string
	args  []any
	fts   bool
}

func selectionOf(q indexer.Query, e indexer.Expr) (selection, error) {
	s := selection{from: "docs d", n: "d.n"}
	f := q.Filter
	dated := !f.Seen.From.IsZero() || !f.Seen.To.IsZero() || !f.Posted.From.IsZero() || !f.Posted.To.IsZero() || f.IDs != nil
	if m := match(e, f); m != "" {
		s.fts, s.from, s.n = true, "fts", "fts.rowid"
		if dated {
			s.from = "fts CROSS JOIN docs d ON d.n = fts.rowid" // CROSS: FTS5 outside, so that its order holds
		}
		s.add("fts MATCH ?", m)
	}
	for _, b := range []struct {
		test string
		at   time.Time
	}{
		{"d.first_seen >= ?", f.Seen.From}, {"d.first_seen < ?", f.Seen.To},
		{"d.posted >= ?", f.Posted.From}, {"d.posted < ?", f.Posted.To},
	} {
		if !b.at.IsZero() {
			s.add(b.test, b.at.UnixMicro())
		}
	}
	if f.IDs != nil {
		list, err := json.Marshal(f.IDs)
		if err != nil {
			return s, err
		}
		s.add("d.id IN (SELECT value FROM json_each(?))", string(list))
	}
	return s, nil
}

func (s *selection) add(test string, args ...any) {
	s.where = append(s.where, test)
	s.args = append(s.args, args...)
}

// sql is the statement SELECT columns FROM … WHERE ….
func (s selection) sql(columns string) string {
	out := "SELECT " + columns + " FROM " + s.from
	if len(s.where) > 0 {
		out += " WHERE " + strings.Join(s.where, " AND ")
	}
	return out
}

// Search answers a query from one snapshot of the file.
func (x *Index) Search(ctx context.Context, q indexer.Query) (indexer.Page, error) {
	q, e, err := q.Check()
	if err != nil {
		return indexer.Page{}, err
	}
	at, err := q.Place()
	if err != nil {
		return indexer.Page{}, err
	}
	s, err := selectionOf(q, e)
	if err != nil {
		return indexer.Page{}, fmt.Errorf("search: %w", err)
	}
	tx, err := x.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return indexer.Page{}, x.explain("search", err)
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	page := indexer.Page{Hits: []indexer.Hit{}}
	if err := tx.QueryRowContext(ctx, s.sql("count(*)"), s.args...).Scan(&page.Total); err != nil {
		return page, x.explain("search", err)
	}
	if err := x.hits(ctx, tx, q, e, s, at, &page); err != nil {
		return page, x.explain("search", err)
	}
	if err := count(ctx, tx, q, s, &page); err != nil {
		return page, x.explain("search", err)
	}
	return page, nil
}

// hits reads one page, and one document more to know whether another follows.
func (x *Index) hits(ctx context.Context, tx *sql.Tx, q indexer.Query, e indexer.Expr, s selection, at *indexer.Place, page *indexer.Page) error {
	if q.Limit == 0 {
		return nil
	}
	if at == nil {
		at = &indexer.Place{}
	}
	limit := q.Limit + 1
	score, direction := "0", "DESC"
	switch {
	case q.Sort == indexer.Relevance:
		// Among texts of equal worth the newest first; without words all are equal.
		if s.fts && e != nil {
			score = "bm25(fts, 3.0, 1.0, 0.0)"
		}
		limit = min(limit, indexer.MaxRelevant-at.Offset)
	case q.Sort == indexer.Oldest:
		direction = "ASC"
		if at.Order != 0 {
			s.add(s.n+" > ?", at.Order)
		}
	case at.Order != 0:
		s.add(s.n+" < ?", at.Order)
	}
	// The page is cut first, so that only its documents are read. Without a score
	// the inner order is the one in which FTS5 finds, and nothing is sorted.
	inner, outer := s.n+" "+direction, "l.n "+direction
	if score != "0" {
		inner, outer = "score, "+inner, "l.score, "+outer
	}
	//nolint:gosec // constants and numbers; the values are bound
	text := fmt.Sprintf("SELECT l.n, b.doc FROM (%s ORDER BY %s LIMIT %d OFFSET %d) l JOIN bodies b ON b.n = l.n ORDER BY %s",
		s.sql(s.n+" AS n, "+score+" AS score"), inner, limit, at.Offset, outer)
	rows, err := tx.QueryContext(ctx, text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var a indexer.Analyzer
	var last int64
	for rows.Next() {
		if len(page.Hits) == q.Limit {
			page.Next = q.Next(indexer.Place{Order: last})
			if q.Sort == indexer.Relevance {
				page.Next = q.Next(indexer.Place{Offset: at.Offset + q.Limit})
			}
			break
		}
		var blob []byte
		if err := rows.Scan(&last, &blob); err != nil {
			return err
		}
		doc, err := x.decode(blob)
		if err != nil {
			return err
		}
		hit := indexer.Hit{Doc: doc}
		if q.Highlight {
			hit.Highlights = indexer.Highlights(&a, e, doc.Post)
		}
		page.Hits = append(page.Hits, hit)
	}
	return rows.Err()
}
