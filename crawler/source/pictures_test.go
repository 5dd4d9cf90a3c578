package source

import (
	"slices"
	"strings"
	"testing"
)

func TestPostsNameTheirPictures(t *testing.T) {
	const ad = `<!doctype html><html lang="en"><head><title>Chat agent wanted</title>%HEAD%</head><body><nav><img src="/nav.jpg"></nav><main><h1>Chat agent wanted</h1>
<p>We are hiring chat agents for customer service. Salary: 1200 USD per month. Requirements: typing skills, English. Working hours 9 to 18. Free accommodation.
Apply now, contact us on Telegram @hr_sample. Duties: answer chats. Location: Poipet.</p>%BODY%</main></body></html>`
	page := func(head, body string) string {
		return strings.NewReplacer("%HEAD%", head, "%BODY%", body).Replace(ad)
	}
	const message = `<div class="tgme_widget_message" data-post="jobs/%ID%"><a class="tgme_widget_message_photo_wrap" style="width:600px;background-image:url('https://cdn.example/file/%ID%.jpg')"></a>%TEXT%
<a class="tgme_widget_message_date"><time datetime="2026-11-01T10:00:00+00:00"></time></a></div>`
	tg := func(id, text string) string { return strings.NewReplacer("%ID%", id, "%TEXT%", text).Replace(message) }
	for name, c := range map[string]struct {
		source, page string
		max          int
		want         [][]string
	}{
		"the picture for sharing, then those of the text": {"auto", page(`<meta property="og:image" content="/share.jpg">`, `<img src="poster.png" alt="poster"><img src="/b.webp">`), 5,
			[][]string{{"https://board.example/share.jpg", "https://board.example/jobs/poster.png", "https://board.example/b.webp"}}},
		"as many as are asked for":      {"auto", page(`<meta property="og:image" content="/share.jpg">`, `<img src="poster.png"><img src="/b.webp">`), 2, [][]string{{"https://board.example/share.jpg", "https://board.example/jobs/poster.png"}}},
		"none when none are asked for":  {"auto", page(`<meta property="og:image" content="/share.jpg">`, `<img src="poster.png">`), 0, [][]string{nil}},
		"furniture is left out":         {"auto", page(`<meta property="og:image" content="/img/logo.png">`, `<img src="/icons/star.png"><img src="drawing.svg"><img src="/a.png" width="32" height="32"><img src="data:image/png;base64,AAAA"><img src="/ok.png" width="600">`), 5, [][]string{{"https://board.example/ok.png"}}},
		"pictures that a script loads":  {"auto", page("", `<img src="data:image/gif;base64,R0lGOD" data-src="/late.jpg"><img src="/img/placeholder.png" data-original="/later.jpg">`), 5, [][]string{{"https://board.example/late.jpg", "https://board.example/later.jpg"}}},
		"what is no picture's address":  {"auto", page("", `<img src="javascript:alert(1)"><img src="file:///etc/passwd"><img src="">`), 5, [][]string{nil}},
		"the same picture twice is one": {"auto", page(`<meta property="og:image" content="/a.jpg">`, `<img src="/a.jpg"><img src="/a.jpg#x">`), 5, [][]string{{"https://board.example/a.jpg"}}},
		"structured data": {"structured", page(`<script type="application/ld+json">{"@type":"JobPosting","title":"Chat agent wanted","description":"Typing skills and a long enough text to stand for itself.","image":[{"@type":"ImageObject","url":"/poster.jpg"},"/two.jpg"],"hiringOrganization":{"name":"X","logo":"/l.png"}}</script>`, ""), 5,
			[][]string{{"https://board.example/poster.jpg", "https://board.example/two.jpg"}}},
		"photos of a channel, with words and without": {"telegram", "<html><body>" + tg("1", `<div class="tgme_widget_message_text">Hiring now</div>`) + tg("2", "") + "</body></html>", 1,
			[][]string{{"https://cdn.example/file/1.jpg"}, {"https://cdn.example/file/2.jpg"}}},
		"a photo alone is no post unless it is asked for": {"telegram", "<html><body>" + tg("1", `<div class="tgme_widget_message_text">Hiring now</div>`) + tg("2", "") + "</body></html>", 0, [][]string{nil}},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := Lookup(c.source)
			if !ok {
				t.Fatal(c.source)
			}
			f, err := s.Extract(t.Context(), Page{URL: "https://board.example/jobs/1", ContentType: "text/html; charset=utf-8", Body: []byte(c.page), Pictures: c.max})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Posts) != len(c.want) {
				t.Fatalf("%d posts, want %d", len(f.Posts), len(c.want))
			}
			for i, p := range f.Posts {
				var got []string
				for _, x := range p.Pictures {
					got = append(got, x.URL)
				}
				if !slices.Equal(got, c.want[i]) {
					t.Errorf("post %d names %q, want %q", i, got, c.want[i])
				}
			}
		})
	}
}
