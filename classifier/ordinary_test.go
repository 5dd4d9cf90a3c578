package classifier

import (
	"slices"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
)

func builtinPack(t *testing.T) *rules.Pack {
	t.Helper()
	p, err := rules.LoadWith("")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Words, phrases, concepts and rules are told where they stand, and only when they
// stand in enough posts of a class that does not say that it is ordinary.
func TestOrdinaryFindsWordsThatSayNothing(t *testing.T) {
	const scam, often = "this is a scam", 4
	for name, c := range map[string]struct {
		posts []string
		least int
		check string
		part  string // of the message
	}{
		"a word of an ordinary class":           {[]string{"we are hiring a cook", "hiring a driver", "hiring now", "hiring"}, 2, "", ""},
		"a word of a class that should be rare": {[]string{scam, scam, scam, scam}, often, "ordinary-word", `SCAM_WORD: "scam" stands in 4 of 4 ordinary posts (100.0 %) in en`},
		"too few posts":                         {[]string{scam, "this is a bakery of the town", "this is a farm with the best milk", "a shop"}, 2, "", ""},
		"once a post, however often it stands":  {[]string{scam + ", a scam, a scam", scam, "this is a bakery of the town", "this is a farm with the best milk"}, 2, "ordinary-word", "2 of 4"},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := NewOrdinary(builtinPack(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range c.posts {
				if err := o.Add(t.Context(), post.Post{Lang: "en", Text: text}); err != nil {
					t.Fatal(err)
				}
			}
			if o.Posts() != len(c.posts) {
				t.Errorf("%d posts, want %d", o.Posts(), len(c.posts))
			}
			found := false
			for _, f := range o.Findings(OrdinaryLimits{Share: 0.3, Rules: 0.3, Least: c.least}) {
				if !strings.HasPrefix(f.File, "rules/") || f.Line == 0 || f.Hint == "" {
					t.Errorf("no place or no hint: %v", f)
				}
				if c.check == "" {
					t.Errorf("finding = %v, want none", f)
				}
				found = found || f.Check == c.check && strings.Contains(f.Message, c.part)
			}
			if c.check != "" && !found {
				t.Errorf("no %s with %q in %v", c.check, c.part, o.Findings(OrdinaryLimits{Share: 0.3, Rules: 0.3, Least: 1}))
			}
		})
	}
}

// Few of the honest posts that the pack brings speak in words of rare classes, and
// none of its rules flags them. Words that do are warnings of lint.
func TestTheBuiltinPackLeavesHonestPostsAlone(t *testing.T) {
	o, err := NewOrdinary(builtinPack(t))
	if err != nil {
		t.Fatal(err)
	}
	for p, err := range rules.OrdinaryPosts() {
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Add(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if o.Posts() < 150 {
		t.Fatalf("only %d posts: the test tests less than it says", o.Posts())
	}
	words := 0
	for _, f := range o.Findings(OrdinaryLimits{Share: 0.1, Rules: 0, Least: 2}) {
		if f.Check != "ordinary-word" {
			t.Error(f)
			continue
		}
		words++
		t.Log(f)
	}
	if words > 20 {
		t.Errorf("%d words of rare classes stand in honest posts, want 20 at most", words)
	}
}

func TestLintFoldedFindsWordsThatFoldingChanges(t *testing.T) {
	p := *builtinPack(t)
	l, err := rules.ParseLexicon("x.yaml", []byte("lang: en\nname: English\nboundary: space\nclasses:\n  JOB: |\n    job\n    Vacancy\n    ＪＯＢ\nphrases:\n  free_meals: |\n    Free Food = meals paid\n"))
	if err != nil {
		t.Fatal(err)
	}
	p.Lexicons = []*rules.Lexicon{l}
	var lines []int
	for _, f := range LintFolded(&p) {
		lines = append(lines, f.Line)
		if f.Check != "unfolded-word" || f.Hint == "" || f.File != "x.yaml" {
			t.Errorf("finding = %v", f)
		}
	}
	if !slices.Equal(lines, []int{7, 8, 11}) {
		t.Errorf("lines %v, want 7, 8 and 11", lines)
	}
}
