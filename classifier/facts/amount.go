package facts

import (
	"maps"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/fold"
)

// unit is what one word beside a number means.
type unit struct {
	mult     float64
	currency string
	stem     bool // takes an ending of up to four letters
}

// units are the words beside a number in one language, and what holds where it is
// spoken.
type units struct {
	table [256][]unitWord // by [unitKey]
	// Bit n tells of words of n bytes that begin or end with a byte, and of words for a
	// currency that end with one: without it there is no need to look.
	heads, feet, tails [256]uint32

	here string // currency meant when none is written
	home string // country that the language stands for
}

type unitWord struct {
	word string
	unit
}

func unitKey(w string) byte { return w[0]*31 ^ w[len(w)-1] ^ byte(len(w))<<3 }

// find is what w means beside a number.
func (us *units) find(w string) (unit, bool) {
	for _, u := range us.table[unitKey(w)] {
		if u.word == w {
			return u.unit, true
		}
	}
	return unit{}, false
}

// addUnits folds the unit words: per language, its own before the generic ones.
func (x *Extractor) addUnits() {
	x.units = map[string]*units{}
	generic := map[string]unit{}
	addNotation(generic, x.table.Notation["generic"])
	for lang, notation := range x.table.Notation {
		m := maps.Clone(generic)
		if lang != "generic" {
			addNotation(m, notation)
		}
		us := &units{here: notation.Currency, home: x.table.Origins[lang]}
		for w, u := range m {
			us.table[unitKey(w)] = append(us.table[unitKey(w)], unitWord{w, u})
			n := uint32(1) << min(len(w), longestUnit+1)
			us.heads[w[0]] |= n
			us.feet[w[len(w)-1]] |= n
			if u.currency != "" {
				us.tails[w[len(w)-1]] |= n
			}
		}
		x.units[lang] = us
	}
	for _, c := range connectors {
		x.joins[c[0]] = append(x.joins[c[0]], c)
	}
}

func addNotation(m map[string]unit, n Notation) {
	for _, u := range n.Units {
		for _, w := range u.U {
			bare := strings.TrimSuffix(w, "*")
			for _, form := range forms(fold.Fold(bare)) {
				m[form] = unit{u.Multiplier, u.Currency, bare != w}
			}
		}
	}
}

// longestUnit bounds the bytes of a unit word.
const longestUnit = 30

// longestCurrency bounds the bytes of a currency before a number, plus one.
const longestCurrency = 19

// amount is one statement of money: a number or a range, with its units.
type amount struct {
	start, end int
	low, high  float64 // high is 0 for a single number
	currency   string
	unit       bool // a multiplier is written
	money      bool // a currency is written
	digits     int
	grouped    bool
	plus       bool // open above
}

// amount reads the amount at i, where a digit stands.
func (r *reader) amount(i int) (amount, bool) {
	s := r.s
	start, cur, ok := r.prefix(i)
	if !ok {
		return amount{}, false
	}
	n := readNumber(s, i)
	a := amount{start: start, end: n.end, low: n.value, currency: cur, money: cur != "", digits: n.digits, grouped: n.grouped}
	m1, ok := r.suffix(&a)
	if !ok {
		return a, false
	}
	if m1 >= 1000 {
		r.rest(&a, m1)
	}
	if j, cur2, ok := r.second(a.end); ok {
		n2 := readNumber(s, j)
		b := amount{end: n2.end, low: n2.value}
		if m2, ok := r.suffix(&b); ok {
			low, high := a.low, b.low
			if m2 > 0 {
				if m1 == 0 && low*m2 <= high*m2 {
					m1 = m2
				}
				high *= m2
			} else if m1 > 0 && high < low*m1 && high >= low {
				high *= m1
			}
			low *= max(m1, 1)
			if high >= low && high <= low*200 {
				a.low, a.high, a.end = low, high, b.end
				a.unit = m1 > 0 || m2 > 0
				a.digits = max(a.digits, n2.digits)
				a.grouped = a.grouped || n2.grouped
				a.plus = b.plus
				for _, c := range []string{cur2, b.currency} {
					if c != "" {
						a.currency, a.money = c, true
					}
				}
				return a, true
			}
		}
	}
	a.low *= max(m1, 1)
	a.unit = m1 > 0
	return a, true
}

// rest reads what is left of an amount after its multiplier: 3万5, 7tr5, 1만5천.
func (r *reader) rest(a *amount, mult float64) {
	s := r.s
	if a.end >= len(s) || !isDigit(s[a.end]) {
		return
	}
	n := readNumber(s, a.end)
	b := amount{end: n.end}
	m, ok := r.suffix(&b)
	switch {
	case !ok || n.digits > 3 || n.decimal:
	case m == 0 && n.digits == 1 && (b.money || !counts(s[n.end:]) && (n.end == len(s) || !isWordByte(rune(s[n.end])))):
		a.low += n.value / 10
		a.end = b.end
	case m > 0 && m < mult && n.value*m < mult:
		a.low += n.value * m / mult
		a.end = b.end
	default:
		return
	}
	if b.money {
		a.currency, a.money = b.currency, true
	}
}

// prefix reads a currency before i and reports false when the number is part of a
// word, a date or the like.
func (r *reader) prefix(i int) (start int, currency string, ok bool) {
	s := r.s
	end := i
	for end > 0 && i-end < 2 && (s[end-1] == ' ' || s[end-1] == '.' || s[end-1] == ':') {
		end--
	}
	for _, from := range [2]int{i, end} {
		best := from
		if from == 0 {
			continue
		}
		for lens := r.units.tails[s[from-1]] & (1<<longestCurrency - 1); lens != 0; lens &= lens - 1 {
			n := bits.TrailingZeros32(lens)
			k := from - n
			if k < 0 {
				break
			}
			if r.units.heads[s[k]]>>n&1 == 0 {
				continue
			}
			u, found := r.units.find(s[k:from])
			if !found || u.currency == "" {
				continue
			}
			if k > 0 && isWordByte(rune(s[k])) && isWordByte(rune(s[k-1])) {
				continue
			}
			best, currency = k, u.currency
		}
		if currency != "" {
			return best, currency, true
		}
	}
	if i > 0 {
		switch c := s[i-1]; {
		case c >= 'a' && c <= 'z', c == '+', c == '#', c == '_', c == '@', isDigit(c):
			return i, "", false
		case (c == '.' || c == ',' || c == ':' || c == '/') && i > 1 && isDigit(s[i-2]):
			return i, "", false
		}
	}
	return i, "", true
}

// suffix reads the units after a.end into a and returns the multiplier, 0 for none.
// It reports false for what no amount is followed by.
func (r *reader) suffix(a *amount) (mult float64, ok bool) {
	s := r.s
	a.end = roundEnd(s, a.end)
	for range 3 {
		k := a.end
		for k < len(s) && k-a.end < 2 && (s[k] == ' ' || s[k] == '+' || s[k] == '-' && k+1 < len(s) && s[k+1] == ' ') {
			a.plus = a.plus || s[k] != ' '
			k++
		}
		u, n := r.unitAt(k)
		if n == 0 {
			break
		}
		if u.mult > 0 {
			if mult > 0 && u.mult > 1e6 {
				break
			}
			mult = max(mult, 1) * u.mult
		}
		if u.currency != "" {
			if a.money && u.mult == 0 && (a.currency != u.currency && u.currency != "USD" || opensNext(s, k+n)) {
				break
			}
			a.currency, a.money = u.currency, true
		}
		a.end = k + n
	}
	if a.end < len(s) {
		switch c := s[a.end]; {
		case c == '%', c == ':' && a.end+1 < len(s) && isDigit(s[a.end+1]), c == '@', c == '_':
			return mult, false
		case c >= 'a' && c <= 'z' && mult == 0 && !a.money:
			return mult, false
		}
		if strings.HasPrefix(s[a.end:], " %") {
			return mult, false
		}
	}
	return mult, true
}

// roundEnd steps over the dash that says "and no cents" in Swiss, Nordic and Czech
// prices: 3'750.-, 28.000,- and 2500,--.
func roundEnd(s string, i int) int {
	if i+1 >= len(s) || s[i] != '.' && s[i] != ',' || s[i+1] != '-' {
		return i
	}
	k := i + 2
	if k < len(s) && s[k] == '-' {
		k++
	}
	if k < len(s) && (isDigit(s[k]) || isWordByte(rune(s[k]))) {
		return i
	}
	return k
}

// opensNext reports that a currency ending at i belongs to the number after it.
func opensNext(s string, i int) bool {
	for n := 0; i < len(s) && n < 2 && (s[i] == ' ' || s[i] == '.'); n++ {
		i++
	}
	return i < len(s) && isDigit(s[i])
}

// unitAt is the longest unit word at k and its length.
func (r *reader) unitAt(k int) (unit, int) {
	s := r.s
	if k >= len(s) {
		return unit{}, 0
	}
	for lens := r.units.heads[s[k]]; lens != 0; {
		n := 31 - bits.LeadingZeros32(lens) // longest first
		lens &^= 1 << n
		end := k + n
		if n > longestUnit || end > len(s) || r.units.feet[s[end-1]]>>n&1 == 0 {
			continue
		}
		u, ok := r.units.find(s[k:end])
		if !ok {
			continue
		}
		if end < len(s) {
			next, _ := utf8.DecodeRuneInString(s[end:])
			last, _ := utf8.DecodeLastRuneInString(s[k:end])
			switch sp := spacingOf(last); {
			case sp == spaced && spacingOf(next) == spaced:
				if end = endingAt(s, end); !u.stem || end == 0 {
					continue
				}
				n = end - k
			case sp == clusters && next != ' ' && markLike(next):
				continue
			}
		}
		return u, n
	}
	return unit{}, 0
}

// endingAt is the end of the word that goes on at i with up to four letters, 0 if it is longer.
func endingAt(s string, i int) int {
	for range 5 {
		r, n := utf8.DecodeRuneInString(s[i:])
		if n == 0 || spacingOf(r) != spaced {
			return i
		}
		i += n
	}
	return 0
}

func markLike(r rune) bool { return spacingOf(r) == clusters && isSEAMark(r) }

// isSEAMark reports marks of Thai, Lao, Khmer and Burmese.
func isSEAMark(r rune) bool {
	switch {
	case r == 0xe31, r >= 0xe34 && r <= 0xe3a, r >= 0xe47 && r <= 0xe4e, r == 0xe33:
		return true
	case r == 0xeb1, r >= 0xeb3 && r <= 0xebc, r >= 0xec8 && r <= 0xece:
		return true
	}
	return r >= 0x102b && r <= 0x103e || r >= 0x17b6 && r <= 0x17d3
}

// connectors are what stands between the numbers of a range.
var connectors = []string{"-", "~", "to ", "sampai ", "sampai dengan ", "s/d", "s.d", "sd ", "hingga ", "đến", "den ", "ถึง", "到", "至", "から", "до ", "à ", "a ", "até ", "hasta ", "إلى", "الى", "الي", "से ", "and ", "ຫາ", "ຖຶງ", "ដល់", "မှ", "থেকে", "से", "dan ", "ila ", "hadi ", "та ", "至", "—"}

// second finds the second number of a range after end: where it starts, and the
// currency written before it.
func (r *reader) second(end int) (i int, currency string, ok bool) {
	s := r.s
	k := skipSpace(s, end, 2)
	if k == len(s) {
		return 0, "", false
	}
	for _, c := range r.x.joins[s[k]] {
		if !strings.HasPrefix(s[k:], c) {
			continue
		}
		j := skipSpace(s, k+len(c), 2)
		if j < len(s) && isDigit(s[j]) {
			return j, "", true
		}
		// a currency before the second number too
		if u, n := r.unitPrefix(j); n > 0 {
			j = skipSpace(s, j+n, 1)
			if j < len(s) && isDigit(s[j]) {
				return j, u.currency, true
			}
		}
	}
	return 0, "", false
}

// unitPrefix is a currency word at k with a digit after it.
func (r *reader) unitPrefix(k int) (unit, int) {
	s := r.s
	if k >= len(s) || r.units.heads[s[k]] == 0 {
		return unit{}, 0
	}
	for end := k; end < len(s) && end-k < 12; {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
		if u, ok := r.units.find(s[k:end]); ok && u.currency != "" {
			if j := skipSpace(s, end, 1); j < len(s) && isDigit(s[j]) {
				return u, end - k
			}
		}
	}
	return unit{}, 0
}

func skipSpace(s string, i, most int) int {
	for n := 0; i < len(s) && s[i] == ' ' && n < most; n++ {
		i++
	}
	return i
}
