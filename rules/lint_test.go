package rules

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lurewatch/lurewatch/rules/sigma"
)

// sound is a small pack that lint has nothing to say of. Tests break it in one way.
func sound() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"VERSION": file("1\n"),
		"classes.yaml": file(`classes:
  - {id: FREE, gloss: free}
  - {id: FOOD, gloss: food, ordinary: true}
  - {id: HIRE, gloss: hiring}
  - {id: SEEKER, gloss: who looks for work}
  - {id: NEG, gloss: no}
`),
		"concepts.yaml": file(`concepts:
  - id: free_meals
    title: Free meals
    gloss: meals paid
    group: D
    kind: signal
    stage: lure
    weight: weak
    patterns:
      - 'FOOD ~5 FREE !NEG'
      - '(HIRE|SEEKER)'
`),
		"gazetteer.yaml": file("places: []\n"),
		"salary.yaml":    file("benchmarks: []\n"),
		"lexicon/en.yaml": file(`lang: en
name: English
boundary: space
sides:
  NEG: before 3
not_after: |
  board over
classes:
  FREE: |
    free
    ?gratis
  FOOD: |
    board
    ?mess
  HIRE: |
    wanted
  SEEKER: |
    ?wanted
  NEG: |
    no
phrases:
  free_meals: |
    meals on us = meals paid
`),
		"packs/labour/meals.yml": file(`title: Meals
id: 5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11
status: experimental
description: What it is.
references: ['https://example.org/why']
author: example
date: 2026-11-22
tags: [lure.meals]
logsource: {product: lurewatch, category: recruitment_post}
detection:
  offer: {stance: offer, concept: free_meals}
  condition: offer
falsepositives: [Canteens]
level: low
lurewatch:
  confidence: low
  indicators: [free_meals]
  ilo: [isolation]
  examples:
    match: [{text: a}, {text: b}]
    ignore: [{text: c}, {text: d}]
`),
	}
}

func TestASoundPackHasNoFindings(t *testing.T) {
	p, err := Load(sound())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Lint() {
		t.Error(f)
	}
}

// Each pack is wrong in one way; the finding names file, line, check and a way out.
func TestLintFinds(t *testing.T) {
	const lex, con, cls, rule = "lexicon/en.yaml", "concepts.yaml", "classes.yaml", "packs/labour/meals.yml"
	for name, c := range map[string]struct{ file, from, to, want string }{
		"a word twice in a class":           {lex, "    ?gratis\n", "    ?free\n", `lexicon/en.yaml:11: error: FREE: "free" stands in line 10 already (duplicate-word)`},
		"a word with a star and without":    {lex, "    free\n", "    free\n    free*\n", `lexicon/en.yaml:11: warning: FREE: "free" stands here and in line 10, with a star and without (covered-word)`},
		"a word that hires and seeks":       {lex, "    ?wanted\n", "    wanted\n", `lexicon/en.yaml:16: error: "wanted" counts alone both as HIRE and as SEEKER (opposites)`},
		"a phrase twice in one concept":     {lex, "meals paid\n", "meals paid\n    meals on us = food\n", `lexicon/en.yaml:24: error: free_meals: phrase "meals on us" stands here twice (duplicate-phrase)`},
		"an exception twice":                {lex, "  board over\n", "  board over\n  board over\n", `lexicon/en.yaml:8: error: "board" beside "over" stands here twice (duplicate-exception)`},
		"an exception for no word":          {lex, "  board over\n", "  bord over\n", `lexicon/en.yaml:7: error: no class and no phrase has the word "bord" (idle-exception)`},
		"a side of a class without words":   {lex, "  NEG: |\n    no\n", "", `lexicon/en.yaml:5: error: NEG has a side and no words (idle-side)`},
		"a class without words":             {cls, "  - {id: NEG, gloss: no}\n", "  - {id: NEG, gloss: no}\n  - {id: BED, gloss: bed, masks: all}\n", `classes.yaml:7: warning: no language has a word of the class BED (empty-class)`},
		"a class in no pattern":             {con, "FOOD ~5 FREE !NEG", "FOOD !NEG", `classes.yaml:2: warning: no pattern asks for the class FREE (unused-class)`},
		"a concept that nothing asks for":   {rule, "concept: free_meals", "text|contains: meals", `concepts.yaml:2: error: no rule, no other concept and no stance asks for the concept free_meals (unused-concept)`},
		"a concept kept without need":       {con, "    title:", "    kept: for later\n    title:", `concepts.yaml:2: error: the concept free_meals says why it is kept, but it is asked for and can be said (kept-concept)`},
		"a pattern twice":                   {con, "      - '(HIRE|SEEKER)'\n", "      - '(HIRE|SEEKER)'\n      - (HIRE|SEEKER)\n", `concepts.yaml:12: error: free_meals: the pattern "(HIRE|SEEKER)" stands here twice (duplicate-pattern)`},
		"a pattern that excludes itself":    {con, "      - '(HIRE|SEEKER)'\n", "      - '(HIRE|SEEKER)'\n      - 'HIRE !HIRE'\n", `concepts.yaml:12: error: free_meals: the pattern "HIRE !HIRE" can never hold: it excludes what it asks for (dead-pattern)`},
		"one that excludes its only anchor": {con, "FOOD ~5 FREE !NEG", "FOOD ~5 FREE !~8 (FOOD|FREE)", `can never hold: it excludes what it asks for (dead-pattern)`},
		"a pattern of marks only":           {con, "FOOD ~5 FREE !NEG", "MONEY ~5 PLACE", `can never hold: all its words are ambiguous or marks`},
		"more words than there are":         {con, "FOOD ~5 FREE !NEG", "FOOD{3} ~5 FREE !NEG", `can never hold: no language has words for FOOD{3} (dead-pattern)`},
		"a sure word of an unsure class":    {con, "(HIRE|SEEKER)", "SEEKER+ ~3 HIRE", `can never hold: no language has words for SEEKER+ (dead-pattern)`},
		"an unsure word alone":              {con, "(HIRE|SEEKER)", "SEEKER", `can never hold: all its words are ambiguous or marks, which count beside others only (dead-pattern)`},
		"a rule that contradicts itself":    {rule, "condition: offer", "condition: offer and not offer", `packs/labour/meals.yml:12: error: the rule can never fire: stance must and must not be "offer" (never-fires)`},
		"a filter that mutes for good":      {rule, "level: low\n", "level: low\n---\ntitle: F\ndescription: D\nlogsource: {product: lurewatch}\nfilter: {rules: any, a: {stance: offer}, condition: not a}\n", `(filter-mutes)`},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := sound()
			text := string(fsys[c.file].Data)
			if !strings.Contains(text, c.from) {
				t.Fatalf("%s has no %q", c.file, c.from)
			}
			fsys[c.file].Data = []byte(strings.Replace(text, c.from, c.to, 1))
			p, err := Load(fsys)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, f := range p.Lint() {
				all = append(all, f.String())
				if f.Hint == "" || f.Line == 0 {
					t.Errorf("no hint or no line: %v", f)
				}
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, c.want) {
				t.Errorf("findings:\n%s\nwant %q", got, c.want)
			}
		})
	}
}

func TestAConceptWithoutWordsIsFoundEverywhere(t *testing.T) {
	fsys := sound()
	fsys["concepts.yaml"].Data = append(fsys["concepts.yaml"].Data, []byte(`  - id: dumb
    title: What nobody can say
    gloss: dumb
    group: D
    kind: signal
    stage: lure
    weight: weak
`)...)
	rule := fsys["packs/labour/meals.yml"]
	rule.Data = []byte(strings.Replace(string(rule.Data), "concept: free_meals", "concept: dumb", 1))
	p, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]int{}
	for _, f := range p.Lint() {
		checks[f.Check] = f.Line
	}
	if checks["unreachable-concept"] != 12 || checks["never-fires"] != 12 || checks["unused-concept"] != 2 {
		t.Errorf("findings = %v", checks)
	}
}

// What does not load is told in the same words as what lint finds.
func TestFindingsOfWhatDoesNotLoad(t *testing.T) {
	fsys := sound()
	fsys["packs/labour/meals.yml"].Data = []byte("title: A\nlevel: severe\nlogsource: {product: lurewatch}\ndetection: {a: {stance: offer}, condition: b}\n")
	fsys["lexicon/en.yaml"].Data = []byte("lang: en\nname: English\nboundary: tab\n")
	fsys["concepts.yaml"].Data = []byte("concepts:\n  - {id: a, title: A, gloss: a, weight: weak, patterns: ['NOPE']}\n")
	_, err := Load(fsys)
	if err == nil {
		t.Fatal("no error")
	}
	fs := Findings(err)
	want := []string{"concepts.yaml:2", "lexicon/en.yaml:3", "packs/labour/meals.yml:2"}
	if len(fs) < len(want) {
		t.Fatalf("findings = %v", fs)
	}
	for i, f := range fs[:len(want)] {
		if !strings.HasPrefix(f.String(), want[i]+": error: ") || f.Hint == "" || f.Severity != sigma.SeverityError {
			t.Errorf("finding = %v, want one at %s with a hint", f, want[i])
		}
	}
	if fs := Findings(nil); fs != nil {
		t.Errorf("nothing wrong, but %v", fs)
	}
}
