package facts

import (
	"unicode/utf8"
)

// How far a number in words may stand from the word for phone or chat, and how long
// it may be, in bytes of folded text.
const (
	reachSpelled = 48
	longSpelled  = 320
)

// maxSpelledPhones bounds the numbers in words that are tried in one field.
const maxSpelledPhones = 1024

// spelledPhones reads phone numbers in words, digit by digit, after a word for phone or
// chat: zero nine one, kosong lapan, 零九一, ศูนย์เก้า. Digits may stand among the words.
func (x *Extractor) spelledPhones(c *collector) {
	f, s := c.f, c.f.Folded
	done, tries := 0, 0
	for _, h := range f.hits {
		if h.kind != wordPhone && h.kind != wordApp {
			continue
		}
		if tries > maxSpelledPhones || len(c.found) >= c.most {
			return
		}
		to := min(h.end+reachSpelled, len(s))
		for i := c.numerals.next(s, max(h.end, done), to); i < to; i = c.numerals.next(s, i+1, to) {
			done = i
			if _, n := c.numerals.at(s, i, false); n == 0 {
				continue
			}
			tries++
			i = digitsBefore(s, i, h.end)
			r, words := c.numerals.spelledDigits(s, i)
			if words < 3 || len(r.digits) < leastDigits || len(r.digits) > 15 {
				i = max(i, r.end-1)
				continue
			}
			done = r.end
			if f.isSettled(r.start, r.end) {
				break
			}
			if i := plusBefore(s, r.start); i < r.start {
				r.start, r.plus = i, true
			}
			if kind, value, ok := x.phone(f, r, c.regions); ok {
				c.add(kind, value, r.start, r.end)
			}
			break
		}
	}
}

// digitsBefore is where the digits begin that stand right before i, but not before from.
func digitsBefore(s string, i, from int) int {
	at := i
	for k := i; k > from; k-- {
		switch {
		case isDigit(s[k-1]):
			at = k - 1
		case s[k-1] != ' ' && s[k-1] != '-' && s[k-1] != '.':
			return at
		}
	}
	return at
}

// plusBefore is where a plus, as a sign or a word, stands right before i, or i.
func plusBefore(s string, i int) int {
	k := i
	for k > 0 && i-k < 2 && s[k-1] == ' ' {
		k--
	}
	switch {
	case k > 0 && s[k-1] == '+':
		return k - 1
	case k >= 4 && s[k-4:k] == "plus" && (k == 4 || !isHandle(s[k-5])):
		return k - 4
	}
	return i
}

// spelledDigits reads digits in words from i on, and how many of them are words.
func (ns *numerals) spelledDigits(s string, i int) (r digitsRun, words int) {
	r = digitsRun{start: i, end: i, split: true}
	var d [16]byte
	n, times := 0, 1
	put := func(b byte) bool {
		for range times {
			if n == len(d) {
				return false
			}
			d[n] = b
			n++
		}
		times = 1
		return true
	}
	for k := i; k < len(s) && k-i < longSpelled; {
		if isDigit(s[k]) {
			if !put(s[k]) {
				break
			}
			k++
			r.end = k
		} else {
			w, size := ns.at(s, k, false)
			if size == 0 || w.kind != numeralRepeat && w.kind != numeralAdds {
				break
			}
			if k += size; w.kind == numeralRepeat {
				times = int(w.value)
			} else {
				if !put(byte('0' + int(w.value))) {
					break
				}
				words++
				r.end = k
			}
		}
		for g := 0; g < 3 && k < len(s); g++ {
			w := separator(s[k:])
			if w == 0 && s[k] == ',' {
				w = 1
			}
			if w == 0 {
				break
			}
			k += w
		}
	}
	if r.end < len(s) { // the last must not go on as another word
		if next, _ := utf8.DecodeRuneInString(s[r.end:]); isDigit(s[r.end]) || next == '%' {
			return r, 0
		}
	}
	r.digits = string(d[:n])
	return r, words
}
