package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// ownRule is a whole own rule: it fires on offers with a word.
func ownRule(word string) string {
	return fmt.Sprintf(`title: Offers with %[1]s
id: 5a1c2f0e-8f6b-4f0a-9d0e-2b6f7d3c9a11
status: experimental
description: An own rule that comes and goes.
references: ['https://example.org/why']
author: example
date: 2026-11-22
tags: [lurewatch.example]
logsource: {product: lurewatch, category: recruitment_post}
detection:
  offer: {stance: offer}
  word: {text|contains: %[1]s}
  condition: offer and word
falsepositives: [Every cafe]
level: low
lurewatch:
  confidence: low
  indicators: [job_word]
  ilo: [deception]
  examples:
    match: [{text: a}, {text: b}]
    ignore: [{text: c}, {text: d}]
`, word)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withOwnRules opens an app whose own rules stand in a folder, with the log that it
// writes.
func withOwnRules(t *testing.T, parts Part, every time.Duration) (a *App, dir string, log *syncedBuffer) {
	t.Helper()
	dir, log = t.TempDir(), &syncedBuffer{}
	write(t, dir, "own.yml", ownRule("barista"))
	cfg := config.Default()
	cfg.DataDir, cfg.Rules.Dir = t.TempDir(), dir
	a, err := Open(t.Context(), Options{Config: cfg, Parts: parts, RulesEvery: every, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, dir, log
}

type syncedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Two thousand posts go down a real line while the rules are swapped twenty times,
// with a broken pack in between. Nothing is lost, nothing is judged twice
// over, and each verdict names one of the two packs that could judge.
func TestRulesAreSwappedWithoutLosingAPost(t *testing.T) {
	const posts, swaps = 2000, 20
	a, dir, _ := withOwnRules(t, Archive|Stream|Index|Ledger|Classifier, time.Hour)
	packs := map[post.Digest]string{a.Pack().Hash: "barista"}
	words := [2]string{"waiter", "barista"}
	next := 0
	publish := func(ctx context.Context) error {
		p := post.Post{Source: "test", NativeID: fmt.Sprint(next), Text: "We are hiring a barista and a waiter for our cafe. Send your CV."}
		p.Seal(time.Unix(1, 0))
		c := post.Capture{ID: fmt.Sprint("c", next), Source: "test", Class: post.ClassContent}
		next++
		return stream.Publish(ctx, a.stream, captured, post.Sighting{Capture: c, Post: p})
	}
	// feed publishes a share of the posts: most while the rules are swapped, so that
	// some are on their way when it happens, and the last ones after.
	feed := func(ctx context.Context, swapped <-chan struct{}) error {
		tick := time.NewTicker(4 * time.Millisecond)
		defer tick.Stop()
		for i := range posts / swaps {
			if i == posts/swaps-5 {
				<-swapped
			}
			if err := publish(ctx); err != nil {
				return err
			}
			select {
			case <-swapped:
			case <-tick.C:
			}
		}
		return nil
	}
	swap := func(ctx context.Context, i int) error {
		if i%4 == 0 {
			before := a.Pack()
			write(t, dir, "own.yml", "title: [half a rule")
			changed, err := a.Reload(ctx)
			if err == nil {
				return fmt.Errorf("a broken pack was taken: changed %v, pack %v", changed, a.Pack())
			}
			if changed || a.Pack() != before {
				return fmt.Errorf("a broken pack: changed %v, pack %v, want %v: %w", changed, a.Pack(), before, err)
			}
		}
		write(t, dir, "own.yml", ownRule(words[i%2]))
		if changed, err := a.Reload(ctx); err != nil || !changed {
			return fmt.Errorf("swap %d: changed %v, %w", i, changed, err)
		}
		packs[a.Pack().Hash] = words[i%2]
		return nil
	}
	err := a.WithLine(t.Context(), func(ctx context.Context) error {
		for i := range swaps {
			swapped := make(chan struct{})
			g, ctx := errgroup.WithContext(ctx)
			g.Go(func() error { return feed(ctx, swapped) })
			g.Go(func() error {
				defer close(swapped)
				return swap(ctx, i)
			})
			if err := g.Wait(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packs) != 2 {
		t.Fatalf("%d packs, want 2", len(packs))
	}
	seen, byPack, turns, last := map[string]int{}, map[string]int{}, 0, ""
	err = stream.Replay(t.Context(), a.stream, judged, func(j post.Judged) error {
		seen[j.Post.ID]++
		word, known := packs[j.Verdict.Pack.Hash]
		if !known {
			t.Errorf("a verdict names pack %s, which never judged", j.Verdict.Pack.Hash.Short())
		}
		byPack[word]++
		if word != last {
			turns, last = turns+1, word
		}
		found := false
		for _, r := range j.Verdict.Rules {
			found = found || r.Title == "Offers with "+word
			if strings.HasPrefix(r.Title, "Offers with ") && r.Title != "Offers with "+word {
				t.Errorf("a verdict of the pack with %s names the rule %q", word, r.Title)
			}
		}
		if !found {
			t.Errorf("a verdict of the pack with %s does not name its rule: %v", word, j.Verdict.Rules)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != posts {
		t.Errorf("%d posts were judged, want %d", len(seen), posts)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was judged %d times over", id, n)
		}
	}
	if turns < swaps/2 {
		t.Errorf("the verdicts change their pack %d times, posts by pack %v: the swaps came too late to test anything", turns, byPack)
	}
	if n, err := a.index.Count(t.Context()); err != nil || n != posts {
		t.Errorf("the index holds %d posts, %v, want %d", n, err, posts)
	}
	t.Logf("posts by pack: %v, in %d turns", byPack, turns)
	for act, want := range map[string]int{"rules.reload": swaps, "rules.refuse": swaps / 4} {
		es, err := a.ledger.Audit(t.Context(), ledger.AuditFilter{Act: act})
		if err != nil || len(es) != want {
			t.Errorf("%d lines of %s in the audit log, %v, want %d", len(es), act, err, want)
		}
	}
}

// The folder is watched: a change is taken up when it stands still, a broken one is
// told once and changes nothing, and mending it is enough.
func TestTheFolderOfRulesIsWatched(t *testing.T) {
	a, dir, log := withOwnRules(t, Classifier|Ledger, 5*time.Millisecond)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.watchRules(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	first := a.Pack()
	write(t, dir, "own.yml", ownRule("waiter"))
	until(t, "the new rule judges", func() bool { return a.Pack() != first })
	second := a.Pack()

	write(t, dir, "own.yml", strings.Replace(ownRule("cook"), "condition: offer and word", "condition: offer and nothing", 1))
	until(t, "the broken rule is refused", func() bool { return strings.Count(log.String(), "the new rules are refused") == 1 })
	write(t, dir, "own.yml", strings.Replace(ownRule("cook"), "condition: offer and word", "condition: word and not word", 1))
	until(t, "the rule that lint refuses is refused", func() bool { return strings.Count(log.String(), "the new rules are refused") == 2 })
	if a.Pack() != second {
		t.Error("a refused pack judges")
	}
	for _, want := range []string{"own.yml", "never fire", "hint"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	until(t, "the folder that is gone is told", func() bool { return strings.Count(log.String(), "the new rules are refused") == 3 })
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "own.yml", ownRule("barista"))
	until(t, "the first rule judges again", func() bool { return a.Pack() == first })
}

// until waits for something that a goroutine does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-late.C:
			t.Fatalf("waited too long until %s", what)
		case <-tick.C:
		}
	}
}

func TestAProcessThatDoesNotClassifyHasNothingToReload(t *testing.T) {
	a := open(t, Ledger)
	if _, err := a.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("Reload = %v, want an error with a hint", err)
	}
	if a.Pack() != (post.Pack{}) {
		t.Errorf("pack = %v, want none", a.Pack())
	}
}
