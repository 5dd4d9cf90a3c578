package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("LUREWATCH_STREAM_CHILD"); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

// note is the message of these tests.
type note struct {
	N    int    `json:"n"`
	Text string `json:"text,omitempty"`
}

var notes = Topic[note]{Name: "notes", Key: func(n note) string { return fmt.Sprintf("note-%d", n.N) }}

func open(t testing.TB, opt Options) *Stream {
	t.Helper()
	if opt.Dir == "" && opt.URL == "" {
		opt.Dir = t.TempDir()
	}
	s, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func many(from, to int) []note {
	var out []note
	for i := from; i < to; i++ {
		out = append(out, note{N: i})
	}
	return out
}

func publish[T any](t testing.TB, s *Stream, topic Topic[T], items ...T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := Publish(ctx, s, topic, items...); err != nil {
		t.Fatal(err)
	}
}

// until consumes with fn until done says so or 20 seconds have passed.
func until(t testing.TB, s *Stream, topic Topic[note], c Consumer, fn func(context.Context, []note) []error, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := Consume(ctx, s, topic, c, func(ctx context.Context, ns []note) []error {
		defer func() {
			if done() {
				cancel()
			}
		}()
		return fn(ctx, ns)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !done() {
		t.Fatal("consume: not done in time")
	}
}

// await waits for cond, which it looks at every few milliseconds.
func await(t testing.TB, what string, cond func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer end.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("%s: not in time", what)
		}
	}
}

func count(t testing.TB, s *Stream, topic string) int {
	t.Helper()
	n, err := s.Count(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func pending(t testing.TB, s *Stream, topic, stage string) int {
	t.Helper()
	n, err := s.Pending(t.Context(), topic, stage)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func dead(t testing.TB, s *Stream) []Dead {
	t.Helper()
	var out []Dead
	if err := s.DeadList(t.Context(), func(d Dead) error { out = append(out, d); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOptions(t *testing.T) {
	for name, opt := range map[string]Options{
		"neither url nor directory":  {},
		"namespace with a dot":       {Dir: "x", Namespace: "a.b"},
		"negative bound":             {Dir: "x", MaxBytes: -1},
		"more copies than allowed":   {URL: "nats://127.0.0.1:1", Replicas: 6},
		"directory that is a file":   {Dir: os.Args[0]},
		"url that is not one at all": {URL: "::SECRET@"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			s, err := Open(ctx, opt)
			if err == nil {
				_ = s.Close()
				t.Fatal("open: no error")
			}
			if strings.Contains(err.Error(), "SECRET") {
				t.Errorf("open: error quotes the url: %v", err)
			}
		})
	}
}

func TestConsumeInOrder(t *testing.T) {
	s := open(t, Options{})
	want := many(0, 1000)
	publish(t, s, notes, want...)
	var got []note
	until(t, s, notes, Consumer{Stage: "read", Batch: 100}, func(_ context.Context, ns []note) []error {
		if len(ns) > 100 {
			t.Errorf("batch of %d, want at most 100", len(ns))
		}
		got = append(got, ns...)
		return nil
	}, func() bool { return len(got) >= len(want) })
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("consumed (-want +got):\n%s", d)
	}
	await(t, "all acknowledged", func() bool { return pending(t, s, "notes", "read") == 0 })
	if n := count(t, s, "notes"); n != 1000 {
		t.Errorf("count = %d, want 1000: a handled message stays", n)
	}
}

func TestKeysSuppressDuplicates(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, many(0, 10)...)
	publish(t, s, notes, many(5, 15)...)
	if n := count(t, s, "notes"); n != 15 {
		t.Errorf("count = %d, want 15", n)
	}
	odd := Topic[note]{Name: "odd", Key: func(n note) string { return strings.Repeat("ключ\r\n", 100+n.N) }}
	publish(t, s, odd, note{N: 1}, note{N: 1}, note{N: 2})
	if n := count(t, s, "odd"); n != 2 {
		t.Errorf("count with keys unfit for a header = %d, want 2", n)
	}
}

func TestPurgeForgetsKeys(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, many(0, 10)...)
	seen := 0
	until(t, s, notes, Consumer{Stage: "read"}, func(_ context.Context, ns []note) []error { seen += len(ns); return nil }, func() bool { return seen == 10 })
	if err := s.Purge(t.Context(), "notes", "never-made"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "notes"); n != 0 {
		t.Fatalf("count after purge = %d, want 0", n)
	}
	publish(t, s, notes, many(0, 10)...)
	if n := count(t, s, "notes"); n != 10 {
		t.Errorf("count after publishing the same again = %d, want 10", n)
	}
	if n := pending(t, s, "notes", "read"); n != 10 {
		t.Errorf("pending = %d, want 10: the stage still knows its place", n)
	}
}

func TestPurgeUnderARunningStage(t *testing.T) {
	s := open(t, Options{})
	var seen atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		if err := Consume(ctx, s, notes, Consumer{Stage: "read"}, func(_ context.Context, ns []note) []error { seen.Add(int64(len(ns))); return nil }); err != nil {
			t.Errorf("consume: %v", err)
		}
	})
	publish(t, s, notes, many(0, 10)...)
	await(t, "first ten", func() bool { return seen.Load() == 10 })
	if err := s.Purge(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	publish(t, s, notes, many(0, 10)...)
	await(t, "ten more", func() bool { return seen.Load() == 20 })
}

func TestPublishRefuses(t *testing.T) {
	s := open(t, Options{})
	anyTopic := Topic[any]{Name: "any"}
	for name, v := range map[string]any{
		"a message above the limit":    strings.Repeat("x", MaxMessage),
		"a value that has no JSON":     func() {},
		"one bad item among good ones": make(chan int),
	} {
		t.Run(name, func(t *testing.T) {
			err := Publish(t.Context(), s, anyTopic, "good", v)
			if !errors.Is(err, ErrPoison) {
				t.Errorf("publish: %v, want poison", err)
			}
		})
	}
	if n := count(t, s, "any"); n != 0 {
		t.Errorf("count = %d, want 0: nothing of a refused call is sent", n)
	}
	publish(t, s, anyTopic, any(strings.Repeat("x", MaxMessage-2)))
	for _, bad := range []string{"", "dead", "a.b", "a b", "*"} {
		if err := Publish(t.Context(), s, Topic[int]{Name: bad}, 1); err == nil {
			t.Errorf("topic %q: no error", bad)
		}
	}
}

func TestReplay(t *testing.T) {
	s := open(t, Options{})
	if err := Replay(t.Context(), s, notes, func(note) error { return errors.New("called") }); err != nil {
		t.Errorf("replay of nothing: %v", err)
	}
	want := many(0, 3000)
	publish(t, s, notes, want...)
	var got []note
	if err := Replay(t.Context(), s, notes, func(n note) error { got = append(got, n); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("replayed (-want +got):\n%s", d)
	}
	stop := errors.New("stop")
	if err := Replay(t.Context(), s, notes, func(note) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("replay: %v, want the error of fn", err)
	}
	publish(t, s, Topic[string]{Name: "notes"}, "not a note")
	if err := Replay(t.Context(), s, notes, func(note) error { return nil }); !errors.Is(err, ErrPoison) {
		t.Errorf("replay over what cannot be decoded: %v, want poison", err)
	}
}

func TestRestartKeepsMessagesAndPlace(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	publish(t, s, notes, many(0, 100)...)
	seen := map[int]int{}
	c := Consumer{Stage: "read", Batch: 10, AckWait: 2 * time.Second}
	until(t, s, notes, c, func(_ context.Context, ns []note) []error {
		for _, n := range ns {
			seen[n.N]++
		}
		return nil
	}, func() bool { return len(seen) >= 40 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Dir: dir})
	if n := count(t, s, "notes"); n != 100 {
		t.Fatalf("count after restart = %d, want 100", n)
	}
	// What was seen and not acknowledged before comes again, and later than the rest: the
	// second round goes on until nothing is left.
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Consume(ctx, s, notes, c, func(_ context.Context, ns []note) []error {
			for _, n := range ns {
				seen[n.N]++
			}
			return nil
		})
	}()
	await(t, "all acknowledged", func() bool { return pending(t, s, "notes", "read") == 0 })
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var keys []int
	for k := range seen {
		keys = append(keys, k)
	}
	if slices.Sort(keys); len(keys) != 100 || keys[0] != 0 || keys[99] != 99 {
		t.Errorf("seen %d different notes, want 0 to 99", len(keys))
	}
}

func TestStoreThatCannotBeUsed(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"a newer format": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "format.json"), `{"format":99,"server":"2.0.0"}`)
		}, "newer version"},
		"a newer server": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "format.json"), `{"format":1,"server":"9.1.0"}`)
		}, "newer version"},
		"a damaged format file": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "format.json"), `{`)
		}, "damaged"},
		"a damaged stream": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "jetstream", "$G", "streams", "lurewatch-notes", "meta.inf"), `garbage`)
		}, "lurewatch-notes is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, Options{Dir: dir})
			publish(t, s, notes, note{N: 1})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			tc.spoil(t, dir)
			s, err := Open(t.Context(), Options{Dir: dir})
			if err == nil {
				_ = s.Close()
				t.Fatal("open: no error")
			}
			if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "hint:") {
				t.Errorf("open: %v, want %q and a hint", err, tc.want)
			}
		})
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFullTopicKeepsWhatNobodyHandled(t *testing.T) {
	var logged syncBuffer
	s := open(t, Options{MaxBytes: 1 << 20, NagEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	big := func(from, to int) (out []note) {
		for _, n := range many(from, to) {
			n.Text = strings.Repeat("x", 10<<10)
			out = append(out, n)
		}
		return out
	}
	publish(t, s, notes, big(0, 90)...)
	done := make(chan error, 1)
	go func() { done <- Publish(t.Context(), s, notes, big(90, 300)...) }()
	await(t, "a message that the topic is full", func() bool { return strings.Contains(logged.String(), "topic is full") })
	seen := map[int]bool{}
	until(t, s, notes, Consumer{Stage: "read", Batch: 8, AckWait: 2 * time.Second}, func(_ context.Context, ns []note) []error {
		for _, n := range ns {
			seen[n.N] = true
		}
		return nil
	}, func() bool { return len(seen) == 300 })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestSyncedTopic(t *testing.T) {
	s := open(t, Options{})
	topic := notes
	topic.Sync = true
	publish(t, s, topic, many(0, 50)...)
	if n := count(t, s, "notes"); n != 50 {
		t.Errorf("count = %d, want 50", n)
	}
	// The block files must be where fsync looks for them.
	blocks, err := filepath.Glob(filepath.Join(s.opt.Dir, "jetstream", "$G", "streams", "lurewatch-notes", "msgs", "*.blk"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("blocks = %v, %v; want some", blocks, err)
	}
	if last := s.synced["notes"]; last != len(blocks) {
		t.Errorf("synced up to block %d, want %d", last, len(blocks))
	}
	if err := s.Purge(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	publish(t, s, topic, many(0, 50)...)
	if err := s.fsync("nowhere"); err == nil {
		t.Error("sync of a topic that is not there: no error")
	}
}

// syncBuffer is a buffer that a logger may write while a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
