package post

import "slices"

// Bounds of what is remembered of a version that was replaced.
const (
	maxSaidText     = 64 << 10 // bytes
	maxSaidContacts = 64
)

// Said is what one version of a post said: enough to show what another changed.
type Said struct {
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text,omitempty"` // the first 64 KiB
	Company   string    `json:"company,omitempty"`
	Locations []string  `json:"locations,omitempty"`
	Pay       string    `json:"pay,omitempty"` // as the post states it
	Contacts  []Contact `json:"contacts,omitempty"`
	Flagged   Level     `json:"flagged,omitempty"` // the level, when it was flagged
	At        int64     `json:"at,omitempty"`      // version: Unix microseconds of the capture
	Pack      string    `json:"pack,omitempty"`    // version of the rule pack that read the contacts
}

// SaidBy is what j says.
func SaidBy(j Judged) Said {
	p := j.Post
	s := Said{Title: cut(p.Title, maxSaidText), Text: cut(p.Text, maxSaidText), Company: p.Company, Locations: p.Locations, At: p.Version, Pack: j.Verdict.Pack.Version}
	if j.Verdict.Flagged {
		s.Flagged = j.Verdict.Level
	}
	for _, pay := range []*Salary{p.Salary, j.Verdict.Facts.Salary} {
		if pay != nil && s.Pay == "" {
			s.Pay = pay.Raw
		}
	}
	for _, c := range slices.Concat(p.Contacts, j.Verdict.Facts.Contacts) {
		same := func(x Contact) bool { return x.Kind == c.Kind && x.Value == c.Value }
		if len(s.Contacts) < maxSaidContacts && !slices.ContainsFunc(s.Contacts, same) {
			s.Contacts = append(s.Contacts, c)
		}
	}
	return s
}
