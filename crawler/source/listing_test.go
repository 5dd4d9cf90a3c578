package source

import (
	"fmt"
	"strings"
	"testing"
)

// linkList is a page of a board: its name, and each post as a line with a link
// and a place.
func linkList(after string, titles ...string) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Open Jobs</title></head><body><header><a href="/">Open Jobs</a> <a href="/about">About</a></header><main><h1>Open Jobs</h1><ul class="listing">`)
	for i, t := range titles {
		fmt.Fprintf(&b, `<li><a href="/jobs/jobs-en-%03d">%s</a> <span>Poipet</span></li>`, i+70, t)
	}
	fmt.Fprintf(&b, `</ul>%s</main><footer><p>Posts are written by their posters. <a href="/private/notes">Notes</a></p></footer></body></html>`, after)
	return b.String()
}

// TestShortListings reads pages that consist of links to posts: however few the
// links are, the page is a listing and no post.
func TestShortListings(t *testing.T) {
	cook, agent, driver := "Wanted: cook for a guest house, monthly salary, send your CV", "Customer service agent, full time, apply by e-mail", "Night driver, free meals"
	for name, p := range map[string]struct {
		body  string
		posts int
		links int
	}{
		"the last page of a board shows two posts": {linkList("", cook, agent), 0, 2},
		"the last page of a board shows one post":  {linkList("", cook), 0, 1},
		"four posts":                                            {linkList("", cook, agent, driver, cook), 0, 4},
		"two posts and the way back":                            {linkList(`<a rel="prev" href="/?page=6">previous</a>`, cook, agent), 0, 2},
		"two posts in other words":                              {linkList("", "Việc nhẹ lương cao tại Dubai", "Lowongan admin judol Sihanoukville"), 0, 2},
		"two posts of few words":                                {linkList("", "Typing staff", "Cook, salary 400 USD"), 0, 2},
		"an ad that names two others stays one ad":              {linkList(strings.Repeat("<p>We are looking for a cook. Salary 400 USD per month, free meals. Duties: breakfast and lunch for guests. Send your CV to cook@guesthouse.example.</p>", 3), cook, agent), 1, 2},
		"an ad whose e-mail address and phone number are links": {`<title>Cook</title><h1>Cook wanted</h1><p>Hiring a cook, salary 400 USD, apply: <a href="mailto:cook@guesthouse.example">cook@guesthouse.example</a> <a href="tel:+85512345678">+855 12 345 678</a></p>`, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := auto{}.Extract(t.Context(), Page{URL: "https://board.example/?page=7", ContentType: "text/html", Body: []byte(p.body)})
			if err != nil {
				t.Fatal(err)
			}
			posts := 0
			for _, l := range f.Links {
				if l.Post {
					posts++
				}
			}
			if len(f.Posts) != p.posts || posts != p.links || f.NeedsBrowser {
				t.Errorf("%d posts %+v, %d links to posts of %+v, needs browser: %v", len(f.Posts), f.Posts, posts, f.Links, f.NeedsBrowser)
			}
		})
	}
}
