package fold

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// boards are posts of about 2 KB by language, made of the examples of the
// classifier: the lures and the ordinary jobs, news and warnings as they come.
func boards(t testing.TB) map[string][]string {
	t.Helper()
	f, err := os.Open("../testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	texts := map[string][]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var l struct{ Text, Lang string }
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		texts[l.Lang] = append(texts[l.Lang], l.Text)
	}
	out := map[string][]string{}
	for lang, list := range texts {
		i := 0
		for range 3 {
			var b strings.Builder
			for ; b.Len() < 1800; i++ {
				b.WriteString(list[i%len(list)] + "\n")
			}
			out[lang] = append(out[lang], b.String())
		}
	}
	return out
}

// BenchmarkPosts folds posts and reads their leetspeak, of all languages in turn and
// then language by language. Pin it to one core to compare figures:
// GOMAXPROCS=1 taskset -c 1 go test -bench Posts -count 3 ./classifier/fold
func BenchmarkPosts(b *testing.B) {
	by := boards(b)
	langs := slices.Sorted(maps.Keys(by))
	for _, lang := range langs {
		by["all"] = append(by["all"], by[lang]...)
	}
	for _, lang := range append([]string{"all"}, langs...) {
		b.Run(lang, func(b *testing.B) { measure(b, by[lang]) })
	}
}

// BenchmarkHostile folds 2 KB of what costs most.
func BenchmarkHostile(b *testing.B) {
	for name, unit := range hostile {
		s := strings.Repeat(unit, 2048/len(unit))
		b.Run(name, func(b *testing.B) { measure(b, []string{s}) })
	}
}

func measure(b *testing.B, posts []string) {
	b.Helper()
	size := 0
	for _, s := range posts {
		size += len(s)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	folds() // made on first use
	busy := processorTime(b)
	for b.Loop() {
		for _, s := range posts {
			Fold(s).Unleet()
		}
	}
	busy = processorTime(b) - busy
	b.ReportMetric(float64(b.N)*float64(size)/busy.Seconds()/1e6, "cpu-MB/s")
	b.ReportMetric(float64(b.N)*float64(len(posts))/b.Elapsed().Seconds(), "posts/s")
}

// processorTime is what this process has used of the processor, which other work on
// the machine disturbs less than the clock.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
