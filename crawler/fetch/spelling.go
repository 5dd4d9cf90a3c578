package fetch

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// literal reads the host of a URL the way browsers and C libraries do when it is
// an IP address in any spelling: with a trailing dot, in decimal, octal or
// hexadecimal, with fewer than four parts, in full-width or circled digits, with
// ideographic full stops, with invisible characters inside. numeric reports that
// the host is such an address or tries to be one; a is then the address, invalid
// when there is none of that spelling. A name gives neither.
//
// It follows the "ends in a number" and IPv4 parsers of the WHATWG URL standard.
func literal(host string) (a netip.Addr, numeric bool) {
	if strings.Contains(host, ":") { // IPv6; url.Parse took the brackets off
		a, err := netip.ParseAddr(host)
		if err != nil {
			return netip.Addr{}, true
		}
		return a, true
	}
	host = strings.Map(func(r rune) rune {
		switch {
		case r == '。': // U+3002, which U+FF61 was folded to as well
			return '.'
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r): // soft hyphens, joiners, selectors
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(host))
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if !numberLike(parts[len(parts)-1]) {
		return netip.Addr{}, false
	}
	if len(parts) > 4 {
		return netip.Addr{}, true
	}
	var sum uint64
	for i, p := range parts {
		n, ok := number(p)
		last := i == len(parts)-1
		if !ok || !last && n > 255 || last && n >= 1<<(8*(5-len(parts))) {
			return netip.Addr{}, true
		}
		if last {
			sum |= n
		} else {
			sum |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}

// numberLike reports whether a last label makes its host an IPv4 address.
func numberLike(s string) bool {
	if s == "" {
		return false
	}
	if strings.Trim(s, "0123456789") == "" {
		return true
	}
	_, ok := number(s)
	return ok
}

// number reads one part in decimal, octal (0…) or hexadecimal (0x…).
func number(s string) (uint64, bool) {
	base := 10
	switch {
	case strings.HasPrefix(s, "0x"):
		if s = s[2:]; s == "" {
			return 0, true // the standard reads a bare 0x as zero
		}
		base = 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if strings.ContainsAny(s, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 40)
	return n, err == nil
}
