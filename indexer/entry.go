package indexer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Entry is a document as the backends file it: terms, and exact values.
type Entry struct {
	Title     string // terms of the title
	Body      string // terms of everything else that can be searched, with a [Gap] between fields
	Lang      string // lower case
	Source    string
	Company   string   // see [CompanyKey]
	Countries []string // sorted, upper case
	Contacts  []string // see [ContactKey], sorted
	Rules     []string // ids, sorted
	Concepts  []string // sorted
	Stance    post.Stance
	State     post.State
	Level     post.Level
	Flagged   bool
	Help      bool
	Vanished  bool // its page is gone, or stands there without it
	Changed   bool // its page was seen to show another text
	FirstSeen time.Time
	Posted    time.Time // zero when unknown
}

// LevelNone is what a facet calls [post.LevelNone].
const LevelNone = "none"

// EntryOf makes the entry of a document. a may be shared by calls that follow
// each other; without one, Title and Body stay empty.
func EntryOf(a *Analyzer, d Doc) Entry {
	e := Entry{
		Lang: exact(strings.ToLower(d.Verdict.Lang)), Source: exact(d.Post.Source), Company: CompanyKey(d.Post.Company),
		Stance: d.Verdict.Stance, State: d.State, Level: d.Verdict.Level,
		Flagged: d.Verdict.Flagged, Help: d.Verdict.Help,
		Vanished: !d.VanishedAt().IsZero(), Changed: d.HasChanged(),
		FirstSeen: d.FirstSeen, Posted: d.Post.PostedAt,
	}
	if e.Lang == "" {
		e.Lang = exact(strings.ToLower(d.Post.Lang))
	}
	for _, p := range d.Verdict.Facts.Places {
		e.Countries = append(e.Countries, strings.ToUpper(p.Country))
	}
	var spoken []string
	for _, cs := range [][]post.Contact{d.Post.Contacts, d.Verdict.Facts.Contacts} {
		for _, c := range cs {
			e.Contacts = append(e.Contacts, ContactKey(c.Value))
			spoken = append(spoken, c.Value)
		}
	}
	for _, r := range d.Verdict.Rules {
		e.Rules = append(e.Rules, r.ID)
	}
	e.Concepts = slices.Clone(d.Verdict.Facts.Concepts)
	for _, set := range []*[]string{&e.Countries, &e.Contacts, &e.Rules, &e.Concepts} {
		*set = sorted(mapped(*set, exact))
	}
	if a != nil {
		e.Title, e.Body = text(a, d.Post, sorted(spoken))
	}
	return e
}

// SameText reports that two documents have the same Title and Body, without making them.
func SameText(a, b Doc) bool {
	return a.Post.Title == b.Post.Title && a.Post.Text == b.Post.Text && a.Post.Company == b.Post.Company &&
		slices.Equal(a.Post.Locations, b.Post.Locations) &&
		slices.EqualFunc(a.Post.Pictures, b.Post.Pictures, func(x, y post.Picture) bool { return x.Text == y.Text && slices.Equal(x.Codes, y.Codes) }) &&
		slices.Equal(a.Post.Contacts, b.Post.Contacts) &&
		slices.Equal(a.Verdict.Facts.Contacts, b.Verdict.Facts.Contacts)
}

// text makes the terms of title and body.
func text(a *Analyzer, p post.Post, contacts []string) (title, body string) {
	title, numbers := a.Terms(p.Title)
	var b strings.Builder
	add := func(terms string) {
		switch {
		case terms == "":
			return
		case b.Len() > 0:
			b.WriteString(" " + Gap + " ")
		}
		b.WriteString(terms)
	}
	fields := append([]string{p.Text, p.Company}, p.Locations...)
	for _, x := range p.Pictures {
		fields = append(append(fields, x.Text), x.Codes...)
	}
	for _, f := range append(fields, contacts...) {
		terms, more := a.Terms(f)
		add(terms)
		numbers = append(numbers, more...)
	}
	for _, n := range sorted(numbers) {
		add(n)
	}
	return title, b.String()
}

// sorted returns s sorted, without duplicates and empty strings.
func sorted(s []string) []string {
	slices.Sort(s)
	s = slices.Compact(s)
	if len(s) > 0 && s[0] == "" {
		s = s[1:]
	}
	return s
}

// CompanyKey is the form in which company names are compared: case and spacing gone.
func CompanyKey(s string) string {
	return exact(strings.ToLower(strings.Join(strings.Fields(s), " ")))
}

// maxExact bounds an exact value in bytes; longer ones are cut, in documents and
// filters alike, for a page can put anything into a company's name.
const maxExact = 512

func exact(s string) string {
	if len(s) <= maxExact {
		return s
	}
	n := maxExact
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// ContactKey is the form in which contacts are compared: lower case, no leading
// @, and only the digits of what looks like a telephone number.
func ContactKey(s string) string {
	s = strings.ToLower(strings.TrimLeft(strings.TrimSpace(s), "@"))
	if strings.Trim(s, "0123456789+-. ()/\u00a0") != "" || !strings.ContainsAny(s, "0123456789") {
		return exact(s)
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
