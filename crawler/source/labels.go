package source

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lurewatch/lurewatch/internal/post"
)

// labelGroups are the fields that a line "Label: value" can fill.
var labelGroups = []cue{cueCompany, cuePlace, cuePay, cueDate}

// fillLabelled reads fields from lines such as "Salary: $800 - $1,200", from
// label and value on two lines, and from elements whose class names the field.
func fillLabelled(po *post.Post, r region, d *document) {
	set := func(g cue, v string) {
		v = strings.Trim(OneLine(v), " :：៖|-–•·,;")
		if v == "" || utf8.RuneCountInString(v) > 120 {
			return
		}
		switch g {
		case cueCompany:
			if po.Company == "" {
				po.Company = v
			}
		case cuePlace:
			if len(po.Locations) == 0 {
				po.Locations = []string{v}
			}
		case cuePay:
			if s := ParseSalary(v); po.Salary == nil && s.Max > 0 {
				po.Salary = &s
			}
		case cueDate:
			if t, ok := ParseTime(v, d.page.FetchedAt); ok && po.PostedAt.IsZero() {
				po.PostedAt = t
			}
		}
	}
	lines := strings.Split(r.text, "\n")
	for i, line := range lines[:min(len(lines), 400)] {
		if utf8.RuneCountInString(line) > 160 {
			continue
		}
		name, val, ok := cutLabel(line)
		g := labelOf(name)
		if g < 0 {
			continue
		}
		if ok && val != "" {
			set(g, val)
		} else if val == "" {
			for _, next := range lines[i+1 : min(i+3, len(lines))] {
				if next != "" {
					if _, _, isLabel := cutLabel(next); !isLabel && labelOf(next) < 0 {
						set(g, next)
					}
					break
				}
			}
		}
	}
	if po.PostedAt.IsZero() {
		if n := first(r.node, func(n *html.Node) bool { return n.DataAtom == atom.Time && attr(n, "datetime") != "" }); n != nil {
			po.PostedAt, _ = ParseTime(attr(n, "datetime"), d.page.FetchedAt)
		}
	}
	each(r.node, func(n *html.Node) bool {
		if n.Type != html.ElementNode || r.skip[n] || unseen(n) {
			return !r.skip[n]
		}
		if g := classField(attr(n, "class") + " " + attr(n, "id")); g >= 0 {
			if s := Text(n); s != "" && len(s) <= 240 && !strings.Contains(s, "\n") {
				_, val, ok := cutLabel(s)
				if !ok {
					val = s
				}
				set(g, val)
			}
		}
		return true
	})
}

var classFields = []struct {
	re *regexp.Regexp
	g  cue
}{
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:company|employer|org|organization|advertiser)(?:[_-]?name)?(?:$|\s)`), cueCompany},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:location|place|city|region|workplace)(?:$|\s)`), cuePlace},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:salary|wage|pay|compensation|price)(?:$|\s)`), cuePay},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:date|posted|posted-at|posted-on|published|post-date|time)(?:$|\s)`), cueDate},
}

func classField(cls string) cue {
	for _, f := range classFields {
		if f.re.MatchString(cls) {
			return f.g
		}
	}
	return -1
}

// cutLabel splits "Label: value" and "Label | value".
func cutLabel(line string) (name, val string, ok bool) {
	i := strings.IndexAny(line, ":：៖|】")
	if i < 0 {
		return strings.TrimSpace(line), "", false
	}
	if strings.HasPrefix(line[i:], "://") {
		return line, "", false
	}
	_, n := utf8.DecodeRuneInString(line[i:])
	return strings.TrimSpace(line[:i]), strings.TrimSpace(strings.TrimLeft(line[i+n:], ":：៖| ")), true
}

// labelOf is the field that a label names, -1 for none. The label must be little
// more than the word.
func labelOf(name string) cue {
	name = strings.ToLower(strings.TrimFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }))
	n := utf8.RuneCountInString(name)
	if n < 2 || n > 30 {
		return -1
	}
	for _, h := range findCues(name) {
		for _, g := range labelGroups {
			if h.group == g && h.at == 0 && (h.end == len(name) || n <= 24 && g != cueDate && g != cueCompany || h.end*2 >= len(name)) {
				return g
			}
		}
	}
	return -1
}
