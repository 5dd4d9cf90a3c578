package indexer

import (
	"strings"
	"unicode/utf8"
)

// Gap is the term that stands between two fields in one string of terms, so
// that no phrase reaches from one into the other. No query can contain it.
const Gap = "¶"

// maxTerm bounds a term in bytes; what is longer is cut, in documents and queries alike.
const maxTerm = 64

type kind uint8

const (
	kindWord    kind = iota // of a script with spaces between words
	kindNumber              // ASCII digits, thousands separators taken out
	kindPair                // two neighbouring clusters of a script without spaces
	kindCluster             // the last cluster of a run of such a script
)

// token is one term of a text and where it came from.
type token struct {
	term       string
	kind       kind
	start, end int // byte offsets in the original
	mid        int // end of the first cluster of a pair; else end
	cluster    int // number of clusters in the run, on its last token; else 0
	from, to   int // of the term in Analyzer.buf
}

// Analyzer turns text into terms, for documents, queries and highlights alike:
//
//   - Compatibility forms are undone (NFKC: full width, circled, styled letters),
//     case is folded, invisible characters are dropped.
//   - Latin, Greek and Cyrillic lose their diacritics, Arabic and Hebrew their
//     vowel points: "việc nhẹ", "viec nhe" and "Việc Nhẹ" are the same phrase,
//     because posters drop diacritics at will. So "má" also finds "ma": a reviewer
//     would rather skip a hit than miss a post.
//   - Scripts with spaces give words. Apostrophes are dropped, everything else
//     splits; so do letters from digits, which makes "5000usd" and "5000 USD" one.
//   - Scripts without spaces (Han, kana, Thai, Lao, Khmer, Burmese), and Hangul,
//     whose words carry particles, give overlapping pairs of clusters (a letter
//     with its marks) and the last cluster alone. A query for any stretch of a run
//     is a phrase of pairs; a query for one cluster is a prefix.
//   - Digits of any script become ASCII; 5,000 and 5.000 become 5000.
//
// Emoji and punctuation give no terms. An Analyzer reuses its memory: it is not
// safe for concurrent use. The zero value is ready.
type Analyzer struct {
	runes []folded
	toks  []token
	buf   []byte // the terms with a space behind each
	known [1024]known
}

// Terms returns the terms of s joined by single spaces, and the numbers that a
// person would read as one though they are written in groups ("081-234 5678"),
// which belong behind a [Gap].
func (a *Analyzer) Terms(s string) (terms string, numbers []string) {
	terms = a.split(s)
	return terms, groups(s, a.toks)
}

// analyze returns the tokens of s, which are good until the next call.
func (a *Analyzer) analyze(s string) []token {
	a.split(s)
	return a.toks
}

// split fills a.toks and returns their terms joined by spaces. The terms share
// the memory of that one string.
func (a *Analyzer) split(s string) string {
	a.fold(s)
	a.toks, a.buf = a.toks[:0], a.buf[:0]
	for i := 0; i < len(a.runes); {
		switch a.runes[i].class {
		case classLetter, classMark:
			i = a.word(i)
		case classDigit:
			i = a.number(i)
		case classRun:
			i = a.run(i)
		default:
			i++
		}
	}
	if len(a.toks) == 0 {
		return ""
	}
	terms := string(a.buf[:len(a.buf)-1])
	for i := range a.toks {
		t := &a.toks[i]
		t.term = terms[t.from:t.to]
	}
	return terms
}

func (a *Analyzer) word(i int) int {
	from := i
	start := len(a.buf)
	for i < len(a.runes) {
		f := a.runes[i]
		if f.class == classApostrophe && i+1 < len(a.runes) && a.runes[i+1].class == classLetter {
			i++
			continue
		}
		if f.class != classLetter && f.class != classMark {
			break
		}
		a.buf = utf8.AppendRune(a.buf, f.r)
		i++
	}
	a.emit(kindWord, start, from, i, 0, 0)
	return i
}

// number reads digits, without their thousands separators.
func (a *Analyzer) number(i int) int {
	from := i
	start := len(a.buf)
	i = a.digits(i)
	if i-from <= 3 {
		for end := a.groupsEnd(i); i < end; {
			i = a.digits(i + 1)
		}
	}
	a.emit(kindNumber, start, from, i, 0, 0)
	return i
}

// groupsEnd is the end of the groups of three that begin with the separator at i;
// i when there are none, as in 81.234.5678, where one has another size.
func (a *Analyzer) groupsEnd(i int) int {
	end := i
	for end < len(a.runes) && a.runes[end].class == classThousands && a.runes[end].r == a.runes[i].r {
		n := 0
		for end+1+n < len(a.runes) && a.runes[end+1+n].class == classDigit {
			n++
		}
		switch n {
		case 3:
			end += 1 + n
		case 0:
			return end
		default:
			return i
		}
	}
	return end
}

func (a *Analyzer) digits(i int) int {
	for i < len(a.runes) && a.runes[i].class == classDigit {
		a.buf = append(a.buf, byte(a.runes[i].r))
		i++
	}
	return i
}

// run emits the pairs of clusters of a stretch without spaces, and its last cluster.
func (a *Analyzer) run(i int) int {
	count := 0
	var prev, next int // where the clusters before and at i begin
	prev = -1
	for i < len(a.runes) && (a.runes[i].class == classRun || a.runes[i].class == classMark && count > 0) {
		next = a.clusterEnd(i)
		if prev >= 0 {
			start := len(a.buf)
			a.appendRunes(prev, next)
			a.emit(kindPair, start, prev, next, i, 0)
		}
		prev, i = i, next
		count++
	}
	start := len(a.buf)
	a.appendRunes(prev, i)
	a.emit(kindCluster, start, prev, i, 0, count)
	return i
}

// clusterEnd is the end of the letter at i with its marks, and with the letters
// that a Khmer coeng or a Burmese virama stacks below it.
func (a *Analyzer) clusterEnd(i int) int {
	for i++; i < len(a.runes); i++ {
		stacked := a.runes[i-1].r == '\u17D2' || a.runes[i-1].r == '\u1039'
		if a.runes[i].class != classMark && !(stacked && a.runes[i].class == classRun) {
			break
		}
	}
	return i
}

func (a *Analyzer) appendRunes(from, to int) {
	for _, f := range a.runes[from:to] {
		a.buf = utf8.AppendRune(a.buf, f.r)
	}
}

// emit makes a token of a.buf from start on, for the runes from i to j; mid is
// the rune where the second cluster of a pair begins.
func (a *Analyzer) emit(k kind, start, i, j, mid, cluster int) {
	if len(a.buf)-start > maxTerm {
		to := start + maxTerm
		for !utf8.RuneStart(a.buf[to]) {
			to--
		}
		a.buf = a.buf[:to]
	}
	t := token{kind: k, start: int(a.runes[i].start), end: int(a.runes[j-1].end), cluster: cluster, from: start, to: len(a.buf)}
	t.mid = t.end
	if mid > 0 {
		t.mid = int(a.runes[mid-1].end)
	}
	a.toks = append(a.toks, t)
	a.buf = append(a.buf, ' ')
}

// Bounds of a number that is written in groups: shorter ones are too common,
// longer ones are no telephone numbers.
const minGrouped, maxGrouped = 7, 15

// groups joins digits that only spaces, hyphens, dots, slashes and brackets part.
func groups(s string, toks []token) []string {
	var out []string
	for i := 0; i < len(toks); {
		if toks[i].kind != kindNumber {
			i++
			continue
		}
		j, n := i+1, len(toks[i].term)
		for j < len(toks) && toks[j].kind == kindNumber && grouping(s, toks[j-1], toks[j]) {
			n += len(toks[j].term)
			j++
		}
		if j > i+1 && n >= minGrouped && n <= maxGrouped {
			out = append(out, join(toks[i:j]))
		}
		i = j
	}
	return out
}

// grouping reports that only such signs stand between a and b. One sign that
// stands for two numbers, as ½ does, has nothing between them.
func grouping(s string, a, b token) bool {
	if a.end > b.start {
		return false
	}
	between := s[a.end:b.start]
	return len(between) <= 3 && strings.Trim(between, " -.()/") == ""
}

func join(toks []token) string {
	var b strings.Builder
	for _, t := range toks {
		b.WriteString(t.term)
	}
	return b.String()
}
