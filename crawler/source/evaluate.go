package source

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Targets that [EvaluatePages] holds the fields against.
const (
	TargetStructured = 0.95 // of the fields of posts read from structured data, feeds and known sites
	TargetOther      = 0.85 // of the fields of posts that the generic reader found
	TargetArticles   = 0.98 // of the ordinary pages give no post; collections of articles do hold an ad now and then
)

// Report is how well pages with known answers are read.
type Report struct {
	Pages    int              `json:"pages"`
	Methods  map[string]Share `json:"methods"`  // fields right, by method of the post; "none" where no post was found
	Fields   map[string]Share `json:"fields"`   // fields right, by field
	Articles Share            `json:"articles"` // ordinary pages that rightly gave no post
	Misses   []Miss           `json:"misses,omitempty"`
	Errors   []string         `json:"errors,omitempty"` // pages that could not be read
}

// Share is a count of rights out of a total.
type Share struct {
	Right int `json:"right"`
	Of    int `json:"of"`
}

// Rate is Right over Of, 1 for an empty share.
func (s Share) Rate() float64 {
	if s.Of == 0 {
		return 1
	}
	return float64(s.Right) / float64(s.Of)
}

// Miss is one field that was read wrongly.
type Miss struct {
	File  string `json:"file"`
	Field string `json:"field"`
	Want  string `json:"want"`
	Got   string `json:"got"`
}

// pageEntry is one line of a manifest.
type pageEntry struct {
	File        string         `json:"file"`
	URL         string         `json:"url"`
	ContentType string         `json:"content_type"`
	What        string         `json:"what"`
	Expected    map[string]any `json:"expected"`
}

// EvaluatePages reads every page that a manifest names and compares what auto
// finds with what the manifest says the page plainly shows. The manifest is JSONL:
// file (relative to the folder above the manifest, or to the manifest's own), url,
// content_type, what, expected{title, company, location, salary, date, text, without, contacts,
// listing, detail_links, children, after}. Each contact and each text must stand in the post's text, nothing of without may;
// the salary "none" means that the page tells no pay. A page whose what says "NOT a job page" must
// give no post. Relative dates count from the first day of 2021.
func EvaluatePages(manifest string) (Report, error) {
	r := Report{Methods: map[string]Share{}, Fields: map[string]Share{}}
	file, err := os.Open(manifest)
	if err != nil {
		return r, fmt.Errorf("open manifest: %w\nhint: give the manifest.jsonl that lies beside the saved pages", err)
	}
	defer file.Close()
	sc := bufio.NewScanner(file)
	sc.Buffer(nil, 4<<20)
	for line := 1; sc.Scan(); line++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		var e pageEntry
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			return r, fmt.Errorf("read manifest line %d: %w", line, err)
		}
		body, err := readBeside(manifest, e.File)
		if err != nil {
			r.Errors = append(r.Errors, err.Error())
			continue
		}
		r.Pages++
		page := Page{URL: e.URL, ContentType: e.ContentType, Body: body, FetchedAt: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}
		found, err := auto{}.Extract(context.Background(), page)
		if err != nil {
			r.Errors = append(r.Errors, e.File+": "+err.Error())
			continue
		}
		r.judge(e, page, found)
	}
	return r, sc.Err()
}

// readBeside opens a page by the path that a manifest gives. Names may differ in
// Unicode normal form between the manifest and the disk.
func readBeside(manifest, name string) ([]byte, error) {
	dir := filepath.Dir(manifest)
	var first error
	for _, root := range []string{filepath.Dir(dir), dir} {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err == nil {
			return b, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func (r *Report) judge(e pageEntry, page Page, f Found) {
	if strings.Contains(e.What, "NOT a job") {
		r.Articles.Of++
		if len(f.Posts) == 0 {
			r.Articles.Right++
		} else {
			r.Misses = append(r.Misses, Miss{e.File, "article", "no post", f.Posts[0].Method + ": " + f.Posts[0].Title})
		}
		return
	}
	if n, ok := e.Expected["detail_links"].(float64); ok {
		got := 0
		for _, l := range f.Links {
			if l.Post {
				got++
			}
		}
		r.count("links", "listing", e.File, float64(got) >= 0.85*n && float64(got) <= 1.3*n, fmt.Sprint(n), fmt.Sprint(got))
		r.count("links", "no post in a listing", e.File, len(f.Posts) == 0, "0", fmt.Sprint(len(f.Posts)))
	}
	if n, ok := e.Expected["children"].(float64); ok {
		r.count("adapter", "posts", e.File, len(f.Posts) == int(n), fmt.Sprint(n), fmt.Sprint(len(f.Posts)))
	}
	if want, ok := e.Expected["after"].(string); ok {
		next := slices.ContainsFunc(f.Links, func(l Link) bool { return l.Next && strings.Contains(l.URL, url.QueryEscape(want)) })
		r.count("adapter", "next page", e.File, next, want, "")
	}
	if _, ok := e.Expected["title"]; !ok {
		return
	}
	var p post.Post
	method := "none"
	if len(f.Posts) > 0 {
		p = f.Posts[0]
		method = p.Method
	}
	want := func(k string) string { s, _ := e.Expected[k].(string); return s }
	if w := want("title"); w != "" {
		r.count(method, "title", e.File, squash(p.Title) == squash(w), w, p.Title)
	}
	if w := want("company"); w != "" {
		r.count(method, "company", e.File, squash(p.Company) == squash(w), w, p.Company)
	}
	if w := want("location"); w != "" {
		got := strings.Join(p.Locations, "; ")
		first, _, _ := strings.Cut(got, ";") // the manifest names the first of many
		r.count(method, "location", e.File, squash(got) == squash(w) || squash(first) == squash(w), w, got)
	}
	if w := want("salary"); w == "none" {
		got := "none"
		if p.Salary != nil {
			got = rawSalary(*p.Salary)
		}
		r.count(method, "salary", e.File, p.Salary == nil, w, got)
	} else if w != "" {
		ok, got := sameSalary(w, p.Salary)
		r.count(method, "salary", e.File, ok, w, got)
	}
	if w := want("date"); w != "" {
		t, ok := ParseTime(w, page.FetchedAt)
		_, err := time.Parse(time.DateOnly, w)
		if got := p.PostedAt.UTC(); err == nil { // a day is wanted, whatever the hour
			ok = got.Format(time.DateOnly) == w
		} else {
			ok = ok && t.Equal(got)
		}
		r.count(method, "date", e.File, ok, w, p.PostedAt.Format(time.RFC3339))
	}
	have := reachable(p.Title + "\n" + p.Text)
	for _, w := range wanted(e.Expected["contacts"]) {
		r.count(method, "contact", e.File, strings.Contains(have, reachable(w)), w, "")
	}
	text := squash(p.Text)
	for _, w := range wanted(e.Expected["without"]) {
		r.count(method, "boilerplate left out", e.File, method != "none" && !strings.Contains(text, squash(w)), "no "+w, p.Text)
	}
	if list := wanted(e.Expected["text"]); len(list) > 0 {
		for _, w := range list {
			r.count(method, "text", e.File, strings.Contains(text, squash(w)) && !hasTags(p.Text), w, p.Text)
		}
	} else if len(e.Expected) > 2 {
		r.count(method, "text", e.File, utf8.RuneCountInString(p.Text) >= 100 && !hasTags(p.Text), "the description without markup", fmt.Sprintf("%d bytes", len(p.Text)))
	}
}

// wanted is a string of a manifest, or a list of them.
func wanted(v any) []string {
	switch t := v.(type) {
	case string:
		if t != "" {
			return []string{t}
		}
	case []any:
		var out []string
		for _, e := range t {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// reachable is a text by its letters, digits and the marks of addresses alone.
func reachable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("@._+", r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// sameSalary compares with a MonetaryAmount written as JSON.
func sameSalary(want string, s *post.Salary) (bool, string) {
	if s == nil {
		return false, "none"
	}
	got := rawSalary(*s)
	var m item
	if json.Unmarshal([]byte(want), &m) != nil {
		return squash(want) == squash(s.Raw), got
	}
	lo, hi := m["value"], m["value"]
	if q, ok := m["value"].(item); ok {
		lo, hi = q["minValue"], q["maxValue"]
	}
	num := func(v any) float64 { f, _ := amount(str(v)); return f }
	return num(lo) == s.Min && num(hi) == s.Max && str(m["currency"]) == s.Currency, got
}

func (r *Report) count(method, field, file string, ok bool, want, got string) {
	m, f := r.Methods[method], r.Fields[field]
	m.Of++
	f.Of++
	if ok {
		m.Right++
		f.Right++
	} else {
		if len(got) > 120 {
			got = strings.ToValidUTF8(got[:120], "") + "…"
		}
		r.Misses = append(r.Misses, Miss{file, field, want, got})
	}
	r.Methods[method], r.Fields[field] = m, f
}

// Failed lists the targets that the report falls short of; empty when it meets all.
func (r Report) Failed() []string {
	var out []string
	for _, m := range sortedKeys(r.Methods) {
		target := TargetStructured
		if m == "generic" || m == "none" || m == "links" {
			target = TargetOther
		}
		if s := r.Methods[m]; s.Rate() < target {
			out = append(out, fmt.Sprintf("%s: %.1f %% of the fields are right, %.0f %% wanted", m, 100*s.Rate(), 100*target))
		}
	}
	if r.Articles.Rate() < TargetArticles {
		out = append(out, fmt.Sprintf("%d of %d ordinary pages gave a post", r.Articles.Of-r.Articles.Right, r.Articles.Of))
	}
	return out
}

// WriteText prints the report for people.
func (r Report) WriteText(w io.Writer) error {
	bw := bufio.NewWriter(w)
	fmt.Fprintf(bw, "pages read: %d\n", r.Pages)
	for _, t := range []struct {
		name string
		m    map[string]Share
	}{{"method", r.Methods}, {"field", r.Fields}} {
		for _, k := range sortedKeys(t.m) {
			s := t.m[k]
			fmt.Fprintf(bw, "%-7s %-22s %4d of %4d right (%.1f %%)\n", t.name, k, s.Right, s.Of, 100*s.Rate())
		}
	}
	fmt.Fprintf(bw, "ordinary pages without a post: %d of %d\n", r.Articles.Right, r.Articles.Of)
	for _, m := range r.Misses {
		fmt.Fprintf(bw, "miss: %s: %s: want %q, got %q\n", m.File, m.Field, m.Want, m.Got)
	}
	for _, e := range r.Errors {
		fmt.Fprintf(bw, "not read: %s\n", e)
	}
	return bw.Flush()
}
