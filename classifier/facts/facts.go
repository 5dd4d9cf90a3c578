package facts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
)

// The fields of a post, as spans name them.
const (
	FieldTitle    = "title"
	FieldText     = "text"
	FieldCompany  = "company"
	FieldLocation = "location"
)

// Span is where a fact stands. Start and End are bytes of the original field, From
// and To of the folded one.
type Span struct {
	Field      string
	Start, End int
	From, To   int
}

// Input is a post as the extractor reads it. Every part may be missing.
type Input struct {
	Title, Text, Company, Location fold.Text

	URL     string // of the post, never read as a contact
	Lang    string // BCP 47 primary subtag
	Country string // where the reader is, ISO 3166-1 alpha-2, if known
}

// Contact is a way to reach the poster, and where it stands.
type Contact struct {
	post.Contact
	Span Span
}

// Salary is one statement of pay. Raw is the original text; USDMonth is the middle of
// the range, half of it when the post says "up to".
type Salary struct {
	post.Salary
	Span       Span
	Base       bool    // called the base pay
	Extra      bool    // a bonus, a commission, an allowance
	UpTo       bool    // only an upper bound is stated
	Confidence float64 // 0 to 1: lower without period, currency or a word for pay
}

// Place is an entry of the gazetteer and where it is named.
type Place struct {
	post.Place
	Span Span
}

// Age is who may apply, in years; zero bounds are not stated.
type Age struct {
	Min, Max int
	Span     Span
}

// Genders as [Facts.Gender] has them.
const (
	GenderMale   = "male"
	GenderFemale = "female"
	GenderMixed  = "mixed" // both are named
)

// Named is a name or number that the post gives, with where it stands.
type Named struct {
	Name string
	Span Span
}

// Facts is what a post states beside concepts. Lists are in the order of the post:
// title, text, company, location.
type Facts struct {
	Contacts  []Contact // each value once
	Salary    *Salary   // the pay, nil when none is stated
	Salaries  []Salary  // every statement of pay, Salary among them
	Places    []Place   // every mention
	Age       *Age
	Gender    string // one of the Gender constants, empty when not stated
	Headcount int    // people wanted, 0 when not stated
	Employer  *Named // the company that hires, by its legal form or the company field
	Licence   *Named // the number of a recruitment licence
}

// Extractor reads facts. It is immutable and safe for concurrent use.
type Extractor struct {
	lex    lexer
	places []GazetteerPlace
	table  *SalaryTable
	units  map[string]map[string]unit // language to folded word
	firsts map[string]*[256]bool      // language to first bytes of unit words
	marks  map[string]Benchmark       // by country
}

// New makes an extractor. It fails on a gazetteer or table that [ParseGazetteer] or
// [ParseSalary] would not have let through.
func New(g *Gazetteer, t *SalaryTable) (*Extractor, error) {
	if g == nil || t == nil {
		return nil, errors.New("make facts extractor: gazetteer and salary table are needed")
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("make facts extractor: %w", err)
	}
	x := &Extractor{places: g.Places, table: t, marks: map[string]Benchmark{}}
	for _, b := range t.Benchmarks {
		x.marks[b.Country] = b
	}
	x.addPlaces()
	x.addWords()
	x.addUnits()
	x.lex.ready()
	return x, nil
}

func (x *Extractor) addPlaces() {
	for i, p := range x.places {
		seen := map[string]bool{}
		add := func(name string, weak bool) {
			folded := strings.TrimSpace(fold.Fold(name).Folded)
			if folded == "" || seen[folded] {
				return
			}
			seen[folded] = true
			weak = weak || p.Ambiguous || len(strings.TrimSuffix(folded, "*")) < 4
			kind := wordPlace
			if weak {
				kind = wordWeakPlace
			}
			x.lex.add(folded, kind, int32(i))
		}
		add(p.Name, false)
		for _, names := range p.Aliases {
			for _, n := range names {
				bare := strings.TrimPrefix(n, "?")
				add(bare, bare != n)
				if plain, ok := fold.Fold(bare).Stripped(); ok && len(plain.Folded) >= 6 {
					add(plain.Folded, bare != n)
				}
			}
		}
	}
}

func (x *Extractor) addWords() {
	for name, kind := range map[string]wordKind{"pay": wordPay, "base": wordBase, "extra": wordExtra, "never": wordNever, "upto": wordUpTo, "from": wordFrom} {
		x.addList(kind, 0, x.table.Words[name])
	}
	for name, words := range x.table.Periods {
		x.addList(wordPeriod, int32(periodOf(name)), words)
	}
	for i, a := range apps {
		x.addList(wordApp, int32(i), strings.Split(a.words, "|"))
	}
	for _, l := range wordLists {
		x.addList(l.kind, 0, strings.Split(l.words, "|"))
	}
}

func (x *Extractor) addList(kind wordKind, value int32, words []string) {
	for _, w := range words {
		star := strings.HasSuffix(w, "*")
		f := fold.Fold(strings.TrimSuffix(w, "*"))
		for _, form := range forms(f) {
			if star {
				form += "*"
			}
			x.lex.add(form, kind, value)
		}
	}
}

// forms is a folded word with and without its accents.
func forms(f fold.Text) []string {
	out := []string{f.Folded}
	if s, ok := f.Stripped(); ok && len(s.Folded) > 3 {
		out = append(out, s.Folded)
	}
	return out
}

// field is one text under extraction.
type field struct {
	name string
	fold.Text
	hits  []hit
	taken []Span // digits that are spoken for
}

func (f *field) span(i, j int) Span {
	start, end := f.Span(i, j)
	return Span{Field: f.name, Start: start, End: end, From: i, To: j}
}

// original is the original text of a folded range.
func (f *field) original(i, j int) string {
	start, end := f.Span(i, j)
	return f.Original[start:end]
}

func (f *field) take(i, j int) { f.taken = append(f.taken, Span{From: i, To: j}) }

func (f *field) isTaken(i, j int) bool {
	for _, t := range f.taken {
		if i < t.To && t.From < j {
			return true
		}
	}
	return false
}

// Extract reads the facts of one post.
func (x *Extractor) Extract(in Input) Facts {
	fields := []*field{
		{name: FieldTitle, Text: in.Title}, {name: FieldText, Text: in.Text},
		{name: FieldCompany, Text: in.Company}, {name: FieldLocation, Text: in.Location},
	}
	for _, f := range fields {
		f.hits = x.lex.scan(f.Folded, f.hits)
	}
	var out Facts
	out.Places = x.findPlaces(fields)
	regions := regionsOf(in, out.Places)
	for _, f := range fields[:2] {
		out.Contacts = append(out.Contacts, x.contacts(f, regions)...)
		out.Salaries = append(out.Salaries, x.salaries(f, in, out.Places)...)
		x.people(f, &out)
	}
	out.Contacts = append(out.Contacts, x.phones(fields[0], regions)...)
	out.Contacts = append(out.Contacts, x.phones(fields[1], regions)...)
	out.Contacts = once(out.Contacts)
	out.Salary = best(out.Salaries)
	out.Employer, out.Licence = employer(fields)
	return out
}

// once keeps the first of each contact, in the order of the post.
func once(cs []Contact) []Contact {
	slices.SortStableFunc(cs, func(a, b Contact) int {
		return cmp.Or(-strings.Compare(a.Span.Field, b.Span.Field), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	seen := map[[2]string]bool{}
	return slices.DeleteFunc(cs, func(c Contact) bool {
		k := [2]string{c.Kind, c.Value}
		if seen[k] {
			return true
		}
		seen[k] = true
		return false
	})
}

// Post is the facts in the form of a verdict, without concepts and evasion.
func (f Facts) Post() post.Facts {
	var out post.Facts
	for _, c := range f.Contacts {
		out.Contacts = append(out.Contacts, c.Contact)
	}
	if f.Salary != nil {
		s := f.Salary.Salary
		out.Salary = &s
	}
	seen := map[string]bool{}
	for _, p := range f.Places {
		if !seen[p.ID] {
			seen[p.ID] = true
			out.Places = append(out.Places, p.Place)
		}
	}
	return out
}
