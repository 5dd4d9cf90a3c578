package rules

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

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
}

func decodeStrict(file string, data []byte, into any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// ParseClasses reads classes.yaml.
func ParseClasses(file string, data []byte) ([]Class, error) {
	var doc struct {
		Classes []struct {
			ID    string `yaml:"id"`
			Gloss string `yaml:"gloss"`
			Masks string `yaml:"masks"`
		} `yaml:"classes"`
	}
	if err := decodeStrict(file, data, &doc); err != nil {
		return nil, err
	}
	var out []Class
	seen := map[string]bool{}
	for _, c := range doc.Classes {
		switch {
		case c.ID == "" || c.Gloss == "":
			return nil, fmt.Errorf("%s: class %q: id or gloss is missing", file, c.ID)
		case seen[c.ID]:
			return nil, fmt.Errorf("%s: class %s stands here twice", file, c.ID)
		case slices.Contains(Marks(), c.ID):
			return nil, fmt.Errorf("%s: class %s has the name of a mark", file, c.ID)
		case c.Masks != "" && c.Masks != "all":
			return nil, fmt.Errorf("%s: class %s: masks %q: want all, or no such key", file, c.ID, c.Masks)
		}
		seen[c.ID] = true
		out = append(out, Class{ID: c.ID, Gloss: c.Gloss, Masks: c.Masks == "all"})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no classes", file)
	}
	return out, nil
}

// ParseConcepts reads concepts.yaml. Patterns may name the classes given, the
// [Marks], and concepts that stand higher up in the file.
func ParseConcepts(file string, data []byte, classes []Class) ([]Concept, error) {
	var doc struct {
		Concepts []yaml.Node `yaml:"concepts"`
	}
	if err := decodeStrict(file, data, &doc); err != nil {
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
	for i := range doc.Concepts {
		n := &doc.Concepts[i]
		c, err := parseConcept(n, known, above)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: concept %q: %w", file, n.Line, c.ID, err)
		}
		above[c.ID] = true
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no concepts", file)
	}
	return out, nil
}

func parseConcept(n *yaml.Node, known, above map[string]bool) (Concept, error) {
	var c Concept
	// A node decodes without KnownFields, so check its keys here.
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i].Value
			if !slices.Contains([]string{"id", "title", "gloss", "group", "kind", "stage", "weight", "ilo", "element", "patterns"}, k) {
				return c, fmt.Errorf("line %d: unknown key %q", n.Content[i].Line, k)
			}
		}
	}
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
	for _, s := range c.Texts {
		p, err := ParsePattern(s)
		if err != nil {
			return c, err
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
			return c, bad
		}
		c.Patterns = append(c.Patterns, p)
	}
	return c, nil
}
