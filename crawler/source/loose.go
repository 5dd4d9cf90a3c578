package source

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds on what the loose reader builds.
const (
	looseDepth = 200
	looseNodes = 400_000
)

var errLoose = errors.New("no JSON value")

// ParseLoose reads JSON the way pages write it: besides strict JSON it takes
// comments of JavaScript and HTML, CDATA marks, raw control characters and
// unescaped quotes in strings, unknown escapes, single quotes and backticks,
// unquoted keys, missing and trailing commas, undefined and the short forms !0
// and void 0, and an end that is missing. Numbers are float64, or the literal as
// a string when they are longer than a float64 holds exactly.
func ParseLoose(s string) (any, error) {
	s = strings.TrimPrefix(s, "\uFEFF")
	if v, ok := strict(s); ok {
		return v, nil
	}
	return parseLooseWith(s, nil)
}

// parseLooseWith reads s with names bound to values, as state scripts need.
func parseLooseWith(s string, env map[string]any) (any, error) {
	l := &loose{s: s, env: env}
	l.space()
	for l.i < len(s) && s[l.i] != '{' && s[l.i] != '[' && s[l.i] != '"' {
		l.i++ // something stands in front: a variable, a closing mark
	}
	if l.i >= len(s) {
		return nil, errLoose
	}
	return l.value(0, true), nil
}

func strict(s string) (any, bool) {
	if v, ok := plainJSON(s); ok {
		return v, true
	}
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, false
	}
	if dec.More() {
		return nil, false
	}
	return numbers(v, 0), true
}

// numbers turns json.Number into float64 where that loses nothing.
func numbers(v any, depth int) any {
	if depth > 512 {
		return nil
	}
	switch t := v.(type) {
	case json.Number:
		return number(t.String())
	case map[string]any:
		for k, e := range t {
			t[k] = numbers(e, depth+1)
		}
	case []any:
		for i, e := range t {
			t[i] = numbers(e, depth+1)
		}
	}
	return v
}

func number(s string) any {
	digits := strings.TrimLeft(s, "-+0")
	if len(digits) > 15 && !strings.ContainsAny(digits, ".eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return f
}

type loose struct {
	s     string
	i     int
	nodes int
	env   map[string]any
}

func (l *loose) at(i int) byte {
	if i < len(l.s) {
		return l.s[i]
	}
	return 0
}

// space skips white space, comments and marks around scripts.
func (l *loose) space() {
	for l.i < len(l.s) {
		rest := l.s[l.i:]
		switch c := rest[0]; {
		case c <= ' ':
			l.i++
		case strings.HasPrefix(rest, "/*"):
			l.skipPast("*/", 2)
		case strings.HasPrefix(rest, "//<![CDATA["), strings.HasPrefix(rest, "//]]>"):
			l.i += 2
		case strings.HasPrefix(rest, "//"):
			l.skipPast("\n", 2)
		case strings.HasPrefix(rest, "<!--"):
			// The mark alone, when JSON follows on the same line; else a whole comment.
			end := strings.Index(rest[:min(len(rest), 4096)], "-->")
			if end < 0 || strings.ContainsAny(rest[:end], "{[") {
				l.i += 4
			} else {
				l.i += end + 3
			}
		case strings.HasPrefix(rest, "-->"):
			l.i += 3
		case strings.HasPrefix(rest, "<![CDATA["):
			l.i += 9
		case strings.HasPrefix(rest, "]]>"):
			l.i += 3
		case strings.HasPrefix(rest, "\u00A0"), strings.HasPrefix(rest, "\uFEFF"), strings.HasPrefix(rest, "\u2028"), strings.HasPrefix(rest, "\u200B"):
			_, n := utf8.DecodeRuneInString(rest)
			l.i += n
		default:
			return
		}
	}
}

func (l *loose) skipPast(mark string, from int) {
	if j := strings.Index(l.s[l.i+from:], mark); j >= 0 {
		l.i += from + j + len(mark)
	} else {
		l.i = len(l.s)
	}
}

func (l *loose) value(depth int, inObject bool) any {
	l.space()
	l.nodes++
	if depth > looseDepth || l.nodes > looseNodes {
		l.i = len(l.s) // refuse the rest rather than read it wrongly
		return nil
	}
	switch c := l.at(l.i); {
	case c == '{':
		return l.object(depth)
	case c == '[':
		return l.array(depth)
	case c == '"' || c == '\'' || c == '`':
		return l.str(c, inObject, false)
	case c == 0 && l.i >= len(l.s):
		return nil
	default:
		return l.word(depth)
	}
}

func (l *loose) object(depth int) any {
	m := map[string]any{}
	l.i++
	for {
		l.space()
		switch c := l.at(l.i); {
		case l.i >= len(l.s):
			return m
		case c == '}':
			l.i++
			return m
		case c == ',' || c == ';':
			l.i++
			continue
		case c == ']':
			return m // a brace is missing: the array outside takes it
		case c == '"' || c == '\'' || c == '`':
			key := l.str(c, true, true)
			l.pair(m, key, depth)
		default:
			start := l.i
			for l.i < len(l.s) && strings.IndexByte(":,}]\"'{[ \t\r\n", l.s[l.i]) < 0 {
				l.i++
			}
			if l.i == start {
				l.i++
				continue
			}
			l.pair(m, l.s[start:l.i], depth)
		}
	}
}

func (l *loose) pair(m map[string]any, key string, depth int) {
	l.space()
	if l.at(l.i) != ':' {
		return
	}
	l.i++
	v := l.value(depth+1, true)
	if old, dup := m[key]; dup && v == nil {
		v = old
	}
	m[key] = v
}

func (l *loose) array(depth int) any {
	a := []any{}
	l.i++
	for {
		l.space()
		switch c := l.at(l.i); {
		case l.i >= len(l.s):
			return a
		case c == ']':
			l.i++
			return a
		case c == ',' || c == ';':
			l.i++
		case c == '}' || c == ':' || c == ')':
			if c == '}' {
				return a // a bracket is missing
			}
			l.i++
		default:
			before := l.i
			a = append(a, l.value(depth+1, false))
			if l.i == before {
				l.i++
			}
		}
	}
}

// word reads what is no string, object or array: numbers, literals, names.
func (l *loose) word(depth int) any {
	start := l.i
	for l.i < len(l.s) && strings.IndexByte(",}]:;\"'{[( \t\r\n", l.s[l.i]) < 0 {
		l.i++
	}
	w := l.s[start:l.i]
	if l.at(l.i) == '(' { // a call such as new Date(…): its first argument is its value
		l.i++
		v := l.value(depth+1, false)
		for l.i < len(l.s) && l.s[l.i] != ')' && l.s[l.i] != '}' && l.s[l.i] != ']' {
			l.i++
		}
		if l.at(l.i) == ')' {
			l.i++
		}
		return v
	}
	switch w {
	case "new", "void", "-":
		if l.i > start && depth < looseDepth {
			v := l.value(depth+1, false)
			if w == "new" {
				return v
			}
		}
		return nil
	case "true", "!0":
		return true
	case "false", "!1":
		return false
	case "", "null", "undefined", "NaN", "Infinity", "-Infinity", "None":
		return nil
	}
	if v, ok := l.env[w]; ok {
		return v
	}
	if c := w[0]; c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9' {
		return number(w)
	}
	return w
}

// str reads a string in quotes q. A quote inside that is not escaped is kept as
// a character when what follows shows that the string goes on.
func (l *loose) str(q byte, inObject, key bool) string {
	l.i++
	start := l.i
	for l.i < len(l.s) { // most strings need no repair
		c := l.s[l.i]
		if c == '\\' {
			break
		}
		if c == q && l.ends(inObject, key) {
			s := l.s[start:l.i]
			l.i++
			return s
		}
		l.i++
	}
	var b strings.Builder
	b.WriteString(l.s[start:l.i])
	for l.i < len(l.s) {
		c := l.s[l.i]
		switch {
		case c == '\\':
			l.escape(&b)
		case c == q && l.ends(inObject, key):
			l.i++
			return b.String()
		default:
			b.WriteByte(c)
			l.i++
		}
	}
	return b.String()
}

// ends reports whether the quote at l.i closes its string.
func (l *loose) ends(inObject, key bool) bool {
	j := l.blank(l.i + 1)
	switch c := l.at(j); {
	case j >= len(l.s), c == '}', c == ']', c == ')', c == ';':
		return true
	case key:
		return c == ':'
	case c == ':':
		return false
	case c == ',':
		if !inObject {
			return true
		}
		k := l.blank(j + 1)
		switch d := l.at(k); {
		case k >= len(l.s), d == '"', d == '\'', d == '}', d == '/', d == ',', d == '<':
			return true
		default:
			return l.bareKey(k)
		}
	case c == '"' || c == '\'': // a comma may be missing between two pairs
		return inObject && l.quotedKey(j)
	case c == '/':
		return l.at(j+1) == '/' || l.at(j+1) == '*'
	case c == '<':
		return strings.HasPrefix(l.s[j:], "<!--")
	}
	return false
}

// blank is the first place from i on that is no white space, within reason.
func (l *loose) blank(i int) int {
	for end := i + 4096; i < len(l.s) && i < end && l.s[i] <= ' '; i++ {
	}
	return i
}

func (l *loose) bareKey(i int) bool {
	n := 0
	for ; n < 64 && i+n < len(l.s); n++ {
		if c := l.s[i+n]; c != '_' && c != '$' && c != '@' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			break
		}
	}
	return n > 0 && l.at(l.blank(i+n)) == ':'
}

func (l *loose) quotedKey(i int) bool {
	q := l.at(i)
	for n := 1; n < 64 && i+n < len(l.s); n++ {
		switch l.s[i+n] {
		case q:
			return l.at(l.blank(i+n+1)) == ':'
		case '\n', '\\':
			return false
		}
	}
	return false
}

// escape reads one backslash sequence; one that means nothing is its character.
func (l *loose) escape(b *strings.Builder) {
	c := l.at(l.i + 1)
	l.i += 2
	switch c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'b', 'f', 'v':
		b.WriteByte(' ')
	case '\n', 0:
		if l.i > len(l.s) {
			l.i = len(l.s)
		}
	case 'x':
		l.hexRune(b, 2, 'x')
	case 'u':
		l.hexRune(b, 4, 'u')
	default:
		b.WriteByte(c)
	}
}

func (l *loose) hexRune(b *strings.Builder, n int, mark byte) {
	r, ok := l.hex(l.i, n)
	if !ok {
		b.WriteByte('\\')
		b.WriteByte(mark)
		return
	}
	l.i += n
	if utf16.IsSurrogate(r) {
		if l.at(l.i) == '\\' && l.at(l.i+1) == 'u' {
			if low, ok := l.hex(l.i+2, 4); ok {
				if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
					l.i += 6
					b.WriteRune(full)
					return
				}
			}
		}
		r = utf8.RuneError
	}
	b.WriteRune(r)
}

func (l *loose) hex(i, n int) (rune, bool) {
	if i+n > len(l.s) {
		return 0, false
	}
	v, err := strconv.ParseUint(l.s[i:i+n], 16, 32)
	return rune(v), err == nil
}
