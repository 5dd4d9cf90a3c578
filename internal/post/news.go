package post

import "time"

// News is what the alert stage tells beside flagged posts: an event of a post that
// is or was flagged, or an alarm about a source. Exactly one of Event and Alarm is set.
type News struct {
	Event   *Event   `json:"event,omitempty"`
	Post    Post     `json:"post,omitzero"`    // of Event, the version that is current
	Verdict Verdict  `json:"verdict,omitzero"` // on it
	Level   Level    `json:"level,omitempty"`  // highest at which the post was flagged, in this version or one before
	Said    []string `json:"said,omitempty"`   // what of the post changed, one sentence each, contacts masked

	Alarm *Alarm `json:"alarm,omitempty"`
}

// Alarm says that a source which gave posts goes on to be read and gives none, or, with
// Lost, that its posts come without what they always had.
type Alarm struct {
	Source   string    `json:"source"`
	Since    time.Time `json:"since"`          // capture that was one too many
	LastPost time.Time `json:"last_post"`      // when a page last gave a post
	Pages    int       `json:"pages"`          // in a row that should have given posts and did not
	Share    float64   `json:"share"`          // of such pages that gave posts before, 0 to 1
	Lost     []string  `json:"lost,omitempty"` // title text company place pay date contact
}

// Key is the idempotency key of n.
func (n News) Key() string {
	if n.Alarm != nil {
		kind := "alarm"
		if len(n.Alarm.Lost) > 0 {
			kind = "alarm lost"
		}
		return "e" + ID(kind, n.Alarm.Source, n.Alarm.Since.UTC().Format(time.RFC3339Nano))[1:]
	}
	if n.Event != nil {
		return n.Event.ID
	}
	return ""
}

// Type is the type of the notices about n.
func (n News) Type() string {
	switch {
	case n.Alarm != nil && len(n.Alarm.Lost) > 0:
		return "source.thinned"
	case n.Alarm != nil:
		return "source.drifted"
	case n.Event != nil:
		return "post." + string(n.Event.Kind)
	}
	return ""
}

// NewsKey makes the key of a notice about n: each event is news to a channel once.
func NewsKey(channel string, n News) string { return "n" + ID("news", channel, n.Key())[1:] }
