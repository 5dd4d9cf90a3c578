package sigma

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse: no input panics, and what is accepted can be matched, explained and
// linted without a panic, with lines inside the file.
func FuzzParse(f *testing.F) {
	seeds := []string{whole, source("a: {f: g}\ncondition: a"), source("a: [x, {f|re: '^x'}]\ncondition: not 1 of them"),
		"title: F\ndescription: D\nlogsource: {product: lurewatch}\nfilter:\n  rules: any\n  a: {company: X}\n  condition: not a\n",
		source("a: {n|gte: 3}\nb: {n|lt: 2}\ncondition: a and not b") + "---\n" + source("a: {f: g}\ncondition: a")}
	packs, _ := filepath.Glob("../packs/*/*.yml")
	for _, p := range packs {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, string(b))
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	ev := Map{"f": []string{"x", "g"}, "concept": "chat_work", "stance": "offer", "text": "Some text", "salary.ratio": 3.0}
	f.Fuzz(func(t *testing.T, src string) {
		file, err := Parse("f.yml", []byte(src))
		lines := strings.Count(src, "\n") + 2
		for _, fd := range Findings(err) {
			if fd.Line < 0 || fd.Line > lines {
				t.Errorf("line %d of %d: %v", fd.Line, lines, fd)
			}
		}
		if err != nil {
			return
		}
		for _, r := range file.Rules {
			if got, want := r.Match(ev), naiveRule(r, ev); got != want {
				t.Errorf("match = %v, reference = %v", got, want)
			}
			e := r.Explain(ev)
			if e.Held != r.Match(ev) {
				t.Error("explain and match disagree")
			}
			if (e.Short() == 0) != e.Held || (len(e.Gaps()) == 0) != e.Held {
				t.Errorf("held = %v, but short of %d:\n%v", e.Held, e.Short(), e)
			}
			for _, g := range e.Gaps() {
				if g.String() == "" || g.Test.What != "field" && g.Test.What != "selection" {
					t.Errorf("a gap that is no test: %+v", g)
				}
			}
		}
		Lint(file.Rules, file.Filters, PostSchema(nil))
	})
}

// FuzzCondition: what parses prints to something that parses to the same.
func FuzzCondition(f *testing.F) {
	seeds := []string{"a", "not a", "a and b or not (c or d)", "1 of sel_* and not all of them", "any of a*", "((a))", "not not a", "a or (b or c)"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		c, err := parseCondition(src)
		if err != nil {
			return
		}
		again, err := parseCondition(c.String())
		if err != nil {
			if len(c.String()) > maxCondition {
				return // parentheses made it too long
			}
			t.Fatalf("parse %q, printed from %q: %v", c.String(), src, err)
		}
		if diff := cmp.Diff(c, again, cmp.AllowUnexported(cond{})); diff != "" {
			t.Errorf("%q printed as %q: %s", src, c, diff)
		}
	})
}

// FuzzPattern: the matcher agrees with the regular expression that a Sigma string
// stands for, and printing a pattern keeps its meaning.
func FuzzPattern(f *testing.F) {
	seeds := [][2]string{{"a*b?c", "aXXbYc"}, {`\*`, "*"}, {`a\\*`, `a\b`}, {"?", "ก"}, {"**", ""}, {"*b*b", "abab"}, {"", ""}, {`x\`, `x\`}, {"é*", "É!"}}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pat, s string) {
		if !utf8.ValidString(pat) || !utf8.ValidString(s) || len(pat) > 100 {
			return
		}
		p := parsePattern(pat, Fold)
		if got, want := p.match(Fold(s)), naiveGlob(pat, s, false, false, true); got != want {
			t.Errorf("%q on %q = %v, want %v", pat, s, got, want)
		}
		same := func(x string) string { return x }
		if got, want := parsePattern(p.String(), same).match(Fold(s)), p.match(Fold(s)); got != want {
			t.Errorf("%q printed as %q means something else", pat, p)
		}
		for _, ends := range [][2]bool{{true, true}, {true, false}, {false, true}} {
			if got, want := p.open(ends[0], ends[1]).match(Fold(s)), naiveGlob(pat, s, ends[0], ends[1], true); got != want {
				t.Errorf("%q opened %v on %q = %v, want %v", pat, ends, s, got, want)
			}
		}
	})
}

// FuzzFold: folding does not depend on case and leaves folded ASCII alone.
func FuzzFold(f *testing.F) {
	seeds := []string{"Straße", "ＴＧ", "İstanbul", "ជួល", "ﬁ", "ΑΣ", "plain"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		folded := Fold(s)
		if !utf8.ValidString(folded) {
			t.Errorf("%q folds to bytes that are no text", s)
		}
		if isASCII(s) && (folded != strings.ToLower(s) || Fold(strings.ToUpper(s)) != folded) {
			t.Errorf("Fold(%q) = %q", s, folded)
		}
	})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// FuzzEngine makes rules and events from a seed and holds the engine, alone and
// in a set, against the reference.
func FuzzEngine(f *testing.F) {
	seeds := []uint64{1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := &generator{rand.New(rand.NewPCG(seed, 99))}
		var rules []*Rule
		for i := range 6 {
			src := g.rule(i)
			r, err := ParseRule("g.yml", []byte(src))
			if err != nil {
				t.Fatalf("made a rule that does not parse: %v\n%s", err, src)
			}
			rules = append(rules, r)
		}
		set, err := NewSet(rules, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			ev := g.event()
			fired := map[*Rule]bool{}
			for _, r := range set.Match(ev, nil) {
				fired[r] = true
			}
			for _, r := range rules {
				want := naiveRule(r, ev)
				if r.Match(ev) != want || fired[r] != want || r.Explain(ev).Held != want {
					t.Fatalf("alone %v, in a set %v, explained %v, reference %v\ncondition: %s\n%v\n%s",
						r.Match(ev), fired[r], r.Explain(ev).Held, want, r.Condition(), ev, r.Explain(ev))
				}
			}
		}
	})
}

type generator struct{ *rand.Rand }

func (g *generator) pick(xs ...string) string { return xs[g.IntN(len(xs))] }

func (g *generator) rule(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: G%d\nid: %08x-db24-4c78-a860-b4f4095a7095\nlogsource: {product: lurewatch}\ndetection:\n", n, n)
	names := []string{"s_a", "s_b", "t_c", "_d"}
	for _, name := range names {
		fmt.Fprintf(&b, "    %s:\n", name)
		switch g.IntN(4) {
		case 0:
			for range 1 + g.IntN(2) {
				fmt.Fprintf(&b, "        - %s\n", g.text())
			}
		case 1:
			for range 1 + g.IntN(2) {
				fmt.Fprintf(&b, "        - %s\n", g.item())
			}
			if g.IntN(3) == 0 {
				fmt.Fprintf(&b, "        - %s\n", g.text())
			}
		default:
			seen := map[string]bool{}
			for range 1 + g.IntN(3) {
				it := g.item()
				key, _, _ := strings.Cut(it, ":")
				if !seen[key] {
					fmt.Fprintf(&b, "        %s\n", it)
				}
				seen[key] = true
			}
		}
	}
	fmt.Fprintf(&b, "    condition: %s\n", g.cond(3))
	return b.String()
}

func (g *generator) text() string {
	return g.pick(`'alpha'`, `'Be?a'`, `'g*a'`, `'ALPHA beta'`, `'a\*'`, `'é'`, `'ß'`, `'*'`, `'b'`)
}

func (g *generator) item() string {
	switch g.IntN(12) {
	case 0:
		return "num|" + g.pick("gt", "gte", "lt", "lte") + ": " + g.pick("1", "2", "2.5")
	case 1:
		return "num: " + g.pick("1", "2", "[1, 3]")
	case 2:
		return g.pick("c", "num", "x") + "|exists: " + g.pick("true", "false")
	case 3:
		return g.pick("c", "num", "x") + ": null"
	case 4:
		return "text|re" + g.pick("", "|i") + ": " + g.pick("'^alp'", "'B.ta$'", "'[0-9]'")
	case 5:
		return g.pick("c", "text") + "|fieldref" + g.pick("", "|contains", "|startswith", "|endswith") + ": " + g.pick("c", "title", "num")
	case 6:
		return "c|all: [" + g.text() + ", " + g.text() + "]"
	case 7:
		return "c|neq: [" + g.text() + ", " + g.text() + "]"
	case 8:
		return g.pick("c", "text") + "|" + g.pick("contains", "startswith", "endswith") + g.pick("", "|cased", "|neq") + ": " + g.text()
	default:
		return "c: " + g.pick(g.text(), "["+g.text()+", "+g.text()+"]")
	}
}

func (g *generator) cond(depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		return g.pick("s_a", "s_b", "t_c", "_d", "1 of s_*", "all of s_*", "1 of them", "all of them", "any of *_c", "1 of _*")
	}
	switch g.IntN(3) {
	case 0:
		return "not (" + g.cond(depth-1) + ")"
	case 1:
		return "(" + g.cond(depth-1) + " and " + g.cond(depth-1) + ")"
	default:
		return "(" + g.cond(depth-1) + " or " + g.cond(depth-1) + ")"
	}
}

func (g *generator) event() Map {
	m := Map{}
	words := []string{"alpha", "beta", "Alpha Beta", "gamma", "a*", "É", "SS", "", "bela"}
	if g.IntN(5) > 0 {
		var c []string
		for range g.IntN(4) {
			c = append(c, words[g.IntN(len(words))])
		}
		m["c"] = c
	}
	if g.IntN(4) > 0 {
		m["text"] = words[g.IntN(len(words))] + g.pick("", "\n", " ") + words[g.IntN(len(words))]
	}
	if g.IntN(2) > 0 {
		m["title"] = words[g.IntN(len(words))]
	}
	if g.IntN(3) > 0 {
		m["num"] = []float64{float64(g.IntN(4)), 2.5}[:1+g.IntN(2)]
	}
	return m
}
