package classifier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// Ordinary counts what fires on posts that people take to be ordinary: words of
// classes that do not say of themselves that their words are, strong concepts, and
// rules. It is no part of judging; lint asks it. It is not safe for concurrent use.
type Ordinary struct {
	pack  *rules.Pack
	words *Classifier // of a pack in which each word of such a class is a concept
	full  *Classifier

	posts    int
	lang     map[string]int // posts by language
	word     map[wordUse]int
	concepts map[string]int
	rule     map[string]int

	class  map[string]string // concept of words → class
	places map[string]rules.Word
	phrase map[string]rules.Phrase
}

// wordUse is one word or phrase of one lexicon in the posts of one language.
type wordUse struct{ in, lang, of, text string }

// classConcept is the id of the concept that stands for the words of a class.
const classConcept = "class_"

// NewOrdinary compiles p twice: as it is, and for its words alone.
func NewOrdinary(p *rules.Pack) (*Ordinary, error) {
	o := &Ordinary{
		pack: p, lang: map[string]int{}, word: map[wordUse]int{}, concepts: map[string]int{}, rule: map[string]int{},
		class: map[string]string{}, places: map[string]rules.Word{}, phrase: map[string]rules.Phrase{},
	}
	alone := *p
	alone.Rules, alone.Concepts = nil, nil
	for _, c := range p.Concepts {
		c.Patterns = nil // its phrases stay
		alone.Concepts = append(alone.Concepts, c)
	}
	for _, c := range p.Classes {
		if c.Ordinary {
			continue
		}
		pt, err := rules.ParsePattern(c.ID)
		if err != nil {
			return nil, fmt.Errorf("count words of %s: %w", c.ID, err)
		}
		id := classConcept + c.ID
		o.class[id] = c.ID
		alone.Concepts = append(alone.Concepts, rules.Concept{ID: id, Weight: "strong", Group: "G", Patterns: []rules.Pattern{pt}})
	}
	for _, l := range p.Lexicons {
		for class, ws := range l.Classes {
			for _, w := range ws {
				if !w.Ambiguous {
					o.places[l.Lang+"/"+class+"/"+plain(w.Text)] = w
				}
			}
		}
		for concept, ps := range l.Phrases {
			for _, ph := range ps {
				o.phrase[l.Lang+"/"+concept+"/"+plain(ph.Text)] = ph
			}
		}
	}
	var err error
	if o.words, err = New(&alone, Options{}); err != nil {
		return nil, err
	}
	o.full, err = New(p, Options{})
	return o, err
}

// Posts is how many posts were counted.
func (o *Ordinary) Posts() int { return o.posts }

// Add counts one post.
func (o *Ordinary) Add(ctx context.Context, p post.Post) error {
	v, err := o.full.Classify(ctx, p)
	if err != nil {
		return err
	}
	w, err := o.words.Classify(ctx, p)
	if err != nil {
		return err
	}
	o.posts++
	o.lang[v.Lang]++
	for _, id := range v.Facts.Concepts {
		o.concepts[id]++
	}
	for _, h := range v.Rules {
		o.rule[h.ID]++
	}
	met := map[wordUse]bool{}
	for _, s := range w.Spans {
		if use, ok := o.find(v.Lang, s); ok && !met[use] {
			met[use] = true
			o.word[use]++
		}
	}
	return nil
}

// find tells which word of the lexicons a span is: of the language of the post, or
// else of another that counts beside it.
func (o *Ordinary) find(lang string, s post.Span) (wordUse, bool) {
	text := plain(fold.Fold(s.Text).Folded)
	langs := []string{lang, "en"} // English words stand in the posts of most languages
	for _, l := range o.pack.Lexicons {
		langs = append(langs, l.Lang)
	}
	class, isWord := o.class[s.Concept]
	for _, l := range langs {
		if !isWord {
			if _, ok := o.phrase[l+"/"+s.Concept+"/"+text]; ok {
				return wordUse{lang, l, s.Concept, text}, true
			}
			continue
		}
		for end := len(text); end > 0; end-- { // a stem takes any ending
			if w, ok := o.places[l+"/"+class+"/"+text[:end]]; ok && (end == len(text) || w.Stem) {
				return wordUse{lang, l, class, text[:end]}, true
			}
		}
	}
	return wordUse{}, false
}

// OrdinaryLimits says how often something may fire on ordinary posts before lint
// tells of it.
type OrdinaryLimits struct {
	Share float64 // of the posts of a language, for a word; of all, for a strong concept
	Rules float64 // of all posts, for a rule of level medium or above
	Least int     // posts, below which nothing is told
}

// Findings are the words, phrases, strong concepts and rules that fire more often
// than the limits allow. They are warnings: who knows the language decides.
func (o *Ordinary) Findings(lim OrdinaryLimits) []rules.Finding {
	var out []rules.Finding
	over := func(n, of int, share float64) bool { return n >= lim.Least && float64(n) > share*float64(of) }
	add := func(file string, line int, check, hint, format string, args ...any) {
		out = append(out, rules.Finding{File: file, Line: line, Severity: sigma.SeverityWarning, Check: check, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	heavy := map[string]bool{}
	for _, c := range o.pack.Concepts {
		heavy[c.ID] = c.Weight == "strong"
		if n := o.concepts[c.ID]; c.Weight == "strong" && over(n, o.posts, lim.Share) {
			add(o.pack.ConceptsFile(), c.Line, "ordinary-concept", "narrow its patterns, or give it a lower weight", "the strong concept %s stands in %s", c.ID, shareOf(n, o.posts))
		}
	}
	for _, l := range o.pack.Lexicons {
		for use, n := range o.word {
			if use.lang != l.Lang || !over(n, o.lang[use.in], lim.Share) {
				continue
			}
			key := l.Lang + "/" + use.of + "/" + use.text
			if ph, ok := o.phrase[key]; ok && heavy[use.of] {
				add(l.FileOf(ph.Local), ph.Line, "ordinary-word", "make the phrase longer, or take it out", "%s: the phrase %q stands in %s in %s", use.of, ph.Text, shareOf(n, o.lang[use.in]), use.in)
			}
			if w, ok := o.places[key]; ok {
				add(l.FileOf(w.Local), w.Line, "ordinary-word", "put a ? before it, make it longer, or say ordinary: true of its class in rules/classes.yaml",
					"%s: %q stands in %s in %s", use.of, w.Text, shareOf(n, o.lang[use.in]), use.in)
			}
		}
	}
	if o.pack.Rules != nil {
		for _, r := range o.pack.Rules.Rules() {
			if n := o.rule[r.ID]; r.Level.Rank() >= post.LevelMedium.Rank() && over(n, o.posts, lim.Rules) {
				f := rules.Finding{File: r.File, Line: r.Line, Rule: r.Title, Severity: sigma.SeverityWarning, Check: "ordinary-rule", Hint: "ask for one more thing, or give the rule a way out"}
				f.Message = fmt.Sprintf("the rule fires on %s", shareOf(n, o.posts))
				out = append(out, f)
			}
		}
	}
	sigma.SortFindings(out)
	return out
}

func shareOf(n, of int) string {
	return fmt.Sprintf("%d of %d ordinary posts (%.1f %%)", n, of, 100*float64(n)/float64(max(of, 1)))
}

// LintFolded looks for words that can never be found, because text is folded before
// it is searched and would read otherwise.
func LintFolded(p *rules.Pack) []rules.Finding {
	var out []rules.Finding
	look := func(l *rules.Lexicon, local bool, line int, what, text string) {
		if to := fold.Fold(text).Folded; plain(to) != plain(text) {
			out = append(out, rules.Finding{
				File: l.FileOf(local), Line: line, Severity: sigma.SeverityWarning, Check: "unfolded-word",
				Message: fmt.Sprintf("%s: %q can never be found: text is folded, and would read %q", what, text, to), Hint: "write it as it reads when folded",
			})
		}
	}
	for _, l := range p.Lexicons {
		for class, ws := range l.Classes {
			for _, w := range ws {
				look(l, w.Local, w.Line, class, w.Text)
			}
		}
		for concept, ps := range l.Phrases {
			for _, ph := range ps {
				look(l, ph.Local, ph.Line, concept, ph.Text)
			}
		}
	}
	sigma.SortFindings(out)
	return slices.CompactFunc(out, func(a, b rules.Finding) bool {
		return a.File == b.File && a.Line == b.Line && strings.EqualFold(a.Message, b.Message)
	})
}
