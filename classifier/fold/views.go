package fold

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Stripped is the text without the accents of Latin letters, đ and ø included, for
// terms that are stored without them (fr, pt, es, and Vietnamese as people type
// it in a hurry). It reports false, and returns t itself, when there is nothing to
// strip: for text in ASCII that costs one look.
func (t Text) Stripped() (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if b := plain(r); b != r {
			w.putRune(b, i, i+n)
			found = true
		}
		i += n
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// plain is r without its accent when r is a Latin letter.
func plain(r rune) rune {
	switch {
	case r >= 0xc0 && r <= 0x24f, r >= 0x1e00 && r <= 0x1eff:
	default:
		return r
	}
	switch r {
	case 'đ', 'ð':
		return 'd'
	case 'ø':
		return 'o'
	case 'ł':
		return 'l'
	case 'ħ':
		return 'h'
	case 'þ', 'æ', 'œ', '÷', '×':
		return r
	}
	d := norm.NFD.PropertiesString(string(r)).Decomposition()
	if len(d) == 0 {
		return r
	}
	b, _ := utf8.DecodeRune(d)
	if b >= utf8.RuneSelf {
		return plain(b)
	}
	return b
}

// Unleet is the text with digits and signs inside words read as the letters that
// they stand for (h1ring, $alary, 0nline), for a second look by the matcher: the
// reading is only a guess, so a hit counts when it needs one of these letters and is
// a word of the lexicon. Names with @, dot, slash or _ in them stay. It reports false,
// and returns t itself, when no word looks so; else it names [Leetspeak].
func (t Text) Unleet() (Text, bool) {
	if t.leet < 0 {
		return t, false
	}
	s := t.Folded
	w := writer{src: s}
	found := false
	for at := max(0, int(t.leet)-1); at < len(s); at++ {
		if bytesOf[s[at]]&byteLeet == 0 {
			continue
		}
		i := at
		for i > 0 && !isSpace(s[i-1]) {
			i--
		}
		end, letters, odd, name := i, 0, 0, false
		for ; end < len(s) && !isSpace(s[end]); end++ {
			switch c := s[end]; {
			case c >= 'a' && c <= 'z':
				letters++
			case leet(c) != 0:
				odd++
			case c == '/' || c == '_' || c == '.' && end+1 < len(s) && !isSpace(s[end+1]), c == '@' && end == i:
				name = true
			}
		}
		if !name && odd > 0 && odd <= 3 && letters >= 3 && letters > odd {
			found = unleetToken(&w, i, end) || found
		}
		at = end
	}
	if !found {
		return t, false
	}
	u := w.done(t)
	u.Disguises = withName(t.Disguises, Leetspeak)
	return u, true
}

// leet is the letter that c stands for, or 0.
func leet(c byte) byte {
	switch c {
	case '0':
		return 'o'
	case '1', '!':
		return 'i'
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7':
		return 't'
	}
	return 0
}

// unleetToken changes the signs of one word that have a letter after them, and one
// before unless they begin the word.
func unleetToken(w *writer, i, end int) bool {
	s, found := w.src, false
	for k := i; k+1 < end; k++ {
		c := leet(s[k])
		if c == 0 || !letterASCII(s[k+1]) || k > i && !letterASCII(s[k-1]) || k == i && s[k] == '@' {
			continue
		}
		if k == i && s[k] != '0' && s[k] != '$' { // 5star, 3rd, 1st
			continue
		}
		w.put([]byte{c}, k, k+1)
		found = true
	}
	return found
}

func withName(names []string, name string) []string {
	out := append(make([]string, 0, len(names)+1), names...)
	for i, n := range out {
		if n == name {
			return out
		}
		if n > name {
			return append(out[:i], append([]string{name}, out[i:]...)...)
		}
	}
	return append(out, name)
}
