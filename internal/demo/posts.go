package demo

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed posts/*.yaml
var postFiles embed.FS

// Post is one sample post.
type Post struct {
	ID       string // unique over all sites
	Site     string
	Kind     string // lure | ordinary | warning | news | testimony | seeker
	Lang     string
	Title    string
	Company  string
	Location string
	Pay      string // as the post words it
	Text     string
	Posted   time.Time
}

// wording is one entry of a posts file: its {slots} are filled once for each
// entry of Vary, so that one wording gives several posts, as it does in the wild.
type wording struct {
	Site     string              `yaml:"site"`
	Kind     string              `yaml:"kind"`
	Lang     string              `yaml:"lang"`
	Title    string              `yaml:"title"`
	Company  string              `yaml:"company"`
	Location string              `yaml:"location"`
	Pay      string              `yaml:"pay"`
	Text     string              `yaml:"text"`
	Vary     []map[string]string `yaml:"vary"`
}

// firstPosted is the date of the oldest sample post; the others follow hour by hour.
var firstPosted = time.Date(2026, 10, 5, 7, 0, 0, 0, time.UTC)

// Posts lists every sample post, always in the same order, languages mixed.
func Posts() ([]Post, error) {
	files, err := postFiles.ReadDir("posts")
	if err != nil {
		return nil, fmt.Errorf("list sample posts: %w", err)
	}
	var out []Post
	for _, f := range files {
		b, err := postFiles.ReadFile(path.Join("posts", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("read sample posts: %w", err)
		}
		var list []wording
		if err := yaml.Unmarshal(b, &list); err != nil {
			return nil, fmt.Errorf("sample posts %s: %w", f.Name(), err)
		}
		for i, t := range list {
			if t.Lang == "" {
				t.Lang = strings.TrimSuffix(f.Name(), ".yaml")
			}
			for k, slots := range t.Vary {
				p, err := t.fill(slots)
				if err != nil {
					return nil, fmt.Errorf("sample posts %s, entry %d: %w", f.Name(), i+1, err)
				}
				p.ID = fmt.Sprintf("%s%d%02d", strings.TrimSuffix(f.Name(), ".yaml"), i+1, k+1)
				out = append(out, p)
			}
		}
	}
	// Neighbours on a page should not all come from one wording.
	slices.SortStableFunc(out, func(a, b Post) int { return strings.Compare(a.ID[len(a.ID)-2:], b.ID[len(b.ID)-2:]) })
	for i := range out {
		out[i].Posted = firstPosted.Add(time.Duration(i) * 3 * time.Hour)
	}
	return out, nil
}

func (t wording) fill(slots map[string]string) (Post, error) {
	pairs := make([]string, 0, 2*len(slots))
	for k, v := range slots {
		pairs = append(pairs, "{"+k+"}", v)
	}
	r := strings.NewReplacer(pairs...)
	p := Post{
		Site: t.Site, Kind: t.Kind, Lang: t.Lang,
		Title: r.Replace(t.Title), Company: r.Replace(t.Company), Location: r.Replace(t.Location),
		Pay: r.Replace(t.Pay), Text: r.Replace(t.Text),
	}
	for _, s := range []string{p.Title, p.Company, p.Location, p.Pay, p.Text} {
		if strings.ContainsAny(s, "{}") {
			return p, fmt.Errorf("a slot is not filled in %q", s)
		}
	}
	return p, nil
}
