package dial

// Grade is what a number is worth.
type Grade uint8

// The grades, the better the higher.
const (
	None     Grade = iota // no number
	Possible              // of a length that numbers of its country have
	Valid                 // of a range that is given out
)

// Limits of libphonenumber on the digits after the country code
const (
	leastNational = 2
	mostNational  = 17
)

// International reads digits that begin with a country code, and gives the number
// in the form of E.164, with its plus. The digits must be ASCII digits, at most 32.
func (b *Book) International(digits string) (e164 string, g Grade) {
	if !isDigits(digits) || len(digits) <= leastNational {
		return "", None
	}
	code, rest := b.code(digits)
	if code == 0 {
		return "", None
	}
	return b.grade(code, rest, b.codes[code][0].ready())
}

// National reads digits as people of region dial them: with or without the prefix
// for calls within the country, the prefix for calls abroad, or the country code. A region that is not
// known has no numbers.
func (b *Book) National(digits, region string) (e164 string, g Grade) {
	p := b.region(region)
	if p == nil || p.numbers == nil || !isDigits(digits) || len(digits) < leastNational {
		return "", None
	}
	code := int(p.meta.GetCountryCode())
	rest := digits
	if n := b.abroad(p, digits); n >= 0 {
		rest = digits[n:]
		if len(rest) <= leastNational {
			return "", None
		}
		if code, rest = b.code(rest); code == 0 {
			return "", None
		}
		if main := b.codes[code][0]; main != p {
			p = main.ready()
		}
	} else if len(digits) > len(p.code) && digits[:len(p.code)] == p.code || digits == p.code {
		short := p.cut(digits[len(p.code):])
		if !p.general(digits) && p.general(short) || p.fit(len(digits)) == tooLong {
			rest = short
			if main := b.codes[code][0]; main != p {
				p = main.ready()
			}
		}
	}
	return b.grade(code, rest, p)
}

// abroad is the length of the prefix for calls abroad at the start of digits, or -1.
func (b *Book) abroad(p *plan, digits string) int {
	if p.abroad == nil {
		return -1
	}
	n := p.abroad.lead(digits)
	if n >= 0 && n < len(digits) && digits[n] == '0' { // no country code begins so
		return -1
	}
	return n
}

// code splits off the country code, 0 when there is none.
func (b *Book) code(digits string) (code int, rest string) {
	if digits == "" || digits[0] == '0' {
		return 0, digits
	}
	v := 0
	for i := 0; i < 3 && i < len(digits); i++ {
		v = v*10 + int(digits[i]-'0')
		if len(b.codes[v]) > 0 {
			return v, digits[i+1:]
		}
	}
	return 0, digits
}

// grade cuts the prefix off the national number and says what it is worth.
func (b *Book) grade(code int, national string, p *plan) (string, Grade) {
	if len(national) < leastNational || p.numbers == nil {
		return "", None
	}
	switch cut := p.cut(national); p.fit(len(cut)) {
	case fits, tooLong:
		national = cut
	}
	if len(national) < leastNational || len(national) > mostNational {
		return "", None
	}
	g := Valid
	if !b.valid(code, national) {
		if f := b.codes[code][0].ready().fit(len(national)); f != fits && f != fitsLocally {
			return "", None
		}
		g = Possible
	}
	return "+" + b.codes[code][0].code + national, g
}

// valid reports a number of any region that has the country code.
func (b *Book) valid(code int, national string) bool {
	plans := b.codes[code]
	if len(plans) == 1 {
		return plans[0].ready().numbers != nil && plans[0].valid(national)
	}
	for _, p := range plans {
		if p.ready().numbers == nil {
			continue
		}
		if p.leading == nil {
			if p.valid(national) {
				return true
			}
		} else if p.leading.lead(national) >= 0 {
			return p.valid(national)
		}
	}
	return false
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return len(s) <= 32
}
