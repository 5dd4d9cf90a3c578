package trie

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// lettersAt is the end of the run of letters that begins at text[i], i when there is none.
func lettersAt(text string, i int) int {
	for n, r := range text[i:] {
		if r == ' ' || r == '-' || r == '\'' || r == '.' {
			return i + n
		}
	}
	return len(text)
}

// tokensOf are the runs of letters that words begin with.
func tokensOf(words []string) []Token {
	at := map[string]int{}
	var out []Token
	for _, w := range words {
		n := lettersAt(w, 0)
		if n == 0 {
			continue
		}
		if _, ok := at[w[:n]]; !ok {
			at[w[:n]] = len(out)
			out = append(out, Token{Text: w[:n]})
		}
		if n < len(w) {
			x := &out[at[w[:n]]]
			x.On = append(x.On, w[n:])
		}
	}
	return out
}

// TestTokensAgreeWithTheTrie looks at every run of letters of random texts: the same
// words are found as by a walk, but for those that end inside a run and may not.
func TestTokensAgreeWithTheTrie(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	run := func() string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString([]string{"a", "b", "ab", "é", "ж", "ق", "baab"}[r.IntN(7)])
		}
		if r.IntN(8) == 0 {
			b.WriteString("longerthananykey")
		}
		return b.String()
	}
	phrase := func() string {
		w := run()
		for r.IntN(3) == 0 {
			w += []string{" ", "'", "."}[r.IntN(3)] + run()
		}
		return w
	}
	set := map[string]bool{}
	for range 4000 {
		set[phrase()] = true
	}
	var words []string
	for w := range set {
		words = append(words, w)
	}
	slices.Sort(words)
	within := func(v int) bool { return v%3 == 0 }
	tr := build(t, words, [2]byte{'-', ' '})
	k := NewTokens(tr, tokensOf(words), words, within)
	found, inside, on := 0, 0, 0
	for range 3000 {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(phrase())
			b.WriteString([]string{" ", "-", ". "}[r.IntN(3)])
		}
		text := strings.TrimRight(b.String(), " -")
		for i := 0; i < len(text); {
			end := lettersAt(text, i)
			if end == i {
				i++
				continue
			}
			allowed := func(m Match) bool { return int(m.End) >= end || within(int(m.Value)) }
			keep := func(ms []Match) (out []Match) {
				for _, m := range ms {
					if allowed(m) {
						out = append(out, m)
					}
				}
				return out
			}
			got, want := keep(k.Find(nil, text, i, end)), keep(tr.Find(nil, text, i))
			if !slices.Equal(got, want) {
				t.Fatalf("words of %q at %d to %d and on = %v, want %v", text, i, end, got, want)
			}
			for _, m := range got {
				found++
				if int(m.End) < end {
					inside++
				} else if int(m.End) > end {
					on++
				}
			}
			i = end
		}
	}
	if found < 1000 || inside < 100 || on < 100 {
		t.Errorf("found %d words, %d of them inside a run, %d that go on behind it: hardly a test", found, inside, on)
	}
}

func TestTokensOfNothing(t *testing.T) {
	k := NewTokens(build(t, nil), nil, nil, func(int) bool { return true })
	if got := k.Find(nil, "any text", 0, 3); got != nil {
		t.Errorf("found %v among no words", got)
	}
}
