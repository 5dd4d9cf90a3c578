package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
)

// quick is a consumer for tests of failure.
func quick(stage string) Consumer {
	return Consumer{Stage: stage, Batch: 8, AckWait: 2 * time.Second, MaxDeliver: 3, Backoff: []time.Duration{20 * time.Millisecond, 60 * time.Millisecond}}
}

func TestAnswers(t *testing.T) {
	boom := errors.New("boom")
	for name, tc := range map[string]struct {
		fail  func(try int) error // what the handler answers for note 3; panics are of it, too
		tries int                 // of note 3; 0: not looked at
		dead  string              // reason of the dead letter; empty: none
	}{
		"an error that passes is tried again":        {fail: func(try int) error { return pick(try < 3, boom) }, tries: 3},
		"an error that stays ends as dead letter":    {fail: func(int) error { return boom }, tries: 3, dead: "boom"},
		"poison is not tried again":                  {fail: func(int) error { return fmt.Errorf("bad: %w", ErrPoison) }, tries: 1, dead: "bad: poison message"},
		"unavailable is tried beyond the limit":      {fail: func(try int) error { return pick(try < 6, fmt.Errorf("index: %w", ErrUnavailable)) }, tries: 6},
		"nothing to pass on is done":                 {fail: func(int) error { return ErrSkip }, tries: 1},
		"a panic becomes a dead letter":              {fail: func(int) error { panic("ouch") }, dead: "panic: ouch"},
		"a reason with line breaks and odd bytes":    {fail: func(int) error { return fmt.Errorf("%w: a\r\nb\x00\xff%s", ErrPoison, strings.Repeat("\x01", 9000)) }, tries: 1, dead: "a"},
		"an error that carries a delay of its own":   {fail: func(try int) error { return pick(try < 2, RetryAfter(boom, 50*time.Millisecond)) }, tries: 2},
		"a nil pointer dereference is a dead letter": {fail: func(int) error { var p *note; _ = p.N; return nil }, dead: "nil pointer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, Options{})
			publish(t, s, notes, many(0, 10)...)
			var mu sync.Mutex
			tries, done := 0, map[int]bool{}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			defer wg.Wait()
			defer cancel()
			wg.Go(func() {
				err := Consume(ctx, s, notes, quick("read"), func(_ context.Context, ns []note) []error {
					mu.Lock()
					defer mu.Unlock()
					errs := make([]error, len(ns))
					for i, n := range ns {
						if n.N == 3 {
							tries++
							errs[i] = tc.fail(tries)
						} else {
							done[n.N] = true
						}
					}
					return errs
				})
				if err != nil {
					t.Errorf("consume: %v", err)
				}
			})
			await(t, "every note answered for", func() bool { return pending(t, s, "notes", "read") == 0 })
			mu.Lock()
			defer mu.Unlock()
			if len(done) != 9 {
				t.Errorf("%d good notes handled, want 9", len(done))
			}
			if tc.tries > 0 && tries != tc.tries {
				t.Errorf("%d tries, want %d", tries, tc.tries)
			}
			got := dead(t, s)
			if (tc.dead != "") != (len(got) == 1) {
				t.Fatalf("%d dead letters, want one: %v", len(got), tc.dead != "")
			}
			if tc.dead == "" {
				return
			}
			d := got[0]
			if !strings.Contains(d.Reason, tc.dead) {
				t.Errorf("reason %q, want %q", d.Reason, tc.dead)
			}
			if d.At.IsZero() || d.Deliveries == 0 {
				t.Errorf("dead letter without time or deliveries: %+v", d)
			}
			d.Reason, d.At, d.Deliveries = "", time.Time{}, 0
			if diff := cmp.Diff(Dead{Seq: 1, Stage: "read", Topic: "notes", Data: []byte(`{"n":3}`)}, d); diff != "" {
				t.Errorf("dead letter (-want +got):\n%s", diff)
			}
		})
	}
}

func pick(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

func TestBackoffIsKept(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, note{N: 1})
	var at []time.Time
	c := quick("read")
	c.Backoff, c.MaxDeliver = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond}, 10
	until(t, s, notes, c, func(context.Context, []note) []error {
		if at = append(at, time.Now()); len(at) == 4 {
			return nil
		}
		return []error{errors.New("not yet")}
	}, func() bool { return len(at) == 4 })
	for i, least := range []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, 300 * time.Millisecond} {
		if got := at[i+1].Sub(at[i]); got < least || got > least+2*time.Second {
			t.Errorf("pause %d = %v, want about %v", i+1, got, least)
		}
	}
}

func TestWrongNumberOfAnswers(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, many(0, 4)...)
	c, calls := quick("read"), 0
	c.MaxDeliver, c.Linger = 1, 100*time.Millisecond
	until(t, s, notes, c, func(context.Context, []note) []error {
		calls++
		return make([]error, 7)
	}, func() bool { return calls > 0 })
	got := dead(t, s)
	if len(got) != 0 { // ctx had ended by then, so they went back
		t.Fatalf("%d dead letters, want none", len(got))
	}
	if n := pending(t, s, "notes", "read"); n != 4 {
		t.Errorf("pending = %d, want 4: no item may pass without an answer of its own", n)
	}
}

func TestUndecodableMessageAndTheWayBack(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, Topic[string]{Name: "notes"}, "not a note")
	publish(t, s, notes, note{N: 7})
	seen := map[string]int{}
	for _, stage := range []string{"read", "other"} {
		until(t, s, notes, quick(stage), func(_ context.Context, ns []note) []error {
			seen[stage] += len(ns)
			return nil
		}, func() bool { return seen[stage] >= 1 })
		await(t, "answered", func() bool { return pending(t, s, "notes", stage) == 0 })
	}
	got := dead(t, s)
	if len(got) != 2 || !strings.Contains(got[0].Reason, "decode") {
		t.Fatalf("dead letters = %+v, want one for each stage", got)
	}
	if err := s.DeadDrop(t.Context(), got[1].Seq); err != nil {
		t.Fatal(err)
	}
	// The program has learnt to read it: only the stage of the letter gets it again.
	if err := s.DeadRetry(t.Context(), got[0].Seq); err != nil {
		t.Fatal(err)
	}
	if got := dead(t, s); len(got) != 0 {
		t.Errorf("dead letters after drop and retry = %+v, want none", got)
	}
	words := Topic[any]{Name: "notes"}
	var again []any
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := Consume(ctx, s, words, quick("read"), func(_ context.Context, vs []any) []error {
		again = append(again, vs...)
		cancel()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]any{"not a note"}, again); d != "" {
		t.Errorf("retried (-want +got):\n%s", d)
	}
	ctx, cancel = context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = Consume(ctx, s, words, quick("other"), func(_ context.Context, vs []any) []error {
			t.Errorf("stage other got %v, a retry for stage read", vs)
			return nil
		})
	})
	await(t, "passed over by the other stage", func() bool { return pending(t, s, "notes", "other") == 0 })
	cancel()
	wg.Wait()
	for act, do := range map[string]func(context.Context, ...uint64) error{"retry": s.DeadRetry, "drop": s.DeadDrop} {
		if err := do(t.Context(), 99); err == nil || !strings.Contains(err.Error(), "hint:") {
			t.Errorf("%s of no letter: %v, want an error with a hint", act, err)
		}
	}
}

func TestMap(t *testing.T) {
	s := open(t, Options{})
	out := Topic[string]{Name: "words", Key: func(s string) string { return s }}
	publish(t, s, notes, many(0, 500)...)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var tries atomic.Int64
	wg.Go(func() {
		err := Map(ctx, s, notes, out, quick("word"), func(_ context.Context, n note) (string, error) {
			switch {
			case n.N == 13:
				panic("thirteen")
			case n.N == 14:
				return "", ErrSkip
			case n.N == 15:
				return strings.Repeat("x", MaxMessage), nil
			case n.N == 16 && tries.Add(1) < 3:
				return "", errors.New("later")
			}
			return fmt.Sprintf("word-%d", n.N), nil
		})
		if err != nil {
			t.Errorf("map: %v", err)
		}
	})
	await(t, "all mapped", func() bool { return pending(t, s, "notes", "word") == 0 })
	got := map[string]bool{}
	if err := Replay(t.Context(), s, out, func(w string) error { got[w] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		if w := fmt.Sprintf("word-%d", i); got[w] != (i < 13 || i > 15) {
			t.Errorf("%s published: %v", w, got[w])
		}
	}
	if n := count(t, s, "words"); n != 497 {
		t.Errorf("%d words, want 497", n)
	}
	if d := dead(t, s); len(d) != 2 {
		t.Errorf("dead letters = %+v, want the panic and the one that is too long", d)
	}
}

func TestTheEndGivesBackWhatIsHeld(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, many(0, 64)...)
	ctx, cancel := context.WithCancel(t.Context())
	c := quick("read")
	c.AckWait = time.Minute
	if err := Consume(ctx, s, notes, c, func(ctx context.Context, ns []note) []error {
		cancel()
		errs := make([]error, len(ns))
		for i := range errs {
			errs[i] = ctx.Err()
		}
		return errs
	}); err != nil {
		t.Fatal(err)
	}
	begun, seen := time.Now(), map[int]bool{}
	until(t, s, notes, c, func(_ context.Context, ns []note) []error {
		for _, n := range ns {
			seen[n.N] = true
		}
		return nil
	}, func() bool { return len(seen) == 64 })
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %v: what was held came back only after AckWait", took)
	}
	if d := dead(t, s); len(d) != 0 {
		t.Errorf("dead letters = %+v, want none", d)
	}
}

func TestSlowHandlerKeepsItsItems(t *testing.T) {
	s := open(t, Options{})
	publish(t, s, notes, many(0, 4)...)
	c := quick("read")
	c.Batch, c.AckWait = 1, 300*time.Millisecond
	var calls atomic.Int64
	until(t, s, notes, c, func(ctx context.Context, _ []note) []error {
		if calls.Add(1) == 1 {
			<-time.After(1500 * time.Millisecond) // the next one lies fetched all that time
		}
		return nil
	}, func() bool { return calls.Load() >= 4 })
	await(t, "answered", func() bool { return pending(t, s, "notes", "read") == 0 })
	if n := calls.Load(); n != 4 {
		t.Errorf("%d calls, want 4: the broker gave away what was at work", n)
	}
}

func TestSlowStageHoldsLittle(t *testing.T) {
	s := open(t, Options{})
	const n, size = 200, 512 << 10
	for i := range n / 10 {
		var ns []note
		for k := range 10 {
			ns = append(ns, note{N: 10*i + k, Text: strings.Repeat("x", size)})
		}
		publish(t, s, notes, ns...)
	}
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	seen, peak := 0, uint64(0)
	c := quick("read")
	c.Batch = 256 // 128 MiB if taken by the number
	until(t, s, notes, c, func(_ context.Context, ns []note) []error {
		if seen == 0 {
			<-time.After(300 * time.Millisecond) // let the fetch ahead fill up
		}
		runtime.GC()
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc)
		seen += len(ns)
		return nil
	}, func() bool { return seen >= n })
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 100<<20 {
		t.Errorf("heap grew by %d MiB, want less than 100", grown>>20)
	}
}

// natsServer starts a real server as an external one on a port; 0 means any.
func natsServer(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true, Username: "u", Password: "SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("nats-server does not start")
	}
	return srv
}

func halt(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestExternalServerThatComesAndGoes(t *testing.T) {
	dir, port := t.TempDir(), freePort(t)
	var logged syncBuffer
	opt := Options{URL: fmt.Sprintf("nats://u:SECRET@127.0.0.1:%d", port), NagEvery: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&logged, nil))}
	type opened struct {
		s   *Stream
		err error
	}
	c := make(chan opened, 1)
	go func() { s, err := Open(t.Context(), opt); c <- opened{s, err} }()
	await(t, "a message that it cannot be reached", func() bool { return strings.Contains(logged.String(), "cannot be reached") })
	srv := natsServer(t, dir, port)
	o := <-c
	if o.err != nil {
		t.Fatal(o.err)
	}
	defer o.s.Close()
	publish(t, o.s, notes, many(0, 100)...)

	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var mu sync.Mutex
	seen := map[int]bool{}
	wg.Go(func() {
		if err := Consume(ctx, o.s, notes, quick("read"), func(_ context.Context, ns []note) []error {
			mu.Lock()
			defer mu.Unlock()
			for _, n := range ns {
				seen[n.N] = true
			}
			return nil
		}); err != nil {
			t.Errorf("consume: %v", err)
		}
	})
	total := func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }
	await(t, "the first hundred", func() bool { return total() == 100 })
	halt(srv)
	wg.Go(func() {
		if err := Publish(ctx, o.s, notes, many(100, 200)...); err != nil {
			t.Errorf("publish while the server is away: %v", err)
		}
	})
	await(t, "a message that publishing waits", func() bool { return strings.Contains(logged.String(), "does not take messages") })
	srv = natsServer(t, dir, port)
	defer halt(srv)
	await(t, "the second hundred", func() bool { return total() == 200 })
	if n := count(t, o.s, "notes"); n != 200 {
		t.Errorf("count = %d, want 200", n)
	}
	cancel()
	wg.Wait()
	if strings.Contains(logged.String(), "SECRET") {
		t.Error("the log holds the password")
	}
	_ = o.s.Close()
}

func TestExternalServerThatIsNeverThere(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, Options{URL: fmt.Sprintf("nats://u:SECRET@127.0.0.1:%d", freePort(t))})
	if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("open: %v; want the deadline, a hint and no password", err)
	}
}

func TestWrongPasswordIsSaid(t *testing.T) {
	srv := natsServer(t, t.TempDir(), 0)
	defer halt(srv)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := Open(ctx, Options{URL: "nats://u:WRONG@" + srv.Addr().String()})
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "authorization") || strings.Contains(err.Error(), "WRONG") {
		t.Errorf("open: %v; want that it was refused, without the password", err)
	}
}

func TestPublishEndsWithItsContext(t *testing.T) {
	srv := natsServer(t, t.TempDir(), 0)
	s := open(t, Options{URL: "nats://u:SECRET@" + srv.Addr().String()})
	publish(t, s, notes, note{N: 1})
	halt(srv)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := Publish(ctx, s, notes, note{N: 2}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("publish: %v, want the deadline", err)
	}
}

func TestCloseEndsWhatWaits(t *testing.T) {
	srv := natsServer(t, t.TempDir(), 0)
	s := open(t, Options{URL: "nats://u:SECRET@" + srv.Addr().String()})
	publish(t, s, notes, note{N: 1})
	halt(srv)
	done := make(chan error, 2)
	go func() { done <- Publish(t.Context(), s, notes, note{N: 2}) }()
	go func() {
		done <- Consume(t.Context(), s, notes, quick("read"), func(context.Context, []note) []error { return nil })
	}()
	_ = s.Close()
	for range 2 {
		select {
		case err := <-done:
			if !errors.Is(err, ErrClosed) {
				t.Errorf("after close: %v, want %v", err, ErrClosed)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("something still waits after close")
		}
	}
}
