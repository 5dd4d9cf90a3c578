package sigma

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pySigma loads files with the Python environment named by LUREWATCH_ORACLES
// (a venv with pysigma in it). Without it the test is skipped, unless
// LUREWATCH_TEST_REQUIRE names the oracles.
func pySigma(t *testing.T, files []string) map[string][]string {
	t.Helper()
	venv := os.Getenv("LUREWATCH_ORACLES")
	if venv == "" {
		if strings.Contains(os.Getenv("LUREWATCH_TEST_REQUIRE"), "oracles") {
			t.Fatal("LUREWATCH_ORACLES is not set, and oracles are required")
		}
		t.Skip("set LUREWATCH_ORACLES to a Python venv with pysigma to run this")
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(venv, "bin", "python"), filepath.Join("oracle", "load.py"))
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run pySigma: %v\n%s", err, &stderr)
	}
	got := map[string][]string{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var line struct {
			File   string
			Rules  int
			Errors []string
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Rules == 0 && len(line.Errors) == 0 {
			line.Errors = []string{"pySigma sees no rule in it"}
		}
		got[line.File] = line.Errors
	}
	if len(got) != len(files) {
		t.Fatalf("pySigma answered for %d of %d files", len(got), len(files))
	}
	return got
}

func TestPySigmaLoadsEveryRuleOfThePacks(t *testing.T) {
	files, err := filepath.Glob("../packs/*/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rule files: %v", err)
	}
	for file, errs := range pySigma(t, files) {
		for _, e := range errs {
			t.Errorf("%s: %s", file, e)
		}
	}
}

// Filters load too: those of the documents, and one of each shape that we accept.
func TestPySigmaLoadsFilters(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	srcs := map[string]string{}
	for _, b := range strings.Split(string(guide), "```yaml\n")[1:] {
		if b, _, _ = strings.Cut(b, "```"); strings.Contains(b, "\nfilter:") {
			srcs[fmt.Sprintf("docs-%d", len(srcs))] = b
		}
	}
	if len(srcs) == 0 {
		t.Fatal("docs/rules.md shows no filter")
	}
	head := "title: F\ndescription: D\nlogsource: {product: lurewatch, category: recruitment_post}\nfilter:\n"
	for name, body := range map[string]string{
		"any rule":        "    rules: any\n    a: {company: X}\n    condition: not a\n",
		"rules by id":     "    rules: [6f3e2987-db24-4c78-a860-b4f4095a7095]\n    a: {company|startswith: X}\n    condition: not a\n",
		"rules by name":   "    rules:\n        - people_priced\n    a: {company: [X, Y]}\n    b: {url|contains: '/x/'}\n    condition: not (a or b)\n",
		"not 1 of some":   "    rules: any\n    ours_1: {source: x}\n    ours_2: {company: X}\n    condition: not 1 of ours_*\n",
		"keywords":        "    rules: any\n    a: [x1, x2]\n    condition: not a\n",
		"with an id":      "    rules: any\n    a: {company: X}\n    condition: not a\nid: 6f3e2987-db24-4c78-a860-b4f4095a7099\n",
		"numbers, exists": "    rules: any\n    a: {salary.ratio|lt: 2, company|exists: true}\n    condition: not a\n",
	} {
		srcs[name] = head + body
	}
	const rule = "title: R\nid: 6f3e2987-db24-4c78-a860-b4f4095a7095\nname: people_priced\nlogsource: {product: lurewatch, category: recruitment_post}\ndetection:\n    a: {stance: offer}\n    condition: a\n"
	dir := t.TempDir()
	var files []string
	for name, src := range srcs {
		src = rule + "---\n" + src
		f, err := Parse(name, []byte(src))
		if err != nil || len(f.Filters) != 1 {
			t.Fatalf("%s: we do not accept it: %v", name, err)
		}
		if !f.Filters[0].applies(f.Rules[0]) {
			t.Errorf("%s: we do not apply it", name)
		}
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".yml")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for file, errs := range pySigma(t, files) {
		for _, e := range errs {
			t.Errorf("%s: %s", filepath.Base(file), e)
		}
	}
}

// What we accept, pySigma must accept, or the rule is not portable. What both
// refuse is listed so that a change of either is seen.
func TestPySigmaAgreesOnTheSubset(t *testing.T) {
	dir := t.TempDir()
	cases := map[string]struct {
		detection  string
		ours, them bool // accepted
	}{
		"map":            {"a: {f: g}\ncondition: a", true, true},
		"keywords":       {"a: [x1, x2]\ncondition: a", true, true},
		"all keywords":   {"a: {'|all': [x1, x2]}\ncondition: a", true, true},
		"re keywords":    {"a: {'|re': '^x'}\ncondition: a", true, true},
		"mixed list":     {"a: [x1, {f: g}]\ncondition: a", true, true},
		"neq":            {"a: {f|neq: [x1, x2]}\ncondition: a", true, true},
		"cased":          {"a: {f|contains|cased: X}\ncondition: a", true, true},
		"re flags":       {"a: {f|re|i|m|s: '^x.y$'}\ncondition: a", true, true},
		"re flag names":  {"a: {f|re|ignorecase|multiline|dotall: '^x'}\ncondition: a", true, true},
		"comparison":     {"a: {f|gte: 2.5, g|lt: 3}\ncondition: a", true, true},
		"exists":         {"a: {f|exists: true}\ncondition: a", true, true},
		"cidr":           {"a: {f|cidr: 192.0.2.0/24}\ncondition: a", true, true},
		"fieldref":       {"a: {f|fieldref|startswith: g}\ncondition: a", true, true},
		"fieldref neq":   {"a: {f|fieldref|neq: g}\ncondition: a", true, true},
		"null":           {"a: {f: null}\ncondition: a", true, true},
		"selectors":      {"s_1: {f: g}\ns_2: {f: h}\n_p: {f: i}\ncondition: 1 of s_* and not all of them or any of _*", true, true},
		"not not":        {"a: {f: g}\ncondition: not not a", true, true},
		"list of conds":  {"a: {f: g}\ncondition: [a, not a]", true, true},
		"hyphen in name": {"a-b: {f: g}\ncondition: a-b", true, true},
		"name like not":  {"notice: {f: g}\norder: {f: h}\ncondition: notice and order", true, true},

		"windash":             {"a: {f|windash: '-x'}\ncondition: a", false, true},
		"base64":              {"a: {f|base64: x}\ncondition: a", false, true},
		"hour":                {"a: {f|hour: 3}\ncondition: a", false, true},
		"re with contains":    {"a: {f|re|contains: x}\ncondition: a", false, true},
		"all with one value":  {"a: {f|all: x}\ncondition: a", false, true},
		"null among values":   {"a: {f: [x, null]}\ncondition: a", false, true},
		"unknown modifier":    {"a: {f|foo: x}\ncondition: a", false, false},
		"absent selection":    {"a: {f: g}\ncondition: a and b", false, false},
		"empty selector":      {"a: {f: g}\ncondition: 1 of b*", false, false},
		"pipe":                {"a: {f: g}\ncondition: a | count() > 1", false, false},
		"two names":           {"a: {f: g}\ncondition: a a", false, false},
		"bare pattern":        {"a: {f: g}\ncondition: a*", false, false},
		"gt of text":          {"a: {f|gt: x}\ncondition: a", false, false},
		"exists of text":      {"a: {f|exists: x}\ncondition: a", false, false},
		"bad network":         {"a: {f|cidr: x}\ncondition: a", false, false},
		"hyphen in a pattern": {"a-b: {f: g}\ncondition: 1 of a-*", false, false},
	}
	var files []string
	byFile := map[string]string{}
	for name, c := range cases {
		src := source(c.detection)
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".yml")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		byFile[file] = name
		if _, err := Parse(file, []byte(src)); (err == nil) != c.ours {
			t.Errorf("%s: we accept: %v, want %v (%v)", name, err == nil, c.ours, err)
		}
	}
	for file, errs := range pySigma(t, files) {
		name := byFile[file]
		if got := len(errs) == 0; got != cases[name].them {
			t.Errorf("%s: pySigma accepts: %v, want %v (%v)", name, got, cases[name].them, errs)
		}
	}
}
