package rules

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

//go:embed VERSION classes.yaml concepts.yaml gazetteer.yaml salary.yaml lexicon/*.yaml packs
var builtin embed.FS

// Builtin is the pack that comes with the program.
func Builtin() fs.FS { return builtin }

// Pack is everything that judges a post, loaded and checked. It is immutable.
type Pack struct {
	ID       post.Pack
	Classes  []Class
	Concepts []Concept
	Lexicons []*Lexicon // by language
	Rules    *sigma.Set

	Gazetteer []byte // gazetteer.yaml, as package facts parses it
	Salary    []byte // salary.yaml, likewise

	classesFile, conceptsFile string
	local                     map[string]bool // the operator's own files, as shown
	texts                     map[string][]byte
}

// Text is the text of a rule's file, as it was loaded; nil for a file that p does not have.
func (p *Pack) Text(file string) []byte { return p.texts[file] }

// ConceptsFile is where the concepts stand, for messages.
func (p *Pack) ConceptsFile() string { return p.conceptsFile }

// LintLexicon reads one lexicon file as if it stood in p, and lints it: faults of
// its syntax, classes and concepts that p does not have, and words that stand twice.
func (p *Pack) LintLexicon(file string, data []byte) (*Lexicon, []Finding) {
	l, err := parseLexicon(file, data)
	if err != nil {
		return nil, Findings(err)
	}
	out := Findings(errors.Join(p.cross([]*Lexicon{l})...))
	return l, append(out, l.Lint()...)
}

// Local reports whether a file is one of the operator's own, not of the pack that
// they stand beside.
func (p *Pack) Local(file string) bool { return p.local[file] }

// Load reads a pack: VERSION, classes.yaml, concepts.yaml, gazetteer.yaml,
// salary.yaml, lexicon/*.yaml, and the Sigma rules in packs/*/*.yml. All
// that is wrong with it is in the error, with file and line: see [Findings].
func Load(fsys fs.FS) (*Pack, error) {
	fset, err := readPack(fsys, func(name string) string { return name })
	if err != nil {
		return nil, err
	}
	return fset.load()
}

// files is what a pack is made of: by the name that its hash knows.
type files map[string]file

type file struct {
	shown string // what people know it by
	data  []byte
}

// readPack reads the files of a whole pack.
func readPack(fsys fs.FS, shown func(string) string) (files, error) {
	out := files{}
	for _, pattern := range []string{"VERSION", "classes.yaml", "concepts.yaml", "gazetteer.yaml", "salary.yaml", "lexicon/*.yaml", "packs/*/*.yml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("load rules: %w", err)
		}
		if len(names) == 0 && !strings.HasPrefix(pattern, "packs/") {
			return nil, fmt.Errorf("load rules: no file %s\nhint: a whole pack has the files of the folder rules/ in lurewatch's own source", shown(pattern))
		}
		for _, name := range names {
			b, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, fmt.Errorf("load rules: %w", err)
			}
			out[name] = file{shown(name), b}
		}
	}
	return out, nil
}

// in lists the names below a folder, sorted.
func (fs files) in(folder string) (out []string) {
	for name := range fs {
		if strings.HasPrefix(name, folder+"/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// MaxLexicons bounds the languages of a pack: the classifier keeps sets of them in 32 bits.
const MaxLexicons = 32

func (fs files) load() (*Pack, error) {
	p := &Pack{
		ID:        post.Pack{Version: strings.TrimSpace(string(fs["VERSION"].data)), Hash: fs.hash()},
		Gazetteer: fs["gazetteer.yaml"].data, Salary: fs["salary.yaml"].data,
		classesFile: fs["classes.yaml"].shown, conceptsFile: fs["concepts.yaml"].shown,
		local: map[string]bool{}, texts: map[string][]byte{},
	}
	for _, name := range fs.in("packs") {
		p.texts[fs[name].shown] = fs[name].data
	}
	for _, folder := range []string{localPack, localWords} {
		for _, name := range fs.in(folder) {
			p.local[fs[name].shown] = true
		}
	}
	var errs []error
	var err error
	if p.Classes, err = ParseClasses(p.classesFile, fs["classes.yaml"].data); err != nil {
		errs = append(errs, err)
	} else if p.Concepts, err = ParseConcepts(p.conceptsFile, fs["concepts.yaml"].data, p.Classes); err != nil {
		errs = append(errs, err)
	}
	if p.Lexicons, err = fs.lexicons("lexicon"); err != nil {
		errs = append(errs, err)
	}
	own, err := fs.lexicons(localWords)
	if err != nil {
		errs = append(errs, err)
	}
	if p.Rules, err = fs.rules(); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if n := len(p.Lexicons) + len(own); n > MaxLexicons && len(own) > 0 {
		last := own[len(own)-1]
		return nil, &Fault{File: last.File, Err: fmt.Errorf("%d lexicons are more than %d", n, MaxLexicons), Hint: "put the words of several languages of one script into one file, or leave out what you do not read"}
	}
	errs = p.cross(p.Lexicons)
	errs = append(errs, p.cross(own)...)
	if err := errors.Join(append(errs, p.addWords(own)...)...); err != nil {
		return nil, err
	}
	return p, nil
}

// lexicons reads the lexicons of a folder side by side: they are most of the bytes.
func (fs files) lexicons(folder string) ([]*Lexicon, error) {
	names := fs.in(folder)
	out, errs := make([]*Lexicon, len(names)), make([]error, len(names))
	parse := ParseLexicon
	if folder == localWords {
		parse = parseLexicon // name and boundary may be known already
	}
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { out[i], errs[i] = parse(fs[name].shown, fs[name].data) })
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// rules reads the Sigma rules and filters of all packs into one set.
func (fs files) rules() (*sigma.Set, error) {
	var all sigma.File
	var errs []error
	names := fs.in("packs")
	slices.SortStableFunc(names, func(a, b string) int { // what is own comes last, so that a clash is told of it
		return strings.Compare(strconv.FormatBool(strings.HasPrefix(a, localPack+"/")), strconv.FormatBool(strings.HasPrefix(b, localPack+"/")))
	})
	for _, name := range names {
		f, err := sigma.Parse(fs[name].shown, fs[name].data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all.Rules = append(all.Rules, f.Rules...)
		all.Filters = append(all.Filters, f.Filters...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return sigma.NewSet(all.Rules, all.Filters)
}

// addWords puts an operator's own words beside those of the pack. A language that
// the pack does not have must come whole.
func (p *Pack) addWords(own []*Lexicon) (errs []error) {
	for _, l := range own {
		i := slices.IndexFunc(p.Lexicons, func(have *Lexicon) bool { return have.Lang == l.Lang })
		if i >= 0 {
			if err := p.Lexicons[i].merge(l); err != nil {
				errs = append(errs, err)
			}
			continue
		}
		if err := l.check(); err != nil {
			errs = append(errs, &Fault{File: l.File, Line: 1, Err: err, Hint: "the pack has no language " + l.Lang + " yet, so it needs name, boundary and classes too"})
			continue
		}
		p.Lexicons = append(p.Lexicons, l)
	}
	slices.SortFunc(p.Lexicons, func(a, b *Lexicon) int { return strings.Compare(a.Lang, b.Lang) })
	return errs
}

// cross checks what a lexicon says of other files.
func (p *Pack) cross(lexicons []*Lexicon) []error {
	classes, concepts := map[string]bool{}, map[string]bool{}
	for _, c := range p.Classes {
		classes[c.ID] = true
	}
	for _, c := range p.Concepts {
		concepts[c.ID] = true
	}
	var errs []error
	for _, l := range lexicons {
		fault := func(line int, hint, format string, args ...any) {
			errs = append(errs, &Fault{File: l.File, Line: line, Err: fmt.Errorf(format, args...), Hint: hint})
		}
		if want := strings.TrimSuffix(path.Base(filepath.ToSlash(l.File)), ".yaml"); l.Lang != want {
			fault(l.lines["lang"], "name the file after its language", "lang is %s, want %s as the file is named", l.Lang, want)
		}
		for _, name := range slices.Sorted(maps.Keys(l.lines)) {
			kind, id, _ := strings.Cut(name, "/")
			switch {
			case id == "":
			case kind == "classes" && !classes[id]:
				fault(l.lines[name], "the classes are in classes.yaml", "no class %s", id)
			case kind == "phrases" && !concepts[id]:
				fault(l.lines[name], "the concepts are in concepts.yaml", "no concept %s", id)
			case kind == "classes" && len(l.Classes[id]) == 0, kind == "phrases" && len(l.Phrases[id]) == 0:
				fault(l.lines[name], "write one a line below it, or delete the heading", "%s has no words", id)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(l.Sides)) {
			if !classes[name] {
				fault(l.Sides[name].Line, "the classes are in classes.yaml", "sides: no class %s", name)
			}
		}
	}
	return errs
}

// hash is over names and bytes, not over where the files stand.
func (fs files) hash() post.Digest {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		fmt.Fprintf(h, "%s\x1f%d\x1f", name, len(fs[name].data))
		h.Write(fs[name].data)
	}
	return post.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}
