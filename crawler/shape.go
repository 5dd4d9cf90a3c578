package crawler

import (
	"net/url"
	"slices"
	"strings"
)

// maxShapes bounds how many shapes of addresses are told apart in one site. Past
// that the first part of a path counts like any other.
const maxShapes = 2000

// shapes names the shapes of a site's addresses: pages made by one template have
// one shape. It is not safe for concurrent use.
type shapes struct{ known map[string]bool }

// of is the shape of an address.
func (x *shapes) of(u *url.URL) string {
	s := shapeOf(u, true)
	if x.known[s] {
		return s
	}
	if len(x.known) >= maxShapes {
		return shapeOf(u, false)
	}
	if x.known == nil {
		x.known = map[string]bool{}
	}
	x.known[s] = true
	return s
}

// shapeOf is host, path and query with what varies taken out: the first part of the
// path stays as it is when it is a word without digits, every other becomes its class, and of the
// query only the names stay, in order.
func shapeOf(u *url.URL, literal bool) string {
	var b strings.Builder
	b.WriteString(hostPort(u))
	for i, part := range strings.Split(strings.Trim(u.Path, "/"), "/") {
		b.WriteByte('/')
		if c := classOf(part); c != "w" || i > 0 || !literal || len(part) > 40 || strings.ContainsAny(part, "0123456789") {
			part = c
		}
		b.WriteString(part)
	}
	if u.RawQuery == "" {
		return b.String()
	}
	var names []string
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(p, "=")
		if classOf(name) != "w" || len(name) > 40 {
			name = "*" // names that are made, too
		}
		if c := classOf(value); c == "date" {
			name += "=" + c
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return b.String() + "?" + strings.Join(slices.Compact(names), "&")
}

// classOf is what kind of value a part of an address is: "" for none, "#" for a
// number, "date", "id" for letters and digits that look drawn, and "w" for words.
func classOf(s string) string {
	if s == "" {
		return ""
	}
	digits, letters, other := 0, 0, 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			letters++
		default:
			other++
		}
	}
	switch {
	case dated(s):
		return "date"
	case letters == 0 && digits > 0:
		return "#"
	case digits*3 >= letters && digits >= 4 && other <= 4:
		return "id"
	}
	return "w"
}

// dated reports 2026-11, 2026-11-22, 20261122 and their like, or the year of one.
func dated(s string) bool {
	if len(s) < 6 || len(s) > 10 {
		return false
	}
	var d []byte
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			d = append(d, c)
		case c != '-' && c != '.' && c != '_':
			return false
		}
	}
	if len(d) != 6 && len(d) != 8 {
		return false
	}
	year, month := string(d[:4]), string(d[4:6])
	return year >= "1900" && year <= "2999" && month >= "01" && month <= "12"
}

// calendar reports a shape that looks like a calendar or a search by date: those go
// on forever in both directions.
func calendar(u *url.URL, shape string) bool {
	low := strings.ToLower(shape)
	if _, query, ok := strings.Cut(low, "?"); ok {
		if strings.Contains(query, "=date") {
			return true
		}
		n := 0
		for name := range strings.SplitSeq(query, "&") {
			switch name {
			case "year", "yr", "month", "mon", "day", "week", "date", "ical", "tribe-bar-date", "calendar_month", "yyyy", "mm":
				n++
			}
		}
		if n >= 2 || n == 1 && strings.Contains(low, "cal") {
			return true
		}
	}
	_, path, _ := strings.Cut(low, "/")
	path, _, _ = strings.Cut(path, "?")
	if strings.Contains(path, "calendar") || strings.HasSuffix(path, "/date") || path == "date" {
		return true
	}
	// …/2026/11 and …/2026/11/22, with nothing said after it.
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	n := len(parts)
	for _, at := range []int{n - 2, n - 3} {
		if at >= 0 && len(parts[at]) == 4 && dated(parts[at]+"01") && classOf(parts[at+1]) == "#" && len(parts[at+1]) <= 2 && (at == n-2 || classOf(parts[n-1]) == "#") {
			return true
		}
	}
	return false
}
