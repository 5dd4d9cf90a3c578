package robots

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

// protego asks Python's protego, the parser of Scrapy, the same questions.
const protego = `
import json, sys
from protego import Protego
out = []
for q in json.load(sys.stdin):
    rp = Protego.parse(q["robots"])
    d = rp.crawl_delay(q["agent"])
    out.append({"allow": [rp.can_fetch("https://a.test" + p, q["agent"]) for p in q["paths"]], "delay": float(d) if d else 0.0, "sitemaps": list(rp.sitemaps)})
json.dump(out, sys.stdout)
`

type question struct {
	name   string
	Robots string   `json:"robots"`
	Agent  string   `json:"agent"`
	Paths  []string `json:"paths"`
}

type answer struct {
	Allow    []bool   `json:"allow"`
	Delay    float64  `json:"delay"`
	Sitemaps []string `json:"sitemaps"`
}

func ask(t *testing.T, python string, qs []question) []answer {
	t.Helper()
	in, err := json.Marshal(qs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", protego)
	cmd.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("protego: %v\n%s\nhint: scripts/real-parts.sh install-oracles", err, errs.String())
	}
	var as []answer
	if err := json.Unmarshal(out, &as); err != nil || len(as) != len(qs) {
		t.Fatalf("protego gave %d answers to %d questions, %v", len(as), len(qs), err)
	}
	return as
}

// pathsOf makes paths that a file's rules are about: each rule as it stands, with
// its wildcards filled and its end changed.
func pathsOf(robots string) []string {
	seen := map[string]bool{"/": true, "/index.html": true, "/robots.txt": true}
	for line := range strings.Lines(robots) {
		_, v, ok := strings.Cut(line, ":")
		v, _, _ = strings.Cut(strings.TrimSpace(v), "#")
		v = strings.TrimSpace(v)
		if !ok || !strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "*") || len(seen) > 600 || strings.ContainsAny(v, " \t?&;=") && strings.Contains(v, "%") {
			continue
		}
		v = strings.TrimSuffix(v, "$")
		for _, fill := range []string{"", "x", "a/b"} {
			p := strings.ReplaceAll(v, "*", fill)
			if !strings.HasPrefix(p, "/") {
				p = "/" + p
			}
			seen[p], seen[p+"x"], seen[strings.TrimSuffix(p, "/")+"/more.html"], seen["/pre"+p] = true, true, true, true
			seen[p[:len(p)-min(1, len(p)-1)]] = true
		}
	}
	var out []string
	for p := range seen {
		if asciiPath(p) {
			out = append(out, p)
		}
	}
	return out
}

func asciiPath(p string) bool {
	for _, c := range []byte(p) {
		if c <= ' ' || c >= 0x7f || c == '#' || c == '\\' || c == ';' {
			return false
		}
	}
	return !strings.HasPrefix(p, "//")
}

// generated makes a file of rules that overlap.
func generated(r *rand.Rand) string {
	words := []string{"a", "ab", "abc", "jobs", "x.php", "*", "**", "a*c", "*.pdf", "?", "?id=", "a-b", "A", "%41", "~u"}
	agents := []string{"*", "lurewatch", "LureWatch", "otherbot", "lurewatch-images", "googlebot"}
	var b strings.Builder
	for range 1 + r.IntN(4) {
		for range 1 + r.IntN(2) {
			fmt.Fprintf(&b, "User-agent: %s\n", agents[r.IntN(len(agents))])
		}
		for range 1 + r.IntN(7) {
			key := []string{"Allow", "Disallow", "disallow", "ALLOW"}[r.IntN(4)]
			path := ""
			for range 1 + r.IntN(3) {
				path += "/" + words[r.IntN(len(words))]
			}
			if r.IntN(4) == 0 {
				path += "$"
			}
			if r.IntN(12) == 0 {
				path = ""
			}
			fmt.Fprintf(&b, "%s: %s\n", key, path)
		}
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "Crawl-delay: %d\n", r.IntN(20))
		}
		if r.IntN(4) == 0 {
			fmt.Fprintf(&b, "Sitemap: https://a.test/%d.xml\n", r.IntN(100))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestProtego sets our answers against protego's, over the conformance files when
// they are there and over files made of rules that overlap. Where protego and RFC
// 9309 differ, differs says why ours stands.
func TestProtego(t *testing.T) {
	python := realtest.Oracles(t)
	var qs []question
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	files, err := filepath.Glob(filepath.Join(dir, "conformance", "robots_*", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(decode(b))
		for _, agent := range []string{"lurewatch", "googlebot", "bingbot"} {
			qs = append(qs, question{filepath.Base(f), text, agent, pathsOf(text)})
		}
	}
	r := rand.New(rand.NewPCG(9309, 1))
	for i := range 2000 {
		text := generated(r)
		qs = append(qs, question{fmt.Sprint("generated ", i), text, "lurewatch", pathsOf(text)})
	}
	asked, other := 0, 0
	for i, a := range ask(t, python, qs) {
		q := qs[i]
		f := Parse([]byte(q.Robots))
		g := f.Group(q.Agent)
		for k, p := range q.Paths {
			asked++
			ours, by := g.Allowed(p)
			if ours == a.Allow[k] {
				continue
			}
			if why := differs(q, p, by); why != "" {
				other++
				continue
			}
			t.Errorf("%s, agent %s: %s allowed %v (%s), protego says %v\n%s", q.name, q.Agent, p, ours, by, a.Allow[k], short(q.Robots))
		}
		// Of several delays we keep the longest, protego the last.
		if d := g.Delay().Seconds(); d < a.Delay {
			t.Errorf("%s, agent %s: delay %v, protego says %v\n%s", q.name, q.Agent, d, a.Delay, short(q.Robots))
		}
	}
	t.Logf("%d answers over %d files compared, %d differ for a reason", asked, len(qs), other)
	if asked < 20_000 {
		t.Errorf("only %d answers were compared", asked)
	}
	if other*100 > asked {
		t.Errorf("%d of %d answers differ: more than one in a hundred is no exception", other, asked)
	}
}

func short(s string) string {
	if len(s) > 600 {
		s = s[:600] + "…"
	}
	return s
}

var plainQuery = regexp.MustCompile(`^[a-z]+=[A-Za-z0-9._-]+$`)

// differs says why protego's answer need not be ours, "" when it should be.
func differs(q question, p, by string) string {
	if _, query, ok := strings.Cut(p, "?"); ok && !plainQuery.MatchString(query) {
		return "protego writes the query anew: a slash in it encoded, a name without value changed, an empty query dropped"
	}
	if strings.HasSuffix(by, "*") {
		return "protego leaves wildcards at the end out when it looks for the longest rule; section 2.2.2 counts octets as they stand"
	}
	if delayAmongAgents(q.Robots) {
		return "protego takes crawl-delay for a rule that ends the list of agents; section 2.2.4 says that other records do not"
	}
	return ""
}

// delayAmongAgents reports user-agent lines with nothing but a crawl-delay between.
func delayAmongAgents(robots string) bool {
	last := ""
	for line := range strings.Lines(robots) {
		line, _, _ = strings.Cut(line, "#")
		key, _, ok := strings.Cut(strings.ToLower(strings.TrimSpace(line)), ":")
		if !ok {
			continue
		}
		switch key = strings.TrimSpace(key); key {
		case "user-agent":
			if last == "crawl-delay" {
				return true
			}
			last = key
		case "allow", "disallow":
			last = key
		case "crawl-delay":
			if last == "user-agent" {
				last = key
			}
		}
	}
	return false
}
