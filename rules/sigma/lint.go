package sigma

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Severity ranks a finding.
type Severity string

// The severities. A pack with an error must not be loaded.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is something wrong with a rule or filter, with its place.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Rule     string   `json:"rule,omitempty"` // title
	Severity Severity `json:"severity"`
	Check    string   `json:"check"` // stable name of what was checked
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
}

// String is "file:line: severity: message (check); hint: …".
func (f Finding) String() string {
	s := fmt.Sprintf("%s:%d: %s: %s (%s)", f.File, f.Line, f.Severity, f.Message, f.Check)
	if f.Hint != "" {
		s += "; hint: " + f.Hint
	}
	return s
}

// Lint checks parsed rules and filters against the fields and values that exist
// and against the habits of a good rule. beside are rules that stand in the pack
// already and are not looked at themselves: a filter may name them, and no new
// rule may have the id or the title of one. Findings are sorted by file and line.
func Lint(rules []*Rule, filters []*Filter, schema *Schema, beside ...*Rule) []Finding {
	l := &linter{schema: schema}
	ids, titles := map[string]*Rule{}, map[string]*Rule{}
	same := map[post.Digest]bool{}
	for _, r := range rules {
		same[r.Hash] = true
	}
	all := slices.Clone(rules)
	for _, r := range beside {
		if same[r.Hash] { // it is one of the rules to look at, as the pack holds it
			continue
		}
		ids[r.ID], titles[r.Title] = r, r
		all = append(all, r)
	}
	for _, r := range rules {
		l.file, l.rule = r.File, r.Title
		if first := ids[r.ID]; first != nil && r.ID != "" {
			l.err(r.lineOf("id"), "duplicate-id", fmt.Sprintf("%s has the same id", first.File), "give this rule a new uuid")
		}
		if first := titles[r.Title]; first != nil {
			l.err(r.lineOf("title"), "duplicate-title", fmt.Sprintf("%s has the same title", first.File), "say what is different")
		}
		ids[r.ID], titles[r.Title] = r, r
		l.meta(r)
		l.source(r.LogSource, r.lineOf("logsource"))
		l.selections(r.sels, r.conds)
		l.logic(r)
		l.examples(r)
	}
	for _, f := range filters {
		l.file, l.rule = f.File, f.Title
		if f.Description == "" {
			l.warn(f.Line, "missing-description", "description is missing", "say why this is muted: somebody will ask")
		}
		l.source(f.LogSource, f.lineOf("logsource"))
		l.selections(f.sels, f.conds)
		for _, ref := range f.Rules {
			if !slices.ContainsFunc(all, func(r *Rule) bool { return r.named(ref) }) {
				l.err(f.lineOf("filter"), "unknown-rule", fmt.Sprintf("the filter names the rule %s, which is not there", ref), "list the ids with `lurewatch rules list`")
			}
		}
		l.filterLogic(f, all)
	}
	SortFindings(l.found)
	return l.found
}

// SortFindings sorts by file, line and message.
func SortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Message, b.Message))
	})
}

type linter struct {
	schema     *Schema
	file, rule string
	found      []Finding
}

func (l *linter) err(line int, check, msg, hint string) { l.add(SeverityError, line, check, msg, hint) }
func (l *linter) warn(line int, check, msg, hint string) {
	l.add(SeverityWarning, line, check, msg, hint)
}

func (l *linter) add(s Severity, line int, check, msg, hint string) {
	l.found = append(l.found, Finding{File: l.file, Line: line, Rule: l.rule, Severity: s, Check: check, Message: msg, Hint: hint})
}

var (
	uuidShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	tagShape  = regexp.MustCompile(`^[a-z0-9_-]+\.[a-z0-9._-]+$`)
)

// meta checks what a reviewer and an author need to know of a rule.
func (l *linter) meta(r *Rule) {
	if !uuidShape.MatchString(r.ID) {
		l.err(r.lineOf("id"), "id", fmt.Sprintf("the id %q is not a uuid", r.ID), "make one with `uuidgen`")
	}
	for _, m := range []struct {
		key     string
		missing bool
		sev     Severity
	}{
		{"description", r.Description == "", SeverityError},
		{"level", r.Level == post.LevelNone, SeverityError},
		{"falsepositives", len(r.FalsePositives) == 0, SeverityError},
		{"references", len(r.References) == 0, SeverityError},
		{"tags", len(r.Tags) == 0, SeverityWarning},
		{"status", r.Status == "", SeverityWarning},
		{"author", r.Author == "", SeverityWarning},
		{"date", r.Date == "", SeverityWarning},
		{"indicators", len(r.Extra.Indicators) == 0, SeverityWarning},
		{"ilo", len(r.Extra.ILO) == 0, SeverityWarning},
	} {
		if m.missing {
			line := r.lineOf(m.key)
			if own := r.lineOf("lurewatch"); line == r.Line && (m.key == "indicators" || m.key == "ilo") {
				line = own
			}
			l.add(m.sev, line, "missing-"+m.key, m.key+" is missing", "a reviewer has to know it: write one line")
		}
	}
	for _, t := range r.Tags {
		if !tagShape.MatchString(t) {
			l.err(r.lineOf("tags"), "tag", fmt.Sprintf("the tag %q is not namespace.name in lower case", t), "write it as lure.compound")
		}
	}
	for _, f := range r.Fields {
		l.field(f, r.lineOf("fields"))
	}
	if c, ok := l.schema.Field("concept"); ok && len(c.Values) > 0 {
		for _, id := range r.Extra.Indicators {
			if !slices.Contains(c.Values, id) {
				l.err(r.lineOf("lurewatch"), "unknown-concept", fmt.Sprintf("indicators: there is no concept %q", id), "see rules/concepts.yaml")
			}
		}
	}
	for _, s := range r.Extra.ILO {
		if !slices.Contains(ILOIndicators(), s) {
			l.err(r.lineOf("lurewatch"), "ilo", fmt.Sprintf("%q is none of the ILO indicators", s), strings.Join(ILOIndicators(), ", "))
		}
	}
}

// ILOIndicators are the eleven indicators of forced labour of the International
// Labour Organization.
func ILOIndicators() []string {
	return []string{
		"abuse of vulnerability", "deception", "restriction of movement", "isolation",
		"physical and sexual violence", "intimidation and threats", "retention of identity documents",
		"withholding of wages", "debt bondage", "abusive working and living conditions", "excessive overtime",
	}
}

func (l *linter) source(s LogSource, line int) {
	if s.Product != Product || s.Category != Category && s.Category != "" {
		l.err(line, "logsource", fmt.Sprintf("the log source is %s/%s", s.Product, s.Category), "write product: "+Product+" and category: "+Category)
	}
}

func (l *linter) examples(r *Rule) {
	for name, n := range map[string]int{"match": len(r.Extra.Examples.Match), "ignore": len(r.Extra.Examples.Ignore)} {
		if n < 2 {
			l.warn(r.lineOf("lurewatch"), "examples", fmt.Sprintf("examples.%s has %d posts", name, n), "write two or more, in more than one language")
		}
	}
}

// selections checks names, fields and values.
func (l *linter) selections(sels []selection, conds []cond) {
	used := map[string]bool{}
	for _, c := range conds {
		c.walk(func(c cond) {
			for i := range sels {
				if c.op == condName && sels[i].name == c.name || c.op == condSelect && c.selects(sels[i].name) {
					used[sels[i].name] = true
				}
			}
		})
	}
	for i := range sels {
		s := &sels[i]
		if !used[s.name] {
			l.err(s.line, "unused-selection", fmt.Sprintf("the condition does not use the selection %q", s.name), "use it, or delete it")
		}
		for _, g := range s.groups {
			for _, it := range g.items {
				l.item(it)
			}
		}
	}
}

func (c cond) walk(fn func(cond)) {
	fn(c)
	for _, k := range c.kids {
		k.walk(fn)
	}
}

func (l *linter) field(name string, line int) (Field, bool) {
	f, ok := l.schema.Field(name)
	if !ok {
		hint := "see the fields in docs/rules.md"
		for _, g := range l.schema.Fields() {
			if near(name, g.Name) {
				hint = "did you mean " + g.Name + "?"
				break
			}
		}
		l.err(line, "unknown-field", fmt.Sprintf("there is no field %q", name), hint)
	}
	return f, ok
}

func (l *linter) item(it *item) {
	if it.field == "" {
		return
	}
	f, ok := l.field(it.field, it.line)
	if !ok {
		return
	}
	for _, a := range it.atoms {
		switch a.op {
		case opGT, opGTE, opLT, opLTE:
			if f.Kind != KindNumber {
				l.err(it.line, "kind", fmt.Sprintf("%s is a %s field and cannot be compared as a number", f.Name, f.Kind), "compare text, or choose a number field")
			}
		case opText, opRegex, opCIDR:
			if f.Kind == KindNumber {
				l.err(it.line, "kind", fmt.Sprintf("%s is a number field and is compared with text", f.Name), "write the number without quotes, or use gt, gte, lt, lte")
				continue
			}
			if a.op == opText {
				l.value(f, a, it.line)
			}
		case opNumber:
			if f.Kind != KindNumber {
				l.err(it.line, "kind", fmt.Sprintf("%s is a %s field and is compared with a number", f.Name, f.Kind), "quote the value")
			}
		case opRef:
			l.field(a.text, it.line)
		}
	}
}

// value checks a text test against the values that a field can have.
func (l *linter) value(f Field, a *atom, line int) {
	if len(f.Values) == 0 || slices.ContainsFunc(f.Values, a.pat.match) {
		return
	}
	check, hint := "unknown-value", "one of "+strings.Join(f.Values, ", ")
	if f.Name == "concept" {
		check, hint = "unknown-concept", "see rules/concepts.yaml"
	}
	for _, v := range f.Values {
		if near(a.pat.exact, v) {
			hint = "did you mean " + v + "?"
			break
		}
	}
	l.err(line, check, fmt.Sprintf("%s is never %q", f.Name, a.written), hint)
}

// near reports whether a and b differ by one slip of the finger.
func near(a, b string) bool {
	if a == b || a == "" || b == "" {
		return false
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
