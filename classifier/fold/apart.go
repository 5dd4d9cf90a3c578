package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSep reports what is put between letters to pull a word apart.
func isSep(c byte) bool {
	switch c {
	case ' ', '.', '-', '_', '*', '/', '|', '+', '~':
		return true
	}
	return false
}

// unit is what stands alone in a word pulled apart: a letter, a digit that may stand
// for one, or a letter of Thai, Lao, Khmer, Burmese or an Indian script with the
// signs around it.
type unit struct {
	size int // bytes; 0 for none
	r    rune
	kind unitKind
}

type unitKind uint8

const (
	unitLetter  unitKind = iota
	unitOdd              // a digit or sign
	unitCluster          // a letter with signs, which may be a word
	unitBare             // a letter without signs, or a sign without letter
)

// unitAt is the unit at i of s.
func unitAt(s string, i int) unit {
	if i >= len(s) {
		return unit{}
	}
	c := s[i]
	if c < utf8.RuneSelf {
		switch {
		case letterASCII(c):
			return unit{1, rune(c), unitLetter}
		case leet(c) != 0 && c != '!':
			return unit{1, rune(c), unitOdd}
		}
		return unit{}
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	switch sc := folds().get(r).script(); {
	case sc == scOther:
		return unit{}
	case sc != scSEA && sc != scIndic:
		return unit{n, r, unitLetter}
	case !unicode.IsLetter(r):
		return unit{}
	}
	return clusterAt(s, i, r, n)
}

// clusterAt is the letter r of n bytes at i of s with the signs around it.
func clusterAt(s string, i int, r rune, n int) unit {
	u := unit{n, r, unitBare}
	if leadsVowel(r) {
		next, k := utf8.DecodeRuneInString(s[i+n:])
		if next&^0xff != r&^0xff || !unicode.IsLetter(next) || leadsVowel(next) {
			return u
		}
		u.size, u.kind = n+k, unitCluster
	} else if endsVowel(r) {
		return u
	}
	for {
		next, k := utf8.DecodeRuneInString(s[i+u.size:])
		switch {
		case unicode.IsMark(next) && next >= 0x900:
			u.size += k
			if stacks(next) {
				if under, k := utf8.DecodeRuneInString(s[i+u.size:]); unicode.IsLetter(under) && under >= 0x900 {
					u.size += k
				}
			}
		case endsVowel(next):
			u.size += k
		case next >= 0x1000 && next <= 0x1021 && strings.HasPrefix(s[i+u.size+k:], "\u103a"): // ends the syllable
			u.size += k + 3
		default:
			return u
		}
		u.kind = unitCluster
	}
}

// leadsVowel reports the vowels that stand before their letter.
func leadsVowel(r rune) bool { return r >= 0xe40 && r <= 0xe44 || r >= 0xec0 && r <= 0xec4 }

// endsVowel reports the vowels after their letter that Unicode takes for letters.
func endsVowel(r rune) bool {
	switch r {
	case 0xe30, 0xe32, 0xe33, 0xe45, 0xeb0, 0xeb2, 0xeb3, 0xebd:
		return true
	}
	return false
}

// stacks reports the signs that put the next letter under the one before.
func stacks(r rune) bool {
	switch r {
	case 0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xc4d, 0xccd, 0xd4d, 0xdca, 0x1039, 0x17d2:
		return true
	}
	return false
}

// sepAt is the length of what stands between two units at i of s: up to three
// separators, or a middle dot.
func sepAt(s string, i int) int {
	if strings.HasPrefix(s[i:], "·") {
		return 2
	}
	n := 0
	for n < 3 && i+n < len(s) && isSep(s[i+n]) {
		n++
	}
	return n
}

// row is a stretch of units, each alone, with the same between all of them.
type row struct {
	last, end                       int // where the last unit begins and ends
	count, letters, odd, bare, full int
	sep                             string
	list, same                      bool // letters in the order of the alphabet, one letter only
}

// rowAt is the row that begins with u at i of s.
func rowAt(s string, i int, u unit) row {
	w := row{end: i + u.size, count: 1, list: true, same: true}
	w.add(u)
	n := sepAt(s, w.end)
	if n == 0 {
		return w
	}
	w.sep = s[w.end : w.end+n]
	last := u
	for strings.HasPrefix(s[w.end:], w.sep) {
		at := w.end + len(w.sep)
		next := unitAt(s, at)
		if next.size == 0 || goesOn(s, at+next.size) || (next.size > 2) != (u.size > 2) && u.kind == unitLetter { // T.P.C.는
			break
		}
		if next.kind == unitOdd && (u.kind >= unitCluster || !w.between(s, at+next.size, last)) { // only between letters, and no letter of Thai
			break
		}
		w.list, w.same = w.list && next.r == last.r+1, w.same && next.r == last.r
		w.count++
		w.add(next)
		last, w.last, w.end = next, at, at+next.size
	}
	return w
}

// between reports whether a letter follows the digit before i in the row, or one more
// digit and a letter; last is the unit before the digit.
func (w *row) between(s string, i int, last unit) bool {
	for range 2 {
		if !strings.HasPrefix(s[i:], w.sep) {
			return false
		}
		i += len(w.sep)
		switch u := unitAt(s, i); {
		case u.size == 0 || goesOn(s, i+u.size):
			return false
		case u.kind != unitOdd:
			return true
		case last.kind == unitOdd:
			return false
		default:
			i += u.size
		}
	}
	return false
}

func (w *row) add(u unit) {
	switch u.kind {
	case unitLetter:
		w.letters++
	case unitOdd:
		w.odd++
	case unitBare:
		w.bare++
	case unitCluster:
		w.full++
	}
}

// goesOn reports whether a word goes on at i of s.
func goesOn(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	if c := s[i]; c < utf8.RuneSelf {
		return letterASCII(c) || c-'0' <= 9
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	sc := folds().get(r).script()
	return sc != scOther && (sc != scSEA || unicode.IsLetter(r) || unicode.IsMark(r))
}

// isWord reports whether the units of w are a word pulled apart rather than a list,
// initials or an abbreviation. What follows w is rest.
func (w row) isWord(rest string) bool {
	if w.list || w.same {
		return false
	}
	if w.bare+w.full == 0 {
		least := 4
		if len(w.sep) > 1 && strings.Trim(w.sep, " ") != "" && w.sep != "·" {
			least = 5 // J. K. L. M. Smith
		}
		return w.count >= least && (w.odd == 0 || w.letters >= 3 && w.letters > w.odd)
	}
	if w.letters+w.odd > 0 || len(w.sep) > 1 && w.sep != "·" && strings.Trim(w.sep, " ") != "" {
		return false
	}
	switch w.sep[0] {
	case ' ':
		return w.count >= 4 && 2*w.bare >= w.count || w.count == 3 && w.bare == 3
	case '.':
		if strings.HasPrefix(rest, ".") { // an abbreviation
			return w.count >= 5
		}
		return w.count >= 4 || w.count == 3 && w.full > 0 && w.bare > 0
	case '/', '-':
		return w.count >= 4
	}
	return w.count >= 3
}

// join puts words together that were pulled apart: four letters or more, each on
// its own, with the same separator between all of them. A list (a b c d) stays.
func join(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for i := 0; ; {
		at, sep := nextApart(s, i)
		if at == len(s) {
			break
		}
		k := wordBefore(s, i, at)
		u := unitAt(s, k)
		if u.size == 0 || k+u.size != at || k > 0 && k == i && goesOn(s, runeFloor(s, k-1)) {
			k = at + sep
			u = unitAt(s, k)
		}
		r := rowAt(s, k, u)
		if r.count < 3 || !r.isWord(s[r.end:]) {
			if i = max(at+1, r.last); u.kind == unitOdd && r.bare+r.full > 0 { // its last may begin another; the number before a word is none of it
				i = at + 1
			}
			continue
		}
		found = true
		for i = k; i < r.end; {
			i += unitAt(s, i).size
			if i < r.end {
				w.put(nil, i, i+len(r.sep))
				i += len(r.sep)
			}
		}
		if r.sep == " " { // words pulled apart have wider gaps between them
			n := i
			for n < len(s) && s[n] == ' ' {
				n++
			}
			if n-i > 1 {
				w.put([]byte{' '}, i, n)
				i = n
			}
		}
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// wordBefore is where what may be one unit before byte at begins, i at the earliest:
// at most six letters, marks and signs that stand for letters.
func wordBefore(s string, i, at int) int {
	k := at
	for n := 0; n < 6 && k > i; n++ {
		if c := s[k-1]; c < utf8.RuneSelf {
			if bytesOf[c]&(byteLetter|byteLeet) == 0 && c-'0' > 9 {
				break
			}
			k--
			continue
		}
		r, size := utf8.DecodeLastRuneInString(s[i:k])
		if folds().get(r).script() == scOther && !unicode.IsMark(r) {
			break
		}
		k -= size
	}
	return k
}

// nextApart is where, from i on, a separator stands that another one like it follows
// after one unit, and the length of the two; or the length of s.
func nextApart(s string, i int) (at, sep int) {
	for ; i < len(s); i++ {
		c := s[i]
		if bytesOf[c]&byteSep == 0 && (c != 0xc2 || i+1 == len(s) || s[i+1] != 0xb7) || i > 0 && bytesOf[s[i-1]]&byteSep != 0 {
			continue
		}
		n := sepAt(s, i)
		after := i + n
		if after+1 >= len(s) || s[after] < utf8.RuneSelf && s[after+1] != c {
			continue
		}
		if u := unitAt(s, after); u.size > 0 && strings.HasPrefix(s[after+u.size:], s[i:after]) {
			return i, n
		}
	}
	return len(s), 0
}
