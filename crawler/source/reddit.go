package source

import (
	"context"
	"net/url"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// reddit reads Listings of the Reddit API: submissions, and comments where a
// listing is of comments alone. Replies under a submission are left out.
type reddit struct{}

func (reddit) Name() string { return "reddit" }

func (reddit) Claims(p Page) bool {
	d := p.document()
	if d.kind != kindJSON {
		return false
	}
	head := d.text[:min(len(d.text), 4096)]
	return strings.Contains(head, `"kind"`) && (strings.Contains(head, `"Listing"`) || strings.Contains(head, `"t3"`)) && strings.Contains(head, `"data"`)
}

func (reddit) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	f := Found{Adapter: "reddit"}
	v, err := ParseLoose(d.text)
	if err != nil {
		return f, nil //nolint:nilerr // no JSON holds no posts
	}
	lists := list(v)
	for i, l := range lists {
		m, ok := l.(item)
		if !ok || i > 0 && len(f.Posts) > 0 {
			continue // the second listing of a submission's page is its comments
		}
		data, _ := m["data"].(item)
		if m["kind"] == "t3" {
			f.whole(redditPost(d, data))
			continue
		}
		children, _ := data["children"].([]any)
		for _, c := range children[:min(len(children), MaxPosts)] {
			cm, _ := c.(item)
			cd, _ := cm["data"].(item)
			if cd != nil && (cm["kind"] == "t3" || cm["kind"] == "t1") {
				f.whole(redditPost(d, cd))
			}
		}
		if after := str(data["after"]); after != "" && d.url != nil && i == 0 {
			u := *d.url
			q := u.Query()
			q.Set("after", after)
			u.RawQuery = q.Encode()
			f.link(Link{URL: u.String(), Next: true})
		}
	}
	return f, nil
}

func redditPost(d *document, m item) post.Post {
	p := post.Post{Method: "adapter", NativeID: bound(str(m["name"])), Title: cap256(OneLine(str(m["title"])))}
	if p.NativeID == "" && str(m["id"]) != "" {
		p.NativeID = "t3_" + bound(str(m["id"]))
	}
	body := str(m["selftext"])
	if body == "" {
		body = str(m["body"])
		if p.Title == "" {
			p.Title = cap256(OneLine(str(m["link_title"])))
		}
	}
	p.Text = tidy(unescapeOnce(body))
	if p.Text == "" {
		p.Text = PlainText(str(m["selftext_html"]))
	}
	if link := str(m["url"]); m["is_self"] != true && link != "" && !strings.Contains(link, str(m["permalink"])) {
		if u, err := url.Parse(link); err == nil && u.Host != "" && len(link) < 2000 {
			p.Text = strings.TrimSpace(p.Text + "\n\n" + link)
		}
	}
	if perma := str(m["permalink"]); strings.HasPrefix(perma, "/") {
		p.URL = "https://www.reddit.com" + perma
	}
	created := m["created_utc"]
	if created == nil {
		created = m["created"]
	}
	p.PostedAt, _ = ParseTime(str(created), d.page.FetchedAt)
	return p
}

// unescapeOnce undoes the three entities that the API writes without raw_json.
func unescapeOnce(s string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
}
