package sigma

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Bounds of a rule file. Each is far beyond any rule that a person writes.
const (
	MaxFile      = 256 << 10 // bytes
	maxDocuments = 64        // documents in one file
	maxDepth     = 16        // nested lists and maps
	maxNodes     = 20_000    // values of one file, aliases counted each time they are used
	maxCondition = 4 << 10   // bytes of one condition
	maxPattern   = 2 << 10   // bytes of one value of a detection
	maxCompiled  = 50_000    // tests in one rule once its selections are put in place
)

// kind is the type of a YAML value.
type kind uint8

const (
	kindNull kind = iota
	kindString
	kindNumber
	kindBool
	kindList
	kindMap
)

func (k kind) String() string {
	return [...]string{"null", "a string", "a number", "a boolean", "a list", "a map"}[k]
}

// value is a YAML value with its line, aliases resolved, free of the YAML library.
type value struct {
	kind  kind
	line  int
	str   string // the text of any scalar
	num   float64
	truth bool
	list  []value
	pairs []pair
}

type pair struct {
	key  string
	line int
	val  value
}

func (v value) get(key string) (value, bool) {
	for _, p := range v.pairs {
		if p.key == key {
			return p.val, true
		}
	}
	return value{}, false
}

// plain turns v into the types that encoding/json would give.
func (v value) plain() any {
	switch v.kind {
	case kindNull:
		return nil
	case kindNumber:
		return v.num
	case kindBool:
		return v.truth
	case kindList:
		out := make([]any, len(v.list))
		for i, x := range v.list {
			out[i] = x.plain()
		}
		return out
	case kindMap:
		out := make(map[string]any, len(v.pairs))
		for _, p := range v.pairs {
			out[p.key] = p.val.plain()
		}
		return out
	default:
		return v.str
	}
}

// YAML 1.1 readers, pySigma's among them, see booleans, octal and base-60 numbers
// in these plain scalars; we see strings or other numbers. A rule must not mean
// two things, so they have to be quoted.
var (
	plainTruth  = regexp.MustCompile(`^(?i:yes|no|on|off)$`)
	plainNumber = regexp.MustCompile(`^[-+]?(0[0-9_]+|0o[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)$`)
)

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// documents reads every YAML document of data. A fault is recorded in p.
func (p *parser) documents(data []byte) []value {
	if len(data) > MaxFile {
		p.fail(0, "", fmt.Sprintf("the file has %d bytes, more than %d", len(data), MaxFile), "write one rule a file")
		return nil
	}
	if !utf8.Valid(data) {
		p.fail(0, "", "the file is not UTF-8", "save it as UTF-8")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var out []value
	for {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			msg := strings.TrimPrefix(err.Error(), "yaml: ")
			if m := yamlLine.FindStringSubmatch(msg); m != nil {
				line, _ = strconv.Atoi(m[1])
				msg = msg[len(m[0]):]
			}
			p.fail(line, "", msg, "check indentation and quotes at this line")
			return nil
		}
		if len(n.Content) == 0 || n.Content[0].ShortTag() == "!!null" {
			continue // an empty document: a stray ---
		}
		if len(out) == maxDocuments {
			p.fail(n.Line, "", fmt.Sprintf("the file has more than %d documents", maxDocuments), "write one rule a file")
			return nil
		}
		v, ok := p.value(n.Content[0], "", 0)
		if !ok {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// value copies n, resolves aliases and counts as it goes, so that a small file
// cannot unfold into a large one.
func (p *parser) value(n *yaml.Node, path string, depth int) (value, bool) {
	if p.nodes++; p.nodes > maxNodes {
		return value{}, p.fail(n.Line, path, fmt.Sprintf("the file unfolds into more than %d values", maxNodes), "use fewer aliases, or split the rule")
	}
	if depth > maxDepth {
		return value{}, p.fail(n.Line, path, fmt.Sprintf("nested more than %d deep", maxDepth), "flatten it")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return p.value(n.Alias, path, depth+1)
	case yaml.SequenceNode:
		v := value{kind: kindList, line: n.Line}
		for i, c := range n.Content {
			x, ok := p.value(c, fmt.Sprintf("%s[%d]", path, i), depth+1)
			if !ok {
				return value{}, false
			}
			v.list = append(v.list, x)
		}
		return v, true
	case yaml.MappingNode:
		return p.mapping(n, path, depth)
	case yaml.ScalarNode:
		return p.scalar(n, path)
	default:
		return value{}, p.fail(n.Line, path, "not a YAML value that a rule may hold", "")
	}
}

func (p *parser) mapping(n *yaml.Node, path string, depth int) (value, bool) {
	v := value{kind: kindMap, line: n.Line}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode || k.ShortTag() == "!!null" {
			return value{}, p.fail(k.Line, path, "a key is not a plain word", "quote it")
		}
		if k.ShortTag() == "!!merge" {
			return value{}, p.fail(k.Line, path, "merge keys (<<) are not part of Sigma", "write the keys out")
		}
		at := join(path, k.Value)
		if bare(k) && plainTruth.MatchString(k.Value) {
			return value{}, p.fail(k.Line, at, fmt.Sprintf("the key %s without quotes is a boolean to YAML 1.1", k.Value), "quote it, or use another name")
		}
		if first, dup := seen[k.Value]; dup {
			return value{}, p.fail(k.Line, at, fmt.Sprintf("the key is here twice, first at line %d", first), "put the values in one list, or use two selections")
		}
		seen[k.Value] = k.Line
		x, ok := p.value(n.Content[i+1], at, depth+1)
		if !ok {
			return value{}, false
		}
		v.pairs = append(v.pairs, pair{key: k.Value, line: k.Line, val: x})
	}
	return v, true
}

// bare reports whether a scalar stands without quotes.
func bare(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

func (p *parser) scalar(n *yaml.Node, path string) (value, bool) {
	v := value{kind: kindString, line: n.Line, str: n.Value}
	if bare(n) && (plainTruth.MatchString(n.Value) || plainNumber.MatchString(n.Value)) {
		return v, p.fail(n.Line, path, fmt.Sprintf("%s without quotes means different things to YAML 1.1 and 1.2", n.Value), fmt.Sprintf("write '%s', or true, false or a plain decimal number", n.Value))
	}
	switch n.ShortTag() {
	case "!!null":
		v.kind = kindNull
	case "!!bool":
		v.kind = kindBool
		if err := n.Decode(&v.truth); err != nil {
			return v, p.fail(n.Line, path, "not a boolean", "write true or false")
		}
	case "!!int", "!!float":
		v.kind = kindNumber
		if err := n.Decode(&v.num); err != nil || math.IsNaN(v.num) || math.IsInf(v.num, 0) {
			return v, p.fail(n.Line, path, fmt.Sprintf("%s is not a finite number", n.Value), "quote it when it is meant as text")
		}
	case "!!str", "!!timestamp":
	default:
		return v, p.fail(n.Line, path, fmt.Sprintf("the YAML tag %s is not part of Sigma", n.ShortTag()), "quote the value")
	}
	return v, true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
