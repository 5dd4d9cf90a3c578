package health

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// hands are those who write the posts of a site: each writes several, one after the
// other, and each tells its pay, or a date, or does not. What they tell wanders with time.
// It has a chance of its own, so that the simulation of posts is as it was.
type hands struct {
	rng   *rand.Rand
	rate  [fieldCount]float64 // share of hands that tell a field
	flaky [fieldCount]float64 // chance that a field is not read from a page that has it
	now   [fieldCount]bool    // of the hand at work
	left  int                 // posts that it still writes
	most  float64             // posts of one hand, at most about 8 times as many
	bad   Field               // that a bad stretch hides from half of the pages
	until int                 // looks of it that are left
	gone  [fieldCount]bool    // by a change of layout
	pages int
}

func newHands(seed uint64) *hands {
	h := &hands{rng: rand.New(rand.NewPCG(seed, 4711))}
	rates := []float64{1, 1, 1, 0.995, 0.98, 0.95, 0.9, 0.8, 0.6, 0.3, 0.05, 0}
	for i := range h.rate {
		h.rate[i] = rates[h.rng.IntN(len(rates))]
		h.flaky[i] = h.rng.Float64() * 0.03
	}
	h.most = 1 + h.rng.Float64()*5
	return h
}

// next is what one more post carries.
func (h *hands) next() [fieldCount]bool {
	if h.pages++; h.pages%400 == 0 { // other people write here now
		for i, r := range h.rate {
			if r > 0 && r < 1 {
				h.rate[i] = min(max(r+(h.rng.Float64()-0.5)*0.2, 0.02), 1)
			}
		}
	}
	if h.left--; h.left <= 0 {
		h.left = 1 + int(min(h.rng.ExpFloat64(), 8)*h.most)
		for i, r := range h.rate {
			h.now[i] = h.rng.Float64() < r
		}
	}
	return h.now
}

// read is what is read from a page with so many posts.
func (h *hands) read(carry [fieldCount]bool, posts int) *Carry {
	if h.until--; h.until < 0 && h.rng.Float64() < 0.0005 {
		h.bad, h.until = Field(h.rng.IntN(int(fieldCount))), 5+h.rng.IntN(20)
	}
	var c Carry
	for i, has := range carry {
		if has && !h.gone[i] && h.rng.Float64() >= h.flaky[i] && !(h.until > 0 && h.bad == Field(i) && h.rng.IntN(2) == 0) {
			c[i] = posts
		}
	}
	return &c
}

// TestOrdinaryPostsLackNothing: the thousand sources of the other alarm, whose posts are
// written by many hands, three thousand visits each.
func TestOrdinaryPostsLackNothing(t *testing.T) {
	alarms, watched := 0, 0
	for seed := range uint64(simSources) {
		s := newSite(seed)
		var src Source
		for i := range simVisits {
			if src.Add(s.visit(i)) == Thinned {
				alarms++
			}
		}
		for _, d := range src.Fields.Drifts {
			if p := d.Share(); d.With >= ofFields.minWith && p > ofFields.share {
				watched++
			}
		}
	}
	t.Logf("%d false alarms in %d sources, %d visits, %d fields that could ring", alarms, simSources, simSources*simVisits, watched)
	if alarms > 0 {
		t.Errorf("%d false alarms, want none", alarms)
	}
	if watched < simSources {
		t.Errorf("only %d fields could ring an alarm: the test tests less than it says", watched)
	}
}

// TestAFieldThatIsLostIsNoticed: after three thousand visits the layout changes so that one
// field, which nine of ten posts or more carried, can be read no more.
func TestAFieldThatIsLostIsNoticed(t *testing.T) {
	var took []int
	missed, tried := 0, 0
	for seed := range uint64(simSources) {
		s := newSite(seed)
		var src Source
		for i := range simVisits {
			src.Add(s.visit(i))
		}
		lost := Field(-1)
		for i := range fieldCount {
			if d := src.Fields.Drifts[i.String()]; d != nil && d.Share() >= 0.9 && d.With >= ofFields.minWith && lost < 0 {
				lost = i
			}
		}
		if lost < 0 || !src.Drift.Since.IsZero() || src.Fields.ringing() > 0 {
			continue // nothing that every post has, or counted as a false alarm above
		}
		tried++
		s.writing.gone[lost] = true
		pages, rang := 0, false
		for i := range 5000 {
			l := s.visit(simVisits + i)
			if l.Posts > 0 {
				pages++
			}
			if src.Add(l) == Thinned {
				if got := src.Lost(); len(got) != 1 || got[0].Field != lost.String() {
					t.Errorf("source %d lost its %s, the alarm says %+v", seed, lost, got)
				}
				took, rang = append(took, pages), true
				break
			}
		}
		if !rang {
			missed++
		}
	}
	slices.Sort(took)
	t.Logf("alarm after %d pages with posts (median), %d (95 %%), %d (most); missed in %d of %d", took[len(took)/2], took[len(took)*95/100], took[len(took)-1], missed, tried)
	if tried < simSources/2 {
		t.Errorf("only %d sources had a field to lose", tried)
	}
	if missed > tried/50 {
		t.Errorf("%d of %d losses were missed", missed, tried)
	}
	if m := took[len(took)/2]; m > 250 {
		t.Errorf("half of the alarms take more than %d pages", m)
	}
}

// TestALostFieldIsKeptAndTold: the alarm survives restarts, is told once, ends when the field
// is back, and when it never comes back the source is taken to be so.
func TestALostFieldIsKeptAndTold(t *testing.T) {
	ctx, at := t.Context(), time.Unix(1_790_000_000, 0).UTC()
	path := filepath.Join(t.TempDir(), "health.db")
	look := func(n int, fields ...Field) (turned map[Turn][]Source) {
		t.Helper()
		s := openStore(t, path) // each time a restart
		defer s.Close()
		var ls []Look
		for range n {
			at = at.Add(time.Minute)
			var c Carry
			for _, f := range fields {
				c[f] = 1
			}
			ls = append(ls, Look{Source: "a", At: at, Outcome: Content, Posts: 1, Gave: true, Carry: &c})
		}
		turned, err := s.Add(ctx, ls)
		if err != nil {
			t.Fatal(err)
		}
		return turned
	}
	untold := func() []Source {
		t.Helper()
		s := openStore(t, path)
		defer s.Close()
		out, err := s.Untold(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	look(60, Title, Text, Reach, Company)
	look(20, Title, Text)
	turned := look(20, Title, Text)
	if len(turned[Thinned]) == 0 || len(turned) != 1 {
		t.Fatalf("40 posts without contact and company, half of them before a restart: %v", turned)
	}
	us := untold()
	if len(us) != 1 {
		t.Fatalf("%d sources wait to be told of", len(us))
	}
	lost := us[0].Lost()
	if len(lost) != 2 || lost[0].Field != "company" || lost[1].Field != "contact" || lost[0].Pages != 40 || lost[0].Share != 1 || us[0].State(at, time.Hour) != Thin || !Thin.Bad() {
		t.Errorf("state %s, lost %+v", us[0].State(at, time.Hour), lost)
	}
	s := openStore(t, path)
	if err := s.ToldFields(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.ToldFields(ctx, "b"); err != nil {
		t.Errorf("of a source that nobody knows: %v", err)
	}
	if us := untold(); len(us) != 0 {
		t.Errorf("told, and still %d wait", len(us))
	}
	if turned := look(1, Title, Text, Reach); len(turned[Whole]) != 0 {
		t.Errorf("one of two is back: %v", turned)
	}
	if turned := look(1, Title, Text, Reach, Company); len(turned[Whole]) != 1 {
		t.Errorf("both are back: %v", turned)
	}
	look(400, Title, Text, Reach, Company)
	look(500, Title, Text, Reach)
	if us := untold(); len(us) != 1 || len(us[0].Lost()) != 1 {
		t.Fatalf("a second alarm is one to be told: %v", us)
	}
	if turned := look(500, Title, Text, Reach); len(turned[Whole]) != 1 || len(untold()) != 0 {
		t.Errorf("after a thousand pages the source is as it is now: %v", turned)
	}
}
