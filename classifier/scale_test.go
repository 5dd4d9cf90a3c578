package classifier

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules"
	"github.com/lurewatch/lurewatch/rules/bulk"
)

// boardPosts are posts of about 2 KB in each language, as boards hold them: a lure
// in every third, for the rest ordinary jobs, news and warnings.
func boardPosts(t testing.TB) []post.Post {
	t.Helper()
	byLang := map[string][2][]string{} // others, lures
	for _, l := range cases(t) {
		k := 0
		if l.Positive() {
			k = 1
		}
		texts := byLang[l.Post.Lang]
		texts[k] = append(texts[k], l.Post.Text)
		byLang[l.Post.Lang] = texts
	}
	var out []post.Post
	for _, lang := range slices.Sorted(maps.Keys(byLang)) {
		others, lures := byLang[lang][0], byLang[lang][1]
		if len(others) == 0 {
			continue
		}
		for n := range 3 {
			var b strings.Builder
			if n == 0 && len(lures) > 0 {
				b.WriteString(lures[0] + "\n")
			}
			for i := n; b.Len() < 1800; i++ {
				b.WriteString(others[i%len(others)] + "\n")
			}
			out = append(out, post.Post{ID: "x", Lang: lang, Text: b.String()})
		}
	}
	return out
}

// measure judges posts in turn and reports bytes and posts a second, bytes a second
// of processor time (which other work on the machine disturbs less), and the time
// within which 99 of 100 posts are judged.
func measure(b *testing.B, c *Classifier, posts []post.Post) {
	b.Helper()
	size := 0
	for _, p := range posts {
		size += len(p.Text)
	}
	b.SetBytes(int64(size / len(posts)))
	b.ReportAllocs()
	took := make([]time.Duration, 0, 1<<16)
	busy := processorTime(b)
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := c.Classify(b.Context(), posts[i%len(posts)]); err != nil {
			b.Fatal(err)
		}
		if len(took) < cap(took) {
			took = append(took, time.Since(start))
		}
	}
	busy = processorTime(b) - busy
	slices.Sort(took)
	b.ReportMetric(float64(b.N)*float64(size/len(posts))/busy.Seconds()/1e6, "cpu-MB/s")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkPosts judges posts of all languages in turn. Pin it to one core to
// compare figures: GOMAXPROCS=1 taskset -c 0 go test -bench Posts ./classifier
func BenchmarkPosts(b *testing.B) { measure(b, open(b), boardPosts(b)) }

// BenchmarkWords judges the same posts by a lexicon of ten times as many words.
func BenchmarkWords(b *testing.B) {
	for _, times := range []int{1, 10} {
		b.Run(fmt.Sprint(times, "x"), func(b *testing.B) {
			measure(b, grown(b, func(p *rules.Pack) { bulk.Words(p, times) }), boardPosts(b))
		})
	}
}

// BenchmarkRules judges the same posts by a hundred times as many rules.
func BenchmarkRules(b *testing.B) {
	for _, times := range []int{1, 100} {
		b.Run(fmt.Sprint(times, "x"), func(b *testing.B) {
			measure(b, grown(b, func(p *rules.Pack) { growRules(b, p, times) }), boardPosts(b))
		})
	}
}

func grown(t testing.TB, grow func(*rules.Pack)) *Classifier {
	t.Helper()
	p, err := rules.Load(rules.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	grow(p)
	c, err := New(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func growRules(t testing.TB, p *rules.Pack, times int) {
	t.Helper()
	if err := bulk.Rules(p, times); err != nil {
		t.Fatal(err)
	}
}

// TestAllocationsDoNotGrowWithRules judges one post by few rules and by many.
func TestAllocationsDoNotGrowWithRules(t *testing.T) {
	posts := boardPosts(t)
	allocs := func(times int) float64 {
		c := grown(t, func(p *rules.Pack) { growRules(t, p, times) })
		for _, p := range posts { // warm
			if _, err := c.Classify(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		return testing.AllocsPerRun(50, func() {
			if _, err := c.Classify(t.Context(), posts[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := allocs(1), allocs(20)
	if many > few+8 { // rules that fire are named in the verdict
		t.Errorf("%v allocations a post with the built-in rules, %v with twenty times as many", few, many)
	}
}

// TestHostileMegabyteIsJudgedInTime gives the classifier a megabyte of what costs
// most to read. The bound is on processor time, and wide: the aim is 200 ms on an
// idle core, and this may run beside other work under the race detector.
func TestHostileMegabyteIsJudgedInTime(t *testing.T) {
	const bound = 4 * time.Second
	for name, text := range bulk.Hostile(1 << 20) {
		p := post.Post{ID: "x", Text: text}
		start := processorTime(t)
		classify(t, p)
		if took := processorTime(t) - start; took > bound {
			t.Errorf("%s: 1 MiB took %v of processor time, more than %v", name, took, bound)
		} else {
			t.Logf("%s: %v", name, took.Round(time.Millisecond))
		}
	}
}
