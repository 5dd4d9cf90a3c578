package source

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// pageURLs are the addresses of the saved pages; files that are not here have none.
var pageURLs = map[string]string{
	"jsonld/graph.html": "https://www.jobsmekong.example/jobs/88123-customer-service-agent?utm_source=x", "jsonld/many.html": "https://viec.example/trang",
	"microdata/job.html": "https://jobs.example/job/5", "rdfa/job.html": "https://jobs.example/es/7", "telegram/channel.html": "https://t.me/s/jobs_example",
	"reddit/listing.json": "https://oauth.reddit.com/r/jobs/new?limit=100", "discourse/topic.json": "https://forum.example/t/staff-needed/77.json",
	"jobfeed/api.json": "https://board.example/api/jobs", "state/next.html": "https://board.example/en/991", "bongthom/listing.html": "https://www.bongthom.com/",
	"forum/phpbb.html": "https://forum.example/viewtopic.php?t=99", "forum/discuz.html": "https://bbs.example/thread-9001-1-1.html",
	"generic/classified_en.html": "https://www.khmerclassifieds.example/ads/771-urgent-hiring-typing-staff", "negative/news.html": "https://news.example/2025/01/compound",
	"weworkremotely/job.html": "https://weworkremotely.com/remote-jobs/acme-support", "feed/jobs.rss": "https://feed.example/rss", "feed/feed.json": "https://feed.example/1.json", "state/nuxt3.html": "https://board.example/a/4", "negative/shop.html": "https://kettle.example/p/blue",
}

func contentTypeOf(name string) string {
	switch filepath.Ext(name) {
	case ".json":
		return "application/json"
	case ".xml", ".rss", ".atom":
		return "application/xml"
	}
	return "text/html; charset=utf-8"
}

// golden is what the golden files hold: links that lead nowhere special are left out.
type golden struct {
	Posts        []post.Post `json:"posts"`
	Links        []Link      `json:"links,omitempty"`
	Canonical    string      `json:"canonical,omitempty"`
	NeedsBrowser bool        `json:"needs_browser,omitempty"`
	Adapter      string      `json:"adapter,omitempty"`
}

func TestSavedPages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		rel, _ := filepath.Rel("testdata", f)
		rel = filepath.ToSlash(rel)
		if strings.HasSuffix(f, ".golden.json") || strings.HasPrefix(rel, "fuzz/") {
			continue
		}
		n++
		t.Run(rel, func(t *testing.T) {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := auto{}.Extract(context.Background(), Page{URL: pageURLs[rel], ContentType: contentTypeOf(f), Body: body, FetchedAt: time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			g := golden{Posts: got.Posts, Canonical: got.Canonical, NeedsBrowser: got.NeedsBrowser, Adapter: got.Adapter}
			for _, l := range got.Links {
				if l.Post || l.Next {
					g.Links = append(g.Links, l)
				}
			}
			out, err := json.MarshalIndent(g, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, '\n')
			path := f + ".golden.json"
			if *update {
				if err := os.WriteFile(path, out, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(out)); d != "" {
				t.Errorf("%s (-want +got; -update rewrites):\n%s", rel, d)
			}
		})
	}
	if n < 25 {
		t.Errorf("only %d saved pages found", n)
	}
}
