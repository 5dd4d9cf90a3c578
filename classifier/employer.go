package classifier

import (
	"slices"
	"strings"
	"unicode"

	"github.com/lurewatch/lurewatch/internal/post"
)

// employerNamed is the concept of a name with a legal form.
const employerNamed = "employer_named"

// nobody lists what people write into a company field that they leave open, folded.
var nobody = []string{"none", "n/a", "na", "no", "nil", "null", "unknown", "confidential", "private", "company", "employer", "hr", "recruiter", "agency", "公司", "บริษัท", "công ty", "perusahaan", "компания"}

// isName reports whether a company field holds a name at all.
func isName(company string) bool {
	s := strings.ToLower(strings.TrimSpace(company))
	letters := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 2 && !slices.Contains(nobody, s)
}

// vouches reports whether a named employer makes a post more believable. A name
// costs its writer nothing, so it does not where the post itself contradicts it:
// it names a site that was reported as a compound, speaks of control, of a way
// around the border or in the trade's jargon, or can be answered on a messenger
// only and shows no licence.
func (c *Classifier) vouches(f post.Facts, licensed bool) bool {
	if slices.ContainsFunc(f.Places, func(p post.Place) bool { return p.Risk == "high" }) {
		return false
	}
	for _, id := range f.Concepts {
		if c.weights[c.conceptOf[id]].contradicts {
			return false
		}
	}
	return licensed || !onlyMessengers(f)
}

// claims reports whether a post names an employer and neither speaks as no honest one
// would nor asks to be answered on a messenger only: then a licence, papers and an
// address that stand in it belong to somebody.
func (c *Classifier) claims(f post.Facts, s stated) bool {
	if !s.named && f.Employer == "" && !slices.Contains(f.Concepts, employerNamed) || onlyMessengers(f) {
		return false
	}
	return !slices.ContainsFunc(f.Concepts, func(id string) bool { w := c.weights[c.conceptOf[id]]; return w.contradicts && w.strong })
}

// onlyMessengers reports a post that asks to be answered on a messenger, and gives
// nothing that can be looked up in a register: no phone line, no mailbox, no site.
func onlyMessengers(f post.Facts) bool {
	asks := len(f.Contacts) > 0 || slices.ContainsFunc(f.Concepts, func(id string) bool { return strings.HasPrefix(id, "contact_") && id != "contact_dm" })
	return asks && !slices.ContainsFunc(f.Contacts, func(c post.Contact) bool {
		return c.Kind == "phone" || c.Kind == "email" || c.Kind == "url"
	})
}
