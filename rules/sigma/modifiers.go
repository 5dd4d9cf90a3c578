package sigma

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// modifiers is the chain behind a field, read.
type modifiers struct {
	test          string // what the value is: "" for text, or re cidr exists fieldref gt gte lt lte
	before, after bool   // stars to put around the value: endswith, startswith, contains
	all, neq      bool
	cased         bool
	flags         string // of re
}

// refused lists the modifiers of Sigma 2.1 that lurewatch does not support, with
// what to do instead.
func refused(word string) (hint string, is bool) {
	switch word {
	case "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide":
		return "posts are searched as text after decoding; write the text itself", true
	case "windash":
		return "posts have no command lines; list the spellings, or use re", true
	case "expand":
		return "there are no placeholders; list the values", true
	case "minute", "hour", "day", "week", "month", "year":
		return "no field is a date; filter by date in `lurewatch search`", true
	}
	return "", false
}

// parseModifiers reads the words behind a field. A fault is a message and what
// to do next.
func parseModifiers(words []string) (m modifiers, msg, hint string) {
	seen := map[string]bool{}
	for _, w := range words {
		if seen[w] {
			return m, fmt.Sprintf("the modifier %q is there twice", w), "drop one"
		}
		seen[w] = true
		switch w {
		case "all":
			m.all = true
		case "neq":
			m.neq = true
		case "cased":
			m.cased = true
		case "contains":
			m.before, m.after = true, true
		case "startswith":
			m.after = true
		case "endswith":
			m.before = true
		case "re", "cidr", "exists", "fieldref", "gt", "gte", "lt", "lte":
			if m.test != "" {
				return m, fmt.Sprintf("the modifiers %s and %s exclude each other", m.test, w), "use two selections"
			}
			if (w == "re" || w == "cidr" || w == "exists") && (m.before || m.after || m.cased) {
				return m, fmt.Sprintf("%s must be the first modifier", w), "drop the others"
			}
			m.test = w
		case "i", "ignorecase", "m", "multiline", "s", "dotall":
			if m.test != "re" {
				return m, fmt.Sprintf("the modifier %q is only for re", w), "write field|re|" + w
			}
			letter := map[string]string{"ignorecase": "i", "multiline": "m", "dotall": "s"}[w]
			if letter == "" {
				letter = w
			}
			m.flags += letter
		case "":
			return m, "a modifier is empty", "drop the extra |"
		default:
			if hint, is := refused(w); is {
				return m, fmt.Sprintf("the modifier %q is not supported", w), hint
			}
			return m, fmt.Sprintf("there is no modifier %q", w), "use all, contains, startswith, endswith, re, i, m, s, cidr, exists, gt, gte, lt, lte, fieldref, cased or neq"
		}
	}
	return m, m.conflict(), "use two selections, or drop one modifier"
}

// conflict says which of the modifiers cannot stand together.
func (m modifiers) conflict() string {
	stars := m.before || m.after
	switch {
	case stars && m.test != "" && m.test != "fieldref":
		return fmt.Sprintf("%s takes no contains, startswith or endswith", m.test)
	case m.cased && m.test != "":
		return fmt.Sprintf("%s takes no cased", m.test)
	case m.all && m.test == "exists":
		return "exists takes no all"
	}
	return ""
}

// atom compiles one value under m.
func (m modifiers) atom(field string, v value) (a *atom, msg, hint string) {
	if len(v.str) > maxPattern {
		return nil, fmt.Sprintf("the value has %d bytes, more than %d", len(v.str), maxPattern), "shorten it"
	}
	if field == "" && m.test != "" && m.test != "re" {
		return nil, fmt.Sprintf("%s needs a field", m.test), "write field|" + m.test
	}
	if field == "" && v.kind == kindNull {
		return nil, "null needs a field", "write field: null"
	}
	a = &atom{field: field, written: v.str}
	switch m.test {
	case "re":
		msg, hint = m.regex(a, v)
	case "cidr":
		a.op = opCIDR
		p, err := netip.ParsePrefix(v.str)
		if err != nil {
			return nil, fmt.Sprintf("%q is not a network", v.str), "write it as 192.0.2.0/24 or 2001:db8::/32"
		}
		a.prefix = p.Masked()
		a.text = a.prefix.String()
	case "exists":
		a.op, a.want = opExists, v.truth
		if v.kind != kindBool {
			return nil, "exists takes true or false", "write field|exists: true"
		}
	case "fieldref":
		a.op, a.before, a.after, a.text = opRef, m.before, m.after, v.str
		if v.kind != kindString || v.str == "" || strings.ContainsAny(v.str, "*?\\") {
			return nil, "fieldref takes the name of a field", "write field|fieldref: other.field"
		}
	case "gt", "gte", "lt", "lte":
		a.op, a.num = map[string]op{"gt": opGT, "gte": opGTE, "lt": opLT, "lte": opLTE}[m.test], v.num
		if v.kind != kindNumber {
			return nil, fmt.Sprintf("%s takes a number, not %s", m.test, v.kind), "write it without quotes"
		}
	default:
		msg, hint = m.text(a, v)
	}
	a.seal()
	return a, msg, hint
}

func (m modifiers) regex(a *atom, v value) (msg, hint string) {
	if v.kind != kindString {
		return "re takes a string", "quote it"
	}
	expr := v.str
	if m.flags != "" {
		expr = "(?" + m.flags + ")" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return strings.TrimPrefix(err.Error(), "error parsing regexp: "), "lurewatch takes RE2 syntax: no look-around, no back-references"
	}
	a.op, a.re, a.text = opRegex, re, expr
	return "", ""
}

// text compiles a value without a test modifier: string, number, boolean or null.
func (m modifiers) text(a *atom, v value) (msg, hint string) {
	stars := m.before || m.after
	switch v.kind {
	case kindNull:
		if stars || m.cased {
			return "null takes no modifier", "write field: null"
		}
		a.op = opNull
		return "", ""
	case kindNumber:
		if !stars && !m.cased && a.field != "" {
			a.op, a.num, a.text = opNumber, v.num, Fold(v.str)
			return "", ""
		}
	}
	if stars && v.str == "" {
		return "an empty value is found everywhere", "give it text, or use exists"
	}
	fold := Fold
	if m.cased {
		fold = strings.Clone
	}
	pat := parsePattern(v.str, fold)
	if a.field == "" { // keywords are searched for, not compared
		if v.str == "" {
			return "an empty keyword is found everywhere", "give it text"
		}
		pat = pat.open(true, true)
	}
	a.op, a.cased, a.pat = opText, m.cased, pat.open(m.before, m.after)
	if a.pat.plain {
		a.text = a.pat.exact
	} else {
		a.text = a.pat.String()
	}
	return "", ""
}
