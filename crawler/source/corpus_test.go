package source

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpus is the folder of real pages that tests measure on, "" when absent.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(dir, "pages", "manifest.jsonl")); err != nil {
		t.Skip("no corpus: set LUREWATCH_CORPUS to its folder")
	}
	return dir
}

func TestPagesOfTheCorpus(t *testing.T) {
	r, err := EvaluatePages(filepath.Join(corpus(t), "pages", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var figures strings.Builder
	if err := r.WriteText(&figures); err != nil {
		t.Fatal(err)
	}
	t.Log(figures.String())
	same(t, "pages.golden", figures.String())
	for _, f := range r.Failed() {
		t.Error(f)
	}
	if r.Pages < 100 || len(r.Errors) > 0 {
		t.Errorf("%d pages read, errors %v", r.Pages, r.Errors)
	}
}

// TestExamplesOfSchemaOrg reads the JobPosting examples of schema.org itself:
// each that is marked up must give a post.
func TestExamplesOfSchemaOrg(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "schemaorg_jobposting_examples", "*.html"))
	if err != nil || len(files) == 0 {
		t.Skip("no examples")
	}
	for _, f := range files {
		kind := strings.Split(filepath.Base(f), ".")[1]
		if kind == "plain" {
			continue
		}
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := auto{}.Extract(context.Background(), Page{ContentType: "text/html", Body: body})
		want := map[string]string{"jsonld": "json-ld", "microdata": "microdata", "rdfa": "rdfa"}[kind]
		if err != nil || len(got.Posts) != 1 || got.Posts[0].Method != want || got.Posts[0].Title == "" {
			t.Errorf("%s: %d posts, error %v", filepath.Base(f), len(got.Posts), err)
		}
	}
}

// TestFeedsOfTheCorpus reads every feed beside the answer that another reader
// gives (gofeed's universal form) and compares titles and links of the entries.
func TestFeedsOfTheCorpus(t *testing.T) {
	root := filepath.Join(corpus(t), "conformance", "gofeed_feeds")
	var right, of int
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".xml" {
			return err
		}
		answer, err := os.ReadFile(strings.TrimSuffix(path, ".xml") + ".json")
		if err != nil {
			return nil //nolint:nilerr // a feed without an answer
		}
		var want struct {
			Items   []struct{ Title, Link, GUID string }
			Entries []struct{ Title string }
		}
		if json.Unmarshal(answer, &want) != nil {
			return nil //nolint:nilerr // an answer of another form
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := auto{}.Extract(context.Background(), Page{ContentType: "application/xml", Body: body})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		var titles []string
		for _, p := range got.Posts {
			titles = append(titles, squash(p.Title))
		}
		check := func(title string) {
			if title = squash(OneLine(title)); title == "" {
				return
			}
			of++
			if slices.Contains(titles, title) {
				right++
			} else {
				t.Logf("%s: no entry %q, but %q", filepath.Base(path), title, titles)
			}
		}
		for _, i := range want.Items {
			check(i.Title)
		}
		for _, i := range want.Entries {
			check(i.Title)
		}
		return nil
	})
	if err != nil {
		t.Skip(err)
	}
	t.Logf("%d of %d entries found by their title", right, of)
	if of == 0 || right*100 < of*95 {
		t.Errorf("%d of %d entries", right, of)
	}
}

// TestStructuredDataThatIsNoJob reads the pages of extruct: none holds a job.
func TestStructuredDataThatIsNoJob(t *testing.T) {
	n := 0
	for _, pattern := range []string{"*/*.html"} {
		files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "extruct_structured_data", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			n++
			if got, err := (auto{}).Extract(context.Background(), Page{ContentType: "text/html", Body: body}); err != nil || len(got.Posts) > 0 {
				t.Errorf("%s: %d posts, error %v", filepath.Base(f), len(got.Posts), err)
			}
		}
	}
	if n == 0 {
		t.Skip("no pages")
	}
}
