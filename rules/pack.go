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
	"slices"
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
}

// Load reads a pack: VERSION, classes.yaml, concepts.yaml, gazetteer.yaml,
// salary.yaml, lexicon/*.yaml, and the Sigma rules in packs/*/*.yml. All
// that is wrong with it is in the error, one line each, with file and line.
func Load(fsys fs.FS) (*Pack, error) {
	files := map[string][]byte{}
	for _, pattern := range []string{"VERSION", "classes.yaml", "concepts.yaml", "gazetteer.yaml", "salary.yaml", "lexicon/*.yaml", "packs/*/*.yml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("load rules: %w", err)
		}
		if len(names) == 0 && !strings.HasPrefix(pattern, "packs/") {
			return nil, fmt.Errorf("load rules: no file %s\nhint: `lurewatch rules list` shows what a pack holds", pattern)
		}
		for _, name := range names {
			if files[name], err = fs.ReadFile(fsys, name); err != nil {
				return nil, fmt.Errorf("load rules: %w", err)
			}
		}
	}
	p := &Pack{
		ID:        post.Pack{Version: strings.TrimSpace(string(files["VERSION"])), Hash: hashFiles(files)},
		Gazetteer: files["gazetteer.yaml"], Salary: files["salary.yaml"],
	}
	var errs []error
	var err error
	if p.Classes, err = ParseClasses("classes.yaml", files["classes.yaml"]); err != nil {
		errs = append(errs, err)
	} else if p.Concepts, err = ParseConcepts("concepts.yaml", files["concepts.yaml"], p.Classes); err != nil {
		errs = append(errs, err)
	}
	lexicons, err := parseLexicons(files)
	var ruleErr error
	p.Lexicons = lexicons
	p.Rules, ruleErr = parseRules(files)
	if err := errors.Join(append(errs, err, ruleErr)...); err != nil {
		return nil, err
	}
	return p, errors.Join(p.cross()...)
}

// parseLexicons reads the lexicons side by side: they are most of the bytes.
func parseLexicons(files map[string][]byte) ([]*Lexicon, error) {
	var names []string
	for name := range files {
		if path.Dir(name) == "lexicon" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out, errs := make([]*Lexicon, len(names)), make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { out[i], errs[i] = ParseLexicon(name, files[name]) })
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// parseRules reads the Sigma rules and filters of all packs into one set.
func parseRules(files map[string][]byte) (*sigma.Set, error) {
	var all sigma.File
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(name, "packs/") {
			continue
		}
		f, err := sigma.Parse(name, files[name])
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

// cross checks what one file says of another.
func (p *Pack) cross() []error {
	classes, concepts := map[string]bool{}, map[string]bool{}
	for _, c := range p.Classes {
		classes[c.ID] = true
	}
	for _, c := range p.Concepts {
		concepts[c.ID] = true
	}
	var errs []error
	for _, l := range p.Lexicons {
		if want := strings.TrimSuffix(path.Base(l.File), ".yaml"); l.Lang != want {
			errs = append(errs, fmt.Errorf("%s: lang is %s, want %s as the file is named", l.File, l.Lang, want))
		}
		for name, ws := range l.Classes {
			if !classes[name] {
				errs = append(errs, fmt.Errorf("%s:%d: no class %s", l.File, ws[0].Line-1, name))
			}
		}
		for name := range l.Sides {
			if !classes[name] {
				errs = append(errs, fmt.Errorf("%s: sides: no class %s", l.File, name))
			}
		}
		for name, ps := range l.Phrases {
			if !concepts[name] {
				errs = append(errs, fmt.Errorf("%s:%d: no concept %s", l.File, ps[0].Line-1, name))
			}
		}
	}
	return errs
}

func hashFiles(files map[string][]byte) post.Digest {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s\x1f%d\x1f", name, len(files[name]))
		h.Write(files[name])
	}
	return post.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}
