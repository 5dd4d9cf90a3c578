package rules

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// An operator's own files stand in these folders of a pack, by name.
const (
	localPack  = "packs/local"
	localWords = "local/lexicon"
)

// Bounds of a folder of own rules.
const (
	maxLocalFiles = 10_000
	maxLocalBytes = 64 << 20
)

// LoadWith loads the built-in rules and, when dir is set, an operator's own beside
// them: Sigma rules and filters in *.yml, in folders too, and words of a language in
// lexicon/<lang>.yaml. What is own may replace nothing that is built in: silence a
// rule with a Sigma filter. Names that begin with a dot are left out.
func LoadWith(dir string) (*Pack, error) {
	all, err := readPack(Builtin(), func(name string) string { return "rules/" + name })
	if err != nil {
		return nil, err
	}
	if dir != "" {
		own, err := readLocal(dir)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, own)
	}
	return all.load()
}

// Open loads the pack that a person names: builtin, the folder of a whole pack, or
// a folder with own rules beside the built-in ones.
func Open(name string) (*Pack, error) {
	if name == "builtin" || name == "" {
		return LoadWith("")
	}
	if _, err := os.Stat(filepath.Join(name, "classes.yaml")); err != nil {
		return LoadWith(name)
	}
	all, err := readPack(os.DirFS(name), func(file string) string { return filepath.Join(name, filepath.FromSlash(file)) })
	if err != nil {
		return nil, err
	}
	p, err := all.load()
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, id := range spoken() {
		if !slices.ContainsFunc(p.Classes, func(c Class) bool { return c.ID == id }) {
			errs = append(errs, &Fault{File: p.classesFile, Line: 1, Err: fmt.Errorf("no class %s, by which the classifier tells who speaks", id), Hint: "copy it from rules/classes.yaml of lurewatch"})
		}
	}
	return p, errors.Join(errs...)
}

// Fingerprint is over everything that [LoadWith] would read of dir: it changes when
// the pack would.
func Fingerprint(dir string) (post.Digest, error) {
	own, err := readLocal(dir)
	if err != nil {
		return "", err
	}
	return own.hash(), nil
}

const dirHint = "hint: rules.dir names a folder with Sigma files (*.yml)"

func readLocal(dir string) (files, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load rules: %w\n%s", err, dirHint)
	case !info.IsDir():
		return nil, fmt.Errorf("load rules: %s is no folder\n%s", dir, dirHint)
	}
	out, bytes := files{}, 0
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		}
		shown := filepath.Join(dir, filepath.FromSlash(name))
		key := path.Join(localPack, name)
		switch {
		case path.Dir(name) == "lexicon" && path.Ext(name) == ".yaml":
			key = path.Join(localWords, path.Base(name))
		case path.Ext(name) == ".yaml":
			return &Fault{File: shown, Err: errors.New("neither a rule nor a lexicon by its name"), Hint: "rules and filters end in .yml, words stand in lexicon/<lang>.yaml"}
		case path.Ext(name) != ".yml":
			return nil // a README, a script
		}
		info, err := os.Stat(shown) // through links, as a mounted folder has them
		if err != nil {
			return err
		}
		if info.IsDir() {
			return nil
		}
		if !info.Mode().IsRegular() { // reading a pipe or a device would never end
			return &Fault{File: shown, Err: errors.New("no regular file"), Hint: "take it out of the folder of rules"}
		}
		data, err := readBounded(shown, maxLocalBytes-bytes)
		if bytes += len(data); bytes > maxLocalBytes || len(out) >= maxLocalFiles {
			return fmt.Errorf("%s holds more than %d files or %d MiB of rules\nhint: is this the right folder?", dir, maxLocalFiles, maxLocalBytes>>20)
		}
		out[key] = file{shown, data}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	return out, nil
}

// readBounded reads a file, and one byte more than most at most.
func readBounded(name string, most int) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)+1))
}

// Schema is what rules may speak of with the pack.
func (p *Pack) Schema() *sigma.Schema {
	var never []string
	ids := make([]string, len(p.Concepts))
	_, rows := p.Coverage()
	for i, c := range p.Concepts {
		ids[i] = c.ID
		if !slices.ContainsFunc(rows[i].By, Means.Reached) {
			never = append(never, c.ID)
		}
	}
	return sigma.PostSchema(ids, never...)
}
