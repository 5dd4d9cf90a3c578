package web

import (
	"fmt"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// fact is one line of what a post states.
type fact struct{ Label, Value string }

// statedIn are the facts of a verdict beside contacts, places and pay, as people
// read them. Contacts that hide in a name are hidden there too.
func statedIn(f post.Facts, contacts []post.Contact) (out []fact) {
	add := func(label, value string) {
		if value != "" {
			out = append(out, fact{label, hide(value, contacts)})
		}
	}
	add("Employer named", f.Employer)
	if l := f.Licence; l != nil {
		form := "the form of no register that is known here"
		if l.Authority != "" {
			form = "the form of " + l.Authority + ", not looked up"
		}
		add("Licence claimed", l.Number+", "+form)
	}
	add("Work", strings.ReplaceAll(strings.Join(f.Roles, ", "), "-", " "))
	add("Way", way(f))
	add("Wanted", wanted(f))
	if f.OrganUSD > 0 {
		add("Offered for it", fmt.Sprintf("about %.0f USD", f.OrganUSD))
	}
	add("Begins", strings.ReplaceAll(f.Start, "-", "‑"))
	add("Apply until", strings.ReplaceAll(f.Deadline, "-", "‑"))
	if f.CommissionOnly {
		add("Pay", "by commission only")
	}
	return out
}

// way names the places of the route: from A → via B → to C.
func way(f post.Facts) string {
	if f.Route == nil {
		return ""
	}
	name := func(id string) string {
		for _, p := range f.Places {
			if p.ID == id {
				return p.Name
			}
		}
		return id
	}
	var legs []string
	for _, leg := range []struct {
		word string
		ids  []string
	}{{"from ", f.Route.From}, {"via ", f.Route.Via}, {"to ", f.Route.To}} {
		var names []string
		for _, id := range leg.ids {
			names = append(names, name(id))
		}
		if len(names) > 0 {
			legs = append(legs, leg.word+strings.Join(names, ", "))
		}
	}
	return strings.Join(legs, " → ")
}

// wanted is how many people of which age and gender the wording asks for.
func wanted(f post.Facts) string {
	var parts []string
	if f.Headcount > 0 {
		parts = append(parts, fmt.Sprintf("%d people", f.Headcount))
	}
	switch {
	case f.AgeMin > 0 && f.AgeMax > 0:
		parts = append(parts, fmt.Sprintf("%d to %d years", f.AgeMin, f.AgeMax))
	case f.AgeMin > 0:
		parts = append(parts, fmt.Sprintf("%d years or more", f.AgeMin))
	case f.AgeMax > 0:
		parts = append(parts, fmt.Sprintf("%d years at most", f.AgeMax))
	}
	if f.Gender != "" {
		parts = append(parts, f.Gender)
	}
	return strings.Join(parts, ", ")
}
