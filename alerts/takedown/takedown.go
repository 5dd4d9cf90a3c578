// Package takedown writes lists of confirmed posts in forms that platforms load
// into their own tools. It refuses posts that no reviewer has confirmed, and
// leaves out contacts and the reviewer's name: a platform acts on a post, not on
// a person. Start at [New] and [Write].
package takedown

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Profile says how much a list tells.
type Profile string

// The profiles of a list.
const (
	ProfilePosts    Profile = ""         // posts only
	ProfileContacts Profile = "contacts" // the contacts that a post names, too: ask for it with a reason
)

// Item is one confirmed post.
type Item struct {
	PostID      string         `json:"post_id"`
	URL         string         `json:"url"`
	Source      string         `json:"source"`
	Host        string         `json:"host"` // of the platform, from the URL, without www.
	Title       string         `json:"title"`
	Level       post.Level     `json:"level"`
	Score       float64        `json:"score"`
	RuleIDs     []string       `json:"rule_ids"`
	RuleTitles  []string       `json:"rule_titles"`
	Indicators  []string       `json:"indicators"` // concept ids
	Reasons     []string       `json:"reasons"`    // in plain English, what the words of the post come to
	Lang        string         `json:"lang"`
	Digest      post.Digest    `json:"content_digest"`
	FirstSeen   time.Time      `json:"first_seen,omitzero"`
	LastSeen    time.Time      `json:"last_seen,omitzero"`
	ConfirmedBy string         `json:"confirmed_by"` // a role, never a name
	ConfirmedAt time.Time      `json:"confirmed_at"`
	DecisionID  string         `json:"decision_id"`
	Contacts    []post.Contact `json:"contacts,omitempty"` // written with [ProfileContacts] only
}

// ErrNotConfirmed is returned for a post that no standing decision confirms.
var ErrNotConfirmed = errors.New("post is not confirmed")

// New makes the item of a post from its verdict and its decisions, oldest first.
func New(p post.Post, v post.Verdict, decisions []post.Decision, firstSeen, lastSeen time.Time) (Item, error) {
	state, d := post.StateOf(decisions)
	if state != post.StateConfirmed || d.Post != p.ID {
		return Item{}, fmt.Errorf("takedown item %s: %w", p.ID, ErrNotConfirmed)
	}
	contacts := slices.Concat(p.Contacts, v.Facts.Contacts)
	slices.SortFunc(contacts, func(a, b post.Contact) int {
		// The one that shows how the post writes it comes first, and stays.
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value), strings.Compare(b.Raw, a.Raw))
	})
	contacts = slices.CompactFunc(contacts, func(a, b post.Contact) bool { return a.Kind == b.Kind && a.Value == b.Value })
	it := Item{
		PostID: p.ID, URL: printable(p.URL), Source: printable(p.Source), Host: host(p.URL), Title: printable(p.Title),
		Level: v.Level, Score: v.Score, Lang: cmp.Or(v.Lang, p.Lang), Digest: p.Digest,
		FirstSeen: firstSeen.UTC(), LastSeen: lastSeen.UTC(),
		ConfirmedBy: "reviewer", ConfirmedAt: d.At.UTC(), DecisionID: d.ID, Contacts: contacts,
	}
	for _, r := range v.Rules {
		it.RuleIDs, it.RuleTitles = append(it.RuleIDs, r.ID), append(it.RuleTitles, r.Title)
	}
	for _, s := range v.Spans {
		it.Indicators = append(it.Indicators, s.Concept)
		it.Reasons = append(it.Reasons, cmp.Or(s.Gloss, strings.ReplaceAll(s.Concept, "_", " ")))
	}
	it.Indicators = append(it.Indicators, v.Facts.Concepts...)
	slices.Sort(it.Indicators)
	it.Indicators = slices.Compact(it.Indicators)
	it.Reasons = unique(it.Reasons)
	return it, nil
}

// printable drops what can steer a terminal or turn the reading order: control
// characters and marks of direction. The archive keeps what the page said.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// unique keeps the first of each, in order.
func unique(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// numberLike finds what may be a phone or account number in a title.
var numberLike = regexp.MustCompile(`\+?\p{Nd}(?:[\p{Zs}().-]?\p{Nd}){6,}`)

// without leaves out of an item what leads to a person.
func (it Item) without() Item {
	for _, c := range it.Contacts {
		for _, s := range []string{c.Raw, c.Value} {
			if len(s) > 3 {
				it.Title = strings.ReplaceAll(it.Title, s, post.Mask(s))
			}
		}
	}
	it.Title = numberLike.ReplaceAllStringFunc(it.Title, post.Mask)
	it.Contacts = nil
	return it
}
