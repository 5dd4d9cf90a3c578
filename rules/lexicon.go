package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxWord bounds one word or phrase of a lexicon, in bytes. It bounds the work
// of the matcher at one place of a text.
const MaxWord = 96

// Lexicon is the words of one language. Its file is YAML of one fixed shape,
// one word a line, so that a hundred thousand words load in milliseconds, a
// change is one line of a diff, and an error has a line:
//
//	lang: id
//	name: Indonesian
//	home: ID                        # countries where it is spoken at home
//	boundary: space                 # or cluster: the script puts no spaces between words
//	sides:
//	  NEG: before 3                 # stands before | after | either of what it denies, at most 3 words off
//	function: |                     # words that tell the language, and nothing else
//	  yang
//	not_before: |                   # the word is none when this follows it
//	  อย่า ง
//	not_after: |                    # the word is none when this stands before it
//	  ด่วน สาย
//	classes:
//	  HIRE: |
//	    dibutuhkan*                 # any ending
//	    ?butuh                      # ambiguous: never counts alone
//	phrases:
//	  free_airfare: |               # a concept
//	    tiket gratis = free ticket  # and what it says in English
//
// Words are folded already, as text is before it is matched.
type Lexicon struct {
	File      string
	LocalFile string // an operator's own words beside those of File, if any
	Lang      string // BCP 47 primary subtag
	Name      string
	Cluster   bool
	Home      []string // countries, ISO 3166-1 alpha-2; none for a language that is at home everywhere
	Sides     map[string]Side
	Function  []string
	NotBefore []Exception
	NotAfter  []Exception
	Classes   map[string][]Word
	Phrases   map[string][]Phrase
	lines     map[string]int // of "classes/NAME" and "phrases/NAME", and of each top-level key
}

// Side is where a word stands seen from what it governs.
type Side struct {
	Before, After bool
	Reach         int // words
	Line          int
}

// Word is one word of a class.
type Word struct {
	Text      string
	Stem      bool // any ending may follow
	Ambiguous bool // counts only beside words of another class
	Local     bool // from the LocalFile of its lexicon
	Line      int
}

// Phrase is a fixed wording of one concept.
type Phrase struct {
	Text, Gloss string
	Local       bool // from the LocalFile of its lexicon
	Line        int
}

// Exception unmakes a word where Beside touches it.
type Exception struct {
	Word, Beside string
	Line         int
}

// ParseLexicon reads one lexicon file. Errors name file and line.
func ParseLexicon(file string, data []byte) (*Lexicon, error) {
	l, err := parseLexicon(file, data)
	if err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, &Fault{File: file, Line: 1, Err: err, Hint: "start from the lexicon of another language"}
	}
	return l, nil
}

func parseLexicon(file string, data []byte) (*Lexicon, error) {
	p := &lexParser{lex: &Lexicon{
		File: file, Sides: map[string]Side{}, lines: map[string]int{},
		Classes: map[string][]Word{}, Phrases: map[string][]Phrase{},
	}}
	if !utf8.Valid(data) {
		return nil, &Fault{File: file, Err: errors.New("not valid UTF-8"), Hint: "save it as UTF-8"}
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		p.n++
		if err := p.line(strings.TrimRight(line, "\r\n"), seen); err != nil {
			return nil, &Fault{File: file, Line: p.n, Err: err, Hint: "one word a line under its class, two spaces deeper: see docs/rules.md"}
		}
	}
	return p.lex, nil
}

type lexParser struct {
	lex          *Lexicon
	n            int
	section, key string // the open top-level key and, in classes and phrases, the open class
}

func (p *lexParser) line(s string, seen map[string]bool) error {
	body := strings.TrimLeft(s, " ")
	indent := len(s) - len(body)
	switch {
	case body == "" || body[0] == '#' && indent == 0:
		return nil
	case indent == 0:
		return p.top(body, seen)
	case p.section == "":
		return fmt.Errorf("indented line outside any section")
	case p.section == "sides" && indent == 2:
		return p.side(body)
	case (p.section == "classes" || p.section == "phrases") && indent == 2:
		name, ok := strings.CutSuffix(body, ": |")
		if !ok {
			return fmt.Errorf("%q: want NAME: |", body)
		}
		p.key = name
		if seen[p.section+"/"+name] {
			return fmt.Errorf("%s stands here twice", name)
		}
		seen[p.section+"/"+name] = true
		p.lex.lines[p.section+"/"+name] = p.n
		return nil
	case p.section == "classes" && indent == 4 && p.key != "":
		return p.word(body)
	case p.section == "phrases" && indent == 4 && p.key != "":
		return p.phrase(body)
	case indent == 2:
		return p.item(body)
	}
	return fmt.Errorf("indent of %d spaces does not belong in %s", indent, p.section)
}

func (p *lexParser) top(s string, seen map[string]bool) error {
	name, val, ok := strings.Cut(s, ":")
	if !ok {
		return fmt.Errorf("%q: want key: value", s)
	}
	val = strings.TrimSpace(val)
	if seen[name] {
		return fmt.Errorf("%s stands here twice", name)
	}
	seen[name] = true
	p.lex.lines[name] = p.n
	p.section, p.key = "", ""
	switch name {
	case "lang":
		p.lex.Lang = val
	case "name":
		p.lex.Name = val
	case "home":
		p.lex.Home = strings.Fields(val)
		for _, c := range p.lex.Home {
			if len(c) != 2 || strings.ToUpper(c) != c {
				return fmt.Errorf("home: %q is no country code of two capitals", c)
			}
		}
	case "boundary":
		if val != "space" && val != "cluster" {
			return fmt.Errorf("boundary %q is neither space nor cluster", val)
		}
		p.lex.Cluster = val == "cluster"
	case "sides", "classes", "phrases":
		if val != "" {
			return fmt.Errorf("%s: want nothing after the colon", name)
		}
		p.section = name
	case "function", "not_before", "not_after":
		if val != "|" {
			return fmt.Errorf("%s: want | after the colon", name)
		}
		p.section = name
	default:
		return fmt.Errorf("unknown key %q", name)
	}
	return nil
}

func (p *lexParser) item(s string) error {
	switch p.section {
	case "function":
		p.lex.Function = append(p.lex.Function, s)
		return wellFormed(s)
	case "not_before", "not_after":
		w, beside, ok := strings.Cut(s, " ")
		if !ok || w == "" || beside == "" {
			return fmt.Errorf("%q: want WORD and what touches it", s)
		}
		e := Exception{w, beside, p.n}
		if p.section == "not_before" {
			p.lex.NotBefore = append(p.lex.NotBefore, e)
		} else {
			p.lex.NotAfter = append(p.lex.NotAfter, e)
		}
		return nil
	}
	return fmt.Errorf("%q does not belong in %s", s, p.section)
}

func (p *lexParser) side(s string) error {
	f := strings.Fields(s)
	if len(f) != 3 || !strings.HasSuffix(f[0], ":") {
		return fmt.Errorf("%q: want CLASS: before|after|either N", s)
	}
	n, err := strconv.Atoi(f[2])
	if err != nil || n < 1 || n > maxWithin {
		return fmt.Errorf("reach %q is no number from 1 to %d", f[2], maxWithin)
	}
	side := Side{Before: f[1] != "after", After: f[1] != "before", Reach: n, Line: p.n}
	if !slices.Contains([]string{"before", "after", "either"}, f[1]) {
		return fmt.Errorf("side %q is none of before, after, either", f[1])
	}
	p.lex.Sides[strings.TrimSuffix(f[0], ":")] = side
	return nil
}

func (p *lexParser) word(s string) error {
	w := Word{Text: s, Line: p.n}
	if len(s) > 1 && s[0] == '?' {
		w.Text, w.Ambiguous = s[1:], true
	}
	if t, ok := strings.CutSuffix(w.Text, "*"); ok {
		w.Text, w.Stem = t, true
	}
	p.lex.Classes[p.key] = append(p.lex.Classes[p.key], w)
	return wellFormed(w.Text)
}

func (p *lexParser) phrase(s string) error {
	text, gloss, ok := strings.Cut(s, " = ")
	if !ok || gloss == "" {
		return fmt.Errorf("%q: want PHRASE = what it says in English", s)
	}
	p.lex.Phrases[p.key] = append(p.lex.Phrases[p.key], Phrase{Text: text, Gloss: gloss, Line: p.n})
	return wellFormed(text)
}

func wellFormed(w string) error {
	switch {
	case w == "" || strings.TrimSpace(w) == "":
		return fmt.Errorf("empty word")
	case len(w) > MaxWord:
		return fmt.Errorf("word of %d bytes is longer than %d", len(w), MaxWord)
	case strings.ContainsAny(w, "*\x00\t") || strings.Contains(w, "  ") || w[0] == ' ' || w[len(w)-1] == ' ':
		return fmt.Errorf("%q: a * inside, two spaces, a tab or a space at an end", w)
	}
	return nil
}

func (l *Lexicon) check() error {
	switch {
	case l.Lang == "":
		return fmt.Errorf("lang is missing")
	case l.Name == "":
		return fmt.Errorf("name is missing")
	case len(l.Classes) == 0:
		return fmt.Errorf("no classes")
	}
	return nil
}

// merge adds an operator's own words of the language to l.
func (l *Lexicon) merge(own *Lexicon) error {
	for name, s := range own.Sides {
		if _, has := l.Sides[name]; has {
			return &Fault{File: own.File, Line: s.Line, Err: fmt.Errorf("sides: %s has its side in %s", name, l.File), Hint: "delete the line"}
		}
		l.Sides[name] = s
	}
	l.LocalFile = own.File
	l.Function = append(l.Function, own.Function...)
	l.NotBefore, l.NotAfter = append(l.NotBefore, own.NotBefore...), append(l.NotAfter, own.NotAfter...)
	for name, ws := range own.Classes {
		for _, w := range ws {
			w.Local = true
			l.Classes[name] = append(l.Classes[name], w)
		}
	}
	for name, ps := range own.Phrases {
		for _, p := range ps {
			p.Local = true
			l.Phrases[name] = append(l.Phrases[name], p)
		}
	}
	return nil
}

// FileOf is where a word of l stands, told by whether it is local.
func (l *Lexicon) FileOf(local bool) string {
	if local {
		return l.LocalFile
	}
	return l.File
}

// Words is the number of words and phrases.
func (l *Lexicon) Words() int {
	n := len(l.Function)
	for _, ws := range l.Classes {
		n += len(ws)
	}
	for _, ps := range l.Phrases {
		n += len(ps)
	}
	return n
}
