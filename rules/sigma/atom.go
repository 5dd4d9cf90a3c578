package sigma

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// op is what an atom asks of a field.
type op uint8

const (
	opText   op = iota // some value fits a pattern
	opNumber           // some value is this number
	opGT
	opGTE
	opLT
	opLTE
	opRegex
	opCIDR
	opExists
	opNull
	opRef // some value of this field is one of another
)

// atom is one test of one field: the leaf of every rule. Equal atoms of many
// rules are one in a [Set].
type atom struct {
	field   string
	op      op
	cased   bool
	want    bool // of opExists
	before  bool // of opRef: text may stand before …
	after   bool // … and after
	num     float64
	pat     pattern
	re      *regexp.Regexp
	prefix  netip.Prefix
	text    string // pattern, expression, network or field, in one canonical form
	written string // the value as written in the rule
	key     string // equal for atoms that mean the same
}

// seal makes the key, once everything else is set.
func (a *atom) seal() {
	a.key = fmt.Sprintf("%s\x00%d %t %t %t %t %t %v\x00%s", a.field, a.op, a.cased, a.want, a.before, a.after, a.pat.plain, a.num, a.text)
}

// exact reports whether a asks for one folded value of a field, which can be
// looked up in a map.
func (a *atom) exact() bool {
	return a.op == opText && a.pat.plain && !a.cased && a.field != ""
}

// cost ranks atoms by the work they cause.
func (a *atom) cost() int {
	switch {
	case a.exact():
		return 0
	case a.op == opText && a.field == "":
		return 4
	case a.op == opText:
		return 3
	case a.op == opRegex:
		return 6
	case a.op == opRef || a.op == opCIDR:
		return 5
	default:
		return 1
	}
}

// holds tests a, which reads the fields at, against an event.
func (a *atom) holds(f *state, at place) bool {
	switch a.op {
	case opText:
		vals := f.folded
		if a.cased {
			vals = f.strings
		}
		if slices.ContainsFunc(vals(at.field), a.pat.match) {
			return true
		}
	case opNumber:
		if slices.Contains(f.numbers(at.field), a.num) {
			return true
		}
		if slices.Contains(f.folded(at.field), a.text) {
			return true
		}
	case opGT, opGTE, opLT, opLTE:
		if slices.ContainsFunc(f.numbers(at.field), a.compare) {
			return true
		}
	case opRegex:
		if slices.ContainsFunc(f.strings(at.field), a.re.MatchString) {
			return true
		}
	case opCIDR:
		for _, v := range f.strings(at.field) {
			if ip, err := netip.ParseAddr(v); err == nil && a.prefix.Contains(ip.Unmap()) {
				return true
			}
		}
	case opExists:
		return f.has(at.field) == a.want
	case opNull:
		return len(f.strings(at.field)) == 0 && len(f.numbers(at.field)) == 0
	case opRef:
		return a.refers(f, at)
	}
	return false
}

func (a *atom) compare(n float64) bool {
	switch a.op {
	case opGT:
		return n > a.num
	case opGTE:
		return n >= a.num
	case opLT:
		return n < a.num
	default:
		return n <= a.num
	}
}

func (a *atom) refers(f *state, at place) bool {
	for _, v := range f.folded(at.field) {
		for _, w := range f.folded(at.other) {
			switch {
			case v == w,
				a.before && a.after && strings.Contains(v, w),
				a.after && !a.before && strings.HasPrefix(v, w),
				a.before && !a.after && strings.HasSuffix(v, w):
				return true
			}
		}
	}
	if a.before || a.after {
		return false
	}
	for _, n := range f.numbers(at.field) {
		if slices.Contains(f.numbers(at.other), n) {
			return true
		}
	}
	return false
}
