package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed templates
var templateFiles embed.FS

// pageNames lists the pages; each is templates/NAME.html inside the layout.
var pageNames = []string{"login", "queue", "search", "sources", "help", "post", "group", "account", "audit", "users", "error"}

// parsePages parses every page at start: one that is missing or faulty fails [New].
func (d *Desk) parsePages(fsys fs.FS) (map[string]*template.Template, error) {
	layout, err := template.New("layout.html").Funcs(d.funcs()).ParseFS(fsys, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range pageNames {
		page, err := layout.Clone()
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
		if page, err = page.ParseFS(fsys, "templates/"+name+".html"); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
		if page.Lookup("main") == nil {
			return nil, fmt.Errorf("parse page %s: it defines no main part", name)
		}
		pages[name] = page
	}
	return pages, nil
}

// frame is what the layout needs around a page.
type frame struct {
	Name, Title      string
	User             ledger.User
	In               bool // somebody is logged in
	Reviewer, Admin  bool
	Flash, FlashLink string
	Status           *Status
	Page             any
}

// render writes a page, or nothing when its template fails.
func (d *Desk) render(v *visit, status int, name, title string, page any) error {
	f := frame{Name: name, Title: title, User: v.user, Page: page,
		In:       v.user.Name != "",
		Reviewer: v.user.Role.Includes(ledger.RoleReviewer),
		Admin:    v.user.Role.Includes(ledger.RoleAdmin),
	}
	if f.In {
		f.Flash = d.sessions.PopString(v.Context(), keyFlash)
		f.FlashLink = d.sessions.PopString(v.Context(), keyFlashLink)
		if d.opt.Status != nil {
			s := d.opt.Status(v.Context())
			f.Status = &s
		}
	}
	var b bytes.Buffer
	if err := d.pages[name].ExecuteTemplate(&b, "layout.html", f); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = b.WriteTo(v.w) // a visitor who has gone is no error
	return nil
}

func (d *Desk) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":     d.assets.url,
		"postPath":  postPath,
		"eventPath": func(id, event string) string { return postPath(id) + "/events/" + url.PathEscape(event) },
		"versionPath": func(id string, digest post.Digest) string {
			return postPath(id) + "/versions/" + url.PathEscape(string(digest))
		},
		"userPath": func(name string) string { return "/users/" + url.PathEscape(name) },
		"time":     showTime,
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"lang":     languageName,
		"place":    placeName,
		"bars":     func(l post.Level) string { return strings.Repeat("▮", l.Rank()) + strings.Repeat("▯", 5-l.Rank()) },
		"level":    levelName,
		"count":    showCount,
		"int64":    func(n int) int64 { return int64(n) },
		"concept":  d.conceptName,
		"money":    showMoney,
		"percent":  func(f float64) string { return strconv.Itoa(int(f*100+0.5)) + "%" },
		"ago":      func(t time.Time) string { return ago(d.opt.Now().Sub(t)) },
		"noticed":  func(kind string) string { return strings.TrimPrefix(kind, "post.") },
		"plural": func(n int, one, many string) string {
			if n == 1 {
				return one
			}
			return many
		},
	}
}

func postPath(id string) string { return "/posts/" + url.PathEscape(id) }

func showTime(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

func showCount(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:] // narrow no-break space: read alike everywhere
	}
	return s
}

func showMoney(f float64) string {
	if f == float64(int64(f)) || f >= 100 { // nobody is paid by the cent
		return showCount(int64(f + 0.5))
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

func levelName(l post.Level) string {
	if l == post.LevelNone {
		return "no level"
	}
	return string(l)
}

// languageName is the English name of a language code, the code itself when it has none.
func languageName(code string) string {
	if code == "" {
		return "unknown language"
	}
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := display.English.Languages().Name(tag); name != "" && name != "Unknown language" {
		return name
	}
	return code
}

func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.English.Regions().Name(region); name != "" {
		return name
	}
	return code
}

// placeName is a place with its country, unless it is one.
func placeName(p post.Place) string {
	country := ""
	if p.Country != "" {
		country = countryName(p.Country)
	}
	if country == "" || p.Kind == "country" || strings.EqualFold(country, p.Name) {
		return p.Name
	}
	return p.Name + ", " + country
}

func (d *Desk) conceptName(id string) string {
	if title, ok := d.opt.Concept(id); ok && title != "" {
		return title
	}
	return strings.ReplaceAll(id, "_", " ")
}
