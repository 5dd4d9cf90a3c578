package source

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

// item is one typed thing of structured data: JSON-LD as it is, microdata and
// RDFa brought into the same form.
type item = map[string]any

// typed reports whether m is a schema.org thing of the type.
func typed(m item, name string) bool {
	for _, k := range []string{"@type", "type"} {
		switch t := m[k].(type) {
		case string:
			if localType(t) == name {
				return true
			}
		case []any:
			for _, e := range t {
				if s, ok := e.(string); ok && localType(s) == name {
					return true
				}
			}
		}
	}
	return false
}

// localType is a type without its vocabulary.
func localType(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexAny(s, "/#:"); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// plainNames gives the properties of m that stand under a name with the usual prefix of
// schema.org, or as an address of it, their plain names too.
func plainNames(m item) {
	for _, p := range []string{"schema:", "http://schema.org/", "https://schema.org/"} {
		for k, v := range m {
			if name, ok := strings.CutPrefix(k, p); ok && name != "" && v != nil && v != "" && prop(m, name) == nil {
				m[name] = v
			}
		}
	}
}

// prop is a property under any of its names, the first that is there.
func prop(m item, names ...string) any {
	for _, n := range names {
		if v, ok := m[n]; ok && v != nil && v != "" {
			return v
		}
	}
	return nil
}

// jobPostings finds every JobPosting in v, however deep, in order of discovery.
// ids collects things that others refer to by @id.
func jobPostings(v any, ids map[string]item) []item {
	var out []item
	budget := 200_000
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		if budget--; budget < 0 || depth > 64 || len(out) >= MaxPosts {
			return
		}
		switch t := v.(type) {
		case []any:
			for _, e := range t {
				walk(e, depth+1)
			}
		case item:
			if id, ok := t["@id"].(string); ok && len(t) > 1 {
				ids[id] = t
			}
			if typed(t, "JobPosting") && (len(t) > 2 || t["@id"] == nil) {
				out = append(out, t)
			}
			keys := sortedKeys(t)
			for _, k := range keys {
				walk(t[k], depth+1)
			}
			if slices.ContainsFunc(keys, func(k string) bool { return strings.IndexByte(k, ':') > 0 }) {
				plainNames(t)
			}
		}
	}
	walk(v, 0)
	return out
}

// reader maps items to posts.
type jobReader struct {
	doc    *document
	ids    map[string]item
	method string
}

// post maps one JobPosting. ok is false for one that says nothing.
func (r jobReader) post(m item) (post.Post, bool) {
	p := post.Post{Method: r.method, Lang: r.doc.lang()}
	p.Title = cap256(OneLine(r.str(prop(m, "title", "name", "headline"))))
	p.Text = r.text(m)
	p.Company = cap256(r.name(prop(m, "hiringOrganization", "hiringorganization", "employer", "organization")))
	p.Locations = r.locations(m)
	p.Salary = r.salary(m)
	p.PostedAt, _ = ParseTime(r.str(prop(m, "datePosted", "datePublished", "dateposted", "dateCreated")), r.doc.page.FetchedAt)
	if l := primaryLang(r.str(prop(m, "inLanguage"))); l != "" {
		p.Lang = l
	}
	p.NativeID = r.identifier(m, p)
	r.jobPictures(&p, m)
	if u := r.doc.absolute(r.str(prop(m, "url"))); u != "" && (r.doc.url == nil || sameSite(hostOf(u), r.doc.url.Hostname())) {
		p.URL = u
	}
	return p, p.Title != "" || p.Text != ""
}

// deref follows an @id to the thing it names.
func (r jobReader) deref(v any) any {
	if m, ok := v.(item); ok && len(m) <= 2 {
		if id, ok := m["@id"].(string); ok {
			if full, ok := r.ids[id]; ok {
				return full
			}
		}
	}
	return v
}

// str is the text of a value: of a string itself, of a list its first text, of a
// thing its @value or name.
func (r jobReader) str(v any) string { return r.strAt(v, 0) }

func (r jobReader) strAt(v any, depth int) string {
	if depth > 8 {
		return ""
	}
	switch t := r.deref(v).(type) {
	case string:
		return t
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64)
	case []any:
		for _, e := range t {
			if s := r.strAt(e, depth+1); s != "" {
				return s
			}
		}
	case item:
		return r.strAt(prop(t, "@value", "name", "legalName", "text", "value"), depth+1)
	}
	return ""
}

// name is an organisation's or place's name on one line.
func (r jobReader) name(v any) string {
	s := OneLine(r.str(v))
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return ""
	}
	return s
}

// textParts are the properties that add to the description, each with the label
// that stands before it, "" for none.
var textParts = []struct{ name, label string }{
	{"responsibilities", "Responsibilities"}, {"qualifications", "Qualifications"}, {"experienceRequirements", "Experience"},
	{"educationRequirements", "Education"}, {"skills", "Skills"}, {"jobBenefits", "Benefits"}, {"benefits", "Benefits"},
	{"incentiveCompensation", "Incentives"}, {"incentives", "Incentives"}, {"specialCommitments", "Commitments"}, {"workHours", "Hours"}, {"employerOverview", ""},
}

// text is the description, then what the other properties say beyond it, then
// the ways to reach the poster: a contact must never be lost with the markup.
func (r jobReader) text(m item) string {
	text := PlainText(r.all(prop(m, "description", "jobDescription")))
	seen := squash(text)
	add := func(label, s string) {
		s = PlainText(s)
		sq := squash(s)
		if sq == "" || len(text) > MaxText || strings.Contains(seen, sq) {
			return
		}
		seen += " " + sq
		if label != "" {
			sep := ": "
			if strings.Contains(s, "\n") {
				sep = ":\n"
			}
			s = label + sep + s
		}
		if text != "" {
			text += "\n\n"
		}
		text += s
	}
	for _, p := range textParts {
		add(p.label, r.all(prop(m, p.name)))
	}
	for _, of := range []any{m, r.deref(prop(m, "applicationContact")), r.deref(prop(m, "contactPoint")), r.deref(prop(m, "hiringOrganization"))} {
		if t, ok := of.(item); ok {
			for _, k := range []string{"telephone", "email"} {
				add("Contact", strings.TrimPrefix(r.str(prop(t, k)), "mailto:"))
			}
			if cp, ok := r.deref(prop(t, "contactPoint")).(item); ok {
				for _, k := range []string{"telephone", "email"} {
					add("Contact", strings.TrimPrefix(r.str(prop(cp, k)), "mailto:"))
				}
			}
		}
	}
	return text
}

// all is every text of a value, a line each.
func (r jobReader) all(v any) string {
	list, ok := v.([]any)
	if !ok {
		if m, ok := r.deref(v).(item); ok && typed(m, "OccupationalExperienceRequirements") {
			if n, ok := prop(m, "monthsOfExperience").(float64); ok {
				return fmt.Sprintf("%g months", n)
			}
		}
		return r.str(v)
	}
	var parts []string
	for _, e := range list[:min(len(list), 100)] {
		if s := r.str(e); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

// identifier is the poster's own id of the post, unless it is one that other
// posts would share: the company's name or a bare word.
func (r jobReader) identifier(m item, p post.Post) string {
	id := strings.TrimSpace(r.str(prop(m, "identifier")))
	if im, ok := r.deref(prop(m, "identifier")).(item); ok {
		id = strings.TrimSpace(r.str(prop(im, "value", "@value", "propertyID")))
	}
	if id == "" || len(id) > 200 || strings.EqualFold(id, p.Company) || !strings.ContainsAny(id, "0123456789-_/") {
		return ""
	}
	return id
}

// locations are the places of work as "Locality, Region, Country".
func (r jobReader) locations(m item) []string {
	var out []string
	for _, v := range list(prop(m, "jobLocation", "joblocation")) {
		out = appendNew(out, r.place(v, 0))
	}
	remote := strings.EqualFold(r.str(prop(m, "jobLocationType")), "TELECOMMUTE")
	if len(out) == 0 {
		for _, v := range list(prop(m, "applicantLocationRequirements")) {
			out = appendNew(out, r.place(v, 0))
		}
		if remote && len(out) == 0 {
			out = []string{"Remote"}
		}
	}
	return out
}

func (r jobReader) place(v any, depth int) string {
	if depth > 4 {
		return ""
	}
	m, ok := r.deref(v).(item)
	if !ok {
		return cap256(OneLine(r.str(v)))
	}
	if a := r.deref(prop(m, "address", "location")); a != nil {
		if l := list(a); len(l) > 0 {
			if s := r.place(l[0], depth+1); s != "" {
				return s
			}
		}
	}
	var parts []string
	for _, k := range []string{"addressLocality", "addressRegion", "addressCountry"} {
		if s := OneLine(r.str(prop(m, k))); s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		for _, k := range []string{"name", "streetAddress", "@value"} {
			if s := OneLine(r.str(prop(m, k))); s != "" {
				return cap256(s)
			}
		}
	}
	return cap256(strings.Join(parts, ", "))
}

// salary is the pay that a JobPosting states.
func (r jobReader) salary(m item) *post.Salary {
	base := prop(m, "baseSalary", "basesalary", "estimatedSalary", "salary")
	if base == nil {
		return nil
	}
	currency := r.str(prop(m, "salaryCurrency"))
	unit := r.str(prop(m, "salaryUnit"))
	if l := list(base); len(l) > 0 {
		base = r.deref(l[0])
	}
	var s post.Salary
	switch t := base.(type) {
	case item:
		if c := r.str(prop(t, "currency", "priceCurrency")); c != "" {
			currency = c
		}
		if u := r.str(prop(t, "unitText", "unitCode", "duration")); u != "" {
			unit = u
		}
		from := t
		if vals := list(r.deref(prop(t, "value"))); len(vals) > 0 {
			if vm, ok := r.deref(vals[0]).(item); ok {
				from = vm
				if u := r.str(prop(vm, "unitText", "unitCode")); u != "" {
					unit = u
				}
				if c := r.str(prop(vm, "currency", "priceCurrency")); c != "" && currency == "" {
					currency = c
				}
			}
		}
		lo, okLo := r.figure(prop(from, "minValue", "minvalue"))
		hi, okHi := r.figure(prop(from, "maxValue", "maxvalue"))
		switch {
		case okLo || okHi:
			s.Min, s.Max = lo, hi
		default:
			s = r.salaryOf(prop(from, "value", "price", "@value", "median"))
		}
	default:
		s = r.salaryOf(base)
	}
	if c := Currency(currency); c != "" {
		s.Currency = c
	}
	if p := Period(unit); p != "" {
		s.Period = p
	}
	if s.Max == 0 && s.Min == 0 {
		if s.Raw == "" {
			return nil
		}
		return &s
	}
	s.Raw = rawSalary(s)
	return &s
}

// figure is one number, as a number or written out.
func (r jobReader) figure(v any) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, f != 0
	}
	f, ok := amount(r.str(v))
	return f, ok && f != 0
}

// salaryOf is pay given as one value: a number, or a line of text.
func (r jobReader) salaryOf(v any) post.Salary {
	if f, ok := r.figure(v); ok {
		if _, isNumber := v.(float64); isNumber {
			return post.Salary{Min: f, Max: f}
		}
	}
	return ParseSalary(r.str(v))
}

func list(v any) []any {
	switch t := v.(type) {
	case nil:
		return nil
	case []any:
		return t[:min(len(t), 50)]
	}
	return []any{v}
}

func appendNew(out []string, s string) []string {
	if s == "" || len(out) >= 50 || slices.Contains(out, s) {
		return out
	}
	return append(out, s)
}

// cap256 bounds a one-line field.
func cap256(s string) string {
	if len(s) <= 1024 {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > 256 {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
