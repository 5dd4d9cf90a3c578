// Package compare tells what differs between two versions of a post: word by word
// for people to read, and in sentences for a notice, contacts masked.
//
// It is bounded: texts of any length are compared in a time that depends on how
// much of them differs, up to [MaxWords] and [MaxEdits]; past these it says that
// the middle was replaced, which is true and short. It judges nothing.
// Start at [Words] and [Sentences].
package compare

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a comparison by words.
const (
	MaxWords = 20_000 // of both texts together, beside what they begin and end with alike
	MaxEdits = 1_500  // words taken out and put in
)

// Op says what became of a piece.
type Op int8

// The operations.
const (
	Same Op = iota
	Out     // only the old text has it
	In      // only the new text has it
)

// Piece is a stretch of text with what became of it.
type Piece struct {
	Op   Op
	Text string
}

// Words compares two texts. Same and Out make up the old text, Same and In the new.
func Words(old, now string) []Piece {
	a, b := split(old), split(now)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out pieces
	for _, w := range a[:head] {
		out.add(Same, w)
	}
	out.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	for _, w := range a[len(a)-tail:] {
		out.add(Same, w)
	}
	out.end()
	return out.done
}

// pieces joins words with the same fate.
type pieces struct {
	done []Piece
	op   Op
	text strings.Builder
}

func (p *pieces) add(op Op, text string) {
	if op != p.op {
		p.end()
		p.op = op
	}
	p.text.WriteString(text)
}

func (p *pieces) end() {
	if p.text.Len() > 0 {
		p.done = append(p.done, Piece{p.op, p.text.String()})
		p.text.Reset()
	}
}

// middle compares what stands between head and tail: the shortest list of words out
// and in (Myers 1986, O(ND)).
func (p *pieces) middle(a, b []string) {
	script, ok := edits(a, b)
	if !ok {
		for _, w := range a {
			p.add(Out, w)
		}
		for _, w := range b {
			p.add(In, w)
		}
		return
	}
	i, k := 0, 0
	for _, op := range script {
		switch op {
		case Same:
			p.add(Same, a[i])
			i, k = i+1, k+1
		case Out:
			p.add(Out, a[i])
			i++
		case In:
			p.add(In, b[k])
			k++
		}
	}
}

// edits is the way from a to b; false when it is longer than the bounds.
func edits(a, b []string) ([]Op, bool) {
	n, m := len(a), len(b)
	if n+m > MaxWords {
		return nil, false
	}
	most := min(n+m, MaxEdits)
	v := make([]int, 2*most+2)
	var trail [][]int // of each round, the reach of its diagonals
	for d := 0; d <= most; d++ {
		trail = append(trail, slices.Clone(v[most-d:most+d+1]))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || k != d && v[most+k-1] < v[most+k+1] {
				x = v[most+k+1]
			} else {
				x = v[most+k-1] + 1
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[most+k] = x
			if x >= n && y >= m {
				return back(trail, d, n, m), true
			}
		}
	}
	return nil, false
}

// back walks the trail from the end to the beginning.
func back(trail [][]int, d, x, y int) []Op {
	var rev []Op
	for ; d > 0; d-- {
		reach := func(k int) int { // of the round before
			if k < -d || k > d {
				return -1
			}
			return trail[d][k+d]
		}
		k := x - y
		from := k - 1
		if k == -d || k != d && reach(k-1) < reach(k+1) {
			from = k + 1
		}
		px := reach(from)
		py := px - from
		op, steps := In, x-px // one word put in, then what both have
		if from == k-1 {
			op, steps = Out, y-py
		}
		for range steps {
			rev = append(rev, Same)
		}
		rev = append(rev, op)
		x, y = px, py
	}
	for range x { // x and y are equal now: before the first edit both texts are the same
		rev = append(rev, Same)
	}
	slices.Reverse(rev)
	return rev
}

// split cuts a text into words with what stands between them: letters and digits
// together, everything else one by one. Scripts without spaces are cut letter by
// letter, each with its marks.
func split(s string) (out []string) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		end := i + n
		run := worded(r)
		for end < len(s) {
			next, m := utf8.DecodeRuneInString(s[end:])
			if !unicode.IsMark(next) && next != 0x200D && !(run && worded(next)) {
				break
			}
			end += m
		}
		out = append(out, s[i:end])
		i = end
	}
	return out
}

// worded reports a letter or digit of a script with spaces between words.
func worded(r rune) bool {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return false
	}
	return !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
