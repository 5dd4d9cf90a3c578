package facts

import (
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
)

// unit is what one word beside a number means.
type unit struct {
	mult     float64
	currency string
}

// addUnits folds the unit words: per language, its own before the generic ones.
func (x *Extractor) addUnits() {
	x.units, x.firsts = map[string]map[string]unit{}, map[string]*[256]bool{}
	generic := map[string]unit{}
	addNotation(generic, x.table.Notation["generic"])
	for lang := range x.table.Notation {
		m := map[string]unit{}
		for w, u := range generic {
			m[w] = u
		}
		if lang != "generic" {
			addNotation(m, x.table.Notation[lang])
		}
		first := new([256]bool)
		for w := range m {
			first[w[0]] = true
		}
		x.units[lang], x.firsts[lang] = m, first
	}
}

func addNotation(m map[string]unit, n Notation) {
	for _, u := range n.Units {
		for _, w := range u.U {
			f := fold.Fold(strings.TrimSuffix(w, "*"))
			for _, form := range forms(f) {
				m[form] = unit{u.Multiplier, u.Currency}
			}
		}
	}
}

// longestUnit bounds the bytes of a unit word.
const longestUnit = 30

// reader reads the amounts of one field.
type reader struct {
	x     *Extractor
	f     *field
	s     string
	units map[string]unit
	first *[256]bool
	in    Input
	home  string // country of the reader
	here  string // currency meant when none is written

	dollars string // what $ means, when that is not the US dollar
}

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

// salaries reads the statements of pay of one field.
func (x *Extractor) salaries(f *field, in Input, places []Place) []Salary {
	r := x.reader(f, in)
	r.dollars = dollars(in.Country, places, f)
	s := f.Folded
	var out []Salary
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		a, ok := r.amount(i)
		if !ok {
			i = skipNumber(s, i)
			continue
		}
		if a.money || a.unit {
			f.take(a.start, a.end)
		}
		if pay, ok := r.pay(a); ok {
			f.take(a.start, a.end)
			out = append(out, pay)
		}
		i = max(a.end, i+1)
	}
	return out
}

// skipNumber steps over digits and what joins them, so that no number is read from
// its middle.
func skipNumber(s string, i int) int {
	for i < len(s) && (isDigit(s[i]) || (s[i] == '.' || s[i] == ',') && i+1 < len(s) && isDigit(s[i+1])) {
		i++
	}
	return i
}

func (x *Extractor) reader(f *field, in Input) *reader {
	lang := in.Lang
	if x.units[lang] == nil {
		lang = "generic"
	}
	r := &reader{x: x, f: f, s: f.Folded, units: x.units[lang], first: x.firsts[lang], in: in, home: in.Country}
	r.here = x.table.Notation[lang].Currency
	if r.home == "" {
		r.home = x.table.Origins[in.Lang]
		if in.Lang == "zh" && traditional(f.Original) {
			r.home = "TW"
		}
	}
	if b, ok := x.marks[r.home]; ok && (in.Country != "" || in.Lang == "zh" || r.here == "") && b.Currency != "" {
		r.here = b.Currency
	}
	if r.here == "" {
		r.here = "USD"
	}
	return r
}

// traditional reports text in Traditional characters, by the commonest of the trade.
func traditional(s string) bool { return strings.ContainsAny(s, "萬資電園區與嗎無灣聯") }

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
		for k := from; k > 0 && from-k < 16; {
			_, n := utf8.DecodeLastRuneInString(s[:k])
			k -= n
			u, found := r.units[s[k:from]]
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
	if k >= len(s) || !r.first[s[k]] {
		return unit{}, 0
	}
	var best unit
	size := 0
	for end := k; end < len(s) && end-k < longestUnit; {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
		u, ok := r.units[s[k:end]]
		if !ok {
			continue
		}
		if end < len(s) {
			next, _ := utf8.DecodeRuneInString(s[end:])
			last, _ := utf8.DecodeLastRuneInString(s[k:end])
			if sp := spacingOf(last); sp == spaced && spacingOf(next) == spaced || sp == clusters && next != ' ' && markLike(next) {
				continue
			}
		}
		best, size = u, end-k
	}
	return best, size
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
	for _, c := range connectors {
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
	if k >= len(s) || !r.first[s[k]] {
		return unit{}, 0
	}
	for end := k; end < len(s) && end-k < 12; {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
		if u, ok := r.units[s[k:end]]; ok && u.currency != "" {
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

// pay judges whether a is pay, and for what.
func (r *reader) pay(a amount) (Salary, bool) {
	c := r.context(a)
	if c.never || c.age || !a.money && !a.unit && (!c.pay || c.count || c.lasting || a.low < 100 || a.digits > 8 && !a.grouped) {
		return Salary{}, false
	}
	out := Salary{Base: c.base, Extra: c.extra, UpTo: c.upTo && a.high == 0}
	cur, score := a.currency, 0
	if cur == "" {
		cur = r.here
		if !a.unit && !a.grouped && a.high == 0 && a.low >= 1900 && a.low < 2100 && (c.period == perUnknown || c.period == perYear) {
			return Salary{}, false // a year
		}
		if r.in.Lang == "ko" && !a.unit && a.low >= 100 && a.low < 10000 { // 월 1500 means 1500만원
			a.low, a.high = a.low*10000, a.high*10000
		}
	} else {
		score += 2
	}
	if cur == "USD" && a.money && r.dollarIsLocal(a) {
		cur = r.dollars
	}
	if a.unit {
		score++
	}
	if a.high > 0 {
		score++
	}
	if c.pay || c.base {
		score += 3
	}
	if c.period != perUnknown {
		score += 2
	}
	own := r.f.name == FieldTitle || ownLine(r.s, a.start, a.end)
	if own {
		score++
	}
	if need := 3 + b2i(!c.pay && !c.base && !c.beside && !own && a.high == 0); score < need {
		return Salary{}, false
	}
	rate := r.x.table.FX[cur]
	low, high := a.low, a.high
	mid := low
	if high > 0 {
		mid = (low + high) / 2
	} else if out.UpTo {
		low, high, mid = 0, a.low, a.low/2
	}
	usd := mid / rate * c.period.months()
	if usd < 20 || usd > 80000 || !a.money && !a.unit && usd < 40 {
		return Salary{}, false
	}
	start, end := r.f.Span(a.start, a.end)
	out.Salary = post.Salary{Min: low, Max: high, Currency: cur, Period: c.period.String(), USDMonth: round(usd), Raw: r.f.Original[start:end]}
	if high == 0 && !a.plus && !c.from {
		out.Max = low
	}
	if r.in.Lang == "en" && r.in.Country == "" && !a.money && usd > 6000 { // English is written where money has other names
		out.Currency, out.USDMonth, usd = "", 0, 0
	}
	if b, ok := r.x.marks[r.home]; ok {
		out.Ratio = round(usd / b.DeskHighUSD)
	}
	out.Span = r.f.span(a.start, a.end)
	out.Confidence = min(1, float64(score)/7)
	if c.period == perUnknown {
		out.Period = perMonth.String()
		out.Confidence *= 0.8
	}
	return out, true
}

// dollars is the currency that a plain $ means in country or, when that is not known,
// in the only country that the post names places of, or by the legal forms and country
// code of Singapore; empty for US dollars.
func dollars(country string, places []Place, f *field) string {
	if country != "" {
		places = nil
	}
	for _, p := range places {
		if country == "" {
			country = p.Country
		} else if country != p.Country {
			return ""
		}
	}
	if country == "" && (strings.Contains(f.Folded, "pte ltd") || strings.Contains(f.Folded, "pte. ltd") || strings.Contains(f.Folded, "wa.me/65") || strings.Contains(f.Folded, "+65")) {
		country = "SG"
	}
	switch country {
	case "SG":
		return "SGD"
	case "HK":
		return "HKD"
	case "TW":
		return "TWD"
	case "CA":
		return "CAD"
	case "AU":
		return "AUD"
	case "MX":
		return "MXN"
	}
	return ""
}

// ownLine reports that s[i:j] is all that its line says, as on job cards.
func ownLine(s string, i, j int) bool {
	for i > 0 && strings.IndexByte(" -+~:*(", s[i-1]) >= 0 {
		i--
	}
	for j < len(s) && strings.IndexByte(" -+~.)*/", s[j]) >= 0 {
		j++
	}
	return (i == 0 || s[i-1] == '\n') && (j == len(s) || s[j] == '\n')
}

// dollarIsLocal reports a plain $ in a country that calls its own money so.
func (r *reader) dollarIsLocal(a amount) bool {
	text := r.s[a.start:a.end]
	return r.dollars != "" && strings.Contains(text, "$") && !strings.Contains(text, "us")
}

func round(v float64) float64 { return float64(int64(v*100+0.5)) / 100 }

// best is the statement that stands for the pay of the post: what is called pay or
// base before what is called extra, the surest, then the first.
func best(all []Salary) *Salary {
	var out *Salary
	for i := range all {
		s := &all[i]
		if out == nil || rank(s) > rank(out) {
			out = s
		}
	}
	if out == nil || out.Extra && !out.Base {
		return nil
	}
	return out
}

func rank(s *Salary) float64 {
	v := s.Confidence
	if s.Extra && !s.Base {
		v -= 0.6
	}
	if s.Base {
		v += 0.05
	}
	return v
}
