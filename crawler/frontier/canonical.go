package frontier

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// Bounds on a URL. They keep out the shapes that endless calendars and broken
// relative links make; each is above what real sites use.
const (
	MaxURL      = 2048 // bytes
	MaxSegments = 24   // of the path
	MaxRepeats  = 3    // of one path segment
	MaxParams   = 16   // of the query
)

// ErrNotWeb is a URL of another scheme, or without a host.
var ErrNotWeb = errors.New("not a web address")

// ErrTrap is a URL shaped like those that crawler traps make.
var ErrTrap = errors.New("shaped like a crawler trap")

// Canonical brings a URL to the one form under which it is known, by the WHATWG
// rules (lower-case host, IDNA, default port and dot segments gone, percent
// encodings made uniform), and then:
//   - the fragment is dropped;
//   - credentials are refused;
//   - parameters that only track (utm_*, fbclid, gclid and the like) are dropped;
//   - sessions are dropped (;jsessionid=, /(S(…))/, PHPSESSID= and the like);
//   - an empty query loses its question mark;
//   - a trailing dot of the host is dropped.
//
// Parameters are not sorted: sites exist whose pages differ by their order, and
// links of one site are written in one order anyway. It returns the host too,
// with its port when that is not the scheme's own.
func Canonical(raw string) (canonical, host string, err error) {
	if len(raw) > MaxURL {
		return "", "", fmt.Errorf("url of %d bytes: %w", len(raw), ErrTrap)
	}
	if canonical, host, path, query, ok := simple(raw); ok {
		if err := trap(path, query); err != nil {
			return "", "", err
		}
		return canonical, host, nil
	}
	return parsed(raw)
}

// parsed is Canonical by the full parser, which takes fifty times as long as
// [simple] and knows everything.
func parsed(raw string) (canonical, host string, err error) {
	u, err := whatwg.NewParser(whatwg.WithPercentEncodeSinglePercentSign()).Parse(raw)
	if err != nil {
		return "", "", fmt.Errorf("parse url: %w", err)
	}
	if s := u.Scheme(); s != "http" && s != "https" || u.Hostname() == "" {
		return "", "", fmt.Errorf("%s: %w", u.Scheme(), ErrNotWeb)
	}
	if u.Username() != "" || u.Password() != "" {
		return "", "", fmt.Errorf("url with credentials: %w", ErrNotWeb)
	}
	if h := u.Hostname(); strings.HasSuffix(h, ".") {
		u.SetHostname(strings.TrimRight(h, "."))
	}
	if p := u.Pathname(); mayHoldSession(p) {
		u.SetPathname(withoutSession(p))
	}
	if q := u.Query(); q != "" || u.Search() != "" || strings.Contains(raw, "?") {
		u.SetSearch(clean(q))
	}
	canonical = u.Href(true)
	if err := trap(u.Pathname(), u.Query()); err != nil {
		return "", "", err
	}
	if len(canonical) > MaxURL {
		return "", "", fmt.Errorf("url of %d bytes: %w", len(canonical), ErrTrap)
	}
	return canonical, u.Host(), nil
}

// clean drops tracking parameters and leaves the rest byte for byte.
func clean(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	parts = slices.DeleteFunc(parts, func(p string) bool {
		name, value, _ := strings.Cut(p, "=")
		name = strings.ToLower(name)
		return p == "" || tracking(name) || sessionName(name) || maybeSession(name, value)
	})
	return strings.Join(parts, "&")
}

func tracking(name string) bool {
	if strings.HasPrefix(name, "utm_") {
		return true
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid",
		"igsh", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id":
		return true
	}
	return false
}

// simple handles the URLs that most links are: plain ASCII without anything that
// the parser would change. ok is false for all others. That both agree is fuzzed.
func simple(raw string) (canonical, host, path, query string, ok bool) {
	raw, _, _ = strings.Cut(raw, "#")
	rest, secure := strings.CutPrefix(raw, "https://")
	if !secure {
		if rest, ok = strings.CutPrefix(raw, "http://"); !ok {
			return "", "", "", "", false
		}
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 || !simpleHost(rest[:slash], secure) {
		return "", "", "", "", false
	}
	host, path = rest[:slash], rest[slash:]
	path, query, hasQuery := strings.Cut(path, "?")
	if mayHoldSession(path) {
		return "", "", "", "", false
	}
	for i := range len(path) {
		if c := path[i]; !plain(c) || c == '.' && path[i-1] == '/' { // a path starts with a slash
			return "", "", "", "", false
		}
	}
	for i := range len(query) {
		if c := query[i]; !plain(c) && c != '?' {
			return "", "", "", "", false
		}
	}
	if !hasQuery {
		return raw, host, path, "", true
	}
	kept := clean(query)
	if len(kept) == len(query) && query != "" {
		return raw, host, path, query, true
	}
	head := raw[:len(raw)-len(query)-1]
	if kept == "" {
		return head, host, path, "", true
	}
	return head + "?" + kept, host, path, kept, true
}

// plain reports whether the parser leaves c alone, in a path and in a query.
func plain(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("/-_.~!$&()*+,;=:@", c) >= 0
}

// simpleHost accepts lower-case names that do not end in a number and hold no
// punycode, dotted IPv4 addresses, and ports that are not the scheme's own.
func simpleHost(host string, secure bool) bool {
	name, port, hasPort := strings.Cut(host, ":")
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || port[0] == '0' || port[0] == '+' || secure && n == 443 || !secure && n == 80 {
			return false
		}
	}
	if name == "" || len(name) > 253 || strings.Contains(name, "xn--") {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' && i > 0 && name[i-1] != '.') {
			return false
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if last == "" {
		return false
	}
	if last[0] >= 'a' && last[0] <= 'z' {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.Is4()
}

func trap(path, query string) error {
	if n := strings.Count(path, "/"); n > MaxRepeats { // fewer cannot be too many
		segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
		if len(segments) > MaxSegments {
			return fmt.Errorf("%d path segments: %w", len(segments), ErrTrap)
		}
		seen := map[string]int{}
		for _, s := range segments {
			if seen[s]++; seen[s] > MaxRepeats {
				return fmt.Errorf("path segment repeats: %w", ErrTrap)
			}
		}
	}
	if n := strings.Count(query, "&") + 1; n > MaxParams {
		return fmt.Errorf("%d parameters: %w", n, ErrTrap)
	}
	return nil
}
