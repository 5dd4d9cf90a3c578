package sigma

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ruleOf wraps a detection into a rule.
func ruleOf(t testing.TB, detection string) *Rule {
	t.Helper()
	r, err := ParseRule("test.yml", []byte(source(detection)))
	if err != nil {
		t.Fatalf("parse:\n%s\n%v", detection, err)
	}
	return r
}

func source(detection string) string {
	return "title: T\nid: 6f3e2987-db24-4c78-a860-b4f4095a7095\nlogsource: {product: lurewatch}\ndetection:\n" + indent(detection)
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.Trim(s, "\n"), "\n", "\n    ") + "\n"
}

// sel wraps one item into a detection with one selection.
func sel(item string) string { return "sel:\n" + indent(item) + "condition: sel" }

func TestItems(t *testing.T) {
	ev := Map{
		"concept":        []string{"free_airfare", "chat_work"},
		"lang":           "km",
		"text":           "Come to Poipet*now? C:\\work ＴＥＬＥＧＲＡＭ Straße",
		"title":          "HIRING",
		"company":        "",
		"salary.ratio":   3.5,
		"contact.count":  2,
		"employer.named": false,
		"ip":             "192.0.2.7",
		"contact.kind":   []string{"telegram", "phone"},
		"first":          "abc",
		"second":         "abcdef",
		"ages":           []float64{16, 18},
		"empty":          nil,
	}
	for name, c := range map[string]struct {
		item string
		want bool
	}{
		"one value of a list field is enough":          {"concept: chat_work", true},
		"a value that is not there":                    {"concept: person_sale", false},
		"a list of values is an or":                    {"concept: [person_sale, chat_work]", true},
		"all wants each value":                         {"concept|all: [free_airfare, chat_work]", true},
		"all fails when one is missing":                {"concept|all: [free_airfare, person_sale]", false},
		"two fields are an and":                        {"lang: km\nconcept: chat_work", true},
		"two fields, one wrong":                        {"lang: th\nconcept: chat_work", false},
		"case does not matter":                         {"title: hiring", true},
		"case matters when cased":                      {"title|cased: hiring", false},
		"cased and right":                              {"title|cased: HIRING", true},
		"equality is of the whole value":               {"title: HIR", false},
		"contains":                                     {"text|contains: poipet", true},
		"contains folds full-width letters":            {"text|contains: telegram", true},
		"contains folds sharp s":                       {"text|contains: STRASSE", true},
		"cased does not fold full-width letters":       {"text|contains|cased: TELEGRAM", false},
		"contains all":                                 {"text|contains|all: [come, now]", true},
		"contains all, one missing":                    {"text|contains|all: [come, later]", false},
		"startswith":                                   {"text|startswith: come", true},
		"startswith elsewhere":                         {"text|startswith: poipet", false},
		"endswith":                                     {"text|endswith: 'straße'", true},
		"endswith elsewhere":                           {"text|endswith: come", false},
		"startswith and endswith are contains":         {"text|startswith|endswith: poipet", true},
		"star in the middle":                           {"title: H*G", true},
		"star that takes nothing":                      {"title: HIR*ING", true},
		"two stars are one":                            {"title: H**G", true},
		"question mark takes one":                      {"title: H?RIN?", true},
		"question mark never takes none":               {"title: HIRING?", false},
		"question mark takes one letter of any script": {"text|endswith: 'Stra?e'", false},
		"escaped star is a star":                       {`text|contains: 'poipet\*now'`, true},
		"escaped star is no wildcard":                  {`text|contains: 'come\*now'`, false},
		"escaped question mark":                        {`text|contains: 'now\?'`, true},
		"single backslash is itself":                   {`text|contains: 'c:\work'`, true},
		"double backslash is one":                      {`text|contains: 'c:\\work'`, true},
		"escaped backslash before a star":              {`text|contains: 'c:\\*telegram'`, true},
		"three backslashes before a star":              {`text|contains: 'c:\\\*'`, false},
		"number equals":                                {"contact.count: 2", true},
		"number written as a float":                    {"contact.count: 2.0", true},
		"number differs":                               {"contact.count: 3", false},
		"one of several numbers":                       {"ages: [17, 18]", true},
		"gt":                                           {"salary.ratio|gt: 3", true},
		"gt is strict":                                 {"salary.ratio|gt: 3.5", false},
		"gte":                                          {"salary.ratio|gte: 3.5", true},
		"lt":                                           {"ages|lt: 18", true},
		"lte":                                          {"ages|lte: 15", false},
		"comparison of an absent field is false":       {"age.min|lt: 18", false},
		"boolean":                                      {"employer.named: false", true},
		"boolean differs":                              {"employer.named: true", false},
		"null of an absent field":                      {"nowhere: null", true},
		"null of an empty field":                       {"empty: null", true},
		"null of a field with a value":                 {"lang: null", false},
		"null of a number":                             {"salary.ratio: null", false},
		"empty string of an empty value":               {"company: ''", true},
		"empty string of an absent field":              {"nowhere: ''", false},
		"exists":                                       {"empty|exists: true", true},
		"exists, absent":                               {"nowhere|exists: true", false},
		"must not exist":                               {"nowhere|exists: false", true},
		"must not exist, but does":                     {"lang|exists: false", false},
		"neq":                                          {"lang|neq: th", true},
		"neq of the value":                             {"lang|neq: KM", false},
		"neq of a list wants none":                     {"concept|neq: [person_sale, chat_work]", false},
		"neq of an absent field holds":                 {"nowhere|neq: x", true},
		"neq with contains":                            {"text|contains|neq: poipet", false},
		"neq with all wants not every value":           {"concept|all|neq: [chat_work, person_sale]", true},
		"regular expression is found anywhere":         {`text|re: 'Poi[a-z]+t'`, true},
		"regular expression is case-sensitive":         {`text|re: 'poi[a-z]+t'`, false},
		"regular expression with i":                    {`text|re|i: 'poi[a-z]+t'`, true},
		"regular expression keeps its backslashes":     {`text|re: 'C:\\work\s'`, true},
		"regular expressions are an or":                {`text|re: ['^x', '^Come']`, true},
		"regular expressions with all":                 {`text|re|all: ['^x', '^Come']`, false},
		"cidr":                                         {"ip|cidr: 192.0.2.0/24", true},
		"cidr elsewhere":                               {"ip|cidr: 198.51.100.0/24", false},
		"cidr of text that is no address":              {"title|cidr: 192.0.2.0/24", false},
		"fieldref equal":                               {"first|fieldref: second", false},
		"fieldref starts with":                         {"second|fieldref|startswith: first", true},
		"fieldref ends with":                           {"second|fieldref|endswith: first", false},
		"fieldref contains":                            {"second|fieldref|contains: first", true},
		"fieldref of numbers":                          {"contact.count|fieldref: contact.count", true},
		"fieldref with neq":                            {"first|fieldref|neq: second", true},
		"keyword is searched in every text field":      {"'|all': [poipet, hiring]", true},
		"keyword missing":                              {"'|all': [poipet, absent]", false},
		"keyword with a wildcard":                      {"'|contains': 'come*poipet'", true},
		"keyword as a regular expression":              {"'|re': '^HIR'", true},
		"a value of another field is no keyword":       {"'|contains': chat_work", false},
		"keyword, cased":                               {"'|cased': hiring", false},
		"m lets the anchor stand at a line":            {`text|re|m: '^Come'`, true},
		"s lets the dot take a line end":               {`text|re|s|i: 'come.*strasse'`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := ruleOf(t, sel(c.item))
			if got := r.Match(ev); got != c.want {
				t.Errorf("match = %v, want %v\n%s", got, c.want, r.Explain(ev))
			}
			if got := r.Explain(ev).Held; got != c.want {
				t.Errorf("explain = %v, want %v", got, c.want)
			}
			if got := naiveRule(r, ev); got != c.want {
				t.Errorf("reference = %v, want %v", got, c.want)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	const sels = `
sel_a: {f: a}
sel_b: {f: b}
sel_no: {f: x}
other: {f: c}
_private: {f: x}
words: [alpha, beta]
either:
    - {f: x}
    - {f: a, g: 1}
    - alpha
`
	ev := Map{"f": []string{"a", "b"}, "g": 1, "text": "Alpha and omega"}
	for cond, want := range map[string]bool{
		"sel_a":                                true,
		"sel_no":                               false,
		"not sel_no":                           true,
		"not not sel_a":                        true,
		"sel_a and sel_b":                      true,
		"sel_a and sel_no":                     false,
		"sel_no or sel_b":                      true,
		"sel_a or sel_no and sel_no":           true,
		"(sel_a or sel_no) and sel_no":         false,
		"not sel_no and sel_a":                 true,
		"not (sel_no and sel_a)":               true,
		"not sel_a or sel_b":                   true,
		"1 of sel_*":                           true,
		"any of sel_*":                         true,
		"all of sel_*":                         false,
		"all of sel_?":                         false, // no ? in patterns: a parse error, see below
		"not 1 of sel_n*":                      true,
		"1 of them":                            true,
		"all of them":                          false,
		"1 of _*":                              false,
		"1 of *_b":                             true,
		"1 of sel_a":                           true,
		"all of sel_a and not other":           true,
		"words":                                true,
		"either":                               true,
		"1 of sel_n* or (words and not other)": true,
	} {
		t.Run(cond, func(t *testing.T) {
			src := source(strings.TrimSpace(sels) + "\ncondition: " + cond)
			r, err := ParseRule("t.yml", []byte(src))
			if strings.Contains(cond, "?") {
				if err == nil {
					t.Fatal("a question mark in a pattern was accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Match(ev); got != want {
				t.Errorf("match = %v, want %v\n%s", got, want, r.Explain(ev))
			}
			if got := naiveRule(r, ev); got != want {
				t.Errorf("reference = %v, want %v", got, want)
			}
			if got := r.Explain(ev).Held; got != want {
				t.Errorf("explain = %v, want %v", got, want)
			}
		})
	}
}

func TestAListOfConditionsIsAnOr(t *testing.T) {
	r := ruleOf(t, "a: {f: x}\nb: {f: w}\ncondition:\n    - a\n    - b and not a")
	for v, want := range map[string]bool{"x": true, "w": true, "z": false} {
		if got := r.Match(Map{"f": v}); got != want {
			t.Errorf("f=%s: match = %v, want %v", v, got, want)
		}
	}
	if got, want := r.Condition(), "a or (b and not a)"; got != want {
		t.Errorf("condition = %q, want %q", got, want)
	}
}

func TestMultiValueKeepsOriginals(t *testing.T) {
	// The engine folds into its own memory: what the event handed over stays.
	vals := []string{"plain", "UPPER", "Ünï"}
	ev := Map{"f": vals}
	r := ruleOf(t, sel("f: ['upper', 'x']"))
	for range 3 {
		if !r.Match(ev) {
			t.Fatal("no match")
		}
	}
	if diff := cmp.Diff([]string{"plain", "UPPER", "Ünï"}, vals); diff != "" {
		t.Error(diff)
	}
}

func TestUsesAndValues(t *testing.T) {
	r := ruleOf(t, "a: {concept: [b_x, A_x], lang: km}\nn: {concept|contains: zz, other|fieldref: third}\nk: [word]\ncondition: a and not n and k")
	if diff := cmp.Diff([]string{"concept", "lang", "other", "third"}, r.Uses()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b_x", "a_x"}, r.Values("concept")); diff != "" {
		t.Error(diff)
	}
}
