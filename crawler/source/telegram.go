package source

import (
	"context"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/lurewatch/lurewatch/internal/post"
)

// telegram reads the public preview of a channel (t.me/s/…) and the embed of a
// single message. Each message with words is a post; where pictures are asked for,
// so is one with a photo alone.
type telegram struct{}

func (telegram) Name() string { return "telegram" }

func (telegram) Claims(p Page) bool {
	d := p.document()
	return d.kind == kindHTML && hasMark(d.text, "tgme_widget_message")
}

func (telegram) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	f := Found{Adapter: "telegram"}
	if d.kind != kindHTML {
		return f, nil
	}
	q := d.query()
	if d.base == nil { // a saved page: relative links belong to Telegram
		if u := d.resolve("https://t.me/"); u != nil {
			d.base = u
		}
	}
	q.Find(".tgme_widget_message[data-post], .tgme_widget_message_wrap .tgme_widget_message").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if !s.HasClass("service_message") {
			if po, ok := telegramPost(d, s); ok {
				f.whole(po)
			}
		}
		return len(f.Posts) < MaxPosts
	})
	q.Find("a.tme_messages_more[href], link[rel=prev][href]").Each(func(_ int, s *goquery.Selection) {
		if href, _ := s.Attr("href"); strings.Contains(href, "before=") {
			f.link(Link{URL: d.absolute(href), Next: true})
		}
	})
	for _, l := range d.links() { // other channels and sites that messages name
		f.link(Link{URL: l.URL, NoFollow: l.NoFollow})
	}
	return f, nil
}

func telegramPost(d *document, s *goquery.Selection) (post.Post, bool) {
	p := post.Post{Method: "adapter"}
	id, _ := s.Attr("data-post")
	if strings.Count(id, "/") == 1 && len(id) < 200 {
		p.NativeID = id
		p.URL = "https://t.me/" + id
	}
	var parts []string
	s.Find(".tgme_widget_message_text, .tgme_widget_message_poll_question, .tgme_widget_message_document_title, .tgme_widget_message_inline_button").Each(func(_ int, t *goquery.Selection) {
		if t.Closest(".tgme_widget_message_reply").Length() > 0 || t.ParentsFiltered(".tgme_widget_message_text").Length() > 0 {
			return
		}
		for _, n := range t.Nodes {
			if text := inlineText(n); text != "" {
				parts = append(parts, text)
			}
		}
	})
	p.Text = strings.Join(parts, "\n\n")
	if d.page.Pictures > 0 {
		s.Find(".tgme_widget_message_photo_wrap[style]").Each(func(_ int, t *goquery.Selection) {
			style, _ := t.Attr("style")
			if m := background.FindStringSubmatch(style); m != nil && t.Closest(".tgme_widget_message_reply").Length() == 0 {
				d.name(&p, m[1], "")
			}
		})
	}
	if p.Text == "" && len(p.Pictures) == 0 {
		return p, false
	}
	if at, ok := s.Find(".tgme_widget_message_date time[datetime], time[datetime]").First().Attr("datetime"); ok {
		p.PostedAt, _ = ParseTime(at, d.page.FetchedAt)
	}
	return p, true
}

// inlineText is Text of a node, with the address of the node itself when it is a
// button that leads to somebody.
func inlineText(n *html.Node) string {
	return Text(n)
}
