package sigma

import (
	"fmt"
	"strings"
)

// selection is one named part of a detection: it holds when one of its groups does.
type selection struct {
	name   string
	line   int
	groups []group
}

// group is a map of a detection: it holds when all of its items do.
type group struct {
	items []*item
}

// item is one key of a map with its values, or a list of keywords.
type item struct {
	key     string // as written: field and modifiers; empty for plain keywords
	field   string // empty for keywords
	line    int
	atoms   []*atom
	written []string // the values as written, one for each atom
	all     bool     // every atom must hold, not one
	negate  bool     // neq
}

// selection reads one entry of the detection map.
func (p *parser) selection(name string, v value) (selection, bool) {
	path := p.section + "." + name
	sel := selection{name: name, line: v.line}
	if !validName(name) {
		return sel, p.fail(v.line, path, fmt.Sprintf("%q cannot name a selection", name), "use letters, digits, _ and -, and none of the words of conditions")
	}
	var ok bool
	switch v.kind {
	case kindMap:
		g, good := p.group(path, v)
		sel.groups, ok = []group{g}, good
	case kindList:
		sel.groups, ok = p.groups(path, v)
	case kindNull:
		ok = p.fail(v.line, path, "the selection is empty", "give it a map of fields, or delete it")
	default:
		it, good := p.item(path, "", v)
		sel.groups, ok = []group{{items: []*item{it}}}, good
	}
	return sel, ok
}

// groups reads a list: scalars are keywords, of which one must be found, and
// each map is an alternative.
func (p *parser) groups(path string, v value) ([]group, bool) {
	if len(v.list) == 0 {
		return nil, p.fail(v.line, path, "the list is empty", "give it a value, or delete it")
	}
	var out []group
	words := value{kind: kindList, line: v.line}
	ok := true
	for i, x := range v.list {
		switch x.kind {
		case kindMap:
			g, good := p.group(fmt.Sprintf("%s[%d]", path, i), x)
			out, ok = append(out, g), ok && good
		case kindList:
			ok = p.fail(x.line, fmt.Sprintf("%s[%d]", path, i), "a list inside a list", "use one list, or a list of maps")
		default:
			words.list = append(words.list, x)
		}
	}
	if len(words.list) > 0 {
		it, good := p.item(path, "", words)
		out, ok = append(out, group{items: []*item{it}}), ok && good
	}
	return out, ok
}

func (p *parser) group(path string, v value) (group, bool) {
	if len(v.pairs) == 0 {
		return group{}, p.fail(v.line, path, "the map is empty", "give it a field, or delete it")
	}
	var g group
	ok := true
	for _, kv := range v.pairs {
		if kv.key == "" {
			ok = p.fail(kv.line, path, "a key is empty", "name a field, or use '|all' for keywords")
			continue
		}
		it, good := p.item(path, kv.key, kv.val)
		it.line = kv.line
		g.items, ok = append(g.items, it), ok && good
	}
	return g, ok
}

// item compiles one key and its values. It always returns an item, so that the
// caller can go on and report further faults.
func (p *parser) item(path, key string, v value) (*item, bool) {
	it := &item{key: key, line: v.line}
	var words []string
	if key != "" {
		words = strings.Split(key, "|")
		it.field, words = words[0], words[1:]
		path = join(path, key)
	}
	if strings.TrimSpace(it.field) != it.field {
		return it, p.fail(v.line, path, "the field has blanks around it", "delete them")
	}
	m, msg, hint := parseModifiers(words)
	if msg != "" {
		return it, p.fail(v.line, path, msg, hint)
	}
	it.all, it.negate = m.all, m.neq
	values := v.list
	switch v.kind {
	case kindMap:
		return it, p.fail(v.line, path, "a map inside a map", "a field takes a value or a list of values")
	case kindList:
		if len(values) == 0 {
			return it, p.fail(v.line, path, "the list of values is empty", "write null to ask for an absent field")
		}
	default:
		values = []value{v}
	}
	if m.all && len(values) < 2 {
		return it, p.fail(v.line, path, "`all` needs a list of two values or more", "drop the modifier")
	}
	ok := true
	for _, x := range values {
		if x.kind == kindNull && v.kind == kindList {
			ok = p.fail(x.line, path, "null cannot be one of several values", "put `field: null` into a selection of its own")
			continue
		}
		a, msg, hint := m.atom(it.field, x)
		if msg != "" {
			ok = p.fail(x.line, path, msg, hint)
			continue
		}
		it.atoms = append(it.atoms, a)
		it.written = append(it.written, x.str)
	}
	return it, ok
}
