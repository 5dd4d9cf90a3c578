package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
)

// withRule is the built-in pack with an own rule beside it.
func withRule(t *testing.T, text string) *rules.Pack {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "own.yml", text)
	p, err := rules.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func postsOfTexts(texts ...string) iter.Seq2[post.Post, error] {
	return func(yield func(post.Post, error) bool) {
		for i, text := range texts {
			var err error
			if text == "" {
				err = errors.New("unreadable")
			}
			if !yield(post.Post{ID: fmt.Sprint(i), Lang: "en", Text: text}, err) {
				return
			}
		}
	}
}

func TestDiffPacksCountsWhatChanges(t *testing.T) {
	const hiring = "We are hiring a barista for our cafe in town. Send your CV."
	at := func(level string) *rules.Pack {
		return withRule(t, strings.Replace(ownRule("barista"), "level: low", "level: "+level, 1))
	}
	builtin, err := rules.Open("builtin")
	if err != nil {
		t.Fatal(err)
	}
	medium, high := at("medium"), at("high")
	for name, c := range map[string]struct {
		old, fresh *rules.Pack
		want       DiffCounts
		rules      map[string]RuleDiff
		what       string
	}{
		"a rule more":             {builtin, medium, DiffCounts{Newly: 1}, map[string]RuleDiff{"added": {Gained: 1}}, "newly"},
		"a rule less":             {medium, builtin, DiffCounts{Flagged: 1, Dropped: 1}, map[string]RuleDiff{"removed": {Fired: 1, Lost: 1}}, "dropped"},
		"a higher level":          {medium, high, DiffCounts{Flagged: 1, Raised: 1}, map[string]RuleDiff{"edited": {Fired: 1}}, "raised"},
		"a lower level":           {high, medium, DiffCounts{Flagged: 1, Lowered: 1}, map[string]RuleDiff{"edited": {Fired: 1}}, "lowered"},
		"a rule that only speaks": {builtin, at("low"), DiffCounts{}, map[string]RuleDiff{"added": {Gained: 1}}, ""},
		"the same":                {medium, medium, DiffCounts{Flagged: 1}, map[string]RuleDiff{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := DiffPacks(t.Context(), c.old, c.fresh, postsOfTexts(hiring, "", "Good morning to you and to the town."), DiffOptions{Examples: 5})
			if err != nil {
				t.Fatal(err)
			}
			if d.Posts != 2 || d.Bad != 1 {
				t.Errorf("%d posts, %d bad, want 2 and 1", d.Posts, d.Bad)
			}
			if diff := cmp.Diff(c.want, d.All); diff != "" {
				t.Error(diff)
			}
			got := map[string]RuleDiff{}
			for _, r := range d.Rules {
				got[r.State] = RuleDiff{Fired: r.Fired, Gained: r.Gained, Lost: r.Lost}
			}
			if diff := cmp.Diff(c.rules, got); diff != "" {
				t.Error(diff)
			}
			switch {
			case c.what == "" && len(d.First)+len(d.Lang) > 0:
				t.Errorf("changed posts %v, languages %v, want none", d.First, d.Lang)
			case c.what != "" && (len(d.First) != 1 || d.First[0].What != c.what || d.First[0].ID != "0" || len(d.First[0].Words) == 0):
				t.Errorf("changed posts %+v, want one that is %s, with words", d.First, c.what)
			case c.what != "" && (len(d.Languages()) != 1 || d.Languages()[0] != "en"):
				t.Errorf("languages %v", d.Languages())
			}
		})
	}
}

// What it keeps does not grow with the posts: examples, languages and rules are
// bounded, whatever the posts say of themselves.
func TestDiffPacksIsBounded(t *testing.T) {
	builtin, err := rules.Open("builtin")
	if err != nil {
		t.Fatal(err)
	}
	own := withRule(t, strings.Replace(ownRule("barista"), "level: low", "level: medium", 1))
	const n = 3000
	var first, most uint64 // bytes held
	posts := func(yield func(post.Post, error) bool) {
		for i := range n {
			if i%500 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				if first == 0 {
					first = m.HeapAlloc
				}
				most = max(most, m.HeapAlloc)
			}
			// A new language each time, as a hostile page may claim.
			p := post.Post{ID: fmt.Sprint(i), Lang: fmt.Sprintf("x%d", i), Text: "hiring barista cv " + strings.Repeat("zz ", 3000)}
			if !yield(p, nil) {
				return
			}
		}
	}
	d, err := DiffPacks(t.Context(), builtin, own, posts, DiffOptions{Examples: 3})
	if err != nil {
		t.Fatal(err)
	}
	if d.Posts != n || len(d.First) > 3 || len(d.Lang) > len(own.Lexicons)+1 {
		t.Errorf("%d posts, %d examples, %d languages", d.Posts, len(d.First), len(d.Lang))
	}
	for _, c := range d.First {
		if len(c.Text) > 210 || len(c.Words) > maxWords {
			t.Errorf("an example of %d bytes with %d words", len(c.Text), len(c.Words))
		}
	}
	if most > first+32<<20 {
		t.Errorf("what is held grew from %d to %d MiB", first>>20, most>>20)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := DiffPacks(ctx, builtin, own, posts, DiffOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a diff that was stopped: %v", err)
	}
}

// The archive gives each version once, however often it was captured, and a reader
// may stop early.
func TestArchivedPosts(t *testing.T) {
	a := open(t, Archive|Stream|Index|Classifier|Ledger)
	dir := t.TempDir()
	file := filepath.Join(dir, "posts.jsonl")
	write(t, dir, "posts.jsonl", "{\"id\":\"1\",\"text\":\"one\"}\n{\"id\":\"2\",\"text\":\"two\"}\n{\"id\":\"3\",\"text\":\"three\"}\n")
	for range 3 {
		if _, err := a.Import(t.Context(), []string{file}, intake.Auto, func(err error) { t.Error(err) }); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for p, err := range a.ArchivedPosts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Text)
	}
	if d := cmp.Diff([]string{"one", "two", "three"}, got); d != "" {
		t.Error(d)
	}
	n := 0
	for range a.ArchivedPosts(t.Context()) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d posts after a break", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, err := range a.ArchivedPosts(ctx) {
		if err == nil {
			t.Error("a walk that was stopped gives posts")
		}
	}
}

func TestRecentForgetsButNeverInvents(t *testing.T) {
	r := newRecent()
	for i := range 100_000 {
		if r.before(fmt.Sprint("k", i)) {
			t.Fatalf("k%d was never met", i)
		}
	}
	known := 0
	for i := range 100_000 {
		if r.before(fmt.Sprint("k", i)) {
			known++
		}
	}
	if known < 90_000 {
		t.Errorf("%d of 100000 keys are remembered", known)
	}
}
