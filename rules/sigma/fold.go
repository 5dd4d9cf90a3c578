package sigma

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which values of rules and of events are compared unless a
// rule says `cased`: Unicode compatibility form (so that full-width letters are
// letters) with full case folding (so that ß meets SS). It strips no accent and
// no sign: undoing disguises is the classifier's work, done before.
//
// It takes time linear in s. What folds rune by rune does not go through the tables
// of Unicode again; only what combines does.
func Fold(s string) string {
	i := plainEnd(s)
	if i == len(s) {
		return s // the common case: ids and folded text, and no allocation
	}
	if !utf8.ValidString(s) {
		return foldUnicode(s) // no text
	}
	tab := folds()
	b := append(make([]byte, 0, len(s)+len(s)/16), s[:i]...)
	for i < len(s) {
		// Runes that fold one by one, up to one that is joined: that goes with the rune before it.
		last, from := i, i // the rune before, and what is not yet copied
		for i < len(s) {
			if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) { // joined by nothing
				if 'A' <= c && c <= 'Z' {
					b = append(append(b, s[from:i]...), c+'a'-'A')
					from = i + 1
				}
				last = i
				i++
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			to := tab.of(r)
			if to == joins || to == apart && tab.joined(s[i+n:]) {
				break
			}
			if to != itself && to != apart {
				if tab.joined(s[i+n:]) {
					last = i
					i += n
					break
				}
				b = utf8.AppendRune(append(b, s[from:i]...), to)
				from = i + n
			}
			last = i
			i += n
		}
		if i == len(s) {
			b = append(b, s[from:]...)
			break
		}
		b = append(b, s[from:last]...)
		for i < len(s) {
			r, n := utf8.DecodeRuneInString(s[i:])
			if to := tab.of(r); to != joins && to != apart {
				break
			}
			i += n
		}
		b = append(b, foldUnicode(s[last:i])...)
	}
	return string(b)
}

// plainEnd is the length of the part of s, from its front, that is ASCII without
// capitals.
func plainEnd(s string) int {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			if c >= utf8.RuneSelf && i > 0 {
				return i - 1 // the rune before may be joined
			}
			return i
		}
	}
	return len(s)
}

// foldTable tells what runes of the basic plane fold to.
type foldTable [1 << 16]uint16

const (
	itself = 0
	joins  = utf8.RuneError // folds to several runes, or may join the rune before it
	apart  = 0xfffe         // a mark that joins no rune, but may change places with one beside it
)

// joined reports whether s begins with a mark, or what folds to several runes.
func (t *foldTable) joined(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	to := t.of(r)
	return n > 0 && (to == joins || to == apart)
}

func (t *foldTable) of(r rune) rune {
	if r < 0 || int(r) >= len(t) {
		return joins
	}
	return rune(t[r])
}

// folds is made on first use, from the tables of x/text, in some milliseconds.
var folds = sync.OnceValue(func() *foldTable {
	t := new(foldTable)
	for r := rune(0); int(r) < len(t); r++ {
		s := string(r)
		to, n := utf8.DecodeRuneInString(foldUnicode(s))
		switch {
		case to == r && n == len(s) && norm.NFKC.PropertiesString(s).CCC() != 0 && norm.NFKC.QuickSpanString("a"+s) == 1+n:
			t[r] = apart
		case r >= 0xd800 && r <= 0xdfff, !norm.NFKC.PropertiesString(s).BoundaryBefore(), n != len(foldUnicode(s)), to == utf8.RuneError,
			!norm.NFKC.PropertiesString(string(to)).BoundaryBefore():
			t[r] = uint16(joins)
		case to != r:
			t[r] = uint16(to)
		}
	}
	return t
})

func foldUnicode(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}
