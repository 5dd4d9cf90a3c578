package app

import (
	"slices"

	"github.com/lurewatch/lurewatch/rules"
)

// Reach says in which languages one concept can be said.
type Reach struct {
	Concept string
	Reached []bool // by language, in the order of Coverage's first result
}

// Coverage works out, for each concept and language, whether the lexicon holds
// words that can say it: a phrase, or a pattern each of whose sets has words.
func Coverage(p *rules.Pack) (langs []string, rows []Reach) {
	byID := map[string]rules.Concept{}
	for _, c := range p.Concepts {
		byID[c.ID] = c
	}
	for _, l := range p.Lexicons {
		langs = append(langs, l.Lang)
	}
	for _, c := range p.Concepts {
		row := Reach{Concept: c.ID, Reached: make([]bool, len(p.Lexicons))}
		for i, l := range p.Lexicons {
			row.Reached[i] = sayable(c, l, byID, nil)
		}
		rows = append(rows, row)
	}
	return langs, rows
}

// sayable reports whether l has the words for c. path guards against a concept
// that is made of itself.
func sayable(c rules.Concept, l *rules.Lexicon, byID map[string]rules.Concept, path []string) bool {
	if len(l.Phrases[c.ID]) > 0 {
		return true
	}
	if slices.Contains(path, c.ID) {
		return false
	}
	path = append(path, c.ID)
	met := func(s rules.Set) bool {
		return slices.ContainsFunc(s, func(it rules.Item) bool {
			if it.Concept {
				return sayable(byID[it.Name], l, byID, path)
			}
			return len(l.Classes[it.Name]) > 0 || slices.Contains(rules.Marks(), it.Name)
		})
	}
	return slices.ContainsFunc(c.Patterns, func(p rules.Pattern) bool {
		for _, chain := range p.Chains {
			if !met(chain.Head) || slices.ContainsFunc(chain.Links, func(k rules.Link) bool { return !met(k.Set) }) {
				return false
			}
		}
		return true
	})
}
