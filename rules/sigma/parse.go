package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// parser reads one file and collects its faults.
type parser struct {
	file    string
	title   string // of the document at hand
	section string // detection or filter
	nodes   int
	errs    Errors
}

// fail records a fault; it returns false so that callers can pass it on.
func (p *parser) fail(line int, path, msg, hint string) bool {
	p.errs = append(p.errs, &Error{File: p.file, Line: line, Rule: p.title, Path: path, Msg: msg, Hint: hint})
	return false
}

// Parse reads a rule file: rules and filters, divided by --- when there are
// several. file is for messages only. The error, if any, is [Errors] with every
// fault found; what is returned beside it is empty.
func Parse(file string, data []byte) (*File, error) {
	p := &parser{file: file}
	docs := p.documents(data)
	if len(docs) == 0 && len(p.errs) == 0 {
		p.fail(0, "", "the file is empty", "start from an example in docs/rules.md")
	}
	out := &File{}
	for i, d := range docs {
		hash := post.DigestOf(data)
		if len(docs) > 1 {
			hash = post.DigestOf(fmt.Appendf(slices.Clip(data), "#%d", i))
		}
		p.document(d, hash, out)
	}
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *Error) int { return a.Line - b.Line })
		return nil, p.errs
	}
	return out, nil
}

// ParseRule reads a file that must hold one rule and nothing else.
func ParseRule(file string, data []byte) (*Rule, error) {
	f, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	if len(f.Rules) != 1 || len(f.Filters) != 0 {
		return nil, Errors{{File: file, Msg: fmt.Sprintf("the file holds %d rules and %d filters", len(f.Rules), len(f.Filters)), Hint: "write one rule a file"}}
	}
	return f.Rules[0], nil
}

func (p *parser) document(d value, hash post.Digest, out *File) {
	p.title = ""
	if d.kind != kindMap {
		p.fail(d.line, "", "a rule is a map, not "+d.kind.String(), "start with title:")
		return
	}
	if t, ok := d.get("title"); ok {
		p.title = t.str
	}
	before := len(p.errs)
	for key, hint := range map[string]string{
		"correlation": "lurewatch judges one post at a time; link posts with `lurewatch search`, and leave correlations out of the pack",
		"action":      "write each rule in full, or as a filter",
	} {
		if v, ok := d.get(key); ok {
			p.fail(v.line, key, key+" documents are not supported", hint)
			return
		}
	}
	if _, ok := d.get("filter"); ok {
		if f := p.filter(d); len(p.errs) == before {
			out.Filters = append(out.Filters, f)
		}
		return
	}
	if r := p.rule(d, hash); len(p.errs) == before {
		out.Rules = append(out.Rules, r)
	}
}

func (p *parser) rule(d value, hash post.Digest) *Rule {
	r := &Rule{File: p.file, Line: d.line, Hash: hash, lines: map[string]int{}}
	before := len(p.errs)
	var detection value
	for _, kv := range d.pairs {
		r.lines[kv.key] = kv.line
		switch kv.key {
		case "title":
			r.Title = p.text(kv, 256)
		case "id":
			r.ID = strings.ToLower(p.text(kv, 64))
		case "name":
			r.Name = p.text(kv, 256)
		case "status":
			r.Status = p.word(kv, "stable", "test", "experimental", "deprecated", "unsupported")
		case "description":
			r.Description = p.text(kv, 65_535)
		case "author":
			r.Author = p.text(kv, 1024)
		case "license":
			r.License = p.text(kv, 256)
		case "taxonomy":
			r.Taxonomy = p.word(kv, "sigma", "lurewatch")
		case "date":
			r.Date = p.date(kv)
		case "modified":
			r.Modified = p.date(kv)
		case "level":
			r.Level = post.Level(p.word(kv, "informational", "low", "medium", "high", "critical"))
		case "references":
			r.References = p.texts(kv)
		case "tags":
			r.Tags = p.texts(kv)
		case "falsepositives":
			r.FalsePositives = p.texts(kv)
		case "fields":
			r.Fields = p.texts(kv)
		case "scope":
			r.Scope = p.texts(kv)
		case "related":
			r.Related = p.related(kv)
		case "logsource":
			r.LogSource = p.logSource(kv)
		case "detection":
			detection = kv.val
		case "lurewatch":
			r.Extra = p.extra(kv)
		default:
			if r.Custom == nil {
				r.Custom = map[string]any{}
			}
			r.Custom[kv.key] = kv.val.plain()
		}
	}
	p.required(d, "title", "logsource", "detection")
	if len(p.errs) > before {
		return nil
	}
	p.section = "detection"
	r.sels, r.conds, r.condLine = p.detection(detection, nil)
	if r.tree = p.compile(r.sels, r.conds, r.condLine); r.tree == nil {
		return nil
	}
	set, err := NewSet([]*Rule{r}, nil)
	if err != nil {
		p.fail(d.line, "", err.Error(), "")
		return nil
	}
	r.solo = set
	return r
}

func (p *parser) filter(d value) *Filter {
	f := &Filter{File: p.file, Line: d.line, lines: map[string]int{}}
	var body value
	for _, kv := range d.pairs {
		f.lines[kv.key] = kv.line
		switch kv.key {
		case "title":
			f.Title = p.text(kv, 256)
		case "id":
			f.ID = strings.ToLower(p.text(kv, 64))
		case "description":
			f.Description = p.text(kv, 65_535)
		case "logsource":
			f.LogSource = p.logSource(kv)
		case "filter":
			body = kv.val
		}
	}
	p.required(d, "title", "logsource")
	rules, ok := body.get("rules")
	switch {
	case !ok:
		p.fail(body.line, "filter", "rules is missing", "list the ids of the rules to narrow, or write rules: any")
	case rules.kind == kindString && strings.EqualFold(rules.str, "any"):
	case rules.kind == kindString:
		f.Rules = []string{rules.str}
	default:
		f.Rules = p.texts(pair{key: "filter.rules", line: rules.line, val: rules})
		if len(f.Rules) == 0 {
			p.fail(rules.line, "filter.rules", "the list is empty", "write rules: any when every rule is meant")
		}
	}
	p.section = "filter"
	f.sels, f.conds, f.condLine = p.detection(body, []string{"rules"})
	f.tree = p.compile(f.sels, f.conds, f.condLine)
	return f
}

// detection reads the selections and the condition of v.
func (p *parser) detection(v value, skip []string) (sels []selection, conds []cond, line int) {
	if v.kind != kindMap {
		p.fail(v.line, p.section, "must be a map of selections with a condition", "")
		return nil, nil, 0
	}
	for _, kv := range v.pairs {
		switch {
		case slices.Contains(skip, kv.key):
		case kv.key == "condition":
			line = kv.line
			conds = p.conditions(kv)
		case kv.key == "timeframe":
			p.fail(kv.line, p.section+".timeframe", "timeframe is no longer Sigma", "lurewatch judges one post at a time")
		default:
			if s, ok := p.selection(kv.key, kv.val); ok {
				s.line = kv.line
				sels = append(sels, s)
			}
		}
	}
	if line == 0 {
		p.fail(v.line, p.section, "condition is missing", "write condition: selection")
	}
	return sels, conds, line
}

func (p *parser) conditions(kv pair) []cond {
	path := p.section + ".condition"
	texts := []value{kv.val}
	if kv.val.kind == kindList && p.section == "detection" {
		texts = kv.val.list
	}
	if len(texts) == 0 {
		p.fail(kv.line, path, "the list is empty", "write condition: selection")
	}
	var out []cond
	for _, t := range texts {
		if t.kind != kindString {
			p.fail(kv.line, path, "must be a string, not "+t.kind.String(), "write condition: selection")
			continue
		}
		c, err := parseCondition(t.str)
		if err != nil {
			p.fail(t.line, path, err.Error(), "see the conditions in docs/rules.md")
			continue
		}
		out = append(out, c)
	}
	return out
}

// compile joins the conditions by or. It returns nil when anything was at fault.
func (p *parser) compile(sels []selection, conds []cond, line int) *node {
	if len(conds) == 0 || len(p.errs) > 0 {
		return nil
	}
	x := &expander{sels: sels}
	kids := make([]*node, 0, len(conds))
	for _, c := range conds {
		n, err := x.condition(c, false)
		if err != nil {
			p.fail(line, p.section+".condition", err.Error(), "name a selection of this rule")
			return nil
		}
		kids = append(kids, n)
	}
	return gather(false, kids)
}

func (p *parser) required(d value, keys ...string) {
	for _, k := range keys {
		if v, ok := d.get(k); !ok || v.kind == kindNull || v.kind == kindString && v.str == "" {
			p.fail(d.line, k, "is missing", "every Sigma rule has a "+k)
		}
	}
}

func (p *parser) text(kv pair, limit int) string {
	v := kv.val
	if v.kind == kindList || v.kind == kindMap || v.kind == kindNull {
		p.fail(kv.line, kv.key, "must be a string, not "+v.kind.String(), "quote it")
		return ""
	}
	if utf8.RuneCountInString(v.str) > limit {
		p.fail(kv.line, kv.key, fmt.Sprintf("is longer than %d characters", limit), "shorten it")
	}
	return strings.TrimSpace(v.str)
}

func (p *parser) texts(kv pair) []string {
	if kv.val.kind != kindList {
		p.fail(kv.line, kv.key, "must be a list, not "+kv.val.kind.String(), "put a dash before each value")
		return nil
	}
	out := make([]string, 0, len(kv.val.list))
	for _, v := range kv.val.list {
		if v.kind == kindList || v.kind == kindMap || v.kind == kindNull || v.str == "" {
			p.fail(v.line, kv.key, "holds something that is not text", "quote it, or delete it")
			continue
		}
		if slices.Contains(out, v.str) {
			p.fail(v.line, kv.key, fmt.Sprintf("%q is there twice", v.str), "drop one")
			continue
		}
		out = append(out, v.str)
	}
	return out
}

func (p *parser) word(kv pair, allowed ...string) string {
	if s := kv.val.str; kv.val.kind == kindString && slices.Contains(allowed, s) {
		return s
	}
	p.fail(kv.line, kv.key, fmt.Sprintf("%q is none of %s", kv.val.str, strings.Join(allowed, ", ")), "write one of them in lower case")
	return ""
}

var isoDate = regexp.MustCompile(`^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$`)

func (p *parser) date(kv pair) string {
	if isoDate.MatchString(kv.val.str) {
		return kv.val.str
	}
	p.fail(kv.line, kv.key, fmt.Sprintf("%q is not a date", kv.val.str), "write it as 2026-11-22")
	return ""
}

func (p *parser) related(kv pair) []Related {
	if kv.val.kind != kindList {
		p.fail(kv.line, kv.key, "must be a list of maps with id and type", "")
		return nil
	}
	var out []Related
	for _, v := range kv.val.list {
		id, _ := v.get("id")
		typ, _ := v.get("type")
		if id.str == "" {
			p.fail(v.line, kv.key, "an entry has no id", "name the other rule")
			continue
		}
		t := p.word(pair{key: "related.type", line: v.line, val: typ}, "derived", "obsolete", "merged", "renamed", "similar", "correlation")
		out = append(out, Related{ID: id.str, Type: t})
	}
	return out
}

func (p *parser) logSource(kv pair) (l LogSource) {
	if kv.val.kind != kindMap {
		p.fail(kv.line, kv.key, "must be a map with product and category", "write product: lurewatch and category: recruitment_post")
		return l
	}
	for _, x := range kv.val.pairs {
		s := p.text(pair{key: "logsource." + x.key, line: x.line, val: x.val}, 1024)
		switch x.key {
		case "category":
			l.Category = s
		case "product":
			l.Product = s
		case "service":
			l.Service = s
		case "definition":
			l.Definition = s
		}
	}
	return l
}
