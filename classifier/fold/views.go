package fold

import (
	"strings"
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
		end, letters, odd, inner, code, name := i, 0, 0, 0, false, false
		for ; end < len(s) && !isSpace(s[end]); end++ {
			switch c := s[end]; {
			case c >= 'a' && c <= 'z':
				letters++
			case leet(c) != 0:
				odd++
				if k := end + 1; end > i && letterASCII(s[end-1]) && k < len(s) && (letterASCII(s[k]) || pairedLeet(s[k-1], s[k]) && k+1 < len(s) && letterASCII(s[k+1])) {
					inner++
				}
			case c-'0' <= 9:
				code = true
			case c == '/' || c == '_' || c == '.' && end+1 < len(s) && !isSpace(s[end+1]), c == '@' && end == i:
				name = true
			}
		}
		switch {
		case name || odd == 0 || letters > 8 && strings.IndexByte(s[i:end], '!') > 0 || inner > 0 && isPay(s[i:end]) || isMail(s[i:end]):
		case odd-inner == 0 && !voiced(s[i:end]):
		case letters >= 3 && odd <= 3 && letters > odd && (!code || letters >= 5), inner > 1 && letters >= 4 && letters >= odd && !code:
			found = unleetToken(&w, i, end, inner > 0 && !code) || found
		case letters == 2 && odd == 1 && inner == 1 && !code && isShortLeet(s, i, end):
			found = unleetToken(&w, i, end, false) || found
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

// isPay reports an amount with its currency before it (rm5k).
func isPay(token string) bool {
	token = strings.Trim(token, "([-:~.,;+)]/")
	k := strings.IndexFunc(token, func(r rune) bool { return r < 'a' || r > 'z' })
	switch token[:max(k, 0)] {
	case "rm", "rp", "rs", "s", "us", "usd", "sgd", "myr", "idr", "php", "thb", "aed", "inr", "hkd", "ntd", "r", "p", "b", "k":
		return strings.Trim(strings.TrimRight(token[k:], "kmjtw"), "$0123456789.,-") == ""
	}
	return false
}

// isMail reports an address that has lost its dots, or is cut short.
func isMail(token string) bool {
	before, after, ok := strings.Cut(token, "@")
	if !ok {
		return false
	}
	for _, host := range [...]string{"gma", "yaho", "hotm", "outl", "mail", "proton", "qq", "icloud", "ymail"} {
		if strings.HasPrefix(after, host) {
			return true
		}
	}
	return len(before) > 4 && len(after) > 4 || strings.HasPrefix(after, "-") || len(after) > 1 && after[1] == '-'
}

// pairedLeet reports two digits that are read as two letters (m34ls, b00k); most others
// are numbers (iphone14pro).
func pairedLeet(a, b byte) bool {
	return a == b && leet(a) != 0 || a == '3' && b == '4' || a == '4' && b == '3'
}

// voiced reports whether token has a vowel in it, or a digit for one.
func voiced(token string) bool { return strings.ContainsAny(token, "aeiouy0134@!") }

// isShortLeet reports a word of two letters and a digit for a vowel (c4o, j0b) at i
// to end of s: not a visa, nor part of a postcode, which have digits beside them.
func isShortLeet(s string, i, end int) bool {
	word := strings.Trim(s[i:end], ".,:;!?()\"'")
	if len(word) != 3 || word[1] != '0' && word[1] != '3' && word[1] != '4' && word[1] != '@' {
		return false
	}
	last := strings.TrimRight(s[:i], " \n\t\r")
	next := strings.TrimLeft(s[end:], " \n\t\r")
	return (last == "" || last[len(last)-1]-'0' > 9) && (next == "" || next[0]-'0' > 9)
}

// unleetToken changes the signs of one word that have a letter after them, and one
// before unless they begin the word; all of them when the word is full of them.
func unleetToken(w *writer, i, end int, full bool) bool {
	s, found := w.src, false
	first := i
	for first < end && bytesOf[s[first]]&(byteLetter|byteLeet|byteHigh) == 0 {
		first++
	}
	for k := i; k < end; k++ {
		c := leet(s[k])
		if c == 0 {
			continue
		}
		after := k+1 < end && letterASCII(s[k+1])
		before := k > i && letterASCII(s[k-1])
		switch {
		case full && s[k] != '!' && (after || before || k > i && leet(s[k-1]) != 0) && (k > first || s[k] != '@'):
		case !after, k > i && !before, k == i && s[k] != '0' && s[k] != '$': // 5star, 3rd, 1st
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
