package facts

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

// numeral is one number word.
type numeral struct {
	word  string
	value float64
	kind  numeralKind

	foreign bool // English in the table of another language
}

type numeralKind uint8

const (
	numeralAdds   numeralKind = iota // one, twelve, thirty
	numeralTimes                     // hundred, million
	numeralTeen                      // adds ten to what stands before
	numeralHalf                      // half of the next one, or of the last
	numeralJoins                     // and
	numeralRepeat                    // double, triple: of digits
)

// numerals are the number words of one language and English, by [numeralKey], longest first.
type numerals struct {
	by [256][]numeral

	ahead bool    // a thousand may stand for one thousand
	tail  float64 // from this multiplier on a last digit counts tenths of it: 一万五
	turns bool    // the multiplier stands before the number: elfu themanini
	first bool    // it may stand before digits: သိန်း ၂၀
	glued bool    // multipliers are no words by themselves

	digits *numerals // those of one digit, and what repeats one
}

// addNumerals folds the number words.
func (x *Extractor) addNumerals() {
	x.numerals = map[string]*numerals{}
	english := parseNumerals(numeralWords["en"])
	for lang, text := range numeralWords {
		ns := &numerals{digits: &numerals{}}
		own := map[string]bool{}
		for _, n := range parseNumerals(text) {
			own[n.word] = true
			ns.add(n)
		}
		for _, n := range english {
			if !own[n.word] {
				n.foreign = lang != "en"
				ns.add(n)
			}
		}
		for i := range ns.by {
			slices.SortStableFunc(ns.by[i], func(a, b numeral) int { return len(b.word) - len(a.word) })
			for _, n := range ns.by[i] {
				if n.kind == numeralRepeat || n.kind == numeralAdds && n.value < 10 && n.value == float64(int(n.value)) {
					ns.digits.add(n)
				}
				if (n.kind == numeralTimes || n.kind == numeralAdds) && n.value >= 100 && !n.foreign {
					x.lex.add(n.word, wordTimes, 0)
				}
			}
		}
		switch lang {
		case "th", "lo":
			ns.ahead, ns.tail = true, 1000
		case "vi", "zh":
			ns.tail = 100
		case "ko":
			ns.ahead, ns.glued = true, true
		case "ar":
			ns.ahead = true
		case "my":
			ns.ahead, ns.first = true, true
		case "sw", "si":
			ns.turns, ns.first = true, true
		}
		x.numerals[lang] = ns
	}
	x.numerals["ms"] = x.numerals["id"]
}

func (ns *numerals) add(n numeral) {
	k := numeralKey(n.word, 0)
	ns.by[k] = append(ns.by[k], n)
}

// numeralKey is a byte that tells number words apart: the first in ASCII, else the
// last of the first rune, with runes of two bytes away from the others.
func numeralKey(s string, i int) byte {
	switch c := s[i]; {
	case c < 0xc0:
		return c
	case c < 0xe0 && i+1 < len(s):
		return s[i+1] | 0x40
	case c >= 0xe0 && i+2 < len(s):
		return s[i+2]
	}
	return 0
}

// next is where a number word may begin, at i or after it but before end, or end.
func (ns *numerals) next(s string, i, end int) int {
	for i < end {
		switch c := s[i]; {
		case isWordByte(rune(c)):
			if (i == 0 || !isWordByte(rune(s[i-1]))) && len(ns.by[c]) > 0 {
				return i
			}
			for i++; i < end && isWordByte(rune(s[i])); i++ {
			}
		case c < 0xc0:
			i++
		default:
			if len(ns.by[numeralKey(s, i)]) > 0 {
				return i
			}
			i += 2
			if c >= 0xe0 {
				i++
			}
		}
	}
	return end
}

func parseNumerals(text string) []numeral {
	var out []numeral
	for row := range strings.SplitSeq(text, ",") {
		key, words, _ := strings.Cut(row, " ")
		n := numeral{}
		if k := strings.IndexByte("xthjr", key[0]); k >= 0 {
			n.kind = [...]numeralKind{numeralTimes, numeralTeen, numeralHalf, numeralJoins, numeralRepeat}[k]
			key = key[1:]
		}
		n.value = plainNumber(key)
		for w := range strings.SplitSeq(words, "/") {
			for _, form := range forms(fold.Fold(w)) {
				n.word = form
				out = append(out, n)
			}
		}
	}
	return out
}

// plainNumber reads digits with at most one dot.
func plainNumber(s string) float64 {
	v, scale := 0.0, 0.0
	for _, c := range []byte(s) {
		switch {
		case c == '.':
			scale = 1
		case scale > 0:
			scale /= 10
			v += float64(c-'0') * scale
		default:
			v = v*10 + float64(c-'0')
		}
	}
	return v
}

// at is the number word at i and its length, 0 for none. In scripts with spaces it
// must be a word of its own; more says that another number word stands right before.
func (ns *numerals) at(s string, i int, more bool) (numeral, int) {
	list := ns.by[numeralKey(s, i)]
	if len(list) == 0 {
		return numeral{}, 0
	}
	for _, n := range list {
		if !strings.HasPrefix(s[i:], n.word) {
			continue
		}
		end := i + len(n.word)
		first, _ := utf8.DecodeRuneInString(n.word)
		sp := spacingOf(first)
		hangul := first >= 0xac00 && first < 0xd7a4
		if sp == free || sp == clusters || hangul || sp == kana {
			if end < len(s) && sp == clusters {
				if next, _ := utf8.DecodeRuneInString(s[end:]); markLike(next) {
					continue
				}
			}
			return n, len(n.word)
		}
		if i > 0 && !more {
			if before, _ := utf8.DecodeLastRuneInString(s[:i]); spacingOf(before) == sp || unicode.IsDigit(before) {
				continue
			}
		}
		if end < len(s) && n.kind != numeralJoins {
			if next, _ := utf8.DecodeRuneInString(s[end:]); spacingOf(next) == sp || unicode.IsMark(next) {
				continue
			}
		}
		return n, len(n.word)
	}
	return numeral{}, 0
}

// spelled is a number in words.
type spelled struct {
	start, end int
	low, high  float64 // high is 0 but for 三五万
	last       float64 // the multiplier that ends it
	times      bool    // it holds a multiplier of a hundred or more
	alone      bool    // it is nothing but a multiplier
}

// maxSpelled bounds the words of one number.
const maxSpelled = 16

// read reads the number that begins at i.
func (ns *numerals) read(s string, i int) (spelled, bool) {
	var room [maxSpelled]numeral
	words, end := room[:0], i
	for k := i; len(words) < maxSpelled && k < len(s); {
		w, size := ns.at(s, k, len(words) > 0)
		if size == 0 || w.kind == numeralRepeat || w.kind == numeralJoins && len(words) == 0 {
			break
		}
		k += size
		if w.kind != numeralJoins {
			words = append(words, w)
			end = k
		}
		if k < len(s) && (s[k] == ' ' || s[k] == '-') {
			k++
		}
	}
	n := len(words)
	if n == 0 || words[0].kind == numeralTimes && (!ns.ahead && !ns.turns || words[0].foreign || afterDigit(s, i)) {
		return spelled{}, false
	}
	if n == 1 && words[0].kind == numeralTimes { // ten thousand by itself is a word for much, or awaits its digits
		return spelled{start: i, end: end, low: words[0].value, last: words[0].value, alone: true, times: words[0].value >= 100}, true
	}
	if n > 1 && ns.tail > 0 && words[n-1].kind == numeralAdds && words[n-2].kind == numeralTimes && counts(s[end:]) {
		end -= len(words[n-1].word) // 八千五险一金: the five are insurances
		words = words[:n-1]
	}
	out, ok := ns.value(words)
	out.start, out.end = i, end
	return out, ok
}

// value works out what words come to.
func (ns *numerals) value(words []numeral) (spelled, bool) {
	var space [maxSpelled + 1]float64
	parts := space[:0] // what is to be added up
	var out spelled
	last, half := 0.0, 0.0 // the last multiplier, and the half of what comes next
	for i, w := range words {
		switch w.kind {
		case numeralAdds:
			switch after := i > 0 && words[i-1].kind == numeralAdds; {
			case after && i == 1 && len(words) > 2 && words[2].kind == numeralTimes && isOneTwoMore(words[0], w):
				out.low, parts = words[0].value, parts[:0] // 三五万: from three to five
			case after && w.value >= room(words[i-1].value):
				return out, false // digits one by one
			case w.value > 0 && w.value < 10 && i > 0 && i == len(words)-1 && words[i-1].kind == numeralTimes && ns.tail > 0 && last >= ns.tail && !w.foreign:
				parts = append(parts, w.value*last/10)
				continue
			}
			parts, half = append(parts, w.value+half), 0
			out.times = out.times || w.value >= 100
		case numeralTeen:
			n := len(parts)
			if n == 0 || parts[n-1] > 9 {
				return out, false
			}
			parts[n-1] += w.value
		case numeralHalf:
			switch n := len(parts); {
			case i > 0 && words[i-1].kind == numeralTimes:
				parts = append(parts, last/2)
			case n > 0 && parts[n-1] < 100:
				parts[n-1] += 0.5
			default:
				half = 0.5
			}
		case numeralTimes:
			sum := half
			half = 0
			if ns.turns && w.value >= 100 && i+1 < len(words) && words[i+1].kind != numeralTimes { // elfu themanini
				rest, ok := ns.value(words[i+1:])
				if !ok || rest.low >= w.value && w.value < 1e5 {
					return out, false
				}
				for _, p := range parts {
					out.low += p
				}
				out.low += rest.low * w.value
				out.times = true
				return out, true
			}
			for n := len(parts); n > 0 && parts[n-1] < w.value; n-- {
				sum += parts[n-1]
				parts = parts[:n-1]
			}
			if sum == 0 {
				sum = 1
			}
			parts = append(parts, sum*w.value)
			last = w.value
			out.times = out.times || w.value >= 100
		}
	}
	if half > 0 || len(parts) == 0 {
		return out, false
	}
	sum := 0.0
	for _, p := range parts {
		sum += p
	}
	out.last = last
	if out.low > 0 {
		out.low, out.high = out.low*last, sum
		return out, len(parts) == 1
	}
	out.low = sum
	return out, true
}

// counts reports what the digit before rest counts by itself in Chinese, so that it
// is no part of the amount: insurances, days, people.
func counts(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '险', '天', '人', '休', '个', '名', '位', '年', '周', '日', '小', '级', '班', '月', '岁', '金':
		return true
	}
	return false
}

// isOneTwoMore reports two digits of a range, as Chinese writes one.
func isOneTwoMore(a, b numeral) bool {
	r, _ := utf8.DecodeRuneInString(a.word)
	return spacingOf(r) == free && a.value > 0 && a.value < b.value && b.value < 10
}

// room is what a number may be that is added to v: below ten after twenty.
func room(v float64) float64 {
	p := 1.0
	for v >= 10 && int64(v)%10 == 0 {
		v /= 10
		p *= 10
	}
	return p
}

func afterDigit(s string, i int) bool {
	for i > 0 && s[i-1] == ' ' {
		i--
	}
	return i > 0 && isDigit(s[i-1])
}
