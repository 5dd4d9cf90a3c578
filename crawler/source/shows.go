package source

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// shows reports whether a reader of d sees a title somewhere, squashed as it is. Most
// pages are told by the few places that hold the title's rarest character; only where
// one of them leaves a doubt are all words of the page squashed.
func (d *document) shows(title string) bool {
	if title == "" {
		return true
	}
	at := rarest(title)
	found := no
	if at >= 0 {
		each(d.tree(), func(n *html.Node) bool {
			if found == yes || n.Type == html.ElementNode && unseen(n) {
				return false
			}
			if n.Type == html.TextNode {
				found = max(found, sees(n.Data, title, at))
			}
			return true
		})
	}
	switch {
	case at >= 0 && found == yes:
		return true
	case at >= 0 && found == no:
		return false
	}
	return bytes.Contains(d.words(), []byte(title))
}

// verdict is how sure one piece of text is.
type verdict int

const (
	no verdict = iota
	maybe
	yes
)

// byRarity are the characters of squashed ASCII, about from the rarest to the commonest.
const byRarity = "zqxj7869453kv012bpygfwmucldrhsnioate"

// rarest is the place of the character of a squashed title that pages hold least, -1
// when it is not all ASCII.
func rarest(title string) int {
	best, at := len(byRarity), -1
	for i := range len(title) {
		if title[i] >= utf8.RuneSelf {
			return -1
		}
		if r := strings.IndexByte(byRarity, title[i]); r >= 0 && r < best {
			best, at = r, i
		}
	}
	return at
}

// sees looks in a piece of text for a squashed title, whose character at is rare. A
// piece that ends where the title might go on leaves a doubt, and so does what is not
// ASCII.
func sees(s, title string, at int) verdict {
	found := no
	for _, c := range []byte{title[at], upper(title[at])} {
		for i := 0; ; i++ {
			n := strings.IndexByte(s[i:], c)
			if n < 0 {
				break
			}
			i += n
			found = max(found, min(ends(s[:i], title[:at]), begins(s[i+1:], title[at+1:])))
			if found == yes {
				return yes
			}
		}
		if digit(c) {
			break
		}
	}
	return found
}

func upper(c byte) byte {
	if letter(c) {
		return c &^ 0x20
	}
	return c
}

// begins reports whether s, squashed, begins with part of a title.
func begins(s, part string) verdict {
	for i := range len(s) {
		if part == "" {
			return yes
		}
		if s[i] >= utf8.RuneSelf {
			return maybe
		}
		if c := squashed[s[i]]; c != 0 {
			if c != part[0] {
				return no
			}
			part = part[1:]
		}
	}
	return whole(part)
}

// ends reports whether s, squashed, ends with part of a title.
func ends(s, part string) verdict {
	for i := len(s) - 1; i >= 0; i-- {
		if part == "" {
			return yes
		}
		if s[i] >= utf8.RuneSelf {
			return maybe
		}
		if c := squashed[s[i]]; c != 0 {
			if c != part[len(part)-1] {
				return no
			}
			part = part[:len(part)-1]
		}
	}
	return whole(part)
}

func whole(left string) verdict {
	if left == "" {
		return yes
	}
	return maybe
}
