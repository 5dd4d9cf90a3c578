package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The guide names every check of lint that package sigma does not: those are
// tested there.
func TestTheGuideNamesEveryCheck(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`"((?:duplicate|idle|empty|unused|unreachable|kept|dead|ordinary|unfolded|covered)-[a-z]+|opposites)"`)
	found := 0
	for _, file := range []string{"lint.go", filepath.Join("..", "classifier", "ordinary.go")} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(src), -1) {
			found++
			if !strings.Contains(string(guide), "`"+m[1]+"`") {
				t.Errorf("docs/rules.md does not name the check %s of %s", m[1], file)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d checks found in the source: the test tests less than it says", found)
	}
}

// Every language has honest posts to ask, each once.
func TestOrdinaryPosts(t *testing.T) {
	p, err := LoadWith("")
	if err != nil {
		t.Fatal(err)
	}
	langs, seen := map[string]int{}, map[string]string{}
	for x, err := range OrdinaryPosts() {
		if err != nil {
			t.Fatal(err)
		}
		langs[x.Lang]++
		if first := seen[x.Text]; first != "" {
			t.Errorf("%s says what %s says", x.ID, first)
		}
		seen[x.Text] = x.ID
		if regexp.MustCompile(`\+\d[\d ()-]{7,}\d|\b0\d{8,}`).MatchString(x.Text) && !strings.Contains(x.Text, "00 0") {
			t.Errorf("%s: a number that could be somebody's: %s", x.ID, x.Text)
		}
	}
	for _, l := range p.Lexicons {
		if langs[l.Lang] < 5 {
			t.Errorf("%s has %d honest posts, want 5", l.Lang, langs[l.Lang])
		}
	}
}

// Every class that the classifier reads by name is one that a whole pack must have.
func TestAWholePackHasTheClassesThatTheClassifierReads(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "classifier", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\bi\("([A-Z_]+)"\)`).FindAllStringSubmatch(string(b), -1) {
			found++
			if !slices.Contains(spoken(), m[1]) && !slices.Contains(Marks(), m[1]) {
				t.Errorf("%s reads the class %s: add it to spoken() in rules/lint.go", f, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d classes found in the source: the test tests less than it says", found)
	}
}
