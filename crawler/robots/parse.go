package robots

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// MaxBytes is how much of a file is read. RFC 9309 section 2.5 asks for 500 KiB
// at least; a line that the limit cuts is dropped.
const MaxBytes = 500 << 10

// File is a parsed robots.txt. It is immutable and safe for concurrent use.
type File struct {
	groups   map[string]*Group // by product token in lower case; "*" is everyone else
	sitemaps []string
}

// Group is what a file says to one product token: all groups that name the
// token, merged. The nil Group allows everything.
type Group struct {
	rules []rule // longest first, allow before disallow
	delay time.Duration
}

type rule struct {
	allow   bool
	raw     string // as the file has it, to show
	pattern pattern
}

// Parse reads a robots.txt. It never fails: what is not understood is skipped,
// as the standard asks. Common misspellings of disallow and user-agent are
// understood, because they mean to keep crawlers out.
func Parse(body []byte) *File {
	body = decode(body)
	f := &File{groups: map[string]*Group{}}
	var agents []string // tokens that the current group speaks to
	inRules := false    // a rule was seen since the last user-agent line
	for line := range lines(body) {
		key, value, ok := split(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if inRules {
				agents, inRules = nil, false
			}
			if t := agentToken(value); t != "" && !slices.Contains(agents, t) {
				agents = append(agents, t)
				if f.groups[t] == nil {
					f.groups[t] = &Group{}
				}
			}
		case "allow", "disallow":
			inRules = true
			if value == "" {
				continue // an empty disallow allows everything, which is the default
			}
			r := rule{allow: key == "allow", raw: value, pattern: compile(value)}
			for _, a := range agents {
				f.groups[a].rules = append(f.groups[a].rules, r)
			}
		case "crawl-delay":
			// An extension. It belongs to the tokens named so far and does not end
			// the list of user-agent lines (section 2.2.4).
			if d, ok := seconds(value); ok {
				for _, a := range agents {
					f.groups[a].delay = max(f.groups[a].delay, d)
				}
			}
		case "sitemap":
			if value != "" && !slices.Contains(f.sitemaps, value) && len(f.sitemaps) < 1000 {
				f.sitemaps = append(f.sitemaps, value)
			}
		}
	}
	for _, g := range f.groups {
		slices.SortStableFunc(g.rules, func(a, b rule) int {
			if a.pattern.size != b.pattern.size {
				return cmp.Compare(b.pattern.size, a.pattern.size)
			}
			switch {
			case a.allow == b.allow:
				return 0
			case a.allow:
				return -1
			}
			return 1
		})
	}
	return f
}

// Sitemaps lists the sitemap URLs that the file names, as written. They may be
// relative, and may point to other hosts.
func (f *File) Sitemaps() []string { return slices.Clone(f.sitemaps) }

// Group returns the rules for a product token: the group that names it, else the
// one for everyone, else nil. Tokens compare without regard to case.
func (f *File) Group(product string) *Group {
	if g, ok := f.groups[agentToken(product)]; ok {
		return g
	}
	return f.groups["*"]
}

// Allowed reports whether the group lets target be fetched, and the rule that
// decided ("" when none matched). Target is a URL's path and query, percent
// encoded or not.
func (g *Group) Allowed(target string) (ok bool, by string) {
	if g == nil || len(g.rules) == 0 {
		return true, ""
	}
	t := normalise(target, false)
	if !strings.HasPrefix(t, "/") {
		t = "/" + t
	}
	if p, _, _ := strings.Cut(t, "?"); p == "/robots.txt" {
		return true, "" // section 2.2.2: implicitly allowed
	}
	for _, r := range g.rules {
		if r.pattern.match(t) {
			word := "disallow: "
			if r.allow {
				word = "allow: "
			}
			return r.allow, word + r.raw
		}
	}
	return true, ""
}

// Delay is the crawl-delay of the group, 0 when it has none.
func (g *Group) Delay() time.Duration {
	if g == nil {
		return 0
	}
	return g.delay
}

// decode drops a byte order mark, turns UTF-16 into UTF-8 and applies the limit.
func decode(b []byte) []byte {
	cut := len(b) > MaxBytes
	b = b[:min(len(b), MaxBytes)]
	if cut {
		if i := bytes.LastIndexAny(b, "\r\n"); i >= 0 {
			b = b[:i]
		}
	}
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok {
		return rest
	}
	little := bytes.HasPrefix(b, []byte("\xff\xfe"))
	if !little && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return b
	}
	b = b[2:]
	u := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		if little {
			u = append(u, uint16(b[0])|uint16(b[1])<<8)
		} else {
			u = append(u, uint16(b[1])|uint16(b[0])<<8)
		}
	}
	return []byte(string(utf16.Decode(u)))
}

// lines yields the lines of b without comments and outer spaces. Lines end with
// CR, LF or both.
func lines(b []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(b) > 0 {
			line := b
			if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
				line, b = b[:i], b[i+1:]
			} else {
				b = nil
			}
			line, _, _ = bytes.Cut(line, []byte("#"))
			line = bytes.Trim(line, " \t\x00\v\f")
			if len(line) > 0 && !yield(string(line)) {
				return
			}
		}
	}
}

// meaning maps what files write to the key that they mean, "" for none.
func meaning(key string) string {
	switch key {
	case "user-agent", "useragent", "user agent":
		return "user-agent"
	case "allow":
		return "allow"
	case "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "desallow":
		return "disallow"
	case "crawl-delay", "crawldelay":
		return "crawl-delay"
	case "sitemap", "site-map":
		return "sitemap"
	}
	return ""
}

// split cuts a line into what it sets and the value. A missing colon is forgiven
// when exactly two words remain.
func split(line string) (key, value string, ok bool) {
	k, v, found := strings.Cut(line, ":")
	if !found {
		w := strings.Fields(line)
		if len(w) != 2 {
			return "", "", false
		}
		k, v = w[0], w[1]
	}
	key = meaning(strings.ToLower(strings.TrimSpace(k)))
	return key, strings.TrimSpace(v), key != ""
}

// agentToken is the product token at the start of a user-agent value, in lower
// case: "ExampleBot/1.0 (…)" speaks to examplebot. The standard's alphabet is
// letters, - and _; digits are taken too, since names like "360Spider" exist.
func agentToken(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "*"); ok {
		if rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '/' {
			return "*"
		}
		return ""
	}
	n := 0
	for n < len(s) {
		c := s[n] | 0x20
		if c >= 'a' && c <= 'z' || s[n] >= '0' && s[n] <= '9' || s[n] == '-' || s[n] == '_' {
			n++
			continue
		}
		break
	}
	return strings.ToLower(s[:n])
}

// seconds reads a crawl-delay. Negative, endless and absurd values are refused.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > 7*24*3600 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}
