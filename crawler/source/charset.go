package source

import (
	"bytes"
	endian "encoding/binary"
	"mime"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// metaWindow is how far into a body a declaration is looked for. The standard
// says 1024 bytes; pages put it later.
const metaWindow = 16 << 10

var (
	metaRE   = regexp.MustCompile(`(?i)<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-z0-9][a-z0-9_:.-]{1,40})`)
	prologRE = regexp.MustCompile(`(?i)^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([a-z0-9][a-z0-9_:.-]{1,40})["']`)
	cssRE    = regexp.MustCompile(`(?i)^\s*@charset\s+"([a-z0-9_-]+)"`)
)

// Decode turns a body into UTF-8 and names the charset it was in, by its WHATWG
// name. In this order it believes: a byte order mark; bytes that are valid UTF-8;
// the charset that HTTP, the XML prolog or a meta element declares, if the bytes
// are valid in it and do not look clearly better in another; what the letters
// look like. What no charset explains becomes U+FFFD.
func Decode(body []byte, contentType string) (text, name string) {
	if enc, n, skip := byBOM(body); enc != nil {
		return decodeWith(enc, body[skip:]), n
	}
	if g := utf16Guess(body); g != "" {
		return decodeWith(utf16Encoding(g), body), g
	}
	declared := declaredCharset(body, contentType)
	if escaped := iso2022(body); escaped != "" && (declared == "" || declared == "utf-8" || declared == escaped || declared == "windows-1252") {
		return decodeNamed(escaped, body), escaped
	}
	if multibyte, bad := utf8Shape(body); bad == 0 {
		if multibyte == 0 && declared != "" && declared != "utf-8" && declared != "hz-gb-2312" {
			return validText(body), declared // plain ASCII in any of them
		}
		if declared == "" || declared == "utf-8" || multibyte > 2 || bytes.ContainsFunc(body, func(r rune) bool { return r >= 0x800 }) {
			return validText(body), "utf-8"
		} // else two pairs of bytes may be valid by chance
	} else if bad*200 <= multibyte { // UTF-8 with a broken place or two
		return validText(body), "utf-8"
	}
	best := detect(body, declared)
	if best == "utf-8" || best == "" {
		if declared == "" || declared == "utf-8" {
			return validText(body), "utf-8"
		}
		best = declared
	}
	return decodeNamed(best, body), best
}

// declaredCharset is the first believable declaration, as a WHATWG name.
func declaredCharset(body []byte, contentType string) string {
	var labels []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		labels = append(labels, params["charset"])
	} else if _, v, ok := strings.Cut(strings.ToLower(contentType), "charset="); ok {
		labels = append(labels, strings.Trim(v, `"' ;`))
	}
	head := body[:min(len(body), metaWindow)]
	for _, re := range []*regexp.Regexp{prologRE, metaRE, cssRE} {
		if m := re.FindSubmatch(head); m != nil {
			labels = append(labels, string(m[1]))
		}
	}
	for _, l := range labels {
		if n := canonicalCharset(l); n != "" {
			return n
		}
	}
	return ""
}

// canonicalCharset is the WHATWG name of a label, "" for none.
func canonicalCharset(label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	switch label {
	case "", "binary", "none", "unknown":
		return ""
	case "utf8mb4", "utf_8":
		return "utf-8"
	case "cp949", "uhc":
		return "euc-kr"
	case "cp936", "gb_18030":
		return "gb18030"
	case "cp950":
		return "big5"
	case "cp874", "iso-8859-11", "tis620":
		return "windows-874"
	}
	e, name := charset.Lookup(label)
	if e == nil || name == "replacement" {
		return ""
	}
	if strings.HasPrefix(name, "utf-16") {
		return "utf-8" // a declaration that could be read was not in UTF-16
	}
	return name
}

// validText is b as a string, with U+FFFD for each run of bytes that are no UTF-8.
func validText(b []byte) string {
	if utf8.Valid(b) { // eight bytes at a time where they are ASCII
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func byBOM(b []byte) (encoding.Encoding, string, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return encoding.Nop, "utf-8", 3
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}) && len(b)%4 == 0:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le", 4
	case bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32be", 4
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return utf16Encoding("utf-16le"), "utf-16le", 2
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return utf16Encoding("utf-16be"), "utf-16be", 2
	}
	return nil, "", 0
}

func utf16Encoding(name string) encoding.Encoding {
	if name == "utf-16be" {
		return utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM)
	}
	return utf16.UTF16(utf16.LittleEndian, utf16.IgnoreBOM)
}

// utf16Guess tells UTF-16 without a mark by the NUL bytes that markup and spaces
// leave in every other place.
func utf16Guess(b []byte) string {
	if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) && len(b) >= 2 {
		return "utf-16le"
	}
	if bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return "utf-16be"
	}
	n := min(len(b), 4096) &^ 1
	if n < 8 || bytes.IndexByte(b[:n], 0) < 0 {
		return ""
	}
	var even, odd int
	for i := 0; i < n; i += 2 {
		if b[i] == 0 {
			even++
		}
		if b[i+1] == 0 {
			odd++
		}
	}
	switch {
	case odd*10 > n/2 && even*20 < odd:
		return "utf-16le"
	case even*10 > n/2 && odd*20 < even:
		return "utf-16be"
	case odd+even > 0:
		return utf16ByLetters(b[:n])
	}
	return ""
}

// utf16ByLetters tells UTF-16 in scripts that write few spaces, or whose letters have
// a NUL byte of their own (U+1000 of Burmese): in one order nearly all is letters, in
// the other it is not. Text of no other charset holds NUL bytes.
func utf16ByLetters(b []byte) string {
	little, big := readable16(b, 1, 0), readable16(b, 0, 1)
	switch {
	case little >= 0.97 && little-big >= 0.1:
		return "utf-16le"
	case big >= 0.97 && big-little >= 0.1:
		return "utf-16be"
	}
	return ""
}

// readable16 is the share of code units that text is made of; high and low are the
// places of the two bytes of each.
func readable16(b []byte, high, low int) float64 {
	good := 0
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i+high])<<8 | rune(b[i+low])
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r < 0x7F || r >= 0xD800 && r < 0xE000:
			good++
		case r > 0xA0 && !unicode.Is(unicode.Co, r) && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)):
			good++
		}
	}
	return float64(good) / float64(max(len(b)/2, 1))
}

// iso2022 tells the escape-switched charsets by their escapes.
func iso2022(b []byte) string {
	head := b[:min(len(b), 64<<10)]
	switch {
	case bytes.Contains(head, []byte("\x1b$B")), bytes.Contains(head, []byte("\x1b$@")):
		return "iso-2022-jp"
	case declaredHZ(head):
		return "hz-gb-2312"
	}
	return ""
}

func declaredHZ(b []byte) bool {
	return bytes.Contains(b, []byte("~{")) && bytes.Contains(b, []byte("~}")) && !bytes.ContainsFunc(b, func(r rune) bool { return r >= 0x80 })
}

// utf8Shape counts the multi-byte sequences of b and the bytes that are in none.
func utf8Shape(b []byte) (multibyte, bad int) {
	for i := 0; i < len(b); {
		for i+8 <= len(b) && endian.LittleEndian.Uint64(b[i:])&0x8080808080808080 == 0 {
			i += 8 // ASCII
		}
		if i == len(b) {
			break
		}
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			if !utf8.FullRune(b[i:]) { // cut off at the end
				return multibyte, bad
			}
			bad++
		} else {
			multibyte++
		}
		i += n
	}
	return multibyte, bad
}

func decodeNamed(name string, body []byte) string {
	var enc encoding.Encoding
	if name == "hz-gb-2312" {
		enc = hzEncoding
	} else if enc, _ = charset.Lookup(name); enc == nil {
		if e, err := htmlindex.Get(name); err == nil {
			enc = e
		}
	}
	if enc == nil {
		return validText(body)
	}
	return decodeWith(enc, body)
}

func decodeWith(enc encoding.Encoding, body []byte) string {
	out, _, err := transform.Bytes(enc.NewDecoder(), body)
	if err != nil && len(out) == 0 {
		return validText(body)
	}
	return validText(out)
}
