package post

import "time"

// Notice is what goes out through one channel about one post.
type Notice struct {
	Key     string    `json:"key"`     // idempotency key: the same notice sent twice carries the same key
	Type    string    `json:"type"`    // post.flagged
	Channel string    `json:"channel"` // name of the channel
	At      time.Time `json:"at"`
	Post    Post      `json:"post"`
	Verdict Verdict   `json:"verdict"`
	Link    string    `json:"link,omitempty"` // the post on the review desk
}

// NoticeKey makes the key of a notice: a post is news to a channel once for each level it reaches.
func NoticeKey(channel, postID string, l Level) string {
	return "n" + ID("notice", channel, postID, string(l))[1:]
}
