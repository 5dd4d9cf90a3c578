package post

import "time"

// Notice is what goes out through one channel about one post, or about a source.
type Notice struct {
	Key     string    `json:"key"`     // idempotency key: the same notice sent twice carries the same key
	Type    string    `json:"type"`    // post.flagged | post.vanished | post.changed | post.reappeared | source.drifted | source.thinned
	Channel string    `json:"channel"` // name of the channel
	At      time.Time `json:"at"`
	Post    Post      `json:"post,omitzero"`
	Verdict Verdict   `json:"verdict,omitzero"`
	Event   *Event    `json:"event,omitempty"` // what happened to the post
	Said    []string  `json:"said,omitempty"`  // what of it changed
	Alarm   *Alarm    `json:"alarm,omitempty"` // about a source
	Link    string    `json:"link,omitempty"`  // the post, or the sources, on the review desk
}

// NoticeKey makes the key of a notice: a post is news to a channel once for each level it reaches.
func NoticeKey(channel, postID string, l Level) string {
	return "n" + ID("notice", channel, postID, string(l))[1:]
}
