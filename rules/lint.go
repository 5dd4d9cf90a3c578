package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/rules/sigma"
)

// opposites may not share a word that counts alone: such a word says nothing.
func opposites() [][2]string {
	return [][2]string{
		{"HIRE", "SEEKER"}, {"DENIAL", "SCAM_WORD"}, {"DENIAL", "LOCKED"}, {"FREE", "PENALTY"},
		{"HIRE", "WARN"}, {"DENIAL", "WARN"}, {"HIRE", "NOT_NEEDED"}, {"FLIGHT", "TELEGRAM"},
	}
}

// spoken lists the classes that every whole pack has, and that no pattern needs to
// name: the classifier tells by them who speaks.
func spoken() []string {
	return []string{
		"HIRE", "JOB", "APPLY", "CONTACT_ME", "SALARY", "BASE_PAY", "START_WORK", "FLIGHT", "LODGING", "FOOD", "VISA", "DENIAL", "COMMISSION",
		"WARN", "WORK_PERMIT", "SCAM_WORD", "AUTHORITY_ADVICE", "NGO", "QUESTION", "IF_ASK", "POLICE", "ARREST_RAID", "RESCUE", "AFFECTED", "REPORTED", "NEWS_FRAME",
		"I_WAS", "FAMILY_PLEA", "HELP_ME", "LOCKED", "BEAT", "RANSOM", "SEEKER", "POLICY", "FICTION_JOKE", "STAFF", "INTERVIEW", "BRING_PEOPLE", "SCAM_JARGON",
		"ARRIVE", "CROSS", "DEBT", "FOREIGN_MONEY", "LICENSED", "PER_HEAD", "TRAVEL_BAN", "TRUST",
	}
}

// Lint looks for what loads and is wrong all the same, in every part of the pack:
// words, classes, concepts, patterns, rules and filters. Findings are sorted by file
// and line. An error means that something can never do what it is there for.
func (p *Pack) Lint() []Finding {
	out := p.LintWords()
	out = append(out, sigma.Lint(p.Rules.Rules(), p.Rules.Filters(), p.Schema())...)
	sigma.SortFindings(out)
	return out
}

// LintWords is [Pack.Lint] without the rules and filters.
func (p *Pack) LintWords() []Finding {
	var out []Finding
	for _, l := range p.Lexicons {
		out = append(out, l.Lint()...)
	}
	out = append(out, p.lintClasses()...)
	out = append(out, p.lintConcepts()...)
	sigma.SortFindings(out)
	return out
}

// Lint looks for words and phrases that stand twice, words that count alone in two
// classes which mean the opposite, and settings for words that are not there.
func (l *Lexicon) Lint() []Finding {
	var out []Finding
	add := func(file string, line int, sev sigma.Severity, check, hint, format string, args ...any) {
		out = append(out, Finding{File: file, Line: line, Severity: sev, Check: check, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	type place struct {
		line      int
		local     bool
		amb, stem bool
	}
	alone, known := map[string]map[string]place{}, map[string]bool{} // class → word that counts alone → where
	for _, class := range slices.Sorted(maps.Keys(l.Classes)) {
		seen := map[string]place{}
		alone[class] = map[string]place{}
		for _, w := range l.Classes[class] {
			if first, ok := seen[w.Text]; ok {
				where := fmt.Sprintf("line %d", first.line)
				if first.local != w.Local {
					where = fmt.Sprintf("%s:%d", l.FileOf(first.local), first.line)
				}
				if first.amb == w.Ambiguous && first.stem != w.Stem { // harmless: the stem takes both
					add(l.FileOf(w.Local), w.Line, sigma.SeverityWarning, "covered-word", "keep the one with the star", "%s: %q stands here and in %s, with a star and without", class, w.Text, where)
				} else {
					add(l.FileOf(w.Local), w.Line, sigma.SeverityError, "duplicate-word", "delete one of them", "%s: %q stands in %s already", class, w.Text, where)
				}
			}
			at := place{line: w.Line, local: w.Local, amb: w.Ambiguous, stem: w.Stem}
			seen[w.Text], known[w.Text] = at, true
			if !w.Ambiguous {
				alone[class][w.Text] = at
			}
		}
	}
	for _, pair := range opposites() {
		for _, w := range slices.Sorted(maps.Keys(alone[pair[0]])) {
			if _, both := alone[pair[1]][w]; both {
				at := alone[pair[0]][w]
				add(l.FileOf(at.local), at.line, sigma.SeverityError, "opposites", "put a ? before the one that means less", "%q counts alone both as %s and as %s", w, pair[0], pair[1])
			}
		}
	}
	for _, concept := range slices.Sorted(maps.Keys(l.Phrases)) {
		seen := map[string]bool{}
		for _, ph := range l.Phrases[concept] {
			if seen[ph.Text] {
				add(l.FileOf(ph.Local), ph.Line, sigma.SeverityError, "duplicate-phrase", "delete one of them", "%s: phrase %q stands here twice", concept, ph.Text)
			}
			seen[ph.Text], known[ph.Text] = true, true
		}
	}
	for _, list := range [][]Exception{l.NotBefore, l.NotAfter} {
		seen := map[Exception]bool{}
		for _, x := range list {
			key := Exception{Word: x.Word, Beside: x.Beside}
			switch {
			case seen[key]:
				add(l.File, x.Line, sigma.SeverityError, "duplicate-exception", "delete one of them", "%q beside %q stands here twice", x.Word, x.Beside)
			case !known[x.Word]:
				add(l.File, x.Line, sigma.SeverityError, "idle-exception", "write the word as it stands in its class, or delete the line", "no class and no phrase has the word %q", x.Word)
			}
			seen[key] = true
		}
	}
	for _, class := range slices.Sorted(maps.Keys(l.Sides)) {
		if len(l.Classes[class]) == 0 {
			add(l.File, l.Sides[class].Line, sigma.SeverityError, "idle-side", "give the class words, or delete the line", "%s has a side and no words", class)
		}
	}
	sigma.SortFindings(out)
	return out
}

// lintClasses looks for classes without words, and for words that nothing asks for.
func (p *Pack) lintClasses() (out []Finding) {
	used := map[string]bool{}
	for _, c := range p.Concepts {
		for _, pt := range c.Patterns {
			pt.Items(func(it Item) { used[it.Name] = true })
		}
	}
	for _, c := range p.Classes {
		f := Finding{File: p.classesFile, Line: c.Line, Severity: sigma.SeverityWarning}
		if !slices.ContainsFunc(p.Lexicons, func(l *Lexicon) bool { return len(l.Classes[c.ID]) > 0 }) {
			f.Check, f.Message, f.Hint = "empty-class", fmt.Sprintf("no language has a word of the class %s", c.ID), "add words to it in rules/lexicon/, or delete the class"
			out = append(out, f)
		}
		if !used[c.ID] && !c.Masks && !slices.Contains(spoken(), c.ID) {
			f.Check, f.Message, f.Hint = "unused-class", fmt.Sprintf("no pattern asks for the class %s", c.ID), "write a pattern with it in rules/concepts.yaml, or leave its words out"
			out = append(out, f)
		}
	}
	return out
}

// lintConcepts looks for concepts that nothing asks for or nobody can say, and for
// patterns that can never hold.
func (p *Pack) lintConcepts() (out []Finding) {
	used := map[string]bool{}
	for _, c := range p.Concepts {
		for _, pt := range c.Patterns {
			pt.Items(func(it Item) { used["@"+it.Name] = used["@"+it.Name] || it.Concept })
		}
	}
	_, rows := p.Coverage()
	langs := make([]sayable, len(p.Lexicons))
	for i, l := range p.Lexicons {
		langs[i] = newSayable(l)
	}
	for i, c := range p.Concepts {
		add := func(line int, check, hint, format string, args ...any) {
			out = append(out, Finding{File: p.conceptsFile, Line: line, Severity: sigma.SeverityError, Check: check, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
		asked := p.asked(c.ID) || used["@"+c.ID] || c.tellsStance()
		said := slices.ContainsFunc(rows[i].By, Means.Reached)
		switch {
		case asked && said && c.Kept != "":
			add(c.Line, "kept-concept", "delete the key kept", "the concept %s says why it is kept, but it is asked for and can be said", c.ID)
		case c.Kept != "":
		case !asked:
			add(c.Line, "unused-concept", "ask for it in a rule, delete it, or say under kept: why it stays", "no rule, no other concept and no stance asks for the concept %s", c.ID)
		case !said:
			add(c.Line, "unreachable-concept", "add words to the classes of its patterns, or a phrase in a language; or say under kept: why it stays", "no language has words or a phrase for the concept %s", c.ID)
		}
		seen := map[string]bool{}
		for k, pt := range c.Patterns {
			if seen[pt.String()] {
				add(c.lineOf(k), "duplicate-pattern", "delete one of them", "%s: the pattern %q stands here twice", c.ID, pt)
			}
			seen[pt.String()] = true
			if why := dead(pt, langs, rows[:i]); why != "" {
				add(c.lineOf(k), "dead-pattern", "give its classes words, or mend the pattern", "%s: the pattern %q can never hold: %s", c.ID, pt, why)
			}
		}
	}
	return out
}

func (p *Pack) asked(concept string) bool {
	return slices.ContainsFunc(p.Rules.Rules(), func(r *sigma.Rule) bool { return r.Asks("concept", concept) }) ||
		slices.ContainsFunc(p.Rules.Filters(), func(f *sigma.Filter) bool { return f.Asks("concept", concept) })
}

// tellsStance reports whether the classifier counts the concept when it decides who
// speaks: pay, perks, roles, routes, control and jargon, and the name of an employer.
func (c *Concept) tellsStance() bool {
	switch c.Group {
	case "A", "B":
		return true
	case "E", "F":
		return c.Weight != "negative"
	}
	return c.ID == "employer_named"
}

// dead says why a pattern can hold in no language, or "". above are the concepts
// that it may build on.
func dead(pt Pattern, langs []sayable, above []Reach) string {
	why := "no language has words for all its parts"
	for k, v := range langs {
		said := map[string]bool{}
		for _, r := range above {
			said[r.Concept] = r.By[k].Reached()
		}
		if v.pattern(pt, said) {
			return ""
		}
		if why2 := v.lacks(pt, said); why2 != "" {
			why = why2
		}
	}
	return why
}

// lacks names the part of a pattern that cannot be met for another reason than
// words that are missing.
func (v sayable) lacks(pt Pattern, said map[string]bool) string {
	for _, c := range pt.Chains {
		sets := []Set{c.Head}
		for _, k := range c.Links {
			sets = append(sets, k.Set)
		}
		missing := slices.IndexFunc(sets, func(s Set) bool { return !v.set(s, said) })
		switch {
		case c.excludesItself(v):
			return "it excludes what it asks for"
		case missing < 0 && !v.carries(c, said):
			return "all its words are ambiguous or marks, which count beside others only"
		case missing >= 0:
			names := make([]string, len(sets[missing]))
			for i, it := range sets[missing] {
				names[i] = it.String()
			}
			return "no language has words for " + strings.Join(names, " or ")
		}
	}
	return ""
}
