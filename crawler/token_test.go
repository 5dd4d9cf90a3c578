package crawler

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestAdLibraryIsReadWithATokenThatNobodySees follows the pages of an API that
// writes the operator's token into the address of the next one.
func TestAdLibraryIsReadWithATokenThatNobodySees(t *testing.T) {
	const token = "EAABwcB0secretZCfor7tests"
	var refused, robots atomic.Int64
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	mux.HandleFunc("/robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		robots.Add(1)
		fmt.Fprint(w, "User-agent: *\nDisallow: /\n")
	})
	mux.HandleFunc("/v21.0/ads_archive", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token || r.URL.Query().Has("access_token") {
			refused.Add(1)
			http.Error(w, `{"error":{"message":"no token"}}`, http.StatusBadRequest)
			return
		}
		n := len(r.URL.Query().Get("after"))
		next := ""
		if n < 2 {
			next = fmt.Sprintf(`,"paging":{"next":"%s/v21.0/ads_archive?access_token=%s&search_terms=job&after=%s"}`, srv.URL, token, strings.Repeat("a", n+1))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"data":[{"id":"90%d","page_name":"Agency","ad_creative_bodies":["Chat support wanted, telegram @agency_hr"],"ad_snapshot_url":"https://www.facebook.com/ads/archive/render_ad/?id=90%d&access_token=%s"}]%s}`, n, n, token, next)
	})
	site := Site{Name: "ads", Seeds: []string{srv.URL + "/v21.0/ads_archive?search_terms=job"}, Adapter: "metaads", Token: token, Unpaced: true, Browser: BrowserOff}
	r := newRig(t, site)
	var log bytes.Buffer
	r.opt.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.run(t)
	if len(r.sink.posts) != 3 || refused.Load() != 0 {
		t.Errorf("%d ads, %d requests refused; want 3 and none: %v", len(r.sink.posts), refused.Load(), r.vault.urls())
	}
	if robots.Load() != 0 {
		t.Errorf("robots.txt was asked for %d times by an API client", robots.Load())
	}
	for _, e := range r.vault.puts {
		for _, x := range e.HTTP.Hops {
			if bytes.Contains(append(append(bytes.Clone(x.Request), x.Response...), x.URL...), []byte(token)) {
				t.Errorf("recorded:\n%s\n%s", x.Request, x.Response)
			}
		}
		if strings.Contains(fmt.Sprintf("%+v", e), token) {
			t.Errorf("evidence holds the token")
		}
	}
	if s := log.String() + fmt.Sprintf("%+v", r.sink.posts); strings.Contains(s, token) {
		t.Errorf("log or posts hold the token:\n%s", s)
	}

	// Without a token, and for pages that are none of an API, robots.txt counts.
	for name, site := range map[string]Site{
		"no token": {Name: "ads", Seeds: site.Seeds, Adapter: "metaads", Unpaced: true, Browser: BrowserOff},
		"no API":   {Name: "ads", Seeds: site.Seeds, Adapter: "generic", Token: token, Unpaced: true, Browser: BrowserOff},
	} {
		r := newRig(t, site)
		c := r.run(t)
		if n := c.Report().Skipped["robots"]; n != 1 || len(r.sink.posts) != 0 {
			t.Errorf("%s: %d skipped for robots.txt, %d posts", name, n, len(r.sink.posts))
		}
	}
}

// TestTokenIsForTheSeedsAlone: links may lead to other hosts of the site.
func TestTokenIsForTheSeedsAlone(t *testing.T) {
	s := &site{Site: Site{Token: "T"}, seeds: []string{"https://api.example/v1/x"}}
	for page, want := range map[string]string{
		"https://api.example/v1/y?after=1": "T",
		"http://api.example/v1/y":          "",
		"https://www.api.example/":         "",
		"https://api.example:8443/":        "",
		"https://other.example/":           "",
	} {
		if got := s.bearer(page); got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}
