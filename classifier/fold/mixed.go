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

// likes is, for each script, the letter of it that a rune of another looks like.
type likes [scGreek + 1][0x530]rune

func (l *likes) in(r rune, to script) rune {
	if r >= 0 && r < 0x530 {
		return l[to][r]
	}
	return 0
}

// likeness is the look-alikes by script, made on first use.
var likeness = sync.OnceValue(func() *likes {
	m := new(likes)
	for pairs, to := range map[string]script{
		likeLatinCyrillic: scCyrillic, likeCyrillicLatin: scLatin, likeGreekLatin: scLatin,
		likeLatinGreek: scGreek, likeGreekCyrillic: scCyrillic, likeCyrillicGreek: scGreek,
	} {
		rs := []rune(pairs)
		for i := 0; i+1 < len(rs); i += 2 {
			m[to][rs[i]] = rs[i+1]
		}
	}
	return m
})

// otherLikes are letters of other alphabets that look like Latin ones, pair by pair.
const otherLikes = "օoսuոnհhցgյjզqլl" + // Armenian
	"ꭺaꮯcꭰdꭼeꮋhꭵiꭻjꮶkꮮlꮇmꮲpꭱrꮪsꭲtꮩvꮃwꮓzꮐgꮢrꭿh" + // Cherokee, as the small letters that its capitals fold to
	"ꓐbꓑpꓓdꓔtꓖgꓗkꓙjꓚcꓜzꓝfꓟmꓠnꓡlꓢsꓣrꓦvꓧhꓪwꓫxꓬyꓮaꓰeꓲiꓳoꓴu" + // Lisu
	"ⲟoⲣpⲥcⲕkⲏhⲙmⲧtⲭxⲓiⲁaⲉeⲩy" // Coptic

// otherLikeness is otherLikes as a map, made on first use.
var otherLikeness = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	rs := []rune(otherLikes)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
})

// likeLatin is the Latin letter that r, of an alphabet other than Greek and
// Cyrillic, looks like, or 0.
func likeLatin(r rune) rune {
	if r < 0x530 || r > 0x589 && r < 0x2c80 || r > 0xabbf {
		return 0
	}
	return otherLikeness()[r]
}

// counts are how many letters of each script there are; those of likeLatin go under
// scOther.
type counts [scGreek + 1]int

func (c counts) all() int { return c[scLatin] + c[scCyrillic] + c[scGreek] }

func (c *counts) add(r rune) bool {
	sc := mixScript(r)
	if sc == scOther && likeLatin(r) == 0 {
		return false
	}
	c[sc]++
	return true
}

// context is what a text is written in.
type context struct {
	main  script // most letters are of it
	plain bool   // Latin, and no word is really of another script
}

func contextOf(s string) (x context) {
	m := likeness()
	var all, word counts
	foreign, unlike := 0, 0 // letters of words in look-alike scripts, words that hold others
	like := true
	closeWord := func() {
		if n := word[scCyrillic] + word[scGreek]; n > 0 && word[scLatin] == 0 {
			foreign += n
			if !like {
				unlike++
			}
		}
		word, like = counts{}, true
	}
	for _, r := range s {
		if !word.add(r) {
			closeWord()
			continue
		}
		sc := mixScript(r)
		all[sc]++
		like = like && (sc == scLatin || m.in(r, scLatin) != 0)
	}
	closeWord()
	x.main = scLatin
	for _, sc := range [...]script{scCyrillic, scGreek} {
		if all[sc] > all[x.main] {
			x.main = sc
		}
	}
	x.plain = x.main == scLatin && unlike == 0 && all[scLatin] >= 4*foreign
	return x
}

// unmix turns look-alike letters inside words of mixed script into the script
// that the rest of the word is written in, and words that are look-alikes through
// and through, in a text of another script, into that of the text. A word with a
// letter that has no look-alike there stays as it is.
func unmix(t Text) (Text, bool) {
	s := t.Folded
	m := likeness()
	w := writer{src: s}
	x := contextOf(s)
	found := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		var count counts
		if !count.add(r) {
			i += n
			continue
		}
		end := i + n
		for end < len(s) {
			r, n := utf8.DecodeRuneInString(s[end:])
			if !count.add(r) && !unicode.IsMark(r) {
				break
			}
			end += n
		}
		if to, ok := target(m, s[i:end], count, x); ok {
			for k := i; k < end; {
				r, n := utf8.DecodeRuneInString(s[k:])
				if like := likeIn(m, r, to); like != 0 {
					w.putRune(like, k, k+n)
					found = true
				}
				k += n
			}
		}
		i = end
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// likeIn is the letter of script to that r looks like, or 0 when r is of it already or
// like none.
func likeIn(m *likes, r rune, to script) rune {
	switch sc := mixScript(r); {
	case sc == to:
		return 0
	case sc != scOther:
		return m.in(r, to)
	case to == scLatin:
		return likeLatin(r)
	}
	return 0
}

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
// of other scripts have look-alikes; of two such, that of the text, or the one with
// more letters.
func target(m *likes, word string, count counts, x context) (script, bool) {
	best, ok := scOther, false
	if inflected(word, count) {
		return best, false
	}
	if count[scLatin] == 0 && count[scOther] == 0 && count.all() >= 3 && x.plain { // through and through
		return scLatin, fits(m, word, scLatin)
	}
	for to := scLatin; to <= scGreek; to++ {
		if count[to] == 0 || count[to] == count.all()+count[scOther] || to != scLatin && count[scOther] > 0 || !fits(m, word, to) {
			continue
		}
		if !ok || to == x.main || best != x.main && count[to] > count[best] {
			best, ok = to, true
		}
	}
	return best, ok
}

// fits reports whether all letters of word are of script to or look like it.
func fits(m *likes, word string, to script) bool {
	for _, r := range word {
		if sc := mixScript(r); sc != to && likeIn(m, r, to) == 0 && (sc != scOther || likeLatin(r) != 0) {
			return false
		}
	}
	return true
}

// inflected reports a Latin word with a short Cyrillic ending (SMSка): that is
// grammar, not disguise.
func inflected(word string, count counts) bool {
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

// uncyrillicLeet reads digits and signs inside Cyrillic words as the letters that
// they stand for (р4бота, з@рплата, 3арплата).
func uncyrillicLeet(t Text) (Text, bool) {
	s := t.Folded
	w := writer{src: s}
	found := false
	for i, done := 0, 0; i < len(s); {
		if cyrillicLeet(s[i]) == "" {
			i++
			continue
		}
		for i > done && (cyrillicLeet(s[i-1]) != "" || i-2 >= done && cyrillicAt(s, i-2) > 0) { // back to where the word begins
			if cyrillicLeet(s[i-1]) == "" {
				i--
			}
			i--
		}
		start, letters, odd := i, 0, 0
		for i < len(s) {
			if n := cyrillicAt(s, i); n > 0 {
				letters++
				i += n
			} else if cyrillicLeet(s[i]) != "" {
				odd++
				i++
			} else {
				break
			}
		}
		if odd > 0 && odd <= 3 && letters >= 3 && letters > odd && !goesOn(s, i) && (start == 0 || !wordly(s[start-1])) {
			for k := start; k < i; {
				n := cyrillicAt(s, k)
				if n > 0 {
					k += n
					continue
				}
				to, next, last := cyrillicLeet(s[k]), vowelAt(s, k+1), k >= 2 && vowelAt(s, k-2)
				switch {
				case k == start && !(s[k] == '3' && next && letters >= 5), k+1 >= i, cyrillicAt(s, k+1) == 0:
					k++
					continue
				case s[k] == '4' && (next || last):
					to = "ч"
				case s[k] == '3' && k > start && !next && !last:
					to = "е"
				}
				w.put([]byte(to), k, k+1)
				found = true
				k++
			}
		}
		done = i
	}
	if !found {
		return t, false
	}
	return w.done(t), true
}

// cyrillicAt is the size of the Cyrillic letter at i of s, or 0.
func cyrillicAt(s string, i int) int {
	if i+1 < len(s) && s[i]>>1 == 0xd0>>1 {
		return 2
	}
	return 0
}

func vowelAt(s string, i int) bool {
	if cyrillicAt(s, i) == 0 {
		return false
	}
	switch s[i : i+2] {
	case "а", "е", "и", "о", "у", "ы", "э", "ю", "я":
		return true
	}
	return false
}

// cyrillicLeet is the Cyrillic letter that c stands for, or none.
func cyrillicLeet(c byte) string {
	switch c {
	case '0':
		return "о"
	case '3':
		return "з"
	case '4', '@':
		return "а"
	case '6':
		return "б"
	}
	return ""
}
