package source

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elements fills fields from elements whose name, by class, id or the like, is of a
// field, such as data-testid="job-location".
func (l labelled) elements(r region, names fieldNames) {
	each(r.node, func(n *html.Node) bool {
		if n.Type != html.ElementNode || r.skip[n] || unseen(n) {
			return !r.skip[n] && n.Type != html.TextNode
		}
		if len(n.Attr) == 0 {
			return true
		}
		if g := names.of(elementName(n)); g >= 0 {
			if s := Text(n); s != "" && len(s) <= 240 && !strings.Contains(s, "\n") {
				_, val, ok := cutLabel(s)
				if !ok {
					val = s
				}
				l.set(g, val)
			}
		}
		return true
	})
}

// jobFields are names that cannot mean anything but a field of the job.
var jobFields = fieldNames{
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:job|vacancy|position|offer|posting)[_-](?:company|employer)(?:[_-]name)?(?:$|\s)`), cueCompany},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:job|vacancy|position|offer|posting|work)[_-](?:location|city|place|address)(?:$|[\s_-])`), cuePlace},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:job|vacancy|position|offer|posting)[_-](?:salary|compensation|pay|wage)(?:$|\s)`), cuePay},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:job|vacancy|position|offer|posting)[_-](?:date|posted|published)(?:$|\s)`), cueDate},
}

// fieldNames are what elements are named that hold a field, the surest first.
type fieldNames []struct {
	re *regexp.Regexp
	g  cue
}

// of is the field of a name, -1 for none.
func (fs fieldNames) of(name string) cue {
	for _, f := range fs {
		if f.re.MatchString(name) {
			return f.g
		}
	}
	return -1
}

// fieldName is the field that an element is named after, by either list.
func fieldName(name string) cue {
	if g := jobFields.of(name); g >= 0 {
		return g
	}
	return classFields.of(name)
}

// pairs fills fields from definition lists and from rows of a heading cell and a
// value cell.
func (l labelled) pairs(r region) {
	each(r.node, func(n *html.Node) bool {
		if r.skip[n] {
			return false
		}
		if n.DataAtom != atom.Dt && n.DataAtom != atom.Th {
			return true
		}
		value := n.NextSibling
		for value != nil && value.Type != html.ElementNode {
			value = value.NextSibling
		}
		if value == nil || n.DataAtom == atom.Dt && value.DataAtom != atom.Dd || n.DataAtom == atom.Th && value.DataAtom != atom.Td || r.skip[value] {
			return false
		}
		if g := labelOf(OneLine(Text(n))); g >= 0 {
			line, _, _ := strings.Cut(strings.TrimSpace(Text(value)), "\n")
			l.set(g, line)
		}
		return false
	})
}

// row fills fields from the cells of one row: label and value, label and value.
func (l labelled) row(line string) bool {
	cells := strings.Split(line, " | ")
	if len(cells) < 3 || len(line) > 600 {
		return false
	}
	for i := 0; i+1 < len(cells); i++ {
		g := labelOf(cells[i])
		if g < 0 || labelOf(cells[i+1]) >= 0 || strings.HasSuffix(cells[i+1], ":") {
			continue
		}
		l.set(g, cells[i+1])
		i++
	}
	return true
}

// dated fills the date from a line that names it without a colon, such as
// "Last updated 2026/05/14".
func (l labelled) dated(line string) {
	if !l.po.PostedAt.IsZero() || utf8.RuneCountInString(line) > 60 || !strings.ContainsAny(line, "0123456789") {
		return
	}
	head, rest, ok := strings.Cut(strings.Join(strings.Fields(line), " "), " ")
	for ok && rest != "" {
		if labelOf(head) == cueDate {
			if t, good := ParseTime(rest, time.Time{}); good {
				l.po.PostedAt = t
			}
			return
		}
		next, after, more := strings.Cut(rest, " ")
		if digitStart(next) {
			return
		}
		head, rest, ok = head+" "+next, after, more
	}
}

func digitStart(s string) bool { return s != "" && digit(s[0]) }

// mapHost is where a link leads that shows a place.
var mapHost = regexp.MustCompile(`(?i)^(?:https?:)?//(?:(?:www\.)?google\.[a-z.]+/maps|maps\.|goo\.gl/maps|(?:www\.)?openstreetmap\.org|(?:[a-z]+\.)?yandex\.[a-z]+/maps|(?:www\.)?mapy\.|map\.|(?:uri|ditu|www)\.amap\.com|(?:[a-z]+\.)?2gis\.)`)

// mapWords are what a link to a map says when it does not name the place.
var mapWords = []string{"map", "mapa", "karte", "carte", "kaart", "карт", "bản đồ", "peta", "แผนที่", "地图", "地圖", "地図", "지도", "خريطة", "ផែនទី", "harita", "route", "direction"}

// mapped is the words of the first link to a map, the place as its reader sees it.
func mapped(r region) string {
	place := ""
	each(r.node, func(n *html.Node) bool {
		if place != "" || r.skip[n] {
			return false
		}
		if n.DataAtom != atom.A || !mapHost.MatchString(strings.TrimSpace(attr(n, "href"))) {
			return true
		}
		s := OneLine(Text(n))
		low := strings.ToLower(s)
		if utf8.RuneCountInString(s) >= 3 && !slices.ContainsFunc(mapWords, func(w string) bool { return strings.Contains(low, w) }) && !strings.Contains(s, "://") {
			place = s
		}
		return false
	})
	return place
}

// withoutModifiers takes from a label what qualifies it: "annual salary range" is
// a salary.
func withoutModifiers(name string) string {
	for _, w := range labelBefore {
		if rest, ok := strings.CutPrefix(name, w+" "); ok {
			name = rest
			break
		}
	}
	for _, w := range labelAfter {
		if rest, ok := strings.CutSuffix(name, " "+w); ok {
			return rest
		}
	}
	return name
}

var (
	labelBefore = []string{"annual", "yearly", "monthly", "weekly", "hourly", "gross", "net", "base", "basic", "expected", "estimated", "total", "starting", "advertised", "offered", "job", "your", "the"}
	labelAfter  = []string{"range", "band", "package", "details", "info", "offered"}
)
