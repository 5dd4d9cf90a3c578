package facts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lurewatch/lurewatch/classifier/facts/dial"
	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/classifier/trie"
	"github.com/lurewatch/lurewatch/internal/post"
)

// The fields of a post, as spans name them.
const (
	FieldTitle    = "title"
	FieldText     = "text"
	FieldCompany  = "company"
	FieldLocation = "location"
	FieldPicture  = "picture" // what OCR read from the pictures of a post, one after the other
	FieldCode     = "code"    // what their QR codes say, one a line
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
	Title, Text, Company, Location, Picture, Code fold.Text

	// What a walk over Title, Text and Picture met. They are walked here when it is nil.
	SeenTitle, SeenText, SeenPicture *Seen

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
	Contacts       []Contact // each value once
	Salary         *Salary   // the pay, nil when none is stated
	Salaries       []Salary  // every statement of pay, Salary among them
	Places         []Place   // every mention
	Age            *Age
	Gender         string   // one of the Gender constants, empty when not stated
	Headcount      int      // people wanted, 0 when not stated
	Employer       *Named   // the company that hires, by its legal form or the company field
	OrganPrice     *Price   // what is offered for an organ or a pregnancy for others
	CommissionOnly bool     // the post says that there is no other pay
	Start          *When    // when work begins or people leave
	Deadline       *When    // until when to apply
	Route          *Route   // where people leave, pass and arrive, nil when the post does not say
	Licence        *Licence // the number of a recruitment licence that the post claims
}

// Extractor reads facts. It is immutable and safe for concurrent use.
type Extractor struct {
	lex    lexer
	places []GazetteerPlace
	table  *SalaryTable
	book   *dial.Book
	units  map[string]*units    // by language
	marks  map[string]Benchmark // by country
	joins  [256][]string        // the connectors by their first byte

	numerals map[string]*numerals // by language
	legs     legs
	pool     sync.Pool
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
	book, err := dial.New()
	if err != nil {
		return nil, fmt.Errorf("make facts extractor: read numbering plans: %w", err)
	}
	x := &Extractor{places: g.Places, table: t, book: book, marks: map[string]Benchmark{}}
	for _, b := range t.Benchmarks {
		x.marks[b.Country] = b
	}
	x.addPlaces()
	x.addWords()
	x.addUnits()
	x.addNumerals()
	x.addLegs()
	x.addWhen()
	x.addList(wordOrgan, 0, strings.Split(organWords, "|"))
	x.addList(wordExtra, commissionOnly, strings.Split(commissionWords, "|"))
	if err := x.lex.ready(); err != nil {
		return nil, fmt.Errorf("make facts extractor: %w", err)
	}
	x.pool.New = func() any { return new(work) }
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

// folded is the forms of a word.
func folded(word string) []string { return forms(fold.Fold(word)) }

// forms is a folded word with and without its accents.
func forms(f fold.Text) []string {
	out := []string{f.Folded}
	if s, ok := f.Stripped(); ok && len(s.Folded) > 3 {
		out = append(out, s.Folded)
	}
	return out
}

// field is one text under extraction. Its lists are reused from post to post.
type field struct {
	name string
	fold.Text
	*Seen
	own     Seen      // when nobody walked the text
	taken   []stretch // digits that are spoken for
	matches []trie.Match
}

// stretch is a range of bytes of folded text.
type stretch struct{ From, To int32 }

// work is the space that one post needs. It goes back to the pool.
type work struct {
	fields [6]field
	places []placeHit
	sure   surePlaces
	found  Facts // its lists are cut to size for the answer
}

// open lays out one field, of which seen is known.
func (f *field) open(x *Extractor, name string, t fold.Text, seen *Seen) {
	f.name, f.Text, f.Seen, f.taken = name, t, seen, f.taken[:0]
	if seen == nil {
		f.own.Reset()
		f.Seen = &f.own
		x.lex.scan(f)
	}
}

// nextDigit is the first digit at i or after it, and the index of its run; k is the
// index of a run that does not begin after it. It is the length of the text when there is none.
func (f *field) nextDigit(i, k int) (at, run int) {
	for ; k < len(f.digits); k++ {
		if d := f.digits[k]; i < int(d.To) {
			return max(i, int(d.From)), k
		}
	}
	return len(f.Folded), k
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

func (f *field) take(i, j int) { f.taken = append(f.taken, stretch{int32(i), int32(j)}) }

func (f *field) isTaken(i, j int) bool {
	for _, t := range f.taken {
		if i < int(t.To) && int(t.From) < j {
			return true
		}
	}
	return false
}

// Extract reads the facts of one post.
func (x *Extractor) Extract(in Input) Facts {
	in.Lang, _, _ = strings.Cut(in.Lang, "-")
	w := x.pool.Get().(*work) //nolint:errcheck // the pool holds nothing else
	defer x.pool.Put(w)
	fields := w.fields[:]
	fields[0].open(x, FieldTitle, in.Title, in.SeenTitle)
	fields[1].open(x, FieldText, in.Text, in.SeenText)
	fields[2].open(x, FieldCompany, in.Company, nil)
	fields[3].open(x, FieldLocation, in.Location, nil)
	fields[4].open(x, FieldPicture, in.Picture, in.SeenPicture)
	fields[5].open(x, FieldCode, in.Code, nil)
	out := Facts{Contacts: w.found.Contacts[:0], Salaries: w.found.Salaries[:0], Places: w.found.Places[:0]}
	out.Places = x.findPlaces(out.Places, w)
	var room [maxRegions]string
	regions := regionsOf(room[:0], in, out.Places)
	for _, i := range [...]int{0, 1, 4} {
		f := &fields[i]
		if f.Folded == "" {
			continue
		}
		out.Contacts = x.contacts(out.Contacts, f, regions)
		out.Salaries = x.salaries(out.Salaries, f, in, &out)
		x.people(f, &out)
		f.days(&out)
	}
	for _, i := range [...]int{2, 3, 5} { // contacts hide in the company and the location too
		out.Contacts = x.contacts(out.Contacts, &fields[i], regions)
	}
	for i := range fields {
		out.Contacts = x.phones(out.Contacts, &fields[i], in.Lang, regions)
	}
	out.Contacts = once(out.Contacts)
	w.found = Facts{Contacts: out.Contacts, Salaries: out.Salaries, Places: out.Places}
	out.Contacts, out.Salaries, out.Places = owned(out.Contacts), owned(out.Salaries), owned(out.Places)
	out.Salary = best(out.Salaries)
	out.Employer, out.Licence = employer(fields)
	out.Route = x.route(fields, out.Places)
	for i := range fields {
		fields[i].Text, fields[i].Seen = fold.Text{}, nil
	}
	return out
}

// owned is a copy of a list that is used again, nil for an empty one. The list
// forgets what it held.
func owned[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	out := slices.Clone(list)
	clear(list)
	return out
}

// once keeps the first of each contact, in the order of the post.
func once(cs []Contact) []Contact {
	if len(cs) < 2 {
		return cs
	}
	slices.SortStableFunc(cs, func(a, b Contact) int {
		return cmp.Or(-strings.Compare(a.Span.Field, b.Span.Field), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	if len(cs) <= fewContacts {
		kept := cs[:0]
		for _, c := range cs {
			if !slices.ContainsFunc(kept, func(o Contact) bool { return o.Kind == c.Kind && o.Value == c.Value }) {
				kept = append(kept, c)
			}
		}
		clear(cs[len(kept):])
		return kept
	}
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

// fewContacts is how many contacts are compared one by one.
const fewContacts = 16

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
