package sigma

import (
	"slices"
	"strings"
	"testing"
)

func has(fs []Finding, check string, line int) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Check == check && (line == 0 || f.Line == line) })
}

func TestAWholeRuleHasNoErrors(t *testing.T) {
	r, err := ParseRule("p.yml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	fs := Lint([]*Rule{r}, nil, PostSchema([]string{"person_transfer", "person_sale"}))
	for _, f := range fs {
		if f.Check != "examples" {
			t.Error(f)
		}
	}
	if len(fs) != 1 || fs[0].Severity != SeverityWarning || fs[0].Line != 27 {
		t.Errorf("findings = %v, want one warning that ignore has one example only", fs)
	}
}

func TestLint(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string // a change to the whole rule
		check    string
		line     int
		part     string // of the finding
	}{
		"an id that is no uuid":              {"6F3E2987-db24-4c78-a860-b4f4095a7095", "rule-1", "id", 2, "uuidgen"},
		"no description":                     {"description: |\n    Two lines\n    of it.\n", "", "missing-description", 0, "description is missing"},
		"no level":                           {"level: critical\n", "", "missing-level", 0, ""},
		"no false positives":                 {"falsepositives: [Football transfers]\n", "", "missing-falsepositives", 0, ""},
		"no references":                      {"references: ['https://vodenglish.news/x']\n", "", "missing-references", 0, ""},
		"no indicators":                      {"    indicators: [person_sale]\n", "", "missing-indicators", 27, ""},
		"no ILO indicator":                   {"    ilo: [debt bondage]\n", "", "missing-ilo", 27, ""},
		"no tags":                            {"tags: [lure.person_sale]\n", "", "missing-tags", 0, ""},
		"a tag without namespace":            {"lure.person_sale", "person", "tag", 15, ""},
		"an unknown field":                   {"{stance: offer}", "{stance: offer, concpet: x}", "unknown-field", 24, "did you mean concept?"},
		"an unknown field, far off":          {"{stance: offer}", "{stance: offer, process: x}", "unknown-field", 24, "docs/rules.md"},
		"an unknown field among fields":      {"fields: [concept]", "fields: [Image]", "unknown-field", 17, ""},
		"an unknown concept":                 {"concept: person_transfer", "concept: person_tranfer", "unknown-concept", 23, "did you mean person_transfer?"},
		"an unknown concept of several":      {"concept: person_transfer", "concept: [person_transfer, zz]", "unknown-concept", 23, `never "zz"`},
		"a pattern that no concept fits":     {"concept: person_transfer", "concept|startswith: organ", "unknown-concept", 23, ""},
		"a stance that is none":              {"stance: offer", "stance: lure", "unknown-value", 24, "one of offer, warning"},
		"a contact kind with a slip":         {"{stance: offer}", "{stance: offer, contact.kind: telegarm}", "unknown-value", 24, "did you mean telegram?"},
		"a number compared as text":          {"{stance: offer}", "{stance: offer, salary.ratio: '3'}", "kind", 24, "number field"},
		"text compared as a number":          {"{stance: offer}", "{stance: offer, lang|gt: 3}", "kind", 24, "word field"},
		"text that is a number":              {"{stance: offer}", "{stance: offer, lang: 3}", "kind", 24, ""},
		"an unknown field reference":         {"{stance: offer}", "{stance: offer, lang|fieldref: zz}", "unknown-field", 24, ""},
		"an unused selection":                {"condition: sel and offer", "condition: offer", "unused-selection", 23, `"sel"`},
		"and not itself":                     {"condition: sel and offer", "condition: sel and offer and not sel", "never-fires", 25, "must and must not"},
		"two values of a single field":       {"{stance: offer}", "{stance|all: [offer, news]}", "never-fires", 25, "both"},
		"an empty range":                     {"{stance: offer}", "{stance: offer, age.min|lt: 18, age.min|gte: 18}", "never-fires", 25, "cannot be both >= 18 and < 18"},
		"absent and present":                 {"{stance: offer}", "{stance: offer, lang: null, lang|startswith: k}", "never-fires", 25, "absent"},
		"no offer asked for":                 {"condition: sel and offer", "condition: sel or offer", "stance", 25, "without_stance"},
		"fires on absence":                   {"condition: sel and offer", "condition: offer and sel or not sel", "fires-on-absence", 25, ""},
		"another log source":                 {"product: lurewatch", "product: windows", "logsource", 21, ""},
		"an ILO indicator that is none":      {"[debt bondage]", "[debts]", "ilo", 27, ""},
		"an indicator that is no concept":    {"[person_sale]", "[person_sail]", "unknown-concept", 27, ""},
		"contradicting texts with wildcards": {"{stance: offer}", "{stance: offer, stance|startswith: ne}", "never-fires", 25, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(whole, c.from) {
				t.Fatalf("the rule has no %q", c.from)
			}
			r, err := ParseRule("p.yml", []byte(strings.Replace(whole, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			fs := Lint([]*Rule{r}, nil, PostSchema([]string{"person_transfer", "person_sale"}))
			if !has(fs, c.check, c.line) {
				t.Fatalf("findings = %v, want %s at line %d", fs, c.check, c.line)
			}
			for _, f := range fs {
				if f.Check == c.check && !strings.Contains(f.String(), c.part) {
					t.Errorf("finding = %v, want %q in it", f, c.part)
				}
			}
		})
	}
}

func TestLintAllowsWhatIsPossible(t *testing.T) {
	for name, detection := range map[string]string{
		"two concepts of a list field":  "a: {concept|all: [x1, x2], stance: offer}\ncondition: a",
		"a range":                       "a: {age.min|gte: 16, age.min|lt: 18, stance: offer}\ncondition: a",
		"a closed range of one":         "a: {age.min|gte: 16, age.min|lte: 16, stance: offer}\ncondition: a",
		"absent and exists false":       "a: {lang: null, lang|exists: false, stance: offer}\ncondition: a",
		"one case is impossible":        "a: {stance: offer}\nb: {stance: news}\ncondition: a and (a or b)",
		"an open range, not excluded":   "a: {stance: offer, salary.ratio|gte: 3}\nb: {salary.ratio|gt: 4}\ncondition: a and not b",
		"a number beside a range":       "a: {stance: offer, age.min: 16}\nb: {age.min|lt: 14}\ncondition: a and not b",
		"one of two concepts is dumb":   "a: {stance: offer, concept: [x1, dumb]}\ncondition: a",
		"not a concept without words":   "a: {stance: offer}\nb: {concept: dumb}\ncondition: a and not b",
		"offer by a selector":           "s_1: {stance: offer}\ns_2: {concept: x1}\ncondition: all of s_*",
		"excluded by neq":               "a: {stance: offer, lang|neq: en}\ncondition: a",
		"a pattern that fits the value": "a: {stance: offer, stance|startswith: offe}\ncondition: a",
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range Lint([]*Rule{ruleOf(t, detection)}, nil, PostSchema([]string{"x1", "x2", "dumb"}, "dumb")) {
				switch f.Check {
				case "never-fires", "stance", "fires-on-absence", "unknown-value", "kind":
					t.Error(f)
				}
			}
		})
	}
}

// Each rule can never fire, for one reason.
func TestLintFindsRulesThatCanNeverFire(t *testing.T) {
	for name, c := range map[string]struct{ detection, why string }{
		"a and not a":                         {"a: {concept: x1}\ncondition: a and not a", "must and must not"},
		"offer and news":                      {"a: {stance: offer}\nb: {stance: news}\ncondition: a and b", `both "news" and "offer"`},
		"every case has its own reason":       {"a: {concept: x1}\nb: {concept: x2}\ncondition: (a or b) and not a and not b", "must and must not"},
		"ranges apart":                        {"a: {salary.ratio|gte: 3}\nb: {salary.ratio|lt: 2}\ncondition: a and b", "cannot be both < 2 and >= 3"},
		"a range that the other one excludes": {"a: {salary.ratio|gte: 3}\nb: {salary.ratio|gt: 2}\ncondition: a and not b", "salary.ratio must be >= 3"},
		"a number inside an excluded range":   {"a: {age.min: 16}\nb: {age.min|lt: 18}\ncondition: a and not b", "age.min must be 16"},
		"a concept that nobody can say":       {"a: {concept: dumb}\ncondition: a", "no language has words for it"},
		"only concepts that nobody can say":   {"a: {concept|startswith: dum}\ncondition: a", "no language has words for it"},
		"all of two, one of them unsayable":   {"a: {concept|all: [x1, dumb]}\ncondition: a", "no language has words for it"},
		"many cases, none of them possible":   {"a: {concept: [x1, x2, x3]}\nb: {concept: [x1, x2, x3]}\nc: {stance|all: [offer, news]}\nd: {lang: [a1, a2, a3, a4, a5, a6, a7, a8]}\ncondition: a and b and d and c", "stance has one value"},
	} {
		t.Run(name, func(t *testing.T) {
			fs := Lint([]*Rule{ruleOf(t, c.detection)}, nil, PostSchema([]string{"x1", "x2", "x3", "dumb"}, "dumb"))
			i := slices.IndexFunc(fs, func(f Finding) bool { return f.Check == "never-fires" })
			if i < 0 || !strings.Contains(fs[i].Message, c.why) || fs[i].Severity != SeverityError || fs[i].Hint == "" {
				t.Errorf("findings = %v, want never-fires with %q", fs, c.why)
			}
		})
	}
}

// Each filter is wrong in one way.
func TestLintOfFilters(t *testing.T) {
	const good = "title: Known employers\ndescription: Our own.\nlogsource: {product: lurewatch}\nfilter:\n    rules: any\n    known: {company: Example Hotel}\n    condition: not known\n"
	rule := "a: {stance: offer, concept: x1}\ncondition: a"
	for name, c := range map[string]struct {
		from, to string
		check    string
		line     int
	}{
		"nothing":                       {"", "", "", 0},
		"no description":                {"description: Our own.\n", "", "missing-description", 1},
		"it keeps what it should mute":  {"condition: not known", "condition: known", "filter-narrows", 7},
		"it can never hold":             {"condition: not known", "condition: known and not known", "filter-mutes", 7},
		"it ends a rule":                {"known: {company: Example Hotel}", "known: {stance: offer}", "filter-mutes", 7},
		"a field that is not there":     {"company: Example", "compnay: Example", "unknown-field", 6},
		"a value that is not there":     {"{company: Example Hotel}", "{contact.kind: fax}", "unknown-value", 6},
		"a selection that is not used":  {"    condition", "    other: {lang: km}\n    condition", "unused-selection", 7},
		"another log source":            {"product: lurewatch", "product: windows", "logsource", 3},
		"it applies to no rule":         {"product: lurewatch", "product: windows", "filter-idle", 1},
		"a rule that is not there":      {"rules: any", "rules: [no_such_rule]", "unknown-rule", 4},
		"a concept that is none":        {"{company: Example Hotel}", "{concept: x11}", "unknown-concept", 6},
		"a number compared with a text": {"{company: Example Hotel}", "{salary.ratio: high}", "kind", 6},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.from) {
				t.Fatalf("the filter has no %q", c.from)
			}
			f, err := Parse("f.yml", []byte(strings.Replace(good, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			fs := Lint(nil, f.Filters, PostSchema([]string{"x1"}), ruleOf(t, rule))
			if c.check == "" {
				if len(fs) > 0 {
					t.Errorf("findings = %v", fs)
				}
				return
			}
			if !has(fs, c.check, c.line) {
				t.Errorf("findings = %v, want %s at line %d", fs, c.check, c.line)
			}
			for _, x := range fs {
				if x.Hint == "" {
					t.Errorf("no hint: %v", x)
				}
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	a, b := ruleOf(t, "a: {concept: x}\ncondition: a"), ruleOf(t, "a: {concept: y1}\ncondition: a")
	for name, fs := range map[string][]Finding{
		"of each other":             Lint([]*Rule{a, b}, nil, PostSchema(nil)),
		"of a rule already there":   Lint([]*Rule{b}, nil, PostSchema(nil), a),
		"the rule itself is no one": Lint([]*Rule{b, a}, nil, PostSchema(nil), b),
	} {
		if !has(fs, "duplicate-id", 2) || !has(fs, "duplicate-title", 1) {
			t.Errorf("%s: findings = %v", name, fs)
		}
	}
	if fs := Lint([]*Rule{a}, nil, PostSchema(nil), a); has(fs, "duplicate-id", 0) {
		t.Errorf("a rule is no duplicate of itself: %v", fs)
	}
}

func TestAReasonReplacesTheStance(t *testing.T) {
	src := strings.Replace(whole, "condition: sel and offer", "condition: sel or offer", 1)
	src = strings.Replace(src, "    confidence: high\n", "    confidence: high\n    without_stance: people are listed without any verb of offering\n", 1)
	r, err := ParseRule("p.yml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if fs := Lint([]*Rule{r}, nil, PostSchema(nil)); has(fs, "stance", 0) {
		t.Errorf("findings = %v", fs)
	}
}

func TestPostSchemaNamesEveryFieldOnce(t *testing.T) {
	s := PostSchema(nil)
	if len(s.Fields()) < 20 {
		t.Fatalf("%d fields", len(s.Fields()))
	}
	for _, f := range s.Fields() {
		if f.Doc == "" {
			t.Errorf("%s has no line for people", f.Name)
		}
		if f.Keyword && f.Kind != KindText {
			t.Errorf("%s is searched by keywords but is %s", f.Name, f.Kind)
		}
	}
	if _, err := NewSchema(Field{Name: "a"}, Field{Name: "a"}); err == nil {
		t.Error("a field twice was accepted")
	}
}
