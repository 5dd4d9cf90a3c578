package source

import (
	"fmt"
	"strings"
	"testing"
)

// jobPage is a page of about 30 KB as job boards serve them: JSON-LD in the
// head, a list of neighbours, and much prose that is the same on every page.
func jobPage(description string) []byte {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Job 7</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Customer service 7","description":"` + description + `","datePosted":"2026-11-01","hiringOrganization":{"@type":"Organization","name":"Company 7"},"jobLocation":{"@type":"Place","address":{"@type":"PostalAddress","addressLocality":"Poipet","addressCountry":"KH"}},"baseSalary":{"@type":"MonetaryAmount","currency":"USD","value":{"@type":"QuantitativeValue","minValue":1500,"maxValue":3000,"unitText":"MONTH"}}}</script></head><body><h1>Job 7</h1><ul>`)
	for k := range 10 {
		fmt.Fprintf(&b, `<li><a href="/job/%d">Job %d</a></li>`, 70+k, 70+k)
	}
	b.WriteString(`</ul><main>`)
	for range 130 {
		b.WriteString(`<div class="row"><p>We are a growing company looking for motivated people who enjoy working with customers. Benefits include health insurance and paid leave.</p><span class="tag">office</span></div>`)
	}
	b.WriteString(`</main></body></html>`)
	return []byte(b.String())
}

// BenchmarkAuto reads job pages with JSON-LD, whose description is a teaser or
// whole.
func BenchmarkAuto(b *testing.B) {
	teaser := "Typing skills, free flight and accommodation, no experience needed"
	for name, description := range map[string]string{"teaser": teaser, "whole": strings.Repeat(teaser+". ", 6)} {
		b.Run(name, func(b *testing.B) {
			p := Page{URL: "https://board.example/job/7", ContentType: "text/html; charset=utf-8", Body: jobPage(description)}
			b.SetBytes(int64(len(p.Body)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := auto{}.Extract(b.Context(), p)
				if err != nil || len(f.Posts) != 1 || len(f.Links) != 10 {
					b.Fatal(len(f.Posts), len(f.Links), err)
				}
			}
		})
	}
}
