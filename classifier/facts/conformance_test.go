package facts

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/nyaruka/phonenumbers"
)

// TestPhoneExamples reads the example mobile number of every region, written the
// ways people write it, where the examples are at hand.
func TestPhoneExamples(t *testing.T) {
	b, err := os.ReadFile("../../../shared/corpus/conformance/phone_examples/examples.mobile.json")
	if err != nil {
		t.Skip("no corpus beside the checkout")
	}
	var examples map[string]string
	if err := json.Unmarshal(b, &examples); err != nil {
		t.Fatal(err)
	}
	x := open(t)
	good, all := map[string]int{}, 0
	for region, national := range examples {
		n, err := phonenumbers.Parse(national, region)
		if err != nil || len(national) < 7 || !phonenumbers.IsValidNumber(n) {
			continue
		}
		all++
		want := phonenumbers.Format(n, phonenumbers.E164)
		spread := strings.Join(strings.Split(want[1:], ""), " ")
		for form, text := range map[string]string{
			"international": "call " + phonenumbers.Format(n, phonenumbers.INTERNATIONAL) + " today",
			"plain":         "WhatsApp:" + want,
			"link":          "https://wa.me/" + want[1:],
			"spread":        "contact +" + spread,
			"national":      fmt.Sprintf("phone %s now", phonenumbers.Format(n, phonenumbers.NATIONAL)),
		} {
			f := x.Extract(Input{Text: fold.Fold(text), Lang: "en", Country: region})
			for _, c := range f.Contacts {
				if c.Value == want {
					good[form]++
				}
			}
		}
	}
	for form, least := range map[string]float64{"international": 0.98, "plain": 0.98, "link": 0.98, "spread": 0.97, "national": 0.85} {
		t.Logf("%s: %d of %d", form, good[form], all)
		if share := float64(good[form]) / float64(all); share < least {
			t.Errorf("%s: %d of %d read right, want %.0f %%", form, good[form], all, 100*least)
		}
	}
}
