package source

import "strings"

// hasContact reports whether contactRE matches s. A page of prose is read many
// times faster so: only what stands around an @, a slash, a colon or a digit is
// looked at.
func hasContact(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '@':
			if mailAt(s, i) || handleAt(s, i) || chatNamed(s[:i], s[i+1:]) {
				return true
			}
		case c == '/':
			if i+1 < len(s) && !blank(s[i+1]) && endsWithAny(s[:i], chatSites) {
				return true
			}
		case c == ':':
			if chatNamed(s[:i], s[i+1:]) {
				return true
			}
		case c == 0xEF && strings.HasPrefix(s[i:], "："):
			if chatNamed(s[:i], s[i+len("："):]) {
				return true
			}
		case digit(c):
			if phoneAt(s[i:]) {
				return true
			}
		}
	}
	return false
}

var (
	chatSites = []string{"t.me", "telegram.me", "wa.me", "line.me", "lin.ee", "zalo.me", "m.me"}
	chatNames = []string{"telegram", "whatsapp", "whatapp", "wechat", "weixin", "微信", "line id", "line", "ไลน์", "zalo", "viber", "skype", "kakao", "kakaotalk", "카톡", "飞机", "qq", "tg", "wx", "v信"}
)

// mailAt reports a mail address around the @ at i.
func mailAt(s string, i int) bool {
	if i == 0 || !wordByte(s[i-1]) && strings.IndexByte(".+-", s[i-1]) < 0 {
		return false
	}
	j := i + 1
	for j < len(s) && (wordByte(s[j]) || s[j] == '-') {
		j++
	}
	return j > i+1 && j+1 < len(s) && s[j] == '.' && (wordByte(s[j+1]) || s[j+1] == '.' || s[j+1] == '-')
}

// handleAt reports a name behind the @ at i: a letter, then four to 31 letters,
// digits or low lines.
func handleAt(s string, i int) bool {
	if i > 0 && (wordByte(s[i-1]) || s[i-1] == '@') || i+1 == len(s) || !letter(s[i+1]) {
		return false
	}
	j := i + 2
	for j < len(s) && j <= i+33 && wordByte(s[j]) {
		j++
	}
	return j-i-1 >= 5 && j-i-1 <= 32
}

// chatNamed reports the name of a messenger at the end of before, perhaps
// followed by "id", and anything at all in after.
func chatNamed(before, after string) bool {
	before = strings.TrimRight(before, blanks)
	if !endsWithAny(before, chatNames) {
		n := len(before) - len("id")
		if n < 0 || !strings.EqualFold(before[n:], "id") || !endsWithAny(strings.TrimRight(before[:n], blanks), chatNames) {
			return false
		}
	}
	return strings.TrimLeft(after, blanks) != ""
}

// phoneAt reports a number of nine to 19 digits, blanks, brackets, dots and
// dashes that s begins with.
func phoneAt(s string) bool {
	n := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if n >= 8 {
				return true
			}
		case !strings.ContainsRune(blanks+"().–-", r):
			return false
		}
		if n++; n > 18 || i > 64 {
			return false
		}
	}
	return false
}

// hasMoney reports whether low, which is lower case, holds a sum of money: a
// number with a currency before or behind it.
func hasMoney(low string) bool {
	for i := 0; i < len(low); i++ {
		if !digit(low[i]) {
			continue
		}
		before := low[:i]
		if endsWithAny(before, moneyBefore) || i > 0 && blank(low[i-1]) && endsWithAny(before[:i-1], moneyBefore) {
			return true
		}
		for i+1 < len(low) && (digit(low[i+1]) || low[i+1] == '.' || low[i+1] == ',') {
			i++
		}
		if after := low[i+1:]; moneyFollows(after) {
			return true
		}
	}
	return false
}

var (
	moneySigns  = []string{"$", "€", "£", "¥", "₹", "฿", "₫", "៛", "₱", "₩", "₽", "usd", "usdt", "rmb", "thb", "vnd", "khr", "baht", "บาท", "myr", "idr", "php", "inr", "eur", "czk", "kč", "pln", "zł", "руб", "元", "円", "원", "đồng"}
	moneyBefore = append([]string{"rm", "rp", "triệu", "juta"}, moneySigns...)
	moneyAfter  = append([]string{"đ"}, moneySigns...)
	moneyUnits  = []string{"", "k", "千", "万", "萬", "triệu", "tr", "juta", "jt"}
)

// moneyFollows reports a currency at the head of s, perhaps behind a blank, a
// unit and another blank.
func moneyFollows(s string) bool {
	for _, s := range []string{s, withoutBlank(s)} {
		for _, u := range moneyUnits {
			if rest, ok := cutFold(s, u); ok && (startsWithAny(rest, moneyAfter) || startsWithAny(withoutBlank(rest), moneyAfter)) {
				return true
			}
		}
	}
	return false
}

// blanks is white space as regular expressions know it.
const blanks = " \t\n\f\r"

func blank(c byte) bool  { return strings.IndexByte(blanks, c) >= 0 }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }

func withoutBlank(s string) string {
	if s != "" && blank(s[0]) {
		return s[1:]
	}
	return s
}

func cutFold(s, head string) (string, bool) {
	if len(s) < len(head) || !strings.EqualFold(s[:len(head)], head) {
		return s, false
	}
	return s[len(head):], true
}

func startsWithAny(s string, words []string) bool {
	for _, w := range words {
		if _, ok := cutFold(s, w); ok {
			return true
		}
	}
	return false
}

func endsWithAny(s string, words []string) bool {
	for _, w := range words {
		if len(s) >= len(w) && strings.EqualFold(s[len(s)-len(w):], w) {
			return true
		}
	}
	return false
}
