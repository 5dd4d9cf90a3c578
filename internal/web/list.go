package web

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// row is one post in a list.
type row struct {
	indexer.Doc
	Link        string // to the post, with the way back
	Headline    []segment
	Snippet     []segment
	FromPicture bool   // Snippet was read from a picture
	Same        []row  // posts further down the page that share a contact with it
	Group       string // link to all posts that share a contact; empty for who cannot decide
	Reach       int    // flagged open posts that share a contact with it, itself included; 0 when it names none
}

// list is a page of posts.
type list struct {
	Filters filters
	Rows    []row
	Total   int64
	Facets  []facet
	Next    string // link; empty on the last page
	First   string // link; empty on the first page
	Notice  string // why there is nothing
}

// find runs q for a visitor: testimonies are for reviewers only.
func (d *Desk) find(v *visit, q indexer.Query) (indexer.Page, error) {
	if !v.user.Role.Includes(ledger.RoleReviewer) {
		q.Filter.Help = new(false)
	}
	hits := q
	hits.Facets, hits.Histogram = nil, ""
	p, err := d.opt.Index.Search(v.Context(), hits)
	if err != nil || len(q.Facets) == 0 && q.Histogram == "" {
		return p, err
	}
	counted, err := d.counts.of(v.Context(), q)
	p.Facets, p.Histogram = counted.Facets, counted.Histogram
	return p, err
}

// list fills a page of posts from a query. What a search cannot understand is told on the page.
func (d *Desk) list(v *visit, f filters, q indexer.Query) (list, indexer.Page, error) {
	l := list{Filters: f}
	if q.Cursor != "" {
		l.First = f.Self()
	}
	p, err := d.find(v, q)
	if errors.Is(err, indexer.ErrQuery) {
		l.Notice = "The search cannot be understood: " + strings.TrimPrefix(err.Error(), indexer.ErrQuery.Error()+": ")
		return l, p, nil
	}
	if err != nil {
		return l, p, err
	}
	l.Total = p.Total
	if p.Next != "" {
		l.Next = f.page(p.Next)
	}
	titles := map[string]string{}
	for _, h := range p.Hits {
		r, err := d.row(v.Context(), h)
		if err != nil {
			return l, p, err
		}
		r.Link = postPath(h.Doc.Post.ID) + "?back=" + url.QueryEscape(v.URL.RequestURI())
		if r.Reach > 1 && v.user.Role.Includes(ledger.RoleReviewer) {
			r.Group = postPath(h.Doc.Post.ID) + "/group"
		}
		l.Rows = append(l.Rows, r)
		for _, rule := range h.Doc.Verdict.Rules {
			titles[rule.ID] = rule.Title
		}
	}
	l.Facets = d.facets(f, q.Facets, p, titles)
	return l, p, nil
}

func (d *Desk) row(ctx context.Context, h indexer.Hit) (row, error) {
	r := row{Doc: h.Doc}
	// The ledger knows of a decision before the index does.
	ds, err := d.opt.Ledger.Decisions(ctx, h.Doc.Post.ID)
	if err != nil {
		return r, err
	}
	if len(ds) > 0 {
		r.State, _ = post.StateOf(ds)
	}
	if r.Reach, err = d.reach(ctx, h.Doc); err != nil {
		return r, err
	}
	contacts := contactsOf(h.Doc)
	marks := map[string][]stretch{}
	for _, hl := range h.Highlights {
		marks[hl.Field] = append(marks[hl.Field], stretch{Start: hl.Start, End: hl.End, Found: true})
	}
	for _, s := range h.Doc.Verdict.Spans {
		if len(marks[s.Field]) < 200 {
			marks[s.Field] = append(marks[s.Field], stretch{Start: s.Start, End: s.End, Num: 1})
		}
	}
	p := h.Doc.Post
	r.Headline = excerpt(p.Title, marks["title"], contacts, 160)
	text, at := wordsOf(p)
	words := marks["text"]
	if r.FromPicture = at >= 0; r.FromPicture {
		words = nil
		for _, m := range marks["picture"] {
			if m.Start, m.End = m.Start-at, m.End-at; m.Start >= 0 && m.End <= len(text) {
				words = append(words, m)
			}
		}
	}
	r.Snippet = excerpt(text, words, contacts, 260)
	return r, nil
}

// fold puts rows that share a contact under the first of them, so that sixty
// posts with one phone number are one thing to look at.
func fold(rows []row) []row {
	var out []row
	first := map[string]int{} // by contact
	for _, r := range rows {
		values := reachable(contactsOf(r.Doc))
		at := -1
		for _, val := range values {
			if i, ok := first[val]; ok {
				at = i
				break
			}
		}
		if at >= 0 {
			out[at].Same = append(out[at].Same, r)
		} else {
			at = len(out)
			out = append(out, r)
		}
		for _, val := range values {
			if _, ok := first[val]; !ok {
				first[val] = at
			}
		}
	}
	return out
}

// excerpt is about n characters of text, from a little before its first mark.
func excerpt(text string, marks []stretch, contacts []post.Contact, n int) []segment {
	all := slices.Concat(marks, hidden(text, contacts))
	from := len(text)
	for _, m := range marks {
		from = min(from, max(m.Start, 0))
	}
	if from == len(text) || utf8.RuneCountInString(text) <= n {
		from = 0
	}
	for back := 0; from > 0 && back < 40; back++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	to := from
	for i := 0; i < n && to < len(text); i++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	part := make([]stretch, 0, len(all))
	for _, m := range all {
		if m.Start, m.End = m.Start-from, m.End-from; m.End > 0 && m.Start < to-from {
			part = append(part, m)
		}
	}
	segs := segments(strings.Map(oneLine, text[from:to]), part)
	if from > 0 {
		segs = append([]segment{{Text: "… "}}, segs...)
	}
	if to < len(text) {
		segs = append(segs, segment{Text: " …"})
	}
	return segs
}

// oneLine makes a line break a space of the same length in bytes.
func oneLine(r rune) rune {
	if r < utf8.RuneSelf && unicode.IsSpace(r) {
		return ' '
	}
	return r
}

// contactsOf joins the contacts that a page stated and those read from its text,
// in every spelling that was found, so that each can be hidden.
func contactsOf(doc indexer.Doc) []post.Contact {
	return slices.Concat(doc.Verdict.Facts.Contacts, doc.Post.Contacts, codesOf(doc))
}

// distinct drops other spellings of the same contact.
func distinct(all []post.Contact) []post.Contact {
	var out []post.Contact
	for _, c := range all {
		if !slices.ContainsFunc(out, func(o post.Contact) bool { return o.Kind == c.Kind && o.Value == c.Value }) {
			out = append(out, c)
		}
	}
	return out
}

// reachable lists the values by which posts are grouped. A web address is none:
// many posts that have nothing else in common name the same one.
func reachable(all []post.Contact) []string {
	var out []string
	for _, c := range all {
		if c.Kind != "url" && c.Kind != codeKind && c.Value != "" && !slices.Contains(out, c.Value) && len(out) < 50 {
			out = append(out, c.Value)
		}
	}
	return out
}

// groupFilter finds the flagged open posts that share a contact with doc.
func groupFilter(doc indexer.Doc) (indexer.Filter, bool) {
	values := reachable(contactsOf(doc))
	return indexer.Filter{Contacts: values, Flagged: new(true), States: []post.State{post.StateOpen}}, len(values) > 0
}

// reach counts the flagged open posts that share a contact with doc, itself included.
func (d *Desk) reach(ctx context.Context, doc indexer.Doc) (int, error) {
	f, ok := groupFilter(doc)
	if !ok {
		return 0, nil
	}
	p, err := d.opt.Index.Search(ctx, indexer.Query{Filter: f, Limit: -1})
	return int(p.Total), err
}
