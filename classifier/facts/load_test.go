package facts

import (
	"os"
	"strings"
	"testing"
)

func TestParseGazetteerRefuses(t *testing.T) {
	const good = "places:\n- {id: a, name: A, country: KH, kind: town, risk: context, aliases: {en: [Aaaa]}}\n"
	if _, err := ParseGazetteer([]byte(good)); err != nil {
		t.Fatalf("parse good gazetteer: %v", err)
	}
	for name, tt := range map[string]struct{ in, want string }{
		"an unknown key":       {strings.Replace(good, "kind:", "kin: x, kind:", 1), "kin"},
		"a country by name":    {strings.Replace(good, "KH", "Cambodia", 1), "ISO 3166-1"},
		"an unknown kind":      {strings.Replace(good, "town", "city", 1), "kind"},
		"an unknown risk":      {strings.Replace(good, "context", "some", 1), "risk"},
		"an id twice":          {good + "- {id: a, name: B, country: KH, kind: town, risk: context, aliases: {en: [Bbbb]}}\n", "twice"},
		"no aliases":           {strings.Replace(good, "{en: [Aaaa]}", "{}", 1), "aliases"},
		"an empty alias":       {strings.Replace(good, "Aaaa", `""`, 1), "empty alias"},
		"no id":                {strings.Replace(good, "id: a, ", "", 1), "no id"},
		"no name":              {strings.Replace(good, "name: A, ", "", 1), "no name"},
		"nowhere on earth":     {strings.Replace(good, "kind:", "lat: 99, kind:", 1), "earth"},
		"no places":            {"places: []\n", "no places"},
		"nothing":              {"", "parse gazetteer"},
		"a second document":    {good + "---\nplaces: []\n", "more than one"},
		"a list for a mapping": {"- a\n", "parse gazetteer"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseGazetteer([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestParseSalaryRefuses(t *testing.T) {
	const good = "fx: {USD: 1, THB: 33}\nnotation: {generic: {units: [{u: [usd], currency: USD}]}, th: {currency: THB}}\nwords: {pay: [salary]}\nperiods: {month: [month]}\n"
	if _, err := ParseSalary([]byte(good)); err != nil {
		t.Fatalf("parse good table: %v", err)
	}
	for name, tt := range map[string]struct{ in, want string }{
		"an unknown key":                {good + "extra: 1\n", "extra"},
		"a currency without a rate":     {strings.Replace(good, "currency: THB", "currency: XXX", 1), "XXX"},
		"a unit without a rate":         {strings.Replace(good, "currency: USD", "currency: XXX", 1), "XXX"},
		"a rate of nought":              {strings.Replace(good, "THB: 33", "THB: 0", 1), "THB"},
		"a unit that means nothing":     {strings.Replace(good, ", currency: USD", "", 1), "neither"},
		"a unit without a word":         {strings.Replace(good, "u: [usd]", "u: []", 1), "without a word"},
		"a unit that shrinks":           {strings.Replace(good, "currency: USD}", "currency: USD, multiplier: -1}", 1), "multiplier"},
		"a word list that no one reads": {strings.Replace(good, "pay: [salary]", "pay: [salary], pai: [x]", 1), "pai"},
		"a period that is none":         {strings.Replace(good, "month: [month]", "month: [month], decade: [x]", 1), "decade"},
		"no words for pay":              {strings.Replace(good, "pay: [salary]", "base: [x]", 1), "needed"},
		"a benchmark upside down":       {good + "benchmarks: [{country: TH, desk_low_usd: 5, desk_high_usd: 1}]\n", "benchmark"},
		"nothing":                       {"", "parse salary"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSalary([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(nil, &SalaryTable{}); err == nil {
		t.Error("new without a gazetteer = no error")
	}
	if _, err := New(&Gazetteer{}, &SalaryTable{}); err == nil {
		t.Error("new with an empty salary table = no error")
	}
}

func FuzzParseGazetteer(f *testing.F) {
	b, err := os.ReadFile("../../rules/gazetteer.yaml")
	if err != nil {
		f.Fatal("no seeds")
	}
	f.Add(b[:min(len(b), 6000)])
	f.Add([]byte("places:\n- {id: a, name: A, country: KH, kind: town, risk: context, aliases: {en: [Aaaa]}}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if g, err := ParseGazetteer(b); err == nil && len(g.Places) == 0 {
			t.Error("an empty gazetteer passes")
		}
	})
}

func FuzzParseSalary(f *testing.F) {
	seeds := []string{"fx: {USD: 1}\nnotation: {en: {currency: USD}}\nwords: {pay: [salary]}\nperiods: {month: [month]}\n", "fx: ["}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseSalary(b); err == nil && len(s.FX) == 0 {
			t.Error("a table without rates passes")
		}
	})
}
