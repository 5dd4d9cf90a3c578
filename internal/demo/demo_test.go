package demo

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

func TestTheWorldIsLargeAndMixed(t *testing.T) {
	posts, err := Posts()
	if err != nil {
		t.Fatal(err)
	}
	langs, kinds, ids := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, p := range posts {
		langs[p.Lang]++
		kinds[p.Kind]++
		if ids[p.ID] {
			t.Errorf("the id %s stands twice", p.ID)
		}
		ids[p.ID] = true
		if p.Text == "" {
			t.Errorf("%s has no text", p.ID)
		}
	}
	if len(posts) < 200 || len(langs) < 8 {
		t.Errorf("%d posts in %d languages, want at least 200 in 8", len(posts), len(langs))
	}
	if kinds["lure"] < 50 || kinds["ordinary"] < 50 || kinds["testimony"] == 0 || kinds["warning"] == 0 {
		t.Errorf("lures and innocents must be mixed: %v", kinds)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestEachSiteShowsItsPostsInItsOwnWay(t *testing.T) {
	s, err := Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	url := map[string]string{}
	for _, x := range s.List {
		url[x.Name] = x.URL
		if x.Posts == 0 {
			t.Errorf("%s holds no posts", x.Name)
		}
	}
	for name, c := range map[string]struct{ site, path, want string }{
		"the job board carries JSON-LD":             {"jobs", "jobs/en101", `"@type":"JobPosting"`},
		"the board carries microdata":               {"board", "ad/km101", `itemtype="https://schema.org/JobPosting"`},
		"the preview looks like one of a channel":   {"channel", "s/demo_jobs_zh", "tgme_widget_message_text"},
		"an older page of a channel is linked":      {"channel", "s/demo_jobs_zh", "?before="},
		"the app is an empty shell":                 {"app", "post/ko101", `<div id="app"></div>`},
		"the app has its posts behind an interface": {"app", "api/posts/ko101", "캄보디아"},
		"a listing leads on":                        {"jobs", "", "/?page=2"},
		"robots.txt closes a folder":                {"jobs", "robots.txt", "Disallow: /private/"},
	} {
		t.Run(name, func(t *testing.T) {
			code, body := get(t, url[c.site]+c.path)
			if code != http.StatusOK || !strings.Contains(body, c.want) {
				t.Errorf("GET %s = %d, without %q:\n%.600s", c.path, code, c.want, body)
			}
		})
	}
	t.Run("the classifieds are in an old charset", func(t *testing.T) {
		_, body := get(t, url["classifieds"]+"th/view/th201")
		text, err := charmap.Windows874.NewDecoder().String(body)
		if err != nil || !strings.Contains(text, "เว็บพนัน") {
			t.Errorf("not windows-874: %v\n%.400q", err, body)
		}
	})
}
