package sigma

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which values of rules and of events are compared unless a
// rule says `cased`: Unicode compatibility form (so that full-width letters are
// letters) with full case folding (so that ß meets SS). It strips no accent and
// no sign: undoing disguises is the classifier's work, done before.
func Fold(s string) string {
	upper := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			return foldUnicode(s)
		case 'A' <= c && c <= 'Z':
			upper = true
		}
	}
	if !upper {
		return s // the common case: ids and folded text, and no allocation
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}

func foldUnicode(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}
