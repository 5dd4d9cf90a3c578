// Package bulk makes rule packs many times larger than they are, and texts that cost
// most to read, to measure what size costs. What it adds means nothing and is never
// shipped: it refuses to write packs to disk. Start at [Words], [Rules] and [Hostile].
package bulk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// Words adds words to each class of p until there are times as many, each made of
// the front of one word and the back of another. The same call makes the same words.
func Words(p *rules.Pack, times int) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, l := range p.Lexicons {
		for _, name := range slices.Sorted(maps.Keys(l.Classes)) {
			ws := l.Classes[name]
			own := len(ws)
			for range (times - 1) * own {
				a, b := []rune(ws[r.IntN(own)].Text), []rune(ws[r.IntN(own)].Text)
				made := string(a[:(len(a)+1)/2]) + string(b[len(b)/2:]) + string(a[r.IntN(len(a))])
				ws = append(ws, rules.Word{Text: made})
			}
			l.Classes[name] = ws
		}
	}
}

// Rules adds rules that ask for concepts of p, until there are times as many. It
// fails only when the sigma package would not have the rules that it makes.
func Rules(p *rules.Pack, times int) error {
	r := rand.New(rand.NewPCG(1, 2))
	concept := func() string { return p.Concepts[r.IntN(len(p.Concepts))].ID }
	all := slices.Clone(p.Rules.Rules())
	for i := range (times - 1) * len(all) {
		rule, err := sigma.ParseRule("more.yml", fmt.Appendf(nil, `title: Rule %d
id: %08x-db24-4c78-a860-b4f4095a7095
level: low
logsource: {product: lurewatch, category: recruitment_post}
detection:
    offer: {stance: offer}
    one: {concept: %s}
    other: {concept: %s}
    third: {concept: %s, salary.ratio|gte: 2}
    honest: {concept: %s}
    condition: offer and one and other and third and not honest
`, i, i, concept(), concept(), concept(), concept()))
		if err != nil {
			return fmt.Errorf("make rule %d: %w", i, err)
		}
		all = append(all, rule)
	}
	set, err := sigma.NewSet(all, p.Rules.Filters())
	if err != nil {
		return fmt.Errorf("make a set of %d rules: %w", len(all), err)
	}
	p.Rules = set
	return nil
}

// Hostile are texts of about n bytes that cost a reader most, by what they are.
func Hostile(n int) map[string]string {
	out := map[string]string{}
	for name, unit := range map[string]string{
		"digits apart":             "1 ",
		"one long number":          "7",
		"amounts":                  "$1",
		"amounts without currency": "월 300 ",
		"letters and digits":       "h1",
		"phone numbers":            "+855 12 345 678 ",
		"numbers in words":         "zero nine one ",
		"ages":                     "age 18-35 ",
		"ranges":                   "0 to ",
		"links":                    "http://a.com/x ",
		"links that lead nowhere":  "http://",
		"quotations":               "\"scam\" he said ",
		"signs of handles":         "@",
		"handles":                  "line: a_b1 ",
		"places":                   "cambodia myawaddy ",
		"accents apart":            "e\u0301",
		"spaced letters":           "h i r i n g ",
		"mixed scripts":            "aа",
		"quotation marks":          "\"",
		"questions":                "scam? ",
		"all sides of patterns":    "flight food room visa passport not free debt pay leave compound ",
	} {
		out[name] = strings.Repeat(unit, n/len(unit))
	}
	return out
}
