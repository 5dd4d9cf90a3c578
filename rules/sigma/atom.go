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

// fields is the event as a matcher sees it: each field loaded and folded at most
// once.
type fields interface {
	strings(field string) []string
	folded(field string) []string
	numbers(field string) []float64
	has(field string) bool
}

// holds tests a against an event.
func (a *atom) holds(f fields) bool {
	switch a.op {
	case opText:
		vals := f.folded
		if a.cased {
			vals = f.strings
		}
		if slices.ContainsFunc(vals(a.field), a.pat.match) {
			return true
		}
	case opNumber:
		if slices.Contains(f.numbers(a.field), a.num) {
			return true
		}
		if slices.Contains(f.folded(a.field), a.text) {
			return true
		}
	case opGT, opGTE, opLT, opLTE:
		if slices.ContainsFunc(f.numbers(a.field), a.compare) {
			return true
		}
	case opRegex:
		if slices.ContainsFunc(f.strings(a.field), a.re.MatchString) {
			return true
		}
	case opCIDR:
		for _, v := range f.strings(a.field) {
			if ip, err := netip.ParseAddr(v); err == nil && a.prefix.Contains(ip.Unmap()) {
				return true
			}
		}
	case opExists:
		return f.has(a.field) == a.want
	case opNull:
		return len(f.strings(a.field)) == 0 && len(f.numbers(a.field)) == 0
	case opRef:
		return a.refers(f)
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

func (a *atom) refers(f fields) bool {
	for _, v := range f.folded(a.field) {
		for _, w := range f.folded(a.text) {
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
	for _, n := range f.numbers(a.field) {
		if slices.Contains(f.numbers(a.text), n) {
			return true
		}
	}
	return false
}
