package classifier

import (
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

const chatLure = "HIRING NOW Sihanoukville - Customer Service (chat only). 1200 USD basic + commission, free ticket, free visa, free room, no experience. Interview on TG, fly in 3 days. TG @example_hr_lily"

const quietLure = "Typists wanted in Sihanoukville, 1200 USD, free ticket, free room, no experience, leave in 3 days"

// TestWhichPartDecides adds lines to a lure, and says which part of the text decides.
func TestWhichPartDecides(t *testing.T) {
	honest := strings.Repeat("The shop sells bread and cakes in the old town and opens at seven every morning.\n", 14)
	for name, tt := range map[string]struct {
		text    string
		flagged bool
		part    string // empty: the whole
	}{
		"a lure alone":                             {chatLure, true, ""},
		"news above":                               {"Police rescue 200 people from scam compound, 12 arrested, officials said\n" + chatLure, true, ""},
		"news above, and nobody to write to":       {"Police rescue 200 people from scam compound, 12 arrested, officials said\n" + quietLure, true, quietLure},
		"a question below, and nobody to write to": {quietLure + "\nIs this job real or a scam?", true, quietLure},
		"a warning below":                          {chatLure + "\nBeware of scams! We are licensed.", true, ""},
		"a warning, news and a question":           {"Is this job real or a scam?\n" + chatLure + "\nPolice warn of scams, officials said", true, ""},
		"honest text below":                        {chatLure + "\n" + honest, true, chatLure},
		"honest text above":                        {honest + chatLure, true, chatLure},
		"honest text alone":                        {honest, false, ""},
		"an offer that is quoted":                  {"Police warn of posts like this:\n\"" + chatLure + "\"\nDo not believe them, report them to the police.", false, ""},
		"a warning whose writer can be reached": {
			"Beware: they promise 1500 dollars and a free ticket for typing in Cambodia. It is a scam, do not go.\nTelegram @x_example", false, "",
		},
		"one who was held and can be reached": {
			"We were sold twice. I ended up on the fourth floor, and my family paid before they let me out.\nWhatsApp +66 81 234 5678", false, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := post.Post{ID: "x", Text: tt.text, Lang: "en"}
			v := classify(t, p)
			if v.Flagged != tt.flagged {
				t.Errorf("flagged %v, stance %s, rules %s", v.Flagged, v.Stance, titles(v))
			}
			from, to, part, err := open(t).Decided(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if tt.part != "" && (!part || !strings.Contains(p.Text[from:to], tt.part) || to-from > 4*len(tt.part)) {
				t.Errorf("part %v, %q decides, want %q", part, p.Text[from:to], tt.part)
			}
			if !tt.flagged && part {
				t.Errorf("%q decides, want the whole", p.Text[from:to])
			}
		})
	}
}

// TestAPartKeepsTheFactsOfThePost looks for the contact that stands outside the part
// that decided: it is one to look at all the same.
func TestAPartKeepsTheFactsOfThePost(t *testing.T) {
	v := classify(t, post.Post{ID: "x", Lang: "en", Text: chatLure + "\nWork permit and signed contract before you leave. hr@example.org"})
	if !v.Flagged {
		t.Fatal("not flagged")
	}
	kinds := map[string]bool{}
	for _, c := range v.Facts.Contacts {
		kinds[c.Kind] = true
	}
	if !kinds["email"] || !kinds["telegram"] {
		t.Errorf("contacts %v, want a mailbox and a Telegram name", v.Facts.Contacts)
	}
}

// TestABonusMakesNoLure adds a bonus for who brings a friend to an ordinary post.
func TestABonusMakesNoLure(t *testing.T) {
	const ad = "Waiters wanted for our restaurant in town. Salary 900 USD, meals free, apply at the counter."
	if v := classify(t, post.Post{ID: "x", Lang: "en", Text: ad + "\nRefer a friend bonus 100 USD"}); v.Flagged {
		t.Errorf("flagged by %s", titles(v))
	}
}
