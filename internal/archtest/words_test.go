package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// careless matches words that say of a person what the rules cannot know. They
// are put together here so that this file passes its own test.
var careless = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{"vic" + "tims?", "traf" + "fickers?", "guil" + "ty"}, "|") + `)\b`)

// TestWordsAreChosenWithCare: the rules judge posts, not people, so code, pages
// and column names use post, poster, reviewer, lure, indicator. Data that quotes
// how others write (lexicons, rule examples, sample posts) is not meant.
func TestWordsAreChosenWithCare(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || (strings.HasPrefix(e.Name(), ".") && file != root)):
			return filepath.SkipDir
		case e.IsDir() || !(strings.HasSuffix(file, ".go") || strings.HasSuffix(file, ".html") || strings.HasSuffix(file, ".css") || strings.HasSuffix(file, ".js")):
			return nil
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		seen++
		for i, line := range strings.Split(string(b), "\n") {
			// A quoted word is the speech of others: a test case, or a cue of news.
			if w := careless.FindString(unquoted(line)); w != "" {
				t.Errorf("%s:%d: %q: say post, poster, reviewer, person or lure", strings.TrimPrefix(file, root+"/"), i+1, w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Fatalf("only %d files were read from %s: the walk is broken", seen, root)
	}
}

var quoted = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")

func unquoted(line string) string { return quoted.ReplaceAllString(line, `""`) }
