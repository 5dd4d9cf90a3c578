package sigma

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

const whole = `title: People offered for a price
id: 6F3E2987-db24-4c78-a860-b4f4095a7095
name: people_priced
status: experimental
description: |
    Two lines
    of it.
author: lurewatch
license: Apache-2.0
taxonomy: sigma
date: 2026-11-22
modified: "2026-11-23"
level: critical
references: ['https://vodenglish.news/x']
tags: [lure.person_sale]
falsepositives: [Football transfers]
fields: [concept]
scope: [public posts]
related:
    - {id: 0e95725d-7320-415d-80f7-004da920fc11, type: similar}
logsource: {product: lurewatch, category: recruitment_post}
detection:
    sel: {concept: person_transfer}
    offer: {stance: offer}
    condition: sel and offer
house_key: {a: [1, true, null, x]}
lurewatch:
    confidence: high
    indicators: [person_sale]
    ilo: [debt bondage]
    examples:
        match:
            - {text: Selling two people, lang: en, title: T, note: plain}
            - {text: другой}
        ignore:
            - {text: Club sells two players}
`

func TestParseKeepsEverything(t *testing.T) {
	r, err := ParseRule("p.yml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	got := *r
	if diff := cmp.Diff(post.DigestOf([]byte(whole)), got.Hash); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"house_key": map[string]any{"a": []any{1.0, true, nil, "x"}}}, got.Custom); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Extra{
		Confidence: "high", Indicators: []string{"person_sale"}, ILO: []string{"debt bondage"},
		Examples: Examples{
			Match:  []Example{{Text: "Selling two people", Lang: "en", Title: "T", Note: "plain", Line: 33}, {Text: "другой", Line: 34}},
			Ignore: []Example{{Text: "Club sells two players", Line: 36}},
		},
	}, got.Extra); diff != "" {
		t.Error(diff)
	}
	for what, pair := range map[string][2]string{
		"id is lower case":   {got.ID, "6f3e2987-db24-4c78-a860-b4f4095a7095"},
		"description":        {got.Description, "Two lines\nof it."},
		"date":               {got.Date + got.Modified, "2026-11-222026-11-23"},
		"level":              {string(got.Level), "critical"},
		"status":             {got.Status, "experimental"},
		"references":         {strings.Join(got.References, ","), "https://vodenglish.news/x"},
		"category":           {got.LogSource.Category, "recruitment_post"},
		"related":            {got.Related[0].Type, "similar"},
		"condition":          {got.Condition(), "sel and offer"},
		"license and author": {got.License + got.Author, "Apache-2.0lurewatch"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	det := source
	for name, c := range map[string]struct {
		src  string
		want string // part of the message
		line int
	}{
		"nothing":                         {"", "the file is empty", 0},
		"only a comment":                  {"# x\n---\n", "the file is empty", 0},
		"a list":                          {"- a", "a rule is a map", 1},
		"broken YAML":                     {"title: [", "parse rule: did not find expected node content", 1},
		"bytes that are no text":          {"title: \xff", "not UTF-8", 0},
		"no title":                        {"logsource: {product: x}\ndetection: {a: {f: g}, condition: a}", "title: is missing", 1},
		"no log source":                   {"title: T\ndetection: {a: {f: g}, condition: a}", "logsource: is missing", 1},
		"no detection":                    {"title: T\nlogsource: {product: x}", "detection: is missing", 1},
		"no condition":                    {det("a: {f: g}"), "detection: condition is missing", 5},
		"a key twice":                     {det("a: {f: g}\na: {f: h}\ncondition: a"), "detection.a: the key is here twice, first at line 5", 6},
		"a field twice":                   {det("a:\n    f: g\n    f: h\ncondition: a"), "detection.a.f: the key is here twice", 7},
		"unknown modifier":                {det("a:\n    f|foo: g\ncondition: a"), `detection.a.f|foo: there is no modifier "foo"`, 6},
		"modifier of Windows logs":        {det("a: {f|windash: g}\ncondition: a"), `the modifier "windash" is not supported`, 5},
		"encoded values":                  {det("a: {f|base64offset|contains: g}\ncondition: a"), `"base64offset" is not supported`, 5},
		"placeholders":                    {det("a: {f|expand: '%x%'}\ncondition: a"), `"expand" is not supported`, 5},
		"parts of dates":                  {det("a: {f|hour: 3}\ncondition: a"), `"hour" is not supported`, 5},
		"a modifier twice":                {det("a: {f|all|all: [a, b]}\ncondition: a"), "is there twice", 5},
		"an empty modifier":               {det("a: {'f|': x}\ncondition: a"), "a modifier is empty", 5},
		"all with one value":              {det("a: {f|all: x}\ncondition: a"), "`all` needs a list of two", 5},
		"re after contains":               {det("a: {f|contains|re: x}\ncondition: a"), "re must be the first modifier", 5},
		"re with contains":                {det("a: {f|re|contains: x}\ncondition: a"), "re takes no contains", 5},
		"re with cased":                   {det("a: {f|re|cased: x}\ncondition: a"), "re takes no cased", 5},
		"i without re":                    {det("a: {f|i: x}\ncondition: a"), "only for re", 5},
		"look-around":                     {det("a: {f|re: '(?=x)'}\ncondition: a"), "invalid or unsupported Perl syntax", 5},
		"re of a number":                  {det("a: {f|re: 3}\ncondition: a"), "re takes a string", 5},
		"gt of text":                      {det("a: {f|gt: '3'}\ncondition: a"), "gt takes a number, not a string", 5},
		"gt and lt":                       {det("a: {f|gt|lt: 3}\ncondition: a"), "exclude each other", 5},
		"exists of text":                  {det("a: {f|exists: 'maybe'}\ncondition: a"), "exists takes true or false", 5},
		"bad network":                     {det("a: {f|cidr: 10.0.0.0}\ncondition: a"), "is not a network", 5},
		"field reference with a star":     {det("a: {f|fieldref: 'g*'}\ncondition: a"), "fieldref takes the name of a field", 5},
		"null among values":               {det("a: {f: [x, null]}\ncondition: a"), "null cannot be one of several", 5},
		"null with a modifier":            {det("a: {f|contains: null}\ncondition: a"), "null takes no modifier", 5},
		"contains nothing":                {det("a: {f|contains: ''}\ncondition: a"), "is found everywhere", 5},
		"an empty keyword":                {det("a: ['']\ncondition: a"), "is found everywhere", 5},
		"no values":                       {det("a: {f: []}\ncondition: a"), "the list of values is empty", 5},
		"a map as a value":                {det("a: {f: {g: h}}\ncondition: a"), "a map inside a map", 5},
		"an empty map":                    {det("a: {}\ncondition: a"), "the map is empty", 5},
		"an empty list":                   {det("a: []\ncondition: a"), "the list is empty", 5},
		"an empty selection":              {det("a:\ncondition: a"), "the selection is empty", 5},
		"lists in lists":                  {det("a: [[x]]\ncondition: a"), "a list inside a list", 5},
		"a selection named like a word":   {det("not: {f: x}\ncondition: not"), "cannot name a selection", 5},
		"an empty key":                    {det("a: {'': x}\ncondition: a"), "a key is empty", 5},
		"gt of keywords":                  {det("a: {'|gt': 3}\ncondition: a"), "gt needs a field", 5},
		"absent selection":                {det("a: {f: g}\ncondition: a and b"), `there is no selection "b"`, 6},
		"pattern that takes nothing in":   {det("a: {f: g}\ncondition: 1 of b*"), "takes in no selection", 6},
		"them does not take private ones": {det("_a: {f: g}\ncondition: 1 of them"), "takes in no selection", 6},
		"pipe":                            {det("a: {f: g}\ncondition: a | count() > 5"), "a pipe in a condition", 6},
		"open parenthesis":                {det("a: {f: g}\ncondition: (a"), "is not closed", 6},
		"closing parenthesis":             {det("a: {f: g}\ncondition: a)"), `")" stands where`, 6},
		"two names":                       {det("a: {f: g}\ncondition: a a"), `"a" stands where "and", "or" or the end`, 6},
		"upper-case word":                 {det("a: {f: g}\ncondition: a AND a"), `"AND" stands where`, 6},
		"upper-case not":                  {det("a: {f: g}\ncondition: NOT a"), "lower case", 6},
		"bare pattern":                    {det("a: {f: g}\ncondition: a*"), "needs `1 of`", 6},
		"condition that ends":             {det("a: {f: g}\ncondition: a and"), "ends where the name", 6},
		"empty condition":                 {det("a: {f: g}\ncondition: ''"), "ends where the name", 6},
		"count of":                        {det("a: {f: g}\ncondition: 2 of a*"), `stands where`, 6},
		"deep parentheses":                {det("a: {f: g}\ncondition: " + strings.Repeat("(", 99) + "a" + strings.Repeat(")", 99)), "nest more than", 6},
		"timeframe":                       {det("a: {f: g}\ntimeframe: 5m\ncondition: a"), "timeframe is no longer Sigma", 6},
		"correlation":                     {"title: T\ncorrelation: {type: event_count}", "correlation documents are not supported", 2},
		"global action":                   {"title: T\naction: global", "action documents are not supported", 2},
		"level":                           {strings.Replace(whole, "level: critical", "level: huge", 1), `level: "huge" is none of`, 13},
		"status":                          {strings.Replace(whole, "experimental", "new", 1), `status: "new" is none of`, 4},
		"date":                            {strings.Replace(whole, "date: 2026-11-22", "date: 22/11/2026", 1), "is not a date", 11},
		"tags as text":                    {strings.Replace(whole, "tags: [lure.person_sale]", "tags: lure.x", 1), "tags: must be a list", 15},
		"a tag twice":                     {strings.Replace(whole, "[lure.person_sale]", "[a.b, a.b]", 1), "is there twice", 15},
		"unknown house key":               {strings.Replace(whole, "    confidence: high", "    confidense: high", 1), "lurewatch.confidense: there is no such key", 28},
		"unknown key of an example":       {strings.Replace(whole, "note: plain", "nota: plain", 1), "lurewatch.examples.match[0].nota", 33},
		"example without text":            {strings.Replace(whole, "{text: другой}", "{lang: ru}", 1), "has no text", 34},
		"merge key":                       {"title: T\nx: &x {a: b}\nz: {<<: *x}", "merge keys", 3},
		"a country that YAML 1.1 denies":  {det("a: {lang: no}\ncondition: a"), "means different things", 5},
		"a key that YAML 1.1 denies":      {det("no: {f: g}\ncondition: no"), "is a boolean to YAML 1.1", 5},
		"a number with a leading zero":    {det("a: {f: 0855}\ncondition: a"), "means different things", 5},
		"infinity":                        {det("a: {f: .inf}\ncondition: a"), "not a finite number", 5},
		"a custom tag":                    {det("a: {f: !!binary aGk=}\ncondition: a"), "is not part of Sigma", 5},
		"an alias bomb":                   {"title: T\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d]", "unfolds into more than", 0},
		"deep nesting":                    {"title: T\nx: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), "nested more than", 2},
		"a huge file":                     {"title: " + strings.Repeat("x", MaxFile), "bytes, more than", 0},
		"a condition bomb":                {det("a: {f: [" + strings.Repeat("x1,", 800) + "x]}\ncondition: " + strings.Repeat("a or ", 700) + "a"), "more than 50000 tests", 6},
		"a filter without rules":          {"title: T\nlogsource: {product: x}\nfilter: {a: {f: g}, condition: a}", "rules is missing", 3},
		"a filter with two conditions":    {"title: T\nlogsource: {product: x}\nfilter: {rules: any, a: {f: g}, condition: [a, a]}", "must be a string, not a list", 3},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse("x.yml", []byte(c.src))
			if err == nil {
				t.Fatalf("accepted: %+v", f)
			}
			first, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error is a %T", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v\nwant %q in it", err, c.want)
			}
			if c.line != 0 && first.Line != c.line {
				t.Errorf("line = %d, want %d: %v", first.Line, c.line, err)
			}
			if first.File != "x.yml" {
				t.Errorf("file = %q", first.File)
			}
		})
	}
}

func TestEveryFaultIsReported(t *testing.T) {
	_, err := Parse("x.yml", []byte(source("a: {f|foo: x, g|bar: 1}\nb: []\ncondition: c")))
	es, ok := errors.AsType[Errors](err)
	if !ok || len(es) != 3 {
		t.Fatalf("errors = %v", err)
	}
	if got, want := es[0].Error(), `parse rule "T": detection.a.f|foo: there is no modifier "foo": x.yml: line 5; hint: use all, `; !strings.HasPrefix(got, want) {
		t.Errorf("error = %q, want it to begin with %q", got, want)
	}
	fs := Findings(err)
	if len(fs) != 3 || fs[0].Line != 5 || fs[0].Severity != SeverityError || fs[2].Check != "syntax" {
		t.Errorf("findings = %v", fs)
	}
}

func TestSeveralDocumentsInOneFile(t *testing.T) {
	src := source("a: {f: g}\ncondition: a") + "---\n" + strings.Replace(source("a: {f: h}\ncondition: a"), "6f3e", "7f3e", 1) +
		"---\ntitle: F\nlogsource: {product: lurewatch}\nfilter: {rules: any, a: {f: z1}, condition: not a}\n"
	f, err := Parse("x.yml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rules) != 2 || len(f.Filters) != 1 {
		t.Fatalf("%d rules, %d filters", len(f.Rules), len(f.Filters))
	}
	if f.Rules[0].Hash == f.Rules[1].Hash {
		t.Error("two rules of one file have one hash")
	}
	if _, err := ParseRule("x.yml", []byte(src)); err == nil {
		t.Error("ParseRule took a file of several")
	}
}

func TestAliasesAreResolved(t *testing.T) {
	r := ruleOf(t, "a: {f: &v [x1, x2]}\nb: {g: *v}\ncondition: a and b")
	if !r.Match(Map{"f": "x1", "g": "x2"}) || r.Match(Map{"f": "x1", "g": "x3"}) {
		t.Error("the alias does not stand for its list")
	}
}
