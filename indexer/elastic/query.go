package elastic

import (
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// query writes text and filters in the query DSL. Only a list by relevance needs scores.
func query(e indexer.Expr, q indexer.Query) object {
	filter := filters(q.Filter)
	b := object{}
	switch {
	case e == nil:
	case q.Sort == indexer.Relevance:
		b["must"] = []object{expr(e)}
	default:
		filter = append(filter, expr(e))
	}
	b["filter"] = filter
	return object{"bool": b}
}

func filters(f indexer.Filter) []object {
	out := []object{}
	for _, t := range []struct {
		field  string
		values []string
	}{
		{"id", f.IDs}, {"lang", f.Langs}, {"source", f.Sources}, {"countries", f.Countries}, {"company", f.Companies},
		{"contacts", f.Contacts}, {"rules", f.Rules}, {"concepts", f.Concepts}, {"stance", plain(f.Stances)}, {"state", plain(f.States)},
	} {
		if len(t.values) > 0 || t.field == "id" && t.values != nil {
			out = append(out, object{"terms": object{t.field: t.values}})
		}
	}
	if f.MinLevel != post.LevelNone {
		out = append(out, object{"range": object{"rank": object{"gte": f.MinLevel.Rank()}}})
	}
	if f.Flagged != nil {
		out = append(out, object{"term": object{"flagged": *f.Flagged}})
	}
	if f.Help != nil {
		out = append(out, object{"term": object{"help": *f.Help}})
	}
	for name, want := range map[string]*bool{indexer.MarkVanished: f.Vanished, indexer.MarkChanged: f.Changed} {
		if want != nil {
			out = append(out, mark(indexer.Mark{Name: name, Want: *want}))
		}
	}
	for _, r := range []struct {
		field string
		r     indexer.Range
	}{{"seen", f.Seen}, {"posted", f.Posted}} {
		if limits := limits(r.r); len(limits) > 0 {
			out = append(out, object{"range": object{r.field: limits}})
		}
	}
	return out
}

// mark finds documents by the field of the mark's name, without a score.
func mark(m indexer.Mark) object {
	is := []object{{"term": object{m.Name: true}}}
	if m.Want {
		return object{"bool": object{"filter": is}}
	}
	return object{"bool": object{"must_not": is}} // also what was indexed before the field was there
}

func limits(r indexer.Range) object {
	out := object{}
	for _, end := range []struct {
		name string
		at   time.Time
	}{{"gte", r.From}, {"lt", r.To}} {
		if !end.at.IsZero() {
			out[end.name] = end.at.UnixMicro()
		}
	}
	return out
}

func plain[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func expr(e indexer.Expr) object {
	switch e := e.(type) {
	case indexer.And:
		var is, not []object
		for _, x := range e {
			if n, ok := x.(indexer.Not); ok {
				not = append(not, expr(n.X))
			} else {
				is = append(is, expr(x))
			}
		}
		return object{"bool": object{"must": is, "must_not": not}}
	case indexer.Or:
		var should []object
		for _, x := range e {
			should = append(should, expr(x))
		}
		return object{"bool": object{"should": should, "minimum_should_match": 1}}
	case indexer.Not:
		return object{"bool": object{"must_not": []object{expr(e.X)}}}
	case indexer.Mark:
		return mark(e)
	case indexer.Leaf:
		return leaf(e)
	}
	return object{"match_all": object{}} // there are no others
}

// leaf finds a phrase in the title, where it counts more, or in the body.
func leaf(l indexer.Leaf) object {
	var should []object
	for field, boost := range map[string]float64{"title": 3, "body": 1} {
		should = append(should, phrase(field, l.Terms, l.Prefix, boost))
		if l.Number != "" {
			should = append(should, phrase(field, []string{l.Number}, false, boost))
		}
	}
	return object{"bool": object{"should": should, "minimum_should_match": 1}}
}

// maxExpansions bounds the words that the prefix at the end of a phrase stands for.
const maxExpansions = 4096

func phrase(field string, terms []string, prefix bool, boost float64) object {
	text := strings.Join(terms, " ")
	switch {
	case prefix && len(terms) == 1:
		return object{"prefix": object{field: object{"value": text, "boost": boost}}}
	case prefix:
		return object{"match_phrase_prefix": object{field: object{"query": text, "max_expansions": maxExpansions, "boost": boost}}}
	case len(terms) == 1:
		return object{"term": object{field: object{"value": text, "boost": boost}}}
	}
	return object{"match_phrase": object{field: object{"query": text, "boost": boost}}}
}

func aggregations(q indexer.Query) object {
	out := object{}
	for _, f := range q.Facets {
		field := string(f)
		switch f {
		case indexer.FacetCountry:
			field = "countries"
		case indexer.FacetRule:
			field = "rules"
		}
		out["facet_"+string(f)] = object{"terms": object{
			"field": field, "size": q.FacetSize, "exclude": []string{""},
			"shard_size": 2*q.FacetSize + 1000, // exact counts unless a shard has more values than that
			"order":      []object{{"_count": "desc"}, {"_key": "asc"}},
		}}
	}
	if q.Histogram != "" {
		out["histogram"] = object{"date_histogram": object{"field": "first_seen", "calendar_interval": string(q.Histogram), "min_doc_count": 1}}
	}
	return out
}
