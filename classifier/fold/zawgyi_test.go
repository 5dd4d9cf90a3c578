package fold

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestZawgyi(t *testing.T) {
	tests := map[string]struct{ zawgyi, unicode string }{
		"the country":             {"ျမန္မာႏိုင္ငံ", "မြန်မာနိုင်ငံ"},
		"vowel before its letter": {"ေခၚေနပါတယ္။", "ခေါ်နေပါတယ်။"},
		"work abroad":             {"ထိုင္းႏိုင္ငံ အလုပ္ေခၚစာ", "ထိုင်းနိုင်ငံ အလုပ်ခေါ်စာ"},
		"good pay":                {"လစာေကာင္းတယ္", "လစာကောင်းတယ်"},
		"kinzi":                   {"အဂၤလိပ္စကား ေျပာတတ္သူ", "အင်္ဂလိပ်စကား ပြောတတ်သူ"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, want := Fold(tt.zawgyi), Fold(tt.unicode)
			if got.Folded != want.Folded {
				t.Errorf("fold(%q) = %q, want %q", tt.zawgyi, got.Folded, want.Folded)
			}
			if !slices.Contains(got.Disguises, Zawgyi) {
				t.Errorf("fold(%q) names %q, want zawgyi among them", tt.zawgyi, got.Disguises)
			}
			if slices.Contains(want.Disguises, Zawgyi) {
				t.Errorf("fold(%q) takes Unicode for Zawgyi", tt.unicode)
			}
			checkText(t, got)
		})
	}
}

// TestZawgyiConformance reads a long text in both encodings, where it is at hand.
func TestZawgyiConformance(t *testing.T) {
	dir := "../../../shared/corpus/conformance/zawgyi_unicode/"
	z, err := os.ReadFile(dir + "udhr_mya_zawgyi_out.txt")
	if err != nil {
		t.Skip("no corpus beside the checkout")
	}
	u, err := os.ReadFile(dir + "udhr_mya_unicode_src.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(Fold(string(z)).Folded, "\n"), strings.Split(Fold(string(u)).Folded, "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	good, words := 0, 0
	for i := range got {
		a, b := strings.Fields(got[i]), strings.Fields(want[i])
		words += len(b)
		for k := range min(len(a), len(b)) {
			if a[k] == b[k] {
				good++
			} else if testing.Verbose() && words-good < 40 {
				t.Logf("%q, want %q", a[k], b[k])
			}
		}
	}
	if share := float64(good) / float64(words); share < 0.98 {
		t.Errorf("%d of %d words are as in Unicode (%.1f %%), want 98 %%", good, words, 100*share)
	}
}
