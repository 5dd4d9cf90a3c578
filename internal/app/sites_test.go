package app

import (
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
