package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
		"a rule that is no YAML":     {broken, "packs/local/bad.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := LoadWith(c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("LoadWith = %v, want an error with %q", err, c.want)
			}
		})
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
		if r.Concept == "free_airfare" && slices.Contains(r.Reached, false) {
			t.Errorf("free_airfare cannot be said in every language: %v", r.Reached)
		}
		if r.Concept == "typing_skill" && !r.Reached[en] {
			t.Error("typing_skill cannot be said in English")
		}
	}
}
