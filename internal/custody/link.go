package custody

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Zero stands for the entry before the first.
const Zero = "0000000000000000000000000000000000000000000000000000000000000000"

// Link is what the hash of an entry is made of. Its text, four fields with one space
// between, is what sha256sum must be given to get that hash.
type Link struct {
	Seq    int64  // 1 for the first
	Prev   string // hash of the entry before
	Skip   string // hash of entry [SkipOf](Seq): a shortcut, so that a proof need not hold every entry
	Digest string // SHA-256 of the data of the entry
}

// String is the text that is hashed.
func (l Link) String() string {
	return strconv.FormatInt(l.Seq, 10) + " " + l.Prev + " " + l.Skip + " " + l.Digest
}

// Hash is the SHA-256 of the text of l, 64 hex digits.
func (l Link) Hash() string { return sum([]byte(l.String())) }

// ParseLink reads what String writes.
func ParseLink(s string) (Link, error) {
	f := strings.Split(s, " ")
	if len(f) != 4 {
		return Link{}, errors.New("link: not four fields")
	}
	seq, err := strconv.ParseInt(f[0], 10, 64)
	l := Link{seq, f[1], f[2], f[3]}
	if err != nil || seq < 1 || !isHash(l.Prev) || !isHash(l.Skip) || !isHash(l.Digest) || l.String() != s {
		return Link{}, errors.New("link: not a number and three hashes")
	}
	return l, nil
}

// SkipOf is the entry that the shortcut of entry seq leads to: seq without the lowest
// of its bits, so that a way of at most about log₂(n)²/2 steps leads anywhere.
func SkipOf(seq int64) int64 { return seq & (seq - 1) }

// Path lists the entries on the way from one entry down to an earlier one, both
// included: each names the hash of the next, as Prev or as Skip.
func Path(from, to int64) (out []int64) {
	for at := from; at >= to && to > 0; {
		out = append(out, at)
		if at == to {
			return out
		}
		if s := SkipOf(at); s >= to {
			at = s
		} else {
			at--
		}
	}
	return out
}

// Prove checks that links, from the newest on, hang together below some heads: the hash
// of each is one of heads, or is named by one before it. It returns, by their digests,
// the links that are proven.
func Prove(links []Link, heads ...string) (map[string]Link, error) {
	named, proven := map[string]bool{}, map[string]Link{}
	for _, h := range heads {
		named[h] = true
	}
	if !slices.IsSortedFunc(links, func(a, b Link) int { return cmp.Compare(b.Seq, a.Seq) }) {
		return nil, errors.New("proof: not in order, newest first")
	}
	for _, l := range links {
		if !named[l.Hash()] {
			return nil, fmt.Errorf("proof: entry %d is named by none of the later ones", l.Seq)
		}
		named[l.Prev], named[l.Skip] = true, true
		proven[l.Digest] = l
	}
	return proven, nil
}

// Line is one line of the log, read.
type Line struct {
	Link
	Stated string // the hash that the line states
	Data   []byte // the entry as it stands; Digest is of these bytes
	File   string // of the log, base name
	Offset int64  // of the line in File
	Length int64  // with the line end
}

// Entry decodes the data of the line.
func (l Line) Entry() (Entry, error) {
	var e Entry
	err := json.Unmarshal(l.Data, &e)
	return e, err
}

// The fixed text of a line between its variable parts.
var marks = [...]string{`{"seq":`, `,"prev":"`, `","skip":"`, `","hash":"`, `","data":`, "}"}

// appendLine adds the line of an entry with its line end to b.
func appendLine(b []byte, l Link, hash string, data []byte) []byte {
	b = append(append(b, marks[0]...), strconv.FormatInt(l.Seq, 10)...)
	for i, s := range []string{l.Prev, l.Skip, hash} {
		b = append(append(b, marks[i+1]...), s...)
	}
	b = append(append(b, marks[4]...), data...)
	return append(append(b, marks[5]...), '\n')
}

// parseLine reads a line without its end. A line is not JSON at large but the one form
// that appendLine writes: whatever else it holds is a fault. It does not check the hash.
func parseLine(b []byte) (Line, error) {
	var l Line
	rest, ok := bytes.CutPrefix(b, []byte(marks[0]))
	i := bytes.IndexByte(rest, ',')
	if !ok || i < 1 {
		return l, errors.New("it does not begin like an entry")
	}
	seq := string(rest[:i])
	var err error
	if l.Seq, err = strconv.ParseInt(seq, 10, 64); err != nil || l.Seq < 1 || strconv.FormatInt(l.Seq, 10) != seq {
		return l, errors.New("its number is none")
	}
	rest = rest[i:]
	for i, field := range []*string{&l.Prev, &l.Skip, &l.Stated} {
		if rest, ok = bytes.CutPrefix(rest, []byte(marks[i+1])); !ok || len(rest) < 64 || !isHash(string(rest[:64])) {
			return l, errors.New("a hash in it is none")
		}
		*field, rest = string(rest[:64]), rest[64:]
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(marks[4])); !ok {
		return l, errors.New("it holds no data")
	}
	if rest, ok = bytes.CutSuffix(rest, []byte(marks[5])); !ok {
		return l, errors.New("its end is missing")
	}
	l.Data, l.Digest = rest, sum(rest)
	return l, nil
}

func isHash(s string) bool {
	return len(s) == 64 && !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') })
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
