package app

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// localPack is the folder of a pack under which an operator's own rules stand.
const localPack = "packs/local"

// LoadPack loads the built-in rules and, when dir is set, the Sigma files
// (*.yml) of dir beside them. Own rules may replace no built-in one: silence one
// with a Sigma filter.
func LoadPack(dir string) (*rules.Pack, error) {
	if dir == "" {
		return rules.Load(rules.Builtin())
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load rules: %w\nhint: rules.dir names a folder with Sigma files (*.yml)", err)
	case !info.IsDir():
		return nil, fmt.Errorf("load rules: %s is no folder\nhint: rules.dir names a folder with Sigma files (*.yml)", dir)
	}
	return rules.Load(withLocal{base: rules.Builtin(), local: os.DirFS(dir)})
}

// withLocal is a pack with one more folder of rules in it.
type withLocal struct{ base, local fs.FS }

var _ fs.GlobFS = withLocal{}

// Open implements [fs.FS].
func (w withLocal) Open(name string) (fs.File, error) {
	if rest, ok := strings.CutPrefix(name, localPack+"/"); ok {
		return w.local.Open(rest)
	}
	return w.base.Open(name)
}

// Glob implements [fs.GlobFS].
func (w withLocal) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(w.base, pattern)
	if err != nil {
		return nil, err
	}
	local, err := fs.Glob(w.local, "*.yml")
	if err != nil {
		return nil, err
	}
	for _, n := range local {
		full := path.Join(localPack, n)
		if ok, err := path.Match(pattern, full); err == nil && ok {
			names = append(names, full)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (a *App) openClassifier() (err error) {
	if a.pack, err = LoadPack(a.cfg.Rules.Dir); err != nil {
		return err
	}
	a.classifier, err = classifier.New(a.pack, classifier.Options{})
	return err
}

// Schema is what rules may speak of with this pack.
func Schema(p *rules.Pack) *sigma.Schema {
	ids := make([]string, len(p.Concepts))
	for i, c := range p.Concepts {
		ids[i] = c.ID
	}
	return sigma.PostSchema(ids)
}

// ExamplePost is the post that an example of a rule describes.
func ExamplePost(ex sigma.Example) post.Post {
	p := post.Post{Title: ex.Title, Text: ex.Text, Lang: ex.Lang, Company: ex.Company, URL: ex.URL, Source: ex.Source}
	if ex.Location != "" {
		p.Locations = []string{ex.Location}
	}
	return p
}

// ruleText is why a rule matters, in the words of its file.
func (a *App) ruleText(id string) (string, bool) {
	if a.pack == nil {
		return "", false
	}
	for _, r := range a.pack.Rules.Rules() {
		if r.ID == id {
			return r.Description, true
		}
	}
	return "", false
}

// conceptTitle is a concept in words.
func (a *App) conceptTitle(id string) (string, bool) {
	if a.pack == nil {
		return "", false
	}
	for _, c := range a.pack.Concepts {
		if c.ID == id {
			return c.Title, true
		}
	}
	return "", false
}
