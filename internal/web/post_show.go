package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

type postPage struct {
	indexer.Doc
	Headline, Body []segment
	Employer       []segment
	Address, Final string // of the page, as asked for and as answered
	Places         [][]segment
	Indicators     []indicator
	Rules          []rule
	Contacts       []contact
	Shown          bool // contacts in full
	Salaries       []salary
	State          post.State
	Standing       post.Decision
	History        []post.Decision
	Notices        []ledger.SentNotice
	Reasons        []string
	CanDecide      bool
	DecisionID     string // of the form that comes first
	OtherID        string // of the other
	Back           string
	Reach          int
	Disguises      string
	Stated         []fact
	HasScreenshot  bool
	ShowShot       bool   // it was asked for: only then is the evidence read
	ShotLink       string // that asks for it
	HasRecord      bool
	Seen           []seen
	Happened       []happening
	Vanished       time.Time // zero while it is there
}

// indicator is one span with its number, in the order of reading.
type indicator struct {
	Num            int
	Field, Concept string
	Text, Gloss    string
}

type rule struct {
	post.RuleHit
	Description string
}

type contact struct{ Kind, Value string }

type salary struct {
	Where string
	post.Salary
}

// doc finds the post that a visit is about, if the visitor may see it.
func (d *Desk) doc(v *visit) (indexer.Doc, error) {
	doc, err := d.opt.Index.Get(v.Context(), v.PathValue("id"))
	if err != nil {
		return doc, err
	}
	if doc.Verdict.Help && !v.user.Role.Includes(ledger.RoleReviewer) {
		return doc, &problem{http.StatusForbidden, "In this post somebody may need help. Only reviewers can read it."}
	}
	return doc, nil
}

// postShow shows one post with the words that say why it was flagged. Who looks at it
// is in the audit log before anything is shown.
func (d *Desk) postShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	_, err = d.opt.Ledger.Record(v.Context(), v.user.Name, "view", doc.Post.ID, map[string]any{"version": doc.Post.Digest})
	if err != nil {
		return err
	}
	page, err := d.postPage(v, doc)
	if err != nil {
		return err
	}
	return d.render(v, http.StatusOK, "post", "Post "+short(doc.Post.ID), page)
}

// short is enough of an id for people to tell posts apart.
func short(id string) string {
	if len(id) <= 10 {
		return id
	}
	return id[:10]
}

func (d *Desk) postPage(v *visit, doc indexer.Doc) (postPage, error) {
	p := postPage{Doc: doc,
		Shown:         v.user.Role.Includes(ledger.RoleReviewer) && d.contactsShown(v.Context(), doc.Post.ID),
		Reasons:       post.Reasons(),
		CanDecide:     v.user.Role.Includes(ledger.RoleReviewer),
		DecisionID:    ledger.NewDecisionID(),
		OtherID:       ledger.NewDecisionID(),
		Back:          localPath(v.URL.Query().Get("back")),
		Disguises:     strings.Join(doc.Verdict.Facts.Evasion, ", "),
		HasScreenshot: !doc.Capture.Screenshot.IsZero(),
		ShowShot:      v.URL.Query().Get("shot") == "1",
		HasRecord:     !doc.Capture.Record.IsZero(),
	}
	p.ShotLink = postPath(doc.Post.ID) + "?shot=1&back=" + url.QueryEscape(p.Back)
	p.mark(v.URL.Query().Get("picture"))
	for _, r := range doc.Verdict.Rules {
		description, _ := d.opt.Rule(r.ID)
		p.Rules = append(p.Rules, rule{r, description})
	}
	slices.SortStableFunc(p.Rules, func(a, b rule) int { return b.Level.Rank() - a.Level.Rank() })
	for _, c := range distinct(contactsOf(doc)) {
		if !p.Shown {
			c.Value = post.Mask(c.Value)
		}
		p.Contacts = append(p.Contacts, contact{c.Kind, c.Value})
	}
	p.Salaries = salaries(doc)
	hidden := contactsOf(doc)
	if p.Shown {
		hidden = nil
	}
	p.Happened, p.Vanished = happenings(doc, p.Shown), doc.VanishedAt()
	for i := range p.Happened {
		h := &p.Happened[i]
		h.ShotLink = postPath(doc.Post.ID) + "?shot=" + url.QueryEscape(h.ID) + "&back=" + url.QueryEscape(p.Back)
		h.ShowShot = v.URL.Query().Get("shot") == h.ID
	}
	p.Stated = statedIn(doc.Verdict.Facts, hidden)
	return p, d.fromLedger(v.Context(), &p)
}

// salaries tells pay once when page and text agree: what a page leaves open is
// filled from its text.
func salaries(doc indexer.Doc) (out []salary) {
	const stated, read = "as the page states it", "as read from the text"
	page, text := doc.Post.Salary, doc.Verdict.Facts.Salary
	if page != nil && text != nil && page.Raw == text.Raw {
		if strings.Contains(doc.Post.Title+"\n"+doc.Post.Text, text.Raw) {
			return []salary{{read, *text}}
		}
		return []salary{{stated, *page}}
	}
	if page != nil {
		out = append(out, salary{stated, *page})
	}
	if text != nil {
		out = append(out, salary{read, *text})
	}
	return out
}

// mark puts the indicators and hidden contacts into every field that has them.
func (p *postPage) mark(picture string) {
	spans := slices.Clone(p.Verdict.Spans)
	order := map[string]int{"title": 0, "company": 1, "location": 2, "text": 3, "picture": 4}
	slices.SortStableFunc(spans, func(a, b post.Span) int {
		if a.Field != b.Field {
			return order[a.Field] - order[b.Field]
		}
		return a.Start - b.Start
	})
	contacts := contactsOf(p.Doc)
	if p.Shown {
		contacts = nil
	}
	p.Address, p.Final = hide(p.Post.URL, contacts), hide(p.Capture.FinalURL, contacts)
	marks := map[string][]stretch{}
	for i, s := range spans[:min(len(spans), maxStretches)] {
		marks[s.Field] = append(marks[s.Field], stretch{Start: s.Start, End: s.End, Num: i + 1})
		p.Indicators = append(p.Indicators, indicator{Num: i + 1, Field: s.Field, Concept: s.Concept,
			Text: hide(s.Text, contacts), Gloss: hide(s.Gloss, contacts)})
	}
	p.seenIn(marks["picture"], contacts, picture)
	cut := func(field, text string) []segment {
		return segments(text, slices.Concat(marks[field], hidden(text, contacts)))
	}
	p.Headline = cut("title", p.Post.Title)
	p.Body = cut("text", p.Post.Text)
	p.Employer = cut("company", p.Post.Company)
	// A span of a location does not say of which: its offsets are into all of them, one a line.
	at := 0
	for _, l := range p.Post.Locations {
		var here []stretch
		for _, m := range marks["location"] {
			if m.Start >= at && m.End <= at+len(l) {
				m.Start, m.End = m.Start-at, m.End-at
				here = append(here, m)
			}
		}
		p.Places = append(p.Places, segments(l, slices.Concat(here, hidden(l, contacts))))
		at += len(l) + 1
	}
}

// fromLedger adds what people did: the ledger knows it before the index does.
func (d *Desk) fromLedger(ctx context.Context, p *postPage) (err error) {
	if p.History, err = d.opt.Ledger.Decisions(ctx, p.Post.ID); err != nil {
		return err
	}
	p.State, p.Standing = post.StateOf(p.History)
	if p.Notices, err = d.opt.Ledger.Notices(ctx, p.Post.ID); err != nil {
		return err
	}
	p.Reach, err = d.reach(ctx, p.Doc)
	return err
}
