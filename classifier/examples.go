package classifier

import (
	"context"
	"fmt"
	"slices"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/rules/sigma"
)

// ExampleFault is an example of a rule that does not do what the rule's author says.
type ExampleFault struct {
	Rule *sigma.Rule
	sigma.Example
	Fires   bool // what it does; the author says the opposite
	Verdict post.Verdict
}

// String is FILE:LINE: what is wrong, and what was found instead.
func (f ExampleFault) String() string {
	what := "does not fire on its example"
	if f.Fires {
		what = "fires on an example that it should ignore"
	}
	return fmt.Sprintf("%s:%d: %q %s (stance %s, concepts %v)", f.Rule.File, f.Line, f.Rule.Title, what, f.Verdict.Stance, f.Verdict.Facts.Concepts)
}

// CheckExamples judges the examples that the rules carry, as real posts are
// judged, and returns how many there are and which do not hold.
func (c *Classifier) CheckExamples(ctx context.Context) (n int, faults []ExampleFault, err error) {
	if c.set == nil {
		return 0, nil, nil
	}
	for _, r := range c.set.Rules() {
		check := func(e sigma.Example, fires bool) error {
			p := post.Post{ID: r.ID, Title: e.Title, Text: e.Text, Lang: e.Lang, Company: e.Company, URL: e.URL, Source: e.Source}
			if e.Location != "" {
				p.Locations = []string{e.Location}
			}
			v, err := c.Classify(ctx, p)
			if err != nil {
				return err
			}
			n++
			if slices.ContainsFunc(v.Rules, func(h post.RuleHit) bool { return h.ID == r.ID }) != fires {
				faults = append(faults, ExampleFault{Rule: r, Example: e, Fires: !fires, Verdict: v})
			}
			return nil
		}
		for _, e := range r.Extra.Examples.Match {
			if err := check(e, true); err != nil {
				return n, faults, err
			}
		}
		for _, e := range r.Extra.Examples.Ignore {
			if err := check(e, false); err != nil {
				return n, faults, err
			}
		}
	}
	return n, faults, nil
}
