package post

import (
	"slices"
	"time"
)

// Act is what a reviewer did.
type Act string

// The acts of a reviewer. An undo names the decision that it takes back.
const (
	ActConfirm Act = "confirm"
	ActDismiss Act = "dismiss"
	ActUndo    Act = "undo"
)

// Reasons lists why a reviewer may dismiss a post, in the order shown.
func Reasons() []string {
	return []string{"ordinary job", "warning or news", "testimony or plea", "job seeker", "not recruitment", "duplicate", "other"}
}

// Decision is what a person said of a post. It is append-only: another decision
// undoes it, nothing erases it.
type Decision struct {
	ID     string    `json:"id"`   // d and 32 hex digits, made once by the desk
	Post   string    `json:"post"` // post id
	Act    Act       `json:"act"`
	Reason string    `json:"reason,omitempty"` // required with dismiss
	Note   string    `json:"note,omitempty"`
	Undoes string    `json:"undoes,omitempty"` // decision id, with undo
	By     string    `json:"by"`               // user name of the reviewer
	At     time.Time `json:"at"`
}

// State is where a post stands in review.
type State string

// The states of a post in review.
const (
	StateOpen      State = "open"
	StateConfirmed State = "confirmed"
	StateDismissed State = "dismissed"
)

// StateOf folds decisions, oldest first, into the state they leave and the
// decision that stands (the zero Decision when none does).
func StateOf(ds []Decision) (State, Decision) {
	undone := map[string]bool{}
	for _, d := range ds {
		if d.Act == ActUndo {
			undone[d.Undoes] = true
		}
	}
	for _, d := range slices.Backward(ds) {
		switch {
		case undone[d.ID]:
		case d.Act == ActConfirm:
			return StateConfirmed, d
		case d.Act == ActDismiss:
			return StateDismissed, d
		}
	}
	return StateOpen, Decision{}
}
