package facts

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

// shipped is the extractor with the data that the rules ship with.
var shipped = sync.OnceValues(func() (*Extractor, error) {
	g, err := os.ReadFile("../../rules/gazetteer.yaml")
	if err != nil {
		return nil, err
	}
	s, err := os.ReadFile("../../rules/salary.yaml")
	if err != nil {
		return nil, err
	}
	gz, err := ParseGazetteer(g)
	if err != nil {
		return nil, err
	}
	st, err := ParseSalary(s)
	if err != nil {
		return nil, err
	}
	return New(gz, st)
})

func open(t testing.TB) *Extractor {
	t.Helper()
	x, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func extract(t testing.TB, lang, text string) Facts {
	t.Helper()
	f := open(t).Extract(Input{Text: fold.Fold(text), Lang: lang})
	checkSpans(t, text, f)
	return f
}

// checkSpans fails unless every span lies inside the text.
func checkSpans(t testing.TB, text string, f Facts) {
	t.Helper()
	check := func(what string, s Span) {
		if s.Start < 0 || s.End > len(text) || s.Start > s.End || s.From > s.To {
			t.Fatalf("%s of %q spans %d to %d of %d", what, text, s.Start, s.End, len(text))
		}
	}
	for _, c := range f.Contacts {
		check(c.Kind, c.Span)
		if got := text[c.Span.Start:c.Span.End]; got != c.Raw {
			t.Fatalf("raw %q is not what %q has there: %q", c.Raw, text, got)
		}
	}
	for _, s := range f.Salaries {
		check("salary", s.Span)
	}
	for _, p := range f.Places {
		check("place", p.Span)
	}
	if f.Licence != nil {
		check(f.Licence.Name, f.Licence.Span)
	}
	for _, n := range []*Named{f.Employer} {
		if n != nil {
			check(n.Name, n.Span)
		}
	}
	if f.Age != nil {
		check("age", f.Age.Span)
	}
	for name, w := range map[string]*When{"start": f.Start, "deadline": f.Deadline} {
		if w != nil {
			check(name, w.Span)
		}
	}
	if f.OrganPrice != nil {
		check("price of an organ", f.OrganPrice.Span)
	}
	if f.Route != nil {
		for _, p := range slices.Concat(f.Route.From, f.Route.Via, f.Route.To) {
			check("place on the way", p.Span)
		}
	}
}

// contactsOf is the contacts as kind:value, joined.
func contactsOf(f Facts) string {
	var out []string
	for _, c := range f.Contacts {
		out = append(out, c.Kind+":"+c.Value)
	}
	return strings.Join(out, " ")
}

func placesOf(f Facts) string {
	var out []string
	for _, p := range f.Places {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}
