package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestStatedFactsAreToldInWords(t *testing.T) {
	tests := map[string]struct {
		facts    post.Facts
		contacts []post.Contact
		want     []fact
	}{
		"nothing": {},
		"a way and whom they want": {
			facts: post.Facts{
				Places: []post.Place{{ID: "kh_poipet", Name: "Poipet"}, {ID: "country_vn", Name: "Vietnam"}},
				Route:  &post.Route{From: []string{"country_vn"}, To: []string{"kh_poipet"}}, Headcount: 20, AgeMin: 18, AgeMax: 30, Gender: "female",
				Roles: []string{"customer-service", "data-entry"},
			},
			want: []fact{{"Work", "customer service, data entry"}, {"Way", "from Vietnam → to Poipet"}, {"Wanted", "20 people, 18 to 30 years, female"}},
		},
		"licences, one of a known form": {
			facts: post.Facts{Licence: &post.Licence{Number: "DMW-1", Authority: "PH-DMW"}},
			want:  []fact{{"Licence claimed", "DMW-1, the form of PH-DMW, not looked up"}},
		},
		"and one of none": {
			facts: post.Facts{Licence: &post.Licence{Number: "77"}, AgeMax: 30},
			want:  []fact{{"Licence claimed", "77, the form of no register that is known here"}, {"Wanted", "30 years at most"}},
		},
		"a contact in a name is hidden": {
			facts:    post.Facts{Employer: "Sea Co., call +85512345678"},
			contacts: []post.Contact{{Kind: "phone", Value: "+85512345678", Raw: "+85512345678"}},
			want:     []fact{{"Employer named", "Sea Co., call ••••••••••••"}},
		},
		"an organ": {
			facts: post.Facts{OrganUSD: 20000, Start: "this-week", CommissionOnly: true},
			want:  []fact{{"Offered for it", "about 20000 USD"}, {"Begins", "this‑week"}, {"Pay", "by commission only"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, statedIn(tt.facts, tt.contacts)); d != "" {
				t.Error(d)
			}
		})
	}
}
