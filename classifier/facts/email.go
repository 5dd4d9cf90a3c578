package facts

import (
	"strings"
	"unicode/utf8"
)

// apart reads an address whose signs stand alone, "hr @ example . com", around what
// stands for the at sign from i to k. When that is the sign itself, a dot that stands
// alone or a host of mailboxes must show that it is no "here @ example.com".
func (c *collector) apart(i, k int, word bool) bool {
	s := c.f.Folded
	left := i
	for left > 0 && s[left-1] == ' ' && i-left < 3 {
		left--
	}
	from := left
	for from > 0 && left-from < 64 && (isHandle(s[from-1]) || s[from-1] == '.' || s[from-1] == '-') {
		from--
	}
	if from == left || from > 0 && (s[from-1] == '@' || s[from-1] == '/') {
		return false
	}
	k = skipSpace(s, k, 2)
	var host [128]byte
	n, end := 0, k
	for n < len(host) && k < len(s) {
		from := k
		for k < len(s) && n < len(host) && (isHandle(s[k]) || s[k] == '-') {
			host[n] = s[k]
			n, k = n+1, k+1
		}
		if k == from {
			break
		}
		end = k
		d := spokenDot(s, k)
		if d == 0 || n == len(host) {
			break
		}
		host[n] = '.'
		n, k = n+1, k+d
		word = word || d > 1
	}
	h := strings.TrimRight(string(host[:n]), ".")
	if !isDomain(h) || !mailDomain(h) || !word && !mailHost(h) {
		return false
	}
	c.add("email", s[from:left]+"@"+h, from, end)
	return true
}

// spokenDot is the length of what stands for a dot at i, with the spaces around it, or 0.
func spokenDot(s string, i int) int {
	k := skipSpace(s, i, 2)
	if k == len(s) {
		return 0
	}
	w := 0
	switch {
	case s[k] == '.':
		w = 1
	case k == i:
		return 0
	default:
		for _, d := range []string{"dot ", "d0t ", "punto ", "ponto ", "point ", "nokta ", "titik ", "chấm ", "точка "} {
			if strings.HasPrefix(s[k:], d) {
				w = len(d)
			}
		}
	}
	if w == 0 {
		return 0
	}
	k = skipSpace(s, k+w, 2)
	if k == len(s) || !isHandle(s[k]) {
		return 0
	}
	return k - i
}

// mailDomain reports top-level domains that no sentence goes on with.
func mailDomain(h string) bool {
	switch h[strings.LastIndexByte(h, '.')+1:] {
	case "com", "net", "org", "info", "biz", "co", "io", "me", "cc", "ru", "cn", "sg", "my", "ph", "vn", "th", "kh", "id", "in", "bd", "pk", "np", "lk", "jp", "kr", "tw", "hk", "br", "pe", "mx", "ke", "tz", "et", "ma", "eg", "tr", "fr", "uk", "mm", "la", "ae", "qa", "sa":
		return true
	}
	return false
}

// mailHost reports the commonest hosts of mailboxes.
func mailHost(h string) bool {
	switch name, _, _ := strings.Cut(h, "."); name {
	case "gmail", "yahoo", "hotmail", "outlook", "icloud", "proton", "protonmail", "mail", "yandex", "qq", "163", "126", "naver", "daum", "ymail", "live", "gmx":
		return true
	}
	return false
}

// spokenEmail reads "name at host dot com" around the last words of it, at h.
func (c *collector) spokenEmail(h hit) {
	s := c.f.Folded
	from := max(0, h.start-80)
	for i := h.start; i > from; {
		_, n := utf8.DecodeLastRuneInString(s[:i])
		i -= n
		if s[i] == '\n' {
			return
		}
		if s[i] != ' ' {
			continue
		}
		for _, at := range []string{" at ", " arroba ", " собака ", " et ", " a còng ", " ät "} {
			if strings.HasPrefix(s[i:], at) && c.apart(i, i+len(at), true) {
				return
			}
		}
	}
}
