package facts

import "strings"

// people reads age, gender and headcount of one field into out; what an earlier
// field said stands.
func (x *Extractor) people(f *field, out *Facts) {
	s := f.Folded
	male, female := false, false
	for _, h := range f.hits {
		switch h.kind {
		case wordMale:
			male = male || !border(s[h.end:])
		case wordFemale:
			female = true
		case wordBoth:
			male, female = true, true
		case wordExtra:
			out.CommissionOnly = out.CommissionOnly || h.value == commissionOnly
		case wordAge:
			if out.Age == nil {
				out.Age = f.age(h)
			}
		case wordPeople:
			if out.Headcount == 0 {
				out.Headcount = headcount(s, h)
			}
		}
	}
	if out.Gender == "" {
		switch {
		case male && female:
			out.Gender = GenderMixed
		case male:
			out.Gender = GenderMale
		case female:
			out.Gender = GenderFemale
		}
	} else if male && out.Gender == GenderFemale || female && out.Gender == GenderMale {
		out.Gender = GenderMixed
	}
}

// border reports the rest of words that begin like the Thai and Lao word for a man:
// border, beach, coast.
func border(rest string) bool {
	for _, w := range []string{"แดน", "หาด", "ฝั่ง", "ทะเล", "คา", "ขอบ", "ແດນ", "ຫາດ", "ฝง"} {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	return false
}

// The ages that a post may ask for.
const (
	minAge = 14
	maxAge = 70
)

// age reads the bounds beside a word for age: "age 18-35", "18 to 35 years old",
// "максимум 26 лет" gives an upper bound only.
func (f *field) age(h hit) *Age {
	s := f.Folded
	word := s[h.start:h.end]
	if i, j, ok := numbersBefore(s, h.start); ok && !yearsOfWork(word) {
		if a := f.bounds(i, max(j, rangeEnd(s, i))); a != nil {
			return a
		}
	}
	if yearsAlone(word) {
		return nil
	}
	k := h.end
	for n := 0; k < len(s) && n < 28 && !isDigit(s[k]) && s[k] != '\n'; n++ {
		k++
	}
	if k < len(s) && isDigit(s[k]) {
		return f.bounds(k, rangeEnd(s, k))
	}
	return nil
}

// rangeEnd is the end of the number at i, or of the range that it begins.
func rangeEnd(s string, i int) int {
	end := i
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	k := skipSpace(s, end, 1)
	for _, w := range []string{"years old", "years", "yrs", "세", "岁", "歳", "才", "tuổi", "ปี", "tahun", "лет", "ans"} {
		if k < len(s) && s[k] == w[0] && strings.HasPrefix(s[k:], w) {
			k = skipSpace(s, k+len(w), 1)
			break
		}
	}
	for _, c := range connectors {
		if k >= len(s) || s[k] != c[0] || !strings.HasPrefix(s[k:], c) {
			continue
		}
		from := skipSpace(s, k+len(c), 2)
		to := from
		for to < len(s) && isDigit(s[to]) {
			to++
		}
		if to > from {
			return to
		}
	}
	return end
}

// yearsAlone reports the words that count years of anything: ages only after a number.
func yearsAlone(w string) bool {
	switch w {
	case "yo", "yrs", "y.o", "y/o", "y.o.", "years old", "year old", "yrs old", "岁", "周岁", "세", "만", "歳", "才", "tuổi", "tuoi", "лет", "ans", "anos", "años", "سنه", "वर्ष", "साल", "বছর", "අවුරුදු", "miaka", "tahun", "taong gulang":
		return true
	}
	return false
}

// yearsOfWork reports the words that are as often years of experience: an age
// needs a word for age beside them as well.
func yearsOfWork(w string) bool {
	switch w {
	case "yrs", "лет", "ans", "anos", "años", "سنه", "वर्ष", "साल", "বছর", "අවුරුදු", "miaka", "tahun", "만":
		return true
	}
	return false
}

// numbersBefore is the stretch of one number or a range that ends before i.
func numbersBefore(s string, i int) (from, to int, ok bool) {
	to = i
	for to > 0 && i-to < 2 && (s[to-1] == ' ' || s[to-1] == '-') {
		to--
	}
	from = to
	for from > 0 && to-from < 12 && (isDigit(s[from-1]) || strings.IndexByte(" -~to", s[from-1]) >= 0) {
		from--
	}
	for from < to && !isDigit(s[from]) {
		from++
	}
	return from, to, from < to && isDigit(s[to-1])
}

// bounds reads one or two ages from s[i:j].
func (f *field) bounds(i, j int) *Age {
	s := f.Folded
	var ages []int
	for k := i; k < j; {
		if !isDigit(s[k]) {
			k++
			continue
		}
		v, from := 0, k
		for k < len(s) && isDigit(s[k]) && k-from < 4 {
			v = v*10 + int(s[k]-'0')
			k++
		}
		if k-from != 2 || v < minAge || v > maxAge {
			return nil
		}
		ages = append(ages, v)
	}
	a := &Age{Span: f.span(i, j)}
	switch {
	case len(ages) >= 2 && ages[0] <= ages[1]:
		a.Min, a.Max = ages[0], ages[1]
	case len(ages) == 1 && upperBound(s, i):
		a.Max = ages[0]
	case len(ages) == 1:
		a.Min = ages[0]
	default:
		return nil
	}
	return a
}

// upperBound reports a word for "at most" shortly before i.
func upperBound(s string, i int) bool {
	before := s[max(0, i-32):i]
	for _, w := range []string{"max", "maks", "below", "under", "up to", "not more", "less than", "di bawah", "dưới", "tối đa", "ไม่เกิน", "ບໍ່ເກີນ", "មិនលើស", "以下", "以内", "이하", "до ", "moins de", "até", "hasta", "menor", "اقل من", "لا يزيد", "kadar", "altı", "अधिकतम", "সর্বোচ্চ"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// headcount reads the number before a word for people.
func headcount(s string, h hit) int {
	from, to, ok := numbersBefore(s, h.start)
	if !ok || to-from > 4 {
		return 0
	}
	v := 0
	for _, c := range []byte(s[from:to]) {
		if !isDigit(c) {
			return 0
		}
		v = v*10 + int(c-'0')
	}
	if v > 2000 {
		return 0
	}
	return v
}
