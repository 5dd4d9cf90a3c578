package source

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lurewatch/lurewatch/internal/post"
)

// board reads the posts of one job board by CSS selectors. What the page says in
// structured data comes first; the selectors fill what it leaves out. A new
// board is one value of this type.
type board struct {
	name   string
	hosts  []string       // the board's domains, without subdomain
	mark   []string       // strings in the markup that tell a saved page without address
	id     *regexp.Regexp // first group is the native id, in the post's URL
	own    string         // the link to the post itself, where the page has no canonical one
	parts  selectors
	remove string         // elements to strike out before the text is taken
	access string         // what the operator needs; empty for nothing
	pace   time.Duration  // between two requests; 0 for the crawler's
	bare   *regexp.Regexp // first group is the post's title, in the title of a page that a script has yet to fill
}

// selectors name the fields; "" where the board has none.
type selectors struct{ title, company, location, date, salary, text string }

func (b board) Name() string { return b.name }

func (b board) Claims(p Page) bool {
	d := p.document()
	if d.kind != kindHTML {
		return false
	}
	if d.url != nil {
		for _, h := range b.hosts {
			if host := strings.ToLower(d.url.Hostname()); host == h || strings.HasSuffix(host, "."+h) {
				return true
			}
		}
	}
	return slices.ContainsFunc(b.mark, func(m string) bool { return hasMark(d.text, m) })
}

func (b board) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	if d.kind == kindBinary {
		return Found{}, ErrNotText
	}
	f := Found{Adapter: b.name, Canonical: d.canonical(), Links: d.links()}
	if f.Posts = structuredPosts(d); len(f.Posts) > 1 {
		return f, nil
	}
	q := d.query()
	one := func(sel string) string {
		if n := pick(q.Selection, sel); n.Length() > 0 {
			return cap256(OneLine(Text(n.Nodes[0])))
		}
		return ""
	}
	var po post.Post
	if len(f.Posts) == 1 {
		po = f.Posts[0]
	} else {
		po = post.Post{Method: "adapter", Title: one(b.parts.title), URL: d.address(), Lang: d.lang()}
	}
	if po.Text == "" && b.parts.text != "" {
		po.Text = b.text(q)
	}
	if po.Text == "" {
		return b.unfilled(d, f, po), nil
	}
	if po.Title == "" {
		return f, nil
	}
	if po.Company == "" {
		po.Company = one(b.parts.company)
	}
	if len(po.Locations) == 0 {
		po.Locations = appendNew(nil, one(b.parts.location))
	}
	if po.Salary == nil {
		if s := ParseSalary(one(b.parts.salary)); s.Max > 0 {
			po.Salary = &s
		}
	}
	if po.PostedAt.IsZero() && b.parts.date != "" {
		n := pick(q.Selection, b.parts.date)
		at, _ := n.Attr("datetime")
		if at == "" {
			at = one(b.parts.date)
		}
		po.PostedAt, _ = ParseTime(at, p.FetchedAt)
	}
	if b.own != "" && d.canonical() == "" {
		if href, ok := pick(q.Selection, b.own).Attr("href"); ok {
			if u := d.resolve(href); u != nil {
				u.RawQuery = ""
				po.URL = withoutFragment(u)
			}
		}
	}
	if id := boardID(po.URL); id != "" {
		po.NativeID = id
	}
	f.Posts = []post.Post{po}
	f.illustrate(d)
	return f, nil
}

// pick is the first element that the first fitting of several selectors, divided
// by a comma and a space, finds.
func pick(s *goquery.Selection, sels string) *goquery.Selection {
	for sel := range strings.SplitSeq(sels, ", ") {
		if sel == "" {
			continue
		}
		if n := s.Find(sel).First(); n.Length() > 0 {
			return n
		}
	}
	return s.Slice(0, 0)
}

// boardID is the id that a known board gives a post in its address, so that its
// feeds and its pages name the same post.
func boardID(raw string) string {
	host, path := pathOf(raw)
	for _, b := range boards {
		for _, h := range b.hosts {
			if b.id != nil && (host == h || strings.HasSuffix(host, "."+h)) {
				if m := b.id.FindStringSubmatch(path); m != nil {
					return m[1]
				}
			}
		}
	}
	return ""
}

// unfilled is what a page gives that a script has yet to fill: the wish for a
// browser, and the title alone where the page names it. Later captures of the
// same post bring its text.
func (b board) unfilled(d *document, f Found, po post.Post) Found {
	f.Posts = nil
	f.NeedsBrowser = !d.page.Rendered && scriptBuilt(d)
	if po.Title == "" && b.bare != nil && f.NeedsBrowser {
		if m := b.bare.FindStringSubmatch(headTitle(d)); m != nil {
			po.Title = cap256(m[1])
		}
	}
	if po.Title != "" && f.NeedsBrowser {
		f.Posts = []post.Post{po}
	}
	return f
}

func (b board) text(q *goquery.Document) string {
	s := pick(q.Selection, b.parts.text)
	if s.Length() == 0 {
		return ""
	}
	r := region{skip: nil}
	if b.remove != "" {
		r.skip = skipSet(s, b.remove)
	}
	return r.render(s.Nodes[0])
}

// The boards that are known. Their JSON-LD comes first wherever they write any.
var boards = []board{
	{
		name: "linkedin", access: "nothing for the pages that guests see; no login is ever used", pace: 5 * time.Second, hosts: []string{"linkedin.com"}, mark: []string{"topcard__title", "job-result-card__title", "base-search-card__title"},
		id: regexp.MustCompile(`/jobs/view/(?:[^/?]*-)?(\d{6,})`), own: "a[data-tracking-control-name*=topcard_title], a[data-tracking-control-name*=topcard-title], a.topcard__link",
		parts: selectors{
			title:    ".topcard__title, .top-card-layout__title",
			company:  ".topcard__org-name-link, .topcard__flavor-row .topcard__flavor:not(.topcard__flavor--bullet)",
			location: ".topcard__flavor--bullet:not(figure):not(.num-applicants__figure)",
			date:     ".posted-time-ago__text",
			salary:   ".compensation__salary, .salary",
			text:     ".show-more-less-html__markup, .description__text",
		},
		remove: "button, .show-more-less-html__button",
	},
	{
		name: "stackoverflow", hosts: []string{"stackoverflow.com"}, id: regexp.MustCompile(`/jobs/(\d+)`),
		parts: selectors{title: ".job-details--header h1, h1.fs-headline1", company: ".job-details--header a[href*='/jobs/companies/']", text: "#overview-items, .job-details__spaced"},
	},
	{
		name: "remoteok", hosts: []string{"remoteok.io", "remoteok.com"}, id: regexp.MustCompile(`/remote-jobs/(?:[^/?]*-)?(\d{3,})`),
		parts: selectors{title: "h2[itemprop=title], h1", company: "h3[itemprop=name]", text: ".description .markdown, .description"},
	},
	{
		name: "weworkremotely", hosts: []string{"weworkremotely.com"}, id: regexp.MustCompile(`/remote-jobs/([^/?#]+)`),
		parts: selectors{title: ".listing-header-container h1", company: ".company-card h2", location: ".company-card h3", date: ".listing-header-container time", text: ".listing-container"},
	},
	{
		name: "bongthom", hosts: []string{"bongthom.com"}, id: regexp.MustCompile(`/job_detail/[^/?]*?_(\d+)\.html`),
		parts: selectors{title: ".job-detail h1, .announcement-detail h1, #pnl-detail .job-title h1.position", company: ".job-detail .company-name", text: ".job-detail, .announcement-detail"},
	},
	{
		name: "camhr", hosts: []string{"camhr.com"}, id: regexp.MustCompile(`/job/(\d+)`),
		parts: selectors{
			title: ".job-header-content .job-name", company: ".job-header-content .company-name, .job-header-content .compnay-name", salary: ".job-header-content .salary-fs-28",
			text: ".job-main-container .job-maininfo, .job-main-container",
		},
		remove: ".jobsList, .el-alert, button", mark: []string{"job-header-content"}, bare: regexp.MustCompile(`^(.{3,200}?)\s*-\s*CamHR$`),
	},
}
