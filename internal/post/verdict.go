package post

import (
	"fmt"
	"strings"
)

// Level ranks a verdict, in Sigma's terms.
type Level string

// Levels from none to critical. The empty level is the one of a post that no rule fired on.
const (
	LevelNone          Level = ""
	LevelInformational Level = "informational"
	LevelLow           Level = "low"
	LevelMedium        Level = "medium"
	LevelHigh          Level = "high"
	LevelCritical      Level = "critical"
)

// Levels lists the levels from the lowest to the highest.
func Levels() []Level {
	return []Level{LevelInformational, LevelLow, LevelMedium, LevelHigh, LevelCritical}
}

// Rank is 0 for no level up to 5 for critical.
func (l Level) Rank() int {
	for i, x := range Levels() {
		if x == l {
			return i + 1
		}
	}
	return 0
}

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	l := Level(strings.ToLower(strings.TrimSpace(s)))
	if l.Rank() == 0 {
		return "", fmt.Errorf("level %q is none of informational, low, medium, high, critical", s)
	}
	return l, nil
}

// Stance says who speaks. Only an offer can be flagged as a lure.
type Stance string

// The stances of a post.
const (
	StanceOffer     Stance = "offer"     // offers work or income
	StanceWarning   Stance = "warning"   // warns of such offers
	StanceNews      Stance = "news"      // reports on them
	StanceTestimony Stance = "testimony" // tells of having been there, or asks for help: routed to help, never to enforcement
	StanceSeeker    Stance = "seeker"    // looks for work
	StanceOther     Stance = "other"     // anything else, policy texts and fiction included
)

// Verdict is what the rules say of one version of one post, with the words that say it.
type Verdict struct {
	ID      string    `json:"id"` // of the post
	Flagged bool      `json:"flagged"`
	Level   Level     `json:"level"`
	Score   float64   `json:"score"` // 0 to 1
	Stance  Stance    `json:"stance"`
	Lang    string    `json:"lang"`
	Rules   []RuleHit `json:"rules"`
	Spans   []Span    `json:"spans"`
	Help    bool      `json:"help,omitempty"` // a person may need help: see [StanceTestimony]
	Facts   Facts     `json:"facts,omitzero"`
	Pack    Pack      `json:"pack,omitzero"` // the rules that judged
}

// RuleHit names one rule that fired.
type RuleHit struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Level Level  `json:"level"`
	Hash  Digest `json:"hash,omitempty"` // of the rule's file
}

// Span is one stretch of a field that says why. Start and End are byte offsets
// in the ORIGINAL text of the field: a reviewer must see what the page said, not
// what it was folded to.
type Span struct {
	Field   string `json:"field"` // title, text, company, location or picture: what was read from all pictures, a line between them
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Concept string `json:"concept"`
	Text    string `json:"text"` // the field's bytes from Start to End
	Gloss   string `json:"gloss,omitempty"`
}

// Pack identifies a rule pack: with the archive it is enough to replay a verdict.
type Pack struct {
	Version string `json:"version"`
	Hash    Digest `json:"hash"`
}

// Facts is what was read from the text beside concepts.
type Facts struct {
	Concepts []string  `json:"concepts,omitempty"` // sorted ids
	Contacts []Contact `json:"contacts,omitempty"`
	Salary   *Salary   `json:"salary,omitempty"`
	Places   []Place   `json:"places,omitempty"`
	Evasion  []string  `json:"evasion,omitempty"` // disguises that had to be undone, by name

	Employer  string   `json:"employer,omitempty"`  // the company that hires, by its legal form or as the source states it
	Licence   *Licence `json:"licence,omitempty"`   // the licence to recruit that the post claims
	Roles     []string `json:"roles,omitempty"`     // work that is offered: data-entry, fishing …
	Sectors   []string `json:"sectors,omitempty"`   // of that work: office, gambling, finance, service, primary, media, medical, recruiting
	Route     *Route   `json:"route,omitempty"`     // where people leave, pass and arrive
	Headcount int      `json:"headcount,omitempty"` // people wanted
	AgeMin    int      `json:"age_min,omitempty"`   // who may apply, in years; never of a person
	AgeMax    int      `json:"age_max,omitempty"`
	Gender    string   `json:"gender,omitempty"`    // whom the wording asks for: male | female | mixed
	OrganUSD  float64  `json:"organ_usd,omitempty"` // what is offered for an organ or a pregnancy for others, in US dollars
	Start     string   `json:"start,omitempty"`     // when work begins or people leave: ISO 8601, --MM-DD without a year, or today, this-week …
	Deadline  string   `json:"deadline,omitempty"`  // until when to apply, in the same form

	CommissionOnly bool `json:"commission_only,omitempty"` // the post says that there is no other pay
}

// Licence is a licence to recruit as a post claims it. Nobody looked it up: a known
// authority means that the number has the form that it gives out, no more.
type Licence struct {
	Number    string `json:"number"`
	Authority string `json:"authority,omitempty"` // country and register (PH-DMW), empty when the form is nobody's
}

// Route is the way that a post says people go: ids of the gazetteer.
type Route struct {
	From []string `json:"from,omitempty"`
	Via  []string `json:"via,omitempty"`
	To   []string `json:"to,omitempty"`
}

// Place is one entry of the gazetteer that the text names.
type Place struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Country string `json:"country"` // ISO 3166-1 alpha-2
	Kind    string `json:"kind,omitempty"`
	Risk    string `json:"risk,omitempty"` // high | medium | context
}

// Judged is a sighting with its verdict: the message between classifier and
// indexer, and between indexer and alerts.
type Judged struct {
	Capture Capture `json:"capture"`
	Post    Post    `json:"post"`
	Verdict Verdict `json:"verdict"`
}

// Key is the idempotency key of j: one sighting judged by one pack.
func (j Judged) Key() string {
	return j.Post.ID + "@" + j.Capture.ID + "/" + j.Verdict.Pack.Hash.Short()
}
