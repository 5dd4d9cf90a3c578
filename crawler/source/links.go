package source

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	adPath    = regexp.MustCompile(`(?i)(?:^|[/_.-])(?:jobs?|vacanc(?:y|ies)|vacature|careers?|stellenangebote?|emplois?|empleos?|empregos?|vagas?|viec-lam|tuyen-dung|lowongan|loker|vakans(?:ii|iya|iia|y)|classifieds?|anuncio|annonce|anzeigen?|zhaopin|zhaogong|qiuzhi|is-ilan|trabajo|lavoro|job[_-]detail)(?:[/_.-].*[\w-]|$)`)
	pageQuery = regexp.MustCompile(`(?i)^(?:page|p|pg|paged|pn|start|offset|currentpage|pageno|pagenum|pageindex|seite|strana|halaman|trang|before|after)$`)
	pagePath  = regexp.MustCompile(`(?i)/(?:page|p|pg|seite|strana|trang|halaman)[/-]?\d{1,4}(?:\.html?)?/?$`)
	assetExt  = map[string]bool{".jpg": true, ".jpeg": true, ".png": true, ".gif": true, ".webp": true, ".svg": true, ".ico": true, ".css": true, ".js": true, ".mjs": true, ".woff": true, ".woff2": true, ".ttf": true, ".mp3": true, ".mp4": true, ".avi": true, ".mov": true, ".zip": true, ".rar": true, ".7z": true, ".gz": true, ".exe": true, ".apk": true, ".pdf": true, ".doc": true, ".docx": true, ".xls": true, ".xlsx": true, ".ppt": true, ".webmanifest": true, ".map": true}
)

// links lists where d leads, each place once, in page order.
func (d *document) links() []Link {
	if d.found == nil {
		l := d.gatherLinks()
		d.found = &l
	}
	return *d.found
}

func (d *document) gatherLinks() []Link {
	var (
		out  []Link
		at   = map[string]int{}
		self = d.address()
		page = ""
	)
	if d.url != nil {
		page = withoutFragment(d.url)
	}
	d.tree()
	for _, n := range d.leads {
		if len(out) >= MaxLinks {
			break
		}
		if n.DataAtom == atom.Link && !hasToken(attr(n, "rel"), "next") && !jobFeedLink(n) {
			continue
		}
		u := d.resolve(attr(n, "href"))
		if u == nil || assetExt[strings.ToLower(path.Ext(u.Path))] || strings.HasPrefix(attr(n, "href"), "#") {
			continue
		}
		l := Link{URL: withoutFragment(u), NoFollow: hasToken(attr(n, "rel"), "nofollow")}
		if l.URL == page || l.URL == self {
			continue
		}
		words := strings.TrimSpace(Text(n))
		l.Next = hasToken(attr(n, "rel"), "next") || d.pagination(u, n, words)
		l.Post = !l.Next && n.DataAtom != atom.Link && d.leadsToPost(u, words)
		if i, dup := at[l.URL]; dup {
			out[i].Post = out[i].Post || l.Post
			out[i].Next = out[i].Next || l.Next
			out[i].NoFollow = out[i].NoFollow && l.NoFollow
			continue
		}
		at[l.URL] = len(out)
		out = append(out, l)
	}
	return out
}

func withoutFragment(u *url.URL) string {
	c := *u
	c.Fragment, c.RawFragment = "", ""
	return c.String()
}

// jobFeedLink reports a feed announced in the head whose name or address speaks
// of jobs or ads. The feeds of blogs are left alone.
func jobFeedLink(n *html.Node) bool {
	t := strings.ToLower(attr(n, "type"))
	if !hasToken(attr(n, "rel"), "alternate") || !strings.Contains(t, "rss") && !strings.Contains(t, "atom") && !strings.Contains(t, "feed+json") {
		return false
	}
	s := strings.ToLower(attr(n, "title") + " " + attr(n, "href"))
	return strings.Contains(s, "job") || strings.Contains(s, "classified") || strings.Contains(s, "vacanc") || strings.Contains(s, "career") || cueHits(s)[cueHiring] > 0
}

// pagination reports a link to another page of the same listing: by its words,
// its class, or a page number in a query on the same path.
func (d *document) pagination(u *url.URL, n *html.Node, words string) bool {
	if d.url != nil && !sameSite(u.Hostname(), d.url.Hostname()) {
		return false
	}
	if len(words) <= 40 && leadsOn(words) {
		return true
	}
	cls := strings.ToLower(attr(n, "class") + " " + attr(n, "aria-label") + " " + attr(n, "id"))
	if strings.Contains(cls, "pagination") && !strings.Contains(cls, "prev") || hasToken(cls, "next") {
		return true
	}
	if !digits(words) {
		return false
	}
	if pagePath.MatchString(u.Path) {
		return true
	}
	for k := range u.Query() {
		if pageQuery.MatchString(k) {
			return true
		}
	}
	return false
}

func digits(s string) bool { return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == "" }

// idQueries are the query parameters under which boards name one post.
var idQueries = []string{"id", "job", "jobid", "job_id", "jk", "vacancy", "ad", "adid", "tid", "t", "postid", "pid"}

// leadsToPost guesses by address and words whether u shows one post. It asks for
// the same site, a word for a post in the path, and something that tells one
// from another: a number, or a long name at the end.
func (d *document) leadsToPost(u *url.URL, words string) bool {
	if d.url != nil && !sameSite(u.Hostname(), d.url.Hostname()) {
		return false
	}
	p := strings.TrimSuffix(u.Path, "/")
	last := path.Base(p)
	dir := path.Dir(p)
	id := hasID(last)
	if !id && (notPost.in(p) || notPost.in(last)) {
		return false
	}
	named := id || strings.Count(last, "-")+strings.Count(last, "_") >= 2
	if named && postPath.in(dir+"/") || id && postPath.in(last) {
		return true
	}
	if u.RawQuery != "" {
		q := u.Query()
		for _, k := range idQueries {
			if v := q.Get(k); v != "" && len(v) <= 64 && strings.ContainsAny(v, "0123456789") {
				return postPath.in(p) || cueHits(strings.ToLower(words))[cueHiring] > 0
			}
		}
	}
	if named && len(words) >= 8 && len(words) <= 300 {
		h := cueHits(strings.ToLower(words))
		return h[cueHiring] > 0 || h[cueRole] > 0 && (h[cuePay] > 0 || postPath.in(p))
	}
	return false
}
