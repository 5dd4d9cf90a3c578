package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/rules"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares what a person reads with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = regexp.MustCompile(`\([0-9a-f]{12}\)`).ReplaceAllString(got, "(HASH)")
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\nhint: go test ./cmd/lurewatch -run %s -update", err, t.Name())
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is out of date (read the diff, then run with -update):\n%s", file, d)
	}
}

// smallPack makes a folder with the small pack of testdata: whole, in the words of
// one language, and not changed when the built-in rules are. edit changes one file.
func smallPack(t *testing.T, dir string, edit map[string][2]string) {
	t.Helper()
	src := os.DirFS(filepath.Join("testdata", "pack"))
	files := map[string]string{}
	err := fs.WalkDir(src, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(src, name)
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gazetteer.yaml", "salary.yaml"} {
		b, err := fs.ReadFile(rules.Builtin(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	for name, e := range edit {
		if !strings.Contains(files[name], e[0]) {
			t.Fatalf("%s has no %q", name, e[0])
		}
		files[name] = strings.ReplaceAll(files[name], e[0], e[1])
	}
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const samplePosts = `{"id":"a","text":"We are hiring chat support. Free ticket. Telegram @example_hr"}
{"id":"b","text":"We are hiring a typist on a tourist visa. Telegram @example_hr"}
{"id":"c","text":"We are hiring a baker for the town. Send your CV."}
{"id":"d","text":"Hiring chat support for the desk in town. Telegram @example_hr"}
{"id":"e","title":"Typist","company":"Example Registry Ltd","text":"We are hiring a typist, free ticket. Apply at the registry, hr@example.org"}
{"id":"f","text":"Hiring chat support, free ticket. Send your CV."}
`

// edited is the small pack with one rule edited, one replaced by another, and a
// word less.
func edited() map[string][2]string {
	return map[string][2]string{
		"packs/desk/flight.yml":  {"employer.named: true", "company: Nobody"},
		"packs/desk/tourist.yml": {"id: 5b0f6a0e-5a0c-4c0e-9a57-0d7c1f5d2b12", "id: 5b0f6a0e-5a0c-4c0e-9a57-0d7c1f5d2b13"},
		"lexicon/en.yaml":        {"    chat support\n", "    chat support desk\n"},
	}
}

func TestRulesDiffShowsWhatChanges(t *testing.T) {
	dir := t.TempDir()
	smallPack(t, filepath.Join(dir, "old"), nil)
	smallPack(t, filepath.Join(dir, "new"), edited())
	put(t, filepath.Join(dir, "posts.jsonl"), samplePosts)
	for name, c := range map[string]struct {
		args []string
		code int
		file string
	}{
		"for people":                    {[]string{"old", "new", "posts.jsonl"}, 0, "diff.txt"},
		"as JSON":                       {[]string{"old", "new", "posts.jsonl", "--json", "-n", "1"}, 0, ""},
		"the same pack":                 {[]string{"old", "old", "posts.jsonl"}, 0, "same.txt"},
		"a file that is not there":      {[]string{"old", "new", "none.jsonl"}, 1, ""},
		"a pack that is not there":      {[]string{"old", "none", "posts.jsonl"}, 1, ""},
		"an archive that holds no post": {[]string{"old", "new", "--data-dir", "empty"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := finished(t, dir, nil, nil, append([]string{"rules", "diff"}, c.args...)...)
			if r.code != c.code {
				t.Fatalf("exit %d, want %d\n%s", r.code, c.code, r.both())
			}
			if c.file != "" {
				golden(t, c.file, r.out)
			}
			if c.code != 0 && !strings.Contains(r.err, "none") && !strings.Contains(r.err, "hint:") {
				t.Errorf("said %q", r.err)
			}
			if name == "as JSON" {
				for _, want := range []string{`"posts":6`, `"newly":1`, `"dropped":2`, `"state":"edited"`, `"state":"removed"`, `"first":[{`} {
					if !strings.Contains(r.out, want) {
						t.Errorf("no %s in %s", want, r.out)
					}
				}
			}
		})
	}
	put(t, filepath.Join(dir, "bad.jsonl"), "not json\n"+samplePosts)
	if r := finished(t, dir, nil, nil, "rules", "diff", "old", "new", "bad.jsonl"); r.code != exitPartly || !strings.Contains(r.err, "line 1") {
		t.Errorf("a bad line: exit %d\n%s", r.code, r.both())
	}
}

// An archive gives the same counts as the file that was imported into it, and each
// version once, however often it was seen.
func TestRulesDiffJudgesAnArchive(t *testing.T) {
	dir := t.TempDir()
	smallPack(t, filepath.Join(dir, "old"), nil)
	smallPack(t, filepath.Join(dir, "new"), edited())
	put(t, filepath.Join(dir, "posts.jsonl"), samplePosts)
	for range 2 {
		if r := finished(t, dir, nil, nil, "import", "--data-dir", "data", "posts.jsonl"); r.code != 0 {
			t.Fatalf("import: exit %d\n%s", r.code, r.both())
		}
	}
	r := finished(t, dir, nil, nil, "rules", "diff", "old", "new", "--data-dir", "data", "-n", "0")
	if r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.both())
	}
	want := finished(t, dir, nil, nil, "rules", "diff", "old", "new", "posts.jsonl", "-n", "0")
	if d := cmp.Diff(want.out, r.out); d != "" {
		t.Errorf("the archive and the file differ:\n%s", d)
	}
	// A post of the index is explained by its id.
	found := finished(t, dir, nil, nil, "search", "--data-dir", "data", "tourist")
	id, _, _ := strings.Cut(found.out, "\t")
	e := finished(t, dir, nil, nil, "rules", "explain", "--pack", "old", "--data-dir", "data", id)
	if e.code != 0 || !strings.Contains(e.out, "Entered as a tourist (high) fired") {
		t.Errorf("explain %s: exit %d\n%s", id, e.code, e.both())
	}
	// Without its index the archive still knows it.
	for _, f := range []string{"index.db", "index.db-wal", "index.db-shm"} {
		if err := os.RemoveAll(filepath.Join(dir, "data", f)); err != nil {
			t.Fatal(err)
		}
	}
	if again := finished(t, dir, nil, nil, "rules", "explain", "--pack", "old", "--data-dir", "data", id); again.code != 0 || again.out != e.out {
		t.Errorf("explain from the archive: exit %d\n%s", again.code, again.both())
	}
	none := finished(t, dir, nil, nil, "rules", "explain", "--data-dir", "data", "p"+strings.Repeat("0", 32))
	if none.code != 1 || !strings.Contains(none.err, "hint:") {
		t.Errorf("an id that nobody knows: exit %d\n%s", none.code, none.both())
	}
}

func TestRulesExplainIsReadable(t *testing.T) {
	dir := t.TempDir()
	smallPack(t, filepath.Join(dir, "pack"), nil)
	lines := strings.Split(samplePosts, "\n")
	put(t, filepath.Join(dir, "mute.yml"), "")
	for name, c := range map[string]struct {
		post, rule string
		args       []string
		file       string
	}{
		"near misses":                {lines[3], "", nil, "explain-near.txt"},
		"one rule":                   {lines[4], "flight", nil, "explain-rule.txt"},
		"a rule that fired":          {lines[1], "5b0f6a0e-5a0c-4c0e-9a57-0d7c1f5d2b12", nil, "explain-fired.txt"},
		"plain text, nothing at all": {"Good morning.", "", nil, "explain-nothing.txt"},
		"no more than one near miss": {lines[3], "", []string{"-n", "1"}, "explain-one.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"rules", "explain", "--pack", "pack", "-"}, c.args...)
			if c.rule != "" {
				args = append(args, c.rule)
			}
			r := finished(t, dir, nil, strings.NewReader(c.post), args...)
			if r.code != 0 {
				t.Fatalf("exit %d\n%s", r.code, r.both())
			}
			golden(t, c.file, r.out)
		})
	}
	for name, args := range map[string][]string{
		"a rule that is not there": {"-", "no such rule"},
		"a part of two titles":     {"-", "the"},
		"a file that is not there": {"none.txt"},
		"an empty post":            {"empty.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			put(t, filepath.Join(dir, "empty.txt"), "\n")
			r := finished(t, dir, nil, strings.NewReader("x"), append([]string{"rules", "explain", "--pack", "pack"}, args...)...)
			if name == "a part of two titles" { // only one has it
				return
			}
			if r.code != exitUsage {
				t.Errorf("exit %d, want %d\n%s", r.code, exitUsage, r.both())
			}
		})
	}
	r := finished(t, dir, nil, strings.NewReader(lines[3]), "rules", "explain", "--pack", "pack", "-", "--json")
	if r.code != 0 || !strings.Contains(r.out, `"short":1`) || !strings.Contains(r.out, `"needs":["`) {
		t.Errorf("--json: exit %d\n%s", r.code, r.both())
	}
}

func TestRulesCoverageOfASmallPack(t *testing.T) {
	dir := t.TempDir()
	smallPack(t, dir, map[string][2]string{"lexicon/en.yaml": {"  TOURIST: |\n    tourist visa\n", ""}})
	put(t, filepath.Join(dir, "lexicon", "km.yaml"), "lang: km\nname: Khmer\nboundary: cluster\nclasses:\n  CHAT_WORK: |\n    ឆាត\nphrases:\n  free_airfare: |\n    សំបុត្រឥតគិតថ្លៃ = free ticket\n")
	r := finished(t, dir, nil, nil, "rules", "coverage", "--pack", dir)
	want := "concept       en km\nchat_support  w  w\nfree_airfare  w  p\ntourist_entry -  -\n"
	if r.code != 0 || r.out != want {
		t.Errorf("exit %d, got\n%swant\n%s", r.code, r.out, want)
	}
	if !strings.Contains(r.err, "3 by words (w), 1 by a phrase only (p), 2 missing (-)") {
		t.Errorf("said %q", r.err)
	}
	if r := finished(t, dir, nil, nil, "rules", "coverage", "--missing", "--pack", dir); strings.Contains(r.out, "free_airfare") || !strings.Contains(r.out, "tourist_entry") {
		t.Errorf("--missing shows\n%s", r.out)
	}
}

func TestRulesLintAsksOrdinaryPosts(t *testing.T) {
	dir := t.TempDir()
	smallPack(t, dir, nil)
	ordinary := `{"text":"The guide for the town: apply for a tourist visa.","label":"other"}` + "\n"
	put(t, filepath.Join(dir, "ordinary.jsonl"), strings.Repeat(ordinary, 5)+`{"text":"x tourist visa","label":"scam"}`+"\n")
	r := finished(t, dir, nil, nil, "rules", "lint", "--pack", dir, "--against", "ordinary.jsonl")
	if want := `lexicon/en.yaml:20: warning: TOURIST: "tourist visa" stands in 5 of 5 ordinary posts (100.0 %) in en (ordinary-word); hint: put a ? before it`; r.code != 0 || !strings.Contains(r.out, want) {
		t.Errorf("exit %d, want %q\n%s", r.code, want, r.both())
	}
	if !strings.Contains(r.out, "ordinary-concept") {
		t.Errorf("a strong concept in every ordinary post is not told:\n%s", r.out)
	}
	if !strings.Contains(r.err, "5 ordinary posts asked, 1 with another label left out") {
		t.Errorf("said %q", r.err)
	}
	if r := finished(t, dir, nil, nil, "rules", "lint", "--pack", dir, "--against", "ordinary.jsonl", "--strict"); r.code != 1 {
		t.Errorf("--strict: exit %d", r.code)
	}
	// A word that folding changes can never be found.
	smallPack(t, dir, map[string][2]string{"lexicon/en.yaml": {"    typist\n", "    Typist\n"}})
	r = finished(t, dir, nil, nil, "rules", "lint", "--pack", dir)
	if want := `lexicon/en.yaml:14: warning: CHAT_WORK: "Typist" can never be found: text is folded, and would read "typist" (unfolded-word)`; r.code != 0 || !strings.Contains(r.out, want) {
		t.Errorf("exit %d, want %q\n%s", r.code, want, r.both())
	}
}

// A service takes up what changes in its folder, by itself and at SIGHUP, tells what
// is broken, and goes on.
func TestARunningServiceReloadsItsRules(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	own := filepath.Join(dir, "own")
	rule := func(word string) string {
		return fmt.Sprintf(`title: Offers with %[1]s
id: 5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11
status: experimental
description: An own rule that comes and goes.
references: ['https://example.org/why']
logsource: {product: lurewatch, category: recruitment_post}
detection: {offer: {stance: offer}, word: {text|contains: %[1]s}, condition: offer and word}
falsepositives: [Every cafe]
level: low
`, word)
	}
	put(t, filepath.Join(own, "rule.yml"), rule("barista"))
	c := background(t, nil, "run", "--data-dir", filepath.Join(dir, "data"), "--set", "rules.dir="+own, "--set", "web.listen=127.0.0.1:0")
	c.says(t, 30*time.Second, deskURL.String())
	put(t, filepath.Join(own, "rule.yml"), rule("waiter"))
	c.says(t, 20*time.Second, "new rules judge from now on")
	put(t, filepath.Join(own, "rule.yml"), "title: [")
	if err := c.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	c.says(t, 20*time.Second, "the new rules are refused, the old ones judge on.*rule.yml")
	put(t, filepath.Join(own, "rule.yml"), rule("cook"))
	if err := c.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	c.says(t, 20*time.Second, "(?s)new rules judge from now on.*new rules judge from now on")
	if code := c.stop(t, 20*time.Second); code != 0 {
		t.Errorf("exit %d after SIGTERM, want 0", code)
	}
	if r := finished(t, dir, nil, nil, "audit", "verify", "--data-dir", filepath.Join(dir, "data")); r.code != 0 {
		t.Errorf("audit verify: exit %d\n%s", r.code, r.both())
	}
}
