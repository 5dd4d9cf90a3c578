package indexer

import (
	"errors"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Errors to branch on.
var (
	// ErrNotFound answers [Index.Get] for an id that the index does not hold.
	ErrNotFound = errors.New("no such post in the index")
	// ErrUnknownPost answers a decision on a post, or an event of one, that the index does
	// not hold yet. The judged post may still be on its way: deliver the change again later.
	ErrUnknownPost = errors.New("the post is not indexed yet")
	// ErrInvalid answers a change that can never be indexed. Do not deliver it again.
	ErrInvalid = errors.New("change cannot be indexed")
	// ErrQuery answers a query that cannot be understood. Its text is fit for the person who wrote the query.
	ErrQuery = errors.New("query")
	// ErrCursor answers a cursor that is not from this query, or that has expired.
	ErrCursor = errors.New("cursor")
)

// Bounds on what one document remembers of the past. Within them a document is
// the same whatever the order in which its changes arrive.
const (
	MaxVersions = 256 // distinct texts of one post, the most recently seen are kept
	MaxSights   = 32  // captures remembered to tell a redelivery from a new sighting
	MaxEvents   = 64  // events of one post, the newest are kept
	MaxSaid     = 8   // versions whose words are kept beside the current one, the most recently seen
)

// Doc is what the index holds of one post.
type Doc struct {
	Post    post.Post    `json:"post"` // the current version: the one seen last
	Verdict post.Verdict `json:"verdict"`
	Capture post.Capture `json:"capture"` // that showed the current version

	// Order is the place in the list, newest first: Unix microseconds of the
	// sighting that brought the post into the index. It never changes, so that a
	// reader who pages through a list meets each post once, whatever is written meanwhile.
	Order     int64      `json:"order"`
	FirstSeen time.Time  `json:"first_seen"`
	LastSeen  time.Time  `json:"last_seen"`
	Sightings int        `json:"sightings"`
	Versions  []Version  `json:"versions"`        // newest first, at most [MaxVersions]
	Sights    []Sight    `json:"sights"`          // newest first, at most [MaxSights]
	Packs     []string   `json:"packs,omitempty"` // hashes of rule packs that have judged the current version and were superseded
	State     post.State `json:"state"`

	Events []post.Event `json:"events,omitempty"` // what happened to it, newest first, at most [MaxEvents]

	Decisions []post.Decision `json:"decisions,omitempty"` // oldest first
}

// Version is one text that the post has had.
type Version struct {
	Digest post.Digest  `json:"digest"`
	First  time.Time    `json:"first"`           // capture that showed it first
	Last   time.Time    `json:"last"`            // capture that showed it last
	Record post.Locator `json:"record,omitzero"` // of that last capture
	Said   *post.Said   `json:"said,omitempty"`  // what it said; nil for the current version, and past [MaxSaid]
}

// VanishedAt is the capture that first showed the post gone, zero while it is there:
// when it was never told gone, came back, or was seen elsewhere since.
func (d Doc) VanishedAt() time.Time {
	for _, e := range d.Events {
		switch e.Kind {
		case post.Reappeared:
			return time.Time{}
		case post.Vanished:
			if d.LastSeen.Before(e.At) {
				return e.At
			}
			return time.Time{}
		case post.Changed:
		}
	}
	return time.Time{}
}

// HasChanged reports whether the page of the post was seen to show another text.
func (d Doc) HasChanged() bool {
	return slices.ContainsFunc(d.Events, func(e post.Event) bool { return e.Kind == post.Changed })
}

// Words is what the version with a digest said, and whether that is still known.
func (d Doc) Words(v post.Digest) (post.Said, bool) {
	if v == d.Post.Digest {
		return post.SaidBy(post.Judged{Post: d.Post, Verdict: d.Verdict}), true
	}
	for _, x := range d.Versions {
		if x.Digest == v && x.Said != nil {
			return *x.Said, true
		}
	}
	return post.Said{}, false
}

// Sight is one capture in which the post was seen.
type Sight struct {
	Capture string `json:"capture"` // post.Capture.ID
	At      int64  `json:"at"`      // Unix microseconds
}

// Change is one thing that became known: exactly one field is set.
type Change struct {
	Judged   *post.Judged   `json:"judged,omitempty"`
	Decision *post.Decision `json:"decision,omitempty"`
	Event    *post.Event    `json:"event,omitempty"`
}

// Post is the id of the post that c is about.
func (c Change) Post() string {
	switch {
	case c.Judged != nil:
		return c.Judged.Post.ID
	case c.Decision != nil:
		return c.Decision.Post
	case c.Event != nil:
		return c.Event.Post
	}
	return ""
}
