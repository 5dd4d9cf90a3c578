package rules

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Marks are the names that patterns may use beside the classes of classes.yaml.
// They are not words: the classifier finds them by their shape, or in the gazetteer.
func Marks() []string {
	return []string{
		"NUMBER",   // a number of one digit or more
		"MONEY",    // a number of three digits or more beside a currency sign, or with k, jt, tr, 万 and the like
		"FORMONEY", // MONEY in US dollars or USDT
		"PLACE",    // a place of the gazetteer
		"HOTSPOT",  // a place of high risk
		"FAR",      // a place in a country where the language of the post is not at home
		"LICENCE",  // the number of a recruitment licence
		"HANDLE",   // a handle, a messenger link or a telephone number
	}
}

// Class is one word class.
type Class struct {
	ID    string
	Gloss string
	Masks bool // a longer word of it hides the words of every other class that it covers

	// Ordinary says that its words stand in ordinary posts too, so that only what
	// stands beside them tells anything. Words of the other classes should not.
	Ordinary bool
	Line     int // in classes.yaml
}

// Concept is one thing that words can say together, with what it is evidence of.
type Concept struct {
	ID       string    `yaml:"id"`
	Title    string    `yaml:"title"`
	Gloss    string    `yaml:"gloss"` // for reviewers, beside the span
	Group    string    `yaml:"group"` // A pay and perks, B role, C place and employer, D contact, E route and control, F jargon, G context
	Kind     string    `yaml:"kind"`
	Stage    string    `yaml:"stage"`
	Weight   string    `yaml:"weight"` // strong medium weak context negative
	ILO      []string  `yaml:"ilo"`
	Element  string    `yaml:"element"`
	Texts    []string  `yaml:"patterns"`
	Patterns []Pattern `yaml:"-"`

	// Kept says why the concept stays although nothing asks for it, or no words say it.
	Kept  string `yaml:"kept"`
	Line  int    `yaml:"-"` // in concepts.yaml
	lines []int  // of its patterns
}

// listOf reads a file that holds one list of maps under one key, with no other keys
// than those given.
func listOf(file, list string, data []byte, keys ...string) ([]*yaml.Node, error) {
	var doc map[string][]yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		return nil, &Fault{File: file, Err: err, Hint: "check indentation and quotes at that line"}
	}
	for k := range doc {
		if k != list {
			return nil, &Fault{File: file, Err: fmt.Errorf("unknown key %q", k), Hint: "write " + list + ":"}
		}
	}
	var out []*yaml.Node
	for i := range doc[list] {
		n := &doc[list][i]
		if n.Kind != yaml.MappingNode {
			return nil, &Fault{File: file, Line: n.Line, Err: errors.New("want a map"), Hint: "write - id: …"}
		}
		for i := 0; i < len(n.Content); i += 2 {
			if k := n.Content[i].Value; !slices.Contains(keys, k) {
				return nil, &Fault{File: file, Line: n.Content[i].Line, Err: fmt.Errorf("unknown key %q", k), Hint: "one of " + strings.Join(keys, ", ")}
			}
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, &Fault{File: file, Err: errors.New("no " + list), Hint: "it holds a list under " + list + ":"}
	}
	return out, nil
}

// ParseClasses reads classes.yaml.
func ParseClasses(file string, data []byte) ([]Class, error) {
	nodes, err := listOf(file, "classes", data, "id", "gloss", "masks", "ordinary")
	if err != nil {
		return nil, err
	}
	var out []Class
	seen := map[string]bool{}
	for _, n := range nodes {
		var c struct {
			ID       string `yaml:"id"`
			Gloss    string `yaml:"gloss"`
			Masks    string `yaml:"masks"`
			Ordinary bool   `yaml:"ordinary"`
		}
		err := n.Decode(&c)
		switch {
		case err != nil:
		case c.ID == "" || c.Gloss == "":
			err = fmt.Errorf("class %q: id or gloss is missing", c.ID)
		case seen[c.ID]:
			err = fmt.Errorf("class %s stands here twice", c.ID)
		case slices.Contains(Marks(), c.ID):
			err = fmt.Errorf("class %s has the name of a mark", c.ID)
		case c.Masks != "" && c.Masks != "all":
			err = fmt.Errorf("class %s: masks %q: want all, or no such key", c.ID, c.Masks)
		}
		if err != nil {
			return nil, &Fault{File: file, Line: n.Line, Err: err, Hint: "a class has an id, a gloss, and masks: all or ordinary: true where that is so"}
		}
		seen[c.ID] = true
		out = append(out, Class{ID: c.ID, Gloss: c.Gloss, Masks: c.Masks == "all", Ordinary: c.Ordinary, Line: n.Line})
	}
	return out, nil
}

// ParseConcepts reads concepts.yaml. Patterns may name the classes given, the
// [Marks], and concepts that stand higher up in the file.
func ParseConcepts(file string, data []byte, classes []Class) ([]Concept, error) {
	nodes, err := listOf(file, "concepts", data, "id", "title", "gloss", "group", "kind", "stage", "weight", "ilo", "element", "patterns", "kept")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, c := range classes {
		known[c.ID] = true
	}
	for _, m := range Marks() {
		known[m] = true
	}
	var out []Concept
	above := map[string]bool{}
	var errs []error
	for _, n := range nodes {
		c, err := parseConcept(n, known, above)
		if err != nil {
			line := n.Line
			if f, ok := errors.AsType[*Fault](err); ok {
				line, err = f.Line, f.Err
			}
			errs = append(errs, &Fault{File: file, Line: line, Err: fmt.Errorf("concept %q: %w", c.ID, err), Hint: "the grammar of patterns is told in docs/rules.md, the classes are in classes.yaml"})
			continue
		}
		above[c.ID] = true
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

func parseConcept(n *yaml.Node, known, above map[string]bool) (Concept, error) {
	var c Concept
	if err := n.Decode(&c); err != nil {
		return c, err
	}
	switch {
	case c.ID == "" || c.Title == "" || c.Gloss == "":
		return c, errors.New("id, title or gloss is missing")
	case above[c.ID]:
		return c, errors.New("stands here twice")
	case !slices.Contains([]string{"strong", "medium", "weak", "context", "negative"}, c.Weight):
		return c, fmt.Errorf("weight %q is none of strong, medium, weak, context, negative", c.Weight)
	}
	c.Line = n.Line
	c.lines = linesOf(n, "patterns")
	for i, s := range c.Texts {
		p, err := ParsePattern(s)
		if err != nil {
			return c, &Fault{Line: c.lineOf(i), Err: err}
		}
		var bad error
		p.Items(func(it Item) {
			switch {
			case it.Concept && !above[it.Name]:
				bad = fmt.Errorf("pattern %q: no concept %s stands above", s, it.Name)
			case !it.Concept && !known[it.Name]:
				bad = fmt.Errorf("pattern %q: no class %s", s, it.Name)
			}
		})
		if bad != nil {
			return c, &Fault{Line: c.lineOf(i), Err: bad}
		}
		c.Patterns = append(c.Patterns, p)
	}
	return c, nil
}

// lineOf is where a pattern of c stands.
func (c *Concept) lineOf(pattern int) int {
	if pattern < len(c.lines) {
		return c.lines[pattern]
	}
	return c.Line
}

// linesOf is where the values of a list stand.
func linesOf(n *yaml.Node, key string) (out []int) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			for _, x := range n.Content[i+1].Content {
				out = append(out, x.Line)
			}
		}
	}
	return out
}
