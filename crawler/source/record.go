package source

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// jobfeed reads feeds and API answers of job boards that follow no standard:
// XML and JSON records whose keys say title, description, company, city in one
// of the usual spellings, and JSON-LD without a page around it.
type jobfeed struct{}

func (jobfeed) Name() string { return "jobfeed" }

func (jobfeed) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	f := Found{Adapter: "jobfeed"}
	switch d.kind {
	case kindBinary:
		return Found{}, ErrNotText
	case kindJSON:
		v, err := ParseLoose(d.text)
		if err != nil {
			return f, nil //nolint:nilerr // no JSON holds no posts
		}
		ids := map[string]item{}
		if jobs := jobPostings(v, ids); len(jobs) > 0 {
			f.Posts = postsOf(d, jobs, ids, "json-ld")
			return f, nil
		}
		for _, m := range records(v, 2) {
			f.add(d, recordPost(d, m, "adapter"))
		}
		if m, ok := v.(item); ok {
			for _, k := range []string{"next", "next_page", "next_page_url", "nextPage", "next_url"} {
				f.link(Link{URL: d.absolute(str(m[k])), Next: true})
			}
		}
	case kindXML:
		root, _ := parseXML(d.text)
		for _, n := range xmlRecords(root, 0) {
			f.add(d, recordPost(d, record(n), "adapter"))
		}
	}
	return f, nil
}

// aliases are the spellings of fields, all lower case and without separators.
var aliases = map[string][]string{
	"title":    {"title", "jobtitle", "position", "positiontitle", "positionname", "jobname", "vacancyname", "headline", "subject", "name", "post"},
	"text":     {"descriptionhtml", "description", "jobdescription", "jobdesc", "content", "contenthtml", "body", "details", "detail", "fulltext", "text", "message", "summary", "snippet", "duty", "duties", "requirement"},
	"company":  {"company", "companyname", "orgname", "employer", "employername", "organization", "organisation", "startup", "hiringorganization", "advertiser", "companynameen", "firm", "client"},
	"location": {"location", "locations", "joblocation", "locationname", "place", "workplace", "worklocation", "cities", "address", "area"},
	"url":      {"url", "link", "joburl", "detailurl", "permalink", "canonicalurl", "weburl", "absoluteurl", "href", "applyurl"},
	"id":       {"id", "jobid", "vacancyid", "guid", "reference", "referencenumber", "shortcode", "refnumber", "adid", "slug", "uuid"},
	"date":     {"dateposted", "posteddate", "postedat", "publishedat", "publicationdate", "publishdate", "pubdate", "listedat", "listingdate", "postingdate", "postedon", "date", "createdat", "createdate", "created", "datestart", "startdate", "lastupdate", "updatedat", "epoch", "time", "dateadded"},
	"salary":   {"salary", "salaryrange", "salarytext", "pay", "wage", "compensation", "salaryname", "remuneration", "basesalary"},
	"salmin":   {"salarymin", "minsalary", "salaryfrom", "salarymininimum", "mincompensation", "salarylow"},
	"salmax":   {"salarymax", "maxsalary", "salaryto", "maxcompensation", "salaryhigh"},
	"currency": {"currency", "salarycurrency"},
	"period":   {"salaryperiod", "salaryinterval", "salarytype", "payperiod", "salaryunit"},
	"lang":     {"language", "lang", "inlanguage", "locale"},
	"city":     {"city", "town", "locality", "addresslocality"},
	"region":   {"state", "region", "province", "addressregion"},
	"country":  {"country", "countryname", "addresscountry", "countrycode"},
}

// moreText are keys that stand beside the description and belong to the text.
var moreText = []string{"requirement", "requirements", "jobrequirement", "jobrequirements", "responsibilities", "duties", "jobduty", "qualification", "qualifications", "benefits", "welfare", "howtoapply", "contact", "contactinfo", "phone", "tel", "telephone", "email", "telegram", "wechat", "whatsapp", "line"}

// fields is a record with keys folded.
type fields map[string]any

func foldKey(k string) string {
	if i := strings.LastIndexByte(k, ':'); i >= 0 {
		k = k[i+1:]
	}
	return strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(k))
}

func foldKeys(m item) fields {
	f := make(fields, len(m))
	for _, k := range sortedKeys(m) {
		if fk := foldKey(k); f[fk] == nil {
			f[fk] = m[k]
		}
	}
	return f
}

// get is the first value under an alias of the field that is not empty.
func (f fields) get(field string) any {
	for _, k := range aliases[field] {
		if v := f[k]; v != nil && v != "" {
			return v
		}
	}
	return nil
}

func (f fields) str(field string) string {
	for _, k := range aliases[field] {
		if s := str(f[k]); s != "" {
			return s
		}
	}
	return ""
}

// str is a value as text: a string, a number, the name of a thing.
func str(v any) string {
	switch t := v.(type) {
	case string:
		return strings.TrimSpace(t)
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64)
	case item:
		for _, k := range []string{"name", "title", "label", "value", "display_name", "displayName", "en", "text", "rendered"} {
			if s, ok := t[k].(string); ok && s != "" {
				return strings.TrimSpace(s)
			}
		}
	case []any:
		if len(t) > 0 {
			if _, nested := t[0].([]any); !nested {
				return str(t[0])
			}
		}
	}
	return ""
}

// jobLike reports a record that is a job: a title, a text or an employer, and a
// sign of work among its keys.
func (f fields) jobLike() bool {
	if f.str("title") == "" {
		return false
	}
	n := 0
	for _, k := range []string{"company", "location", "salary", "salmin", "city"} {
		if f.get(k) != nil {
			n++
		}
	}
	text := len(f.str("text"))
	named := f["jobtitle"] != nil || f["jobid"] != nil || f["vacancyid"] != nil || f["jobdescription"] != nil || f["position"] != nil || f["jobname"] != nil
	return text > 0 && (n > 0 || named) || n >= 2 && (f.get("url") != nil || f.get("id") != nil)
}

// records finds the lists of job-like records in v, no deeper than depth lists
// inside of objects.
func records(v any, depth int) []item {
	switch t := v.(type) {
	case []any:
		var out []item
		for _, e := range t[:min(len(t), MaxPosts)] {
			if m, ok := e.(item); ok {
				if foldKeys(m).jobLike() {
					out = append(out, m)
				} else if inner, ok := m["job"].(item); ok && foldKeys(inner).jobLike() {
					out = append(out, inner)
				} else if inner, ok := m["attributes"].(item); ok && foldKeys(inner).jobLike() {
					out = append(out, inner)
				}
			}
		}
		return out
	case item:
		if depth < 0 {
			return nil
		}
		var out []item
		for _, k := range sortedKeys(t) {
			if got := records(t[k], depth-1); len(got) > len(out) {
				out = got
			}
		}
		if len(out) == 0 && foldKeys(t).jobLike() {
			out = []item{t}
		}
		return out
	}
	return nil
}

// recordPost maps one record.
func recordPost(d *document, m item, method string) post.Post {
	p := post.Post{Method: method}
	f := foldKeys(m)
	p.Title = cap256(OneLine(f.str("title")))
	used := ""
	for _, k := range aliases["text"] {
		if s := str(f[k]); s != "" {
			p.Text, used = PlainText(s), k
			break
		}
	}
	for _, k := range moreText {
		if k == used {
			continue
		}
		if s := PlainText(str(f[k])); s != "" && !strings.Contains(squash(p.Text), squash(s)) {
			if len(s) < 80 {
				s = k + ": " + s
			}
			p.Text = strings.TrimSpace(p.Text + "\n\n" + s)
		}
	}
	p.URL = d.absolute(f.str("url"))
	if p.URL == "" { // the address is what the post's own page would be known by too
		p.NativeID = bound(f.str("id"))
	} else {
		p.NativeID = boardID(p.URL)
	}
	fillRecord(&p, m, d)
	return p
}

// fillRecord fills the fields of p that are empty from a record.
func fillRecord(p *post.Post, m item, d *document) {
	f := foldKeys(m)
	if p.Company == "" {
		p.Company = cap256(OneLine(f.str("company")))
	}
	if len(p.Locations) == 0 {
		p.Locations = f.places()
	}
	if p.Salary == nil {
		p.Salary = f.salary()
	}
	if p.PostedAt.IsZero() {
		for _, k := range aliases["date"] {
			if t, ok := timeOf(f[k], d.page.FetchedAt); ok {
				p.PostedAt = t
				break
			}
		}
	}
	if p.Lang == "" {
		p.Lang = primaryLang(f.str("lang"))
	}
}

// timeOf reads a date, or an object that says it in several ways: the absolute one
// counts.
func timeOf(v any, base time.Time) (time.Time, bool) {
	if m, ok := v.(item); ok {
		for _, k := range sortedKeys(m) {
			if t, ok := ParseTime(str(m[k]), time.Time{}); ok {
				return t, true
			}
		}
	}
	return ParseTime(str(v), base)
}

func (f fields) places() []string {
	var out []string
	for _, k := range aliases["location"] {
		v := f[k]
		if m, ok := v.(item); ok && str(m) == "" {
			out = appendNew(out, foldKeys(m).city())
			continue
		}
		for _, e := range list(v) {
			if m, ok := e.(item); ok && str(m) == "" {
				out = appendNew(out, foldKeys(m).city())
				continue
			}
			out = appendNew(out, cap256(OneLine(str(e))))
		}
		if len(out) > 0 {
			return out
		}
	}
	return appendNew(out, f.city())
}

func (f fields) city() string {
	var parts []string
	for _, k := range []string{"city", "region", "country"} {
		if s := OneLine(f.str(k)); s != "" {
			parts = append(parts, s)
		}
	}
	return cap256(strings.Join(parts, ", "))
}

func (f fields) salary() *post.Salary {
	lo, okLo := amount(f.str("salmin"))
	hi, okHi := amount(f.str("salmax"))
	s := post.Salary{Min: lo, Max: hi}
	if !okLo && !okHi || lo == 0 && hi == 0 {
		v := f.get("salary")
		if m, ok := v.(item); ok {
			return foldKeys(item{"salarymin": first2(m, "min", "from", "minValue", "low"), "salarymax": first2(m, "max", "to", "maxValue", "high"), "currency": m["currency"], "salaryperiod": first2(m, "period", "interval", "unit", "unitText")}).salary()
		}
		line := str(v)
		if line == "" {
			return nil
		}
		s = ParseSalary(line)
		if s.Raw == "" {
			return nil
		}
	}
	if c := Currency(f.str("currency")); c != "" {
		s.Currency = c
	}
	if p := Period(f.str("period")); p != "" {
		s.Period = p
	}
	if s.Raw == "" {
		s.Raw = rawSalary(s)
	}
	return &s
}

func first2(m item, keys ...string) any {
	for _, k := range keys {
		if v := m[k]; v != nil {
			return v
		}
	}
	return nil
}

// record turns the children of an XML element into a record.
func record(n *xnode) item {
	m := item{}
	for _, k := range n.elements() {
		var v any = k.markup()
		if kids := k.elements(); len(kids) > 0 {
			var vals []any
			same := true
			for _, e := range kids {
				same = same && e.name == kids[0].name
				vals = append(vals, e.markup())
			}
			if same && len(kids[0].elements()) == 0 && !htmlNames[kids[0].name] {
				v = vals
			}
		}
		if k.name == "link" && v == "" {
			v = k.attr("href")
		}
		addProp(m, k.name, v)
	}
	for _, a := range n.attrs {
		if m[strings.ToLower(a.Name.Local)] == nil {
			m[strings.ToLower(a.Name.Local)] = a.Value
		}
	}
	return m
}

var htmlNames = map[string]bool{"p": true, "div": true, "br": true, "ul": true, "ol": true, "li": true, "b": true, "strong": true, "span": true, "h1": true, "h2": true, "h3": true, "a": true}

// xmlRecords finds the elements that are jobs: the first level, from the top, on
// which an element has the fields of one.
func xmlRecords(n *xnode, depth int) []*xnode {
	if depth > 6 {
		return nil
	}
	var out []*xnode
	for _, k := range n.elements() {
		if foldKeys(record(k)).jobLike() {
			out = append(out, k)
		}
	}
	if len(out) > 0 {
		return out[:min(len(out), MaxPosts)]
	}
	for _, k := range n.elements() {
		if got := xmlRecords(k, depth+1); len(got) > len(out) {
			out = got
		}
	}
	return out
}
