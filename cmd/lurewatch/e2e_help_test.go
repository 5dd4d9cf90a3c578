package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// verbs walks every command that a person can call, with its full name.
func verbs(t *testing.T) map[string]*cobra.Command {
	t.Helper()
	out := map[string]*cobra.Command{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if !sub.Hidden {
				out[sub.CommandPath()] = sub
				walk(sub)
			}
		}
	}
	walk(newRoot(std{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}}))
	if len(out) < 20 {
		t.Fatalf("only %d verbs: the test tests less than it says", len(out))
	}
	return out
}

// TestEveryVerbTellsMoreThanItsName wants more than one line of help.
func TestEveryVerbTellsMoreThanItsName(t *testing.T) {
	for name, c := range verbs(t) {
		if c.Short == "" {
			t.Errorf("%s: no short help", name)
		}
		if c.Long == "" && c.Example == "" {
			t.Errorf("%s: neither a longer text nor an example", name)
		}
		if c.Runnable() && strings.Contains(c.Example, "$ ") {
			t.Errorf("%s: an example is a line to copy, without a prompt", name)
		}
	}
}

// careless are words that judge people, or that promise.
var careless = regexp.MustCompile(`(?i)\b(victims?|traffickers?|guilty|criminals?|perpetrators?|suspects?|offenders?|simply|obviously|todo|fixme|foobar|blacklist|whitelist|slaves?|100 ?%)\b`)

// TestHelpIsWordedWithCare reads every help text and manual page.
func TestHelpIsWordedWithCare(t *testing.T) {
	for name, c := range verbs(t) {
		text := c.Short + "\n" + c.Long + "\n" + c.Example + "\n" + c.UsageString()
		if w := careless.FindString(text); w != "" {
			t.Errorf("%s: help says %q:\n%s", name, w, text)
		}
	}
}

// TestManualPages wants one for each verb, which man can show.
func TestManualPages(t *testing.T) {
	dir := t.TempDir()
	if r := finished(t, dir, nil, nil, "man", dir); r.code != 0 {
		t.Fatalf("man: exit %d\n%s", r.code, r.both())
	}
	for name, c := range verbs(t) {
		if c.IsAdditionalHelpTopicCommand() {
			continue
		}
		page, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".1"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Contains(page, []byte(".SH SYNOPSIS")) {
			t.Errorf("%s: the page has no synopsis", name)
		}
	}
	r := finished(t, dir, nil, nil, "man", filepath.Join(dir, "new", "folder"))
	if r.code != 0 {
		t.Errorf("man into a folder that is not there: exit %d, want it made\n%s", r.code, r.both())
	}
	a := finished(t, dir, nil, nil, "man", filepath.Join(dir, "again")) // the same pages on another day
	page, err := os.ReadFile(filepath.Join(dir, "again", "lurewatch.1"))
	if a.code != 0 || err != nil {
		t.Fatalf("man again: exit %d, %v", a.code, err)
	}
	first, err := os.ReadFile(filepath.Join(dir, "lurewatch.1"))
	if err != nil || !bytes.Equal(first, page) {
		t.Errorf("the same binary writes different pages (%v)", err)
	}
}

// TestCompletion wants scripts that each shell reads, and that know the verbs.
func TestCompletion(t *testing.T) {
	for shell, check := range map[string][]string{"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "--no-execute"}, "powershell": nil} {
		t.Run(shell, func(t *testing.T) {
			r := finished(t, t.TempDir(), nil, nil, "completion", shell)
			if r.code != 0 || len(r.out) < 1000 || r.err != "" {
				t.Fatalf("exit %d, %d bytes; said %q", r.code, len(r.out), r.err)
			}
			if check == nil {
				return
			}
			path, err := exec.LookPath(check[0])
			if err != nil {
				t.Logf("%s is not here to read its script", shell)
				return
			}
			file := filepath.Join(t.TempDir(), "completion")
			if err := os.WriteFile(file, []byte(r.out), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), path, append(check[1:], file)...).CombinedOutput(); err != nil {
				t.Errorf("%s does not read it: %v\n%s", shell, err, out)
			}
		})
	}
	for typed, want := range map[string][]string{
		"":        {"demo", "run", "crawl", "classify", "rebuild"},
		"rules ":  {"lint", "test", "list", "explain", "diff", "coverage"},
		"config ": {"print", "check"},
	} {
		r := finished(t, t.TempDir(), nil, nil, append(append([]string{"__complete"}, strings.Fields(typed)...), "")...)
		for _, w := range want {
			if !regexp.MustCompile(`(?m)^` + w + `\b`).MatchString(r.out) {
				t.Errorf("after %q the shell is not offered %q:\n%s", typed, w, r.out)
			}
		}
	}
}
