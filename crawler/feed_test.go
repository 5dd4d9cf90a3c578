package crawler

import (
	"fmt"
	"net/http"
	"testing"
)

// Feeds that a page announces are followed when they are of jobs, in each of the
// three formats; the rest of a blog is left alone.
func TestFeedsThatPagesAnnounce(t *testing.T) {
	var d diary
	base := ""
	srv := serve(t, &d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
		case "/":
			fmt.Fprint(w, `<html><head><title>Board</title>
<link rel="alternate" type="application/rss+xml" title="Latest jobs" href="/rss">
<link rel="alternate" type="application/atom+xml" href="/jobs.atom">
<link rel="alternate" type="application/feed+json" title="Vacancies" href="/feed.json">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments">
<link rel="alternate" hreflang="km" href="/km/jobs"></head><body><p>Welcome</p></body></html>`)
		case "/rss":
			w.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprintf(w, `<rss><channel><item><title>One</title><link>%s/job/1</link><description>Typist wanted, 900 USD</description></item></channel></rss>`, base)
		case "/jobs.atom":
			w.Header().Set("Content-Type", "application/atom+xml")
			fmt.Fprintf(w, `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Two</title><link href="%s/job/2"/><id>x</id><summary>Driver wanted, 800 USD</summary></entry></feed>`, base)
		case "/feed.json":
			w.Header().Set("Content-Type", "application/feed+json")
			fmt.Fprintf(w, `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"3","title":"Three","url":"%s/job/3","content_text":"Cook wanted, 700 USD"}]}`, base)
		default:
			fmt.Fprint(w, jobPage(len(r.URL.Path)))
		}
	})
	base = srv.URL
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true})
	r.run(t)
	titles := map[string]bool{}
	for _, s := range r.sink.posts {
		titles[s.Post.Title] = true
	}
	for i, title := range []string{"One", "Two", "Three"} {
		if p := fmt.Sprintf("/job/%d", i+1); !titles[title] || d.count(p) != 1 {
			t.Errorf("post %q of a feed found: %v, its page visited %d times, want 1", title, titles[title], d.count(p))
		}
	}
	if d.count("/comments") != 0 {
		t.Error("a feed of comments was followed")
	}
}
