package indexer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/indexer"
)

// tree writes an expression with its terms, so that tests see what is searched for.
func tree(e indexer.Expr) string {
	list := func(op string, parts []indexer.Expr) string {
		for _, p := range parts {
			op += " " + tree(p)
		}
		return "(" + op + ")"
	}
	switch e := e.(type) {
	case nil:
		return "all"
	case indexer.And:
		return list("and", e)
	case indexer.Or:
		return list("or", e)
	case indexer.Not:
		return "(not " + tree(e.X) + ")"
	case indexer.Mark:
		return e.String()
	case indexer.Leaf:
		s := strings.Join(e.Terms, "+")
		if e.Prefix {
			s += "*"
		}
		if e.Number != "" {
			s += "|" + e.Number
		}
		return s
	}
	return fmt.Sprintf("%T", e)
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "all",
		"   ":                   "all",
		"ticket":                "ticket",
		"Free Ticket":           "(and free ticket)",
		"free AND ticket":       "(and free ticket)",
		"free OR ticket visa":   "(or free (and ticket visa))",
		"(free OR ticket) visa": "(and (or free ticket) visa)",
		"a (b (c d)) e":         "(and a b c d e)",
		"a OR (b OR c)":         "(or a b c)",
		`"free ticket"`:         "free+ticket",
		`“free ticket”`:         "free+ticket",
		`"free tick"*`:          "free+tick*",
		"tick*":                 "tick*",
		"-a":                    "(not a)",
		"a -b":                  "(and a (not b))",
		"a NOT b":               "(and a (not b))",
		"a - b":                 "(and a b)",
		"-(a b)":                "(not (and a b))",
		"--a":                   "(not (not a))",
		"a-b":                   "a+b",
		"a & b":                 "(and a b)",
		"a OR &":                "a",
		`"OR" "not"`:            "(and or not)",
		"or and not":            "(and or and not)",
		"t.me/name_x":           "t+me+name+x",
		"招聘":                    "招聘",
		"招聘员":                   "招聘+聘员",
		"招":                     "招*",
		"招聘*":                   "招聘",
		"招*":                    "招*",
		`"高薪 招聘"`:               "高薪+薪+招聘",
		"月薪30000":               "月薪+薪+30000",
		"30000元":                "30000+元*",
		"081-234-5678":          "081+234+5678|0812345678",
		"12-34":                 "12+34",
		"081-234-5678x":         "081+234+5678+x",
		"a*b":                   "a+b",

		"vanished:yes":                         "vanished:yes",
		"(vanished:yes OR a) -changed:yes":     "(and (or vanished:yes a) changed:no)",
		"-(a vanished:no)":                     "(not (and a vanished:no))",
		`"vanished:yes"`:                       "vanished+yes",
		"a OR (b (changed:no OR vanished:no))": "(or a (and b (or changed:no vanished:no)))",
	} {
		e, err := indexer.Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if got := tree(e); got != want {
			t.Errorf("Parse(%q) = %s, want %s", in, got, want)
		}
		again(t, in, e)
	}
}

// again checks that what String writes is read back as the same.
func again(t *testing.T, in string, e indexer.Expr) {
	t.Helper()
	if e == nil {
		return
	}
	back, err := indexer.Parse(e.String())
	if err != nil || tree(back) != tree(e) || back.String() != e.String() {
		t.Errorf("%q is written %q, which is read as %s (%v), not %s", in, e, tree(back), err, tree(e))
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]string{
		`"free`:                       "quotation mark is not closed at character 1",
		`a (b`:                        `"(" is not closed at character 3`,
		`a)`:                          `")" without "(" at character 2`,
		`OR a`:                        "OR wants a word on both sides",
		`a OR`:                        "OR wants a word on both sides",
		`a OR OR b`:                   "OR wants a word on both sides",
		`a NOT`:                       "nothing to leave out",
		`!!!`:                         "no letter or digit",
		"a\xff":                       "not UTF-8",
		strings.Repeat("a", 5000):     "longer than 4096",
		strings.Repeat("a ", 65):      "more than 64 words",
		strings.Repeat("(", 40) + "a": "more than 32 groups",
		strings.Repeat("-", 40) + "a": "more than 32 groups",
		"高薪 \"":                       "quotation mark is not closed at character 4",
	} {
		_, err := indexer.Parse(in)
		if !errors.Is(err, indexer.ErrQuery) || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.50q): %v, want %q", in, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	if len(seeds()) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := indexer.Parse(s)
		if err != nil {
			if !errors.Is(err, indexer.ErrQuery) {
				t.Fatalf("Parse(%q): %v is no ErrQuery", s, err)
			}
			return
		}
		if e != nil && len(e.String()) <= 4096 {
			again(t, s, e)
		}
	})
}

func TestCursor(t *testing.T) {
	q := indexer.Query{Text: "a", Filter: indexer.Filter{Langs: []string{"EN"}}}
	checked, _, err := q.Check()
	if err != nil {
		t.Fatal(err)
	}
	want := indexer.Place{Order: 5, ID: "p", Score: 0.25, Offset: 20, View: "v"}
	checked.Cursor = checked.Next(want)
	got, err := checked.Place()
	if err != nil || *got != want {
		t.Errorf("place = %+v, %v; want %+v", got, err, want)
	}
	// Page size, facets and highlights may differ from page to page.
	checked.Limit, checked.Highlight = 7, true
	if _, err := checked.Place(); err != nil {
		t.Errorf("another page size: %v", err)
	}
	checked.Filter.Langs = []string{"th"}
	if _, err := checked.Place(); !errors.Is(err, indexer.ErrCursor) {
		t.Errorf("cursor of another filter: %v", err)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(indexer.Query{}.Next(indexer.Place{Order: 3}))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := (indexer.Query{Cursor: s}).Place(); err != nil && !errors.Is(err, indexer.ErrCursor) {
			t.Fatalf("cursor %q: %v", s, err)
		}
	})
}
