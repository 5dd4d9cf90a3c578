package rules

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestBuiltinPackLoads(t *testing.T) {
	start := time.Now()
	p, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, l := range p.Lexicons {
		words += l.Words()
	}
	t.Logf("%d languages, %d words, %d concepts in %v", len(p.Lexicons), words, len(p.Concepts), time.Since(start))
	if len(p.Lexicons) != 26 || len(p.Concepts) < 100 || words < 50_000 {
		t.Errorf("pack has %d languages, %d concepts, %d words", len(p.Lexicons), len(p.Concepts), words)
	}
	if q, _ := Load(Builtin()); q.ID != p.ID {
		t.Errorf("two loads of one pack have ids %v and %v", p.ID, q.ID)
	}
}

func TestBuiltinPackIsClean(t *testing.T) {
	p, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Lint() {
		if f.Check != "unused-class" && f.Check != "covered-word" { // words that wait for a pattern, or are taken twice, do no harm
			t.Error(f)
		}
	}
}

func small() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"VERSION":         file("1\n"),
		"classes.yaml":    file("classes:\n  - {id: FREE, gloss: free}\n  - {id: FOOD, gloss: food, masks: all}\n"),
		"concepts.yaml":   file("concepts:\n  - {id: free_meals, title: Free meals, gloss: meals paid, group: A, kind: signal, stage: lure, weight: weak, patterns: ['FOOD ~5 FREE']}\n"),
		"gazetteer.yaml":  file("places: []\n"),
		"salary.yaml":     file("benchmarks: []\n"),
		"lexicon/en.yaml": file("lang: en\nname: English\nboundary: space\nclasses:\n  FREE: |\n    free\n"),
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct{ file, old, new, want string }{
		"a class that is not there":           {"lexicon/en.yaml", "FREE", "FRREE", "lexicon/en.yaml:5: no class FRREE"},
		"a language not named as its file":    {"lexicon/en.yaml", "lang: en", "lang: id", "want en as the file is named"},
		"a pattern over no class":             {"concepts.yaml", "~5 FREE", "~5 FRE", "no class FRE"},
		"a pattern that does not parse":       {"concepts.yaml", "~5 FREE", "~ FREE", "want a number"},
		"an unknown key of a concept":         {"concepts.yaml", "weight: weak", "weihgt: weak", `unknown key "weihgt"`},
		"a weight that is none":               {"concepts.yaml", "weight: weak", "weight: heavy", `weight "heavy" is none of`},
		"an unknown key in classes.yaml":      {"classes.yaml", "masks", "mask", `unknown key "mask"; hint: one of id`},
		"a class with the name of a mark":     {"classes.yaml", "id: FOOD", "id: MONEY", "name of a mark"},
		"a pattern over a concept not above":  {"concepts.yaml", "FOOD ~5", "@free_meals ~5", "no concept free_meals stands above"},
		"an unknown key of a lexicon":         {"lexicon/en.yaml", "name:", "nmae:", `lexicon/en.yaml:2: unknown key "nmae"`},
		"a boundary that is none":             {"lexicon/en.yaml", "space", "tab", "lexicon/en.yaml:3: boundary"},
		"a word with a star inside":           {"lexicon/en.yaml", "    free", "    fr*ee", "lexicon/en.yaml:6:"},
		"a word that is only a question mark": {"lexicon/en.yaml", "    free", "    *", "lexicon/en.yaml:6: empty word"},
		"bytes that are no text":              {"lexicon/en.yaml", "free", "fr\xffee", "not valid UTF-8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := small()
			if _, err := Load(fsys); err != nil {
				t.Fatalf("the pack before the change: %v", err)
			}
			data := string(fsys[tt.file].Data)
			if !strings.Contains(data, tt.old) {
				t.Fatalf("%s has no %q", tt.file, tt.old)
			}
			fsys[tt.file].Data = []byte(strings.Replace(data, tt.old, tt.new, 1))
			_, err := Load(fsys)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
	for name := range small() {
		t.Run("without "+name, func(t *testing.T) {
			fsys := small()
			delete(fsys, name)
			if _, err := Load(fsys); err == nil {
				t.Error("no error")
			}
		})
	}
}
