package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSourceOnALivePage asks a site of this machine: allowed by name, its
// robots.txt obeyed.
func TestSourceOnALivePage(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
		case "/jobs/1", "/private/1":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<!doctype html><title>Clerk</title><script type="application/ld+json">{"@type":"JobPosting","title":"Clerk","description":"Files all day. Tel 012 345 678","hiringOrganization":"Mill"}</script>`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	dir := t.TempDir()
	for path, c := range map[string]struct {
		code int
		want string
	}{
		"/jobs/1":    {0, "company   Mill"},
		"/private/1": {1, "is left alone: disallow: /private/"},
		"/gone":      {1, "status 404"},
	} {
		r := finished(t, dir, nil, nil, "sources", "test", "auto", srv.URL+path, "--allow-net", "127.0.0.0/8")
		if r.code != c.code || !strings.Contains(r.both(), c.want) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", path, r.code, c.code, c.want, r.both())
		}
	}
}
