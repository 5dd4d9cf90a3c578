package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds a configuration file, bytes.
const maxFile = 1 << 20

// Inputs is where the values come from, the later winning over the earlier.
type Inputs struct {
	File string            // path; empty reads no file
	Env  []string          // KEY=value, as [os.Environ] gives them
	Set  map[string]string // dotted key → value, from flags
}

// Loaded is a checked configuration whose values know where they came from.
type Loaded struct {
	Config
	origin map[string]string // dotted key → origin; absent means the default
}

// Load reads and checks a configuration. Every error names the file with its
// line, the environment variable or the flag that it is about.
func Load(in Inputs) (*Loaded, error) {
	l := &Loaded{Config: Default(), origin: map[string]string{}}
	if in.File != "" {
		if err := l.readFile(in.File); err != nil {
			return nil, err
		}
	}
	if err := l.readEnv(in.Env); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(mapKeys(in.Set)) {
		f, ok := l.find(key)
		if !ok {
			return nil, fmt.Errorf("flag --set %s: no such key%s", key, didYouMean(key, l.keys()))
		}
		if err := f.parse(in.Set[key]); err != nil {
			return nil, fmt.Errorf("flag --set %s: %w", key, err)
		}
		l.origin[key] = "flag"
	}
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return l, nil
}

func (l *Loaded) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w\nhint: write one with `lurewatch config print > %s`", err, path)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return fmt.Errorf("read configuration: %w", err)
	case len(b) > maxFile:
		return fmt.Errorf("read configuration %s: longer than 1 MiB", path)
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&l.Config); err != nil && !errors.Is(err, io.EOF) {
		return l.explain(path, err)
	}
	var extra any
	if err := dec.Decode(&extra); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: a second YAML document follows the first: keep one", path)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(b, &root); err == nil && len(root.Content) == 1 {
		l.noteLines(path, "", root.Content[0])
	}
	return l.readSecretFiles()
}

// noteLines records the line of each key that the file sets.
func (l *Loaded) noteLines(path, prefix string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := prefix + n.Content[i].Value
		if n.Content[i+1].Kind == yaml.MappingNode {
			l.noteLines(path, key+".", n.Content[i+1])
			continue
		}
		l.origin[key] = fmt.Sprintf("%s:%d", path, n.Content[i].Line)
	}
}

var (
	yamlLine    = regexp.MustCompile(`line (\d+): (.*)`)
	yamlUnknown = regexp.MustCompile(`field (\S+) not found in type config\.(\S+)`)
)

// explain turns what the YAML library says into file:line: what, and a guess.
func (l *Loaded) explain(path string, err error) error {
	var out []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		m := yamlLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		what := m[2]
		if u := yamlUnknown.FindStringSubmatch(what); u != nil {
			what = fmt.Sprintf("unknown key %q%s", u[1], didYouMean(u[1], l.names()))
		}
		out = append(out, fmt.Errorf("%s:%s: %s", path, m[1], what))
	}
	if len(out) == 0 {
		return fmt.Errorf("%s: %w", path, err)
	}
	return errors.Join(out...)
}

// readEnv applies LUREWATCH_A_B=value to the key a.b, and LUREWATCH_A_B_FILE to
// a secret whose value stands in a file. LUREWATCH_TEST_… is left to the tests.
func (l *Loaded) readEnv(env []string) error {
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		rest, ours := strings.CutPrefix(name, "LUREWATCH_")
		if !ours || strings.HasPrefix(rest, "TEST_") || slices.Contains([]string{"CONFIG", "ORACLES", "CORPUS"}, rest) {
			continue
		}
		f, ok := l.byEnv(rest)
		if !ok {
			if base, isFile := strings.CutSuffix(rest, "_FILE"); isFile {
				if f, ok = l.byEnv(base); ok && f.secret() {
					b, err := os.ReadFile(value)
					if err != nil {
						return fmt.Errorf("environment %s: %w", name, err)
					}
					value = strings.TrimSpace(string(b))
				} else {
					ok = false
				}
			}
		}
		if !ok {
			return fmt.Errorf("environment %s: no such key\nhint: `lurewatch config print` lists every key; data_dir is LUREWATCH_DATA_DIR", name)
		}
		if err := f.parse(value); err != nil {
			return fmt.Errorf("environment %s: %w", name, err)
		}
		l.origin[f.key] = "environment " + name
	}
	return nil
}

// readSecretFiles replaces each secret written as file:PATH by that file's content.
func (l *Loaded) readSecretFiles() error {
	for _, f := range l.fields() {
		path, isFile := strings.CutPrefix(f.raw(), "file:")
		if !f.secret() || !isFile {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s (%s): %w", f.key, l.Origin(f.key), err)
		}
		if err := f.parse(strings.TrimSpace(string(b))); err != nil {
			return err
		}
	}
	return l.readListedSecrets()
}

// Origin says where the value of a dotted key came from.
func (l *Loaded) Origin(key string) string {
	if o, ok := l.origin[key]; ok {
		return o
	}
	return "default"
}

// didYouMean names the nearest known word, or nothing when none is near.
func didYouMean(got string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(got, k); d < at {
			best, at = k, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + strconv.Quote(best) + "?)"
}

// distance is the Levenshtein distance of a and b, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := prev
			if a[i] != b[j] {
				cost = 1 + min(prev, row[j], row[j+1])
			}
			prev, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
