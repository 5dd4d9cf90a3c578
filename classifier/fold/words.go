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

// calm is the end of the last ASCII byte before i that can be no part of a word, nor
// stand between the letters of one: words there can be looked at on their own.
func calm(s string, i int) int {
	for i > 0 && bytesOf[s[i-1]]&(byteHigh|byteLetter|byteSep) != 0 {
		i--
	}
	return i
}

// spaced reports whether letters pulled apart may go on at the separator at i: a
// separator, a letter, the same separator, a letter, the same separator or the end.
func spaced(s string, i int) bool {
	c := s[i]
	if s[i+1] == c {
		return false
	}
	k := i + 1 + runeWidth(s[i+1])
	if k+1 >= len(s) || s[k] != c {
		return false
	}
	k += 1 + runeWidth(s[k+1])
	return k == len(s) || k < len(s) && s[k] == c || k < len(s) && s[k] < utf8.RuneSelf && !letterASCII(s[k])
}

func runeWidth(lead byte) int {
	switch {
	case lead < 0xc0:
		return 1
	case lead < 0xe0:
		return 2
	case lead < 0xf0:
		return 3
	}
	return 4
}

// lone is the letter at i and its size if it may be part of a word pulled apart.
func lone(s string, i int) (rune, int) {
	if i >= len(s) {
		return 0, 0
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	if r < utf8.RuneSelf {
		if letterASCII(byte(r)) {
			return r, 1
		}
		return 0, 0
	}
	if sc := folds().get(r).script(); sc != scOther && sc != scSEA && sc != scIndic && unicode.IsLetter(r) {
		return r, n
	}
	return 0, 0
}

// join puts words together that were pulled apart: four letters or more, each on
// its own, with the same separator between all of them. A list (a b c d) stays.
func join(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for i := calm(s, nextSpaced(s, 0)); i < len(s); {
		if bytesOf[s[i]]&(byteHigh|byteLetter|byteSep) == 0 { // nothing before this byte goes on behind it
			i = max(i+1, calm(s, nextSpaced(s, i+1)))
			continue
		}
		r, n := lone(s, i)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		end, count, list := run(s, i, r, n)
		if count >= 4 && !list {
			found = true
			sep := s[i+n]
			for k := i; k < end; {
				_, n := utf8.DecodeRuneInString(s[k:])
				if k += n; k < end && s[k] == sep {
					w.put(nil, k, k+1)
					k++
				}
			}
		}
		i = end
		if count == 1 { // part of a word: step over the word
			for n > 0 {
				_, n = lone(s, i)
				i += n
			}
		}
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// nextSpaced is the first separator from i on where letters pulled apart may be, or
// the length of s.
func nextSpaced(s string, i int) int {
	for ; i+4 < len(s); i++ {
		if c := s[i]; bytesOf[c]&byteSep != 0 && (s[i+2] == c || s[i+1] >= utf8.RuneSelf) && spaced(s, i) {
			return i
		}
	}
	return len(s)
}

// run is the stretch of single letters from i on, whose first is r of size n: its
// end, how many letters it has, and whether they are just the alphabet.
func run(s string, i int, r rune, n int) (end, count int, list bool) {
	end, count, list = i+n, 1, true
	if end >= len(s) || !isSep(s[end]) {
		return end, count, false
	}
	sep := s[end]
	for end < len(s) && s[end] == sep {
		next, size := lone(s, end+1)
		if size == 0 {
			break
		}
		after := end + 1 + size
		if _, more := lone(s, after); more > 0 {
			break // the first letter of a word
		}
		if after < len(s) && s[after] >= '0' && s[after] <= '9' {
			break
		}
		list = list && next == r+1
		r, end = next, after
		count++
	}
	return end, count, list
}

// squeeze takes letters drawn out to three or more down to two where English
// writes the letter double at the end of words (e, l, o, s), else to one. Words that
// are one letter only (sss, www) and names with a dot, slash, @ or _ in them stay.
func squeeze(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for at := nextTriple(s, 0); at < len(s); at = nextTriple(s, at) {
		i, end := at, at
		for i > 0 && !isSpace(s[i-1]) {
			i--
		}
		for end < len(s) && !isSpace(s[end]) {
			end++
		}
		at = end
		if !strings.ContainsAny(strings.TrimRight(s[i:end], "."), "@_/.\\") {
			found = squeezeToken(&w, i, end) || found
		}
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// nextTriple is the first place from i on where a letter stands three times, or the
// length of s.
func nextTriple(s string, i int) int {
	for ; i+2 < len(s); i++ {
		switch c := s[i]; {
		case c < utf8.RuneSelf:
			if s[i+1] == c && s[i+2] == c && bytesOf[c]&byteLetter != 0 {
				return i
			}
		case c >= 0xc0:
			w := runeWidth(c)
			if k := i + 3*w; k <= len(s) && s[i+w-1] == s[i+2*w-1] && s[i:i+w] == s[i+w:i+2*w] && s[i:i+w] == s[i+2*w:k] {
				return i
			}
			i += w - 1
		}
	}
	return len(s)
}

// squeezeToken squeezes within src[i:end].
func squeezeToken(w *writer, i, end int) bool {
	s, found := w.src, false
	for i < end {
		r, n := utf8.DecodeRuneInString(s[i:end])
		k, count := i+n, 1
		for k+n <= end && s[k:k+n] == s[i:i+n] {
			k += n
			count++
		}
		if count >= 3 && unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) && r != 'w' && r != 'x' && beside(s, i, k) {
			keep := 1
			if strings.ContainsRune("elos", r) {
				keep = 2
			}
			w.put(nil, i+keep*n, k)
			found = true
		}
		i = k
	}
	return found
}

// beside reports whether a letter stands before i or after k.
func beside(s string, i, k int) bool {
	a, _ := utf8.DecodeLastRuneInString(s[:i])
	b, _ := utf8.DecodeRuneInString(s[k:])
	return unicode.IsLetter(a) || unicode.IsLetter(b) || unicode.IsMark(a)
}

// isPart reports the first parts of characters that are written in two.
func isPart(r rune) bool {
	for k := 0; k < len(parts); k += 9 {
		if first, _ := utf8.DecodeRuneInString(parts[k:]); first == r {
			return true
		}
	}
	return false
}

// parts are the characters of the trade that are written in two.
const parts = "亻言信亻主住亻呆保亻牛件亻弋代亻介价亻共供亻乍作亻故做氵每海氵去法氵先洗讠舌话讠正证讠乍诈讠人认讠果课扌召招扌支技扌丁打扌非排扌妾接钅戋钱钅艮银饣反饭饣官馆忄夬快犭句狗礻畐福纟工红纟合给纟吉结"

// unsplit puts characters together that were taken apart.
func unsplit(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for i, r := range s {
		if folds().get(r)&metPart == 0 || i+6 > len(s) {
			continue
		}
		for k := 0; k < len(parts); k += 9 {
			if parts[k:k+6] == s[i:i+6] {
				w.put([]byte(parts[k+6:k+9]), i, i+6)
				found = true
				break
			}
		}
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}
