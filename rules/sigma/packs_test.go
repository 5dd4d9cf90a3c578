package sigma

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// builtin reads the rules that come with the program.
func builtin(t *testing.T) []*Rule {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "packs", "*", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rule files: %v", err)
	}
	var out []*Rule
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParseRule(filepath.ToSlash(f), data)
		if err != nil {
			t.Error(err)
			continue
		}
		out = append(out, r)
	}
	return out
}

// concepts reads the ids of rules/concepts.yaml.
func concepts(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "concepts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\s*- id: (\w+)$`).FindAllStringSubmatch(string(data), -1) {
		out = append(out, m[1])
	}
	if len(out) < 50 {
		t.Fatalf("%d concepts", len(out))
	}
	return out
}

func TestTheBuiltinRulesAreClean(t *testing.T) {
	rs := builtin(t)
	if len(rs) < 30 {
		t.Errorf("%d rules", len(rs))
	}
	for _, f := range Lint(rs, nil, PostSchema(concepts(t))) {
		t.Error(f)
	}
}

// The values of a rule must not be about who people are, and its examples must
// reach nobody.
func TestTheBuiltinRulesKeepToTheirWord(t *testing.T) {
	phone := regexp.MustCompile(`\+?\d[\d ()-]{7,}\d`)
	handle := regexp.MustCompile(`@[A-Za-z0-9_]+`)
	for _, r := range builtin(t) {
		if r.LogSource != (LogSource{Product: Product, Category: Category}) {
			t.Errorf("%s: log source %+v", r.File, r.LogSource)
		}
		if want := strings.TrimSuffix(filepath.Base(r.File), ".yml"); !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(want) {
			t.Errorf("%s: name the file in lower case with hyphens", r.File)
		}
		for _, v := range r.Values("concept") {
			if v == "chinese_company" || v == "jobseeker_word" && !strings.Contains(r.Condition(), "not") {
				t.Errorf("%s: asks for %s", r.File, v)
			}
		}
		langs := map[string]bool{}
		for _, e := range append(append([]Example{}, r.Extra.Examples.Match...), r.Extra.Examples.Ignore...) {
			langs[e.Lang] = true
			for _, p := range phone.FindAllString(e.Text, -1) {
				if !strings.HasSuffix(strings.ReplaceAll(p, " ", ""), "0000000") {
					t.Errorf("%s:%d: %q may be somebody's number", r.File, e.Line, p)
				}
			}
			for _, h := range handle.FindAllString(e.Text, -1) {
				if !strings.HasPrefix(h, "@example") {
					t.Errorf("%s:%d: %q may be somebody's handle", r.File, e.Line, h)
				}
			}
		}
		if len(langs) < 2 {
			t.Errorf("%s: the examples are in one language only", r.File)
		}
		if r.Level.Rank() >= post.LevelMedium.Rank() && !strings.Contains(r.Condition(), "not 1 of filter_") {
			t.Errorf("%s: no way out for honest posts", r.File)
		}
	}
}
