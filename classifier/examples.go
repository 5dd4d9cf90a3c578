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

// ExampleRun is an example of a rule, judged as a real post is.
type ExampleRun struct {
	Rule *sigma.Rule
	sigma.Example
	Want    bool // the author says that the rule fires
	Fires   bool // it does
	Verdict post.Verdict
}

// EachExample judges the examples that the rules carry, and hands each to fn, those
// that must match before those that must not. An error of fn ends it.
func (c *Classifier) EachExample(ctx context.Context, fn func(ExampleRun) error) error {
	if c.set == nil {
		return nil
	}
	for _, r := range c.set.Rules() {
		match := len(r.Extra.Examples.Match)
		for i, e := range slices.Concat(r.Extra.Examples.Match, r.Extra.Examples.Ignore) {
			p := post.Post{ID: r.ID, Title: e.Title, Text: e.Text, Lang: e.Lang, Company: e.Company, URL: e.URL, Source: e.Source}
			if e.Location != "" {
				p.Locations = []string{e.Location}
			}
			v, err := c.Classify(ctx, p)
			if err != nil {
				return err
			}
			fires := slices.ContainsFunc(v.Rules, func(h post.RuleHit) bool { return h.ID == r.ID })
			if err := fn(ExampleRun{Rule: r, Example: e, Want: i < match, Fires: fires, Verdict: v}); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckExamples returns how many examples the rules carry, and which do not hold.
func (c *Classifier) CheckExamples(ctx context.Context) (n int, faults []ExampleFault, err error) {
	err = c.EachExample(ctx, func(x ExampleRun) error {
		n++
		if x.Fires != x.Want {
			faults = append(faults, ExampleFault{Rule: x.Rule, Example: x.Example, Fires: x.Fires, Verdict: x.Verdict})
		}
		return nil
	})
	return n, faults, err
}
