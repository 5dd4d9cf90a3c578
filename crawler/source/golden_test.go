package source

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden is what the golden files hold: links that lead nowhere special are left out.
type golden struct {
	Posts        []post.Post `json:"posts"`
	Links        []Link      `json:"links,omitempty"`
	Canonical    string      `json:"canonical,omitempty"`
	NeedsBrowser bool        `json:"needs_browser,omitempty"`
	Adapter      string      `json:"adapter,omitempty"`
}

func TestSavedPages(t *testing.T) {
	pages, err := Samples("auto")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		t.Run(p.Name, func(t *testing.T) {
			got, err := auto{}.Extract(context.Background(), p.Page)
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
			path := filepath.Join("testdata", filepath.FromSlash(p.Name)+".golden.json")
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
				t.Errorf("%s (-want +got; -update rewrites):\n%s", p.Name, d)
			}
		})
	}
	if n := len(pages); n < 25 {
		t.Errorf("only %d saved pages found", n)
	}
}
