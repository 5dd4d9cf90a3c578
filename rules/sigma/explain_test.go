package sigma

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplainShowsWhatHeldAndWhatWasSeen(t *testing.T) {
	r := ruleOf(t, `
offer: {stance: offer}
act:
    - {concept|all: [chat_work, abroad]}
    - {concept: video_model}
low: {salary.ratio|lt: 1.5}
condition: offer and act and not low and 1 of act*`)
	got := r.Explain(Map{"stance": "offer", "concept": []string{"chat_work", "free_meals"}, "salary.ratio": 3.25}).String()
	const want = `- T
  - all of these
    + offer
      + stance: offer   (seen: offer)
    - act
      - concept|all: chat_work | abroad   (seen: chat_work, free_meals)
      - concept: video_model   (seen: chat_work, free_meals)
    + not low
      - low
        - salary.ratio|lt: 1.5   (seen: 3.25)
    - 1 of act*
      - act
        - concept|all: chat_work | abroad   (seen: chat_work, free_meals)
        - concept: video_model   (seen: chat_work, free_meals)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExplainShortensWhatIsLong(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = "ขอ" + string(make([]byte, 200))
	}
	e := ruleOf(t, sel("f: x")).Explain(Map{"f": many})
	seen := e.Parts[0].Parts[0].Seen
	if len(seen) != maxSeen+1 || seen[maxSeen] != "… and 32 more" || len(seen[0]) > maxSeenText+len("…") {
		t.Errorf("seen = %q", seen)
	}
}

// A near miss says which tests would have to turn out otherwise, and no more than
// need be.
func TestGapsAreTheShortestWayToFire(t *testing.T) {
	ev := Map{"stance": "offer", "concept": []string{"chat_work", "free_meals"}, "salary.ratio": 3.25, "company": "Example Hotel"}
	for name, c := range map[string]struct {
		detection string
		short     int
		want      []string
	}{
		"it fires":                    {"a: {concept: chat_work}\ncondition: a", 0, nil},
		"one value is missing":        {"a: {concept: [x1, x2]}\ncondition: a", 1, []string{"a: concept is none of x1 | x2; the post has chat_work, free_meals"}},
		"all of some":                 {"a: {concept|all: [chat_work, x1, x2]}\ncondition: a", 2, []string{"a: concept lacks x1 | x2; the post has chat_work, free_meals"}},
		"the shorter of two ways":     {"a: {concept: x1, lang: km}\nb: {concept: x2}\ncondition: a or b", 1, []string{"b: concept is not x2; the post has chat_work, free_meals"}},
		"both of two":                 {"a: {concept: x1}\nb: {lang: km}\ncondition: a and b", 2, []string{"a: concept is not x1; the post has chat_work, free_meals", "b: lang is not km; the post has no lang"}},
		"a way out was taken":         {"a: {stance: offer}\nf: {company: 'example hotel'}\ncondition: a and not f", 1, []string{"f: company is example hotel"}},
		"a way out of two conditions": {"a: {stance: offer}\nf: {company: 'example hotel', concept: free_meals}\ncondition: a and not 1 of f*", 1, []string{"f: company is example hotel"}},
		"a number is too low":         {"a: {salary.ratio|gte: 4}\ncondition: a", 1, []string{"a: salary.ratio (gte) is not 4; the post has 3.25"}},
		"neq":                         {"a: {stance|neq: offer}\ncondition: a", 1, []string{"a: stance is offer"}},
		"1 of some":                   {"s_1: {concept: x1, lang: km}\ns_2: {concept: x2}\ncondition: 1 of s_*", 1, []string{"s_2: concept is not x2; the post has chat_work, free_meals"}},
		"all of some selections":      {"s_1: {concept: chat_work}\ns_2: {concept: x2}\ncondition: all of s_*", 1, []string{"s_2: concept is not x2; the post has chat_work, free_meals"}},
		"not of an or":                {"a: {concept: chat_work}\nb: {concept: free_meals}\ncondition: not (a or b)", 2, []string{"a: concept is chat_work", "b: concept is free_meals"}},
		"one of several conditions":   {"a: {concept: x1, lang: km}\nb: {lang: th}\ncondition: [a, b]", 1, []string{"b: lang is not th; the post has no lang"}},
		"many values are shortened":   {"a: {lang: [a1, a2, a3, a4, a5, a6, a7, a8]}\ncondition: a", 1, []string{"a: lang is none of a1 | a2 | a3 | a4 | a5 | a6 … 2 more; the post has no lang"}},
		"keywords":                    {"a: [x1, x2]\ncondition: a", 1, []string{"a: the text is none of x1 | x2"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := ruleOf(t, c.detection).Explain(ev)
			var got []string
			for _, g := range e.Gaps() {
				got = append(got, g.String())
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("gaps (-want +got):\n%s\n%v", d, e)
			}
			if e.Short() != c.short {
				t.Errorf("short = %d, want %d", e.Short(), c.short)
			}
			if (e.Short() == 0) != e.Held {
				t.Errorf("held = %v, but short of %d", e.Held, e.Short())
			}
		})
	}
}

func TestAFilterIsNamedAmongTheGaps(t *testing.T) {
	f, err := Parse("f.yml", []byte("title: Known\nlogsource: {product: lurewatch}\nfilter:\n    rules: any\n    known: {company: Example Hotel}\n    condition: not known\n"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := NewSet([]*Rule{ruleOf(t, "a: {stance: offer}\ncondition: a")}, f.Filters)
	if err != nil {
		t.Fatal(err)
	}
	e := set.Explain(set.Rules()[0], Map{"stance": "offer", "company": "Example Hotel"})
	if e.Held || len(e.Gaps()) != 1 || e.Gaps()[0].String() != "filter Known: company is Example Hotel" {
		t.Errorf("gaps = %v\n%v", e.Gaps(), e)
	}
	if !strings.Contains(e.String(), "- filter Known\n") {
		t.Errorf("the tree does not name the filter:\n%v", e)
	}
}
