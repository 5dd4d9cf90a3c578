package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func byID(posts []Post) map[string]Post {
	m := make(map[string]Post, len(posts))
	for _, p := range posts {
		m[p.ID] = p
	}
	return m
}

// detail serves one post under its id, in the template that is named.
func detail(mux *http.ServeMux, prefix, tmpl string, v view, posts []Post) {
	m := byID(posts)
	mux.HandleFunc("GET "+prefix+"{id}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := m[r.PathValue("id")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		v := v
		v.Title, v.Lang, v.Post = p.Title, p.Lang, p
		page(w, tmpl, v)
	})
}

// jobsSite is a job board whose pages carry JSON-LD.
func jobsSite(posts []Post) http.Handler {
	mux := http.NewServeMux()
	v := view{Name: "Open Jobs", Title: "Open Jobs", Lang: "en", Path: "/jobs/"}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { listing(w, r, v, posts) })
	detail(mux, "/jobs/", "jobs", v, posts)
	return mux
}

// boardSite is a job board whose pages carry microdata only.
func boardSite(posts []Post) http.Handler {
	mux := http.NewServeMux()
	v := view{Name: "Town Board", Title: "Town Board", Lang: "en", Path: "/ad/"}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { listing(w, r, v, posts) })
	detail(mux, "/ad/", "board", v, posts)
	return mux
}

// classifiedsSite has one section a language, each in the charset of its time,
// with neither structured data nor a charset in the HTTP header.
func classifiedsSite(posts []Post) http.Handler {
	mux := http.NewServeMux()
	charset := map[string]string{"th": "windows-874", "zh": "gb18030", "ru": "windows-1251"}
	byLang := map[string][]Post{}
	for _, p := range posts {
		byLang[p.Lang] = append(byLang[p.Lang], p)
	}
	langs := slices.Sorted(maps.Keys(byLang))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><html><head><title>Small Ads</title></head><body><h1>Small Ads</h1><ul>")
		for _, l := range langs {
			fmt.Fprintf(w, `<li><a href="/%s/">%s</a></li>`, l, l)
		}
		fmt.Fprint(w, `</ul><a href="/about">About</a></body></html>`)
	})
	for _, l := range langs {
		v := view{Name: "Small Ads", Title: "Small Ads " + l, Lang: l, Charset: charset[l], Path: "/" + l + "/view/"}
		mux.HandleFunc("GET /"+l+"/{$}", func(w http.ResponseWriter, r *http.Request) { listing(w, r, v, byLang[l]) })
		detail(mux, "/"+l+"/view/", "classified", v, byLang[l])
	}
	return mux
}

// channelSite previews one channel a language, the newest messages first, older
// ones behind ?before=N.
func channelSite(posts []Post) http.Handler {
	mux := http.NewServeMux()
	byChannel := map[string][]Post{}
	for _, p := range posts {
		byChannel["demo_jobs_"+p.Lang] = append(byChannel["demo_jobs_"+p.Lang], p)
	}
	names := slices.Sorted(maps.Keys(byChannel))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		page(w, "channels", view{Name: "Channels", Title: "Channels", Lang: "en", Channels: names})
	})
	mux.HandleFunc("GET /s/{name}", func(w http.ResponseWriter, r *http.Request) {
		list, ok := byChannel[r.PathValue("name")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		end := len(list)
		if b := r.FormValue("before"); b != "" {
			if _, err := fmt.Sscanf(b, "%d", &end); err != nil || end < 1 || end > len(list) {
				http.NotFound(w, r)
				return
			}
		}
		from := max(0, end-5)
		v := view{Title: r.PathValue("name"), Lang: list[0].Lang, Posts: list[from:end]}
		if from > 0 {
			v.Next = fmt.Sprintf("/s/%s?before=%d", v.Title, from)
		}
		page(w, "channel", v)
	})
	return mux
}

// appSite serves an empty shell under every path; a script fetches the posts and
// draws them.
func appSite(posts []Post) http.Handler {
	mux := http.NewServeMux()
	m := byID(posts)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Work Now</title></head><body><div id="app"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/app.js"></script></body></html>`)
	})
	mux.HandleFunc("GET /app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		fmt.Fprint(w, appScript)
	})
	mux.HandleFunc("GET /api/posts", func(w http.ResponseWriter, _ *http.Request) { sendJSON(w, posts) })
	mux.HandleFunc("GET /api/posts/{id}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := m[strings.TrimSpace(r.PathValue("id"))]
		if !ok {
			http.NotFound(w, r)
			return
		}
		sendJSON(w, p)
	})
	return mux
}

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the visitor has gone
}

// appScript draws a listing on / and one post, as microdata, on /post/ID.
const appScript = `
const app = document.getElementById("app");
const el = (tag, attrs, ...kids) => { const e = document.createElement(tag); for (const k in attrs) e.setAttribute(k, attrs[k]); e.append(...kids); return e; };
async function main() {
  const id = location.pathname.match(/^\/post\/(\w+)$/);
  if (!id) {
    const posts = await (await fetch("/api/posts")).json();
    app.append(el("h1", {}, "Work Now"), el("ul", {}, ...posts.map(p => el("li", {}, el("a", {href: "/post/" + p.ID}, p.Title || p.ID)))));
    return;
  }
  const p = await (await fetch("/api/posts/" + id[1])).json();
  document.title = p.Title; document.documentElement.lang = p.Lang;
  const post = el("article", {itemscope: "", itemtype: "https://schema.org/JobPosting"}, el("h1", {itemprop: "title"}, p.Title));
  if (p.Company) post.append(el("p", {itemprop: "hiringOrganization"}, p.Company));
  if (p.Location) post.append(el("p", {itemprop: "jobLocation"}, p.Location));
  post.append(el("meta", {itemprop: "identifier", content: p.ID}), el("time", {itemprop: "datePosted", datetime: p.Posted}, p.Posted.slice(0, 10)));
  post.append(el("div", {itemprop: "description"}, ...p.Text.split("\n").map(l => el("p", {}, l))));
  app.append(post);
}
main();
`
