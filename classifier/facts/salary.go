package facts

import (
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// reader reads the amounts of one field.
type reader struct {
	x     *Extractor
	f     *field
	s     string
	units *units
	in    Input
	home  string  // country of the reader
	here  string  // currency meant when none is written
	desk  float64 // what office work pays there at most, dollars a month, 0 if not known

	places  []Place
	organ   **Price // where the price of an organ goes, nil when none is spoken of
	dollars string  // what $ means, when that is not the US dollar
	asked   bool    // dollars is known
}

// salaries reads the statements of pay of one field.
func (x *Extractor) salaries(out []Salary, f *field, in Input, all *Facts) []Salary {
	if len(f.digits) == 0 && len(f.hits) == 0 {
		return out
	}
	r := x.reader(f, in)
	r.places = all.Places
	if all.OrganPrice == nil && f.hasOrgans() {
		r.organ = &all.OrganPrice
	}
	words := len(out)
	out = r.inWords(out)
	taken := len(out) > words // what stands with words is read
	s := f.Folded
	most := len(out) + maxSalaries
	tries := 0
	for i, k := f.nextDigit(0, 0); i < len(s) && len(out) < most; i, k = f.nextDigit(i, k) {
		if end := int(f.digits[k].To); end-i <= 2 && r.lonely(i, end) {
			i = end
			continue
		}
		if tries++; tries > maxTries {
			break
		}
		a, ok := r.amount(i)
		if !ok || taken && f.isTaken(i, a.end) {
			i = skipNumber(s, i)
			continue
		}
		if a.money || a.unit {
			f.take(a.start, a.end)
		}
		if r.organ != nil && *r.organ == nil {
			*r.organ = r.organPrice(a)
		}
		if pay, ok := r.pay(a); ok {
			f.take(a.start, a.end)
			out = append(out, pay)
		}
		i = max(a.end, i+1)
	}
	return out
}

// lonely reports a number of one or two digits, from i to j, that nothing stands
// beside which could make it an amount: no currency, no unit, no sign.
func (r *reader) lonely(i, j int) bool {
	s := r.s
	if j+3 < len(s) && s[j] == ' ' && threeDigits(s, j+1) {
		return false
	}
	if j < len(s) && s[j] != ' ' && s[j] != '\n' {
		return false
	}
	if k := skipSpace(s, j, 2); k < len(s) && (r.units.heads[s[k]] != 0 || r.x.joins[s[k]] != nil || s[k] == '+' || s[k] == '-') {
		return false
	}
	k := i
	for k > 0 && i-k < 2 && (s[k-1] == ' ' || s[k-1] == '.' || s[k-1] == ':') {
		k--
	}
	return k == 0 || r.units.tails[s[k-1]] == 0 && (k == i || r.units.tails[s[i-1]] == 0)
}

// maxSalaries bounds the statements of pay of one field: a price list is no post.
const maxSalaries = 256

// skipNumber steps over digits and what joins them, so that no number is read from
// its middle.
func skipNumber(s string, i int) int {
	for i < len(s) && (isDigit(s[i]) || (s[i] == '.' || s[i] == ',') && i+1 < len(s) && isDigit(s[i+1])) {
		i++
	}
	return i
}

func (x *Extractor) reader(f *field, in Input) reader {
	us := x.units[in.Lang]
	if us == nil {
		us = x.units["generic"]
	}
	return reader{x: x, f: f, s: f.Folded, units: us, in: in}
}

// settle finds out whom the post addresses, and what money is meant when none is
// written: once for a field, and only where there is an amount that may be pay.
func (r *reader) settle() {
	if r.here != "" {
		return
	}
	r.home, r.here = r.in.Country, r.units.here
	if r.home == "" {
		r.home = r.units.home
		if r.in.Lang == "zh" && traditional(r.f.Original) {
			r.home = "TW"
		}
	}
	b, ok := r.x.marks[r.home]
	if ok && (r.in.Country != "" || r.in.Lang == "zh" || r.here == "") && b.Currency != "" {
		r.here = b.Currency
	}
	if r.here == "" {
		r.here = "USD"
	}
	r.desk = b.DeskHighUSD
}

// traditional reports text in Traditional characters, by the commonest of the trade.
func traditional(s string) bool {
	for _, r := range s {
		switch r {
		case '萬', '資', '電', '園', '區', '與', '嗎', '無', '灣', '聯':
			return true
		}
	}
	return false
}

// pay judges whether a is pay, and for what.
func (r *reader) pay(a amount) (Salary, bool) {
	bare := !a.money && !a.unit
	if bare && (a.low < 100 || a.digits > 8 && !a.grouped) {
		return Salary{}, false
	}
	c := r.context(a)
	if c.never || c.age || bare && (!c.pay || c.count || c.lasting) {
		return Salary{}, false
	}
	r.settle()
	out := Salary{Base: c.base, Extra: c.extra, UpTo: c.upTo && a.high == 0}
	cur, score := a.currency, 0
	if cur == "" {
		cur = r.here
		if a.unit && cur == "USD" && (strings.Contains(r.s[a.start:a.end], "lakh") || strings.Contains(r.s[a.start:a.end], "lac") || strings.Contains(r.s[a.start:a.end], "crore")) {
			cur = "INR" // nobody else counts so in English
		}
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
	if r.desk > 0 {
		out.Ratio = round(usd / r.desk)
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
	if strings.IndexByte(text, '$') < 0 || strings.Contains(text, "us") {
		return false
	}
	if !r.asked {
		r.dollars, r.asked = dollars(r.in.Country, r.places, r.f), true
	}
	return r.dollars != ""
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
