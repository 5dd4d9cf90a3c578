package facts

import (
	"sort"
	"strings"
)

// around is what the words around an amount say of it.
type around struct {
	pay, base, extra, never bool
	upTo, from              bool
	count, age              bool
	beside                  bool // a period stands right after it
	lasting                 bool // and nothing between: 800 hours
	period                  period
}

// How far from an amount words speak of it, in bytes of folded text.
const (
	reachPay    = 60
	reachBeside = 24
	reachPeriod = 14
)

// aroundPay is the kinds of words that say something of an amount, a bit each.
const aroundPay = 1<<wordPay | 1<<wordBase | 1<<wordExtra | 1<<wordNever | 1<<wordUpTo | 1<<wordFrom | 1<<wordPeople | 1<<wordAge | 1<<wordPeriod

// context looks at the words around a.
func (r *reader) context(a amount) around {
	var c around
	hits, s := r.f.hits, r.s
	lo := sort.Search(len(hits), func(k int) bool { return hits[k].start >= a.start-reachPay-24 })
	periodGap := 1 << 20
	for _, h := range hits[lo:] {
		if h.start > a.end+reachBeside {
			break
		}
		if aroundPay>>h.kind&1 == 0 {
			continue
		}
		before, after, between := beside(s, h, a)
		if !before && !after && (h.kind == wordPeriod || h.kind == wordPay) {
			continue
		}
		gap, line := len(between), strings.Count(between, "\n")
		switch h.kind {
		case wordPay:
			if h.start > 0 && isDigit(s[h.start-1]) {
				continue // 12월 is a month
			}
			c.pay = c.pay || before && gap <= reachPay && line <= 1 && !numberIn(between) || after && gap <= 10 && line == 0
		case wordBase:
			c.base = c.base || before && gap <= reachBeside && line == 0 && !numberIn(between) || after && gap <= 6 && line == 0
		case wordExtra:
			c.extra = c.extra || before && gap <= 20 && line == 0 && !numberIn(between) || after && gap <= 6 && line == 0 && !strings.ContainsAny(between, "+,;&")
		case wordNever:
			c.never = c.never || before && gap <= 14 && line == 0 && !numberIn(between) || after && gap <= 6 && line == 0 && !strings.ContainsAny(between, "+,;.&/(")
		case wordUpTo:
			c.upTo = c.upTo || before && gap <= 8 && line == 0
		case wordFrom:
			c.from = c.from || before && gap <= 8 && line == 0 || after && gap <= 2
		case wordPeople:
			c.count = c.count || after && gap <= 2
		case wordAge:
			c.age = c.age || after && gap <= 2 && !a.money && !a.unit
		case wordPeriod:
			p := period(h.value)
			switch {
			case after && gap <= reachPeriod && line == 0 && gap < periodGap && joined(between):
				c.period, periodGap = p, gap
				c.beside = true
				c.lasting = p != perMonth && strings.Trim(between, " ") == "" && !strings.HasSuffix(s[:h.end], "ly")
			case before && gap <= reachBeside && line == 0 && !numberIn(between) && periodGap > gap+8 && !counted(s, h.start):
				c.period, periodGap = p, gap+8
			}
		}
	}
	return c
}

// beside is whether h stands before a in s or after it, and what is between them;
// nothing is where one holds a part of the other.
func beside(s string, h hit, a amount) (before, after bool, between string) {
	switch {
	case h.end <= a.start:
		return true, h.start >= a.end, s[h.end:a.start]
	case h.start >= a.end:
		return false, true, s[a.end:h.start]
	}
	return false, false, ""
}

// joined reports text that may stand between an amount and its period.
func joined(s string) bool {
	s = strings.Trim(s, " +/.()-~:*")
	switch s {
	case "", "per", "a", "an", "each", "every", "in a", "one", "di", "se", "một", "mot", "mỗi", "moi", "ต่อ", "ละ", "每", "一", "/一", "por", "par", "al", "ao", "в", "за", "kwa", "في", "ب", "في ال", "ال", "प्रति", "প্রতি", "فی", "net", "gross", "extra", "basic", "tk", "in hand", "1", "ក្នុង", "ក្នុងមួយ", "ក្នុង១", "ຕໍ່", "isang", "kada", "sa isang", "/1", "bir", "হতে", "mil":
		return true
	}
	return false
}

// counted reports a number right before i: the word there is a duration.
func counted(s string, i int) bool {
	t := strings.TrimRight(s[max(0, i-4):i], " ")
	return t != "" && isDigit(t[len(t)-1])
}

func numberIn(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}
