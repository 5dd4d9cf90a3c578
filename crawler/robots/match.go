package robots

import "strings"

// pattern is a compiled path of a rule: literal parts between wildcards.
type pattern struct {
	parts  []string
	anchor bool // ends with $
	size   int  // octets of the normal form: the measure of "most specific"
}

func compile(s string) pattern {
	s = strings.TrimSpace(s)
	p := pattern{}
	if rest, ok := strings.CutSuffix(s, "$"); ok {
		s, p.anchor = rest, true
	}
	s = normalise(s, true)
	if s != "" && s[0] != '/' && s[0] != '*' {
		s = "/" + s // rules start with a slash; many files forget it
	}
	p.parts = strings.Split(s, "*")
	p.size = len(s)
	if p.anchor {
		p.size++
	}
	return p
}

// match reports whether the pattern matches from the start of t. Taking the
// first place of each part is enough, so the cost is linear in t for each part.
func (p pattern) match(t string) bool {
	rest, ok := strings.CutPrefix(t, p.parts[0])
	if !ok {
		return false
	}
	if len(p.parts) == 1 {
		return !p.anchor || rest == ""
	}
	last := len(p.parts) - 1
	for _, part := range p.parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	if p.anchor {
		return strings.HasSuffix(rest, p.parts[last])
	}
	return strings.Contains(rest, p.parts[last])
}

const upperHex = "0123456789ABCDEF"

// normalise brings a path with query to the form in which section 2.2.2 compares
// them: unreserved characters are written plainly, octets outside the URI
// alphabet percent-encoded, hex digits in upper case. In the query, where a
// slash or colon separates nothing, its encoded form equals the plain one. In a
// URL * and $ are ordinary characters, which a rule can only mean as %2A and
// %24; in a rule (isRule) * stays the wildcard.
func normalise(s string, isRule bool) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c == '%' || c == '*' && !isRule || c == '$' || !uriByte(c) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	query := false
	for i := 0; i < len(s); i++ {
		c, encoded := s[i], false
		if c == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi >= 0 && lo >= 0 {
				c, encoded = byte(hi<<4|lo), true
				i += 2
			}
		}
		switch {
		case encoded && (unreserved(c) || query && strings.IndexByte(":/?@", c) >= 0):
			b.WriteByte(c)
		case encoded, !uriByte(c), c == '$', c == '*' && !isRule:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		default:
			query = query || c == '?'
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	l := c | 0x20
	return l >= 'a' && l <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// uriByte reports whether c may stand in a URI as it is. A stray % may: it is
// compared as it was written.
func uriByte(c byte) bool {
	return unreserved(c) || strings.IndexByte("%:/?@!$&'()*+,;=[]#", c) >= 0
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
