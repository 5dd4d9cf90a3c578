package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneCrawlReadsSitemaps: a post that nothing links to is found by --sitemaps alone.
func TestOneCrawlReadsSitemaps(t *testing.T) {
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, "<html><body><p>Welcome.</p></body></html>")
		case "/sitemap.xml", "/other.xml":
			fmt.Fprintf(w, `<urlset><url><loc>%s/job/%s</loc></url></urlset>`, base, strings.TrimSuffix(r.URL.Path[1:], ".xml"))
		case "/job/sitemap", "/job/other":
			fmt.Fprintf(w, `<html><head><title>Typist</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Typist %s",
"description":"Typing skills, free flight and accommodation, no experience needed. Apply now.","datePosted":"2026-11-01","hiringOrganization":{"@type":"Organization","name":"Example"}}</script></head><body><h1>Typist</h1></body></html>`, r.URL.Path[5:])
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	base = srv.URL
	for name, c := range map[string]struct {
		args []string
		want string // in the posts; empty for none
		code int
		said string
	}{
		"without":                   {nil, "", 0, ""},
		"what the site names":       {[]string{"--sitemaps", "auto"}, "Typist sitemap", 0, ""},
		"one by its address":        {[]string{"--sitemaps", base + "/other.xml"}, "Typist other", 0, ""},
		"one of another host":       {[]string{"--sitemaps", "https://elsewhere.example/map.xml"}, "", 2, "none of the pages to begin with is on the host elsewhere.example"},
		"what is no sitemap at all": {[]string{"--sitemaps", "maybe"}, "", 2, "wants auto, off, or the address of a sitemap"},
		"off and on at once":        {[]string{"--sitemaps", "off,auto"}, "", 1, "off and named at once"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "posts.jsonl")
			args := append([]string{"crawl", base + "/", "--allow-net", "127.0.0.0/8", "--pace", "0", "--browser", "off", "--out", out, "--data-dir", filepath.Join(dir, "data")}, c.args...)
			r := finished(t, dir, nil, nil, args...)
			if r.code != c.code || !strings.Contains(r.err, c.said) {
				t.Fatalf("exit %d, want %d and %q\n%s", r.code, c.code, c.said, r.both())
			}
			b, err := os.ReadFile(out)
			if c.code == 0 && err != nil {
				t.Fatal(err)
			}
			if got := string(b); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("posts %q, want %q", got, c.want)
			}
		})
	}
}
