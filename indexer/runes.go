package indexer

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

type class uint8

const (
	classNone       class = iota // splits
	classLetter                  // of a script with spaces between words
	classDigit                   // 0 to 9, of any script
	classRun                     // letter of a script without spaces, or Hangul
	classMark                    // belongs to the letter before
	classApostrophe              // dropped inside a word
	classThousands               // , or .
)

// folded is one rune of the folded text, and the bytes of the original that it stands for.
type folded struct {
	r          rune
	class      class
	start, end int32 // posts are bounded far below 2 GiB
}

// known remembers what a rune folds to, for the tables of Unicode are slow. It
// is only for runes that fold to exactly one, whatever stands before.
type known struct {
	from, to rune
	class    class
}

// fold fills a.runes.
func (a *Analyzer) fold(s string) {
	a.runes = a.runes[:0]
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			a.runes = append(a.runes, ascii(c, int32(i), int32(i+1)))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		a.foldRune(r, s[i:i+n], int32(i), int32(i+n))
		i += n
	}
}

func ascii(c byte, start, end int32) folded {
	f := folded{r: rune(c), start: start, end: end}
	switch {
	case c >= 'a' && c <= 'z':
		f.class = classLetter
	case c >= 'A' && c <= 'Z':
		f.class, f.r = classLetter, rune(c)+('a'-'A')
	case c >= '0' && c <= '9':
		f.class = classDigit
	case c == '\'':
		f.class = classApostrophe
	case c == ',' || c == '.':
		f.class = classThousands
	}
	return f
}

// foldRune appends what r, written as s at start:end, folds to: nothing, one rune or several.
func (a *Analyzer) foldRune(r rune, s string, start, end int32) {
	if r >= 0x4E00 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3 { // most of Han, Hangul syllables
		a.runes = append(a.runes, folded{r, classRun, start, end})
		return
	}
	if k := &a.known[r%1024]; k.from == r {
		a.runes = append(a.runes, folded{k.to, k.class, start, end})
		return
	}
	if ignorable(r) {
		a.extend(end)
		return
	}
	d := norm.NFKD.PropertiesString(s).Decomposition()
	if d == nil || r >= 0x0400 && r <= 0x052F { // й is no и with a mark
		if a.append(r, start, end) {
			f := a.runes[len(a.runes)-1]
			a.known[r%1024] = known{r, f.r, f.class}
		}
		return
	}
	for len(d) > 0 {
		r, n := utf8.DecodeRune(d)
		a.append(r, start, end)
		d = d[n:]
	}
}

// append adds one rune that has no decomposition. It reports whether the rune
// would do the same anywhere: become one rune of its own.
func (a *Analyzer) append(r rune, start, end int32) bool {
	if r < utf8.RuneSelf {
		a.runes = append(a.runes, ascii(byte(r), start, end))
		return false
	}
	if dropped(r) {
		if r == '\u0306' && len(a.runes) > 0 && a.runes[len(a.runes)-1].r == 'и' {
			a.runes[len(a.runes)-1].r = 'й'
		}
		a.extend(end)
		return false
	}
	if s := spelled(r); s != "" {
		for i := range len(s) {
			a.runes = append(a.runes, folded{rune(s[i]), classLetter, start, end})
		}
		return false
	}
	if a.composeHangul(r, end) {
		return false
	}
	f := folded{r: variant(unicode.ToLower(r)), start: start, end: end}
	switch {
	case unicode.IsLetter(f.r):
		f.class = classLetter
		if withoutSpaces(f.r) {
			f.class = classRun
		}
	case unicode.IsMark(f.r):
		f.class = classMark
	case unicode.IsDigit(f.r):
		f.r, f.class = digit(f.r), classDigit
	case f.r == '’' || f.r == 'ʼ' || f.r == '‘':
		f.class = classApostrophe
	case f.r == '、' || f.r == '٬' || f.r == '٫':
		f.class = classThousands
	}
	a.runes = append(a.runes, f)
	return r < 0x1100 || r > 0x11FF
}

// extend counts a dropped rune to the one before, so that a highlight covers it.
func (a *Analyzer) extend(end int32) {
	if n := len(a.runes); n > 0 && a.runes[n-1].class != classNone {
		a.runes[n-1].end = end
	}
}

// composeHangul merges a conjoining jamo into the syllable before it (Unicode 3.12).
func (a *Analyzer) composeHangul(r rune, end int32) bool {
	const (
		lBase, vBase, tBase, sBase = 0x1100, 0x1161, 0x11A7, 0xAC00
		lCount, vCount, tCount     = 19, 21, 28
	)
	if r < vBase || r >= tBase+tCount || len(a.runes) == 0 {
		return false
	}
	last := &a.runes[len(a.runes)-1]
	switch l, s := last.r-lBase, last.r-sBase; {
	case r < vBase+vCount && l >= 0 && l < lCount:
		last.r = sBase + (l*vCount+r-vBase)*tCount
	case r > tBase && s >= 0 && s < lCount*vCount*tCount && s%tCount == 0:
		last.r += r - tBase
	default:
		return false
	}
	last.end = end
	return true
}

// ignorable reports characters that are not seen: joiners, marks of direction,
// variation selectors, tags. Posters use them to break words up.
func ignorable(r rune) bool {
	switch {
	case r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFEFF, r == 0xFFA0:
		return true
	case r >= 0x17B4 && r <= 0x17B5, r >= 0x180B && r <= 0x180F:
		return true
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// dropped reports marks that a reader does without: diacritics, vowel points, the Arabic tatweel.
func dropped(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036F, r >= 0x0591 && r <= 0x05C7 && r != 0x05BE && r != 0x05C0 && r != 0x05C3 && r != 0x05C6:
		return true
	case r >= 0x0610 && r <= 0x061A, r == 0x0640, r >= 0x064B && r <= 0x065F, r == 0x0670:
		return true
	case r >= 0x06D6 && r <= 0x06DC, r >= 0x06DF && r <= 0x06E8, r >= 0x06EA && r <= 0x06ED:
		return true
	case r >= 0x1AB0 && r <= 0x1AFF, r >= 0x1DC0 && r <= 0x1DFF, r >= 0x20D0 && r <= 0x20FF:
		return true
	}
	return false
}

// spelled gives the ASCII spelling of letters that are no base letter with a mark.
func spelled(r rune) string {
	switch r {
	case 'đ', 'Đ', 'ð', 'Ð', 'ɖ', 'Ɖ':
		return "d"
	case 'ł', 'Ł':
		return "l"
	case 'ø', 'Ø':
		return "o"
	case 'ı':
		return "i"
	case 'ß', 'ẞ':
		return "ss"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	}
	return ""
}

// variant maps letters that are one to a reader.
func variant(r rune) rune {
	switch r {
	case 'ς':
		return 'σ'
	case 'ё':
		return 'е'
	case 'ى', 'ی':
		return 'ي'
	case 'ک':
		return 'ك'
	case 'ة':
		return 'ه'
	}
	return r
}

// withoutSpaces reports letters whose words no space parts, or, for Hangul, whose words carry particles.
func withoutSpaces(r rune) bool {
	switch {
	case r < 0x0E00:
		return false
	case r <= 0x0EFF: // Thai, Lao
		return true
	case r < 0x1000:
		return false
	case r <= 0x109F: // Myanmar
		return true
	case r >= 0x1100 && r <= 0x11FF, // jamo
		r >= 0x1780 && r <= 0x17FF,   // Khmer
		r >= 0x1950 && r <= 0x19DF,   // Tai Le, New Tai Lue
		r >= 0x1A20 && r <= 0x1AAF,   // Tai Tham
		r >= 0x3005 && r <= 0x3007,   // Han marks
		r >= 0x3040 && r <= 0x31FF,   // kana, Bopomofo, compatibility jamo
		r >= 0x3400 && r <= 0x9FFF,   // Han
		r >= 0xA960 && r <= 0xA97F,   // jamo
		r >= 0xA9E0 && r <= 0xA9FF,   // Myanmar
		r >= 0xAA60 && r <= 0xAADF,   // Myanmar, Tai Viet
		r >= 0xAC00 && r <= 0xD7FF,   // Hangul
		r >= 0xF900 && r <= 0xFAFF,   // Han
		r >= 0x1AFF0 && r <= 0x1B16F, // kana
		r >= 0x20000 && r <= 0x3FFFF: // Han
		return true
	}
	return false
}

// digit maps a decimal digit of any script to ASCII. Each script has its ten in a row.
func digit(r rune) rune {
	for _, x := range unicode.Nd.R16 {
		if r >= rune(x.Lo) && r <= rune(x.Hi) {
			return '0' + (r-rune(x.Lo))%10
		}
	}
	for _, x := range unicode.Nd.R32 {
		if r >= rune(x.Lo) && r <= rune(x.Hi) {
			return '0' + (r-rune(x.Lo))%10
		}
	}
	return r
}
