package classifier

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/classifier/facts"
	"github.com/lurewatch/lurewatch/classifier/trie"
	"github.com/lurewatch/lurewatch/rules"
)

// langSet is a set of languages by index.
type langSet uint32

func (s langSet) has(l int) bool { return s>>l&1 == 1 }
func (s langSet) count() int     { return bits.OnesCount32(uint32(s)) }

// sense is one thing a word can be.
type sense struct {
	langs  langSet
	class  int16 // class or, with phrase, concept
	gloss  int16 // of a phrase
	stem   bool
	amb    bool
	phrase bool
	fun    bool // a function word: tells the language, says nothing
}

// vocabulary is all words of all languages in one automaton.
type vocabulary struct {
	langs   []string
	cluster langSet
	classOf map[string]int
	classes []string         // classes, then marks
	masks   []bool           // by class
	none    int              // a class without words, for those that a pack does not have
	words   []string         // as byWord
	byWord  map[string]int32 // dropped once everything is compiled
	trie    *trie.Trie
	tokens  *trie.Tokens
	of      []word // by value of the trie
	senses  []sense
	ballots []vote // of the words that have several, and end with weight 0
	facts   *facts.Index
	glosses []string
	sides   [][]side // by language, then class
	before  map[int32][]touch
	after   map[int32][]touch
}

// word is what is known of one word: all that the walk over a text and the choice of a
// language ask lies together.
type word struct {
	known langSet // languages in which it means something
	first int32   // senses[first:first+senses]; of a word with one sense its class and gloss, see [word.only]
	vote  int32   // of several votes the first among the ballots

	senses uint8
	flags  wordFlags
	lang   uint8 // of its only vote
	weight uint8 // 0 when there is none, or several
}

// only is the sense of a word that has but one, as most have: it is all in the word.
func (w *word) only() sense {
	return sense{
		langs: w.known, class: int16(w.first), gloss: int16(w.first >> 16),
		stem: w.flags&anyStem != 0, amb: w.flags&onlyAmb != 0, phrase: w.flags&onlyPhrase != 0,
	}
}

// pack puts the sense of a word that has but one into it; a function word has none to be asked for.
func (w *word) pack(s sense) {
	w.first = int32(s.gloss)<<16 | int32(uint16(s.class))
	if s.amb {
		w.flags |= onlyAmb
	}
	if s.phrase {
		w.flags |= onlyPhrase
	}
}

// wordFlags tell of a word what the walk over a text must know.
type wordFlags uint8

const (
	anyStem    wordFlags = 1 << iota // some sense is a stem
	anySense                         // it has senses
	ofFacts                          // facts are read by it
	touchy                           // some language has an exception for it
	ballot                           // it has several votes
	onlyAmb                          // its only sense is ambiguous
	onlyPhrase                       // and that of a phrase
)

type side struct{ noBefore, noAfter, reach int8 }

type touch struct {
	langs langSet
	what  string
}

// plain maps what counts as a space inside a unit of several words.
func plain(w string) string { return strings.TrimSpace(strings.ReplaceAll(w, "-", " ")) }

// like is w as the automaton knows it: hyphens are spaces to it.
func like(w string) string { return strings.ReplaceAll(w, "-", " ") }

// newVocabulary makes the automaton of the words of p and of others, those that facts are read by.
func newVocabulary(p *rules.Pack, concepts map[string]int, others []string, tab *runes) (*vocabulary, error) {
	if len(p.Lexicons) > 32 {
		return nil, fmt.Errorf("%d lexicons: at most 32", len(p.Lexicons))
	}
	v := &vocabulary{classOf: map[string]int{}, before: map[int32][]touch{}, after: map[int32][]touch{}}
	for _, c := range p.Classes {
		v.classOf[c.ID] = len(v.classes)
		v.classes, v.masks = append(v.classes, c.ID), append(v.masks, c.Masks)
	}
	for _, m := range rules.Marks() {
		v.classOf[m] = len(v.classes)
		v.classes, v.masks = append(v.classes, m), append(v.masks, false)
	}
	v.none = len(v.classes)
	v.classes, v.masks = append(v.classes, ""), append(v.masks, false)
	b := vocabBuilder{v: v, byWord: make(map[string]int32, 1<<17), glossOf: map[string]int16{}}
	for i, l := range p.Lexicons {
		v.langs = append(v.langs, l.Lang)
		if l.Cluster {
			v.cluster |= 1 << i
		}
		if err := b.lexicon(l, i, concepts); err != nil {
			return nil, err
		}
	}
	own := len(v.words)
	for _, w := range others {
		b.word(like(w))
	}
	b.finish()
	v.countVotes()
	for i := range v.of {
		if w := &v.of[i]; w.senses == 1 {
			w.pack(v.senses[w.first])
		}
	}
	for i := range own {
		v.of[i].flags |= anySense
	}
	for _, w := range others {
		v.of[b.byWord[like(w)]].flags |= ofFacts
	}
	for i, l := range p.Lexicons {
		b.exceptions(v.before, l.NotBefore, i)
		b.exceptions(v.after, l.NotAfter, i)
	}
	var err error
	if v.trie, err = trie.New(v.words, [2]byte{'-', ' '}); err != nil {
		return nil, err
	}
	v.tokens = v.newTokens(tab)
	v.byWord = b.byWord
	return v, err
}

type vocabBuilder struct {
	v       *vocabulary
	byWord  map[string]int32
	entries []entry
	glossOf map[string]int16
}

type entry struct {
	word int32
	sense
}

func (b *vocabBuilder) word(w string) int32 {
	id, ok := b.byWord[w]
	if !ok {
		id = int32(len(b.v.words))
		b.byWord[w] = id
		b.v.words = append(b.v.words, w)
	}
	return id
}

func (b *vocabBuilder) lexicon(l *rules.Lexicon, lang int, concepts map[string]int) error {
	langs := langSet(1) << lang
	add := func(w string, s sense) {
		if w = plain(w); w != "" {
			s.langs = langs
			b.entries = append(b.entries, entry{b.word(w), s})
		}
	}
	for _, w := range l.Function {
		add(w, sense{fun: true})
	}
	for _, name := range slices.Sorted(maps.Keys(l.Classes)) {
		class := int16(b.v.classOf[name])
		for _, w := range l.Classes[name] {
			add(w.Text, sense{class: class, stem: w.Stem, amb: w.Ambiguous})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Phrases)) {
		id, ok := concepts[name]
		if !ok {
			return fmt.Errorf("%s: no concept %s", l.File, name)
		}
		for _, ph := range l.Phrases[name] {
			g, ok := b.glossOf[ph.Gloss]
			if !ok {
				g = int16(len(b.v.glosses))
				b.glossOf[ph.Gloss] = g
				b.v.glosses = append(b.v.glosses, ph.Gloss)
			}
			add(ph.Text, sense{class: int16(id), phrase: true, gloss: g})
		}
	}
	sides := make([]side, len(b.v.classes))
	for name, s := range l.Sides {
		x := side{reach: int8(s.Reach)}
		if !s.Before {
			x.noBefore = 1
		}
		if !s.After {
			x.noAfter = 1
		}
		sides[b.v.classOf[name]] = x
	}
	b.v.sides = append(b.v.sides, sides)
	return nil
}

// finish lays the senses of each word side by side and merges those that differ
// in language only.
func (b *vocabBuilder) finish() {
	v := b.v
	counts := make([]int32, len(v.words)+1)
	for _, e := range b.entries {
		counts[e.word+1]++
	}
	for i := range v.words {
		counts[i+1] += counts[i]
	}
	sorted := make([]sense, len(b.entries))
	next := slices.Clone(counts)
	for _, e := range b.entries {
		sorted[next[e.word]] = e.sense
		next[e.word]++
	}
	v.senses = make([]sense, 0, len(sorted))
	v.of = make([]word, len(v.words))
	for i := range v.words {
		word := &v.of[i]
		word.first = int32(len(v.senses))
	each:
		for _, s := range sorted[counts[i]:counts[i+1]] {
			if !s.fun {
				word.known |= s.langs
			}
			if s.stem {
				word.flags |= anyStem
			}
			for k := int(word.first); k < len(v.senses); k++ {
				o := &v.senses[k]
				if o.class == s.class && o.stem == s.stem && o.amb == s.amb && o.phrase == s.phrase && o.fun == s.fun {
					o.langs |= s.langs
					continue each
				}
			}
			v.senses = append(v.senses, s)
		}
		word.senses = uint8(len(v.senses) - int(word.first)) // languages and classes are few
	}
}

func (b *vocabBuilder) exceptions(into map[int32][]touch, xs []rules.Exception, lang int) {
	for _, x := range xs {
		if id, ok := b.byWord[plain(x.Word)]; ok {
			into[id] = append(into[id], touch{langSet(1) << lang, x.Beside})
			b.v.of[id].flags |= touchy
		}
	}
}

// newTokens makes the lookup of words between spaces.
func (v *vocabulary) newTokens(tab *runes) *trie.Tokens {
	at := map[string]int{}
	var list []trie.Token
	for _, w := range v.words {
		n := tab.letters(w)
		if n == 0 {
			continue
		}
		i, ok := at[w[:n]]
		if !ok {
			i = len(list)
			at[w[:n]] = i
			list = append(list, trie.Token{Text: w[:n]})
		}
		if n < len(w) {
			list[i].On = append(list[i].On, w[n:])
		}
	}
	return trie.NewTokens(v.trie, list, v.words, func(i int) bool { return v.of[i].flags&(anyStem|ofFacts) != 0 })
}

// find fills s.raws with every word of every language that stands in the text, adds up
// what they say for languages, and tells s.seen of those that facts are read by.
func (v *vocabulary) find(s *scan, tab *runes, tally *[32]int32) {
	text := s.text
	ms := s.matches
	for _, from := range s.starts {
		i := int(from.start)
		if from.end > 0 {
			ms = v.tokens.Find(ms[:0], text, i, int(from.end))
		} else {
			ms = v.trie.Find(ms[:0], text, i)
		}
		var all wordFlags
		for _, m := range ms {
			w := &v.of[m.Value]
			all |= w.flags
			if w.flags&anySense == 0 {
				continue
			}
			switch stem := w.flags&anyStem != 0; {
			case m.End == from.end, m.End < from.end && stem: // a run of letters ends here, or goes on
			case m.End < from.end, !s.ends(tab, int(m.End), stem), from.end == 0 && !s.hangulAlone(tab, i, int(m.End)):
				continue
			}
			s.raws = append(s.raws, raw{from.start, m.End, m.Value})
			v.count(w, tally, 1)
		}
		if all&ofFacts != 0 {
			v.facts.Take(&s.seen, text, i, ms)
		}
	}
	s.matches = ms
}
