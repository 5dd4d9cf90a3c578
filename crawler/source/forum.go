package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/lurewatch/lurewatch/internal/post"
)

// forum reads threads of the usual forum programs: phpBB, vBulletin, XenForo,
// Discuz!, SMF, Discourse as HTML, Tieba. Messages that read like an offer of
// work become posts; the rest of a thread does not.
type forum struct{}

func (forum) Name() string { return "forum" }

// threads tells the programs by their markup: one element for each message and,
// inside it, the words.
var threads = []struct{ message, body, date string }{
	{"div.post[id^=p], article.post", ".postbody .content", ".author time, .author"},
	{"li.postcontainer, div[id^=post_], table[id^=post]", ".postcontent, [id^=post_message_], .t_f, .t_fsz td", ".postdate, .date, em[id^=authorposton]"},
	{"article.message", ".message-body .bbWrapper, .message-userContent .bbWrapper", "time"},
	{"div[id^=post_]", "td.t_f, .t_f, .message", "em[id^=authorposton]"},
	{"div.post_wrapper, div.windowbg, div.windowbg2", ".post .inner, .inner", ".smalltext"},
	{"article[id^=post_], .topic-body.crawler-post, div.topic-post", ".cooked, .post[itemprop=text], .post[itemprop=articleBody]", "time"},
	{"table.forumline > tbody > tr", "span.postbody", "span.postdetails"}, // phpBB 2
	{"div.post[id^=post_]", ".post_body", ".post_date"},                   // MyBB
	{"li.b-post", ".js-post__content-text", "time"},                       // vBulletin 5
	{".l_post", ".d_post_content", ".tail-info"},
}

// maxMessages bounds how many messages of one page are looked at: forums show
// ten to a hundred.
const maxMessages = 300

// topicTitle is where forum programs write the subject of a thread.
const topicTitle = "h2.topic-title, a.maintitle, h1.main-title, h3.first a, #thread_subject, .threadtitle, h1.p-title-value, .titleBar h1, .core_title_txt, #topic-title h1, h1[itemprop=headline]"

func (forum) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	if d.kind == kindBinary {
		return Found{}, ErrNotText
	}
	f := Found{Canonical: d.canonical(), Links: d.links(), Adapter: "forum"}
	if d.kind != kindHTML {
		return f, nil
	}
	q := d.query()
	title := ""
	if n := pick(q.Selection, topicTitle); n.Length() > 0 {
		title = cap256(OneLine(Text(n.Nodes[0])))
	}
	if title == "" {
		title = pageTitle(d, region{node: d.tree()})
	}
	for _, t := range threads {
		q.Find(t.message).EachWithBreak(func(i int, s *goquery.Selection) bool {
			if b := pick(s, t.body); b.Length() > 0 {
				if po, ok := forumPost(d, s, b, title, t.date, i); ok {
					f.Posts = append(f.Posts, po)
				}
			}
			return i < maxMessages
		})
		if len(f.Posts) > 0 {
			return f, nil
		}
	}
	return f, nil
}

func forumPost(d *document, s, body *goquery.Selection, title, date string, i int) (post.Post, bool) {
	skip := skipSet(body, "blockquote, .quote, .bbCodeBlock--quote, .signature, .pstatus, .attach_nopermission")
	r := region{node: body.Nodes[0], skip: skip}
	r.text = r.render(r.node)
	if !offerLike(r.text, title, i == 0) {
		return post.Post{}, false
	}
	po := post.Post{Method: "adapter", Title: title, Text: r.text, Lang: d.lang()}
	if po.URL = d.address(); po.URL != "" {
		if id, ok := s.Attr("id"); ok && id != "" && len(id) < 64 && i > 0 {
			po.URL += "#" + id
		} else if i > 0 {
			po.URL += fmt.Sprintf("#message-%d", i+1)
		}
	}
	if n := pick(s, date); n.Length() > 0 {
		at, _ := n.Attr("datetime")
		if at == "" {
			at = OneLine(Text(n.Nodes[0]))
		}
		po.PostedAt, _ = ParseTime(at, d.page.FetchedAt)
	}
	fillLabelled(&po, region{node: r.node, skip: skip, text: r.text}, d)
	d.pictures(&po, r.node, skip)
	return po, true
}

// offerLike reports a message that reads like an offer: for the opening one the
// title counts, for a reply its own words must say it.
func offerLike(text, title string, opening bool) bool {
	low := strings.ToLower(text)
	h := cueHits(low)
	groups := 0
	for _, g := range []cue{cueHiring, cuePay, cueDuty, cueNeed, cueApply, cueBenefit, cueHours} {
		if h[g] > 0 {
			groups++
		}
	}
	contact := hasContact(text)
	if contact {
		groups++
	}
	if opening {
		t := cueHits(strings.ToLower(title))
		return groups >= 3 || groups >= 1 && t[cueHiring] > 0 || groups >= 2 && t[cueRole]+t[cuePay] > 0
	}
	return groups >= 4 && h[cueHiring] > 0 && contact
}
