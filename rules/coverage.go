package rules

import "slices"

// Reach says in which languages one concept can be said.
type Reach struct {
	Concept string
	Reached []bool // by language, in the order of the first result of [Pack.Coverage]
}

// Coverage works out, for each concept and language, whether the lexicon holds
// words that can say it: a phrase, or a pattern each of whose sets has words.
func (p *Pack) Coverage() (langs []string, rows []Reach) {
	byID := map[string]Concept{}
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
func sayable(c Concept, l *Lexicon, byID map[string]Concept, path []string) bool {
	if len(l.Phrases[c.ID]) > 0 {
		return true
	}
	if slices.Contains(path, c.ID) {
		return false
	}
	path = append(path, c.ID)
	met := func(s Set) bool {
		return slices.ContainsFunc(s, func(it Item) bool {
			if it.Concept {
				return sayable(byID[it.Name], l, byID, path)
			}
			return len(l.Classes[it.Name]) > 0 || slices.Contains(Marks(), it.Name)
		})
	}
	return slices.ContainsFunc(c.Patterns, func(p Pattern) bool {
		for _, chain := range p.Chains {
			if !met(chain.Head) || slices.ContainsFunc(chain.Links, func(k Link) bool { return !met(k.Set) }) {
				return false
			}
		}
		return true
	})
}
