package sigma

import (
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
  - offer and act and not low and 1 of act*
    + offer
      + stance: offer   (seen: offer)
    - act
      - alternative
        - concept|all: chat_work | abroad   (seen: chat_work, free_meals)
      - alternative
        - concept: video_model   (seen: chat_work, free_meals)
    + not low
      - low
        - salary.ratio|lt: 1.5   (seen: 3.25)
    - 1 of act*
      - act
        - alternative
          - concept|all: chat_work | abroad   (seen: chat_work, free_meals)
        - alternative
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
