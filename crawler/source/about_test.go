package source

import (
	"context"
	"regexp"
	"strings"
	"testing"
)

// TestEverySourceTellsOfItself wants from each source what an operator must know,
// and a saved page in which it finds something: `lurewatch sources` shows both.
func TestEverySourceTellsOfItself(t *testing.T) {
	named := map[string]bool{}
	for _, s := range All() {
		a := s.About()
		if named[s.Name()] || !regexp.MustCompile(`^[a-z][a-z0-9]*$`).MatchString(s.Name()) {
			t.Errorf("%q: the name stands twice, or is no plain word", s.Name())
		}
		named[s.Name()] = true
		if a.Covers == "" || a.Access == "" || a.Pace < 0 {
			t.Errorf("%s: says %+v of itself: what it covers and what access it needs must be there", s.Name(), a)
		}
		if a.API && !strings.Contains(a.Access, "token") {
			t.Errorf("%s: is an API without robots.txt, but says nothing of a token", s.Name())
		}
		pages, err := Samples(s.Name())
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, p := range pages {
			f, err := s.Extract(context.Background(), p.Page)
			if err != nil {
				t.Errorf("%s: %s: %v", s.Name(), p.Name, err)
			}
			found += len(f.Posts)
		}
		if found == 0 {
			t.Errorf("%s: %d saved pages in testdata/%s, and no post in them", s.Name(), len(pages), s.Name())
		}
	}
}

// TestAddressesOfSavedPages: a line that names no page is a slip of the pen.
func TestAddressesOfSavedPages(t *testing.T) {
	addresses, err := sampleAddresses()
	if err != nil || len(addresses) < 20 {
		t.Fatalf("%d addresses, %v", len(addresses), err)
	}
	for file, address := range addresses {
		if _, err := samples.Open("testdata/" + file); err != nil {
			t.Errorf("addresses.txt names %s: %v", file, err)
		}
		if !strings.HasPrefix(address, "http") {
			t.Errorf("%s: address %q", file, address)
		}
	}
}

// TestTokenOfTheAdLibraryStaysOut reads an answer that repeats the token in two
// places.
func TestTokenOfTheAdLibraryStaysOut(t *testing.T) {
	pages, err := Samples("metaads")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	f, err := metaads{}.Extract(context.Background(), pages[0].Page)
	if err != nil || len(f.Posts) != 2 || len(f.Links) != 1 {
		t.Fatalf("%d posts, %d links, %v; want the two ads with words and the next page", len(f.Posts), len(f.Links), err)
	}
	if !f.Links[0].Next || !strings.Contains(f.Links[0].URL, "after=QVFIUmJh") || strings.Contains(f.Links[0].URL, "access_token") {
		t.Errorf("next page: %+v", f.Links[0])
	}
	p := f.Posts[0]
	for what, ok := range map[string]bool{
		"title":                 p.Title == "Start next week",
		"company":               p.Company == "Golden Bridge Careers",
		"the body once":         strings.Count(p.Text, "URGENT") == 1,
		"description":           strings.Contains(p.Text, "Passport holders only"),
		"contacts":              strings.Contains(p.Text, "@golden_bridge_hr") && strings.Contains(p.Text, "+855 12 345 678"),
		"caption":               strings.Contains(p.Text, "t.me/golden_bridge_hr"),
		"date":                  p.PostedAt.Format("2006-01-02") == "2025-06-01",
		"an address for anyone": p.URL == "https://www.facebook.com/ads/library/?id=1200345006789",
	} {
		if !ok {
			t.Errorf("%s: %+v", what, p)
		}
	}
}

func TestAddressWithoutSecrets(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"no secret: left as it is": {"https://a.example/?b=2&a=1", "https://a.example/?b=2&a=1"},
		"a token among others":     {"https://a.example/x?access_token=T&after=z", "https://a.example/x?after=z"},
		"a proof, too":             {"https://a.example/x?appsecret_proof=T&access_token=U", "https://a.example/x"},
		"nothing":                  {"", ""},
	} {
		if got := withoutSecrets(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
