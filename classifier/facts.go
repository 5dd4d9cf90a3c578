package classifier

import (
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
)

// stated is what a post states beside concepts.
type stated struct {
	post.Facts
	named bool // the post names its employer, for what that is worth: see [Classifier.vouches]

	licensed bool // it shows the number of a licence
	age      int  // lowest age it accepts; 0 when it says none
}

// facts reads contacts, pay and places, and marks where they stand, so that
// patterns can speak of them.
func (c *Classifier) facts(p post.Post, title, text fold.Text, lang string, w *work, fields []field) stated {
	f := c.extract.Extract(facts.Input{
		Title: title, Text: text, Company: fold.Fold(p.Company), Location: fold.Fold(strings.Join(p.Locations, "\n")),
		URL: p.URL, Lang: lang, SeenTitle: &fields[0].scan.seen, SeenText: &fields[1].scan.seen,
	})
	var out stated
	out.named = isName(p.Company)
	if f.Licence != nil {
		out.licensed = true
		w.mark(c.marks.licence, f.Licence.Span, fields)
	}
	if f.Age != nil {
		out.age = f.Age.Min
	}
	out.Contacts = slices.Clone(p.Contacts)
	for _, x := range f.Contacts {
		if !slices.ContainsFunc(out.Contacts, func(o post.Contact) bool { return o.Kind == x.Kind && o.Value == x.Value }) {
			out.Contacts = append(out.Contacts, x.Contact)
		}
		w.mark(c.marks.handle, x.Span, fields)
	}
	if f.Salary != nil {
		s := f.Salary.Salary
		out.Salary = &s
	}
	if p.Salary != nil { // pay that a page gives as data goes before what its text says, if it says how much
		if s := c.extract.Stated(*p.Salary, lang, ""); s.USDMonth != 0 || out.Salary == nil {
			out.Salary = &s
		}
	}
	for _, x := range f.Places {
		if !slices.ContainsFunc(out.Places, func(o post.Place) bool { return o.ID == x.ID }) {
			out.Places = append(out.Places, x.Place)
		}
		w.mark(c.marks.place, x.Span, fields)
		if x.Risk == "high" {
			w.mark(c.marks.hotspot, x.Span, fields)
		}
		if home := c.homes[lang]; home != "" && x.Country != "" && !strings.Contains(home, x.Country) {
			w.mark(c.marks.far, x.Span, fields)
		}
	}
	return out
}

// mark adds a mark where a fact stands, unless that is in no field that patterns see.
func (w *work) mark(class int, s facts.Span, fields []field) {
	for _, f := range fields {
		if f.name != s.Field || s.From >= s.To || s.To > len(f.scan.text) {
			continue
		}
		w.hits.insert(class, hit{
			start: int32(s.From) + f.shift, end: int32(s.To) + f.shift, value: -1, lang: -1, neutral: true,
			p0: f.scan.pos[s.From] + f.posShift, p1: f.scan.pos[s.To-1] + f.posShift,
		})
	}
}

// insert adds a hit where it belongs in the order of the text.
func (h *hits) insert(class int, x hit) {
	h.add(class, x)
	list := h.by[class]
	for i := len(list) - 1; i > 0 && list[i].p0 < list[i-1].p0; i-- {
		list[i], list[i-1] = list[i-1], list[i]
	}
}
