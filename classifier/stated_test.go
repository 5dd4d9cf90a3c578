package classifier

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

// TestVerdictsStateTheFacts looks at what a verdict says of a post beside concepts,
// contacts, places and pay.
func TestVerdictsStateTheFacts(t *testing.T) {
	tests := map[string]struct {
		text string
		want post.Facts
	}{
		"work, people and way": {
			"Need 20 people for customer service, female, age 18-30, fly from Vietnam via Bangkok to Poipet. Data entry too.",
			post.Facts{
				Roles: []string{"customer-service", "data-entry"}, Sectors: []string{"office"}, Headcount: 20, AgeMin: 18, AgeMax: 30, Gender: "female",
				Route: &post.Route{From: []string{"country_vn"}, Via: []string{"th_bangkok"}, To: []string{"kh_poipet"}},
			},
		},
		"an employer and a licence of a known form": {
			"Golden Harbour Placement Co., Ltd. seeks welders for Japan. POEA License No. DMW-123-LB-01012023-R. Apply until 2026-05-20.",
			post.Facts{
				Roles: []string{"farm-factory"}, Sectors: []string{"primary"}, Employer: "Golden Harbour Placement Co., Ltd", Licence: &post.Licence{Number: "DMW-123-LB-01012023-R", Authority: "PH-DMW"}, Deadline: "2026-05-20",
			},
		},
		"a licence that is only claimed": {
			"Nurses for Germany, licence no. ABC 99887.",
			post.Facts{Licence: &post.Licence{Number: "99887"}},
		},
		"an organ and its price": {
			"Kidney donors wanted, 20,000 USD paid after the operation.",
			post.Facts{Roles: []string{"organ-donor"}, Sectors: []string{"medical"}, OrganUSD: 20000},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := classify(t, post.Post{ID: "x", Text: tt.text, Lang: "en"}).Facts
			f.Concepts, f.Contacts, f.Places, f.Salary, f.Evasion = nil, nil, nil, nil, nil
			if d := cmp.Diff(tt.want, f); d != "" {
				t.Error(d)
			}
		})
	}
}
