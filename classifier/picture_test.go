package classifier

import (
	"slices"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// poster is what OCR reads from a lure that is a picture.
const poster = "URGENT HIRING\nCustomer service chat agent, Poipet, Cambodia\nNo experience. Salary 1,500 USD a month\nFree flight, free room, free food"

func TestWhatPicturesSayIsJudged(t *testing.T) {
	tests := map[string]struct {
		p       post.Post
		flagged bool
		contact post.Contact // among those found, unless zero
	}{
		"a lure that is only a picture": {
			post.Post{ID: "x", Pictures: []post.Picture{{Text: poster}}}, true, post.Contact{},
		},
		"its second half in another picture": {
			post.Post{ID: "x", Pictures: []post.Picture{{Text: "URGENT HIRING\nCustomer service chat agent, Poipet, Cambodia"}, {Text: "No experience. Salary 1,500 USD a month\nFree flight, free room, free food"}}},
			true, post.Contact{},
		},
		"text and picture complete each other": {
			post.Post{ID: "x", Text: "Customer service chat agent, no experience, flight and room are free", Pictures: []post.Picture{{Text: "Poipet, Cambodia\nSalary 1,500 USD\nTelegram @example_hr"}}},
			true, post.Contact{Kind: "telegram", Value: "example_hr"},
		},
		"a code leads to a messenger": {
			post.Post{ID: "x", Text: "Bakery in Leeds seeks a baker.", Pictures: []post.Picture{{Codes: []string{"https://t.me/example_hr"}}}},
			false, post.Contact{Kind: "telegram", Value: "example_hr"},
		},
		"a code of no known kind is a contact still": {
			post.Post{ID: "x", Text: "Bakery in Leeds seeks a baker.", Pictures: []post.Picture{{Codes: []string{"WIFI:S:home;;"}}}},
			false, post.Contact{Kind: "code", Value: "WIFI:S:home;;"},
		},
		"an ordinary poster": {
			post.Post{ID: "x", Pictures: []post.Picture{{Text: "Bakery in Leeds\nBaker wanted, night shift\n12 GBP an hour\nApply in the shop"}}}, false, post.Contact{},
		},
		"a report in a picture": {
			post.Post{ID: "x", Pictures: []post.Picture{{Text: "Officials said police"}}}, false, post.Contact{},
		},
		"a picture that nothing was read from": {
			post.Post{ID: "x", Text: "hello", Pictures: []post.Picture{{Error: "too large"}}}, false, post.Contact{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := open(t).Classify(t.Context(), tt.p)
			if err != nil {
				t.Fatal(err)
			}
			if v.Flagged != tt.flagged {
				t.Errorf("flagged %v (stance %s, rules %v), want %v", v.Flagged, v.Stance, v.Rules, tt.flagged)
			}
			if tt.contact.Kind != "" && !slices.ContainsFunc(v.Facts.Contacts, func(c post.Contact) bool { return c.Kind == tt.contact.Kind && c.Value == tt.contact.Value }) {
				t.Errorf("contacts %+v, want %+v among them", v.Facts.Contacts, tt.contact)
			}
			all := pictureText(&tt.p)
			for _, s := range v.Spans {
				if s.Field == "picture" && all[s.Start:s.End] != s.Text {
					t.Errorf("span %+v, but these bytes of the pictures are %q", s, all[s.Start:s.End])
				}
			}
		})
	}
}
