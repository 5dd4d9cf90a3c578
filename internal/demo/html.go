package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// perPage is how many posts a listing shows.
const perPage = 12

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"lines":  func(s string) []string { return strings.Split(s, "\n") },
	"jsonld": jsonLD,
	"add":    func(a, b int) int { return a + b },
}).Parse(`
{{define "head"}}<!doctype html><html lang="{{.Lang}}"><head><meta charset="{{.Charset}}"><title>{{.Title}}</title></head><body><header><a href="/">{{.Name}}</a> <a href="/about">About</a></header><main>{{end}}
{{define "foot"}}</main><footer><p>Posts are written by their posters. <a href="/private/notes">Notes</a></p></footer></body></html>{{end}}

{{define "listing"}}{{template "head" .}}<h1>{{.Title}}</h1><ul class="listing">{{range .Posts}}<li><a href="{{$.Path}}{{.ID}}">{{if .Title}}{{.Title}}{{else}}{{.ID}}{{end}}</a> <span>{{.Location}}</span></li>{{end}}</ul>
{{if .Next}}<a rel="next" href="{{.Next}}">next</a>{{end}}{{template "foot" .}}{{end}}

{{define "jobs"}}{{template "head" .}}{{with .Post}}<script type="application/ld+json">{{jsonld .}}</script><h1>{{.Title}}</h1><p class="company">{{.Company}}</p><p class="place">{{.Location}}</p><div class="description">{{range lines .Text}}<p>{{.}}</p>{{end}}</div>{{end}}{{template "foot" .}}{{end}}

{{define "board"}}{{template "head" .}}{{with .Post}}<article itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">{{.Title}}</h1>
{{if .Company}}<p itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization"><span itemprop="name">{{.Company}}</span></p>{{end}}
{{if .Location}}<p itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><span itemprop="address">{{.Location}}</span></p>{{end}}
<meta itemprop="identifier" content="{{.ID}}"><time itemprop="datePosted" datetime="{{.Posted.Format "2006-01-02"}}">{{.Posted.Format "2 Jan 2006"}}</time>
<div itemprop="description">{{range lines .Text}}<p>{{.}}</p>{{end}}</div></article>{{end}}{{template "foot" .}}{{end}}

{{define "classified"}}{{template "head" .}}{{with .Post}}<table><tr><td><h1>{{.Title}}</h1></td></tr><tr><td>{{if .Company}}{{.Company}}<br>{{end}}{{if .Location}}{{.Location}}<br>{{end}}{{if .Pay}}{{.Pay}}<br>{{end}}{{.Posted.Format "2006-01-02"}}</td></tr>
<tr><td>{{range lines .Text}}{{.}}<br>{{end}}</td></tr></table>{{end}}{{template "foot" .}}{{end}}

{{define "channel"}}<!doctype html><html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Title}} – public preview</title></head><body class="widget_frame_base tgme_webpreview">
<header class="tgme_header"><div class="tgme_channel_info_header_title"><span>{{.Title}}</span></div></header><section class="tgme_channel_history js-message_history">{{if .Next}}<a class="tme_messages_more js-messages_more" href="{{.Next}}" data-before="{{len .Posts}}"></a>{{end}}
{{range .Posts}}<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="{{$.Title}}/{{.ID}}"><div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author"><span class="tgme_widget_message_owner_name">{{$.Title}}</span></div>
<div class="tgme_widget_message_text js-message_text" dir="auto">{{range $i, $l := lines .Text}}{{if $i}}<br/>{{end}}{{$l}}{{end}}</div>
<div class="tgme_widget_message_footer"><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="/{{$.Title}}/{{.ID}}"><time datetime="{{.Posted.Format "2006-01-02T15:04:05-07:00"}}">{{.Posted.Format "15:04"}}</time></a></span></div></div></div></div>{{end}}
</section></body></html>{{end}}

{{define "channels"}}{{template "head" .}}<h1>{{.Title}}</h1><ul>{{range .Channels}}<li><a href="/s/{{.}}">{{.}}</a></li>{{end}}</ul>{{template "foot" .}}{{end}}
`))

// view is what a page is made from.
type view struct {
	Name, Title, Lang, Charset, Path, Next string
	Posts                                  []Post
	Post                                   Post
	Channels                               []string
}

// jsonLD is the post as schema.org JobPosting.
func jsonLD(p Post) template.JS {
	v := map[string]any{
		"@context": "https://schema.org", "@type": "JobPosting",
		"title": p.Title, "description": strings.ReplaceAll(template.HTMLEscapeString(p.Text), "\n", "<br>"),
		"identifier": map[string]any{"@type": "PropertyValue", "name": "demo", "value": p.ID},
		"datePosted": p.Posted.Format("2006-01-02"), "inLanguage": p.Lang,
	}
	if p.Company != "" {
		v["hiringOrganization"] = map[string]any{"@type": "Organization", "name": p.Company}
	}
	if p.Location != "" {
		v["jobLocation"] = map[string]any{"@type": "Place", "address": p.Location}
	}
	b, err := json.Marshal(v) // escapes <, > and &, so that no text can end the script
	if err != nil {
		return ""
	}
	return template.JS(b)
}

// page renders one template and sends it in the charset that v names. The HTTP
// header never names it: in old sites only the page itself does.
func page(w http.ResponseWriter, name string, v view) {
	if v.Charset == "" {
		v.Charset = "utf-8"
	}
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, v); err != nil {
		http.Error(w, "this sample page is broken", http.StatusInternalServerError)
		return
	}
	b := buf.Bytes()
	if c := charsets()[v.Charset]; c != nil {
		if enc, err := encoding.HTMLEscapeUnsupported(c.NewEncoder()).Bytes(b); err == nil {
			b = enc
		}
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write(b) // the visitor has gone
}

func charsets() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"windows-874":  charmap.Windows874,
		"gb18030":      simplifiedchinese.GB18030,
		"windows-1251": charmap.Windows1251,
	}
}

// listing serves page n of posts under path; n counts from 1.
func listing(w http.ResponseWriter, r *http.Request, v view, posts []Post) {
	n, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || n < 1 {
		n = 1
	}
	from := (n - 1) * perPage
	if from > 0 && from >= len(posts) {
		http.NotFound(w, r)
		return
	}
	to := min(from+perPage, len(posts))
	v.Posts = posts[from:to]
	if to < len(posts) {
		v.Next = fmt.Sprintf("%s?page=%d", r.URL.Path, n+1)
	}
	page(w, "listing", v)
}
