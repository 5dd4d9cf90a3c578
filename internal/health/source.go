package health

import (
	"time"
)

// Outcome is what came of one try to read a page.
type Outcome string

// The outcomes. The first five are the classes of a capture.
const (
	Content   Outcome = "content"
	Challenge Outcome = "challenge" // a bot check stands in front
	Login     Outcome = "login"     // a login wall stands in front
	Gone      Outcome = "gone"
	Failure   Outcome = "error"     // the host failed, or refused
	Same      Outcome = "unchanged" // the host says that the page is as it was (304)
	Robots    Outcome = "robots"    // robots.txt forbids it
	Retry     Outcome = "retry"     // to be tried again: no answer, or one that asks to wait
	Other     Outcome = "other"     // out of scope, refused by the guard, given up
)

// Look is one try to read a page of a source.
type Look struct {
	Source  string
	At      time.Time
	Outcome Outcome
	Posts   int    // found on the page
	First   bool   // the page was never looked at before
	Gave    bool   // it gave posts at one of its last [Patience] looks
	Carry   *Carry // what the posts carry; nil when that is not known
	Once    bool   // by a crawl that ends, as that of a demo: nobody has promised to come again
}

// Patience is for how many looks in a row a page that gave posts counts as one that
// should, when it gives none: a source may consist of one page.
const Patience = 12

// telling reports whether a page without a post says something: it gave posts
// not long ago, or nobody knew yet. A page that never gives any says nothing.
func (l Look) telling() bool { return l.Outcome == Content && (l.Posts > 0 || l.First || l.Gave) }

// Bounds of what a record remembers.
const (
	BarPages = 20 // tries in one bar
	MaxBars  = 40
)

// Bar counts up to [BarPages] tries that follow each other.
type Bar struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Tries     int       `json:"tries"`
	Content   int       `json:"content,omitempty"`
	With      int       `json:"with,omitempty"`  // of Content, pages with a post
	Posts     int       `json:"posts,omitempty"` // on them
	Challenge int       `json:"challenge,omitempty"`
	Login     int       `json:"login,omitempty"`
	Gone      int       `json:"gone,omitempty"`
	Same      int       `json:"same,omitempty"` // as they were, says the host
	Errors    int       `json:"errors,omitempty"`
	Robots    int       `json:"robots,omitempty"`
	Retries   int       `json:"retries,omitempty"`
}

func (b *Bar) add(l Look) {
	if b.Tries == 0 {
		b.From = l.At
	}
	b.To = l.At
	b.Tries++
	switch l.Outcome {
	case Content:
		b.Content++
		b.Posts += l.Posts
		if l.Posts > 0 {
			b.With++
		}
	case Challenge:
		b.Challenge++
	case Login:
		b.Login++
	case Gone:
		b.Gone++
	case Failure:
		b.Errors++
	case Same:
		b.Same++
	case Robots:
		b.Robots++
	case Retry:
		b.Retries++
	case Other:
	}
}

func (b *Bar) plus(o Bar) {
	if b.Tries == 0 || o.From.Before(b.From) {
		b.From = o.From
	}
	if o.To.After(b.To) {
		b.To = o.To
	}
	b.Tries += o.Tries
	b.Content += o.Content
	b.With += o.With
	b.Posts += o.Posts
	b.Challenge += o.Challenge
	b.Login += o.Login
	b.Gone += o.Gone
	b.Same += o.Same
	b.Errors += o.Errors
	b.Robots += o.Robots
	b.Retries += o.Retries
}

// Yield is posts a page of content; 0 without any.
func (b Bar) Yield() float64 {
	if b.Content == 0 {
		return 0
	}
	return float64(b.Posts) / float64(b.Content)
}

// Share is n of the tries of b, 0 to 1.
func (b Bar) Share(n int) float64 {
	if b.Tries == 0 {
		return 0
	}
	return float64(n) / float64(b.Tries)
}

// Source is the record of one source. The zero Source has never been tried.
type Source struct {
	Name        string    `json:"name"`
	Once        bool      `json:"once,omitempty"` // it was looked at last by a crawl that ends
	LastTry     time.Time `json:"last_try,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"` // a page of content was read, or is as it was
	LastPost    time.Time `json:"last_post,omitzero"`    // a page gave a post
	Total       Bar       `json:"total"`
	Bars        []Bar     `json:"bars,omitempty"` // oldest first, at most [MaxBars]
	Drift       Drift     `json:"drift"`
	Fields      Fields    `json:"fields,omitzero"`
}

// Add takes one look and reports a turn: the source has stopped to give posts, or
// gives them again after an alarm; or posts come without a field that they always had.
func (s *Source) Add(l Look) Turn {
	s.Name, s.Once = l.Source, l.Once
	if l.At.After(s.LastTry) {
		s.LastTry = l.At
	}
	if l.Outcome == Content || l.Outcome == Same {
		s.LastSuccess = later(s.LastSuccess, l.At)
		if l.Posts > 0 {
			s.LastPost = later(s.LastPost, l.At)
		}
	}
	s.Total.add(l)
	if n := len(s.Bars); n == 0 || s.Bars[n-1].Tries >= BarPages {
		s.Bars = append(s.Bars, Bar{})
		if over := len(s.Bars) - MaxBars; over > 0 {
			s.Bars = append([]Bar(nil), s.Bars[over:]...)
		}
	}
	s.Bars[len(s.Bars)-1].add(l)
	turn := s.Fields.add(l)
	if posts := s.Drift.add(l); posts != None {
		return posts
	}
	return turn
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Recent is the sum of the newest bars, back to at least n tries where there are so many.
func (s Source) Recent(n int) Bar {
	var sum Bar
	for i := len(s.Bars) - 1; i >= 0 && sum.Tries < n; i-- {
		sum.plus(s.Bars[i])
	}
	return sum
}

// State is a source in one word.
type State string

// The states, from bad to good.
const (
	Drifted State = "drifted" // it is read as before, and gives no posts any more
	Blocked State = "blocked" // bot checks, logins or robots.txt stand in front
	Thin    State = "thinner" // posts come, and lack what they always had
	Silent  State = "silent"  // nothing could be read for long
	Slow    State = "slow"    // it is read, but many tries have to be repeated
	Fine    State = "fine"
	Waiting State = "waiting" // never tried
)

// Bad reports whether somebody should look at the source.
func (s State) Bad() bool { return s == Drifted || s == Blocked || s == Silent || s == Thin }

// judged is how many tries State looks back at; with fewer than least it trusts none of them.
const judged, least = 2 * BarPages, 5

// State tells how the source does at a time. every is how often its pages are
// looked at again; a source that could not be read for three times as long, and at
// least a day, is silent. With every at 0 nobody looks at it again, and it has all the time.
func (s Source) State(now time.Time, every time.Duration) State {
	r := s.Recent(judged)
	patience := max(3*every, 24*time.Hour)
	switch {
	case s.LastTry.IsZero():
		return Waiting
	case !s.Drift.Since.IsZero():
		return Drifted
	case r.Tries >= least && 2*(r.Challenge+r.Login+r.Robots) >= r.Tries:
		return Blocked
	case r.Tries >= least && r.Content+r.Same == 0,
		every > 0 && !s.LastSuccess.IsZero() && now.Sub(s.LastSuccess) > patience:
		return Silent
	case s.Fields.ringing() > 0:
		return Thin
	case r.Tries >= least && 10*(r.Retries+r.Errors) >= 3*r.Tries:
		return Slow
	}
	return Fine
}

// Advice says what to do about a state, in one sentence; empty when there is nothing to do.
func (s State) Advice() string {
	switch s {
	case Drifted:
		return "compare a saved page with the site: its layout has probably changed, so the adapter or the seeds need an update"
	case Thin:
		return "compare a saved page with the site: a part of its layout has probably changed, so the adapter needs an update"
	case Blocked:
		return "slow the source down, ask the site for access, or take it out"
	case Silent:
		return "open the site by hand: it may be down, have moved, or refuse this machine's address"
	case Slow:
		return "give it a longer pace if this goes on"
	case Fine, Waiting:
	}
	return ""
}
