package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lurewatch/lurewatch/internal/ledger"
	"github.com/lurewatch/lurewatch/internal/post"
)

// matrix says who may do what. It is written out once more, apart from the
// routes themselves, so that a change of either has to be meant.
var matrix = map[string]ledger.Role{
	"GET /login": anyone, "POST /login": anyone,
	"POST /logout": ledger.RoleViewer, "GET /{$}": ledger.RoleViewer, "GET /queue": ledger.RoleViewer,
	"GET /search": ledger.RoleViewer, "GET /status": ledger.RoleViewer, "GET /sources": ledger.RoleViewer, "GET /posts/{id}": ledger.RoleViewer,
	"GET /account": ledger.RoleViewer, "POST /account/password": ledger.RoleViewer, "/": ledger.RoleViewer,
	"GET /help": ledger.RoleReviewer, "POST /posts/{id}/decision": ledger.RoleReviewer,
	"POST /posts/{id}/contacts": ledger.RoleReviewer, "GET /posts/{id}/archived": ledger.RoleReviewer,
	"GET /posts/{id}/versions/{digest}": ledger.RoleReviewer, "GET /posts/{id}/screenshot": ledger.RoleReviewer, "GET /posts/{id}/pictures/{n}": ledger.RoleReviewer,
	"GET /posts/{id}/events/{event}/archived": ledger.RoleReviewer, "GET /posts/{id}/events/{event}/screenshot": ledger.RoleReviewer,
	"GET /posts/{id}/group": ledger.RoleReviewer, "POST /posts/{id}/group": ledger.RoleReviewer,
	"GET /audit": ledger.RoleAdmin, "GET /users": ledger.RoleAdmin, "POST /users": ledger.RoleAdmin,
	"POST /users/{name}/password": ledger.RoleAdmin, "POST /users/{name}/access": ledger.RoleAdmin,
}

// pathOf fills the wildcards of a pattern.
func pathOf(pattern string, j post.Judged) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		return http.MethodGet, "/nowhere/at/all"
	}
	return method, strings.NewReplacer("{$}", "", "{id}", url.PathEscape(j.Post.ID), "{digest}", url.PathEscape(string(j.Post.Digest)), "{name}", "somebody").Replace(path)
}

// TestPermissionMatrix asks for every route as every role and as nobody.
func TestPermissionMatrix(t *testing.T) {
	lure := samples()[0]
	f := newFixture(t, samples()...)
	f.shelf[lure.Capture.Record.File] = evidence{"text/html", []byte("<p>page</p>")}
	f.shelf["lw-shot.warc.gz"] = evidence{"image/png", picture(t)}
	roles := append([]ledger.Role{anyone}, ledger.Roles()...)
	table := f.desk.table()
	if len(table) != len(matrix) {
		t.Errorf("there are %d routes, the matrix knows %d", len(table), len(matrix))
	}
	for _, role := range roles {
		c := f.as(role)
		for _, r := range table {
			may, known := matrix[r.pattern]
			if !known {
				t.Fatalf("the matrix does not know %s", r.pattern)
			}
			method, path := pathOf(r.pattern, lure)
			if path == "/logout" || path == "/login" {
				continue // TestLoginAndLogout
			}
			var got answer
			if method == http.MethodGet {
				got = f.get(c, path)
			} else {
				got = f.post(c, path, url.Values{})
			}
			switch {
			case role == anyone:
				if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/login") {
					t.Errorf("nobody, %s: status %d to %q, want the login", r.pattern, got.status, got.header.Get("Location"))
				}
			case role.Includes(may):
				if got.status == http.StatusForbidden || got.status >= 500 || strings.HasPrefix(got.header.Get("Location"), "/login") {
					t.Errorf("%s, %s: status %d, want it let through\n%s", role, r.pattern, got.status, f.logged)
				}
			default:
				if got.status != http.StatusForbidden {
					t.Errorf("%s, %s: status %d, want 403", role, r.pattern, got.status)
				}
			}
			for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store"} {
				if !strings.Contains(strings.Join(got.header.Values(k), ","), want) {
					t.Errorf("%s, %s: header %s = %q, want %q", role, r.pattern, k, got.header.Values(k), want)
				}
			}
			if p := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'") || strings.Contains(p, "unsafe") {
				t.Errorf("%s, %s: content security policy %q", role, r.pattern, p)
			}
		}
	}
	ds, err := f.ledger.Decisions(t.Context(), lure.Post.ID)
	if err != nil || len(ds) != 0 {
		t.Errorf("empty forms made decisions: %v, %v", ds, err)
	}
}

func TestTestimoniesAreForReviewers(t *testing.T) {
	all := samples()
	i := slices.IndexFunc(all, func(j post.Judged) bool { return j.Verdict.Help })
	f := newFixture(t, all...)
	for role, want := range map[ledger.Role]int{ledger.RoleViewer: http.StatusForbidden, ledger.RoleReviewer: http.StatusOK} {
		c := f.as(role)
		if got := f.get(c, postPath(all[i].Post.ID)); got.status != want {
			t.Errorf("%s opens a testimony: status %d, want %d", role, got.status, want)
		}
		found := strings.Contains(f.get(c, "/search?q=warehouse").body, "Please share")
		if found != (want == http.StatusOK) {
			t.Errorf("%s finds a testimony: %v", role, found)
		}
	}
	reviewer := f.as(ledger.RoleReviewer)
	if strings.Contains(f.get(reviewer, "/queue").body, "Please share") {
		t.Error("a testimony is in the queue")
	}
	page := f.get(reviewer, postPath(all[i].Post.ID)).body
	if strings.Contains(page, `value="confirm"`) {
		t.Error("a testimony can be confirmed as a lure")
	}
}

func TestLoginAndLogout(t *testing.T) {
	f := newFixture(t, samples()...)
	c := f.as(anyone)
	bad := f.post(c, "/login", url.Values{"name": {"reviewer"}, "password": {"wrong"}})
	if bad.status != http.StatusUnauthorized || !strings.Contains(bad.body, "do not match") {
		t.Errorf("a wrong password: status %d", bad.status)
	}
	for next, want := range map[string]string{
		"/posts/p1?x=1":        "/posts/p1?x=1",
		"https://evil.example": "/queue",
		"//evil.example":       "/queue",
		`/\evil.example`:       "/queue",
		"/%5cevil.example":     "/queue",
		"javascript:alert(1)":  "/queue",
		"":                     "/queue",
		"queue":                "/queue",
	} {
		c := f.as(anyone)
		got := f.post(c, "/login", url.Values{"name": {"reviewer"}, "password": {password}, "next": {next}})
		if got.status != http.StatusSeeOther || got.header.Get("Location") != want {
			t.Errorf("login with next=%q: %d to %q, want %q", next, got.status, got.header.Get("Location"), want)
		}
		cookie := got.header.Get("Set-Cookie")
		for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("cookie %q lacks %s", cookie, part)
			}
		}
	}
	c = f.as(ledger.RoleReviewer)
	u, _ := url.Parse(f.server.URL)
	old := c.Jar.Cookies(u)
	if got := f.post(c, "/logout", nil); got.header.Get("Location") != "/login" {
		t.Errorf("logout leads to %q", got.header.Get("Location"))
	}
	c.Jar.SetCookies(u, old)
	if got := f.get(c, "/queue"); got.status != http.StatusSeeOther {
		t.Errorf("the old cookie after logout: status %d", got.status)
	}
	if got := f.get(f.as(anyone), "/posts/p1"); got.header.Get("Location") != "/login?next=%2Fposts%2Fp1" {
		t.Errorf("nobody is led to %q", got.header.Get("Location"))
	}
}

func TestSessionsEndWithAccess(t *testing.T) {
	f := newFixture(t)
	c := f.as(ledger.RoleReviewer)
	if got := f.get(c, "/queue"); got.status != http.StatusOK {
		t.Fatalf("status %d", got.status)
	}
	if err := f.ledger.SetAccess(t.Context(), "admin", "reviewer", ledger.RoleReviewer, true); err != nil {
		t.Fatal(err)
	}
	if got := f.get(c, "/queue"); got.status != http.StatusSeeOther {
		t.Errorf("a user who was switched off: status %d", got.status)
	}
}

func TestIdleSessionsEnd(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	f.desk.opt.Now = func() time.Time { return now }
	c := f.as(ledger.RoleViewer)
	now = now.Add(idle - time.Minute)
	if got := f.get(c, "/status"); got.status != http.StatusOK {
		t.Fatalf("status %d", got.status)
	}
	now = now.Add(2 * time.Minute) // the page's own requests do not count as use
	if got := f.get(c, "/queue"); got.status != http.StatusSeeOther {
		t.Errorf("an idle session: status %d", got.status)
	}
}

func TestPasswordOfAnotherHasToBeChanged(t *testing.T) {
	f := newFixture(t)
	admin := f.as(ledger.RoleAdmin)
	made := f.post(admin, "/users", url.Values{"name": {"anong"}, "role": {"reviewer"}})
	_, rest, ok := strings.Cut(made.body, `<code class="secret">`)
	first, _, ok2 := strings.Cut(rest, "<")
	if made.status != http.StatusOK || !ok || !ok2 {
		t.Fatalf("adding a user: status %d", made.status)
	}
	c := f.as(anyone)
	f.post(c, "/login", url.Values{"name": {"anong"}, "password": {first}})
	if got := f.get(c, "/queue"); got.header.Get("Location") != "/account" {
		t.Errorf("with a given password the queue leads to %q", got.header.Get("Location"))
	}
	form := url.Values{"old": {first}, "new": {"my very own words"}, "again": {"my very own word"}}
	if got := f.post(c, "/account/password", form); got.status != http.StatusUnprocessableEntity {
		t.Errorf("two different new passwords: status %d", got.status)
	}
	form.Set("again", "my very own words")
	if got := f.post(c, "/account/password", form); got.header.Get("Location") != "/queue" {
		t.Errorf("the change: status %d to %q", got.status, got.header.Get("Location"))
	}
	if got := f.get(c, "/queue"); got.status != http.StatusOK {
		t.Errorf("after the change the queue: status %d", got.status)
	}
}

func TestFormsOfOtherSites(t *testing.T) {
	f := newFixture(t, samples()...)
	c := f.as(ledger.RoleReviewer)
	for name, header := range map[string][2]string{
		"by the browser's own word": {"Sec-Fetch-Site", "cross-site"},
		"by its origin":             {"Origin", "https://evil.example"},
	} {
		req, err := http.NewRequest(http.MethodPost, f.server.URL+postPath(samples()[0].Post.ID)+"/decision", strings.NewReader("act=confirm"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(header[0], header[1])
		if got := f.do(c, req); got.status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, got.status)
		}
	}
}

func TestLimitsAndErrors(t *testing.T) {
	f := newFixture(t, samples()...)
	c := f.as(ledger.RoleReviewer)
	id := postPath(samples()[0].Post.ID)
	for name, tc := range map[string]struct {
		got  answer
		want int
	}{
		"a body beyond the bound":         {f.post(c, id+"/decision", url.Values{"note": {strings.Repeat("x", MaxBody)}}), http.StatusRequestEntityTooLarge},
		"a post that is not there":        {f.get(c, "/posts/p0"), http.StatusNotFound},
		"a path out of the archive":       {f.get(c, "/posts/..%2f..%2fetc%2fpasswd/archived"), http.StatusNotFound},
		"a version that is not there":     {f.get(c, id+"/versions/..%2f..%2fx"), http.StatusNotFound},
		"evidence that cannot be read":    {f.get(c, id+"/archived"), http.StatusInternalServerError},
		"a cursor of another":             {f.get(c, "/queue?cursor=nonsense"), http.StatusGone},
		"a level that is none":            {f.get(c, "/search?level=worst"), http.StatusBadRequest},
		"a date that is none":             {f.get(c, "/search?from=yesterday"), http.StatusBadRequest},
		"a search that makes no sense":    {f.get(c, "/search?q=%28ticket"), http.StatusOK},
		"a static file that is not there": {f.get(c, "/static/..%2fdesk.go"), http.StatusNotFound},
		"contacts without a reason":       {f.post(c, id+"/contacts", url.Values{"reason": {" "}}), http.StatusUnprocessableEntity},
		"a dismissal without a reason":    {f.post(c, id+"/decision", url.Values{"act": {"dismiss"}}), http.StatusUnprocessableEntity},
		"health":                          {f.get(f.as(anyone), "/healthz"), http.StatusOK},
	} {
		if tc.got.status != tc.want {
			t.Errorf("%s: status %d, want %d\n%s", name, tc.got.status, tc.want, tc.got.body)
		}
		if tc.want == http.StatusInternalServerError {
			_, rest, _ := strings.Cut(tc.got.body, "Error id: <code>")
			id, _, _ := strings.Cut(rest, "<")
			if len(id) != 12 || !strings.Contains(f.logged.String(), id) {
				t.Errorf("%s: id %q is not in the log", name, id)
			}
			if strings.Contains(tc.got.body, ".warc.gz") {
				t.Errorf("%s: the page tells the cause", name)
			}
		}
	}
}

func TestPanicsBecomeErrors(t *testing.T) {
	f := newFixture(t)
	h := f.desk.headers(f.desk.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret cause") })))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret cause") {
		t.Errorf("a panic: status %d, %s", w.Code, w.Body)
	}
	if !strings.Contains(f.logged.String(), "secret cause") {
		t.Error("the cause is not in the log")
	}
}

func TestNewChecks(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("a desk of nothing was made")
	}
	f := newFixture(t)
	whole := fstest.MapFS{}
	err := fs.WalkDir(templateFiles, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(templateFiles, path)
		whole[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.desk.parsePages(whole); err != nil {
		t.Fatal(err)
	}
	for _, name := range pageNames {
		less := fstest.MapFS{}
		for k, v := range whole {
			if k != "templates/"+name+".html" {
				less[k] = v
			}
		}
		if _, err := f.desk.parsePages(less); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without page %s: %v", name, err)
		}
	}
}

func TestClientOf(t *testing.T) {
	for in, want := range map[string]string{
		"198.51.100.7:1234":          "198.51.100.7",
		"[2001:db8:1:2:3:4:5:6]:80":  "2001:db8:1:2::/64",
		"[::ffff:198.51.100.7]:1234": "198.51.100.7",
		"127.0.0.1:9":                "",
		"[::1]:9":                    "",
		"nonsense":                   "",
	} {
		if got := clientOf(in); got != want {
			t.Errorf("clientOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAsProblemHidesCauses(t *testing.T) {
	p := asProblem(errors.New("open /secret/place: denied"))
	if p.status != 500 || strings.Contains(p.text, "secret") {
		t.Errorf("asProblem = %d %q", p.status, p.text)
	}
	if p := asProblem(context.DeadlineExceeded); p.status != http.StatusGatewayTimeout {
		t.Errorf("a deadline is status %d", p.status)
	}
}
