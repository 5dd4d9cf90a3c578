package sigma

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is a Sigma string: literal text with * for any run of characters and ?
// for exactly one. It is a list of segments that stars divide.
type pattern struct {
	segs  [][]token // never empty; a segment may be
	exact string    // the text, when there is no wildcard
	plain bool      // no wildcard
}

// token is literal text, or one ? when the text is empty.
type token string

const anyOne token = ""

// parsePattern reads the escapes of Sigma: a backslash before * ? or another
// backslash takes its special meaning away, before anything else it is itself.
// fold is applied to each literal run.
func parsePattern(s string, fold func(string) string) pattern {
	var segs [][]token
	var seg []token
	var lit strings.Builder
	flush := func() {
		if t := fold(lit.String()); t != "" {
			seg = append(seg, token(t))
		}
		lit.Reset()
	}
	escaped := false
	for _, c := range s {
		switch {
		case escaped:
			if c != '*' && c != '?' && c != '\\' {
				lit.WriteByte('\\')
			}
			lit.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == '*':
			flush()
			if len(segs) == 0 || len(seg) > 0 { // ** is *
				segs = append(segs, seg)
				seg = nil
			}
		case c == '?':
			flush()
			seg = append(seg, anyOne)
		default:
			lit.WriteRune(c)
		}
	}
	if escaped {
		lit.WriteByte('\\')
	}
	flush()
	return newPattern(append(segs, seg))
}

func newPattern(segs [][]token) pattern {
	p := pattern{segs: segs}
	if len(segs) == 1 && len(segs[0]) == 0 {
		p.plain = true
	}
	if len(segs) == 1 && len(segs[0]) == 1 && segs[0][0] != anyOne {
		p.plain, p.exact = true, string(segs[0][0])
	}
	return p
}

// open returns p with a star put before it, after it, or both, where there is none yet.
func (p pattern) open(before, after bool) pattern {
	segs := slices.Clone(p.segs)
	if before && (len(segs) == 1 || len(segs[0]) > 0) {
		segs = append([][]token{nil}, segs...)
	}
	if after && (len(segs) == 1 || len(segs[len(segs)-1]) > 0) {
		segs = append(segs, nil)
	}
	return newPattern(segs)
}

// match reports whether all of s fits p. It takes time in proportion to the
// length of s times the length of p at worst.
func (p pattern) match(s string) bool {
	if p.plain {
		return s == p.exact
	}
	first, last := p.segs[0], p.segs[len(p.segs)-1]
	n := matchFront(first, s)
	if n < 0 {
		return false
	}
	if len(p.segs) == 1 {
		return n == len(s)
	}
	s = s[n:]
	n = matchBack(last, s)
	if n < 0 {
		return false
	}
	s = s[:n]
	for _, seg := range p.segs[1 : len(p.segs)-1] {
		if len(seg) == 1 && seg[0] != anyOne { // the usual *text*
			i := strings.Index(s, string(seg[0]))
			if i < 0 {
				return false
			}
			s = s[i+len(seg[0]):]
			continue
		}
		n := -1
		for i := 0; i <= len(s); {
			if m := matchFront(seg, s[i:]); m >= 0 {
				n = i + m
				break
			}
			_, w := utf8.DecodeRuneInString(s[i:])
			i += max(w, 1)
		}
		if n < 0 {
			return false
		}
		s = s[n:]
	}
	return true
}

// matchFront returns how many bytes at the front of s fit seg, or -1.
func matchFront(seg []token, s string) int {
	n := 0
	for _, t := range seg {
		if t == anyOne {
			_, w := utf8.DecodeRuneInString(s[n:])
			if w == 0 {
				return -1
			}
			n += w
			continue
		}
		if !strings.HasPrefix(s[n:], string(t)) {
			return -1
		}
		n += len(t)
	}
	return n
}

// matchBack returns where the part at the back of s that fits seg begins, or -1.
func matchBack(seg []token, s string) int {
	for _, tok := range slices.Backward(seg) {
		if tok == anyOne {
			_, w := utf8.DecodeLastRuneInString(s)
			if w == 0 {
				return -1
			}
			s = s[:len(s)-w]
			continue
		}
		if !strings.HasSuffix(s, string(tok)) {
			return -1
		}
		s = s[:len(s)-len(tok)]
	}
	return len(s)
}

// String writes p as it would stand in a rule.
func (p pattern) String() string {
	var b strings.Builder
	esc := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)
	for i, seg := range p.segs {
		if i > 0 {
			b.WriteByte('*')
		}
		for _, t := range seg {
			if t == anyOne {
				b.WriteByte('?')
				continue
			}
			_, _ = esc.WriteString(&b, string(t))
		}
	}
	return b.String()
}
