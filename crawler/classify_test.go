package crawler

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestClassify(t *testing.T) {
	long := strings.Repeat("<p>We look for people who enjoy working with customers, with room and board.</p>", 60)
	tests := map[string]struct {
		status    int
		header    http.Header
		body      string
		url, to   string
		truncated fetch.Truncation
		want      post.Class
	}{
		"a page":                               {status: 200, body: "<p>job</p>", want: post.ClassContent},
		"not found":                            {status: 404, body: "<p>x</p>", want: post.ClassGone},
		"gone":                                 {status: 410, want: post.ClassGone},
		"unauthorised":                         {status: 401, body: "x", want: post.ClassLogin},
		"forbidden":                            {status: 403, body: "x", want: post.ClassError},
		"unavailable for legal reasons":        {status: 451, body: "x", want: post.ClassError},
		"server error":                         {status: 500, body: "x", want: post.ClassError},
		"no body":                              {status: 200, want: post.ClassError},
		"not a page":                           {status: 200, truncated: fetch.TruncatedUnspecified, want: post.ClassError},
		"redirect without a target":            {status: 302, body: "x", want: post.ClassError},
		"Cloudflare, by title":                 {status: 403, body: "<html><head><title>Just a moment...</title>", want: post.ClassChallenge},
		"Cloudflare, by title, status 200":     {status: 200, body: "<html><head><TITLE>Just a moment...</TITLE>" + long, want: post.ClassChallenge},
		"Cloudflare, by header":                {status: 403, header: http.Header{"Cf-Mitigated": {"challenge"}}, body: "x", want: post.ClassChallenge},
		"AWS, by header":                       {status: 202, header: http.Header{"X-Amzn-Waf-Action": {"challenge"}}, want: post.ClassChallenge},
		"DataDome":                             {status: 403, body: `<script src="https://ct.captcha-delivery.com/c.js"></script>`, want: post.ClassChallenge},
		"captcha and nothing else":             {status: 200, body: `<form><div class="g-recaptcha"></div></form>`, want: post.ClassChallenge},
		"captcha in the form of a real page":   {status: 200, body: long + `<form><div class="g-recaptcha"></div></form>`, want: post.ClassContent},
		"a job titled like a refusal":          {status: 200, body: "<title>Access denied: a novel</title><p>x</p>", want: post.ClassContent},
		"denied":                               {status: 403, body: "<title>Access Denied</title>", want: post.ClassChallenge},
		"Chinese check":                        {status: 200, body: "<title>安全验证</title>", want: post.ClassChallenge},
		"login form and nothing else":          {status: 200, body: `<form><input name=u><input type="password" name=p></form>`, want: post.ClassLogin},
		"login form beside content":            {status: 200, body: long + `<form><input type=password></form>`, want: post.ClassContent},
		"login form beside a short job":        {status: 200, body: `<script type="application/ld+json">{"@type":"JobPosting"}</script><form><input type=password></form>`, want: post.ClassContent},
		"redirect to a login page":             {status: 200, body: long, url: "https://a.test/job/1", to: "https://a.test/login?next=/job/1", want: post.ClassLogin},
		"redirect to a sign-in page":           {status: 200, body: long, url: "https://a.test/job/1", to: "https://a.test/users/sign_in", want: post.ClassLogin},
		"a login page that was asked for":      {status: 200, body: long, url: "https://a.test/login", to: "https://a.test/login", want: post.ClassContent},
		"a job at a company called Login":      {status: 200, body: long, url: "https://a.test/x", to: "https://a.test/blogins/1", want: post.ClassContent},
		"scripts do not count as visible text": {status: 200, body: `<form><div class=h-captcha></div></form><script>` + strings.Repeat("var a=1;", 900) + `</script>`, want: post.ClassChallenge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &fetch.Result{URL: tt.url, FinalURL: tt.to, Status: tt.status, Header: tt.header, Body: []byte(tt.body), Truncated: tt.truncated}
			if r.Header == nil {
				r.Header = http.Header{}
			}
			if got, why := classify(r); got != tt.want {
				t.Errorf("classify = %s (%s), want %s", got, why, tt.want)
			}
		})
	}
}

func FuzzVisible(f *testing.F) {
	seeds := []string{"<p>a b</p>", "<script>x</script>y", "<", "<script", "a<b>c", "<style></sty"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := visible(b, len(b)); n < 0 || n > len(b) {
			t.Fatalf("visible(%q) = %d", b, n)
		}
		classify(&fetch.Result{Status: 200, Body: b, URL: "http://a.test/", FinalURL: "http://a.test/", Header: http.Header{}})
	})
}
