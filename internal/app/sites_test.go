package app

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/internal/config"
)

// What a source says of links, sitemaps and budgets reaches the crawler.
func TestSitesOfSources(t *testing.T) {
	got := SitesOf(config.Config{Crawl: config.Crawl{Pace: time.Second}, Sources: []config.Source{{
		Name: "a", Seeds: []string{"https://a.test/"}, Sitemaps: config.Sitemaps{"auto"}, Include: []string{"/jobs/"}, Exclude: []string{"sort="},
		MaxLinks: 7, MaxBytes: 8, MaxAlike: 9, MaxRequestsPerDay: 10, MaxBytesPerDay: 11, Browser: "auto",
	}}})
	want := crawler.Site{
		Name: "a", Seeds: []string{"https://a.test/"}, Sitemaps: []string{"auto"}, Include: []string{"/jobs/"}, Exclude: []string{"sort="},
		MaxLinks: 7, MaxBytes: 8, MaxAlike: 9, MaxRequestsPerDay: 10, MaxBytesPerDay: 11, Browser: crawler.BrowserAuto, Pace: time.Second,
	}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Errorf("site (-want +got):\n%s", d)
	}
}

// The user agent names whom to ask, and the service says when it cannot.
func TestContactOfTheCrawler(t *testing.T) {
	for contact, warned := range map[string]bool{"": true, "https://unit.example/crawler": false} {
		var log strings.Builder
		a := &App{cfg: config.Config{Crawl: config.Crawl{Contact: contact}}, log: slog.New(slog.NewTextHandler(&log, nil)), opt: Options{Version: "1.2"}}
		a.checkContact()
		if got := strings.Contains(log.String(), "crawl.contact"); got != warned {
			t.Errorf("contact %q: warned %v, want %v\n%s", contact, got, warned, log.String())
		}
		if ua := a.userAgent(); !strings.HasPrefix(ua, "lurewatch/1.2 (+http") || !strings.Contains(ua, contact) {
			t.Errorf("user agent %q does not name %q", ua, contact)
		}
	}
}
