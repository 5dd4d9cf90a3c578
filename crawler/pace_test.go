package crawler

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Second, time.Minute, time.Now)
		start := time.Now()
		at := func(want time.Duration, what string) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Errorf("%s after %v, want %v", what, got, want)
			}
		}
		wait := func(host string, pace time.Duration) {
			t.Helper()
			if err := p.wait(t.Context(), host, pace); err != nil {
				t.Fatal(err)
			}
		}
		wait("a", 2*time.Second)
		wait("b", 2*time.Second)
		at(0, "first requests to two hosts")
		wait("a", 2*time.Second)
		at(2*time.Second, "second request")
		p.asks("a", 5*time.Second)
		wait("a", 2*time.Second)
		at(7*time.Second, "request after the host asked for 5 s")

		// Failures double the wait, ten failures at a time count once, the breaker
		// opens at the fifth in a row, and a success closes it.
		var waits []time.Duration
		for range 6 {
			until := p.failed("c", 0)
			for range 10 {
				if again := p.failed("c", 0); again != until {
					t.Errorf("a failure under way moved the end from %v to %v", until, again)
				}
			}
			waits = append(waits, time.Until(until))
			time.Sleep(time.Until(until))
		}
		for i, seconds := range []int{1, 2, 4, 8, 160, 320} {
			if want := time.Duration(seconds) * time.Second; waits[i] != want {
				t.Errorf("failure %d: wait %v, want %v", i+1, waits[i], want)
			}
		}
		p.worked("c")
		if d := time.Until(p.failed("c", 0)); d != time.Second {
			t.Errorf("wait after a success and a failure = %v, want 1s", d)
		}
		if d := time.Until(p.failed("c", time.Hour)); d != time.Hour {
			t.Errorf("wait = %v, want the hour that the host asks for", d)
		}
		if err := p.wait(t.Context(), "c", 0); !errors.Is(err, errNotYet) {
			t.Errorf("wait for an hour: %v, want errNotYet", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wait("d", time.Second)
		if err := p.wait(ctx, "d", time.Second); !errors.Is(err, context.Canceled) {
			t.Errorf("wait with a cancelled context: %v", err)
		}
	})
}

func TestPacerForgetsIdleHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Second, time.Minute, time.Now)
		for i := range maxPaced {
			p.host(string(rune(i)) + "x")
		}
		p.failed("sick", time.Hour)
		time.Sleep(2 * time.Minute)
		for i := range 100 {
			p.host(string(rune(i)) + "y")
		}
		if n := len(p.hosts); n > 200 {
			t.Errorf("%d hosts remembered, want the idle ones forgotten", n)
		}
		if p.ready("sick").IsZero() {
			t.Error("a failing host was forgotten")
		}
	})
}
