package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestValidatorsOf(t *testing.T) {
	const date = "Sun, 22 Nov 2026 08:00:00 GMT"
	for name, c := range map[string]struct {
		tag, modified string
		want          Validators
	}{
		"none":                     {},
		"both":                     {`"abc"`, date, Validators{`"abc"`, date}},
		"a weak tag":               {`W/"abc"`, "", Validators{ETag: `W/"abc"`}},
		"an empty tag":             {`""`, "", Validators{ETag: `""`}},
		"a tag without quotes":     {`abc`, date, Validators{Modified: date}},
		"a tag open at the end":    {`"abc`, "", Validators{}},
		"one quote":                {`"`, "", Validators{}},
		"a tag of two":             {`"a", "b"`, "", Validators{}},
		"a tag with a space":       {`"a b"`, "", Validators{}},
		"a tag that is too long":   {`"` + strings.Repeat("x", 600) + `"`, "", Validators{}},
		"a date that is none":      {"", "yesterday", Validators{}},
		"a date in the old format": {"", "Sunday, 22-Nov-26 08:00:00 GMT", Validators{Modified: "Sunday, 22-Nov-26 08:00:00 GMT"}},
	} {
		h := http.Header{}
		if c.tag != "" {
			h.Set("ETag", c.tag)
		}
		if c.modified != "" {
			h.Set("Last-Modified", c.modified)
		}
		if got := ValidatorsOf(h); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestSince asks a server that knows its version, and wants no redirect target to
// be asked by the validators of the page that led there.
func TestSince(t *testing.T) {
	asked := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path] = r.Header.Get("If-None-Match") + "|" + r.Header.Get("If-Modified-Since")
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/target", http.StatusFound)
		default:
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, "whole")
		}
	}))
	defer srv.Close()
	h := newTestHTTP(t, HTTPOptions{})
	const date = "Sun, 22 Nov 2026 08:00:00 GMT"
	for _, c := range []struct {
		path   string
		since  Validators
		status int
		body   string
		asked  string
	}{
		{"/page", Validators{}, 200, "whole", "|"},
		{"/page", Validators{ETag: `"1"`, Modified: date}, 304, "", `"1"|` + date},
		{"/page", Validators{ETag: `"0"`}, 200, "whole", `"0"|`},
		{"/moved", Validators{ETag: `"1"`}, 200, "whole", `"1"|`},
	} {
		res, err := h.Fetch(t.Context(), Request{URL: srv.URL + c.path, Since: c.since})
		if err != nil || res.Status != c.status || string(res.Body) != c.body || asked[c.path] != c.asked {
			t.Errorf("%s since %+v: %v, asked %q, %+v", c.path, c.since, err, asked[c.path], res)
		}
	}
	if asked["/target"] != "|" {
		t.Errorf("the redirect target was asked by %q", asked["/target"])
	}
}

func FuzzValidatorsOf(f *testing.F) {
	seeds := []string{`"a"`, `W/"a"`, `W/`, `"`, `""`, "\"a\x00\"", `w/"a"`}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		v := ValidatorsOf(http.Header{"Etag": {tag}})
		if v.ETag != "" && v.ETag != tag {
			t.Errorf("%q became %q", tag, v.ETag)
		}
		if strings.ContainsAny(v.ETag, "\r\n\x00 ") {
			t.Errorf("%q was kept", v.ETag)
		}
	})
}
