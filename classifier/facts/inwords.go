package facts

import "strings"

// spelledAmount reads the amount in words at i, or the range that it begins.
func (r *reader) spelledAmount(ns *numerals, i int) (amount, bool) {
	w, ok := ns.read(r.s, i)
	a := amount{start: w.start, end: w.end, low: w.low, high: w.high, unit: true, digits: 3}
	if !ok {
		return a, false
	}
	if j := r.connector(w.end); j > 0 && w.high == 0 {
		if b, ok := ns.read(r.s, j); ok && b.times && b.high == 0 {
			if !w.times {
				w.low *= b.last
			}
			if w.low >= 100 && w.low <= b.low && b.low <= 200*w.low {
				a.low, a.high, a.end, w.times = w.low, b.low, b.end, true
			}
		}
	}
	if !w.times || a.low < 100 {
		return a, false
	}
	if w.alone {
		return r.alone(ns, a)
	}
	if start, cur, ok := r.prefix(i); ok && cur != "" {
		a.start, a.currency, a.money = start, cur, true
	}
	return a, true
}

// alone reads what stands with a multiplier that has no number word beside it: digits
// after it, in languages that put them there, or a currency.
func (r *reader) alone(ns *numerals, a amount) (amount, bool) {
	if j := skipSpace(r.s, a.end, 1); ns.first && j < len(r.s) && isDigit(r.s[j]) {
		n := readNumber(r.s, j)
		if n.digits > 4 || n.value == 0 {
			return a, false
		}
		mult := a.low
		a.low, a.end = n.value*mult, n.end
		if k, _, ok := r.second(n.end); ok {
			if m := readNumber(r.s, k); m.value >= n.value && m.value < 200*n.value {
				a.high, a.end = m.value*mult, m.end
			}
		}
		return a, true
	}
	for _, w := range []string{"หลัก", "ຫຼັກ"} { // in the hundreds of thousands
		if strings.HasSuffix(r.s[:a.start], w) {
			a.start, a.high = a.start-len(w), 3*a.low
			return a, true
		}
	}
	u, _ := r.unitAt(skipSpace(r.s, a.end, 1))
	return a, u.currency != ""
}

// connector is where a number may begin that ends the range begun before i, or 0.
func (r *reader) connector(i int) int {
	k := skipSpace(r.s, i, 2)
	if k == len(r.s) {
		return 0
	}
	for _, c := range r.x.joins[r.s[k]] {
		if strings.HasPrefix(r.s[k:], c) {
			if j := skipSpace(r.s, k+len(c), 2); j < len(r.s) {
				return j
			}
		}
	}
	return 0
}

// reachWords is how far, in bytes, an amount in words may begin before the first of its
// multipliers, or in Korean, where those are no words by themselves, after a word for pay.
const reachWords = 48

// inWords reads the pay that is written in words: around hundreds, thousands, millions.
func (r *reader) inWords(out []Salary) []Salary {
	ns := r.x.numerals[r.in.Lang]
	if ns == nil {
		ns = r.x.numerals["en"]
	}
	done := 0 // looked at up to here
	most := len(out) + maxSalaries
	for _, h := range r.f.hits {
		from, to := h.start, h.end
		switch {
		case h.kind == wordTimes && h.end > done && !afterDigit(r.s, h.start):
			from -= reachWords
		case ns.glued && (h.kind == wordPay || h.kind == wordPeriod):
			to += reachWords
		default:
			continue
		}
		from, to = max(from, done), min(to, len(r.s))
		for i := ns.next(r.s, from, to); i < to && len(out) < most; i = ns.next(r.s, i, to) {
			if _, n := ns.at(r.s, i, false); n == 0 {
				i++
				continue
			}
			a, ok := r.spelledAmount(ns, i)
			if !ok {
				i = max(i+1, a.end)
				continue
			}
			if _, ok := r.suffix(&a); ok && !r.f.isTaken(a.start, a.end) {
				if r.organ != nil && *r.organ == nil {
					*r.organ = r.organPrice(a)
				}
				if pay, ok := r.pay(a); ok {
					r.f.take(a.start, a.end)
					out = append(out, pay)
				}
			}
			i = max(a.end, i+1)
		}
		done = max(done, to)
	}
	return out
}
