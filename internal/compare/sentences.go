package compare

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Difference is one field that differs; contacts that stand in a title, company, place
// or pay are masked there. From and To are lists for contacts, one
// value else; either may be empty.
type Difference struct {
	Field    string // title, text, company, location, pay, or the kind of a contact
	From, To []string
	Contact  bool // From and To are contacts, in full
	Out, In  int  // words taken out and put in, with text and title
}

// Differences lists what differs between two versions, contacts first.
func Differences(old, now post.Said) (out []Difference) {
	for _, kind := range kinds(old, now) {
		from, to := missing(old, now, kind), missing(now, old, kind)
		if len(from)+len(to) > 0 {
			out = append(out, Difference{Field: kind, From: from, To: to, Contact: true})
		}
	}
	contacts := slices.Concat(old.Contacts, now.Contacts)
	one := func(field, a, b string) {
		if a == b {
			return
		}
		a, b = hide(a, contacts), hide(b, contacts)
		d := Difference{Field: field}
		if a != "" {
			d.From = []string{a}
		}
		if b != "" {
			d.To = []string{b}
		}
		out = append(out, d)
	}
	one("pay", old.Pay, now.Pay)
	one("company", old.Company, now.Company)
	one("location", strings.Join(old.Locations, ", "), strings.Join(now.Locations, ", "))
	one("title", old.Title, now.Title)
	if old.Text != now.Text {
		d := Difference{Field: "text"}
		d.Out, d.In = counts(Words(old.Text, now.Text))
		out = append(out, d)
	}
	return out
}

// hide puts dots in place of the contacts that stand in a title or the like.
func hide(s string, contacts []post.Contact) string {
	for _, c := range contacts {
		for _, form := range []string{c.Raw, c.Value} {
			if len(form) >= 3 {
				s = strings.ReplaceAll(s, form, post.Mask(form))
			}
		}
	}
	return s
}

func kinds(vs ...post.Said) (out []string) {
	for _, v := range vs {
		for _, c := range v.Contacts {
			if !slices.Contains(out, c.Kind) {
				out = append(out, c.Kind)
			}
		}
	}
	slices.Sort(out)
	return out
}

// missing lists the contacts of one kind that a has and b has not.
func missing(a, b post.Said, kind string) (out []string) {
	for _, c := range a.Contacts {
		same := func(x post.Contact) bool { return x.Kind == kind && x.Value == c.Value }
		if c.Kind == kind && !slices.ContainsFunc(b.Contacts, same) && !slices.Contains(out, c.Value) {
			out = append(out, c.Value)
		}
	}
	slices.Sort(out)
	return out
}

// counts is the number of words, spaces and signs left out.
func counts(ps []Piece) (out, in int) {
	for _, p := range ps {
		n := 0
		for _, w := range split(p.Text) {
			if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
				n++
			}
		}
		switch p.Op {
		case Out:
			out += n
		case In:
			in += n
		case Same:
		}
	}
	return out, in
}

// Sentences says what differs, one sentence each, contacts as mask makes them and
// everything cut short.
func Sentences(ds []Difference, mask func(string) string) (out []string) {
	for _, d := range ds {
		field := d.Field
		switch {
		case field == "text":
			out = append(out, fmt.Sprintf("text changed: %d words out, %d in", d.Out, d.In))
			continue
		case d.Contact && field == "phone":
			field = "telephone"
		}
		out = append(out, field+" "+turn(values(d, d.From, mask), values(d, d.To, mask)))
	}
	return out
}

func turn(from, to string) string {
	switch {
	case from == "":
		return "added: " + to
	case to == "":
		return "taken out: " + from
	}
	return "changed from " + from + " to " + to
}

// maxValue bounds one value in a sentence, runes; maxValues how many stand there.
const maxValue, maxValues = 80, 5

func values(d Difference, vs []string, mask func(string) string) string {
	var out []string
	for _, v := range vs[:min(len(vs), maxValues)] {
		if d.Contact {
			v = mask(v)
		}
		if r := []rune(strings.Join(strings.Fields(v), " ")); len(r) > maxValue {
			v = string(r[:maxValue]) + "…"
		}
		out = append(out, v)
	}
	if n := len(vs) - maxValues; n > 0 {
		out = append(out, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(out, ", ")
}

// fewWords is how many words of a text may change without being news: a counter, a
// date, an advert beside the post.
const fewWords = 3

// Material reports whether what differs is worth telling somebody: a contact, pay,
// title, company or place, or more than a few words of the text.
func Material(ds []Difference) bool {
	return slices.ContainsFunc(ds, func(d Difference) bool { return d.Field != "text" || max(d.Out, d.In) > fewWords })
}
