package fold

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

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
		if token := s[i:end]; !strings.ContainsAny(strings.TrimRight(token, "."), "@_/.\\") && !isAbbreviation(token) {
			found = squeezeToken(&w, i, end) || found
		}
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// isAbbreviation reports letters of ASCII without a vowel (CCCD).
func isAbbreviation(token string) bool {
	for i := range len(token) {
		if c := token[i]; c >= utf8.RuneSelf || strings.IndexByte("aeiouy", c) >= 0 {
			return false
		}
	}
	return true
}

// gaps makes one space of several: words are as near to each other as they are read.
func gaps(t Text) (Text, bool) {
	s := t.Folded
	i := strings.Index(s, "  ")
	if i < 0 {
		return t, false
	}
	w := writer{src: s}
	for i >= 0 && i < len(s) {
		k := i + 1
		for k < len(s) && s[k] == ' ' {
			k++
		}
		w.put(nil, i+1, k)
		next := strings.Index(s[k:], "  ")
		if next < 0 {
			break
		}
		i = k + next
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
		if count >= 3 && unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) && r != 'w' && r != 'x' && beside(s, i, k) && !spelled(s, i, k, r, count) {
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

// spelled reports letters that are rightly written so often from i to k: a number
// (viii), Tagalog (maaari), Thai where a word that begins with the letter follows one
// that ends with it, a class (AAA급).
func spelled(s string, i, k int, r rune, count int) bool {
	last, n := utf8.DecodeLastRuneInString(s[:i])
	next, _ := utf8.DecodeRuneInString(s[k:])
	switch {
	case r == 'i' && count == 3:
		return (last == 'v' || last == 'x' || !unicode.IsLetter(last)) && !unicode.IsLetter(next)
	case r == 'a' && count == 3 && strings.ContainsRune("mnkp", last):
		before, _ := utf8.DecodeLastRuneInString(s[:i-n])
		return !unicode.IsLetter(before)
	case folds().get(r).script() == scSEA:
		return count == 3 && unicode.IsLetter(next)
	}
	return r < utf8.RuneSelf && (last >= 0x1100 && !unicode.IsLetter(next) || next >= 0x1100 && !unicode.IsLetter(last))
}

// beside reports whether a letter stands before i or after k.
func beside(s string, i, k int) bool {
	a, _ := utf8.DecodeLastRuneInString(s[:i])
	b, _ := utf8.DecodeRuneInString(s[k:])
	return unicode.IsLetter(a) || unicode.IsLetter(b) || unicode.IsMark(a)
}

// splitTable is parts, taken apart.
type splitTable struct {
	first map[rune]bool
	whole map[string]string // of the two parts
}

var splitParts = sync.OnceValue(func() splitTable {
	t := splitTable{map[rune]bool{}, map[string]string{}}
	for k := 0; k < len(parts); k += 9 {
		first, _ := utf8.DecodeRuneInString(parts[k:])
		t.first[first] = true
		t.whole[parts[k:k+6]] = parts[k+6 : k+9]
	}
	return t
})

// splits reports whether the runes of these bytes are the parts of a character.
func splits(a, b uint32) bool {
	pair := [6]byte{byte(a), byte(a >> 8), byte(a >> 16), byte(b), byte(b >> 8), byte(b >> 16)}
	return splitParts().whole[string(pair[:])] != ""
}

// parts are the characters of the trade that are written in two.
const parts = "夕卜外亻言信亻主住亻呆保亻牛件亻弋代亻介价亻共供亻乍作亻故做氵每海氵去法氵先洗讠舌话讠正证讠乍诈讠人认讠果课扌召招扌支技扌丁打扌非排扌妾接钅戋钱钅艮银饣反饭饣官馆忄夬快犭句狗礻畐福纟工红纟合给纟吉结" +
	// and those of two characters that do not stand side by side otherwise
	"贝者赌贝兼赚贝才财贝反贩贝武赋王见现口乞吃禾斗科耳只职走召超走己起酉己配金戋钱金艮银足各路足艮跟车仑轮车专转石马码马奇骑又寸对又欠欢木几机米青精女昏婚身寸射弓长张讠舌话"

// unsplit puts characters together that were taken apart.
func unsplit(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	whole, basic := splitParts().whole, &folds().basic
	for i := 0; i+6 <= len(s); i++ {
		if !three(s, i) || basic[rune(s[i]&0xf)<<12|rune(s[i+1]&0x3f)<<6|rune(s[i+2]&0x3f)]&metPart == 0 {
			continue
		}
		if one := whole[s[i:i+6]]; one != "" {
			w.put([]byte(one), i, i+6)
			found = true
			i += 3
		}
		i += 2
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}
