package web

import (
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/compare"
	"github.com/lurewatch/lurewatch/internal/post"
)

// happening is one thing that happened to a post, for people to read.
type happening struct {
	post.Event
	Sentences []string    // what changed, contacts masked unless they are shown
	Pieces    []diffPiece // of the text; empty when it is the same, or not known
	Lost      bool        // what was said before, or after, is not remembered
	ShowShot  bool        // its screenshot was asked for
	ShotLink  string      // that asks for it
}

type diffPiece struct {
	Text    string
	Out, In bool
}

// maxAlike is how many characters of text that is the same stand at each side of a change.
const maxAlike = 160

// maxDiffs is how many changes are compared word by word on one page.
const maxDiffs = 10

// happenings lists what happened to a post, newest first.
func happenings(doc indexer.Doc, shown bool) (out []happening) {
	diffs := 0
	for _, e := range doc.Events {
		h := happening{Event: e}
		if e.Kind == post.Changed {
			old, knewOld := doc.Words(e.From)
			now, knowsNow := doc.Words(e.To)
			h.Lost = !knewOld || !knowsNow
			if diffs++; !h.Lost && diffs <= maxDiffs {
				h.compare(old, now, shown)
			}
		}
		out = append(out, h)
	}
	return out
}

func (h *happening) compare(old, now post.Said, shown bool) {
	mask, contacts := post.Mask, append(append([]post.Contact(nil), old.Contacts...), now.Contacts...)
	if shown {
		mask, contacts = func(s string) string { return s }, nil
	}
	h.Sentences = compare.Sentences(compare.Differences(old, now), mask)
	before, after := hide(old.Text, contacts), hide(now.Text, contacts)
	if before == after {
		return
	}
	ps := compare.Words(before, after)
	for i, p := range ps {
		text := p.Text
		if p.Op == compare.Same {
			text = around(text, i > 0, i < len(ps)-1)
		}
		h.Pieces = append(h.Pieces, diffPiece{Text: text, Out: p.Op == compare.Out, In: p.Op == compare.In})
	}
}

// around shortens what is the same to what stands next to a change.
func around(s string, before, after bool) string {
	head, tail := "", ""
	if before {
		head = firstRunes(s, maxAlike)
	}
	if after {
		tail = lastRunes(s, maxAlike)
	}
	if len(head)+len(tail) >= len(s) {
		return s
	}
	return strings.TrimSpace(head+" … ") + " " + tail
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

func lastRunes(s string, n int) string {
	i := len(s)
	for ; i > 0 && n > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return s[i:]
}
