package facts

import (
	"net/url"
	"slices"
	"strings"
)

// host is a site whose links are contacts of a kind.
type host struct {
	left  string // what stands before the last dot
	right string // and after it
	kind  string
}

// hosts are written whole or pulled apart ("t . me / x").
var hosts = []host{
	{"t", "me", "telegram"}, {"telegram", "me", "telegram"}, {"telegram", "dog", "telegram"},
	{"wa", "me", "whatsapp"}, {"api.whatsapp", "com", "whatsapp"}, {"chat.whatsapp", "com", "whatsapp"},
	{"line", "me", "line"}, {"lin", "ee", "line"}, {"zalo", "me", "zalo"}, {"m", "me", "facebook"},
	{"open.kakao", "com", "kakaotalk"}, {"facebook", "com", "facebook"}, {"fb", "com", "facebook"}, {"fb", "me", "facebook"}, {"signal", "me", "signal"},
}

// dot reads the link of a known host around the dot at i, spaces and all.
func (c *collector) dot(i int) {
	s := c.f.Folded
	if i < c.done {
		return
	}
	left := i
	for left > 0 && i-left < 2 && s[left-1] == ' ' {
		left--
	}
	if c.known(left, skipSpace(s, i+1, 2), 1) {
		return
	}
	if i >= 3 && s[i-3:i] == "www" && (i == 3 || !isHandle(s[i-4])) && (i < 6 || s[i-6:i-3] != "://") {
		if to := linkEnd(s, i-3); to > i+1 && !isKnown(s[i+1:to]) {
			c.url(i-3, to, "http://")
		}
		return
	}
	c.bare(i)
}

// known reads the link of a known host whose last dot, of dot bytes when it is
// written as one should, stands between left and right. It reports whether there is one.
func (c *collector) known(left, right, dot int) bool {
	s := c.f.Folded
	if right >= len(s) || s[right] > 'm' || s[right] < 'c' { // no host ends otherwise
		return false
	}
	for k := range hosts {
		h := &hosts[k]
		if s[right] != h.right[0] || left == 0 || s[left-1] != h.left[len(h.left)-1] {
			continue
		}
		start := beforeWord(s, left, h.left)
		if start < 0 || start > 0 && isHandle(s[start-1]) {
			continue
		}
		end, ok := afterWord(s, right, h.right)
		if !ok {
			continue
		}
		k := skipSpace(s, end, 2)
		slash := slashAt(s, k)
		if slash == 0 {
			continue
		}
		spread := right-left != dot || k > end || start < left-len(h.left) || slash > 1
		k += slash
		if spread {
			k = skipSpace(s, k, 2)
		}
		to := linkEnd(s, k)
		if to > k {
			if start >= 4 && strings.HasSuffix(s[:start], "www.") {
				start -= 4
			}
			for _, p := range []string{"https://", "http://"} {
				start -= len(p) * b2i(strings.HasSuffix(s[:start], p))
			}
			c.path(*h, k, to, start)
			c.done = to
		}
		return true
	}
	return false
}

// slashAt is the length of the slash at i, as a sign or a word, or 0.
func slashAt(s string, i int) int {
	switch {
	case i >= len(s):
		return 0
	case s[i] == '/':
		return 1
	case strings.HasPrefix(s[i:], "slash "):
		return len("slash ")
	case bracketed(s, i, "slash") > 0:
		return bracketed(s, i, "slash")
	}
	return 0
}

// hiddenDot reads the link of a known host whose dot is written as a word, from i to
// j, brackets included.
func (c *collector) hiddenDot(i, j int) {
	s := c.f.Folded
	for n := 0; n < 2 && i > 0 && s[i-1] == ' '; n++ {
		i--
	}
	if i >= c.done {
		c.known(i, skipSpace(s, j, 2), 0)
	}
}

// bare reads an address without scheme around the dot at i (bit.ly/x): only with a path, and
// only under top-level domains that no sentence goes on with.
func (c *collector) bare(i int) {
	s := c.f.Folded
	tld := i + 1
	for tld < len(s) && isWordByte(rune(s[tld])) && tld-i < 8 {
		tld++
	}
	if tld >= len(s) || s[tld] != '/' {
		return
	}
	switch s[i+1 : tld] {
	case "ly", "com", "net", "org", "io", "cc", "co", "gl", "xyz", "top", "vip", "info", "link", "click", "site", "online", "shop", "biz", "app", "page", "club", "live", "pro", "bet":
	default:
		return
	}
	from := i
	for from > 0 && i-from < 64 && (isHandle(s[from-1]) || s[from-1] == '.' || s[from-1] == '-') {
		from--
	}
	if to := linkEnd(s, from); from < i && to > tld+1 && (from == 0 || s[from-1] != '@' && s[from-1] != '/') {
		c.url(from, to, "http://")
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// beforeWord is the start of word that ends before i, written together or, if it is
// short, letter by letter; -1 when it is not there.
func beforeWord(s string, i int, word string) int {
	for k := len(word) - 1; k >= 0; k-- {
		if k < len(word)-1 && len(word) < 4 && i > 0 && s[i-1] == ' ' {
			i--
		}
		if i == 0 || s[i-1] != word[k] {
			return -1
		}
		i--
	}
	return i
}

// afterWord is the end of word at i, written together or letter by letter.
func afterWord(s string, i int, word string) (int, bool) {
	for k := range len(word) {
		if k > 0 {
			i = skipSpace(s, i, 1)
		}
		if i >= len(s) || s[i] != word[k] {
			return 0, false
		}
		i++
	}
	return i, i == len(s) || !isHandle(s[i])
}

// linkEnd is the end of the link at i: up to a space or what closes it.
func linkEnd(s string, i int) int {
	k := i
	for k < len(s) && k-i < 500 && s[k] > ' ' && s[k] < 0x7f && strings.IndexByte("<>\"'`|\\^{}", s[k]) < 0 {
		k++
	}
	for k > i && strings.IndexByte(".,;:!?)]*-", s[k-1]) >= 0 {
		k--
	}
	return k
}

// path reads the contact from the path of a link of h; start is where the link begins.
func (c *collector) path(h host, i, to, start int) {
	path := c.verbatim(i, to)
	clean, query, _ := strings.Cut(path, "?")
	clean = strings.Trim(clean, "/")
	parts := strings.Split(clean, "/")
	first := strings.ToLower(parts[0])
	switch h.kind {
	case "telegram":
		switch {
		case first == "s" && len(parts) > 1:
			first = strings.ToLower(parts[1])
		case first == "joinchat" && len(parts) > 1:
			first = "+" + parts[1]
		case strings.HasPrefix(parts[0], "+"):
			first = parts[0]
		case first == "share" || first == "proxy" || first == "addstickers" || first == "c" || first == "iv":
			return
		}
		c.add(h.kind, first, start, to)
	case "whatsapp":
		number := first
		if h.left == "api.whatsapp" {
			v, _ := url.ParseQuery(query)
			number = v.Get("phone")
		}
		if h.left == "chat.whatsapp" {
			c.add(h.kind, "chat.whatsapp.com/"+parts[0], start, to)
		} else if d := onlyDigits(number); len(d) >= 7 && len(d) <= 15 {
			c.add(h.kind, "+"+d, start, to)
		} else if first == "qr" || first == "message" {
			c.add(h.kind, "wa.me/"+clean, start, to)
		}
	case "line":
		id := strings.TrimPrefix(strings.TrimPrefix(parts[len(parts)-1], "~"), "%7e")
		id = strings.TrimPrefix(strings.TrimPrefix(id, "@"), "%40")
		if h.left == "lin" || slices.Contains(parts, "g2") {
			id = clean
		} else {
			id = strings.ToLower(id)
		}
		c.add(h.kind, id, start, to)
	case "zalo", "signal":
		if d := onlyDigits(first); len(d) >= 8 && len(d) == len(strings.TrimPrefix(first, "+")) {
			c.add(h.kind, c.x.international(d, c.regions), start, to)
		} else {
			c.add(h.kind, clean, start, to)
		}
	case "kakaotalk":
		c.add(h.kind, clean, start, to)
	case "facebook":
		c.add(h.kind, facebookName(parts, query), start, to)
	}
}

// facebookName is the page, profile or group that a path names, empty for links
// that name none.
func facebookName(parts []string, query string) string {
	switch first := strings.ToLower(parts[0]); first {
	case "sharer", "sharer.php", "share", "dialog", "watch", "hashtag", "login", "events", "reel", "story.php", "photo", "photo.php", "permalink.php", "":
		return ""
	case "profile.php":
		v, _ := url.ParseQuery(query)
		return v.Get("id")
	case "groups", "pages", "people", "messages":
		if len(parts) > 1 {
			return first + "/" + strings.ToLower(strings.Join(parts[1:min(3, len(parts))], "/"))
		}
		return ""
	default:
		return first
	}
}

// link reads the address around :// at i, unless it is one of a known host, which
// its dot will bring up.
func (c *collector) link(i int) {
	if i < c.done || c.noAddress > maxNoAddress {
		return
	}
	s := c.f.Folded
	from := i
	for from > 0 && isWordByte(rune(s[from-1])) && i-from < 8 {
		from--
	}
	if scheme := s[from:i]; scheme != "http" && scheme != "https" {
		return
	}
	to := linkEnd(s, from)
	if to > i+3 && !isKnown(strings.TrimPrefix(s[i+3:to], "www.")) {
		c.url(from, to, "")
	}
}

// isKnown reports an address of a host whose dot brings it up.
func isKnown(address string) bool {
	for _, h := range hosts {
		if strings.HasPrefix(address, h.left+"."+h.right+"/") {
			return true
		}
	}
	return false
}

// maxNoAddress bounds what looks like an address and is none, in one field.
const maxNoAddress = 100

// url adds a plain address in normal form: lower-case host, no fragment.
func (c *collector) url(from, to int, scheme string) {
	if from < c.done || c.noAddress > maxNoAddress {
		return
	}
	u, err := url.Parse(scheme + c.verbatim(from, to))
	if err != nil || !isDomain(strings.ToLower(u.Hostname())) {
		c.noAddress++
		return
	}
	u.Host, u.Fragment, u.User = strings.ToLower(u.Host), "", nil
	u.Scheme = strings.ToLower(u.Scheme)
	c.add("url", u.String(), from, to)
	c.done = to
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
