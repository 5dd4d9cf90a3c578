package sigma

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAMatcherAgreesWithItsSet judges posts in parts: what a post says stays, what is
// found in a part changes, concepts come as numbers.
func TestAMatcherAgreesWithItsSet(t *testing.T) {
	rules := packOf(t, 120)
	for i, text := range []string{"karaoke", "Hostess"} {
		src := fmt.Sprintf("offer: {stance: offer}\ntrade: ['%s']\ncondition: offer and trade", text)
		r := ruleOf(t, src)
		r.ID, r.Title = fmt.Sprintf("keywords-%d", i), text
		rules = append(rules, r)
	}
	set, err := NewSet(rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range vocabulary(120) {
		names = append(names, fmt.Sprintf("concept_%d", i))
	}
	numbers := set.Numbers("concept", names)
	if set.Numbers("concept", []string{"nobody asks for it"})[0] >= 0 {
		t.Error("a value that no rule looks up has a number")
	}
	m := set.Matcher("concept", "", "text", "title")
	fired := map[string]int{}
	for post := range uint64(40) {
		m.Begin()
		for part := range uint64(3) {
			ev := eventOf(3*post+part, 120)
			ev["text"] = []string{"HOSTESS wanted", "karaoke and more", "neither"}[post%3]
			seen := maps.Clone(ev)
			var given []int32
			for _, name := range ev["concept"].([]string) {
				for i := range names {
					if names[i] == name {
						given = append(given, numbers[i])
					}
				}
			}
			delete(seen, "concept") // the numbers say it
			got, want := titles(m.Match(seen, given, nil)), titles(set.Match(ev, nil))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("post %d, part %d (-set +matcher):\n%s", post, part, diff)
			}
			for _, title := range got {
				fired[title]++
			}
		}
	}
	if fired["Hostess"] == 0 || fired["karaoke"] == 0 || len(fired) < 10 {
		t.Errorf("hardly a rule fired: %v", fired)
	}
}

func TestAWarmMatcherAllocatesNothing(t *testing.T) {
	set, err := NewSet(packOf(t, 200), nil)
	if err != nil {
		t.Fatal(err)
	}
	ev, m, dst := frozen(eventOf(3, 200)), set.Matcher("concept", "text"), make([]*Rule, 0, 64)
	numbers := set.Numbers("concept", ev.Strings("concept"))
	if n := testing.AllocsPerRun(100, func() { m.Begin(); dst = m.Match(ev, numbers, dst[:0]) }); n > 0 {
		t.Errorf("%v allocations a match, want 0", n)
	}
}
