package facts

import (
	"strings"
	"unicode/utf8"
)

// employer reads the company that hires: the company field, else the first name
// with a legal form in title or text; and the number of a licence.
func employer(fields []field) (name *Named, licence *Licence) {
	if c := &fields[2]; strings.TrimSpace(c.Folded) != "" {
		name = &Named{Name: strings.TrimSpace(c.Original), Span: c.span(0, len(c.Folded))}
	}
	tries, names := 0, 0 // of licences and of companies
	for _, i := range [...]int{0, 1, 2, 4} {
		f := &fields[i]
		for _, h := range f.hits {
			switch h.kind {
			case wordCompanyEnd:
				if name == nil && names < maxTries {
					names++
					name = f.nameBefore(h)
				}
			case wordCompanyStart:
				if name == nil && names < maxTries {
					names++
					name = f.nameAfter(h)
				}
			case wordLicence:
				if licence.WellFormed() || tries == maxLicences {
					continue
				}
				if threeIn(f.Folded[h.end:min(len(f.Folded), h.end+reachLicence)]) {
					tries++
					if known := f.knownLicence(h); known != nil {
						licence = known
					}
				}
				if licence == nil {
					licence = f.licence(h)
				}
			}
		}
	}
	return name, licence
}

// The length of a company's name, in bytes of folded text.
const (
	minName = 3
	maxName = 80
)

// nameBefore is the name that ends with the legal form at h.
func (f *field) nameBefore(h hit) *Named {
	s := f.Folded
	from := h.start
	for from > 0 && h.start-from < maxName {
		r, n := utf8.DecodeLastRuneInString(s[:from])
		if endsName(r) && r != '/' && r != '(' && r != ')' && !(r == ',' && h.start-from < 2) {
			break
		}
		if r == '.' && from < h.start && s[from] == ' ' && h.start-from > 4 { // the end of a sentence
			break
		}
		from -= n
	}
	if h.start-from >= maxName || strings.HasSuffix(s[from:h.start], "not ") {
		return nil
	}
	return f.named(from, h.end, h.start-from)
}

// nameAfter is the name that begins with the legal form at h: on the same line, as
// long as the original writes it as a name.
func (f *field) nameAfter(h hit) *Named {
	s := f.Folded
	to := h.end
	for to < len(s) && (s[to] == ' ' || s[to] == ':' || s[to] == '.' || s[to] == '"') {
		to++
	}
	from := to
	words, small := 0, -1
	for to < len(s) && to-from < maxName && words < 6 {
		r, n := utf8.DecodeRuneInString(s[to:])
		if endsName(r) && r != '《' && r != '》' || r == '.' && to+1 < len(s) && s[to+1] == ' ' {
			break
		}
		if r == ' ' {
			next := strings.TrimSpace(f.original(to, min(to+2, len(s))))
			if next != "" && isLowerWord(next) { // one small word may stand within a name, two end it
				if small >= 0 {
					to = small
					break
				}
				small = to
			} else {
				small = -1
			}
			words++
		}
		to += n
	}
	if first := f.original(from, min(from+1, len(s))); first != "" && isLowerWord(first) || theCompany(s[from:to]) {
		return nil
	}
	if isLabel(s[h.start:h.end]) {
		return f.named(from, to, to-from)
	}
	return f.named(h.start, to, to-from)
}

// endsName reports signs that stand between a name and the rest of a sentence.
func endsName(r rune) bool {
	switch r {
	case '\n', '\t', ':', '|', ';', '!', '?', ',', '"', '[', ']', '(', ')', '/', '。', '，', '、', '•', '【', '】', '《', '》':
		return true
	}
	return false
}

// theCompany reports what follows the word for company where no name does.
func theCompany(rest string) bool {
	for _, w := range []string{"ฯ", "ที่", "จะ", "ของ", "เรา", "มี", "และ", "จำกัด", "เป็น", "ชั้นนำ", "chúng", "là ", "đang", "的", "是", "提供", "介绍", "简介", "福利", "位于", "地址", "名称", "规模", "性质", "นี้", "ທີ່", "ຂອງ", "យើង", "យេីង"} {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	return false
}

// isLabel reports words that announce a name without being part of it.
func isLabel(w string) bool {
	switch w {
	case "company", "company name", "employer", "公司", "empresa", "compañía", "compania":
		return true
	}
	return false
}

// isLowerWord reports text that begins with a small Latin letter: not a name.
func isLowerWord(s string) bool { return s[0] >= 'a' && s[0] <= 'z' }

func (f *field) named(from, to, length int) *Named {
	s := f.Folded
	for from < to && (s[from] == ' ' || s[from] == '-' || s[from] == '*') {
		from++
	}
	if length < minName || to-from > maxName+40 {
		return nil
	}
	name := strings.TrimSpace(f.original(from, to))
	if utf8.RuneCountInString(name) < 4 {
		return nil
	}
	return &Named{Name: name, Span: f.span(from, to)}
}
