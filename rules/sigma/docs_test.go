package sigma

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The guide must stay true: its rules parse and pass lint, and it names every
// field, every check and every modifier.
func TestTheGuideIsTrue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	guide := string(data)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(guide, -1)
	if len(blocks) < 2 {
		t.Fatalf("%d examples in the guide", len(blocks))
	}
	for _, b := range blocks {
		f, err := Parse("docs/rules.md", []byte(b[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, x := range Lint(f.Rules, f.Filters, PostSchema(nil)) {
			t.Error(x)
		}
	}
	for _, f := range PostSchema(nil).Fields() {
		if !strings.Contains(guide, "`"+f.Name+"`") {
			t.Errorf("the guide does not name the field %s", f.Name)
		}
		for _, v := range f.Values {
			if !strings.Contains(guide, "`"+v+"`") {
				t.Errorf("the guide does not name the value %s of %s", v, f.Name)
			}
		}
	}
	src, err := os.ReadFile("lint.go")
	if err != nil {
		t.Fatal(err)
	}
	logic, err := os.ReadFile("logic.go")
	if err != nil {
		t.Fatal(err)
	}
	checks := regexp.MustCompile(`l\.(?:err|warn)\([^,]+(?:\([^)]*\))?, "([a-z-]+)"`).FindAllStringSubmatch(string(src)+string(logic), -1)
	if len(checks) < 10 {
		t.Fatalf("only %d checks found in the source", len(checks))
	}
	for _, c := range checks {
		if !strings.Contains(guide, "`"+c[1]+"`") {
			t.Errorf("the guide does not name the check %s", c[1])
		}
	}
}
