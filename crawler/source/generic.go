package source

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/lurewatch/lurewatch/internal/post"
)

// generic reads a page of which nothing is known. It decides whether the page is
// one ad, by the structure that ads share in any language, and if so takes its
// main text. Articles, listings and company pages yield no post.
type generic struct{}

func (generic) Name() string { return "generic" }

func (generic) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	if d.kind == kindBinary {
		return Found{}, ErrNotText
	}
	f := Found{Canonical: d.canonical(), Links: d.links(), Adapter: "generic"}
	if po, ok := genericPost(d, f.Links); ok {
		f.Posts = []post.Post{po}
		f.illustrate(d)
	} else {
		f.NeedsBrowser = !p.Rendered && scriptBuilt(d) && !slices.ContainsFunc(f.Links, func(l Link) bool { return l.Post })
	}
	return f, nil
}

// genericPost is the one ad of d, if d is one.
func genericPost(d *document, links []Link) (post.Post, bool) {
	r := d.region()
	title := pageTitle(d, r)
	if adScore(d, r, title, links) < adThreshold {
		return post.Post{}, false
	}
	po := post.Post{Method: "generic", URL: d.address(), Title: title, Lang: d.lang()}
	po.Text = dropTitle(r.text, title)
	if len(r.out) > 0 {
		po.Text = strings.TrimSpace(po.Text + "\n\n" + strings.Join(r.out, "\n"))
	}
	fillLabelled(&po, r, d)
	fillAround(&po, r, d)
	if po.Company == "" {
		po.Company = owner(d, r, title)
	}
	return po, true
}

// adThreshold is the score from which a page counts as an ad. It was set on the
// visible pages of the corpus, half-way between the articles and the ads.
const adThreshold = 2.6

// formWords is how many words an ad has at least that stands on one page with the
// form to apply with; fewer are the heading of the form.
const formWords = 120

// adScore adds up what speaks for one ad and takes away what speaks for an
// article or a listing.
func adScore(d *document, r region, title string, links []Link) float64 {
	low := plainLower(r.text)
	words := countWords(low)
	if words < 8 {
		return -1
	}
	score, groups := 0.0, 0
	hits := findCues(low)
	var plain, label [cueGroups]int
	for _, h := range hits {
		plain[h.group]++
		if isLabel(low, h) {
			label[h.group]++
		}
	}
	t := cueHits(plainLower(title))
	work := 0 // groups that only speak of work
	for _, g := range []cue{cueHiring, cueRole, cuePay, cueDuty, cueNeed, cueApply, cueHours} {
		if plain[g]+t[g] > 0 {
			work++
		}
	}
	if work < 2 {
		score -= 1.5
	}
	for _, g := range []cue{cueHiring, cuePay, cueDuty, cueNeed, cueApply, cueBenefit, cueHours, cuePlace, cueContact} {
		if plain[g] > 0 {
			groups++
		}
		density := float64(plain[g]) * 100 / float64(max(words, 60))
		switch {
		case label[g] > 0 && g != cueHiring:
			score++
		case density >= 1:
			score += 0.8
		case density >= 0.4:
			score += 0.4
		}
	}
	contact := hasContact(r.text) || len(r.out) > 0
	money := hasMoney(low)
	if words < 150 { // an ad may be one sentence; an article never is
		if contact {
			groups++
		}
		if money {
			groups++
		}
		score += min(0.5*float64(max(groups-1, 0)), 1.5)
	}
	if t[cueHiring] > 0 {
		score += 1.5
	}
	if t[cueRole] > 0 {
		score++
	}
	if t[cuePay]+t[cueBenefit]+t[cueHours] > 0 {
		score += 0.5
	}
	if d.url != nil {
		switch p := d.url.Path; {
		case adPath.MatchString(p):
			score += 2
		case postPath.in(p):
			score += 0.5
		}
	}
	if contact {
		score += 0.7
	}
	if money && plain[cuePay]+plain[cueHiring]+plain[cueRole] > 0 {
		score += 0.7
	}
	against := articleSigns(d, low, words, plain)
	if against == 0 && words < 300 && groups > 0 && d.url != nil && adPath.MatchString(d.url.Path) && hasID(d.url.Path) {
		score++ // the page of one ad by its address, and nothing speaks against it
	}
	if r.form && words < formWords || d.formOnly(r) {
		score -= 3 // what is left beside a form to apply with is its heading
		if d.url != nil && applyPath.MatchString(d.url.Path) {
			score -= 3
		}
	}
	if d.url != nil && employerPath.MatchString(d.url.Path) {
		score -= 2
	}
	score -= against
	score -= listingSigns(d, r, links)
	return score
}

var quoteRE = regexp.MustCompile(`[“”„«»「」]`)

// isLabel reports whether a hit opens a line as a heading or a field does: the
// line is short, or a colon follows within a few words.
func isLabel(low string, h cueHit) bool {
	if rest := strings.TrimLeft(low[h.end:], "s) "); strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：") {
		return true
	}
	start := strings.LastIndexByte(low[:h.at], '\n') + 1
	if strings.IndexFunc(low[start:h.at], unicode.IsLetter) >= 0 && utf8.RuneCountInString(low[start:h.at]) > 12 {
		return false
	}
	rest := low[h.end:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	if utf8.RuneCountInString(low[start:h.at])+utf8.RuneCountInString(rest) <= 16 {
		return true
	}
	head := rest[:min(len(rest), 40)]
	return strings.ContainsAny(head, ":：៖|】]") || strings.Contains(head, " - ")
}

// plainLower is s for comparing: in lower case, styled letters and full-width
// forms made plain, invisible characters gone.
func plainLower(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s)))
}

// countWords counts words; in scripts without spaces three characters are one.
func countWords(s string) int {
	n, dense, in := 0, 0, false
	for _, r := range s {
		switch {
		case unspaced(r):
			dense++
			in = false
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if !in {
				n++
			}
			in = true
		case unicode.IsMark(r):
		default:
			in = false
		}
	}
	return n + dense/3
}

// articleSigns is what speaks for an article: what the page says it is, long
// paragraphs, quotations, the voice of reports.
func articleSigns(d *document, low string, words int, plain [cueGroups]int) float64 {
	s := 0.0
	switch t := strings.ToLower(d.meta("og:type")); {
	case strings.HasPrefix(t, "article"), t == "news", t == "blog":
		s++
	}
	if d.meta("article:published_time", "article:author", "article:section", "parsely-pub-date") != "" {
		s += 0.5
	}
	if articleTyped(d) {
		s += 2
	}
	long, lines := 0, 0
	for line := range strings.SplitSeq(low, "\n") {
		if n := len(line); n > 0 {
			lines++
			if n > 400 {
				long += n
			}
		}
	}
	if len(low) > 0 && long*100/len(low) > 50 && words > 150 {
		s += 1.2
	}
	if words > 900 {
		s += 0.7
	}
	if q := len(quoteRE.FindAllStringIndex(low, 50)); words > 100 && q*100/words >= 2 {
		s += 0.5
	}
	if plain[cueNews]*200/max(words, 100) >= 1 {
		s += 0.7
	}
	return s
}

// articleTyped reports JSON-LD or microdata that calls the page an article.
func articleTyped(d *document) bool {
	found := false
	each(d.tree(), func(n *html.Node) bool {
		if n.DataAtom == atom.Script && strings.Contains(attr(n, "type"), "ld+json") && n.FirstChild != nil {
			s := n.FirstChild.Data
			for _, t := range []string{`"NewsArticle"`, `"BlogPosting"`, `"Article"`, `"ReportageNewsArticle"`, `"Product"`, `"Recipe"`, `"Event"`} {
				found = found || strings.Contains(s, t)
			}
		}
		switch localType(attr(n, "itemtype")) {
		case "NewsArticle", "BlogPosting", "Article", "Blog", "Product":
			found = true
		}
		return !found
	})
	return found
}

// scriptBuilt reports a page whose content a script would fetch: hardly any
// words, and the mount point or state of a framework, or a plea for JavaScript.
func scriptBuilt(d *document) bool {
	if d.kind != kindHTML {
		return false
	}
	r := d.region()
	words := countWords(strings.ToLower(r.text))
	mount, scripts := false, 0
	each(d.tree(), func(n *html.Node) bool {
		switch {
		case n.DataAtom == atom.Script:
			scripts++
			if n.FirstChild != nil {
				s := n.FirstChild.Data
				mount = mount || strings.Contains(s, "__NUXT__") || strings.Contains(s, "__INITIAL_STATE__") || strings.Contains(s, "__APOLLO_STATE__") || strings.Contains(s, "__next_f")
			}
			mount = mount || attr(n, "id") == "__NEXT_DATA__" || attr(n, "id") == "__NUXT_DATA__"
		case n.Type == html.ElementNode:
			switch attr(n, "id") {
			case "__nuxt", "__next", "root", "app", "react-root", "main-app", "svelte", "___gatsby", "q-app":
				mount = true
			}
			mount = mount || hasAttr(n, "ng-app") || hasAttr(n, "ng-version") || hasAttr(n, "data-reactroot") || n.Data == "app-root"
		}
		return true
	})
	plea := strings.Contains(strings.ToLower(d.text[:min(len(d.text), 200_000)]), "enable javascript")
	return scripts > 0 && (mount && words < 150 || plea && words < 80)
}

// pathOf is the path of a URL, for the adapters' claims.
func pathOf(raw string) (host, path string) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", ""
	}
	return strings.ToLower(u.Hostname()), u.Path
}
