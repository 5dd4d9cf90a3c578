package rules

import "slices"

// Means is how a concept can be said in a language.
type Means uint8

// The means. Words compose a concept by a pattern; a phrase is its fixed wording.
const (
	Words Means = 1 << iota
	Wording
)

// Reached reports whether it can be said at all.
func (m Means) Reached() bool { return m != 0 }

// Reach says in which languages one concept can be said, and by what.
type Reach struct {
	Concept string
	By      []Means // by language, in the order of the first result of [Pack.Coverage]
}

// Coverage works out, for each concept and language, whether the lexicon holds
// what can say it: a phrase, or words for each set of one of its patterns.
func (p *Pack) Coverage() (langs []string, rows []Reach) {
	for _, l := range p.Lexicons {
		langs = append(langs, l.Lang)
	}
	rows = make([]Reach, len(p.Concepts))
	for i, c := range p.Concepts {
		rows[i] = Reach{Concept: c.ID, By: make([]Means, len(p.Lexicons))}
	}
	for k, l := range p.Lexicons {
		v := newSayable(l)
		said := map[string]bool{} // concepts may name those above them only
		for i, c := range p.Concepts {
			m := Means(0)
			if len(l.Phrases[c.ID]) > 0 {
				m |= Wording
			}
			if slices.ContainsFunc(c.Patterns, func(p Pattern) bool { return v.pattern(p, said) }) {
				m |= Words
			}
			rows[i].By[k] = m
			said[c.ID] = m.Reached()
		}
	}
	return langs, rows
}

// sayable knows how many words each class of a language has.
type sayable struct{ any, sure map[string]int }

func newSayable(l *Lexicon) sayable {
	v := sayable{any: map[string]int{}, sure: map[string]int{}}
	for class, ws := range l.Classes {
		for _, w := range ws {
			if !w.Ambiguous {
				v.sure[class]++
			}
		}
		v.any[class] = len(ws)
	}
	for _, m := range Marks() {
		v.any[m], v.sure[m] = 1, 1
	}
	return v
}

func (v sayable) item(it Item, said map[string]bool) bool {
	switch {
	case it.Concept:
		return said[it.Name]
	case it.Min > 1:
		return v.sure[it.Name] >= it.Min
	case it.Sure:
		return v.sure[it.Name] > 0
	}
	return v.any[it.Name] > 0
}

func (v sayable) set(s Set, said map[string]bool) bool {
	return slices.ContainsFunc(s, func(it Item) bool { return v.item(it, said) })
}

func (v sayable) pattern(p Pattern, said map[string]bool) bool {
	for _, c := range p.Chains {
		if c.excludesItself(v) || !v.carries(c, said) || !v.set(c.Head, said) || slices.ContainsFunc(c.Links, func(k Link) bool { return !v.set(k.Set, said) }) {
			return false
		}
	}
	return true
}

// carries reports whether some set of a chain has a word that counts alone: what is
// ambiguous in every part says nothing together either, nor do marks.
func (v sayable) carries(c Chain, said map[string]bool) bool {
	sure := func(s Set) bool {
		return slices.ContainsFunc(s, func(it Item) bool {
			return v.item(it, said) && (it.Concept || v.sure[it.Name] > 0 && (len(c.Links) == 0 || !slices.Contains(Marks(), it.Name)))
		})
	}
	return sure(c.Head) || slices.ContainsFunc(c.Links, func(k Link) bool { return sure(k.Set) })
}

// excludesItself reports a chain that can never hold: what it asks for is among
// what it excludes. An ambiguous word is not excluded, but a chain needs one that
// is none.
func (c Chain) excludesItself(v sayable) bool {
	banned := func(it Item) bool {
		return slices.ContainsFunc(c.Not, func(x Exclusion) bool {
			return slices.ContainsFunc(x.Set, func(y Item) bool { return y.Name == it.Name && y.Concept == it.Concept })
		})
	}
	all := true
	for i := range len(c.Links) + 1 {
		s := c.Head
		if i > 0 {
			s = c.Links[i-1].Set
		}
		whole, strict := true, true
		for _, it := range s {
			whole = whole && banned(it)
			strict = strict && banned(it) && (it.Concept || it.Sure || it.Min > 1 || v.any[it.Name] == v.sure[it.Name])
		}
		if strict {
			return true
		}
		all = all && whole
	}
	return all
}
