package source

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lurewatch/lurewatch/internal/post"
)

// minPicture is the side in pixels, where a page states it, under which a picture is
// an icon or a face and no poster.
const minPicture = 150

var (
	// furniture is in the names of pictures that belong to a site, not to a post.
	furniture = regexp.MustCompile(`(?i)(?:^|[/_.-])(?:logos?|icons?|favicon|avatars?|emojis?|smil(?:ey|ies)|sprites?|spacer|pixel|blank|placeholder|loading|spinner|badges?|flags?|btn|button|captcha|counter|arrows?|stars?|rank|default)(?:[/_.-]|\d*\.|$)`)
	// background is where Telegram's previews name their photos.
	background = regexp.MustCompile(`background-image:\s*url\(\s*['"]?([^'")]{1,1000})`)
)

// name adds a picture to what p names, unless it has enough, or this one.
func (d *document) name(p *post.Post, ref, alt string) {
	if len(p.Pictures) >= min(d.page.Pictures, post.MaxPictures) {
		return
	}
	u := d.resolve(ref)
	if u == nil || furniture.MatchString(u.Path) || strings.EqualFold(path.Ext(u.Path), ".svg") {
		return
	}
	u.Fragment, u.RawFragment = "", ""
	url := u.String()
	if slices.ContainsFunc(p.Pictures, func(x post.Picture) bool { return x.URL == url }) {
		return
	}
	p.Pictures = append(p.Pictures, post.Picture{URL: url, Alt: cap256(OneLine(alt))})
}

// pictures adds the pictures under n that are large enough to hold words.
func (d *document) pictures(p *post.Post, n *html.Node, skip map[*html.Node]bool) {
	if d.page.Pictures == 0 || n == nil {
		return
	}
	each(n, func(c *html.Node) bool {
		if c.Type != html.ElementNode {
			return true
		}
		if skip[c] || c.DataAtom == atom.Noscript {
			return false
		}
		if c.DataAtom == atom.Img && !tiny(c) {
			for _, k := range []string{"src", "data-src", "data-original", "data-lazy-src", "file", "zoomfile"} {
				if v := attr(c, k); v != "" && !strings.HasPrefix(v, "data:") && !furniture.MatchString(v) {
					d.name(p, v, attr(c, "alt"))
					break
				}
			}
		}
		return len(p.Pictures) < d.page.Pictures
	})
}

// tiny reports a picture whose page states a side under minPicture.
func tiny(n *html.Node) bool {
	for _, k := range []string{"width", "height"} {
		if px, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attr(n, k)), "px")); err == nil && px < minPicture {
			return true
		}
	}
	return false
}

// illustrate names the pictures of a page of one post: what its structured data names
// is there already; then the one that the page offers for sharing, and those of its main text.
func (f *Found) illustrate(d *document) {
	if d.page.Pictures == 0 || d.kind != kindHTML || len(f.Posts) != 1 {
		return
	}
	p := &f.Posts[0]
	d.name(p, d.meta("og:image", "og:image:url", "twitter:image"), d.meta("og:image:alt"))
	r := d.region()
	d.pictures(p, r.node, r.skip)
}

// jobPictures adds the pictures of a JobPosting. The logo of who hires is none.
func (r jobReader) jobPictures(p *post.Post, m item) {
	if r.doc.page.Pictures == 0 {
		return
	}
	var add func(v any, depth int)
	add = func(v any, depth int) {
		switch t := r.deref(v).(type) {
		case string:
			r.doc.name(p, t, "")
		case item:
			if u := r.str(prop(t, "contentUrl", "url")); u != "" {
				r.doc.name(p, u, r.str(prop(t, "caption", "description")))
			}
		case []any:
			for _, e := range t[:min(len(t), 2*post.MaxPictures)] {
				if depth < 3 {
					add(e, depth+1)
				}
			}
		}
	}
	add(prop(m, "image", "primaryImageOfPage"), 0)
}
