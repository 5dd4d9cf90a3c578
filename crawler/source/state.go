package source

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lurewatch/lurewatch/internal/post"
)

// state reads the data that script-built pages carry for their scripts: Nuxt 2
// (an object, or a function called with its values), Nuxt 3 (a flat list of
// references), Next (JSON, or pushed rows), and plain assignments to
// window.__INITIAL_STATE__ and its like. A job in it is one by its fields.
type state struct{}

func (state) Name() string { return "state" }

// stateNames are the variables that frameworks and boards assign their data to.
var stateNames = regexp.MustCompile(`(?:__NUXT__|__INITIAL_STATE__|__PRELOADED_STATE__|__APOLLO_STATE__|__INITIAL_DATA__|__STATE__|__data|_initialData|__REACT_QUERY_STATE__|__SSR_DATA__|jobDetail|jobData|pageData|window\.[A-Za-z][A-Za-z0-9_]*_(?:DATA|STATE|PROPS|STORE))\s*=\s*`)

func (state) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	if d.kind == kindBinary {
		return Found{}, ErrNotText
	}
	f := Found{Canonical: d.canonical(), Links: d.links(), Adapter: "state"}
	if d.kind != kindHTML {
		return f, nil
	}
	var values []any
	var rows strings.Builder
	each(d.tree(), func(n *html.Node) bool {
		if n.DataAtom != atom.Script || n.FirstChild == nil || strings.Contains(attr(n, "type"), "ld+json") || len(values) > 20 {
			return true
		}
		s := n.FirstChild.Data
		switch id := attr(n, "id"); {
		case id == "__NUXT_DATA__":
			if v, err := ParseLoose(s); err == nil {
				values = append(values, unflatten(v))
			}
		case id == "__NEXT_DATA__" || strings.HasPrefix(strings.TrimSpace(attr(n, "type")), "application/json"):
			if v, err := ParseLoose(s); err == nil {
				values = append(values, v)
			}
		case strings.Contains(s, "__next_f"):
			pushed(s, &rows)
		default:
			for _, at := range stateNames.FindAllStringIndex(s, 4) {
				if v := assigned(s[at[1]:]); v != nil {
					values = append(values, v)
				}
			}
		}
		return true
	})
	for line := range strings.SplitSeq(rows.String(), "\n") {
		if _, v, ok := strings.Cut(line, ":"); ok && len(values) < 500 && (strings.HasPrefix(v, "[") || strings.HasPrefix(v, "{")) {
			if x, err := ParseLoose(v); err == nil {
				values = append(values, x)
			}
		}
	}
	title := statePageTitle(d)
	best, score := item(nil), 0
	for _, v := range values {
		ids := map[string]item{}
		if jobs := jobPostings(v, ids); len(jobs) == 1 {
			f.Posts = postsOf(d, jobs, ids, "adapter")
			f.illustrate(d)
			return f, nil
		}
		budget := 100_000
		findJob(v, title, 0, &budget, func(m item, s int) {
			if s > score {
				best, score = m, s
			}
		})
	}
	if best == nil {
		return f, nil
	}
	po := recordPost(d, best, "adapter")
	if po.URL == "" || !sameSiteURL(po.URL, d) {
		po.URL = d.address()
	}
	if po.URL != "" {
		po.NativeID = boardID(po.URL)
	}
	if po.Lang == "" {
		po.Lang = d.lang()
	}
	f.Posts = []post.Post{po}
	f.illustrate(d)
	return f, nil
}

func sameSiteURL(u string, d *document) bool {
	return d.url == nil || sameSite(hostOf(u), d.url.Hostname())
}

// statePageTitle is what the page calls itself: the one job of a page is in its
// title, the other jobs of its state ("similar jobs") are not.
func statePageTitle(d *document) string {
	var b strings.Builder
	each(d.tree(), func(n *html.Node) bool {
		if (n.DataAtom == atom.Title || n.DataAtom == atom.H1) && b.Len() < 2000 {
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Type == html.TextNode {
					b.WriteString(c.Data + " ")
				}
			}
		}
		return true
	})
	return squash(b.String() + d.meta("og:title"))
}

// findJob calls fn with each record that is a whole job and how well it fits.
func findJob(v any, title string, depth int, budget *int, fn func(item, int)) {
	if *budget--; *budget < 0 || depth > 40 {
		return
	}
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			findJob(e, title, depth+1, budget, fn)
		}
	case item:
		if f := foldKeys(t); f.jobLike() {
			text := len(PlainText(f.str("text")))
			if s := squash(f.str("title")); text >= 80 && len(s) >= 3 && strings.Contains(title, s) {
				fn(t, 1000+min(text, 5000)-10*depth)
			}
		}
		for _, k := range sortedKeys(t) {
			findJob(t[k], title, depth+1, budget, fn)
		}
	}
}

// assigned reads the value that follows an assignment. Nuxt 2 wraps it in a
// function whose parameters stand for the values that come often.
func assigned(s string) any {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "JSON.parse("); ok {
		v, err := parseLooseWith("["+rest, nil)
		if l, ok := v.([]any); err == nil && ok && len(l) > 0 {
			if text, ok := l[0].(string); ok {
				if v, err := ParseLoose(text); err == nil {
					return v
				}
			}
		}
		return nil
	}
	if !strings.HasPrefix(s, "(function(") {
		v, err := parseLooseWith(s, nil)
		if err != nil {
			return nil
		}
		return v
	}
	params, body, ok := strings.Cut(s[len("(function("):], ")")
	if !ok {
		return nil
	}
	at := strings.Index(body, "return ")
	end := strings.LastIndex(body, "}(")
	if at < 0 || end < at {
		return nil
	}
	args, err := parseLooseWith("["+strings.TrimRight(strings.TrimSpace(body[end+2:]), ";)")+"]", nil)
	if err != nil {
		return nil
	}
	vals, _ := args.([]any)
	env := map[string]any{}
	for i, name := range strings.Split(params, ",") {
		if i < len(vals) {
			env[strings.TrimSpace(name)] = vals[i]
		}
	}
	v, err := parseLooseWith(body[at+len("return "):end], env)
	if err != nil {
		return nil
	}
	return v
}

// pushed gathers the strings of self.__next_f.push([1,"…"]).
func pushed(s string, rows *strings.Builder) {
	_, arg, ok := strings.Cut(s, "push(")
	if !ok || rows.Len() > 4<<20 {
		return
	}
	v, err := ParseLoose(strings.TrimSuffix(strings.TrimSpace(arg), ")"))
	if err != nil {
		return
	}
	if l, ok := v.([]any); ok && len(l) == 2 {
		if text, ok := l[1].(string); ok {
			rows.WriteString(text)
		}
	}
}

// unflatten undoes Nuxt 3's list of references: numbers inside objects and lists
// are places in the outer list.
func unflatten(v any) any {
	flat, ok := v.([]any)
	if !ok {
		return v
	}
	budget := 200_000
	var at func(i, depth int) any
	follow := func(v any, depth int) any {
		if f, ok := v.(float64); ok && f >= 0 && int(f) < len(flat) && f == float64(int(f)) {
			return at(int(f), depth)
		}
		return nil
	}
	at = func(i, depth int) any {
		if budget--; budget < 0 || depth > 40 {
			return nil
		}
		switch t := flat[i].(type) {
		case []any:
			if len(t) == 2 {
				if tag, ok := t[0].(string); ok && (strings.Contains(tag, "Reactive") || strings.Contains(tag, "Ref") || tag == "Date") {
					if tag == "Date" {
						return t[1]
					}
					return follow(t[1], depth+1)
				}
			}
			out := make([]any, 0, min(len(t), 1000))
			for _, e := range t[:min(len(t), 1000)] {
				out = append(out, follow(e, depth+1))
			}
			return out
		case item:
			out := make(item, len(t))
			for _, k := range sortedKeys(t) {
				out[k] = follow(t[k], depth+1)
			}
			return out
		default:
			return t
		}
	}
	if len(flat) == 0 {
		return nil
	}
	return at(0, 0)
}
