package facts

import "github.com/lurewatch/lurewatch/internal/post"

// Stated completes pay that a source gave as data: dollars a month, and their
// ratio to the benchmark of the group that a post in lang addresses. Pay in a
// currency or for a period that is not known is given back as it is.
func (x *Extractor) Stated(s post.Salary, lang, country string) post.Salary {
	rate, period := x.table.FX[s.Currency], periodOf(s.Period)
	if s.USDMonth != 0 || rate == 0 || (s.Min == 0 && s.Max == 0) {
		return s
	}
	if period == perUnknown {
		period = perMonth
	}
	mid := (s.Min + s.Max) / 2
	switch {
	case s.Max == 0:
		mid = s.Min
	case s.Min == 0: // "up to" counts by half, as in text
		mid = s.Max / 2
	}
	usd := mid / rate * period.months()
	s.USDMonth = round(usd)
	if country == "" {
		country = x.table.Origins[lang]
	}
	if b, ok := x.marks[country]; ok && b.DeskHighUSD > 0 {
		s.Ratio = round(usd / b.DeskHighUSD)
	}
	return s
}
