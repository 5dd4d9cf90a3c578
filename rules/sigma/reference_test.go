package sigma

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// The reference evaluator follows the words of the specification, one value at a
// time, without index, normal form, caching or the matcher's pattern type. It is
// slow and plain on purpose: the engine must agree with it.

func naiveRule(r *Rule, ev Event) bool {
	for _, c := range r.conds {
		if naiveCond(c, r.sels, ev) {
			return true
		}
	}
	return false
}

func naiveCond(c cond, sels []selection, ev Event) bool {
	switch c.op {
	case condNot:
		return !naiveCond(c.kids[0], sels, ev)
	case condAnd:
		for _, k := range c.kids {
			if !naiveCond(k, sels, ev) {
				return false
			}
		}
		return true
	case condOr:
		for _, k := range c.kids {
			if naiveCond(k, sels, ev) {
				return true
			}
		}
		return false
	case condName:
		for _, s := range sels {
			if s.name == c.name {
				return naiveSelection(s, ev)
			}
		}
		return false
	}
	held, of := 0, 0
	for _, s := range sels {
		if strings.HasPrefix(s.name, "_") && !strings.HasPrefix(c.name, "_") {
			continue
		}
		shape := regexp.MustCompile("^(?:" + strings.ReplaceAll(c.name, "*", ".*") + ")$")
		if c.name != "them" && !shape.MatchString(s.name) {
			continue
		}
		of++
		if naiveSelection(s, ev) {
			held++
		}
	}
	if c.all {
		return held == of
	}
	return held > 0
}

func naiveSelection(s selection, ev Event) bool {
	for _, g := range s.groups {
		ok := true
		for _, it := range g.items {
			ok = ok && naiveItem(it, ev)
		}
		if ok {
			return true
		}
	}
	return false
}

// naiveItem starts from the words of the rule: key and values as written.
func naiveItem(it *item, ev Event) bool {
	mods := strings.Split(it.key, "|")[1:]
	if it.key == "" {
		mods = nil
	}
	has := func(m string) bool {
		return slices.Contains(mods, m)
	}
	held := 0
	for i, a := range it.atoms {
		if naiveValue(it.field, it.written[i], a, has, ev) {
			held++
		}
	}
	ok := held > 0
	if has("all") {
		ok = held == len(it.atoms)
	}
	return ok != has("neq")
}

func naiveValue(field, written string, a *atom, has func(string) bool, ev Event) bool {
	strs, nums := ev.Strings(field), ev.Numbers(field)
	switch {
	case has("exists"):
		return ev.Has(field) == (strings.EqualFold(written, "true"))
	case a.op == opNull:
		return len(strs)+len(nums) == 0
	case has("gt"), has("gte"), has("lt"), has("lte"):
		for _, n := range nums {
			if has("gt") && n > a.num || has("gte") && n >= a.num || has("lt") && n < a.num || has("lte") && n <= a.num {
				return true
			}
		}
		return false
	case a.op == opNumber:
		if slices.Contains(nums, a.num) {
			return true
		}
		return containsFold(strs, written)
	case has("cidr"):
		p := netip.MustParsePrefix(written)
		for _, s := range strs {
			if ip, err := netip.ParseAddr(s); err == nil && p.Masked().Contains(ip.Unmap()) {
				return true
			}
		}
		return false
	case has("fieldref"):
		return naiveRef(strs, nums, ev.Strings(written), ev.Numbers(written), has)
	}
	for _, s := range strs {
		if has("re") {
			flags := ""
			for long, short := range map[string]string{"i": "i", "ignorecase": "i", "m": "m", "multiline": "m", "s": "s", "dotall": "s"} {
				if has(long) {
					flags += short
				}
			}
			if flags != "" {
				flags = "(?" + flags + ")"
			}
			if regexp.MustCompile(flags + written).MatchString(s) {
				return true
			}
			continue
		}
		front := has("endswith") || has("contains") || field == ""
		back := has("startswith") || has("contains") || field == ""
		if naiveGlob(written, s, front, back, !has("cased")) {
			return true
		}
	}
	return false
}

func naiveRef(strs []string, nums []float64, others []string, otherNums []float64, has func(string) bool) bool {
	front, back := has("endswith") || has("contains"), has("startswith") || has("contains")
	for _, s := range strs {
		for _, o := range others {
			s, o := Fold(s), Fold(o)
			if s == o || front && back && strings.Contains(s, o) || back && strings.HasPrefix(s, o) && !front || front && strings.HasSuffix(s, o) && !back {
				return true
			}
		}
	}
	if front || back {
		return false
	}
	for _, n := range nums {
		if slices.Contains(otherNums, n) {
			return true
		}
	}
	return false
}

func containsFold(strs []string, s string) bool {
	for _, x := range strs {
		if Fold(x) == Fold(s) {
			return true
		}
	}
	return false
}

// naiveGlob turns a Sigma string into a regular expression.
func naiveGlob(written, s string, front, back, fold bool) bool {
	var re, lit strings.Builder
	flush := func() {
		text := lit.String()
		if fold {
			text = Fold(text)
		}
		re.WriteString(regexp.QuoteMeta(text))
		lit.Reset()
	}
	re.WriteString(`(?s)\A`)
	if front {
		re.WriteString(".*")
	}
	runes := []rune(written)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		switch {
		case c == '\\' && i+1 < len(runes) && strings.ContainsRune(`*?\`, runes[i+1]):
			i++
			lit.WriteRune(runes[i])
		case c == '*':
			flush()
			re.WriteString(".*")
		case c == '?':
			flush()
			re.WriteString(".")
		default:
			lit.WriteRune(c)
		}
	}
	flush()
	if back {
		re.WriteString(".*")
	}
	re.WriteString(`\z`)
	if fold {
		s = Fold(s)
	}
	return regexp.MustCompile(re.String()).MatchString(s)
}
