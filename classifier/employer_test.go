package classifier

import (
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

// TestANameDoesNotClearALure: a company field costs its writer nothing.
func TestANameDoesNotClearALure(t *testing.T) {
	const lure = "Chat support in Poipet, no experience. 1500 USD, ticket, visa, room and food all covered. Tourist visa first, leave this week. Telegram @example_hr only"
	c := open(t)
	for name, p := range map[string]post.Post{
		"without a company":             {Text: lure},
		"a dot for a company":           {Text: lure, Company: "."},
		"a word for a company":          {Text: lure, Company: "none"},
		"a made-up company":             {Text: lure, Company: "Golden Luck"},
		"a company with its legal form": {Text: lure, Company: "Golden Luck Co., Ltd."},
		"a legal form in the text":      {Text: lure + "\nGolden Luck Co., Ltd."},
		"a known compound and a name":   {Text: "Typists wanted in Myawaddy KK Park, free flight, free room, no experience needed, apply now", Company: "ACME Pte Ltd"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := c.Classify(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if !v.Flagged {
				t.Errorf("not flagged: stance %s, concepts %v", v.Stance, v.Facts.Concepts)
			}
		})
	}
}

func TestWhatIsNoNameOfACompany(t *testing.T) {
	for name, want := range map[string]bool{
		"": false, " ": false, ".": false, "-": false, "N/A": false, "none": false, "Confidential": false, "12345": false, "公司": false,
		"ACME": true, "Golden Luck Co., Ltd.": true, "สมชายการค้า": true, "3M Company": true,
	} {
		if got := isName(name); got != want {
			t.Errorf("isName(%q) = %v, want %v", name, got, want)
		}
	}
}
