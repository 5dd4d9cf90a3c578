package source

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// nameAttrs are the attributes by which authors name an element for their style
// sheets, their tests and their scripts.
var nameAttrs = []string{"class", "id", "itemprop", "data-test", "data-testid", "data-test-id", "data-qa", "data-automation", "data-automation-id", "data-cy", "data-field", "data-role"}

// elementName is everything that n is called, with camel case parted by hyphens.
func elementName(n *html.Node) string {
	var b strings.Builder
	for _, a := range n.Attr {
		for _, k := range nameAttrs {
			if a.Key == k && len(a.Val) <= 300 {
				hyphened(&b, a.Val)
				b.WriteByte(' ')
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// hyphened writes s with "jobTitle" as "job-Title".
func hyphened(b *strings.Builder, s string) {
	low := false
	for _, r := range s {
		if low && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(r)
		low = unicode.IsLower(r)
	}
}

var titleName = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:job|vacancy|position|posting|offer)[_-]?(?:title|name)(?:$|\s)`)

// namedTitle is the text of the one element that is named after the title of the
// job. A page with several is a list, or shows other jobs beside its own.
func namedTitle(d *document) string {
	title, n := "", 0
	each(d.tree(), func(e *html.Node) bool {
		if e.Type != html.ElementNode || n > 1 {
			return n <= 1
		}
		if e.DataAtom == atom.Body || e.DataAtom == atom.Html {
			return true
		}
		if unseen(e) || e.DataAtom == atom.Nav || e.DataAtom == atom.Aside {
			return false
		}
		if len(e.Attr) == 0 || !titleName.MatchString(elementName(e)) {
			return true
		}
		if s := OneLine(Text(e)); s != "" && len(s) <= 200 && squash(s) != squash(title) {
			title = s
			n++
		}
		return false
	})
	if n != 1 {
		return ""
	}
	return title
}

// weak reports a title that names the kind of the page instead of the job.
func weak(title string) bool {
	return weakTitle.MatchString(strings.ToLower(strings.TrimSpace(title)))
}

// strong is a title without the parts that name the kind of the page, and whether
// it had any.
func strong(title string) (string, bool) {
	for _, cut := range titleCuts {
		parts := strings.Split(title, cut)
		kept := parts[:0:0]
		for _, p := range parts {
			if !weak(p) {
				kept = append(kept, p)
			}
		}
		if len(parts) > 1 && len(kept) < len(parts) && len(kept) > 0 {
			return strings.TrimSpace(strings.Join(kept, cut)), true
		}
	}
	return title, weak(title)
}

var weakTitle = regexp.MustCompile(`^(?:(?:the |our |open |current |all |view |online )*(?:careers?|jobs?|vacanc(?:y|ies)|positions?|openings?|opportunit(?:y|ies)|recruitment|employment|application|apply|details?|description|posting|search|home|classifieds?|ads?)[\s/:&-]*)+$` +
	`|^(?:details? (?:de )?(?:l'offre|la oferta|la vacante|da vaga)|offres? d'emploi|emplois?|ofertas? de (?:empleo|trabajo)|empleos?|bolsa de trabajo|vagas?|detalhes da vaga|stellenangebote?|stellenanzeige|stellendetails?|karriere|jobdetails?|offerte? di lavoro|lavoro|vacatures?|(?:detail )?(?:nabídky|pozice)|nabídka práce|volná místa|oferty? pracy|praca|вакансии|вакансия|работа|вакансії|робота|lowongan(?: kerja)?|detail lowongan|tuyển dụng|việc làm|chi tiết công việc|iş ilanları|iş ilanı|招聘(?:信息|详情)?|职位(?:详情|信息)?|求人(?:情報|詳細|詳細情報)?|採用情報|채용(?:공고|정보)?|ตำแหน่งงาน|รายละเอียดงาน|งาน|وظائف|الوظائف|تفاصيل الوظيفة(?: الشاغرة)?|ការងារ|နောက်ဆုံးအလုပ်)$`)

// titleTail is what pages add to the name of the job: "… の求人詳細情報".
var titleTail = regexp.MustCompile(`(?i)(?:の(?:求人|採用|アルバイト|バイト|転職)(?:・求人)?(?:詳細)?(?:情報)?| job description)$`)

// labelledTitle is the value of the first line "Job title: …".
func labelledTitle(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines[:min(len(lines), 80)] {
		if len(line) > 300 {
			continue
		}
		name, val, _ := cutLabel(line)
		if !titleLabels[strings.ToLower(strings.TrimSpace(name))] {
			continue
		}
		if val == "" && i+1 < len(lines) {
			val = valueBelow(lines[i+1:min(i+3, len(lines))], true)
		}
		if val, _, _ = strings.Cut(val, " | "); val != "" && len(val) <= 200 {
			return val
		}
	}
	return ""
}

// titleLabels name the job itself, in lower case.
var titleLabels = words(`job title|title|position|position title|job position|job name|vacancy|post|role|designation|stellenbezeichnung|position zu besetzen|stelle|intitulé du poste|intitulé|poste|puesto|cargo|vacante|título|vaga|função|mansione|posizione|functie|functietitel|pozice|název pozice|stanowisko|nazwa stanowiska|должность|вакансия|посада|вакансія|pozisyon|unvan|vị trí|chức danh|vị trí tuyển dụng|posisi|jabatan|jawatan|posisyon|职位|职位名称|職位|職缺|岗位|岗位名称|招聘职位|職種|募集職種|직무|모집부문|직종|ตำแหน่ง|ตำแหน่งงาน|មុខតំណែង|តួនាទី|ຕຳແໜ່ງ|ရာထူး|पद|पद का नाम|পদ|পদের নাম|عہدہ|المسمى الوظيفي|الوظيفة|cheo|nafasi`)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(list, "|") {
		m[w] = true
	}
	return m
}

// partInText is the part of a title of several parts that stands as a line of
// its own near the head of the text: the others name the site and the section.
func partInText(full, text string) string {
	lines := map[string]bool{}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			lines[squash(line)] = true
			if n++; n > 30 {
				break
			}
		}
	}
	for _, cut := range titleCuts {
		parts := strings.Split(full, cut)
		if len(parts) < 2 {
			continue
		}
		best := ""
		for _, p := range parts {
			if p = strings.TrimSpace(p); len(p) > len(best) && lines[squash(p)] && !weak(p) {
				best = p
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}
