package health

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// site is a source as it might be: pages of which some never give posts, visited in
// rounds, posts that come and go, quiet days, bad hours.
type site struct {
	rng      *rand.Rand
	pages    []simPage
	hub      float64 // share of new pages that never give posts
	churn    float64 // share of new pages among visits
	expiry   float64 // chance that a page has lost its post at a visit, though it still is content
	flaky    float64 // chance that a page that has a post gives none this once
	ordered  bool    // visited in the order of finding, pages of one kind together
	at       int
	now      time.Time
	badUntil int // bad stretch: pages come without posts until this visit, with chance half
	bad      float64
	changed  bool
	writing  *hands
}

type simPage struct {
	seen, has bool
	dry       int // looks since it gave posts; negative for never
	carry     [fieldCount]bool
}

func newSite(seed uint64) *site {
	r := rand.New(rand.NewPCG(seed, 77))
	s := &site{rng: r, hub: r.Float64() * 0.7, churn: 0.02 + r.Float64()*0.4, expiry: r.Float64() * 0.03, flaky: r.Float64() * 0.05,
		ordered: r.IntN(2) == 0, bad: r.Float64() * 0.001, now: time.Unix(1_790_000_000, 0)}
	s.writing = newHands(seed)
	for range 20 + r.IntN(300) {
		s.grow()
	}
	if s.ordered { // hubs first, as a crawl finds them
		slices.SortStableFunc(s.pages, func(a, b simPage) int {
			switch {
			case a.has == b.has:
				return 0
			case b.has:
				return -1
			}
			return 1
		})
	}
	return s
}

func (s *site) grow() {
	s.pages = append(s.pages, simPage{has: s.rng.Float64() >= s.hub, dry: -1, carry: s.writing.next()})
}

func (s *site) visit(i int) Look {
	s.now = s.now.Add(time.Duration(s.rng.IntN(60_000)) * time.Millisecond)
	var p *simPage
	if s.rng.Float64() < s.churn {
		s.grow()
		p = &s.pages[len(s.pages)-1]
	} else {
		if s.ordered {
			s.at = (s.at + 1) % len(s.pages)
		} else {
			s.at = s.rng.IntN(len(s.pages))
		}
		p = &s.pages[s.at]
	}
	l := Look{Source: "s", At: s.now, Outcome: Content, First: !p.seen, Gave: p.dry >= 0 && p.dry < Patience}
	switch u := s.rng.Float64(); {
	case u < 0.01:
		l.Outcome = Retry
		return l
	case u < 0.02:
		l.Outcome = Gone
		return l
	}
	if s.rng.Float64() < s.bad {
		s.badUntil = i + 5 + s.rng.IntN(20)
	}
	if p.has && s.rng.Float64() < s.expiry {
		p.has = false
	}
	if p.has && s.rng.Float64() >= s.flaky && !(i < s.badUntil && s.rng.IntN(2) == 0) && !s.changed {
		l.Posts = 1 + s.rng.IntN(3)
		l.Carry = s.writing.read(p.carry, l.Posts)
	}
	p.seen = true
	switch {
	case l.Posts > 0:
		p.dry = 0
	case p.dry >= 0:
		p.dry++
	}
	return l
}

const simSources, simVisits = 1000, 3000

// TestOrdinaryVariationRaisesNoAlarm: a thousand sources of all kinds, three
// thousand visits each, and nothing is wrong with any of them.
func TestOrdinaryVariationRaisesNoAlarm(t *testing.T) {
	alarms, silentPasts := 0, 0
	for seed := range uint64(simSources) {
		s := newSite(seed)
		var src Source
		for i := range simVisits {
			if src.Add(s.visit(i)) == Stopped {
				alarms++
			}
		}
		if src.Drift.With < ofPosts.minWith {
			silentPasts++
		}
	}
	t.Logf("%d false alarms in %d sources, %d visits", alarms, simSources, simSources*simVisits)
	if alarms > simSources/200 {
		t.Errorf("%d false alarms in %d sources of %d visits, want at most %d", alarms, simSources, simVisits, simSources/200)
	}
	if silentPasts > simSources/20 {
		t.Errorf("%d sources could never raise an alarm: the test tests less than it says", silentPasts)
	}
}

// TestAChangedLayoutRaisesTheAlarmSoon: the same thousand sources change their
// layout after three thousand visits.
func TestAChangedLayoutRaisesTheAlarmSoon(t *testing.T) {
	var took []int
	missed := 0
	for seed := range uint64(simSources) {
		s := newSite(seed)
		var src Source
		for i := range simVisits {
			src.Add(s.visit(i))
		}
		if !src.Drift.Since.IsZero() {
			continue // counted as a false alarm above
		}
		s.changed = true
		dry, rang := 0, false
		for i := range 5000 {
			l := s.visit(simVisits + i)
			if l.telling() {
				dry++
			}
			if src.Add(l) == Stopped {
				took, rang = append(took, dry), true
				break
			}
		}
		if !rang {
			missed++
		}
	}
	slices.Sort(took)
	t.Logf("alarm after %d telling pages (median), %d (95 %%), %d (most); missed in %d", took[len(took)/2], took[len(took)*95/100], took[len(took)-1], missed)
	if missed > simSources/100 {
		t.Errorf("%d changes of layout were missed", missed)
	}
	if m := took[len(took)/2]; m > 60 {
		t.Errorf("half of the alarms take more than %d pages", m)
	}
	if m := took[len(took)*95/100]; m > 400 {
		t.Errorf("one in twenty alarms takes more than %d pages", m)
	}
}

func TestTheAlarmEndsWithTheNextPost(t *testing.T) {
	var s Source
	at := time.Unix(1_790_000_000, 0)
	look := func(posts int) Turn {
		at = at.Add(time.Minute)
		return s.Add(Look{Source: "a", At: at, Outcome: Content, Posts: posts, Gave: true})
	}
	for range 30 {
		look(1)
	}
	n := 0
	for turn := None; turn != Stopped; turn = look(0) {
		if n++; n > 50 {
			t.Fatal("no alarm after 50 pages of a source that gave a post on every page")
		}
	}
	rang := s.Drift.Dry
	for range 500 { // nobody mends it for long
		if look(0) != None {
			t.Fatal("the alarm rang twice")
		}
	}
	if st := s.State(at, time.Hour); st != Drifted {
		t.Errorf("state %q, want drifted", st)
	}
	if look(2) != Resumed || !s.Drift.Since.IsZero() {
		t.Error("a post must end the alarm")
	}
	if s.Drift.Longest != rang {
		t.Errorf("the longest run is %d, want the %d of the alarm: the time until it is mended says nothing of the source", s.Drift.Longest, rang)
	}
	if st := s.State(at, time.Hour); st != Fine {
		t.Errorf("state %q, want fine", st)
	}
}
