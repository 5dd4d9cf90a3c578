package source

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// plainJSON reads strict JSON as [encoding/json] reads it into an any, with numbers as
// [number] gives them, in a third of the time: strings without escapes are parts of s.
// It gives up on what is not JSON, and on little else: what nests deep, and strings that
// are no UTF-8.
func plainJSON(s string) (any, bool) {
	p := plain{s: s}
	v, ok := p.value(0)
	p.space()
	return v, ok && p.i == len(s)
}

// plainDepth is how deep values nest that plainJSON reads.
const plainDepth = 200

type plain struct {
	s string
	i int
}

func (p *plain) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// next steps over white space and c, if c is what comes.
func (p *plain) next(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *plain) value(depth int) (any, bool) {
	p.space()
	if p.i == len(p.s) || depth > plainDepth {
		return nil, false
	}
	switch rest := p.s[p.i:]; rest[0] {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return p.str()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	default:
		return p.number()
	}
}

func (p *plain) word(w string) bool {
	if !strings.HasPrefix(p.s[p.i:], w) {
		return false
	}
	p.i += len(w)
	return true
}

func (p *plain) object(depth int) (any, bool) {
	p.i++
	m := item{}
	if p.next('}') {
		return m, true
	}
	for {
		if p.space(); p.i == len(p.s) || p.s[p.i] != '"' {
			return nil, false
		}
		key, ok := p.str()
		if !ok || !p.next(':') {
			return nil, false
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		m[key.(string)] = v //nolint:errcheck,forcetypeassert // str gives nothing else
		if p.next('}') {
			return m, true
		}
		if !p.next(',') {
			return nil, false
		}
	}
}

func (p *plain) array(depth int) (any, bool) {
	p.i++
	a := []any{}
	if p.next(']') {
		return a, true
	}
	for {
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		a = append(a, v)
		if p.next(']') {
			return a, true
		}
		if !p.next(',') {
			return nil, false
		}
	}
}

func (p *plain) str() (any, bool) {
	from := p.i
	escaped, ascii := false, true
	for p.i++; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			switch raw := p.s[from:p.i]; {
			case escaped:
				var out string
				err := json.Unmarshal([]byte(raw), &out)
				return out, err == nil
			default:
				return raw[1 : len(raw)-1], ascii || utf8.ValidString(raw)
			}
		case c == '\\':
			escaped = true
			p.i++
		case c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// number reads what the grammar of JSON calls one.
func (p *plain) number() (any, bool) {
	from := p.i
	digits := func() bool {
		n := p.i
		for p.i < len(p.s) && digit(p.s[p.i]) {
			p.i++
		}
		return p.i > n
	}
	p.word("-")
	if !p.word("0") && !digits() {
		return nil, false
	}
	if p.word(".") && !digits() {
		return nil, false
	}
	if p.word("e") || p.word("E") {
		if !p.word("+") {
			p.word("-")
		}
		if !digits() {
			return nil, false
		}
	}
	return number(p.s[from:p.i]), true
}
