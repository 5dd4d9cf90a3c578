package facts

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/classifier/facts/dial"
)

// regionsOf adds to out the regions that a number without a country code may be of: where
// the reader is, where the post is about, where its language is spoken.
func regionsOf(out []string, in Input, places []Place) []string {
	add := func(r string) {
		if len(r) == 2 && len(out) < maxRegions && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	add(in.Country)
	list := languageRegions(in.Lang)
	for i := 0; i+2 <= len(list); i += 3 {
		add(list[i : i+2])
	}
	for _, p := range places {
		add(p.Country)
	}
	return out
}

// maxRegions bounds the regions that a number is tried for.
const maxRegions = 6

// languageRegions is the regions where lang is spoken, apart by spaces.
func languageRegions(lang string) string {
	switch lang {
	case "id":
		return "ID"
	case "ms":
		return "MY"
	case "vi":
		return "VN"
	case "th":
		return "TH"
	case "tl":
		return "PH"
	case "km":
		return "KH"
	case "my":
		return "MM"
	case "lo":
		return "LA"
	case "zh":
		return "CN TW"
	case "hi":
		return "IN"
	case "ta":
		return "IN LK"
	case "bn":
		return "BD"
	case "ur":
		return "PK"
	case "ne":
		return "NP"
	case "si":
		return "LK"
	case "ko":
		return "KR"
	case "ja":
		return "JP"
	case "ru":
		return "RU"
	case "sw":
		return "KE TZ"
	case "am":
		return "ET"
	case "fr":
		return "CM CI FR"
	case "pt":
		return "BR"
	case "es":
		return "PE CO MX"
	case "ar":
		return "MA EG"
	case "tr":
		return "TR"
	case "en":
		return "PH SG IN"
	}
	return ""
}

// digitsRun is a stretch of digits as people write phone numbers.
type digitsRun struct {
	start, end int
	digits     string
	plus       bool // a + or a flag stands before
	region     string
	split      bool // separators stand between the digits
	like       bool // it begins with a letter that looks like a digit
}

// phones reads phone numbers where nothing else has taken the digits.
func (x *Extractor) phones(into []Contact, f *field, lang string, regions []string) []Contact {
	if len(f.digits) == 0 && len(f.hits) == 0 {
		return into
	}
	s := f.Folded
	c := collector{x: x, f: f, regions: regions, found: into, most: len(into) + maxContacts}
	ns := x.numerals[lang]
	if ns == nil {
		ns = x.numerals["en"]
	}
	c.numerals = ns.digits
	f.settle()
	x.spelledPhones(&c)
	f.settle()
	i, k := f.nextDigit(0, 0)
	tries := 0
	for ; i < len(s) && len(c.found) < c.most && tries < maxTries; i, k = f.nextDigit(i+1, k) {
		r, ok := f.digitsAt(i)
		if ok && !f.isSettled(r.start, r.end) {
			tries++
			if kind, value, ok := x.phone(f, r, regions); ok {
				c.add(kind, value, r.start, r.end)
			}
		}
		i = max(r.end-1, i)
		for i+1 < len(s) && isDigit(s[i+1]) {
			i++
		}
	}
	return c.found
}

// settle sorts what is taken and joins what overlaps, for [field.isSettled].
func (f *field) settle() {
	slices.SortFunc(f.taken, func(a, b stretch) int { return cmp.Compare(a.From, b.From) })
	n := 0
	for _, t := range f.taken {
		if n > 0 && t.From <= f.taken[n-1].To {
			f.taken[n-1].To = max(f.taken[n-1].To, t.To)
			continue
		}
		f.taken[n] = t
		n++
	}
	f.taken = f.taken[:n]
}

// isSettled reports whether some of i to j is taken, by what has been settled.
func (f *field) isSettled(i, j int) bool {
	k, _ := slices.BinarySearchFunc(f.taken, int32(i), func(t stretch, at int32) int {
		if t.To <= at {
			return -1
		}
		return 1
	})
	return k < len(f.taken) && int(f.taken[k].From) < j
}

// leastDigits is the least length of a phone number. The most is 15, by E.164.
const leastDigits = 8

// digitsAt reads the run that begins with the digit at i. Letters that look like
// digits (o, l) count between digits; up to three signs or spaces may stand between.
func (f *field) digitsAt(i int) (digitsRun, bool) {
	s := f.Folded
	r := digitsRun{start: i, end: i}
	d := make([]byte, 0, 24)
	for k := i; k < len(s) && len(d) <= 16; {
		c := s[k]
		switch {
		case isDigit(c):
			d = append(d, c)
			k++
			r.end = k
			continue
		case digitLike(c) != 0 && isDigit(s[k-1]):
			if n := lookalikes(s[k:]); n > 0 {
				for _, c := range []byte(s[k : k+n]) {
					d = append(d, digitLike(c))
				}
				k += n
				r.end = k
				continue
			}
		}
		j, n := k, 0
		for j < len(s) && n < 3 && !isDigit(s[j]) {
			w := separator(s[j:])
			if w == 0 || s[j] == '(' && len(d) > 6 { // what is in brackets behind a number is no part of it
				break
			}
			j += w
			n++
		}
		if j == k || j >= len(s) || !isDigit(s[j]) {
			break
		}
		r.split = true
		k = j
	}
	if likeBefore(s, i) > 0 {
		d = slices.Insert(d, 0, digitLike(s[i-1]))
		r.start--
		r.like = true
	}
	if len(d) < leastDigits {
		return r, false
	}
	r.digits = string(d)
	for r.start > 0 && (s[r.start-1] == '(' || s[r.start-1] == ' ' && r.start > 1 && (s[r.start-2] == '+' || s[r.start-2] == '(')) {
		r.start--
	}
	if r.start > 0 && s[r.start-1] == '+' {
		r.start--
		r.plus = true
	} else if strings.HasPrefix(r.digits, "00") && len(r.digits) > 10 {
		r.digits, r.plus = r.digits[2:], true
	}
	if region, n := flagBefore(s, r.start); n > 0 {
		r.region, r.start = region, r.start-n
	}
	if r.start > 0 {
		if b := s[r.start-1]; isWordByte(rune(b)) || isDigit(b) || b == '_' || b == '@' || b == '#' || b == '$' || b == '/' && !r.plus {
			return r, false
		}
	}
	if r.end < len(s) && (isWordByte(rune(s[r.end])) || s[r.end] == '_' || s[r.end] == '@' || s[r.end] == '%') {
		return r, false
	}
	return r, len(r.digits) >= leastDigits && len(r.digits) <= 15
}

// digitLike is the digit that a letter is written for, or 0.
func digitLike(c byte) byte {
	switch c {
	case 'o':
		return '0'
	case 'l', 'i':
		return '1'
	}
	return 0
}

// lookalikes is how many letters that look like digits stand before the next digit
// or the end of the word, at most six, else 0.
func lookalikes(s string) int {
	for k := range min(len(s), 7) {
		if isDigit(s[k]) {
			return k
		}
		if digitLike(s[k]) == 0 {
			if isHandle(s[k]) || s[k] >= utf8.RuneSelf || s[k] == '@' {
				return 0
			}
			return k
		}
	}
	if len(s) < 7 {
		return len(s)
	}
	return 0
}

// likeBefore is 1 when the word whose first digit is at i begins with a letter that
// looks like a digit, else 0.
func likeBefore(s string, i int) int {
	if i == 0 || digitLike(s[i-1]) == 0 || i > 1 && (isHandle(s[i-2]) || s[i-2] == '@' || s[i-2] == '/') {
		return 0
	}
	return 1
}

// separator is the length of what may stand between two digits of a number, or 0.
func separator(s string) int {
	switch s[0] {
	case ' ', '-', '.', '(', ')', '/', '*', '_', '~':
		return 1
	}
	if s[0] < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeRuneInString(s)
	if r >= 0x1f300 && r < 0x1fb00 || r >= 0x2600 && r < 0x27c0 || r == '·' || r == 0x2b50 {
		return n
	}
	return 0
}

// flagBefore is the region of the flag that ends before i, and its length.
func flagBefore(s string, i int) (string, int) {
	n := 0
	for i-n > 0 && s[i-n-1] == ' ' && n < 2 {
		n++
	}
	if i-n < 8 {
		return "", 0
	}
	a, x := utf8.DecodeRuneInString(s[i-n-8:])
	b, y := utf8.DecodeRuneInString(s[i-n-4:])
	if x != 4 || y != 4 || a < 0x1f1e6 || a > 0x1f1ff || b < 0x1f1e6 || b > 0x1f1ff {
		return "", 0
	}
	return string([]byte{byte(a-0x1f1e6) + 'A', byte(b-0x1f1e6) + 'A'}), n + 8
}

// phone judges a run: with a country code it must be a possible number, without one
// a valid one of a likely region, and if it does not begin with 0, with a word for
// phone or chat near it.
func (x *Extractor) phone(f *field, r digitsRun, regions []string) (kind, value string, ok bool) {
	kind, near := f.near(r)
	if r.like && !near {
		return "", "", false
	}
	if r.plus {
		v, g := x.book.International(r.digits)
		return kind, v, g != dial.None
	}
	if r.region != "" {
		regions = append([]string{r.region}, regions...)
		near = true
	}
	if !near && (r.digits[0] != '0' || !r.split && len(r.digits) < 9) {
		return "", "", false
	}
	for _, region := range regions {
		if v, g := x.book.National(r.digits, region); g == dial.Valid {
			return kind, v, true
		}
	}
	if near && len(r.digits) >= 10 && r.digits[0] != '0' {
		if v, g := x.book.International(r.digits); g == dial.Valid {
			return kind, v, true
		}
	}
	return "", "", false
}

// near is the kind of contact that the words before the run make it, and whether
// there are such words at all.
func (f *field) near(r digitsRun) (kind string, found bool) {
	kind = "phone"
	hits := f.hits
	hi := sort.Search(len(hits), func(k int) bool { return hits[k].start >= r.start })
	from := max(0, r.start-128) // no word further away counts, and a post may be one long line
	line := from + strings.LastIndexByte(f.Folded[from:r.start], '\n')
	for k := hi - 1; k >= 0 && r.start-hits[k].start < 96; k-- {
		h := hits[k]
		gap := r.start - h.end
		switch {
		case gap < 0 || gap > 40 || h.start < line && gap > 16:
		case h.kind == wordApp:
			switch a := apps[h.value].kind; a {
			case "whatsapp", "zalo", "viber", "signal":
				if gap <= 24 {
					return a, true
				}
			}
			found = true
		case h.kind == wordPhone:
			if gap <= 2 { // the nearest word decides
				return "phone", true
			}
			found = true
		}
	}
	return kind, found
}

// international is the E.164 form of digits from a link, or the digits when no region fits.
func (x *Extractor) international(digits string, regions []string) string {
	for _, region := range regions {
		if v, g := x.book.National(digits, region); g == dial.Valid {
			return v
		}
	}
	if v, g := x.book.International(digits); g == dial.Valid {
		return v
	}
	return digits
}
