package app

import (
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/post"
)

// longText is how many characters of text a post has that is more than a line leading to it.
const longText = 60

// maxReach is how much of a text is asked for a way to reach its poster, in bytes from its end.
const maxReach = 2 << 10

// carryOf counts what posts of a page carry; nil without posts.
func carryOf(posts []post.Post) *health.Carry {
	if len(posts) == 0 {
		return nil
	}
	var c health.Carry
	for _, p := range posts {
		for f, has := range [...]bool{
			health.Title: p.Title != "", health.Text: utf8.RuneCountInString(p.Text[:min(len(p.Text), 4*longText)]) >= longText, health.Company: p.Company != "",
			health.Place: len(p.Locations) > 0, health.Pay: p.Salary != nil, health.Date: !p.PostedAt.IsZero(), health.Reach: reachable(p),
		} {
			if has {
				c[f]++
			}
		}
	}
	return &c
}

// reachable reports whether a post tells a way to reach its poster.
func reachable(p post.Post) bool {
	return len(p.Contacts) > 0 || reaches(p.Text[max(0, len(p.Text)-maxReach):]) || reaches(p.Title)
}

// reaches finds a telephone (seven digits or more, with single signs between them), a handle, or
// an address of mail or of a messenger. It is asked of every post that is read, so it
// is rough on purpose: the classifier reads contacts, this only notices that they are
// gone from every page.
func reaches(s string) bool {
	digits, apart := 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			if digits, apart = digits+1, 0; digits >= 7 {
				return true
			}
			continue
		case digits > 0 && apart == 0 && (c == ' ' || c == '.' || c == '-' || c == '(' || c == ')'):
			apart++
			continue
		case c == '@' && word(s[i+1:], 3):
			return true
		case c == '.' && i > 0 && word(s[i-1:], 1) && len(s) > i+3 && (s[i+1:i+4] == "me/" || s[i+1:i+4] == "ME/"):
			return true
		}
		digits, apart = 0, 0
	}
	return false
}

// word reports whether s begins with n letters, digits or signs of names.
func word(s string, n int) bool {
	if len(s) < n {
		return false
	}
	for i := range n {
		c := s[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}
