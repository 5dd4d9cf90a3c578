package facts

// number is one number as it stands in folded text.
type number struct {
	start, end int
	value      float64
	digits     int  // how many
	grouped    bool // 1,000 or 1.000.000 or 10 000
	decimal    bool // 1.5
}

// readNumber reads the number at i, where a digit stands: digits with groups of
// three (two, in India) after commas, dots, spaces or apostrophes, and decimals.
// What stands after a dot or a comma is a group when it is three digits, else
// decimals; after both kinds, the last kind makes decimals.
func readNumber(s string, i int) number {
	n := number{start: i}
	type part struct {
		sep  byte
		text string
	}
	parts := make([]part, 0, 8)
	k := i
	for k < len(s) && len(parts) < 8 {
		from := k
		for k < len(s) && isDigit(s[k]) && k-from < 20 {
			k++
		}
		var sep byte
		if from > i {
			sep = s[from-1]
		}
		parts = append(parts, part{sep, s[from:k]})
		n.digits += k - from
		if k+1 >= len(s) || !isDigit(s[k+1]) {
			break
		}
		c := s[k]
		if c == ' ' || c == '\'' {
			// a space groups only whole groups of three after one to three digits
			if len(parts[0].text) > 3 || !threeDigits(s, k+1) || len(parts) > 1 && parts[len(parts)-1].sep != c {
				break
			}
		} else if c != ',' && c != '.' {
			break
		}
		k++
	}
	n.end = k
	// decide what the last separator is
	last := len(parts) - 1
	dec := -1
	if last > 0 {
		p := parts[last]
		mixed := false
		same := 0
		for _, q := range parts[1:] {
			mixed = mixed || q.sep != p.sep
			if q.sep == p.sep {
				same++
			}
		}
		switch {
		case len(p.text) != 3, mixed && same == 1 && p.sep != ' ':
			dec = last
		case len(parts[0].text) > 3:
			dec = last
		case parts[0].text == "0":
			dec = last
		}
		if same > 1 && dec == last && len(p.text) != 3 { // 1.2.3 is a date or a version
			n.end = n.start + len(parts[0].text)
			parts, dec = parts[:1], -1
			n.digits = len(parts[0].text)
		}
	}
	scale := 0.1
	for x, p := range parts {
		if x == dec {
			n.decimal = true
			for _, c := range []byte(p.text) {
				n.value += float64(c-'0') * scale
				scale /= 10
			}
			continue
		}
		n.grouped = n.grouped || x > 0
		for _, c := range []byte(p.text) {
			n.value = n.value*10 + float64(c-'0')
		}
	}
	return n
}

func isDigit(c byte) bool { return c-'0' < 10 }

// threeDigits reports exactly three digits at i.
func threeDigits(s string, i int) bool {
	return i+3 <= len(s) && isDigit(s[i]) && isDigit(s[i+1]) && isDigit(s[i+2]) && (i+3 == len(s) || !isDigit(s[i+3]))
}
