package sigma

import (
	"fmt"
	"strings"
)

// Gap is one test that would have to turn out otherwise for a rule to fire.
type Gap struct {
	In   string      `json:"in"` // the selection that it stands in, or the filter
	Test Explanation `json:"test"`
	Want bool        `json:"want"` // the test would have to hold; false: it must not
	Size int         `json:"size"` // how many values are missing
}

// Gaps is the shortest list of tests that keep e from holding; it is empty when e
// holds. Of ways that are equally short the first is taken.
func (e Explanation) Gaps() []Gap { return e.gaps("", true) }

// Short is how far e is from holding: the sizes of its [Explanation.Gaps]. 0 means
// that it holds.
func (e Explanation) Short() int { return size(e.Gaps()) }

func size(gs []Gap) (n int) {
	for _, g := range gs {
		n += g.Size
	}
	return n
}

func (e Explanation) gaps(in string, want bool) []Gap {
	switch e.What {
	case "selection":
		if !strings.HasPrefix(in, "filter ") {
			in = e.Label
		}
	case "filter":
		in = "filter " + e.Label
	}
	switch {
	case e.Held == want:
		return nil
	case e.What == "not":
		return e.Parts[0].gaps(in, !want)
	case len(e.Parts) == 0:
		n := 1
		if want && e.all && !e.neq {
			n = max(len(e.Missing), 1)
		}
		return []Gap{{In: in, Test: e, Want: want, Size: n}}
	}
	var out []Gap
	for i, p := range e.Parts {
		gs := p.gaps(in, want)
		switch {
		case e.every == want: // every part must turn out so
			out = append(out, gs...)
		case i == 0 || size(gs) < size(out):
			out = gs
		}
	}
	return out
}

// String says in words what would have to be otherwise.
func (g Gap) String() string {
	t := g.Test
	name, mods, _ := strings.Cut(t.key, "|")
	if name == "" {
		name = "the text"
	}
	mods = strings.TrimPrefix(strings.ReplaceAll(mods, "|", ", "), "neq")
	if mods = strings.Trim(mods, ", "); mods != "" && mods != "all" {
		name += " (" + mods + ")"
	}
	verb, of := "is", t.Missing
	switch {
	case g.Want && !t.neq && t.all:
		verb = "lacks"
	case g.Want && !t.neq && len(of) > 1:
		verb = "is none of"
	case g.Want && !t.neq:
		verb = "is not"
	default:
		of = t.Matched
		if len(of) == 0 { // it holds because nothing was found
			verb, of = "is not", t.Missing
		}
	}
	s := fmt.Sprintf("%s: %s %s %s", g.In, name, verb, some(of, maxShown))
	switch {
	case verb == "is" || t.key == "" || t.key[0] == '|':
	case len(t.Seen) == 0:
		s += "; the post has no " + name
	case name == "text" || name == "title":
	default:
		s += "; the post has " + strings.Join(t.Seen, ", ")
	}
	return s
}

// maxShown bounds the values of one test that are written out.
const maxShown = 6

func some(of []string, most int) string {
	if more := len(of) - most; more > 1 {
		return strings.Join(of[:most], " | ") + fmt.Sprintf(" … %d more", more)
	}
	return strings.Join(of, " | ")
}

// String draws the tree, one part a line: + held, - did not.
func (e Explanation) String() string {
	var b strings.Builder
	e.draw(&b, 0)
	return b.String()
}

func (e Explanation) draw(b *strings.Builder, depth int) {
	mark := "-"
	if e.Held {
		mark = "+"
	}
	fmt.Fprintf(b, "%s%s %s\n", strings.Repeat("  ", depth), mark, e.line())
	for _, p := range e.Parts {
		if p.What == "alternative" && len(p.Parts) == 1 {
			p = p.Parts[0]
		}
		p.draw(b, depth+1)
	}
}

// line is what the tree says of e itself.
func (e Explanation) line() string {
	switch e.What {
	case "field":
	case "filter":
		return "filter " + e.Label
	case "rule", "selection", "1 of", "all of", "not":
		return e.Label
	case "and":
		return "all of these"
	case "or":
		return "one of these"
	default:
		return e.What
	}
	key := e.key
	if key == "" {
		key = "keywords"
	}
	seen := "nothing"
	if len(e.Seen) > 0 {
		seen = strings.Join(e.Seen, ", ")
	}
	switch values := len(e.Matched) + len(e.Missing); {
	case values < 3:
		return fmt.Sprintf("%s   (seen: %s)", e.Label, seen)
	case len(e.Matched) > 0 && !e.all:
		return fmt.Sprintf("%s: %s   (of %d values)", key, some(e.Matched, maxShown), values)
	default:
		return fmt.Sprintf("%s: %s   (seen: %s)", key, some(append(e.Missing, e.Matched...), maxShown), seen)
	}
}
