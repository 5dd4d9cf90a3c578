package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/post"
)

// TestTokenIsInNoArchive crawls an API that repeats the operator's token, and reads
// every record that came of it; a rebuild finds what the crawl found.
func TestTokenIsInNoArchive(t *testing.T) {
	const token = "EAABwcB0secretZCfor7tests"
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		next := ""
		if !r.URL.Query().Has("after") {
			next = fmt.Sprintf(`,"paging":{"next":"%s%s?after=1&access_token=%s"}`, srv.URL, r.URL.Path, token)
		}
		ad := fmt.Sprintf(`{"data":[{"id":"7%s","page_name":"Agency","ad_creative_bodies":["Chat support in Poipet, 1500 USD, flight and room free. Telegram @agency_hr"],"ad_snapshot_url":"https://www.facebook.com/x?access_token=%s"}]%s}`, r.URL.Query().Get("after"), token, next)
		for len(ad) > 0 { // in chunks that cut the token
			n := min(len(ad), 11)
			fmt.Fprint(w, ad[:n])
			w.(http.Flusher).Flush()
			ad = ad[n:]
		}
	}))
	defer srv.Close()
	a := open(t, Archive|Stream|Index|Ledger|Classifier)
	a.cfg.Crawl.Pace = 0
	a.cfg.Sources = []config.Source{{Name: "ads", Adapter: "metaads", Token: token, Seeds: []string{srv.URL + "/v21.0/ads_archive"}}}
	err := a.WithLine(t.Context(), func(ctx context.Context) error {
		_, err := a.Crawl(ctx, CrawlOptions{Sites: SitesOf(a.cfg), AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Browser: "off"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	records, told := 0, 0
	if _, err := a.archive.Walk(t.Context(), func(_ post.Locator, r archive.Record) error {
		records++
		if bytes.Contains(r.Block, []byte(token)) || strings.Contains(r.TargetURI+fmt.Sprint(r.Fields), token) || strings.Contains(r.TargetURI, "access_token") {
			t.Errorf("record of %s holds the token:\n%s", r.TargetURI, r.Block)
		}
		if strings.Contains(r.Field(maskedField), "access token") {
			told++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if told != 4 { // two requests with their answers
		t.Errorf("%d of %d records say that they are masked, want 4", told, records)
	}
	f, err := a.Check(t.Context())
	if err != nil || !f.Equal() || f.Archive.Count() != 2 {
		t.Errorf("archive, stream and index: %v, %v; want the same two posts", f, err)
	}
}

func TestPaceOfASource(t *testing.T) {
	for name, c := range map[string]struct {
		crawl time.Duration
		s     config.Source
		want  time.Duration
	}{
		"what the source says":              {time.Second, config.Source{Adapter: "metaads", Pace: 5 * time.Second}, 5 * time.Second},
		"what the adapter asks for":         {time.Second, config.Source{Adapter: "metaads"}, 20 * time.Second},
		"crawl.pace where it is longer":     {time.Minute, config.Source{Adapter: "metaads"}, time.Minute},
		"crawl.pace where nobody asks":      {3 * time.Second, config.Source{}, 3 * time.Second},
		"none where pacing is off":          {0, config.Source{Adapter: "metaads"}, 0},
		"crawl.pace for an unknown adapter": {time.Second, config.Source{Adapter: "nosuch"}, time.Second},
	} {
		cfg := config.Default()
		cfg.Crawl.Pace = c.crawl
		if got := paceOf(cfg, c.s); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
