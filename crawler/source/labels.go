package source

import (
	"regexp"
	"strings"
	"time"
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
	l := labelled{po, d.page.FetchedAt}
	l.elements(r, jobFields) // no word of a text is as plain
	l.pairs(r)
	l.lines(strings.Split(r.text, "\n"))
	if len(po.Locations) == 0 {
		l.set(cuePlace, mapped(r))
	}
	if po.PostedAt.IsZero() {
		if n := first(r.node, func(n *html.Node) bool { return n.DataAtom == atom.Time && attr(n, "datetime") != "" }); n != nil {
			po.PostedAt, _ = ParseTime(attr(n, "datetime"), d.page.FetchedAt)
		}
	}
	l.elements(r, classFields)
}

// labelled fills the fields of a post that are empty.
type labelled struct {
	po *post.Post
	at time.Time // base of relative dates
}

// lines reads labels with their values, on one line or two.
func (l labelled) lines(lines []string) {
	for i, line := range lines[:min(len(lines), 400)] {
		if strings.Contains(line, " | ") && l.row(line) || utf8.RuneCountInString(line) > 160 {
			continue
		}
		name, val, ok := cutLabel(line)
		g := labelOf(name)
		if !ok {
			l.dated(line)
		}
		switch {
		case g < 0:
		case ok && val != "":
			l.set(g, val)
		case val == "":
			l.set(g, valueBelow(lines[i+1:min(i+3, len(lines))], ok))
		}
	}
}

// valueBelow is the first line that is not empty, unless it is a label itself. Below
// a label that ends in a colon, a value may begin with the same word.
func valueBelow(lines []string, colon bool) string {
	for _, next := range lines {
		if next != "" {
			if _, _, isLabel := cutLabel(next); !isLabel && (colon || labelOf(next) < 0) {
				return next
			}
			break
		}
	}
	return ""
}

func (l labelled) set(g cue, v string) {
	v = strings.Trim(OneLine(v), " :：៖|-–•·,;")
	if v == "" || utf8.RuneCountInString(v) > 120 {
		return
	}
	switch g {
	case cueCompany:
		if l.po.Company == "" && !boxTitle(v) {
			l.po.Company = v
		}
	case cuePlace:
		if len(l.po.Locations) == 0 {
			l.po.Locations = []string{v}
		}
	case cuePay:
		if s := ParseSalary(v); l.po.Salary == nil && s.Max > 0 {
			l.po.Salary = &s
		}
	case cueDate:
		if t, ok := ParseTime(v, l.at); ok && l.po.PostedAt.IsZero() {
			l.po.PostedAt = t
		}
	}
}

// classFields are names that mostly mean a field.
var classFields = fieldNames{
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:company|employer|org|organization|advertiser)(?:[_-]?name)?(?:$|\s)`), cueCompany},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:location|place|city|region|workplace)(?:$|\s)`), cuePlace},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:salary|wage|pay|compensation|price)(?:$|\s)`), cuePay},
	{regexp.MustCompile(`(?i)(?:^|[\s_-])(?:date|posted|posted-at|posted-on|published|post-date|time)(?:$|\s)`), cueDate},
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

// labelWords are labels that are too common as words to speak for an ad, so that
// they are no cues.
var labelWords = map[string]cue{
	"pay": cuePay, "wages": cuePay, "rate": cuePay, "income": cuePay, "remuneration": cuePay, "รายได้": cuePay, "ค่าจ้าง": cuePay, "給与": cuePay, "급여": cuePay, "ចំណូល": cuePay, "ဝင်ငွေ": cuePay,
	"place": cuePlace, "area": cuePlace, "region": cuePlace, "destination": cuePlace, "country": cuePlace, "where": cuePlace, "တည်နေရာ": cuePlace, "ພື້ນທີ່": cuePlace, "พื้นที่": cuePlace,
	"localidad": cuePlace, "ciudad": cuePlace, "población": cuePlace, "provincia": cuePlace, "cidade": cuePlace, "ville": cuePlace, "stadt": cuePlace, "città": cuePlace, "plaats": cuePlace, "lokalita": cuePlace, "miasto": cuePlace, "oraș": cuePlace, "kota": cuePlace, "wilayah": cuePlace, "thành phố": cuePlace, "ilçe": cuePlace, "il": cuePlace, "所在地": cuePlace, "工作城市": cuePlace, "المحافظة": cuePlace, "المكان": cuePlace, "ຈັງຫວັດ": cuePlace, "ខេត្ត": cuePlace,
	"вакансія від": cueDate, "вакансия от": cueDate, "anzeige vom": cueDate, "annonce du": cueDate, "anuncio del": cueDate, "tin đăng ngày": cueDate, "最終更新日": cueDate, "更新日時": cueDate, "公開日": cueDate, "投稿日": cueDate, "登録日": cueDate, "発布日": cueDate, "last updated": cueDate, "updated": cueDate, "date listed": cueDate, "listing date": cueDate, "fecha de alta": cueDate, "aktualisiert": cueDate, "mise à jour": cueDate, "ngày cập nhật": cueDate, "수정일": cueDate, "작성일": cueDate, "تاريخ الإعلان": cueDate, "дата размещения": cueDate,
	"جهة العمل": cueCompany, "المؤسسة": cueCompany, "勤務先": cueCompany, "企業名": cueCompany, "店名": cueCompany, "hiring company": cueCompany,
	"added": cueDate, "listed": cueDate, "created": cueDate, "วันที่ลงประกาศ": cueDate, "วันที่ประกาศ": cueDate, "ថ្ងៃផ្សាយ": cueDate, "ថ្ងៃចុះផ្សាយ": cueDate, "ရက်စွဲ": cueDate, "tanggal posting": cueDate, "tanggal tayang": cueDate,
	"advertiser": cueCompany, "recruiter": cueCompany, "agency": cueCompany, "client": cueCompany,
}

// labelOf is the field that a label names, -1 for none. The label must be little
// more than the word.
func labelOf(name string) cue {
	name = strings.ToLower(strings.TrimFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }))
	name = withoutModifiers(name)
	n := utf8.RuneCountInString(name)
	if n < 2 || n > 30 {
		return -1
	}
	if g, ok := labelWords[name]; ok {
		return g
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
