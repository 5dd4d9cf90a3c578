package post

import "time"

// EventKind says what happened to a post after it was first seen.
type EventKind string

// The kinds of events.
const (
	Vanished   EventKind = "vanished"   // its page is gone, or stands there without it
	Changed    EventKind = "changed"    // its page shows another text
	Reappeared EventKind = "reappeared" // its page shows it again
)

// Event is one thing that happened to a post, told by the captures of one page in
// their order: whoever reads the archive again comes to the same events with the
// same ids. It is a fact to record; nothing is ever deleted for it.
type Event struct {
	ID      string    `json:"id"` // e and 32 hex digits, see [EventID]
	Kind    EventKind `json:"kind"`
	Post    string    `json:"post"` // post id
	Source  string    `json:"source"`
	URL     string    `json:"url"`                 // of the page, as asked for
	At      time.Time `json:"at"`                  // start of the capture that showed it first
	Capture string    `json:"capture"`             // id of that capture
	Record  Locator   `json:"record,omitzero"`     // where the archive keeps it
	Shot    Locator   `json:"screenshot,omitzero"` // of that capture, when a browser made it
	Status  int       `json:"status,omitempty"`    // of that capture
	From    Digest    `json:"from,omitempty"`      // version before, with changed
	To      Digest    `json:"to,omitempty"`        // version after, with changed and reappeared
}

// EventID makes the deterministic id of an event: the same kind of thing, of the same
// post, shown by the same capture, is one event.
func EventID(k EventKind, post, capture string) string {
	return "e" + ID("event", string(k), post, capture)[1:]
}

// Key is the idempotency key of e.
func (e Event) Key() string { return e.ID }
