package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// block is one fenced block of a document.
type block struct {
	file string // from the folder of the checkout
	line int
	kind string
	text string
}

// blocks reads the fenced blocks of every document that a reader is led to.
func blocks(t *testing.T) (out []block) {
	t.Helper()
	root := repository(t)
	for _, file := range documents(t) {
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		var open *block
		for i, line := range strings.Split(string(b), "\n") {
			fence := strings.HasPrefix(line, "```")
			switch {
			case fence && open == nil:
				open = &block{file: file, line: i + 1, kind: strings.TrimPrefix(line, "```")}
			case fence:
				out = append(out, *open)
				open = nil
			case open != nil:
				open.text += line + "\n"
			}
		}
		if open != nil {
			t.Errorf("%s:%d: the block is not closed", file, open.line)
		}
	}
	return out
}

func documents(t *testing.T) (out []string) {
	t.Helper()
	root := repository(t)
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			out = append(out, strings.TrimPrefix(f, root+"/"))
		}
	}
	if len(out) < 5 {
		t.Fatalf("only %v: the test tests less than it says", out)
	}
	return out
}

// how says how a command of the documents is tried.
type how int

const (
	target   how = iota // a target of the Makefile: it is there, and make knows its steps
	whole               // run as it stands, in a shell; it ends with 0
	running             // run as it stands; it opens the review desk, and ends with 0 when it is told to
	watching            // run as it stands; it ends with 1 and a hint, since no service runs here
	pushing             // run as it stands, beside a desk that takes pushes: its address stands for that of the documents
)

// documented lists every command that the documents show. Whoever writes a new one
// there adds it here, so that none is shown that does not work.
func documented() map[string]how {
	return map[string]how{
		"make run":   target,
		"make test":  target,
		"make check": target,
		`echo '{"id":"1","text":"Chat support in Poipet, no experience. 1500 USD, ticket, visa, room and food all covered. Tourist visa first, leave this week. Telegram @example_hr only"}' | lurewatch classify`: whole,
		"lurewatch rules lint own/border-office.yml": whole,
		"lurewatch rules test own/border-office.yml": whole,
		"mkdir -p own/lexicon":                       whole,
		`printf 'lang: id\nclasses:\n  LODGING: |\n    kontrakan karyawan\n' > own/lexicon/id.yaml`: whole,
		"lurewatch rules lint own": whole,
		`echo '{"id":"1","text":"Dicari admin ke Kamboja, kontrakan karyawan gratis. Telegram @example_hr"}' > posts.jsonl`: whole,
		"lurewatch rules explain posts.jsonl --set rules.dir=own":                                                           whole,
		"lurewatch rules diff builtin own posts.jsonl":                                                                      whole,
		"lurewatch rules diff builtin own posts.jsonl --json":                                                               whole,
		"lurewatch run --set rules.dir=own":                                                                                 running,
		"lurewatch config print > lurewatch.yml":                                                                            whole,
		"lurewatch frontier stat":                                                                                           whole,
		"lurewatch status":                                                                                                  watching,
		"lurewatch run -c lurewatch.yml":                                                                                    running,
		`curl -sf -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/x-ndjson" --data-binary '{"id":"1","text":"Chat support in Poipet, 1500 USD. Telegram @example_hr only"}' http://127.0.0.1:8417/api/v1/posts`: pushing,
		`curl -sf -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data-binary @posts.json http://127.0.0.1:8417/api/v1/posts`:                                                                           pushing,
		"printf %s \"$TOKEN\" | sha256sum": whole,
		"lurewatch import --format hotline --column \"What the advert said=text\" reports.csv": whole,
		"lurewatch import posts.jsonl":        whole,
		"lurewatch evidence verify":           whole,
		"lurewatch evidence verify post.wacz": whole,
		`lurewatch evidence export $(lurewatch search Kamboja --json | grep -o 'p[0-9a-f]\{32\}' | head -n 1) --out post.wacz --reason "a try"`: whole,
		"lurewatch sources list":                                whole,
		"lurewatch sources test telegram":                       whole,
		"lurewatch takedown export --format csv > list.csv":     whole,
		"lurewatch takedown export --format jsonl > list.jsonl": whole,
	}
}

// TestCommandsOfTheDocuments runs them, in the order of each document.
func TestCommandsOfTheDocuments(t *testing.T) {
	all := blocks(t)
	known, seen := documented(), map[string]bool{}
	rule := firstRule(t, all)
	dirs := map[string]string{}
	for _, b := range all {
		if b.kind != "console" {
			if strings.Contains(b.text, "\n$ ") || strings.HasPrefix(b.text, "$ ") {
				t.Errorf("%s:%d: commands stand in a block that is not marked as console", b.file, b.line)
			}
			continue
		}
		if dirs[b.file] == "" {
			dirs[b.file] = workplace(t, rule)
		}
		for line := range strings.SplitSeq(b.text, "\n") {
			cmd, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				continue
			}
			cmd, _, _ = strings.Cut(cmd, "  # ")
			cmd = strings.TrimSpace(regexp.MustCompile(`\s{2,}#.*$`).ReplaceAllString(cmd, ""))
			how, ok := known[cmd]
			if !ok {
				t.Errorf("%s:%d: %q is not in the table of this test: add it, so that it is tried", b.file, b.line, cmd)
				continue
			}
			seen[cmd] = true
			t.Run(cmd[:min(len(cmd), 40)], func(t *testing.T) { try(t, how, cmd, dirs[b.file]) })
		}
	}
	for cmd := range known {
		if !seen[cmd] {
			t.Errorf("no document shows %q any more: take it out of the table", cmd)
		}
	}
}

// firstRule is the rule that docs/rules.md writes step by step.
func firstRule(t *testing.T, all []block) string {
	t.Helper()
	i := slices.IndexFunc(all, func(b block) bool { return b.file == "docs/rules.md" && b.kind == "yaml" })
	if i < 0 {
		t.Fatal("docs/rules.md writes no rule")
	}
	return all[i].text
}

// workplace is a folder with what the documents take for granted: a first own
// rule, and lurewatch on the PATH.
func workplace(t *testing.T, rule string) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"own/border-office.yml": rule,
		"posts.json":            `[{"id":"2","text":"Warehouse clerk in Leeds, 11 GBP an hour"}]`,
		"reports.csv":           "Case ID,What the advert said,Caller name,Caller phone\n17,\"Typing job in Bavet, 900 USD, Telegram @example_hr\",Somebody,012 999 888\n",
		"bin/lurewatch":         fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asLurewatch, self),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func try(t *testing.T, how how, cmd, dir string) {
	t.Helper()
	switch how {
	case target:
		c := exec.CommandContext(t.Context(), "make", append([]string{"-n"}, strings.Fields(cmd)[1:]...)...)
		c.Dir = repository(t)
		if out, err := c.CombinedOutput(); err != nil || len(out) == 0 {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
	case whole:
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		c := exec.CommandContext(ctx, "sh", "-c", cmd)
		c.Dir = dir
		c.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
	case watching:
		args := strings.Fields(cmd)[1:]
		if r := finished(t, dir, nil, nil, args...); r.code != 1 || !strings.Contains(r.err, "hint: ") {
			t.Errorf("%s: exit %d, want 1 with a hint\n%s", cmd, r.code, r.both())
		}
	case pushing:
		const token = "token-of-the-documents-0123456789"
		file := filepath.Join(dir, "push.yml")
		if err := os.WriteFile(file, []byte("push: [{name: hotline, token: "+token+"}]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p := &child{cmd: prepared(context.Background(), dir, nil, nil, "run", "-c", file, "--role", "web", "--set", "web.listen=127.0.0.1:0"), out: &watched{}, done: make(chan struct{})}
		p.begin(t)
		url := p.says(t, 30*time.Second, deskURL.String())[1]
		c := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(cmd, "http://127.0.0.1:8417", strings.TrimRight(url, "/")))
		c.Dir = dir
		c.Env = append(os.Environ(), "TOKEN="+token)
		if out, err := c.CombinedOutput(); err != nil || !regexp.MustCompile(`"(accepted|duplicate)":[1-9]`).Match(out) {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
		if code := p.stop(t, 20*time.Second); code != 0 {
			t.Errorf("%s: the desk ended with %d after SIGTERM, want 0", cmd, code)
		}
	case running:
		args := slices.Concat(strings.Fields(cmd)[1:], []string{"--set", "web.listen=127.0.0.1:0"})
		p := &child{cmd: prepared(context.Background(), dir, nil, nil, args...), out: &watched{}, done: make(chan struct{})}
		p.begin(t)
		p.says(t, 30*time.Second, deskURL.String())
		if code := p.stop(t, 20*time.Second); code != 0 {
			t.Errorf("%s: exit %d after SIGTERM, want 0", cmd, code)
		}
	}
}

// TestConfigurationOfTheDocuments loads every block of configuration that the
// documents show, and looks at the others.
func TestConfigurationOfTheDocuments(t *testing.T) {
	configs, rules := 0, 0
	for _, b := range blocks(t) {
		if b.kind != "yaml" && b.kind != "yml" {
			continue
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "block.yml")
		secret := filepath.Join(dir, "webhook")
		if err := os.WriteFile(secret, []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		text := regexp.MustCompile(`/run/secrets/[a-z]+`).ReplaceAllString(b.text, secret)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var top map[string]any
		if err := yaml.Unmarshal([]byte(text), &top); err != nil {
			t.Errorf("%s:%d: %v", b.file, b.line, err)
			continue
		}
		args := []string{"config", "check", "-c", file}
		if _, sigma := top["logsource"]; sigma {
			rules++
			args = []string{"rules", "lint", file}
		} else {
			configs++
		}
		if r := finished(t, dir, nil, nil, args...); r.code != 0 {
			t.Errorf("%s:%d: %v: exit %d\n%s", b.file, b.line, args[:2], r.code, r.both())
		}
	}
	if configs < 2 || rules < 2 {
		t.Errorf("%d blocks of configuration and %d of rules: the test tests less than it says", configs, rules)
	}
}

// TestVerbsOfTheDocuments: what is called `lurewatch …` somewhere must be there.
func TestVerbsOfTheDocuments(t *testing.T) {
	all := verbs(t)
	mention := regexp.MustCompile("`(?:echo \\| )?lurewatch ([a-z]+)(?: ([a-z]+))?((?: [^`]*)?)`")
	flag := regexp.MustCompile(`--[a-z][a-z-]+`)
	found := 0
	for _, file := range documents(t) {
		b, err := os.ReadFile(filepath.Join(repository(t), file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mention.FindAllStringSubmatch(string(b), -1) {
			found++
			name := "lurewatch " + m[1]
			c := all[name]
			if m[1] == "completion" || m[1] == "help" { // cobra adds these when it runs
				continue
			}
			if c == nil {
				t.Errorf("%s: %s: there is no such verb", file, m[0])
				continue
			}
			if c.HasSubCommands() && m[2] != "" {
				if c = all[name+" "+m[2]]; c == nil {
					t.Errorf("%s: %s: %s has no verb %s", file, m[0], name, m[2])
					continue
				}
			}
			for _, f := range flag.FindAllString(m[3], -1) {
				if c.Flag(strings.TrimPrefix(f, "--")) == nil && c.InheritedFlags().Lookup(strings.TrimPrefix(f, "--")) == nil {
					t.Errorf("%s: %s: there is no flag %s", file, m[0], f)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d mentions: the test tests less than it says", found)
	}
}

// TestLinksOfTheDocuments: what a document links to in this checkout is there.
func TestLinksOfTheDocuments(t *testing.T) {
	root := repository(t)
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	found := 0
	for _, file := range documents(t) {
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d links: the test tests less than it says", found)
	}
}
