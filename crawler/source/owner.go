package source

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Paths that tell what a page is beside an ad.
var (
	applyPath    = regexp.MustCompile(`(?i)/(?:apply(?:-now)?|application|bewerb(?:en|ung)|postuler|candidat(?:ure|ar|e-se)|aplicar|postular|lamar|ung-tuyen)/?$`)
	employerPath = regexp.MustCompile(`(?i)^/(?:[a-z]{2}/)?(?:company|companies|cmp|employers?|firmy?|unternehmen|entreprises?|empresas?|perusahaan|cong-ty)/[^/]+/?$`)
)

// formOnly reports a region that is a form without the element: as many controls
// as a form to apply with has, and little more than their names.
func (d *document) formOnly(r region) bool {
	fields := 0
	each(r.node, func(n *html.Node) bool {
		if r.skip[n] {
			return false
		}
		if control(n) {
			fields++
		}
		return true
	})
	return fields >= formFields && len(r.text) < formProse*fields
}

// legalForm tells the name of a company from that of a site.
var legalForm = regexp.MustCompile(`(?i)(?:^|[\s,.(])(?:gmbh|ag|se|kg|ltd|limited|llc|inc|corp|plc|co|sa|sàrl|sarl|sas|srl|s\.r\.o|a\.s|sp\. z o\.o|spa|bv|nv|oy|ab|as|aps|pte|pvt|sdn bhd|bhd|pt|tnhh|cổ phần|ооо|тов|有限公司|株式会社|주식회사|บริษัท)(?:$|[\s,.)])`)

// owner is the employer on whose own site an ad stands: a site's name that the ad
// speaks of again and again. Boards are hardly named in what others write there.
func owner(d *document, r region, title string) string {
	var names []string
	if s := strings.TrimSpace(d.meta("og:site_name")); s != "" {
		names = append(names, s)
	}
	full := headTitle(d)
	if c := companyInTitle(full); c != "" {
		return c
	}
	for _, cut := range titleCuts {
		if i := strings.LastIndex(full, cut); i > 0 {
			names = append(names, strings.TrimSpace(full[i+len(cut):]))
		}
	}
	for _, n := range names {
		l := utf8.RuneCountInString(n)
		if l < 3 || l > 60 || weak(n) || strings.Contains(squash(title), squash(n)) {
			continue
		}
		if c := strings.Count(r.text, n); c >= 3 || c >= 2 && legalForm.MatchString(n) {
			return n
		}
	}
	return namedByHost(d.url, r.text)
}

// boxTitle reports what a box or a link about an employer is called: "About the
// company", "View company". Names of companies hardly begin so.
func boxTitle(s string) bool {
	low := strings.ToLower(s)
	return boxHead.MatchString(low) && companyStem.MatchString(low)
}

// companyStem is the word for a company in any of its forms.
var companyStem = regexp.MustCompile(`compan|employer|firm|unternehm|arbeitgeber|entrepris|société|empres|aziend|bedrij|werkgever|společnost|zaměstnavatel|pracodawc|компан|работодат|роботодав|şirket|công ty|perusahaan|syarikat|บริษัท|公司|企业|会社|企業|회사|الشركة`)

var boxHead = regexp.MustCompile(`^(?:about|view|visit|see|all|more|follow|contact|other|дані|про|о|об|о нашей|данные|все|über|zum|zur|sur|à propos|voir|sobre|acerca|ver|chi|su|over|o|o nás|więcej|tentang|lihat|về|giới thiệu|xem|เกี่ยวกับ|ดู|关于|查看|會社|حول|عن)\s`)

// companyInTitle is the employer of a title such as "Driver, company Harbour, full time".
func companyInTitle(full string) string {
	for part := range strings.FieldsFuncSeq(full, func(r rune) bool { return strings.ContainsRune(",|–—·•", r) }) {
		part = strings.TrimSpace(part)
		if head, rest, ok := strings.Cut(part, " "); ok && labelOf(head) == cueCompany && utf8.RuneCountInString(rest) >= 2 && !boxTitle(part) {
			return strings.Trim(rest, " :")
		}
	}
	return ""
}

// secondLevels stand between the name of a site and its country.
var secondLevels = []string{"com", "co", "org", "net", "gov", "ac", "edu", "or", "ne", "go", "in"}

// namedByHost is the word of text that the site is called after, as the text
// writes it, when it comes up three times.
func namedByHost(u *url.URL, text string) string {
	if u == nil {
		return ""
	}
	labels := strings.Split(u.Hostname(), ".")
	if len(labels) < 2 {
		return ""
	}
	labels = labels[:len(labels)-1]
	if len(labels) > 1 && slices.Contains(secondLevels, labels[len(labels)-1]) {
		labels = labels[:len(labels)-1]
	}
	name := squash(labels[len(labels)-1])
	if len(name) < 4 {
		return ""
	}
	written, n := "", 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '&' }) {
		if len(w) >= len(name) && len(w) <= len(name)+4 && squash(w) == name && unicode.IsUpper([]rune(w)[0]) {
			if written == "" {
				written = w
			}
			n++
		}
	}
	if n < 3 {
		return ""
	}
	return written
}
