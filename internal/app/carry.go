package app

import (
	"regexp"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/post"
)

// longText is how many characters of text a post has that is more than a line leading to it.
const longText = 60

// reach finds a way to reach a poster: a telephone, a handle, an address of mail or of a
// messenger. It is asked of every post that is read, so it is rough on purpose: the
// classifier reads contacts, this only notices that they are gone from every page.
var reach = regexp.MustCompile(`(?i)\+?\d(?:[ .()-]?\d){6,}|@[\w.]{3,}|\b(?:t|wa|m|zalo|line)\.me/`)

// maxReach is how much of a text is asked, in bytes.
const maxReach = 8 << 10

// carryOf counts what posts of a page carry; nil without posts.
func carryOf(posts []post.Post) *health.Carry {
	if len(posts) == 0 {
		return nil
	}
	var c health.Carry
	for _, p := range posts {
		for f, has := range map[health.Field]bool{
			health.Title: p.Title != "", health.Text: utf8.RuneCountInString(p.Text) >= longText, health.Company: p.Company != "",
			health.Place: len(p.Locations) > 0, health.Pay: p.Salary != nil, health.Date: !p.PostedAt.IsZero(), health.Reach: reachable(p),
		} {
			if has {
				c[f]++
			}
		}
	}
	return &c
}

func reachable(p post.Post) bool {
	return len(p.Contacts) > 0 || reach.MatchString(p.Text[max(0, len(p.Text)-maxReach):]) || reach.MatchString(p.Title)
}
