package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// discourse reads the JSON of Discourse forums: topics, single posts, latest
// posts; lists of topics yield links.
type discourse struct{}

func (discourse) Name() string { return "discourse" }

func (discourse) Claims(p Page) bool {
	d := p.document()
	if d.kind != kindJSON {
		return false
	}
	for _, k := range []string{`"post_stream"`, `"topic_list"`, `"latest_posts"`} {
		if strings.Contains(d.text, k) {
			return true
		}
	}
	return strings.Contains(d.text, `"cooked"`) && strings.Contains(d.text, `"topic_id"`)
}

func (discourse) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	f := Found{Adapter: "discourse"}
	v, err := ParseLoose(d.text)
	m, ok := v.(item)
	if err != nil || !ok {
		return f, nil //nolint:nilerr // no JSON holds no posts
	}
	topic := item{}
	var posts []any
	switch {
	case m["post_stream"] != nil:
		ps, _ := m["post_stream"].(item)
		posts, _ = ps["posts"].([]any)
		topic = m
	case m["latest_posts"] != nil:
		posts, _ = m["latest_posts"].([]any)
	case m["cooked"] != nil:
		posts = []any{m}
	}
	for _, e := range posts[:min(len(posts), MaxPosts)] {
		if pm, ok := e.(item); ok {
			f.whole(discoursePost(d, pm, topic))
		}
	}
	if tl, ok := m["topic_list"].(item); ok {
		topics, _ := tl["topics"].([]any)
		for _, e := range topics[:min(len(topics), MaxLinks)] {
			if t, ok := e.(item); ok && str(t["id"]) != "" {
				f.link(Link{URL: d.absolute(fmt.Sprintf("/t/%s/%s.json", orDash(str(t["slug"])), str(t["id"]))), Post: true})
			}
		}
		if more := str(tl["more_topics_url"]); more != "" {
			f.link(Link{URL: d.absolute(more), Next: true})
		}
	}
	return f, nil
}

func discoursePost(d *document, m, topic item) post.Post {
	p := post.Post{Method: "adapter", NativeID: bound(str(m["id"]))}
	for _, of := range []any{topic["title"], m["topic_title"], topic["fancy_title"]} {
		if p.Title = cap256(OneLine(str(of))); p.Title != "" {
			break
		}
	}
	p.Text = PlainText(str(m["cooked"]))
	if p.Text == "" {
		p.Text = tidy(str(m["raw"]))
	}
	id := str(m["topic_id"])
	if id == "" {
		id = str(topic["id"])
	}
	slug := str(m["topic_slug"])
	if slug == "" {
		slug = str(topic["slug"])
	}
	if id != "" {
		p.URL = d.absolute(fmt.Sprintf("/t/%s/%s/%s", orDash(slug), id, str(m["post_number"])))
	}
	p.PostedAt, _ = ParseTime(str(m["created_at"]), d.page.FetchedAt)
	return p
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
