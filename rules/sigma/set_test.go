package sigma

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vocabulary is how many concepts n rules speak of: rules outnumber concepts.
func vocabulary(n int) int { return min(120+n/40, 250) }

// packOf makes n rules over concepts and facts, in the shape of real ones.
func packOf(t testing.TB, n int) []*Rule {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	concept := func() string { return fmt.Sprintf("concept_%d", rng.IntN(vocabulary(n))) }
	out := make([]*Rule, n)
	for i := range out {
		src := fmt.Sprintf(`title: Rule %d
id: %08x-db24-4c78-a860-b4f4095a7095
logsource: {product: lurewatch, category: recruitment_post}
detection:
    offer: {stance: offer}
    act: {concept: [%s, %s]}
    sign_a: {concept: %s, salary.ratio|gte: %d}
    sign_b: {contact.kind: [telegram, line], employer.named: false}
    filter: {concept: licensed_overseas}
    condition: offer and act and 1 of sign_* and not filter
`, i, i, concept(), concept(), concept(), 1+rng.IntN(4))
		r, err := ParseRule("r.yml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = r
	}
	return out
}

func eventOf(seed uint64, of int) Map {
	rng := rand.New(rand.NewPCG(seed, 1))
	var cs []string
	for range 6 + rng.IntN(10) {
		cs = append(cs, fmt.Sprintf("concept_%d", rng.IntN(vocabulary(of))))
	}
	return Map{
		"concept": cs, "stance": []string{"offer", "news"}[rng.IntN(2)], "salary.ratio": float64(rng.IntN(6)),
		"contact.kind": []string{"telegram", "phone"}[:1+rng.IntN(2)], "employer.named": rng.IntN(2) == 0,
		"text": "some Text", "title": "a title",
	}
}

func titles(rs []*Rule) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.Title)
	}
	return out
}

func TestASetAgreesWithItsRulesOneByOne(t *testing.T) {
	rules := packOf(t, 120)
	set, err := NewSet(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	fired := 0
	for seed := range uint64(100) {
		ev := eventOf(seed, 120)
		got := set.Match(ev, nil)
		want := []*Rule{}
		for _, r := range rules {
			if naiveRule(r, ev) {
				want = append(want, r)
			}
			if r.Match(ev) != naiveRule(r, ev) {
				t.Fatalf("rule %s alone disagrees with the reference", r.Title)
			}
		}
		fired += len(want)
		if diff := cmp.Diff(titles(want), titles(got)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
	if fired < 20 {
		t.Fatalf("only %d matches in all: the test compares nothing", fired)
	}
}

func TestASetIsSafeForManyGoroutines(t *testing.T) {
	rules := packOf(t, 100)
	set, err := NewSet(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]string, 50)
	for i := range want {
		want[i] = titles(set.Match(eventOf(uint64(i), 100), nil))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range want {
				if diff := cmp.Diff(want[i], titles(set.Match(eventOf(uint64(i), 100), nil))); diff != "" {
					t.Errorf("event %d: %s", i, diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestRulesWithoutARequiredValueAreStillLookedAt(t *testing.T) {
	only := ruleOf(t, "a: {text|contains: boat}\nb: {lang: km}\ncondition: a or b")
	absent := ruleOf(t, "a: {employer.named|exists: false}\ncondition: a")
	absent.ID = "other"
	set, err := NewSet([]*Rule{only, absent}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(set.Match(Map{"text": "A BOAT at night"}, nil)); got != 2 {
		t.Errorf("%d rules fired, want 2", got)
	}
	if got := len(set.Match(Map{"text": "x", "employer.named": true, "lang": "km"}, nil)); got != 1 {
		t.Errorf("%d rules fired, want 1", got)
	}
}

func TestFilters(t *testing.T) {
	const rule = "sel: {concept: a1}\ncondition: sel"
	filter := func(rules, source, body string) string {
		return "title: Known employer\nlogsource: " + source + "\nfilter:\n    rules: " + rules + "\n" + indent(body)
	}
	const mute = "known: {company: 'Example Hotel'}\ncondition: not known"
	for name, c := range map[string]struct {
		filter string
		fires  bool
	}{
		"by id":                       {filter("[6f3e2987-db24-4c78-a860-b4f4095a7095]", "{product: lurewatch}", mute), false},
		"by id in upper case":         {filter("[6F3E2987-DB24-4C78-A860-B4F4095A7095]", "{product: lurewatch}", mute), false},
		"any":                         {filter("any", "{product: lurewatch}", mute), false},
		"another log source":          {filter("any", "{product: windows}", mute), true},
		"a log source that says more": {filter("any", "{product: lurewatch, category: x}", mute), true},
		"another employer":            {filter("any", "{product: lurewatch}", strings.Replace(mute, "Example", "Other", 1)), true},
		"a filter that wants more":    {filter("any", "{product: lurewatch}", "more: {concept: b1}\ncondition: more"), false},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse("f.yml", []byte(c.filter))
			if err != nil {
				t.Fatal(err)
			}
			set, err := NewSet([]*Rule{ruleOf(t, rule)}, f.Filters)
			if err != nil {
				t.Fatal(err)
			}
			got := len(set.Match(Map{"concept": "a1", "company": "EXAMPLE HOTEL"}, nil)) == 1
			if got != c.fires {
				t.Errorf("fires = %v, want %v", got, c.fires)
			}
			if e := set.Explain(set.Rules()[0], Map{"concept": "a1", "company": "EXAMPLE HOTEL"}); e.Held != c.fires {
				t.Errorf("explained as %v, want %v\n%v", e.Held, c.fires, e)
			}
			if len(set.Filters()) != 1 {
				t.Errorf("the set has %d filters", len(set.Filters()))
			}
		})
	}
	f, err := Parse("f.yml", []byte(filter("[0e95725d-7320-415d-80f7-004da920fc11]", "{product: lurewatch}", mute)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSet([]*Rule{ruleOf(t, rule)}, f.Filters); err == nil || !strings.Contains(err.Error(), "there is no rule") {
		t.Errorf("a filter for a rule that is not there: %v", err)
	}
	if fs := Lint([]*Rule{ruleOf(t, rule)}, f.Filters, PostSchema(nil)); !has(fs, "unknown-rule", 3) {
		t.Errorf("findings = %v", fs)
	}
}

func TestOneIdTwiceIsRefused(t *testing.T) {
	a, b := ruleOf(t, "a: {f: g}\ncondition: a"), ruleOf(t, "a: {f: h}\ncondition: a")
	if _, err := NewSet([]*Rule{a, b}, nil); err == nil || !strings.Contains(err.Error(), "same id") {
		t.Errorf("error = %v", err)
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	rules := packOf(t, 200)
	set, err := NewSet(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	ev := frozen(eventOf(3, 200))
	dst := make([]*Rule, 0, 64)
	st := set.newState() // not from the pool, which forgets at will under -race
	if n := testing.AllocsPerRun(100, func() { dst = set.match(st, ev, dst[:0]); st.reset() }); n > 0 {
		t.Errorf("%v allocations a match, want 0", n)
	}
}

// static is an event whose values are ready, as the classifier's are.
type static struct {
	strs map[string][]string
	nums map[string][]float64
}

func (s *static) Strings(f string) []string  { return s.strs[f] }
func (s *static) Numbers(f string) []float64 { return s.nums[f] }
func (s *static) Has(f string) bool          { return s.strs[f] != nil || s.nums[f] != nil }

func frozen(m Map) Event {
	s := &static{strs: map[string][]string{}, nums: map[string][]float64{}}
	for k := range m {
		s.strs[k], s.nums[k] = m.Strings(k), m.Numbers(k)
	}
	return s
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			set, err := NewSet(packOf(b, n), nil)
			if err != nil {
				b.Fatal(err)
			}
			var evs []Event
			for i := range uint64(64) {
				m := eventOf(i, n)
				m["stance"] = "offer"
				evs = append(evs, frozen(m))
			}
			var dst []*Rule
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				dst = set.Match(evs[i%len(evs)], dst[:0])
				i++
			}
		})
	}
}
