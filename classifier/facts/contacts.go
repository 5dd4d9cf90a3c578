package facts

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// contacts reads what is written as an address, a handle or a link, and ids that
// stand beside the name of a chat program. Phone numbers come later, when the amounts are known.
func (x *Extractor) contacts(into []Contact, f *field, regions []string) []Contact {
	if len(f.signs) == 0 && len(f.hits) == 0 {
		return into
	}
	s := f.Folded
	c := collector{x: x, f: f, regions: regions, found: into, most: len(into) + maxContacts}
	for _, m := range f.signs {
		if len(c.found) >= c.most {
			break
		}
		i := int(m.at)
		if m.run >= 0 {
			c.wallet(int(m.run), i)
			continue
		}
		switch s[i] {
		case '@':
			c.at(i)
		case '.':
			c.dot(i)
		case ':':
			if strings.HasPrefix(s[i:], "://") {
				c.link(i)
			}
		case '(', '[', '{':
			c.hiddenAt(i)
		}
	}
	tries := 0
	for _, h := range f.hits {
		if h.kind != wordApp && h.kind != wordDot {
			continue
		}
		if tries++; tries > maxTries || len(c.found) >= c.most {
			break
		}
		switch h.kind {
		case wordApp:
			c.id(h)
		case wordDot:
			c.spokenEmail(h)
			c.hiddenDot(h.start, h.start+len("dot"))
		}
	}
	return c.found
}

// maxContacts bounds the contacts of one field and kind of reading: a directory of
// numbers is no post.
const maxContacts = 256

// maxTries bounds the words in one field that a contact, or an amount, is looked for
// beside.
const maxTries = 8192

// collector gathers the contacts of one field.
type collector struct {
	x       *Extractor
	f       *field
	regions []string
	found   []Contact
	most    int // contacts that found may hold

	numerals *numerals
	done     int // links are read up to here

	noAddress int // what looked like an address so far, and was none
}

func (c *collector) add(kind, value string, i, j int) {
	if value == "" || len(value) > 256 || len(c.found) >= c.most {
		return
	}
	c.f.take(i, j)
	c.found = append(c.found, Contact{
		Contact: post.Contact{Kind: kind, Value: value, Raw: c.f.original(i, j)},
		Span:    c.f.span(i, j),
	})
}

// verbatim is the original text of a folded range when that is plain ASCII, because
// letter case counts in invitations and wallets; else it is the folded text.
func (c *collector) verbatim(i, j int) string {
	o := c.f.original(i, j)
	for k := range len(o) {
		if o[k] <= ' ' || o[k] >= utf8.RuneSelf {
			return c.f.Folded[i:j]
		}
	}
	return o
}

// low is the same in lower case, free of the squeezing that folding does.
func (c *collector) low(i, j int) string { return strings.ToLower(c.verbatim(i, j)) }

func isHandle(b byte) bool { return isWordByte(rune(b)) || isDigit(b) || b == '_' }

// at reads the e-mail address or handle around the @ at i.
func (c *collector) at(i int) {
	s := c.f.Folded
	from := i
	for from > 0 && i-from < 64 && (isHandle(s[from-1]) || strings.IndexByte(".+-%", s[from-1]) >= 0) {
		from--
	}
	for from < i && (s[from] == '.' || s[from] == '-') {
		from++
	}
	to := i + 1
	for to < len(s) && to-i < 128 && (isHandle(s[to]) || s[to] == '.' || s[to] == '-') {
		to++
	}
	for to > i+1 && (s[to-1] == '.' || s[to-1] == '-') {
		to--
	}
	if from == i && i > 1 && s[i-1] == ' ' && to == i+1 && c.apart(i, i+1, false) {
		return
	}
	if from < i && isDomain(s[i+1:to]) {
		c.add("email", c.low(from, to), from, to)
		return
	}
	if from < i && s[from:i] != "line" && s[from:i] != "tg" && s[from:i] != "telegram" {
		return
	}
	to = i + 1
	for to < len(s) && isHandle(s[to]) {
		to++
	}
	c.handle(i, to)
}

// handle reads @name at i, whose name ends at to: of the program named before it.
func (c *collector) handle(i, to int) {
	s := c.f.Folded
	if n := to - i - 1; n < 4 || n > 32 || isDigit(s[i+1]) && n < 6 {
		return
	}
	kind := "telegram"
	for _, h := range slices.Backward(c.f.hits) {
		if h.end > i+1 || h.kind != wordApp && h.kind != wordOther {
			continue
		}
		if i-h.end > 48 {
			break
		}
		if h.kind == wordOther {
			return
		}
		kind = apps[h.value].kind
		break
	}
	switch kind {
	case "telegram", "line", "facebook", "zalo", "kakaotalk":
	default:
		kind = "telegram"
	}
	c.add(kind, c.low(i+1, to), i, to)
}

// isDomain reports a host name with a top-level domain of letters.
func isDomain(d string) bool {
	dot := strings.LastIndexByte(d, '.')
	if dot < 1 || len(d)-dot < 3 || len(d)-dot > 12 || strings.Contains(d, "..") || strings.Contains(d, "_") {
		return false
	}
	for _, b := range []byte(d[dot+1:]) {
		if !isWordByte(rune(b)) {
			return false
		}
	}
	return true
}

// hiddenAt reads "name (at) host (dot) com", in any brackets.
func (c *collector) hiddenAt(i int) {
	s := c.f.Folded
	if n := bracketed(s, i, "dot"); n > 0 {
		c.hiddenDot(i, i+n)
		return
	}
	n := bracketed(s, i, "at")
	if n == 0 {
		return
	}
	to := i
	for to > 0 && i-to < 2 && s[to-1] == ' ' {
		to--
	}
	from := to
	for from > 0 && to-from < 64 && (isHandle(s[from-1]) || s[from-1] == '.' || s[from-1] == '-') {
		from--
	}
	var host strings.Builder
	k := skipSpace(s, i+n, 2)
	end := k
	for k < len(s) && host.Len() < 100 {
		switch d := bracketed(s, k, "dot"); {
		case d > 0:
			host.WriteByte('.')
			k = skipSpace(s, k+d, 2)
			continue
		case strings.HasPrefix(s[k:], " dot "):
			host.WriteByte('.')
			k += len(" dot ")
			continue
		case s[k] == ' ' && bracketed(s, k+1, "dot") > 0:
			k++
			continue
		case isHandle(s[k]) || s[k] == '-' || s[k] == '.':
			host.WriteByte(s[k])
			k++
			end = k
			continue
		}
		break
	}
	if h := strings.TrimRight(host.String(), ".-"); from < to && isDomain(h) {
		c.add("email", s[from:to]+"@"+h, from, end)
	}
}

// bracketed is the length of word in brackets at i, or 0.
func bracketed(s string, i int, word string) int {
	if i >= len(s) || strings.IndexByte("([{", s[i]) < 0 {
		return 0
	}
	k := skipSpace(s, i+1, 1)
	if !strings.HasPrefix(s[k:], word) {
		return 0
	}
	k = skipSpace(s, k+len(word), 1)
	if k < len(s) && strings.IndexByte(")]}", s[k]) >= 0 {
		return k + 1 - i
	}
	return 0
}

// id reads the id that follows the name of a chat program.
func (c *collector) id(h hit) {
	s := c.f.Folded
	a := apps[h.value]
	if a.kind == "whatsapp" || h.end < len(s) && (s[h.end] == '.' || s[h.end] == '/' || s[h.end] == '@') || h.start > 0 && (s[h.start-1] == '@' || s[h.start-1] == '/' || s[h.start-1] == '.') {
		return // numbers are read as phones, links as links
	}
	k, marked := c.skipFiller(h.end)
	marked = marked || a.trust == asks
	if k >= len(s) || k-h.end > 40 {
		return
	}
	if s[k] == '@' {
		return // read as a handle
	}
	from := k
	for k < len(s) && k-from < 40 && (isHandle(s[k]) || (s[k] == '-' || s[k] == '.') && k+1 < len(s) && isHandle(s[k+1])) {
		k++
	}
	id := c.low(from, k)
	if strings.HasPrefix(s[k:], "://") || !plausible(a, id, marked) {
		return
	}
	if a.kind == "facebook" && !strings.ContainsAny(id, "0123456789_.") && k+1 < len(s) && s[k] == ' ' && isHandle(s[k+1]) {
		return // the first of the words of a name
	}
	c.add(a.kind, id, h.start, k)
}

// skipFiller steps over what stands between the name of a program and the id, and
// tells whether that marks an id.
func (c *collector) skipFiller(i int) (int, bool) {
	s := c.f.Folded
	marked := false
	for i < len(s) {
		switch b := s[i]; {
		case b == ' ' || b == '(' || b == ')' || b == '"' || b == '*' || b == ']' || b == '[':
			i++
		case b == ':' || b == '=' || b == '>' || b == '~' || b == '+' && i+1 < len(s) && !isDigit(s[i+1]):
			marked = true
			i++
		case b == '-' || b == '.' || b == '/':
			i++
		case b == '\n':
			return len(s), false
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if w := fillerAt(s[i:]); w > 0 {
				marked = true
				i += w
			} else if spacingOf(r) == none {
				i += n
			} else {
				return len(s), false
			}
		default:
			w := fillerAt(s[i:])
			if w == 0 {
				return i, marked
			}
			marked = true
			i += w
		}
	}
	return i, marked
}

// fillerAt is the length of a word that announces an id, or 0.
func fillerAt(s string) int {
	for _, w := range []string{"id", "no", "username", "user", "account", "acc", "handle", "number", "is", "me", "us", "contact", "add", "channel", "group", "号", "号码", "账号", "帐号", "群", "联系", "添加", "加", "客服", "是", "아이디", "แอด", "ไอดี", "คือ", "ไอดีไลน์", "айди", "ник", "канал"} {
		if s[0] == w[0] && strings.HasPrefix(s, w) {
			if rest := s[len(w):]; rest == "" || !isHandle(rest[0]) || w[0] >= utf8.RuneSelf {
				return len(w)
			}
		}
	}
	return 0
}

// plausible reports whether id may be an id of a.
func plausible(a app, id string, marked bool) bool {
	letters, digits, under := 0, 0, 0
	for i := range len(id) {
		switch b := id[i]; {
		case isDigit(b):
			digits++
		case isWordByte(rune(b)):
			letters++
		default:
			under++
		}
	}
	n := len(id)
	switch a.kind {
	case "qq":
		return letters == 0 && under == 0 && digits >= 5 && digits <= 11
	case "zalo", "viber":
		return false // numbers: read as phones
	case "signal": // name.01
		dot := strings.LastIndexByte(id, '.')
		return dot > 2 && n-dot > 2 && n-dot < 11 && onlyDigits(id[dot+1:]) == id[dot+1:] && letters > 0
	case "telegram":
		if n < 5 || n > 32 || letters == 0 || strings.ContainsAny(id, "-.") {
			return false
		}
	case "wechat":
		if n < 5 || n > 20 || digits == 11 && letters == 0 {
			return false
		}
	default:
		if n < 4 || n > 30 || letters == 0 && a.kind == "facebook" {
			return false
		}
	}
	if letters == 0 {
		return marked && digits >= 5
	}
	if a.trust == emoji {
		return marked && digits+under > 0
	}
	if digits > 0 || under > 0 {
		return a.trust != weak || marked || a.kind == "wechat" || a.kind == "telegram"
	}
	return marked && !commonWord(id)
}

// commonWord reports words that follow the name of a chat program without being an id.
func commonWord(w string) bool {
	switch w {
	case "http", "https", "www", "here", "group", "channel", "only", "number", "account", "please", "link", "below", "chat", "username", "message", "contact", "support", "official", "telegram", "whatsapp", "wechat", "viber", "signal", "facebook", "messenger", "email", "phone", "groups", "users", "and", "manager", "leader", "staff", "production", "sales", "cook", "operator", "maintenance", "position", "hotline", "website", "apply", "job", "jobs":
		return true
	}
	return false
}
