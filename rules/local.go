package rules

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/rules/sigma"
)

// localPack is the folder of a pack under which an operator's own rules stand.
const localPack = "packs/local"

// LoadWith loads the built-in rules and, when dir is set, the Sigma files
// (*.yml) of dir beside them. Own rules may replace no built-in one: silence one
// with a Sigma filter.
func LoadWith(dir string) (*Pack, error) {
	if dir == "" {
		return Load(Builtin())
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load rules: %w\nhint: rules.dir names a folder with Sigma files (*.yml)", err)
	case !info.IsDir():
		return nil, fmt.Errorf("load rules: %s is no folder\nhint: rules.dir names a folder with Sigma files (*.yml)", dir)
	}
	return Load(withLocal{base: Builtin(), local: os.DirFS(dir)})
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

// Schema is what rules may speak of with the pack.
func (p *Pack) Schema() *sigma.Schema {
	ids := make([]string, len(p.Concepts))
	for i, c := range p.Concepts {
		ids[i] = c.ID
	}
	return sigma.PostSchema(ids)
}
