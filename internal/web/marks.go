package web

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// maxStretches bounds how much is marked in one text: more helps nobody.
const maxStretches = 2000

// stretch is one part of a text to be marked: byte offsets.
type stretch struct {
	Start, End int
	Num        int  // number of an indicator, from 1; 0 for none
	Found      bool // by the words of a search
	Hidden     bool // a contact that is not shown
}

// segment is a run of text with the same marks throughout.
type segment struct {
	Text   string
	Hit    bool
	Deep   bool  // more than one indicator
	Starts []int // indicators that begin here
	Ends   []int // indicators that end here
	Found  bool
	Hidden bool
}

// segments cuts text where marks begin and end. The texts of the segments, one
// after the other, are the text, but for what is hidden. Offsets outside of the
// text or inside of a character are moved to the next sensible place: they come
// from a verdict that may be of another version.
func segments(text string, marks []stretch) []segment {
	marks = fit(text, marks)
	cuts := []int{0, len(text)}
	for _, m := range marks {
		cuts = append(cuts, m.Start, m.End)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []segment
	var open []stretch
	next := 0
	for i := range len(cuts) - 1 {
		start, end := cuts[i], cuts[i+1]
		open = slices.DeleteFunc(open, func(m stretch) bool { return m.End <= start })
		for ; next < len(marks) && marks[next].Start == start; next++ {
			open = append(open, marks[next])
		}
		out = append(out, newSegment(text[start:end], start, end, open))
	}
	return out
}

func newSegment(text string, start, end int, open []stretch) segment {
	s := segment{Text: text}
	for _, m := range open {
		s.Found = s.Found || m.Found
		s.Hidden = s.Hidden || m.Hidden
		if m.Num == 0 {
			continue
		}
		s.Hit, s.Deep = true, s.Hit
		if m.Start == start {
			s.Starts = append(s.Starts, m.Num)
		}
		if m.End == end {
			s.Ends = append(s.Ends, m.Num)
		}
	}
	if s.Hidden {
		s.Text = strings.Repeat("•", min(utf8.RuneCountInString(text), 12))
	}
	return s
}

// fit sorts marks by where they begin and puts them inside of text.
func fit(text string, marks []stretch) []stretch {
	fitted := make([]stretch, 0, len(marks))
	for _, m := range marks[:min(len(marks), maxStretches)] {
		m.Start, m.End = min(max(m.Start, 0), len(text)), min(max(m.End, 0), len(text))
		for m.Start > 0 && m.Start < len(text) && !utf8.RuneStart(text[m.Start]) {
			m.Start--
		}
		for m.End < len(text) && !utf8.RuneStart(text[m.End]) {
			m.End++
		}
		if m.Start < m.End {
			fitted = append(fitted, m)
		}
	}
	slices.SortStableFunc(fitted, func(a, b stretch) int { return a.Start - b.Start })
	return fitted
}

// hidden finds where contacts stand in text, so that they can be hidden there too.
func hidden(text string, contacts []post.Contact) []stretch {
	var out []stretch
	low := lowerASCII(text)
	for _, c := range contacts {
		for _, form := range []string{c.Raw, c.Value} {
			form = lowerASCII(strings.TrimSpace(form))
			if len(form) < 3 {
				continue
			}
			for at := 0; len(out) < maxStretches; {
				i := strings.Index(low[at:], form)
				if i < 0 {
					break
				}
				out = append(out, stretch{Start: at + i, End: at + i + len(form), Hidden: true})
				at += i + len(form)
			}
		}
	}
	return out
}

// lowerASCII keeps every byte in its place, which strings.ToLower does not.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// hide returns text with the contacts in it hidden.
func hide(text string, contacts []post.Contact) string {
	var b strings.Builder
	for _, s := range segments(text, hidden(text, contacts)) {
		b.WriteString(s.Text)
	}
	return b.String()
}
