package fold

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// The look-alikes, pair by pair, in lower case: of letters that look alike only as
// capitals (В and B) the small ones stand here. Only letters that a reader of the
// other script would take for theirs are in.
const (
	likeLatinCyrillic = "aаcсeеoоpрxхyуkкmмtтiіhнbв"
	likeCyrillicLatin = "аaсcеeоoрpхxуyкkмmтtіiјjѕsһhьbпnиuгrԝwԁdԛqӏlѵvвbнhзz"
	likeGreekLatin    = "αaοoρpνvυuιiκkχxγyτtεeωwηnβbζzμmϲcϳj"
	likeLatinGreek    = "oοvνaαpρkκxχiιbβeεzζmμtτhηnν"
	likeGreekCyrillic = "οоαаρрυуχхκкτтιіβвεеμм"
	likeCyrillicGreek = "оοаαрρвβеεкκмμтτхχнη"
)

type likeKey struct {
	r  rune
	to script
}

// likeness is the look-alikes as a map, made on first use.
var likeness = sync.OnceValue(func() map[likeKey]rune {
	m := map[likeKey]rune{}
	for pairs, to := range map[string]script{
		likeLatinCyrillic: scCyrillic, likeCyrillicLatin: scLatin, likeGreekLatin: scLatin,
		likeLatinGreek: scGreek, likeGreekCyrillic: scCyrillic, likeCyrillicGreek: scGreek,
	} {
		rs := []rune(pairs)
		for i := 0; i+1 < len(rs); i += 2 {
			m[likeKey{rs[i], to}] = rs[i+1]
		}
	}
	return m
})

// unmix turns look-alike letters inside words of mixed script into the script
// that the rest of the word is written in. A word with a letter that has no
// look-alike there stays as it is.
func unmix(t Text) (Text, bool) {
	s := t.Folded
	m := likeness()
	w := writer{src: s}
	found := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isWordLetter(r) {
			i += n
			continue
		}
		end := i
		var count [4]int
		for end < len(s) {
			r, n := utf8.DecodeRuneInString(s[end:])
			sc := mixScript(r)
			if sc == scOther && !unicode.IsMark(r) {
				break
			}
			count[sc]++
			end += n
		}
		if to, ok := target(m, s[i:end], count); ok {
			for k := i; k < end; {
				r, n := utf8.DecodeRuneInString(s[k:])
				if sc := mixScript(r); sc != scOther && sc != to {
					w.putRune(m[likeKey{r, to}], k, k+n)
					found = true
				}
				k += n
			}
		}
		i = max(end, i+n)
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

func isWordLetter(r rune) bool { return mixScript(r) != scOther }

// mixScript is Latin, Cyrillic or Greek, or scOther.
func mixScript(r rune) script {
	if r < utf8.RuneSelf {
		if letterASCII(byte(r)) {
			return scLatin
		}
		return scOther
	}
	if e := folds().get(r); e.act() != actMark && e.script() <= scGreek {
		return e.script()
	}
	return scOther
}

// target is the script that word is meant to be in: one to which all its letters
// of other scripts have look-alikes; of two such, the one with more letters.
func target(m map[likeKey]rune, word string, count [4]int) (script, bool) {
	best, ok := scOther, false
	if inflected(word, count) {
		return best, false
	}
	for to := scLatin; to <= scGreek; to++ {
		if count[to] == 0 || count[to] == count[scLatin]+count[scCyrillic]+count[scGreek] {
			continue
		}
		fits := true
		for _, r := range word {
			if sc := mixScript(r); sc != scOther && sc != to && m[likeKey{r, to}] == 0 {
				fits = false
				break
			}
		}
		if fits && (!ok || count[to] > count[best]) {
			best, ok = to, true
		}
	}
	return best, ok
}

// inflected reports a Latin word with a short Cyrillic ending (SMSка): that is
// grammar, not disguise.
func inflected(word string, count [4]int) bool {
	if count[scLatin] < 2 || count[scCyrillic] == 0 || count[scCyrillic] > 3 || count[scGreek] > 0 {
		return false
	}
	ended := false
	for _, r := range word {
		switch mixScript(r) {
		case scCyrillic:
			ended = true
		case scLatin:
			if ended {
				return false
			}
		}
	}
	return count[scCyrillic] > 1
}
