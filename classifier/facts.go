package classifier

import (
	"cmp"
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

	claimed  bool // it names one as honest posts do: see [Classifier.claims]
	licensed bool // it shows the number of a licence
	route    facts.Route
	length   int // of title and text, in characters that show

	contactsAt []span32 // where the contacts stand among the bytes of all fields; zero elsewhere
	licenceAt  span32
	salaryAt   span32
	placesAt   []placeAt

	from, to int // bytes of the text that decided, 0 and 0 when the whole post did
}

// placeAt is a mention of a place and where it stands.
type placeAt struct {
	post.Place
	at span32
}

// facts reads contacts, pay and places, and marks where they stand, so that
// patterns can speak of them.
func (c *Classifier) facts(p *post.Post, lang string, w *work, in *fields) stated {
	var codes []string
	for _, x := range p.Pictures {
		for _, code := range x.Codes {
			if len(code) <= post.MaxCode && len(codes) < post.MaxPictures*post.MaxCodes {
				codes = append(codes, code)
			}
		}
	}
	f := c.extract.Extract(facts.Input{
		Title: in[0].plain, Text: in[1].plain, Picture: in[2].plain,
		Company: fold.Fold(p.Company), Location: fold.Fold(strings.Join(p.Locations, "\n")), Code: fold.Fold(strings.Join(codes, "\n")),
		URL: p.URL, Lang: lang, SeenTitle: &w.title.seen, SeenText: &w.text.seen, SeenPicture: &w.picture.seen,
	})
	var out stated
	out.named = isName(p.Company)
	if f.Licence != nil {
		out.licensed = f.Licence.WellFormed()
		w.mark(c.marks.licence, f.Licence.Span, in)
		out.licenceAt = in.span(f.Licence.Span)
	}
	out.further(f)
	c.roles(&out.Facts, w)
	out.Contacts = slices.Clone(p.Contacts)
	out.contactsAt = make([]span32, len(p.Contacts), len(p.Contacts)+len(f.Contacts))
	for _, x := range f.Contacts {
		if x.Span.Field == facts.FieldCode && (x.Kind == "url" || x.Kind == "email") {
			x.Kind = codeKind
		}
		if !slices.ContainsFunc(out.Contacts, func(o post.Contact) bool { return o.Kind == x.Kind && o.Value == x.Value }) {
			out.Contacts = append(out.Contacts, x.Contact)
			out.contactsAt = append(out.contactsAt, in.span(x.Span))
		}
		w.mark(c.marks.handle, x.Span, in)
	}
	for _, code := range codes { // what a code says is how to reach somebody, whatever it is
		if !slices.ContainsFunc(f.Contacts, func(x facts.Contact) bool { return x.Span.Field == facts.FieldCode && strings.Contains(code, x.Raw) }) {
			out.Contacts = append(out.Contacts, post.Contact{Kind: codeKind, Value: code, Raw: code})
			out.contactsAt = append(out.contactsAt, span32{})
		}
	}
	if f.Salary != nil {
		s := f.Salary.Salary
		out.Salary = &s
		out.salaryAt = in.span(f.Salary.Span)
	}
	if p.Salary != nil { // pay that a page gives as data goes before what its text says, if it says how much
		if s := c.extract.Stated(*p.Salary, lang, ""); s.USDMonth != 0 || out.Salary == nil {
			out.Salary, out.salaryAt = &s, span32{}
		}
	}
	for _, x := range f.Places {
		out.placesAt = append(out.placesAt, placeAt{x.Place, in.span(x.Span)})
		if !slices.ContainsFunc(out.Places, func(o post.Place) bool { return o.ID == x.ID }) {
			out.Places = append(out.Places, x.Place)
		}
		w.mark(c.marks.place, x.Span, in)
		if x.Risk == "high" {
			w.mark(c.marks.hotspot, x.Span, in)
		}
		if home := c.homes[lang]; home != "" && x.Country != "" && !strings.Contains(home, x.Country) {
			w.mark(c.marks.far, x.Span, in)
		}
	}
	return out
}

// codeKind is the kind of contact that a QR code is when it leads to no messenger:
// nobody can tell before following it where it ends, so it is none that vouches.
const codeKind = "code"

// further takes over what patterns do not ask for.
func (s *stated) further(f facts.Facts) {
	s.Gender, s.Headcount, s.CommissionOnly = f.Gender, f.Headcount, f.CommissionOnly
	if f.Employer != nil {
		s.Employer = f.Employer.Name
	}
	if f.Licence != nil {
		s.Licence = &post.Licence{Number: f.Licence.Name, Authority: f.Licence.Authority}
	}
	if f.Age != nil {
		s.AgeMin, s.AgeMax = f.Age.Min, f.Age.Max
	}
	if f.OrganPrice != nil {
		s.OrganUSD = f.OrganPrice.USD
	}
	for _, x := range []struct {
		from *facts.When
		to   *string
	}{{f.Start, &s.Start}, {f.Deadline, &s.Deadline}} {
		if x.from != nil {
			*x.to = cmp.Or(x.from.Day, x.from.Relative)
		}
	}
	if f.Route != nil {
		s.route = *f.Route
		s.Route = &post.Route{From: ids(f.Route.From), Via: ids(f.Route.Via), To: ids(f.Route.To)}
	}
}

func ids(places []facts.Place) []string {
	return each(event{}, places, func(p facts.Place) string { return p.ID })
}

// workClass is a class of words that names a role.
type workClass struct {
	class int
	facts.Role
}

// roles names the work that the words found speak of, in the order of the classes.
func (c *Classifier) roles(f *post.Facts, w *work) {
	for _, r := range c.works {
		if !w.hits.has(r.class) || !slices.ContainsFunc(w.hits.by[r.class], func(h hit) bool { return !h.amb }) {
			continue
		}
		f.Roles = append(f.Roles, r.Name)
		if !slices.Contains(f.Sectors, r.Sector) {
			f.Sectors = append(f.Sectors, r.Sector)
		}
	}
}

// span is where s stands among the bytes of all fields, zero when it is in none of them.
func (f *fields) span(s facts.Span) span32 {
	for i := range f {
		if f[i].name == s.Field {
			return span32{int32(s.From) + f[i].shift, int32(s.To) + f[i].shift}
		}
	}
	return span32{}
}

// mark adds a mark where a fact stands, unless that is in no field that patterns see.
func (w *work) mark(class int, s facts.Span, in *fields) {
	for i := range in {
		f := &in[i]
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
