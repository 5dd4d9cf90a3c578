package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/lurewatch/lurewatch/rules/sigma"
)

const own = `title: Barista
id: 5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11
status: experimental
description: An own rule beside the built-in ones, as an operator would add it.
logsource: {product: lurewatch, category: recruitment_post}
detection:
  word: {text|contains: barista}
  condition: word
level: low
`

func TestOwnRulesStandBesideTheBuiltInOnes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "barista.yml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	plain, err := LoadWith("")
	if err != nil {
		t.Fatal(err)
	}
	with, err := LoadWith(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(with.Rules.Rules()), len(plain.Rules.Rules())+1; got != want {
		t.Errorf("%d rules, want %d", got, want)
	}
	if !slices.ContainsFunc(with.Rules.Rules(), func(r *sigma.Rule) bool { return r.Title == "Barista" }) {
		t.Error("the own rule is not in the pack")
	}
	if with.ID.Hash == plain.ID.Hash {
		t.Error("another set of rules must have another hash")
	}
}

func TestAWrongFolderOfRulesIsToldWithAHint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "bad.yml"), []byte("title: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ dir, want string }{
		"a folder that is not there": {filepath.Join(t.TempDir(), "none"), "hint: rules.dir names a folder"},
		"a file":                     {file, "is no folder"},
		"a rule that is no YAML":     {broken, filepath.Join(broken, "bad.yml") + ": line 1; hint: check indentation"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := LoadWith(c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("LoadWith = %v, want an error with %q", err, c.want)
			}
		})
	}
}

// put writes own files into a folder.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const mute = `title: Our own cafes
description: They are ours.
logsource: {product: lurewatch, category: recruitment_post}
filter:
  rules: [5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11]
  ours: {company: Example Cafe}
  condition: not ours
`

// Rules, filters and words of an operator stand beside the built-in ones, in
// folders too; what belongs to something else is left alone.
func TestAnOperatorAddsRulesFiltersAndWords(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"cafes/barista.yml": own,
		"mute.yml":          mute,
		"lexicon/en.yaml":   "lang: en\nclasses:\n  JOB: |\n    zzgig\nphrases:\n  free_meals: |\n    zz grub on us = meals paid\n",
		"lexicon/xx.yaml":   "lang: xx\nname: A language of our own\nboundary: space\nclasses:\n  JOB: |\n    zzjob\n",
		"README.md":         "not a rule",
		".hidden.yml":       "not: [a rule",
		".git/config.yml":   "not: [a rule",
	})
	p, err := LoadWith(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules.Filters()) != 1 {
		t.Fatalf("%d filters, want 1", len(p.Rules.Filters()))
	}
	i := slices.IndexFunc(p.Rules.Rules(), func(r *sigma.Rule) bool { return r.Title == "Barista" })
	if i < 0 {
		t.Fatal("the own rule is not there")
	}
	fires := func(company string) bool {
		return len(p.Rules.Match(sigma.Map{"text": "barista wanted", "company": company}, nil)) == 1
	}
	if !fires("Somebody") || fires("Example Cafe") {
		t.Errorf("fires for somebody: %v, want true; for our own: %v, want false", fires("Somebody"), fires("Example Cafe"))
	}
	words := map[string]string{}
	for _, l := range p.Lexicons {
		for _, w := range l.Classes["JOB"] {
			if w.Local || l.Lang == "xx" {
				words[l.Lang] = w.Text
			}
		}
	}
	if words["en"] != "zzgig" || words["xx"] != "zzjob" {
		t.Errorf("own words of the class JOB: %v", words)
	}
	if file := filepath.Join(dir, "cafes", "barista.yml"); p.Rules.Rules()[i].File != file || !p.Local(file) || p.Local("rules/classes.yaml") {
		t.Errorf("the own rule is known as %s, local: %v", p.Rules.Rules()[i].File, p.Local(file))
	}
	for _, f := range p.LintWords() {
		if p.Local(f.File) {
			t.Error(f)
		}
	}
}

// A broken own file is told by its own name, with a line and what to do.
func TestBrokenOwnFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"a rule of no YAML":               {"a.yml", "title: [", []string{"a.yml", "hint"}},
		"a correlation":                   {"a.yml", "title: T\ncorrelation: {type: event_count}\n", []string{"a.yml", "line 2", "correlation documents are not supported", "hint: lurewatch judges one post at a time"}},
		"a filter for no rule":            {"a.yml", strings.Replace(mute, "9a11", "9a99", 1), []string{"a.yml: line 4", "there is no rule", "hint: list the ids"}},
		"an id that is taken":             {"a.yml", strings.Replace(own, "5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11", "e30763a0-5f54-43c6-a3bf-e5252ada658e", 1), []string{"a.yml: line 2", "has the same id", "hint"}},
		"a rule that ends in yaml":        {"a.yaml", own, []string{"a.yaml", "neither a rule nor a lexicon", "hint: rules and filters end in .yml"}},
		"a word of no class":              {"lexicon/en.yaml", "lang: en\nclasses:\n  JOBB: |\n    x\n", []string{"en.yaml:3", "no class JOBB", "hint"}},
		"a phrase of no concept":          {"lexicon/en.yaml", "lang: en\nphrases:\n  free_meal: |\n    x y = z\n", []string{"en.yaml:3", "no concept free_meal", "hint"}},
		"a class without words":           {"lexicon/en.yaml", "lang: en\nclasses:\n  JOB: |\n", []string{"en.yaml:3", "JOB has no words"}},
		"a word that stands out of place": {"lexicon/en.yaml", "lang: en\n  word\n", []string{"en.yaml:2", "outside any section", "hint"}},
		"another language than its name":  {"lexicon/en.yaml", "lang: id\nclasses:\n  JOB: |\n    x\n", []string{"en.yaml:1", "want en as the file is named"}},
		"a new language without a name":   {"lexicon/xx.yaml", "lang: xx\nclasses:\n  JOB: |\n    x\n", []string{"xx.yaml:1", "name is missing", "no language xx yet"}},
		"a side that is set already":      {"lexicon/en.yaml", "lang: en\nsides:\n  NEG: after 1\n", []string{"en.yaml:3", "NEG has its side in rules/lexicon/en.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{c.file: c.text})
			_, err := LoadWith(dir)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
			if fs := Findings(err); len(fs) == 0 || strings.Contains(fs[0].File, "packs/local") {
				t.Errorf("findings = %v", fs)
			}
		})
	}
}

func TestTheFingerprintChangesWithThePack(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.yml": own})
	fingerprint := func() string {
		d, err := Fingerprint(dir)
		if err != nil {
			t.Fatal(err)
		}
		return string(d)
	}
	first := fingerprint()
	put(t, dir, map[string]string{"README.md": "x"})
	if fingerprint() != first {
		t.Error("a file that is no rule changed it")
	}
	put(t, dir, map[string]string{"lexicon/en.yaml": "lang: en\nclasses:\n  JOB: |\n    zzgig\n"})
	if fingerprint() == first {
		t.Error("new words did not change it")
	}
	if _, err := Fingerprint(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there has a fingerprint")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.yml": own})
	whole := t.TempDir()
	for name, f := range sound() {
		put(t, whole, map[string]string{name: string(f.Data)})
	}
	if _, err := Open(whole); err == nil || !strings.Contains(err.Error(), "no class POLICE, by which the classifier tells who speaks") {
		t.Errorf("a whole pack without a class that the classifier reads: %v", err)
	}
	classes := string(sound()["classes.yaml"].Data)
	for _, id := range spoken() {
		if !strings.Contains(classes, "{id: "+id+",") {
			classes += "  - {id: " + id + ", gloss: x}\n"
		}
	}
	put(t, whole, map[string]string{"classes.yaml": classes})
	for name, c := range map[string]struct {
		open  string
		rules func(int) bool
	}{
		"the built-in pack": {"builtin", func(n int) bool { return n > 80 }},
		"own rules":         {dir, func(n int) bool { return n > 81 }},
		"a whole pack":      {whole, func(n int) bool { return n == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Open(c.open)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(p.Rules.Rules()); !c.rules(n) {
				t.Errorf("%d rules", n)
			}
		})
	}
	put(t, whole, map[string]string{"concepts.yaml": "concepts: []\n"})
	if _, err := Open(whole); err == nil || !strings.Contains(err.Error(), filepath.Join(whole, "concepts.yaml")) {
		t.Errorf("a whole pack without concepts: %v", err)
	}
}

// A small pack: how each concept can be said.
func TestCoverageTellsWordsFromPhrases(t *testing.T) {
	fsys := sound()
	fsys["lexicon/km.yaml"] = &fstest.MapFile{Data: []byte("lang: km\nname: Khmer\nboundary: cluster\nclasses:\n  NEG: |\n    x\nphrases:\n  free_meals: |\n    yy = meals\n")}
	fsys["lexicon/th.yaml"] = &fstest.MapFile{Data: []byte("lang: th\nname: Thai\nboundary: cluster\nclasses:\n  FREE: |\n    ฟรี\n")}
	p, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	langs, rows := p.Coverage()
	if want := []string{"en", "km", "th"}; !slices.Equal(langs, want) || len(rows) != 1 {
		t.Fatalf("languages %v, %d rows", langs, len(rows))
	}
	if want := []Means{Words | Wording, Wording, 0}; !slices.Equal(rows[0].By, want) {
		t.Errorf("free_meals by %v, want %v", rows[0].By, want)
	}
}

func TestCoverageNamesEveryConceptAndLanguage(t *testing.T) {
	p, err := LoadWith("")
	if err != nil {
		t.Fatal(err)
	}
	langs, rows := p.Coverage()
	if len(langs) != len(p.Lexicons) || len(rows) != len(p.Concepts) {
		t.Fatalf("%d languages and %d concepts, want %d and %d", len(langs), len(rows), len(p.Lexicons), len(p.Concepts))
	}
	en := slices.Index(langs, "en")
	for _, r := range rows {
		if r.Concept == "free_airfare" && slices.Contains(r.By, 0) {
			t.Errorf("free_airfare cannot be said in every language: %v", r.By)
		}
		if r.Concept == "typing_skill" && !r.By[en].Reached() {
			t.Error("typing_skill cannot be said in English")
		}
	}
}

// TestAPipeAmongTheRulesIsRefused would wait for ever if the pipe were read.
func TestAPipeAmongTheRulesIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "x.yml"), 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	_, err := LoadWith(dir)
	if err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("error %v, want one about a file that is not regular", err)
	}
}

func TestMoreLanguagesThanFitAreRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "lexicon"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range MaxLexicons {
		name := fmt.Sprintf("q%c", 'a'+i%26)
		if i >= 26 {
			name = fmt.Sprintf("x%c", 'a'+i%26)
		}
		body := fmt.Sprintf("lang: %s\nname: Language %d\nboundary: space\nclasses:\n  JOB: |\n    jobword\n", name, i)
		if err := os.WriteFile(filepath.Join(dir, "lexicon", name+".yaml"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := LoadWith(dir)
	if err == nil || !strings.Contains(err.Error(), "lexicons are more than 32") {
		t.Errorf("error %v, want one about too many lexicons", err)
	}
}
