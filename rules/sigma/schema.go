package sigma

import (
	"fmt"
	"slices"
)

// Kind is what a field holds.
type Kind uint8

// The kinds of a field.
const (
	KindText   Kind = iota // free text
	KindWord               // ids and codes
	KindNumber             // one or more numbers
	KindBool               // true or false
)

// String is the kind's name in messages and docs.
func (k Kind) String() string { return [...]string{"text", "word", "number", "boolean"}[k] }

// Field is one field that rules may test.
type Field struct {
	Name    string
	Kind    Kind
	Single  bool     // a post has one value at most
	Values  []string // every value there is, when that is known; folded
	Never   []string // those of Values that no post can have: concepts without words
	Keyword bool     // searched by keywords without a field
	Doc     string   // one line for people
}

// Schema is the fields that an [Event] offers: what [Lint] checks rules against.
type Schema struct {
	fields []Field
	byName map[string]*Field
}

// NewSchema checks that every field has a name of its own.
func NewSchema(fields ...Field) (*Schema, error) {
	s := &Schema{fields: slices.Clone(fields), byName: make(map[string]*Field, len(fields))}
	for i := range s.fields {
		f := &s.fields[i]
		if f.Name == "" || s.byName[f.Name] != nil {
			return nil, fmt.Errorf("make schema: field %q is unnamed or there twice", f.Name)
		}
		s.byName[f.Name] = f
	}
	return s, nil
}

// Fields returns the fields in order. Do not change the slice.
func (s *Schema) Fields() []Field { return s.fields }

// Field finds a field by name.
func (s *Schema) Field(name string) (Field, bool) {
	f, ok := s.byName[name]
	if !ok {
		return Field{}, false
	}
	return *f, true
}

// Product and Category are the log source of every rule about posts.
const (
	Product  = "lurewatch"
	Category = "recruitment_post"
)

// PostSchema is the fields of a post as lurewatch judges it. concepts is every
// concept id there is; when it is empty, ids are not checked. never are those of
// them that no language has words for.
func PostSchema(concepts []string, never ...string) *Schema {
	s, err := NewSchema(
		Field{Name: "concept", Kind: KindWord, Values: concepts, Never: never, Doc: "ids of the concepts found in title, text, company and location"},
		Field{Name: "stance", Kind: KindWord, Single: true, Values: []string{"offer", "warning", "news", "testimony", "seeker", "other"}, Doc: "who speaks: only an offer can be flagged"},
		Field{Name: "lang", Kind: KindWord, Single: true, Doc: "language of the post, BCP 47 primary subtag"},
		Field{Name: "source", Kind: KindWord, Single: true, Doc: "name of the configured source"},
		Field{Name: "title", Kind: KindText, Single: true, Keyword: true, Doc: "title of the post"},
		Field{Name: "text", Kind: KindText, Single: true, Keyword: true, Doc: "text of the post"},
		Field{Name: "company", Kind: KindText, Single: true, Doc: "employer as the source states it"},
		Field{Name: "location", Kind: KindText, Doc: "places of work as the source states them"},
		Field{Name: "url", Kind: KindText, Single: true, Doc: "canonical URL of the post"},
		Field{Name: "contact.kind", Kind: KindWord, Values: []string{"phone", "telegram", "whatsapp", "line", "wechat", "viber", "zalo", "signal", "kakaotalk", "facebook", "qq", "email", "url", "wallet", "code"}, Doc: "kinds of contact in the post"},
		Field{Name: "contact.count", Kind: KindNumber, Single: true, Doc: "how many different contacts the post has"},
		Field{Name: "salary.usd_month", Kind: KindNumber, Single: true, Doc: "pay a month in US dollars"},
		Field{Name: "salary.ratio", Kind: KindNumber, Single: true, Doc: "pay over the benchmark of those the post addresses; absent when unknown"},
		Field{Name: "salary.currency", Kind: KindWord, Single: true, Doc: "ISO 4217 code in lower case, or usdt"},
		Field{Name: "place.id", Kind: KindWord, Doc: "gazetteer ids of the places named"},
		Field{Name: "place.country", Kind: KindWord, Doc: "their countries, ISO 3166-1 alpha-2"},
		Field{Name: "place.risk", Kind: KindWord, Values: []string{"high", "medium", "context"}, Doc: "their risk in the gazetteer"},
		Field{Name: "place.kind", Kind: KindWord, Values: []string{"compound", "cluster", "town", "transit", "origin", "country"}, Doc: "their kinds in the gazetteer"},
		Field{Name: "evasion", Kind: KindWord, Doc: "disguises that had to be undone to read the post"},
		Field{Name: "evasion.count", Kind: KindNumber, Single: true, Doc: "how many different disguises"},
		Field{Name: "employer.named", Kind: KindBool, Single: true, Values: []string{"true", "false"}, Doc: "the post names its employer"},
		Field{Name: "age.min", Kind: KindNumber, Single: true, Doc: "lowest age that the post accepts"},
		Field{Name: "age.max", Kind: KindNumber, Single: true, Doc: "highest age that the post accepts"},
		Field{Name: "gender", Kind: KindWord, Single: true, Values: []string{"male", "female", "mixed"}, Doc: "whom the wording asks for"},
		Field{Name: "headcount", Kind: KindNumber, Single: true, Doc: "how many people are wanted"},
		Field{Name: "role", Kind: KindWord, Doc: "work that the words name: data-entry, customer-service, fishing …"},
		Field{Name: "sector", Kind: KindWord, Values: []string{"office", "gambling", "finance", "service", "primary", "media", "medical", "recruiting"}, Doc: "sectors of that work"},
		Field{Name: "route.from", Kind: KindWord, Doc: "countries that people are said to leave, ISO 3166-1 alpha-2"},
		Field{Name: "route.via", Kind: KindWord, Doc: "countries that they pass"},
		Field{Name: "route.to", Kind: KindWord, Doc: "countries where they are to arrive"},
		Field{Name: "start", Kind: KindWord, Single: true, Doc: "when work begins or people leave: a date, or today, this-week …"},
		Field{Name: "licence", Kind: KindWord, Single: true, Values: []string{"none", "claimed", "well-formed"}, Doc: "licence to recruit: a number that a known authority could have given out is well-formed, any other is only claimed"},
		Field{Name: "pay.commission_only", Kind: KindBool, Single: true, Values: []string{"true", "false"}, Doc: "the post says that there is no other pay"},
		Field{Name: "organ.usd", Kind: KindNumber, Single: true, Doc: "what is offered for an organ or a pregnancy for others, US dollars"},
		Field{Name: "picture.count", Kind: KindNumber, Single: true, Doc: "how many pictures of the post were read"},
		Field{Name: "text.length", Kind: KindNumber, Single: true, Doc: "length of title and text in characters that show, a stretch of spaces counted once"},
	)
	if err != nil {
		return &Schema{} // cannot be: the list above is a constant, and a test reads it
	}
	return s
}
