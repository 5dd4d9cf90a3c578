package health

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func openStore(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func looks(n, posts int, from time.Time) []Look {
	var out []Look
	for i := range n {
		out = append(out, Look{Source: "a", At: from.Add(time.Duration(i) * time.Minute), Outcome: Content, Posts: posts, Gave: true})
	}
	return out
}

// TestTheAlarmSurvivesARestart: half of the run before a restart, half after it.
func TestTheAlarmSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	ctx, at := t.Context(), time.Unix(1_790_000_000, 0).UTC()
	s := openStore(t, path)
	if _, err := s.Add(ctx, append(looks(40, 1, at), looks(6, 0, at.Add(time.Hour))...)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = openStore(t, path)
	turned, err := s.Add(ctx, looks(6, 0, at.Add(2*time.Hour)))
	if err != nil || len(turned[Stopped]) != 1 {
		t.Fatalf("%d alarms after 12 pages without posts, six of them before the restart (%v)", len(turned[Stopped]), err)
	}
	s.Close()
	s = openStore(t, path)
	untold, err := s.Untold(ctx)
	if err != nil || len(untold) != 1 {
		t.Fatalf("%d alarms wait to be told after a restart, want 1 (%v)", len(untold), err)
	}
	if err := s.Told(ctx, "a", untold[0].Drift.Since); err != nil {
		t.Fatal(err)
	}
	if untold, err = s.Untold(ctx); err != nil || len(untold) != 0 {
		t.Fatalf("%d alarms wait although they were told (%v)", len(untold), err)
	}
	turned, err = s.Add(ctx, looks(1, 3, at.Add(3*time.Hour)))
	if err != nil || len(turned[Resumed]) != 1 {
		t.Fatalf("%d sources give posts again, want 1 (%v)", len(turned[Resumed]), err)
	}
}

// TestProcessesAddToOneRecord: of two that share the file, none loses what the other saw.
func TestProcessesAddToOneRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	at := time.Unix(1_790_000_000, 0).UTC()
	var wg sync.WaitGroup
	for i := range 2 {
		s := openStore(t, path)
		wg.Go(func() {
			for range 25 {
				if _, err := s.Add(context.Background(), looks(4, i, at)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	all, err := openStore(t, path).Sources(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d sources, %v", len(all), err)
	}
	if b := all[0].Total; b.Tries != 200 || b.With != 100 {
		t.Errorf("%d tries and %d pages with posts are kept, want 200 and 100", b.Tries, b.With)
	}
	if n := len(all[0].Bars); n != 200/BarPages {
		t.Errorf("%d bars, want %d", n, 200/BarPages)
	}
}

func TestAProcessIsToldUntilItEnds(t *testing.T) {
	ctx, now := t.Context(), time.Unix(1_790_000_000, 0).UTC()
	s := openStore(t, filepath.Join(t.TempDir(), "health.db"))
	for i, beat := range []time.Time{now, now.Add(-time.Minute), now.Add(-forget - time.Minute)} {
		if err := s.Report(ctx, Process{ID: fmt.Sprint(i), Started: beat.Add(-time.Hour), Beat: beat, Roles: []string{"web"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Report(ctx, Process{ID: "0", Started: now.Add(-time.Hour), Beat: now, Captured: 7}); err != nil {
		t.Fatal(err)
	}
	ps, err := s.Processes(ctx)
	if err != nil || len(ps) != 2 || ps[0].Captured != 7 || !ps[0].Alive(now) || ps[1].Alive(now) {
		t.Fatalf("processes %+v, %v", ps, err)
	}
	if err := s.Gone(ctx, "0"); err != nil {
		t.Fatal(err)
	}
	if ps, err = s.Processes(ctx); err != nil || len(ps) != 1 || ps[0].ID != "1" {
		t.Fatalf("processes %+v, %v", ps, err)
	}
}

func TestNothingRanHere(t *testing.T) {
	if _, err := OpenExisting(t.Context(), filepath.Join(t.TempDir(), "health.db")); !errors.Is(err, ErrNone) {
		t.Errorf("error %v, want ErrNone", err)
	}
}

func TestStateInOneWord(t *testing.T) {
	now := time.Unix(1_790_000_000, 0).UTC()
	run := func(kinds ...Outcome) (s Source) {
		for i, k := range kinds {
			s.Add(Look{Source: "a", At: now.Add(time.Duration(i-len(kinds)) * time.Minute), Outcome: k})
		}
		return s
	}
	old := run(Content)
	old.LastTry, old.LastSuccess = now, now.Add(-25*time.Hour)
	weekly := old
	for name, c := range map[string]struct {
		s     Source
		every time.Duration
		want  State
	}{
		"never tried":                        {Source{}, time.Hour, Waiting},
		"all is read":                        {run(Content, Content, Gone, Content, Content, Content), time.Hour, Fine},
		"one failure of one try says little": {run(Failure), time.Hour, Fine},
		"half are bot checks":                {run(Content, Challenge, Content, Challenge, Challenge, Login), time.Hour, Blocked},
		"robots.txt forbids it":              {run(Robots, Robots, Robots, Robots, Robots), time.Hour, Blocked},
		"all is as it was":                   {run(Same, Same, Same, Same, Same, Same), time.Hour, Fine},
		"nothing comes":                      {run(Retry, Retry, Other, Failure, Retry), time.Hour, Silent},
		"nothing for a day":                  {old, time.Hour, Silent},
		"a weekly source has time":           {weekly, 7 * 24 * time.Hour, Fine},
		"nobody comes again":                 {old, 0, Fine},
		"a third has to be repeated":         {run(Content, Retry, Content, Retry, Content, Content), time.Hour, Slow},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.s.State(now, c.every)
			if got != c.want {
				t.Errorf("state %q, want %q", got, c.want)
			}
			if got.Bad() && got.Advice() == "" {
				t.Error("a bad state needs a word of what to do")
			}
		})
	}
}
