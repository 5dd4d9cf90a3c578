package app

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/health"
	"github.com/lurewatch/lurewatch/internal/post"
)

func TestWhatPostsCarry(t *testing.T) {
	long := "Customer service staff wanted in Poipet, food and room are free, start now. "
	for name, c := range map[string]struct {
		posts []post.Post
		want  *health.Carry
	}{
		"no posts": {nil, nil},
		"all of it": {[]post.Post{{Title: "Typist", Text: long, Company: "Example", Locations: []string{"Poipet"}, Salary: &post.Salary{Min: 900}, PostedAt: time.Unix(1, 0),
			Contacts: []post.Contact{{Kind: "telegram", Value: "example"}}}}, &health.Carry{1, 1, 1, 1, 1, 1, 1}},
		"a line that leads to one":      {[]post.Post{{Title: "Typist", Text: "Typist, Poipet"}}, &health.Carry{health.Title: 1}},
		"a telephone in the text":       {[]post.Post{{Text: "call 081-234 5678"}}, &health.Carry{health.Reach: 1}},
		"a handle":                      {[]post.Post{{Text: "Telegram @example_hr"}}, &health.Carry{health.Reach: 1}},
		"an address of a messenger":     {[]post.Post{{Text: "https://t.me/example_hr"}}, &health.Carry{health.Reach: 1}},
		"pay and years are no contacts": {[]post.Post{{Text: "1,500 USD, from 2026-11, 20-35 years"}}, &health.Carry{}},
		"a date and a price together":   {[]post.Post{{Text: "2026-11-01, 900"}}, &health.Carry{health.Reach: 1}}, // rough: eight digits
		"a mail address":                {[]post.Post{{Text: "jobs@example.org"}}, &health.Carry{health.Reach: 1}},
		"an at sign alone":              {[]post.Post{{Text: "meet @ the gate, @x"}}, &health.Carry{}},
		"at the end of a long text":     {[]post.Post{{Text: string(make([]byte, 3*maxReach)) + "+855 12 345 678"}}, &health.Carry{health.Text: 1, health.Reach: 1}},
		"two, one of which has a title": {[]post.Post{{Title: "a"}, {}}, &health.Carry{health.Title: 1}},
	} {
		if diff := cmp.Diff(c.want, carryOf(c.posts)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func BenchmarkCarry(b *testing.B) {
	posts := []post.Post{{Title: "Typist", Text: strings.Repeat("Customer service staff wanted, food and room are free. ", 150)}}
	for b.Loop() {
		carryOf(posts)
	}
}
